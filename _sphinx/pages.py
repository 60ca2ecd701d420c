"""Finish the pages that Sphinx has written: draw their formulas, and load no more than they need."""

import re
import sys
from textwrap import shorten

import yaml
from bs4 import BeautifulSoup

from . import formulas, npm, pictures, search, styles, theme
from .execution import ROOT

EARLY = ROOT / "_sphinx" / "static" / "early.js"


def describe(app, pages):
    """Describe pages for search engines and previews of links: by their question, or else how they begin.

    sphinxext-opengraph begins with the first words of a page, which here are its place in print, and shows
    formulas as TeX.
    """
    base = app.config.html_baseurl
    for name, page in pages.items():
        title = search.spoken(page.select_one("h1:not(.onlyprint > *)")).removesuffix("#")
        begins = [search.spoken(text) for text in page.select("section > p:not(.in-print)", limit=2)]
        text = f"{title}: {' '.join(begins) or app.config.html_title}"
        title, text = (re.sub(search.SCRIPT, r"\1\2", said) for said in (title, text))
        text = shorten(text, 161, placeholder=" …", break_on_hyphens=False)
        tags = {"title": title, "description": text, "type": "article", "site_name": app.config.html_title}
        if base:
            tags |= {"url": f"{base}{name}", "image": f"{base}_static/card.png"}
        metas = [{"property": f"og:{key}", "content": said} for key, said in tags.items()]
        for meta in [{"name": "description", "content": text}, *metas]:
            page.title.insert_before(page.new_tag("meta", attrs=meta))


def cite(app, pagename, templatename, context, doctree):
    """Give templates/cite.html the work to cite."""
    context["citation"] = yaml.safe_load((app.srcdir / "CITATION.cff").read_text(encoding="utf-8"))


def page_not_found(app):
    """Give a published book the page for addresses that lead nowhere."""
    body = "<h1>No such page</h1><p>It may have moved: the search, the contents and the index know where.</p>"
    base = app.config.html_baseurl  # for links from any address
    page = {"title": "No such page", "body": body, "metatags": f'<base href="{base}">'}
    return [("404", page, "page.html")] if base else []


def finish(app, error):
    """Parse every page once, and change it; those that are finished from an earlier build stay."""
    if error or app.builder.format != "html":
        return
    print("The pages are written; formulas, pictures and styles follow", file=sys.stderr, flush=True)
    pages = {}
    for path in sorted(app.outdir.rglob("*.html")):
        name, text = path.relative_to(app.outdir).as_posix(), path.read_text(encoding="utf-8")
        if not name.startswith("_static/") and 'class="glyphs"' not in text:
            pages[name] = BeautifulSoup(text, "html.parser")
    if pages:
        for change in formulas.draw, describe, pictures.place, theme.change:
            change(app, pages)
        for name, text in styles.tailor(app, pages).items():
            (app.outdir / name).write_text(text, encoding="utf-8")
        search.list_places(app, pages)  # which takes them apart


def setup(app):
    app.add_js_file(None, body=EARLY.read_text(encoding="utf-8"))
    app.connect("builder-inited", npm.install)
    app.connect("html-page-context", cite)
    app.connect("html-collect-pages", page_not_found)
    # the theme writes its colors of code at 500
    app.connect("build-finished", finish, priority=900)
