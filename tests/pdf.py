"""The book on paper holds what the pages hold: `make pdf` runs these checks on the PDF that it made.

What to expect is read from the pages, the table of contents and appendix/print.yml, by no part of Sphinx.
"""

import re
import subprocess
from collections import Counter
from functools import cache
from xml.etree import ElementTree

import pytest

import agml_helpers
from agml_printed import differences
from shared import FACTS, ROOT, TOC, is_page, read_page

PDF = ROOT / "_build" / "companion.pdf"
LOG = ROOT / "_build" / "paper" / "_build" / "latex" / "companion.log"
NUMBERED = {  # what names a thing on its page, begins it on paper, and refers to it there and here
    "figure": (r"^    name: (\S+)\n +caption:", r"^ {4,}Fig\. (\S+) ", "{{numref}}`{}`", r"Fig\.{}"),
    "equation": (r"^`{3,}{math}\n:label: (\S+)", r" {3,}\(([\w.]+)\)$", "{{eq}}`{}`", r"\({}\)"),
    "exercise": (r"^:label: (exercise-\S+)", r"^ *Exercise (\S+) \(", "{{ref}}`{}`", "Exercise{}"),
}


def poppler(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def bare(text):
    """Return a text without spaces and hyphens, which breaking it into lines changes, in plain quotes."""
    return re.sub(r"[\s‐-]", "", text).translate(str.maketrans("’“”", '\'""'))


def code(text):
    """Return the lines of a text that aren't empty, without spaces."""
    return list(filter(None, (re.sub(r"\s", "", line) for line in text.splitlines())))


@cache
def sheets():
    """Return the text of every sheet of paper between running head and page number."""
    return poppler("pdftotext", "-layout", "-y", "67", "-W", "612", "-H", "660", PDF, "-").split("\f")[:-1]


@cache
def bookmarks():
    """Return the bookmarks in order: depth, title, sheet."""

    def walk(outline, depth):
        for item in outline:
            if item.tag == "outline":
                yield from walk(item, depth + 1)
            else:
                yield depth, item.text, int(item.get("page"))

    book = ElementTree.fromstring(poppler("pdftohtml", "-xml", "-i", "-stdout", PDF))
    return list(walk(book.find("outline"), 0))


def text(title):
    """Return the text from the bookmark of a page to the next one."""
    places = [(title, sheet) for depth, title, sheet in bookmarks() if depth]  # a part may have a page's name
    ends = [sheet for _, sheet in places[1:]] + [len(sheets())]
    ((start, end),) = [(start, end) for (name, start), end in zip(places, ends) if name == title]
    return "\n".join(sheets()[start - 1 : end])


class Page:
    def __init__(self, file):
        self.path = ROOT / f"{file}.md"
        self.source = self.path.read_text(encoding="utf-8")
        self.number = "".join(re.findall('^number: "(.+)"', self.source, re.M))
        self.title = f"{self.number} {re.search('^# (.+)$', self.source, re.M)[1].replace('`', '')}".strip()
        self.cells = read_page(self.path) if is_page(self.path) else []


ENTRIES = [
    (len(indent) // 4, name if kind == "caption" else Page(name))
    for indent, kind, name in re.findall(r'^( *)- (caption|file): "?([^"\n]+)', TOC, re.M)
]
PAGES = [entry for depth, entry in ENTRIES if depth]


def test_bookmarks_are_the_table_of_contents():
    expected = [(depth, entry.title if depth else entry) for depth, entry in ENTRIES]
    assert [(depth, title) for depth, title, _ in bookmarks()] == expected


@pytest.mark.parametrize("kind", NUMBERED)
def test_numbers_are_those_of_the_print_and_of_the_pages(kind):
    named, begins, reference, referred = NUMBERED[kind]
    counts, names = Counter(), {}
    for page in PAGES:
        chapter = page.number.split(".")[0]
        for name in re.findall(named, page.source, re.M) if chapter else ():
            counts[chapter] += 1
            names[f"{chapter}.{counts[chapter]}"] = name
    assert re.findall(begins, "\n".join(sheets()), re.M) == list(names)
    source, printed = "".join(page.source for page in PAGES), bare("".join(sheets()))
    for number, name in names.items():
        found = re.findall(referred.format(re.escape(number)) + r"(?!\.?\d)", printed)
        assert len(found) > source.count(reference.format(name)), number


@pytest.mark.parametrize("page", [page for page in PAGES if page.cells], ids=lambda page: page.path.stem)
def test_cells_are_printed_and_what_they_print_to_the_last_digit(page):
    shown = code(re.sub(r"\n *↪", "", text(page.title)))  # the sign begins the rest of a long line
    for cell in page.cells:
        tags = cell.metadata.get("tags", [])
        source = "" if "remove-input" in tags else cell.source
        if "listing" in tags:  # it gives the source of a function
            source += f"\n{eval(cell.source.strip().splitlines()[-1], {'ag': agml_helpers})}"
        for line in code(source):
            assert line in shown, cell.source
            shown = shown[shown.index(line) + 1 :]
        declared = code(cell.metadata.get("prints", ""))
        assert not differences("\n".join(shown[: len(declared)]), "\n".join(declared))


def test_glossary_bibliography_and_index_are_complete():
    glossary = (ROOT / "appendix" / "glossary.md").read_text(encoding="utf-8")
    sources = (ROOT / "appendix" / "literature.bib").read_text(encoding="utf-8")
    lists = {
        "Glossary": re.findall(r"^([^\s`].*)\n  \S", glossary.split("```{glossary}")[1], re.M),
        "Bibliography": re.findall("doi = {(.+)}", sources),
        "Index": [name for fact in FACTS["index"] for name in fact["entry"].split(", ")],
    }
    for title, items in lists.items():
        found = bare(text(title))
        assert items and not [item for item in items if bare(item) not in found]


def test_every_sheet_has_text_and_no_markup():
    left = r"\{[a-z-]+\}`|</[a-z]+|\\[(\[]|:::|\?\?"
    assert not re.findall(rf".{{0,40}}(?:{left}).{{0,40}}", "\n".join(sheets()))
    assert not [number for number, sheet in enumerate(sheets(), start=1) if len(bare(sheet)) < 20]


def test_every_explorer_has_its_still_picture():
    cells = [cell for page in PAGES for cell in page.cells if re.search(r"\bex\.[A-Z]", cell.source)]
    assert "".join(sheets()).count("On the screen, you can move this picture.") == len(cells) > 0


def test_latex_does_not_complain():
    """Of references, labels, fonts and characters that they lack, and of what runs into the margin."""
    log = LOG.read_text(encoding="utf-8", errors="replace").replace("\n", "")  # it is broken at 79 characters
    assert not re.findall(r"(?:LaTeX|hyperref)(?: Font)? Warning:.{,100}|Missing character:.{,60}", log)
    assert not [size for size in re.findall(r"Overfull \\[hv]box \(([0-9.]+)pt", log) if float(size) > 2]
