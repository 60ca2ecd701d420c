"""Exercises have solutions that run; errata have their places and proofs, and are linked from their pages."""

import re

import jupytext
import pytest

from shared import DOCS, FACTS, ROOT, text

KINDS = {"Quick check", "By hand", "Experiment", "Proof"}
SECTIONS = [section["file"] for section in FACTS["sections"]]
BEYOND = [doc for doc in DOCS if re.match(r"beyond/b\d", doc)]
TEXT = (ROOT / "appendix" / "errata.md").read_text(encoding="utf-8")
# the text below each label, up to the next entry or the next heading of a section
ENTRIES = dict(re.findall(r"^\((erratum-[a-z0-9-]+)\)=\n(.*?)(?=^\(erratum-|^## |\Z)", TEXT, re.M | re.S))
WITHOUT_A_CELL = {"erratum-colors"}  # two words against each other, and nothing to compute


@pytest.mark.parametrize("file", SECTIONS + BEYOND)
def test_exercises_have_solutions_that_are_folded_linked_and_executed(built, file):
    exercises, solutions = (built(file).select(f"div.{name}") for name in ("exercise", "solution"))
    assert len(solutions) == len(exercises) >= 2
    kinds = set()
    for exercise, solution in zip(exercises, solutions):
        title, link = exercise.select_one(".admonition-title"), solution.select_one(".admonition-title a")
        kinds.add(re.search(r"\(([^,)]+)", text(title))[1])
        assert (link["href"], text(link)) == (f"#{exercise['id']}", text(title))
        assert "dropdown" in solution["class"]  # which the toggle button's script folds
        assert solution.select(".cell_output pre")
    assert kinds <= KINDS and (file in BEYOND or {"Quick check", "Proof"} <= kinds)


@pytest.mark.parametrize("label", ENTRIES)
def test_entry_names_its_place_is_proved_and_is_linked(built, label):
    heading, attribute, place, *_ = filter(None, ENTRIES[label].splitlines())
    assert heading.startswith("### ") and attribute == "{.place}"
    assert re.match(r"In print: .*(page|section|Fig\.)", place), place
    cells = [cell for cell in jupytext.reads(ENTRIES[label], fmt="md:myst").cells if cell.cell_type == "code"]
    assert any("prints" in cell.metadata for cell in cells) == (label not in WITHOUT_A_CELL)
    pages = [doc for doc in DOCS if doc.startswith(("appendix", "chapters"))]
    assert any(built(page).select(f'article a[href$="errata.html#{label}"]') for page in pages)


def test_the_page_counts_and_lists_its_entries(built):
    slips = re.findall(r"^- ", TEXT.partition("## Slips of the pen")[2], re.M)
    assert slips and f"The print slips in {len(ENTRIES) + len(slips)} places" in TEXT
    links = built("appendix/errata").select("article td:last-child a")
    assert [link["href"] for link in links] == [f"#{label}" for label in ENTRIES]
