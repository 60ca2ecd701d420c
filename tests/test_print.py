"""Every section, figure, equation, output, term and index entry of the print is in the built book."""

import unicodedata

import pytest

from shared import FACTS, PAGES, ROOT, is_page, read_page, text

NUMBERED = [equation for equation in FACTS["equations"] if "number" in equation]
PRINTED = ".cell:not(.tag_listing) .cell_output pre"  # a listing is the output of a cell, too


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
def test_equation_is_linked_by_its_number(built, equation):
    links = built(equation["file"]).find_all("a", href=f"#equation-{equation['name']}", class_="reference")
    assert links and all(text(link) == f"({equation['number']})" for link in links)


def test_no_other_figure_or_equation_is_numbered(built):
    """One too many would shift all that follow."""
    articles = [built(section["file"]).find("article") for section in FACTS["sections"]]
    assert sum(len(article.select("figure .caption-number")) for article in articles) == len(FACTS["figures"])
    assert sum(len(article.select(".eqno")) for article in articles) == len(NUMBERED)


def printed(page):
    """Return the lines that the cells of a built page have printed."""
    return [line for block in page.select(PRINTED) for line in block.get_text().splitlines()]


@pytest.mark.parametrize("output", FACTS["outputs"] + FACTS["matrices"], ids=lambda output: output["name"])
def test_output_is_shown(built, output):
    shown = printed(built(output["file"]))
    assert [line for line in shown if line in output["lines"]] == output["lines"]


def test_book_shows_what_is_declared(built):
    """The built pages hold the declared lines, so the book is not of another day."""
    for path in filter(is_page, PAGES):
        declared = [line for cell in read_page(path) for line in cell.metadata.get("prints", "").splitlines()]
        assert printed(built(path.relative_to(ROOT).with_suffix("").as_posix())) == declared


def test_pages_link_the_terms_of_the_glossary(built):
    linked = {
        link["href"].split("#term-")[1]
        for section in FACTS["sections"]
        for link in built(section["file"]).select("article a[href*='#term-']")
    }
    assert {term["title"].replace(" ", "-") for term in FACTS["glossary"]} <= linked


def test_glossary_is_in_alphabetical_order(built):
    terms = [text(term) for term in built("appendix/glossary").select("dl.glossary dt")]
    plain = [unicodedata.normalize("NFKD", term).encode("ascii", "ignore").decode().lower() for term in terms]
    assert plain == sorted(set(plain)) and {"gradient", "grobner basis", "weight"} <= set(plain)


def test_symbols_of_the_print_are_listed(built):
    cells = built("chapters/0_front_matter/symbols").select("td:first-child")
    listed = {text(cell) for cell in cells} | {
        tex["data-tex"] for cell in cells for tex in cell.select("[data-tex]")
    }
    assert set(FACTS["symbols"]) <= listed


def test_index_entries_lead_to_their_pages(built):
    for fact in FACTS["index"]:
        rows = built("genindex").select("table.indextable > tr > td > ul > li")
        for name in fact["entry"].split(", "):
            (row,) = [row for row in rows if next(row.stripped_strings) == name]
            rows = row.select("ul li")
        links = [link["href"] for link in row.find_all("a")]
        assert f"{fact['file']}.html#{fact['name']}" in links, (fact["entry"], links)
