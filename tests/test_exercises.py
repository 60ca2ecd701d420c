"""Every page with a number has exercises, with folded solutions that run."""

import re

import pytest

from shared import DOCS, FACTS, text

KINDS = {"Quick check", "By hand", "Experiment", "Proof"}
SECTIONS = [section["file"] for section in FACTS["sections"]]
BEYOND = [doc for doc in DOCS if re.match(r"beyond/b\d", doc)]


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
