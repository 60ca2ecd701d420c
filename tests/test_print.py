"""Every fact of the print is in the built book, and its concordance leads to the very place."""

import posixpath
import re

import pytest

from agml_printed import differences
from shared import DOCS, FACTS, PAGES, ROOT, is_page, read_page, text

CONCORDANCE = "appendix/concordance"


# The concordance: a row for every fact


def rows(built):
    """Return the page of the print, the link and the whole text of every row that has a link."""
    page, found = None, []
    for row in built(CONCORDANCE).select("table.concordance tbody tr"):
        if number := row.select_one(".print-page"):
            page = text(number)
        if link := row.find("a"):
            found.append((page, link, text(link.find_parent("td"))))
    return found


def leads_to(link, name):
    return link["href"].endswith((f"#{name}", f"#equation-{name}", f"{name}.html"))


def test_every_page_and_everything_on_it_is_in_the_table_in_order(built):
    """What runs on is marked, and each page has its anchor, to which a strip of links leads."""
    facts = [(str(page), name) for page, names in FACTS["pages"].items() for name in names]
    seen = set()
    for (page, name), (found, link, row) in zip(facts, rows(built), strict=True):
        assert found == page and leads_to(link, name) and row.endswith(", continued") == (name in seen)
        seen.add(name)
    assert seen == set(THINGS)
    files = [section["file"] for section in FACTS["sections"]]
    assert [doc for doc in DOCS if doc in files] == files
    anchors = [(str(page), f"#page-{page}") for page in FACTS["pages"]]
    assert [(text(link), link["href"]) for link in built(CONCORDANCE).select(".page-strip a")] == anchors
    cells = built(CONCORDANCE).select("td.print-page")
    assert [(text(cell), f"#{cell.find(id=True)['id']}") for cell in cells] == anchors


@pytest.mark.parametrize("section", FACTS["sections"], ids=lambda section: section["number"])
def test_line_under_the_title_names_the_pages(built, section):
    line, number = text(built(section["file"]).select_one(".in-print")), section["number"]
    first = next(page for page, names in FACTS["pages"].items() if section["name"] in names)
    assert re.fullmatch(rf"In print: \w+ {number}, pages? {first}( (and|to) \d+)?\.", line)
    known = {"1": "pages 3 to 21", "1.1": "page 3", "1.2": "pages 4 to 6", "1.2.1": "pages 5 and 6"}
    assert line.endswith(f"{known.get(number, '')}.")


# What a link lands on


def is_equation(place, equation):
    """Compare TeX without what only sets its size and place."""

    def bare(tex):
        return re.sub(r"\\displaystyle|\\left\b|\\right\b|\\begin\{(split|aligned)\}|\\[\[(,]|[\s&]", "", tex)

    if "number" in equation and text(place.select_one(".eqno")) != f"({equation['number']})":
        return False
    if place.name == "ol":
        formulas = place.select(".math")
    else:  # the formula itself, or the first one after the paragraph that announces it
        parts = [place, *place.find_next_siblings(limit=2)]
        formulas = [part for part in parts if "math" in part.get("class", [])][:1]
    shown = [bare(formula["data-tex"]) for formula in formulas]
    begins, holds = bare(equation["tex"]), bare(equation.get("holds", ""))
    return any(tex.startswith(begins) and holds in tex for tex in shown)


def printed(place):
    """Return the lines that cells have printed; a listing is the output of a cell, too."""
    blocks = place.select(":not(.tag_listing) > .cell_output pre")
    return [line for block in blocks for line in block.get_text().splitlines()]


IS = {
    "sections": lambda place, thing: text(place) == f"{thing['number']} {thing['title']}",
    "unnumbered": lambda place, thing: text(place.select_one("h1") or place) == thing["title"],
    "passages": lambda place, thing: thing["holds"] in text(place.find(["h2", "h3"]) or place),
    "figures": lambda place, thing: text(place.select_one(".caption-number")) == f"Fig. {thing['number']}",
    "equations": is_equation,
    "listings": lambda place, thing: any(thing["shows"] in pre.get_text() for pre in place.select("pre")),
    "outputs": lambda place, thing: printed(place) == thing["lines"],
    "glossary": lambda place, thing: place.name == "dt" and text(place) == thing["title"],
    # that the index leads to this very anchor is tested with the index
    "index": lambda place, thing: place.find_parent("article") is not None,
}
THINGS = {thing["name"]: (kind, thing) for kind in IS for thing in FACTS[kind]}


@pytest.mark.parametrize("name", THINGS)
def test_link_lands_on_the_thing(built, name):
    kind, thing = THINGS[name]
    ((link, words),) = {(link["href"], text(link)) for _, link, _ in rows(built) if leads_to(link, name)}
    assert thing.get("number", thing.get("title", "")) in words
    file, _, anchor = link.partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(CONCORDANCE), file))
    assert file == f"{thing['file']}.html"
    page = built(thing["file"])
    place = page.find(id=anchor) if anchor else page.find("article").find_parent()
    while place.name == "span":  # one of several anchors of the element after it
        place = place.find_next_sibling()
    assert IS[kind](place, thing), str(place)[:500]


# The book as a whole


def test_book_shows_what_is_declared(built):
    """The built pages hold the declared lines, so the book is not of another day."""
    for path in filter(is_page, PAGES):
        declared = "".join(cell.metadata.get("prints", "") for cell in read_page(path))
        shown = printed(built(path.relative_to(ROOT).with_suffix("").as_posix()))
        assert not differences("\n".join(shown), declared)


@pytest.mark.parametrize("fact", FACTS["matrices"], ids=lambda fact: fact["name"])
def test_what_the_print_works_out_in_formulas_is_computed(built, fact):
    assert [line for line in printed(built(fact["file"])) if line in fact["lines"]] == fact["lines"]


def test_glossary_is_in_alphabetical_order(built):
    """Which Sphinx could see to, but for Gröbner basis."""
    terms = [text(term).lower() for term in built("appendix/glossary").select("dl.glossary dt")]
    assert len(terms) > 100 and terms == sorted({*terms}, key=lambda term: term.replace("ö", "o"))


def test_symbols_of_the_print_are_listed(built):
    cells = built("chapters/0_front_matter/symbols").select("td:first-child")
    formulas = [formula["data-tex"] for cell in cells for formula in cell.select("[data-tex]")]
    assert {*FACTS["symbols"]} <= {*map(text, cells), *formulas}


def test_index_entries_lead_to_their_pages(built):
    for fact in FACTS["index"]:
        rows = built("genindex").select("table.indextable > tr > td > ul > li")
        for name in fact["entry"].split(", "):
            (row,) = [row for row in rows if next(row.stripped_strings) == name]
            rows = row.select("ul li")
        links = [link["href"] for link in row.find_all("a")]
        assert f"{fact['file']}.html#{fact['name']}" in links, (fact["entry"], links)
