"""The book on paper holds what the pages hold: `make pdf` runs these checks on the PDF that it made.

What to expect is read from the pages, the table of contents and appendix/print.yml, by no part of Sphinx.
"""

import functools
import re
import subprocess
from collections import Counter
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
import yaml

import agml_algebra
import agml_explorers
import agml_helpers
from shared import FACTS, ROOT, is_page, read_page

PDF = ROOT / "_build" / "companion.pdf"
LOG = ROOT / "_build" / "paper" / "_build" / "latex" / "companion.log"
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))


# --- what the PDF holds


def poppler(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


@functools.cache
def pdf():
    if not PDF.exists():
        pytest.exit("there is no PDF: run `make pdf`", returncode=1)
    return ElementTree.fromstring(poppler("pdftohtml", "-xml", "-i", "-hidden", "-stdout", PDF))


def words(element):
    return "".join(element.itertext()).replace("\N{NO-BREAK SPACE}", " ").strip()


@functools.cache
def pieces():
    """Return all pieces of text between running heads and page numbers, in the order of their pages."""
    families = {font.get("id"): font.get("family") for font in pdf().iter("fontspec")}
    found = []
    for page in pdf().iter("page"):
        for piece in page.iter("text"):
            top, left, width, height = (int(piece.get(key)) for key in ("top", "left", "width", "height"))
            if 100 < top < 1090:  # of 1188
                found.append(
                    SimpleNamespace(
                        page=int(page.get("number")),
                        text=words(piece),
                        right=left + width,
                        height=height,
                        bold=piece.find(".//b") is not None,
                        code="Mono" in families[piece.get("font")],
                        links={words(link): link.get("href") for link in piece.iter("a")},
                    )
                )
    return found


@functools.cache
def bookmarks():
    """Return the bookmarks in order: depth, title, page."""

    def walk(outline, depth):
        for item in outline:
            if item.tag == "outline":
                yield from walk(item, depth + 1)
            else:
                yield depth, item.text, int(item.get("page"))

    return list(walk(pdf().find("outline"), 0))


@functools.cache
def span(title):
    """Return the pages from a bookmark to the next one, on which that starts."""
    following = [page for _, _, page in bookmarks()[1:]] + [len(pdf().findall("page"))]
    (found,) = [
        range(page, last + 1)
        for (depth, name, page), last in zip(bookmarks(), following)
        if name == title and depth  # a part may have the name of its first page
    ]
    return found


@functools.cache
def bitmaps():
    """Return the pages that have pictures made of points."""
    return {int(line.split()[0]) for line in poppler("pdfimages", "-list", PDF).splitlines()[2:]}


def prose(text):
    """Return the text without spaces and hyphens, which breaking it into lines changes, in plain quotes."""
    return re.sub(r"[\s‐-]", "", text).translate(str.maketrans("’“”", '\'""'))


def code(text):
    """Return the code without spaces: long lines are broken."""
    return re.sub(r"\s", "", text)


def all_prose(pages=None):
    return prose(
        "".join(piece.text for piece in pieces() if not piece.code and (not pages or piece.page in pages))
    )


# --- what the sources hold


class Page:
    """A page of the companion."""

    def __init__(self, file, depth):
        self.file, self.depth, path = file, depth, ROOT / f"{file}.md"
        self.source = path.read_text(encoding="utf-8")
        self.number = "".join(re.findall('^number: "(.+)"', self.source, re.M)[:1])
        self.title = f"{self.number} {re.search('^# (.+)$', self.source, re.M)[1].replace('`', '')}".strip()
        self.cells = read_page(path) if is_page(path) else []
        self.figures = [
            cell.metadata["mystnb"]["figure"]
            for cell in self.cells
            if "figure" in cell.metadata.get("mystnb", {})
        ]
        self.equations = self.labels("math")
        self.exercises = self.labels("exercise")
        self.solutions = re.findall(r"^`{3,}{solution(?:-start)?} (\S+)", self.source, re.M)

    def labels(self, directive):
        return re.findall(rf"^`{{3,}}{{{directive}}}.*\n(?::.*\n)*?:label: (\S+)", self.source, re.M)


def walk(entries, depth=1):
    for entry in entries:
        yield Page(entry["file"], depth)
        yield from walk(entry.get("sections", ()), depth + 1)


PARTS = {part["caption"]: list(walk(part["chapters"])) for part in TOC.get("parts", ())}
PAGES = [page for pages in PARTS.values() for page in pages]


def numbered(kind):
    """Return what pages hold of a kind by its number: each chapter counts its own."""
    counts, found = Counter(), {}
    for page in PAGES:
        chapter = page.number.split(".")[0]
        for item in getattr(page, kind):
            counts[chapter] += 1
            found[f"{chapter}.{counts[chapter]}".lstrip(".")] = item
    assert found
    return found


def begins(markdown):
    """Return the beginning of a text, as far as it is plain."""
    return prose(re.match(r"[^$`{*\[]*", markdown)[0])


# --- the checks


def test_bookmarks_are_the_table_of_contents():
    expected = []
    for part, pages in PARTS.items():
        expected += [(0, part), *((page.depth, page.title) for page in pages)]
    assert [(depth, title) for depth, title, _ in bookmarks()] == expected


def test_contents_lead_to_every_page():
    (contents,) = {piece.page for piece in pieces() if piece.text == "Contents"}
    links = [
        (name, int(href.split("#")[1]))
        for piece in pieces()
        for name, href in piece.links.items()
        if contents <= piece.page < bookmarks()[0][2]
    ]
    numbers = {page.title: page.number for page in PAGES}
    for _, title, page in bookmarks():
        name = title.removeprefix(numbers.get(title, "")).strip()
        line = ""
        while len(line) < len(name):  # a long one takes two lines
            part, target = links.pop(0)
            line += f" {part}" if line else part
        assert (line, target) == (name, page)
    assert not links


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.file)
def test_page_begins_with_its_number_and_title(page):
    large = [piece.text for piece in pieces() if piece.page == span(page.title)[0] and piece.height > 20]
    assert prose(page.title) in prose("".join(large))


