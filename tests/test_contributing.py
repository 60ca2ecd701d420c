"""CONTRIBUTING.md, followed to the letter: every example in its place, a book, the tests that it names."""

import re
import sys

import pytest

from shared import MAKE_BOOK, ROOT, tamper

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CHAPTER = "chapters/1_linear_regression"
ERRATUM = "erratum-an-example"


def examples():
    """Return the examples of every section, by its heading, each with its last line ended."""
    sections = re.split(r"^## (.*)\n", TEXT, flags=re.M)[1:]
    return {
        heading: [
            code for _, code in re.findall(r"^(`{3,4})(?:md|yaml|python)\n(.*?)^\1$", text, re.M | re.S)
        ]
        for heading, text in zip(sections[::2], sections[1::2])
    }


@pytest.mark.slow
def test_everything_that_is_added_as_the_text_says_is_taken(copy):
    folder, run = copy
    found = examples()
    (listing,), (figure,), (exercise,), (erratum,) = (
        found[heading] for heading in ("A listing", "A figure", "An exercise", "An erratum")
    )
    page, box = found["A page"]
    number, entry = found["A number that the print shows"]
    function, test = found["A function of the helper"]

    another = exercise.replace("exercise-three-points", "exercise-once-more")  # it takes two
    (folder / "beyond" / "b99-two-points.md").write_text(
        "\n".join([page, listing, figure, exercise, another])
    )
    toc = (folder / "_toc.yml").read_text()
    last = re.findall(r"^ +- file: beyond/b.*\n", toc, re.M)[-1]
    tamper(folder / "_toc.yml", last, last + re.sub("beyond/.*", "beyond/b99-two-points", last))
    tamper(folder / "beyond" / "index.md", '    "B3": (', f'{box}    "B3": (')

    univariate = folder / CHAPTER / "1_2-univariate-linear-models.md"
    univariate.write_text(f"{univariate.read_text()}\n## A number\n\n{number}")
    facts = folder / "appendix" / "print.yml"
    tamper(facts, "\noutputs:\n", f"\noutputs:\n{entry}")
    tamper(facts, "output-random-start, index", "output-random-start, output-first-target, index")

    errata = folder / "appendix" / "errata.md"
    tamper(errata, "\n## Section 1.2\n", f"\n{erratum}\n## Section 1.2\n")
    tamper(errata, "{ref}`erratum-weight-shape` |", f"{{ref}}`erratum-weight-shape` · {{ref}}`{ERRATUM}` |")
    count = int(re.search(r"The print slips in (\d+) places", errata.read_text())[1])
    tamper(errata, f"slips in {count} places", f"slips in {count + 1} places")
    models = folder / CHAPTER / "1_1-linear-models.md"
    models.write_text(
        f"{models.read_text()}\n## In print\n\nThat step is wrong in print, {{ref}}`erratum <{ERRATUM}>`.\n"
    )

    helper = folder / "agml_helpers.py"
    following = helper.read_text().split("\ndef compute_gradients")[0].splitlines()[-1]  # its rules
    tamper(helper, f"{following}\ndef compute_gradients", f"{function}\n\n{following}\ndef compute_gradients")
    tamper(helper, '"compute_gradients", ', '"compute_gradients", "absolute_loss", ')
    directive = ".. autofunction:: mse_loss\n"
    tamper(
        folder / "appendix" / "helpers.md",
        directive,
        directive + directive.replace("mse_loss", "absolute_loss"),
    )
    tests = folder / "tests" / "test_helpers.py"
    tests.write_text(f"{tests.read_text()}\n\n{test}")

    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    reference = folder / "_build" / "html" / "appendix" / "helpers.html"
    assert 'id="agml_helpers.absolute_loss"' in reference.read_text()
    # to these, which the text names as well, nothing was added
    others = {f"tests/test_{name}.py" for name in ("algebra", "explorers", "figures")}
    named = set(re.findall(r"tests/test_\w+\.py", TEXT)) - others
    pages = "beyond/b99-two-points.md", errata, univariate
    code, said = run(sys.executable, "-m", "pytest", "-vv", helper, *pages, *sorted(named))
    assert code == 0, said
    assert "printed lines compared on 3 pages" in said
    for name in "are_proved[B99]", "is_refused_by_name[absolute_loss-y_true]", "the_mean_distance":
        assert re.search(rf"{re.escape(name)} PASSED", said), name
