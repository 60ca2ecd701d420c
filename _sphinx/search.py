"""Lists for the search all places that one may look for: sections, figures, equations, exercises, terms.

static/search.js looks through the list by MiniSearch, in the reader's browser. The list is a script, which a
page can load from a folder as from a server.
"""

import json
import re
import shutil
from functools import cache
from itertools import starmap
from pathlib import PurePath

from bs4.element import PreformattedString
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

from .formulas import KEPT
from .npm import NODE_MODULES

PLACES = (
    "section[id]:not(.exercise > *, .solution > *), figure[id], div.math[id], .exercise[id], .solution[id], "
    ".theorem[id], h1[id], dl.glossary dt[id], dl.py > dt[id], .citation[id]"
)
TITLES = "h1, h2, h3, .admonition-title, figcaption p, .theorem strong, .eqno"
SCRIPTS = ("minisearch.js", "places.js", "search.js")


def fraction(node, l2tobj):
    """Return a fraction in one line, with parentheses around what is more than a number or a letter."""
    parts = [l2tobj.nodelist_to_text(getattr(part, "nodelist", [part])) for part in node.nodeargs]
    return "/".join(part if re.fullmatch(r"\d+|\w(_\w)?", part) else f"({part})" for part in parts)


SAID = {"frac": fraction, "ne": "≠", "det": "det ", "iff": "⟺", "implies": "⟹"}
SIZES = ("left", "middle", "right", *(f"{big}{side}" for big in ("big", "Big") for side in ("", "l", "r")))
UNSAID = dict.fromkeys((*SIZES, "displaystyle", "textstyle", "limits"), "")
MACROS = get_default_latex_context_db()
MACROS.add_context_category("ours", [*starmap(MacroTextSpec, (SAID | UNSAID).items())], prepend=True)
MACROS.set_unknown_macro_spec(MacroTextSpec("", lambda node: f" {node.macroname} "))  # or it would be lost
SCRIPT = r"([_^]){([^{}]*)}"  # below or above the line
TO_TEXT = LatexNodes2Text(MACROS, math_mode="text", keep_braced_groups=True)  # of two letters or more


@cache
def plain(tex):
    """Return a formula as plain text: `α ≤ 2/N`, `w_{max}`."""
    tex = re.sub(r"\\[dt]frac(?![a-z])", r"\\frac", tex)
    tex = re.sub(r"\\operatorname\*?", r"\\mathrm", tex)
    text = re.sub(f"{SCRIPT}(?=[^{{}}]*}})", r"\1\2", TO_TEXT.latex_to_text(tex))  # within another
    text = text.replace("&", " ")
    return " ".join(re.sub(r"[·×∈≤≥<>≈≠→←]|(?<=\w)[+=-](?= )|(log)(?=\w)", r" \g<0> ", text).split())


def spoken(element):
    """Return the text of an element in one line, its formulas, which are drawn, as plain text."""
    words = []
    for text in element.find_all(string=True):
        drawn = type(text) is PreformattedString
        words += [plain(text.parent["data-tex"]), *KEPT.findall(text)] if drawn else [text]
    return " ".join("".join(words).split())


def list_places(app, pages):
    """Take apart what is on each page, its innermost places first; put MiniSearch beside the list."""
    found, static = [], app.outdir / "_static"
    for name, page in pages.items():
        if (doc := name.removesuffix(".html")) not in app.env.found_docs:
            continue
        body, places = page.article, []
        for mark in body.select(".headerlink, .page-map, .citation > .label, script, style, noscript"):
            mark.decompose()
        for number in body.select("div.math > .eqno"):
            number.insert(0, "Equation ")
        for place in reversed([named for named in body.find_all(id=True) if named.css.match(PLACES)]):
            heading = spoken(place.select_one(TITLES) or place)
            text = (place.name == "dt" and place.find_next_sibling("dd")) or place
            words = spoken(text).removeprefix(heading).strip()
            names = [place["id"], *(mark["id"] for mark in place.find_all("span", id=True, recursive=False))]
            places.append({"page": doc, "names": names, "title": heading, "text": words})
            if place.name == "figure":
                places[-1]["picture"] = PurePath(place.img["src"]).stem
            place.extract()  # what is around it has the rest
        found += reversed(places)  # the page itself comes first
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    (static / "places.js").write_text(f"const PLACES = {text};\n", encoding="utf-8")
    shutil.copy(NODE_MODULES / "minisearch" / "dist" / "umd" / "index.js", static / "minisearch.js")


def replace_sphinx(app):
    """Let Sphinx make no index of its own: it knows words, and no numbers, accents or Greek letters."""
    app.builder.search = False


def load(app, pagename, templatename, context, doctree):
    """Load the search where one searches."""
    if pagename == "search":
        for script in SCRIPTS:
            app.add_js_file(script, priority=900, loading_method="defer")


def setup(app):
    app.connect("builder-inited", replace_sphinx)
    app.connect("html-page-context", load)
    app.connect("html-collect-pages", lambda app: [("search", {}, "search.html")])
