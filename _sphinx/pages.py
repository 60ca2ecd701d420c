"""Finish the pages that Sphinx has written: draw their formulas, and load no more than they need.

What themes and extensions put into every page is changed here, in the text of the page, because
they put it there by templates and scripts of their own.
"""

import html
import re
from functools import partial
from pathlib import Path

from docutils import nodes

from . import formulas, npm, pictures, styles

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
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')
PRELOAD = re.compile(
    r'\s*<link rel="preload" as="script"[^>]*>|\s*<script defer src="[^"]*fontawesome\.js[^"]*"></script>'
)


TITLES = {"genindex": "Index", "search": "Search"}  # of the pages that Sphinx writes by itself


def describe(app, pagename, templatename, context, doctree):
    """Describe the page for search engines and previews of links: by its question, or else how it begins."""
    texts = []
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        if isinstance(paragraph.parent, nodes.section) and "in-print" not in paragraph["classes"]:
            texts.append(" ".join(paragraph.astext().split()))
    title = re.sub("<[^>]*>|[\\\\][()]", "", html.unescape(context.get("title") or TITLES[pagename]))
    text = f"{title}: {' '.join(texts[:2]) or app.config.html_title}"
    if len(text) > 160:
        text = text[:160].rsplit(" ", 1)[0] + " …"
    content = html.escape(text)
    context["metatags"] = context.get("metatags", "") + (
        f'\n<meta name="description" content="{content}"/>'
        f'\n<meta property="og:description" content="{content}"/>'
        f'\n<meta property="og:title" content="{html.escape(title)}"/>'
    )
    # docutils gives the entries of a bibliography a role that browsers have given up
    body = context.get("body", "").replace(' role="list" class="citation-list"', ' class="citation-list"')
    context["body"] = body.replace(' role="doc-biblioentry"', "")


def unblock(app, pages):
    """Let no script hold up the page, and load the search's index where one searches."""
    options = (Path(app.outdir) / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    for name, page in pages.items():
        if name != "search.html":
            page = SEARCH.sub("", page)
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
    # the theme writes its colors of code at 500
    app.connect("build-finished", partial(finish, images=images), priority=900)
