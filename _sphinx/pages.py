"""Finish the pages that Sphinx has written: draw their formulas, and load no more than they need.

What themes and extensions put into every page is changed here, in the text of the page, because
they put it there by templates and scripts of their own.
"""

import html
import re
from functools import partial
from pathlib import Path

import yaml
from docutils import nodes

from . import formulas, npm, pictures, search, styles

# Before anything is painted: the theme is known, boxes that can be folded are folded, and the fonts of the
# style sheet are unpacked, or text would be set twice.
EARLY = """<script>
{const root = document.documentElement, theme = root.dataset.theme;
if (theme !== "dark" && theme !== "light")
  root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
root.classList.add("folds");
document.fonts.forEach(font => font.load());}
</script>
</head>"""
# Sphinx's own search, and what it marks afterwards on pages that nobody searched
SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex|sphinx_highlight)\.js[^"]*"></script>'
)
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
PRELOAD = re.compile(
    r'\s*<link rel="preload" as="script"[^>]*>|\s*<script defer src="[^"]*fontawesome\.js[^"]*"></script>'
)


VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>')
TITLES = {"genindex": "Index", "search": "Search"}  # of the pages that Sphinx writes by itself


def describe(app, pagename, templatename, context, doctree):
    """Describe the page for search engines and previews of links: by its question, or else how it begins."""
    texts = []
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if isinstance(paragraph.parent, nodes.section) and "in-print" not in paragraph["classes"]:
            words = (
                search.plain(text) if isinstance(text.parent, nodes.math) else text
                for text in paragraph.findall(nodes.Text)
            )
            texts.append(" ".join("".join(words).split()))
    title = re.sub("<[^>]*>|[\\\\][()]", "", html.unescape(context.get("title") or TITLES[pagename]))
    text = f"{title}: {' '.join(texts[:2]) or app.config.html_title}"
    if len(text) > 160:
        text = text[:160].rsplit(" ", 1)[0] + " …"
    tags = {"title": title, "description": text, "type": "article", "site_name": app.config.html_title}
    if base := app.config.html_baseurl.rstrip("/"):
        tags |= {"url": f"{base}/{pagename}.html", "image": f"{base}/_static/card.png"}
    citation = (Path(app.srcdir) / "CITATION.cff").read_text(encoding="utf-8")
    context |= {"citation": yaml.safe_load(citation), "cited": title}  # at the end of the page
    context["metatags"] = context.get("metatags", "") + "".join(
        [f'\n<meta name="description" content="{html.escape(text)}"/>']
        + [f'\n<meta property="og:{name}" content="{html.escape(said)}"/>' for name, said in tags.items()]
    )


def mend(app, pagename, templatename, context, doctree):
    """Mend what extensions put into the text: roles that browsers have given up, ids that are there twice.

    Exercises and theorems get the link to themselves that headings and figures have.
    """
    body = context.get("body", "").replace(' role="list" class="citation-list"', ' class="citation-list"')
    body = re.sub(' role="doc-biblioentry"| id="(?:exercise|solution)-content"', "", body)
    context["body"] = re.sub(
        r'(<div class="(exercise|theorem) [^"]*" id="([^"]+)">\s*<p.*?)(?=</p>)',
        r'\1<a class="headerlink" href="#\3" title="Link to this \2">#</a>',
        body,
        flags=re.S,
    )


def page_not_found(app):
    """Give a published book the page for addresses that lead nowhere."""
    body = "<h1>No such page</h1><p>It may have moved: the search, the contents and the index know where.</p>"
    return [("404", {"title": "No such page", "body": body}, "page.html")] if app.config.html_baseurl else []


def unblock(app, pages):
    """Let no script hold up the page, and load the search where one searches."""
    options = (Path(app.outdir) / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    for name, page in pages.items():
        page = SEARCH.sub("", page)
        if name == "search.html":
            scripts = "".join(f'<script src="_static/{script}"></script>\n' for script in search.SCRIPTS)
            page = page.replace("</head>", f"{scripts}</head>", 1)
        elif name == "404.html":  # it is shown at any address
            base = html.escape(app.config.html_baseurl.rstrip("/"))
            page = page.replace("<head>", f'<head><base href="{base}/">', 1)
        head, tag, rest = page.partition('<meta name="viewport"')  # there are three
        page = head + tag + VIEWPORT.sub("", rest)
        page = OPTIONS.sub(lambda _: f"<script>{options}</script>", PRELOAD.sub("", page))
        page = re.sub(r"<script (?![^>]*\b(?:defer|async|type)\b)(?=[^>]*\bsrc=)", "<script defer ", page)
        page = page.replace('data-theme="auto"', 'data-theme="light"', 1)
        pages[name] = page.replace("</head>", EARLY, 1)


def name_controls(app, pages):
    """Give the theme's controls the names that a screen reader says."""
    for name, page in pages.items():
        page = re.sub(r'(<button class="btn search-button-field[^>]*?) aria-label="[^"]*"', r"\1", page)
        page = re.sub(r"(<summary[^>]*?) aria-label=\"[^\"]*\"", r"\1", page)
        page = re.sub(r'<(i|span) class="([^"]*\bfa[srb]?[ -])', r'<\1 aria-hidden="true" class="\2', page)
        # the arrows beside chapters
        pages[name] = re.sub(
            r"(<a [^>]*>([^<]*)</a><details[^>]*>)<summary>", r'\1<summary aria-label="Sections of \2">', page
        )


def finish(app, error, images):
    if error or app.builder.format != "html":
        return
    files = {
        path.relative_to(app.outdir).as_posix(): path
        for path in Path(app.outdir).rglob("*.html")
        if "_static" not in path.relative_to(app.outdir).parts
    }
    pages = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
    pages = {name: page for name, page in pages.items() if 'class="glyphs"' not in page}  # those are finished
    for change in (formulas.draw, images.place, unblock, name_controls, styles.tailor):
        change(app, pages)
    for name, page in pages.items():
        files[name].write_text(page, encoding="utf-8")


def setup(app):
    images = pictures.Pictures()
    app.connect("builder-inited", npm.install)
    app.connect("env-updated", images.convert)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", mend, priority=600)  # after the search has read it
    app.connect("html-collect-pages", page_not_found)
    # the theme writes its colors of code at 500
    app.connect("build-finished", partial(finish, images=images), priority=900)
