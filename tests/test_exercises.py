"""Every page with a number has exercises, with folded solutions that run."""

import re

import pytest

from conftest import FACTS, ROOT, text

KINDS = ("Quick check", "By hand", "Experiment", "Proof")
EXERCISE = re.compile(r"^```\{exercise\} (.+)\n:label: (\S+)$", re.M)
SOLUTION = re.compile(r"^```\{solution-start\} (\S+)\n:class: dropdown$", re.M)
SECTIONS = {section["number"]: section["file"] for section in FACTS["sections"]}
BEYOND = {
    path.stem.split("-")[0].upper(): f"beyond/{path.stem}"
    for path in sorted((ROOT / "beyond").glob("b[0-9]*.md"))
}
EVERY = SECTIONS | BEYOND


@pytest.mark.parametrize("number, file", EVERY.items(), ids=EVERY)
def test_section_has_exercises_each_with_one_solution(number, file):
    source = (ROOT / f"{file}.md").read_text(encoding="utf-8")
    exercises = EXERCISE.findall(source)
    assert 2 <= len(exercises) == source.count("{exercise")
    assert sorted(label for _, label in exercises) == sorted(SOLUTION.findall(source))
    assert source.count("{solution") == 2 * len(exercises)
    kinds = {title.split(",")[0] for title, _ in exercises}
    assert kinds <= set(KINDS)
    assert number in BEYOND or {"Quick check", "Proof"} <= kinds


@pytest.mark.parametrize("number, file", EVERY.items(), ids=EVERY)
def test_solutions_are_folded_linked_and_executed(built, number, file):
    page = built(file)
    exercises, solutions = page.select("div.exercise"), page.select("div.solution")
    assert len(solutions) == len(exercises) >= 2
    for exercise, solution in zip(exercises, solutions):
        title, link = exercise.select_one(".admonition-title"), solution.select_one(".admonition-title a")
        assert link["href"] == f"#{exercise['id']}"
        assert text(link) == text(title)
        assert "dropdown" in solution["class"]  # which the toggle button's script folds
        assert solution.select(".cell_output pre")


def test_the_first_exercise_on_gradients_is_that_of_the_print(built):
    exercise = built(SECTIONS["1.2.1.1"]).select_one("div.exercise")
    assert "print" in text(exercise.select_one(".admonition-title"))
    assert "(1.2)" in [text(link) for link in exercise.select("a.reference")]
