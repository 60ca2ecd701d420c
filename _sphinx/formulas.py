"""Draw all formulas when the book is built: MathJax runs here, not in the reader's browser."""

import html
import re
from pathlib import Path

from bs4.element import PreformattedString
from myst_parser.sphinx_ext.mathjax import html_visit_displaymath
from sphinx.ext.mathjax import html_visit_math

from .execution import Fault
from .npm import run

PUNCTUATION = re.compile(r"[,.;:!?)\]”’'–-]+")
GLYPH = re.compile(r'href="#(MJX-[\w-]+)"')
UNREAD = re.compile(
    r' (?:data-latex|data-c|data-mjx-texclass|xmlns(?::xlink)?|unselectable|focusable|role)="[^"]*"'
    r'| data-mml-node="(?!mtable|merror)\w+"| style="position: relative;"'
)
EX = 0.473  # the height of an x in the text font, in em: sizes in em don't wait for the font


def slim(markup):
    """Remove from MathJax's markup what only MathJax reads, and give sizes in em."""
    markup = UNREAD.sub("", markup).replace("xlink:href", "href")
    return re.sub(r"(-?[\d.]+)ex\b", lambda size: f"{float(size[1]) * EX:.4g}em", markup)


class Markup(PreformattedString):
    """What goes into a page as it is; of a formula, also its TeX."""

    PREFIX = SUFFIX = tex = ""


def keep_punctuation(page, formula):
    """Keep a formula and the punctuation after it on one line: browsers break lines even before a comma."""
    after = formula.next_sibling
    if formula.name == "span" and isinstance(after, str) and (mark := PUNCTUATION.match(after)):
        after.replace_with(after[mark.end() :])
        formula.wrap(page.new_tag("span", attrs={"class": "kept"})).append(mark[0])


def draw(app, pages):
    """Replace the TeX in the pages by its picture, with the glyphs of a page in one place."""
    wanted = {}
    for name, page in pages.items():
        for place in page.select(".math"):
            written = next(text for text in reversed(place.contents) if text.strip().startswith("\\"))
            tex = written.strip()
            wanted.setdefault((tex[2:-2], tex.startswith(r"\[")), []).append((name, written))
    drawn = run("formulas.cjs", [{"tex": tex, "display": display} for tex, display in wanted])
    glyphs = {re.search('id="([^"]+)"', glyph)[1]: glyph for glyph in drawn["glyphs"]}
    used = {name: set() for name in pages}
    for (tex, _), places, picture in zip(wanted, wanted.values(), drawn["formulas"], strict=True):
        if isinstance(picture, dict):
            doc, text = places[0][0].removesuffix(".html"), tex.strip()
            above, *_ = Path(app.env.doc2path(doc)).read_text(encoding="utf-8").partition(text)
            line = above.count("\n") + 1
            raise Fault(f"{doc}.md, line {line}: the formula {text}: {picture['error']}")
        written = f'<mjx-container data-tex="{html.escape(tex.strip())}" '  # for those who copy it
        picture = slim(picture).replace("<mjx-container ", written, 1)
        for name, text in places:
            keep_punctuation(pages[name], text.parent)
            text.replace_with(formula := Markup(picture))
            formula.tex = tex
            used[name].update(GLYPH.findall(picture))
    for name, page in pages.items():
        shared = "".join(glyphs[glyph] for glyph in sorted(used[name]))
        page.body.insert(0, Markup(f'<svg class="glyphs" aria-hidden="true"><defs>{shared}</defs></svg>'))
    Path(app.outdir, "_static", "formulas.css").write_text(drawn["style"], encoding="utf-8")


def setup(app):
    app.add_html_math_renderer("drawn", (html_visit_math, None), (html_visit_displaymath, None))
