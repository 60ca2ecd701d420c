"""Every page with a number has exercises, with folded solutions that run."""

import re

import pytest

from shared import DOCS, FACTS, text

KINDS = {"Quick check", "By hand", "Experiment", "Proof"}
SECTIONS = {section["number"]: section["file"] for section in FACTS["sections"]}
BEYOND = {found[1].upper(): doc for doc in DOCS if (found := re.match(r"beyond/(b\d+)-", doc))}
EVERY = SECTIONS | BEYOND


@pytest.mark.parametrize("number, file", EVERY.items(), ids=EVERY)
def test_exercises_have_solutions_that_are_folded_linked_and_executed(built, number, file):
    exercises, solutions = (built(file).select(f"div.{name}") for name in ("exercise", "solution"))
    assert len(solutions) == len(exercises) >= 2
    kinds = set()
    for exercise, solution in zip(exercises, solutions):
        title, link = exercise.select_one(".admonition-title"), solution.select_one(".admonition-title a")
        kinds.add(re.search(r"\(([^,)]+)", text(title))[1])
        assert link["href"] == f"#{exercise['id']}"
        assert text(link) == text(title)
        assert "dropdown" in solution["class"]  # which the toggle button's script folds
        assert solution.select(".cell_output pre")
    assert kinds <= KINDS
    assert number in BEYOND or {"Quick check", "Proof"} <= kinds


def test_the_first_exercise_on_gradients_is_that_of_the_print(built):
    exercise = built(SECTIONS["1.2.1.1"]).select_one("div.exercise")
    assert "print" in text(exercise.select_one(".admonition-title"))
    assert "(1.2)" in [text(link) for link in exercise.select("a.reference")]