def test_figures_have_number_and_caption():
    figures = numbered("figures")
    names = {number: figure["name"] for number, figure in figures.items()}
    assert {fact["number"]: fact["name"] for fact in FACTS["figures"]}.items() <= names.items()
    labels = [piece.text for piece in pieces() if piece.bold and re.match(r"Fig\. \S+$", piece.text)]
    assert labels == [f"Fig. {number}" for number in figures]
    for number, figure in figures.items():
        assert f"Fig.{number}{begins(figure['caption'])}" in all_prose(), number


def test_equations_have_their_number():
    equations = numbered("equations")
    printed = {fact["number"]: fact["name"] for fact in FACTS["equations"] if "number" in fact}
    assert printed.items() <= equations.items()
    ((margin, _),) = Counter(piece.right for piece in pieces()).most_common(1)
    at_margin = [piece.text for piece in pieces() if abs(piece.right - margin) < 5]
    assert [text for text in at_margin if re.match(r"\(\S+\)$", text)] == [
        f"({number})" for number in equations
    ]


def test_exercises_have_their_number_and_solutions_are_printed():
    titles = [piece.text for piece in pieces() if piece.bold]
    exercises = numbered("exercises")
    solved = {number for number, name in exercises.items() if any(name in page.solutions for page in PAGES)}
    for kind, numbers in (("Exercise", exercises), ("Solution to Exercise", solved)):
        found = [match[1] for title in titles if (match := re.match(rf"{kind} (\S+)", title))]
        assert sorted(found) == sorted(numbers)
    for page in PAGES:
        for first in re.findall(
            r"^`{3,}{solution(?:-start)?} .*\n(?::.*\n)*(?:`{3,}\n)?\n*(.+)", page.source, re.M
        ):
            assert begins(first) in all_prose(span(page.title)), first


@pytest.mark.parametrize("page", [page for page in PAGES if page.cells], ids=lambda page: page.file)
def test_cells_and_their_output_are_printed_to_the_last_digit(page):
    shown = code("".join(piece.text for piece in pieces() if piece.code and piece.page in span(page.title)))
    for cell in page.cells:
        tags = cell.metadata.get("tags", [])
        source = "" if "remove-input" in tags else cell.source.strip()
        if "listing" in tags:  # it gives the source of a function
            call = cell.source.strip().splitlines()[-1]
            source += str(eval(call, {"ag": agml_helpers, "alg": agml_algebra, "ex": agml_explorers}))
        expected = code(source)
        at = shown.find(expected)
        assert at >= 0, cell.source
        shown = shown[at + len(expected) :]
        if "prints" in cell.metadata:
            assert shown.startswith(code(cell.metadata.prints)), cell.metadata.prints


