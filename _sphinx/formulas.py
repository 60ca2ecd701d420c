"""Draw all formulas when the book is built: MathJax runs here, not in the reader's browser.

KaTeX, which sphinxcontrib-katex can run ahead of time, writes half as much into a page, but its letters are
fonts in a typeface other than the text's, and load after it; sphinx.ext.imgmath needs LaTeX for every build.
"""

import re
from pathlib import Path

from bs4.element import PreformattedString
from myst_parser.sphinx_ext.mathjax import html_visit_displaymath
from sphinx.ext.mathjax import html_visit_math

from .execution import Fault
from .mistakes import places
from .npm import run

TEX = re.compile(r"^\s*\\[(\[]")
SPLIT = re.compile(r"^\\begin{split}|\\end{split}$")  # which Sphinx puts around several lines
PUNCTUATION = re.compile(r"[,.;:!?)\]”’'–-]+")
KEPT = re.compile("([^<>]+)</span>")
UNREAD = re.compile(
    r' (?:data-latex|data-c|data-mjx-texclass|xmlns|unselectable|focusable|role)="[^"]*"'
    r'| data-mml-node="(?!mtable|merror)\w+"| style="position: relative;"'
)
BREAK = "</mjx-break>"  # between pieces, where a line may break
EX = 0.473  # the height of an x in the text font, in em: sizes in em don't wait for the font


def slim(markup):
    """Remove from MathJax's markup what only MathJax reads, and give sizes in em."""
    return re.sub(r"(-?[\d.]+)ex\b", lambda size: f"{float(size[1]) * EX:.4g}em", UNREAD.sub("", markup))


def keep_punctuation(formula, picture):
    """Return a picture whose last piece holds the punctuation after it: lines may break before a comma."""
    after = formula.next_sibling
    if formula.name != "span" or not isinstance(after, str) or not (mark := PUNCTUATION.match(after)):
        return picture
    after.replace_with(after[mark.end() :])
    begin = max(picture.find("<svg"), picture.rfind(BREAK) + len(BREAK))
    end = picture.find("<mjx-assistive-mml")
    return f'{picture[:begin]}<span class="kept">{picture[begin:end]}{mark[0]}</span>{picture[end:]}'


def draw(app, pages):
    """Replace the TeX in the pages by its picture, with the glyphs of a page in one place."""
    written = [[place.find(string=TEX) for place in page.select(".math")] for page in pages.values()]
    drawn = run("formulas.cjs", written)
    for (name, page), texts, made in zip(pages.items(), written, drawn["pages"], strict=True):
        for text, picture in zip(texts, made["formulas"], strict=True):
            tex, formula = text.strip()[2:-2].strip(), text.parent
            if "error" in picture:
                path = Path(app.env.doc2path(name.removesuffix(".html")))
                file = path.relative_to(app.srcdir)
                source = SPLIT.sub("", tex).strip()
                _, line = next(places(re.escape(source), path, file), (None, file))
                raise Fault(f"{line}: the formula {' '.join(source.split())}: {picture['error']}")
            formula["data-tex"] = tex  # for those who copy it, and for the search
            shown = keep_punctuation(formula, slim(picture["svg"]))
            text.replace_with(PreformattedString(shown))
        glyphs = f'<svg class="glyphs" aria-hidden="true">{made["glyphs"]}</svg>'
        page.body.insert(0, PreformattedString(glyphs))
    (app.outdir / "_static" / "formulas.css").write_text(drawn["style"], encoding="utf-8")


def setup(app):
    app.add_html_math_renderer("drawn", (html_visit_math, None), (html_visit_displaymath, None))
