"""The concordance has every fact of the print on its page, and each link lands on the thing that it names."""

import posixpath
import re

import pytest

from shared import FACTS, text

CONCORDANCE = "appendix/concordance"


def named(kind, thing):
    """Return what the table calls a thing."""
    match kind:
        case "sections":
            return f"{thing['number']} {thing['title']}"
        case "figures":
            return f"Fig. {thing['number']} {thing['title']}"
        case "equations" if "number" in thing:
            return f"({thing['number']})"
        case "outputs":
            return ", ".join(line.split(":")[0] for line in thing["lines"])
        case "index":
            return thing["entry"]
    return thing["title"]


def rows(built):
    """Return the page of the print, the link and the whole text of every row that has a link."""
    page, found = None, []
    for row in built(CONCORDANCE).select("table.concordance tbody tr"):
        if number := row.select_one(".print-page"):
            page = text(number)
        if link := row.find("a"):
            found.append((page, link, text(link.find_parent("td"))))
    return found


def test_every_page_and_everything_on_it_is_in_the_table_in_order(built):
    expected = [(str(page), named(*THINGS[name])) for page, names in FACTS["pages"].items() for name in names]
    assert [(page, text(link)) for page, link, _ in rows(built)] == expected
    assert {name for names in FACTS["pages"].values() for name in names} == set(THINGS)
    assert len(THINGS) == sum(len(FACTS[kind]) for kind in IS)


def test_what_runs_on_is_marked(built):
    seen = set()
    for _, link, row in rows(built):
        assert row.endswith(", continued") == (link["href"] in seen)
        seen.add(link["href"])


def test_every_page_of_the_print_has_its_anchor_and_is_in_the_strip(built):
    pages = [*map(str, FACTS["pages"])]
    links = built(CONCORDANCE).select(".page-strip a")
    assert [(text(link), link["href"]) for link in links] == [(page, f"#page-{page}") for page in pages]
    cells = built(CONCORDANCE).select("td.print-page")
    assert [(text(cell), cell.find(id=True)["id"]) for cell in cells] == [
        (page, f"page-{page}") for page in pages
    ]


@pytest.mark.parametrize("section", FACTS["sections"], ids=lambda section: section["number"])
def test_line_under_the_title_names_the_pages(built, section):
    def on(number):
        return [
            page
            for page, names in FACTS["pages"].items()
            for name in names
            if THINGS[name][1].get("section") == number
        ]

    own = on(section["number"]) or [
        page
        for part in FACTS["sections"]
        for page in on(part["number"])
        if part["number"].startswith(section["number"])
    ]
    first, last = next(page for page, names in FACTS["pages"].items() if section["name"] in names), max(own)
    pages = {0: f"page {first}", 1: f"pages {first} and {last}"}.get(last - first, f"pages {first} to {last}")
    assert text(built(section["file"]).select_one(".in-print")).endswith(f", {pages}.")


def begins(formula, equation):
    """Compare TeX without what only sets its size and place."""
    formula, tex, holds = (
        re.sub(r"\\displaystyle|\\left\b|\\right\b|\\begin\{(split|aligned)\}|\\[\[(,]|[\s&]", "", part)
        for part in (formula, equation["tex"], equation.get("holds", ""))
    )
    return formula.startswith(tex) and holds in formula


def is_equation(place, equation):
    if "number" in equation and text(place.select_one(".eqno")) != f"({equation['number']})":
        return False
    # the formula itself, formulas of a list, or the first formula after the paragraph that announces it
    formulas = (
        place.select(".math")
        if place.name == "ol"
        else [
            part for part in (place, *place.find_next_siblings(limit=2)) if "math" in part.get("class", [])
        ][:1]
    )
    return any(begins(formula.select_one("[data-tex]")["data-tex"], equation) for formula in formulas)


def is_output(place, output):
    (shown,) = place.select(".cell_output pre")
    return shown.get_text().splitlines() == output["lines"]


IS = {
    "sections": lambda place, thing: place.name == "h1" and text(place) == named("sections", thing),
    "unnumbered": lambda place, thing: text(place.select_one("h1") or place) == thing["title"],
    "passages": lambda place, thing: thing["holds"] in text(place.find(["h2", "h3"]) or place),
    "figures": lambda place, thing: (
        text(place.select_one("figcaption .caption-number")) == f"Fig. {thing['number']}"
    ),
    "equations": is_equation,
    "listings": lambda place, thing: any(thing["shows"] in pre.get_text() for pre in place.select("pre")),
    "outputs": is_output,
    "glossary": lambda place, thing: place.name == "dt" and text(place) == thing["title"],
    # that the index leads to this very anchor is tested with the index
    "index": lambda place, thing: place.find_parent("article") is not None,
}


THINGS = {thing["name"]: (kind, thing) for kind in IS for thing in FACTS[kind]}


@pytest.mark.parametrize("name", THINGS)
def test_link_lands_on_the_thing(built, name):
    kind, thing = THINGS[name]
    links = {
        link["href"]
        for _, link, _ in rows(built)
        if text(link) == named(kind, thing)
        and link["href"].endswith(("#" + name, "#equation-" + name, name + ".html"))
    }
    assert len(links) == 1, links
    file, _, anchor = links.pop().partition("#")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(CONCORDANCE), file))
    assert file == f"{thing['file']}.html"
    page = built(thing["file"])
    place = page.find(id=anchor) if anchor else page.find("article").find_parent()
    while place.name == "span":  # one of several anchors of the element after it
        place = place.find_next_sibling()
    assert IS[kind](place, thing), str(place)[:500]