@pytest.mark.parametrize("output", FACTS["outputs"] + FACTS["matrices"], ids=lambda output: output["name"])
def test_output_of_the_print_is_printed_to_the_last_digit(output):
    (page,) = [page for page in PAGES if page.number == output["section"]]
    lines = [line.strip() for line in output["lines"]]
    shown = [piece.text for piece in pieces() if piece.code and piece.page in span(page.title)]
    assert [line for line in shown if line in lines] == lines


def test_glossary_has_every_term():
    (page,) = [page for page in PAGES if "```{glossary}" in page.source]
    terms = re.findall(r"^([^\s`].*)\n  \S", page.source.split("```{glossary}")[1], re.M)
    assert {fact["title"] for fact in FACTS["glossary"]} <= set(terms)
    bold = [piece.text for piece in pieces() if piece.bold and piece.page in span(page.title)]
    assert [term for term in bold if term in terms] == terms


def test_index_has_every_entry_of_the_print():
    index = all_prose(span("Index"))
    for fact in FACTS["index"]:
        assert all(prose(name) in index for name in fact["entry"].split(", ")), fact
    assert sum(len(piece.links) for piece in pieces() if piece.page in span("Index")) >= len(FACTS["index"])


def test_bibliography_has_every_entry():
    sources = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("appendix/*.bib"))
    hrefs = [href for piece in pieces() for href in piece.links.values()]
    for doi in re.findall(r"doi = {(.+)}", sources):
        assert any(href.endswith(doi) for href in hrefs), doi


def test_references_are_links_with_the_right_number():
    places = {piece.text: piece.page for piece in pieces() if piece.bold}
    for number, figure in numbered("figures").items():
        used = sum(page.source.count(f"{{numref}}`{figure['name']}`") for page in PAGES)
        hrefs = [href for piece in pieces() for name, href in piece.links.items() if name == f"Fig. {number}"]
        assert len(hrefs) >= used and {int(href.split("#")[1]) for href in hrefs} <= {
            places[f"Fig. {number}"]
        }
    for number, name in numbered("equations").items():
        used = sum(page.source.count(f"{{eq}}`{name}`") for page in PAGES)
        assert sum(number == link for piece in pieces() for link in piece.links) >= used
    terms = sum(page.source.count("{term}`") for page in PAGES)
    assert sum("companion" in href for piece in pieces() for href in piece.links.values()) > terms


def test_no_markup_and_no_open_reference_is_left():
    left = r"\{[a-z-]+\}|`|</?[a-z]+|\$|\\[a-zA-Z(\[]|\*\*(?!kwargs\b)|\]\(|:::|\?\?"
    found = re.findall(
        rf".{{0,40}}(?:{left}).{{0,40}}", "\n".join(piece.text for piece in pieces() if not piece.code)
    )
    assert not found


def test_no_page_is_empty():
    letters = Counter()
    for piece in pieces():
        letters[piece.page] += len(piece.text)
    assert all(letters[number] > 20 for number in range(1, len(pdf().findall("page")) + 1))


def test_latex_does_not_complain():
    """Of references, labels, fonts and characters that they lack, and of what runs into the margin."""
    log = LOG.read_text(encoding="utf-8", errors="replace").replace("\n", "")  # it is broken at 79 characters
    assert not re.findall(
        r"(?:LaTeX|LaTeX Font|Package hyperref) Warning:.{,100}|Missing character:.{,60}", log
    )
    assert not [size for size in re.findall(r"Overfull \\[hv]box \(([0-9.]+)pt", log) if float(size) > 2]


def test_figures_are_drawn_in_lines_where_that_is_smaller():
    labels = [piece.page for piece in pieces() if piece.bold and re.match(r"Fig\. \S+$", piece.text)]
    assert sum(page not in bitmaps() for page in labels) > len(labels) / 2


def test_every_explorer_has_its_still_picture():
    cells = [cell for page in PAGES for cell in page.cells if re.search(r"\bex\.[A-Z]", cell.source)]
    stills = [piece.page for piece in pieces() if piece.text == "On the screen, you can move this picture."]
    assert len(stills) == len(cells) > 0
    assert all({page, page - 1} & bitmaps() for page in stills)  # the line may be the first of the next page


def test_fonts_are_embedded_and_those_of_the_book():
    rows = [row.split() for row in poppler("pdffonts", PDF).splitlines()[2:]]
    assert all(row[-5] == "yes" for row in rows)
    families = {re.split("[+-]", row[0])[1] for row in rows}
    assert families >= {"STIX", "STIXGeneral", "TeXGyreTermesMath", "DejaVuSansMono"}
