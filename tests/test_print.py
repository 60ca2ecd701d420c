"""Every section, figure, equation, output, term and index entry of the print is in the built book."""

import jupytext
import pytest

from conftest import FACTS, PAGES, ROOT, is_page, text

NUMBERED = [equation for equation in FACTS["equations"] if "number" in equation]
PRINTED = ".cell:not(.tag_listing) .cell_output pre"  # a listing is the output of a cell, too


@pytest.mark.parametrize("section", FACTS["sections"], ids=lambda section: section["number"])
def test_section_has_its_number_and_title(built, section):
    heading = built(section["file"]).select_one("article h1")
    assert text(heading) == f"{section['number']} {section['title']}"


def test_sections_are_in_the_table_of_contents_in_order(built):
    entries = [text(link) for link in built("index").select("nav.bd-links a")]
    printed = [f"{section['number']} {section['title']}" for section in FACTS["sections"]]
    assert [entry for entry in entries if entry in printed] == printed


@pytest.mark.parametrize("figure", FACTS["figures"], ids=lambda figure: figure["number"])
def test_figure_has_its_number_caption_and_alternative_text(built, figure):
    found = built(figure["file"]).find("figure", id=figure["name"])
    assert text(found.select_one(".caption-number")) == f"Fig. {figure['number']}"
    assert len(text(found.select_one(".caption-text"))) > 20
    alternative = found.find("img")["alt"]
    assert len(alternative.split()) > 10 and not alternative.endswith((".png", ".svg"))


@pytest.mark.parametrize("equation", NUMBERED, ids=lambda equation: equation["number"])
def test_equation_has_its_number_and_is_linked(built, equation):
    number, page = f"({equation['number']})", built(equation["file"])
    found = page.find(id=f"equation-{equation['name']}")
    assert text(found.select_one(".eqno")) == number
    links = page.find_all("a", href=f"#equation-{equation['name']}", class_="reference")
    assert links and all(text(link) == number for link in links)


def test_no_other_figure_or_equation_is_numbered(built):
    """One too many would shift all that follow."""
    articles = [built(section["file"]).find("article") for section in FACTS["sections"]]
    assert sum(len(article.select("figure .caption-number")) for article in articles) == len(FACTS["figures"])
    assert sum(len(article.select(".eqno")) for article in articles) == len(NUMBERED)


@pytest.mark.parametrize("output", FACTS["outputs"] + FACTS["matrices"], ids=lambda output: output["name"])
def test_output_is_shown_and_declared(built, output):
    shown = [
        line for block in built(output["file"]).select(PRINTED) for line in block.get_text().splitlines()
    ]
    declared = [
        line
        for cell in jupytext.read(ROOT / f"{output['file']}.md").cells
        for line in cell.metadata.get("prints", "").splitlines()
    ]
    for lines in (shown, declared):
        assert [line for line in lines if line in output["lines"]] == output["lines"]


def test_book_shows_what_is_declared(built):
    """The built pages hold the declared lines, so the book is not of another day."""
    compared = 0
    for path in filter(is_page, PAGES):
        declared = [
            line
            for cell in jupytext.read(path).cells
            for line in cell.metadata.get("prints", "").splitlines()
        ]
        page = built(path.relative_to(ROOT).with_suffix("").as_posix())
        shown = [line for block in page.select(PRINTED) for line in block.get_text().splitlines()]
        assert shown == declared
        compared += len(declared)
    assert compared > 0


def test_glossary_defines_and_pages_link(built):
    terms = [text(term) for term in built("appendix/glossary").select("dl.glossary dt")]
    assert {term["title"] for term in FACTS["glossary"]} <= set(terms)
    assert terms == sorted(terms, key=str.lower)
    linked = {
        link["href"].split("#term-")[1]
        for section in FACTS["sections"]
        for link in built(section["file"]).select("article a[href*='#term-']")
    }
    for term in FACTS["glossary"]:
        assert term["title"].replace(" ", "-") in linked


def test_symbols_of_the_print_are_listed(built):
    cells = built("chapters/0_front_matter/symbols").select("td:first-child")
    listed = {text(cell) for cell in cells} | {
        tex["data-tex"] for cell in cells for tex in cell.select("[data-tex]")
    }
    assert set(FACTS["symbols"]) <= listed


def test_index_entries_lead_to_their_pages(built):
    index = built("genindex")
    for fact in FACTS["index"]:
        name, *below = fact["entry"].split(", ")
        rows = [
            item
            for item in index.select("table.indextable > tr > td > ul > li")
            if text(item.find(string=True, recursive=False) or item.find("a")) == name
            or (item.find("a", recursive=False) and text(item.find("a", recursive=False)) == name)
        ]
        assert len(rows) == 1, name
        row = rows[0]
        if below:
            row = next(item for item in row.select("ul li") if text(item.find("a")) == below[0])
        links = [link["href"] for link in row.find_all("a")]
        assert f"{fact['file']}.html#{fact['name']}" in links, (fact["entry"], links)
