"""Every section, figure, equation, output, term and index entry of the print is in the built book."""

import jupytext
import pytest
import yaml
from conftest import ROOT, is_page
from matrix import FOLDERS

FACTS = yaml.safe_load((ROOT / "tests" / "print.yml").read_text(encoding="utf-8"))
NUMBERED = [equation["number"] for equation in FACTS["equations"] if "number" in equation]
PAGES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.md"))


def text(element):
    """Return the element's text in one line, without the ¶ that links to it."""
    return " ".join(element.get_text().replace("#", "").split())


@pytest.mark.parametrize("section", FACTS["sections"], ids=lambda section: section["number"])
def test_section_has_its_number_and_title(built, section):
    heading = built(section["file"]).select_one("article h1")
    assert text(heading) == f"{section['number']} {section['title']}"


def test_sections_are_in_the_table_of_contents_in_order(built):
    entries = [text(link) for link in built("index").select("nav.bd-links a")]
    printed = [f"{section['number']} {section['title']}" for section in FACTS["sections"]]
    assert [entry for entry in entries if entry in printed] == printed


@pytest.mark.parametrize("figure", FACTS["figures"], ids=lambda figure: figure["number"])
def test_figure_has_its_number_caption_and_alternative_text(built, facts, figure):
    figure = next(entry for entry in facts["figures"] if entry["number"] == figure["number"])
    found = built(figure["file"]).find("figure", id=figure["name"])
    assert text(found.select_one(".caption-number")) == f"Fig. {figure['number']}"
    assert len(text(found.select_one(".caption-text"))) > 20
    alternative = found.find("img")["alt"]
    assert len(alternative.split()) > 10 and not alternative.endswith((".png", ".svg"))


@pytest.mark.parametrize("number", NUMBERED)
def test_equation_has_its_number_and_is_linked(built, facts, number):
    equation = next(entry for entry in facts["equations"] if entry.get("number") == number)
    page = built(equation["file"])
    found = page.find(id=f"equation-{equation['name']}")
    assert text(found.select_one(".eqno")) == f"({number})"
    links = page.find_all("a", href=f"#equation-{equation['name']}", class_="reference")
    assert links and all(text(link) == f"({number})" for link in links)


def test_no_other_figure_or_equation_is_numbered(built):
    """One too many would shift all that follow."""
    articles = [built(section["file"]).find("article") for section in FACTS["sections"]]
    assert sum(len(article.select("figure .caption-number")) for article in articles) == len(FACTS["figures"])
    assert sum(len(article.select(".eqno")) for article in articles) == len(NUMBERED)


@pytest.mark.parametrize("name", [output["name"] for output in FACTS["outputs"] + FACTS["matrices"]])
def test_output_is_shown_and_declared(built, facts, name):
    output = next(entry for entry in facts["outputs"] + facts["matrices"] if entry["name"] == name)
    shown = [line for block in built(output["file"]).select(".cell_output pre")
             for line in block.get_text().splitlines()]
    declared = [line for cell in jupytext.read(ROOT / f"{output['file']}.md").cells
                for line in cell.metadata.get("prints", "").splitlines()]
    for lines in (shown, declared):
        assert [line for line in lines if line in output["lines"]] == output["lines"]


def test_book_shows_what_is_declared(built):
    """The built pages hold the declared lines, so the book is not of another day."""
    compared = 0
    for path in filter(is_page, PAGES):
        declared = [line for cell in jupytext.read(path).cells
                    for line in cell.metadata.get("prints", "").splitlines()]
        page = built(path.relative_to(ROOT).with_suffix("").as_posix())
        shown = [line for block in page.select(".cell_output pre") for line in block.get_text().splitlines()]
        assert shown == declared
        compared += len(declared)
    assert compared > 0


def test_glossary_defines_and_pages_link(built):
    terms = [text(term) for term in built("appendix/glossary").select("dl.glossary dt")]
    assert {term["title"] for term in FACTS["glossary"]} <= set(terms)
    assert terms == sorted(terms, key=str.lower)
    linked = {link["href"].split("#term-")[1] for section in FACTS["sections"]
              for link in built(section["file"]).select("article a[href*='#term-']")}
    for term in FACTS["glossary"]:
        assert term["title"].replace(" ", "-") in linked


def test_symbols_of_the_print_are_listed(built):
    cells = built("chapters/0_front_matter/symbols").select("td:first-child")
    listed = {text(cell).removeprefix("\\(").removesuffix("\\)") for cell in cells}
    assert set(FACTS["symbols"]) <= listed


def test_index_entries_lead_to_their_pages(built, facts):
    index = built("genindex")
    for fact in facts["index"]:
        name, *below = fact["entry"].split(", ")
        rows = [item for item in index.select("table.indextable > tr > td > ul > li")
                if text(item.find(string=True, recursive=False) or item.find("a")) == name
                or (item.find("a", recursive=False) and text(item.find("a", recursive=False)) == name)]
        assert len(rows) == 1, name
        row = rows[0]
        if below:
            row = next(item for item in row.select("ul li") if text(item.find("a")) == below[0])
        links = [link["href"] for link in row.find_all("a")]
        assert f"{fact['file']}.html#{fact['name']}" in links, (fact["entry"], links)
