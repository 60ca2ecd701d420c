"""Draw all formulas when the book is built: MathJax runs here, not in the reader's browser."""

import html
import re
from pathlib import Path

from docutils import nodes
from myst_parser.sphinx_ext.mathjax import html_visit_displaymath
from sphinx.ext.mathjax import html_visit_math
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

from .npm import run

PUNCTUATION = re.compile(r"[,.;:!?)\]”’'–-]+")
FORMULA = re.compile(
    r"\\\((?P<inline>(?:(?!\\\)).)*)\\\)(?=</span>)|\\\[(?P<display>(?:(?!\\\]</div>).)*)\\\](?=</div>)", re.S
)
GLYPH = re.compile(r'href="#(MJX-[\w-]+)"')
EX = 0.473  # the height of an x in the text font, in em: sizes in em don't wait for the font


class KeepPunctuation(SphinxPostTransform):
    """Keep a formula and the punctuation after it on one line.

    Browsers break lines on either side of a picture, even before a comma.
    """

    default_priority = 900
    formats = ("html",)

    def run(self):
        for formula in list(self.document.findall(nodes.math)):
            line, place = formula.parent, formula.parent.index(formula)
            after = line[place + 1] if place + 1 < len(line) else None
            mark = PUNCTUATION.match(after) if isinstance(after, nodes.Text) else None
            if mark:
                kept = nodes.inline("", "", formula, nodes.Text(mark[0]), classes=["kept"])
                line[place : place + 2] = [kept, nodes.Text(after[mark.end() :])]


def slim(markup):
    """Remove from MathJax's markup what only MathJax reads, and give sizes in em."""
    markup = re.sub(
        r' (?:data-latex|data-c|data-mjx-texclass|xmlns(?::xlink)?|unselectable|focusable|role)="[^"]*"',
        "",
        markup,
    )
    markup = re.sub(r' data-mml-node="(?!mtable|merror)\w+"', "", markup)
    markup = (
        markup.replace("xlink:href", "href")
        .replace("></use>", "/>")
        .replace(' style="position: relative;"', "")
    )
    markup = re.sub(r"(-?[\d.]+)ex\b", lambda size: f"{float(size[1]) * EX:.4g}em", markup)
    while (less := re.sub(r"<g>((?:<(?:use|rect)[^>]*>(?:</rect>)?)*)</g>", r"\1", markup)) != markup:
        markup = less
    return markup


def draw(app, pages):
    """Replace the TeX in the pages by its picture, with the glyphs of a page in one place."""
    wanted = {
        (found.lastgroup, html.unescape(found[found.lastgroup])): None
        for page in pages.values()
        for found in FORMULA.finditer(page)
    }
    if not pages:
        return
    drawn = run("formulas.cjs", [{"tex": tex, "display": kind == "display"} for kind, tex in wanted])
    glyphs = {
        re.search('id="([^"]+)"', glyph)[1]: glyph.replace("></path>", "/>") for glyph in drawn["glyphs"]
    }
    for (kind, tex), picture in zip(list(wanted), drawn["formulas"], strict=True):
        if isinstance(picture, dict):
            where = next(name for name, page in pages.items() if html.escape(tex, quote=False) in page)
            logging.getLogger(__name__).warning(
                "%s: the formula %s: %s", where, tex.strip(), picture["error"]
            )
            picture = html.escape(tex)
        written = f'<mjx-container data-tex="{html.escape(tex.strip())}" '  # for those who copy it
        wanted[kind, tex] = slim(picture).replace("<mjx-container ", written, 1)
    for name, page in pages.items():
        page = FORMULA.sub(lambda found: wanted[found.lastgroup, html.unescape(found[found.lastgroup])], page)
        used = "".join(glyphs[glyph] for glyph in sorted(set(GLYPH.findall(page))))
        pages[name] = re.sub(
            r"<body[^>]*>",
            rf'\g<0><svg class="glyphs" aria-hidden="true"><defs>{used}</defs></svg>',
            page,
            count=1,
        )
    Path(app.outdir, "_static", "formulas.css").write_text(drawn["style"], encoding="utf-8")


def setup(app):
    app.add_html_math_renderer("drawn", (html_visit_math, None), (html_visit_displaymath, None))
    app.add_post_transform(KeepPunctuation)
