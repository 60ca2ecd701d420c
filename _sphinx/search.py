"""Lists for the search all places that one may look for: sections, figures, equations, exercises, terms.

static/search.js looks through the list by MiniSearch, in the reader's browser. The list is a script, which a
page can load from a folder as from a server.
"""

import json
import re
import shutil
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup
from pylatexenc.latex2text import LatexNodes2Text

from .npm import NODE_MODULES

PLACES = (
    "section[id]:not(.exercise > *, .solution > *), figure[id], div.math[id], .exercise[id], .solution[id], "
    ".theorem[id], dl.glossary dt[id], dl.py > dt[id], .citation[id]"
)
SCRIPTS = ("minisearch.js", "places.js", "search.js")


@cache
def plain(tex):
    """Return a formula as plain text: `α ≤ 2/N`."""
    tex = re.sub(r"\\[dt]frac\b", r"\\frac", tex)
    return " ".join(LatexNodes2Text(math_mode="text").latex_to_text(tex).replace("&", " ").split())


class Places:
    """The places of a book, gathered page by page."""

    def __init__(self):
        self.found = []

    def gather(self, app, pagename, templatename, context, doctree):
        """Take apart what is on a page, its innermost places first."""
        if not doctree:
            return
        body = BeautifulSoup(context["body"], "html.parser")
        for mark in body.select(".headerlink, .page-map, .citation > .label, script, style, noscript"):
            mark.decompose()
        for formula in body.select(".math"):
            number = formula.select_one(".eqno")
            number = number.extract().get_text() if number else ""
            formula.string = plain(re.sub(r"\\[()\[\]]", "", formula.get_text()))
            formula["data-title"] = f"Equation {number}"
        places = []
        for place in reversed(body.select(PLACES)):
            title = place.select_one("h1, h2, h3, .admonition-title, figcaption p, .theorem strong") or place
            heading = place.get("data-title") or " ".join(title.get_text().split())
            text = (place.name == "dt" and place.find_next_sibling("dd")) or place
            words = " ".join(text.get_text().split()).removeprefix(heading).strip()
            names = [place["id"], *(mark["id"] for mark in place.find_all("span", id=True, recursive=False))]
            places.append({"page": pagename, "names": names, "title": heading, "text": words})
            if place.name == "figure":
                places[-1]["picture"] = Path(place.img["src"]).stem
            place.extract()  # what is around it has the rest
        self.found += reversed(places)  # the page itself comes first

    def write(self, app, error):
        """Write the list, and put MiniSearch beside it."""
        if error or app.builder.format != "html":
            return
        static = Path(app.outdir, "_static")
        text = json.dumps(self.found, ensure_ascii=False, separators=(",", ":"))
        (static / "places.js").write_text(f"const PLACES = {text};\n", encoding="utf-8")
        shutil.copy(NODE_MODULES / "minisearch" / "dist" / "umd" / "index.js", static / "minisearch.js")


def replace_sphinx(app):
    """Let Sphinx make no index of its own: it knows words, and no numbers, accents or Greek letters."""
    app.builder.search = False


def setup(app):
    places = Places()
    app.connect("builder-inited", replace_sphinx)
    app.connect("html-page-context", places.gather)
    app.connect("html-collect-pages", lambda app: [("search", {}, "search.html")])
    app.connect("build-finished", places.write)
