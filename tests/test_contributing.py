"""CONTRIBUTING.md, followed to the letter: every example in its place, a book, the tests that it names."""

import re
import sys

import pytest
import yaml

from shared import MAKE_BOOK, ROOT, tamper

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FIRST, SECOND = "chapters/1_linear_regression", "chapters/2_two_samples"
EXAMPLES = re.findall(r"^(`{3,4})(?:md|yaml|python)\n(.*?)^\1$", TEXT, re.M | re.S)
PAGE, BOX, SECTION, FACTS, NUMBER, ENTRY, *OTHERS = (code for _, code in EXAMPLES)
LISTING, FIGURE, EXERCISE, ERRATUM, FUNCTION, TEST = OTHERS
MAP = ".page-map a:nth-child(15) { --at: 2; --row: 0; }"


def exercises(page):
    """Return the two that a page takes, with labels of its own."""
    return "## Exercises\n\n" + "\n".join(
        EXERCISE.replace("Quick check", kind).replace("three-points", f"{page}-{kind[0].lower()}")
        for kind in ("Quick check", "Proof")
    )


def add_chapter(folder):
    """Write the pages and the facts of a second chapter; the print's pages after it are counted anew."""
    front, cell = PAGE.partition("# A line")[0], re.search(r"^```\{code.*?^```\n", PAGE, re.M | re.S)[0]
    figure = "(output-no-loss)=", cell, FIGURE.replace("two-points", "no-loss")
    index = SECTION.partition("\nThe {term}")[0].replace("-2-1", "-2").replace("section 2.1", "chapter 2")
    index = index.replace("Two Samples", "Two Samples at Once")
    (folder / SECOND).mkdir()
    for name, number, *parts in ("index", "2", index, cell), ("2_1-two-samples", "2.1", SECTION, *figure):
        text = "\n".join([front.replace("B99", number), *parts, exercises(number.replace(".", "-"))])
        (folder / SECOND / f"{name}.md").write_text(text)
    path, added = folder / "appendix" / "print.yml", yaml.safe_load(FACTS)
    facts = yaml.safe_load(path.read_text())
    later = {page + 1: names for page, names in facts["pages"].items() if page in range(23, 99)}
    earlier = {page: names for page, names in facts["pages"].items() if page not in range(23, 99)}
    facts["pages"] = earlier | added.pop("pages") | later
    for kind, entries in added.items():
        facts[kind] += entries
    facts["sections"].sort(key=lambda section: section["number"])
    path.write_text(yaml.safe_dump(facts, sort_keys=False))


@pytest.mark.slow
def test_everything_that_is_added_as_the_text_says_is_taken(copy):
    folder, run = copy

    def passes(*command):
        code, said = run(*command)
        assert code == 0, said
        return said

    toc = "      - file: {0}/index\n        sections:\n          - file: {0}/2_1-two-samples\n"
    for name, place, text in (
        ("_toc.yml", "  - caption: Appendix", "      - file: beyond/b99-two-points\n"),
        ("_toc.yml", '  - caption: "Beyond', toc.format(SECOND)),
        ("beyond/index.md", '    "B3": (', BOX),
        ("beyond/index.md", ", build on no other", ", and B99, two points"),
        ("beyond/index.md", "]{.page-map}", " {doc}`B99 <b99-two-points>`"),
        ("_sphinx/static/companion.css", ".page-map a:hover", f"{MAP}\n"),
        ("appendix/print.yml", "  - name: output-random-start", ENTRY),
        ("appendix/print.yml", "output-random-start, index", "output-first-target, "),
        ("appendix/errata.md", "(erratum-weight-shape)=", f"{ERRATUM}\n"),
        ("appendix/errata.md", "{ref}`erratum-weight-shape` |", "{ref}`erratum-an-example` · "),
        ("agml_helpers.py", '@check.takes(same_shape="x y_true")\ndef moments', f"{FUNCTION}\n\n"),
        ("agml_helpers.py", '"Palette", "PALETTE"', '"absolute_loss", '),
        ("appendix/helpers.md", ".. autofunction:: mse_loss\n", ".. autofunction:: absolute_loss\n"),
    ):
        tamper(folder / name, place, text + place)
    univariate = f"{FIRST}/1_2-univariate-linear-models.md"
    line = "## A number\n\nThe print errs, {ref}`erratum <erratum-an-example>`.\n"
    for name, text in (univariate, f"{line}\n{NUMBER}"), ("tests/test_helpers.py", f"\n{TEST}"):
        (folder / name).write_text(f"{(folder / name).read_text()}\n{text}")
    page = "beyond/b99-two-points.md"
    (folder / page).write_text("\n".join([PAGE, LISTING, FIGURE, exercises("b99")]))
    errata = folder / "appendix" / "errata.md"
    errata.write_text(re.sub(r"(?<=slips in )\d+", lambda found: str(int(found[0]) + 1), errata.read_text()))
    add_chapter(folder)

    passes(*MAKE_BOOK)
    html = folder / "_build" / "html" / "appendix"
    assert 'id="agml_helpers.absolute_loss"' in (html / "helpers.html").read_text()
    assert "appendix A, pages 24 to 27." in (html / "a-python-code.html").read_text()
    passes(f"{sys.prefix}/bin/ruff", "check")
    passes(f"{sys.prefix}/bin/ruff", "format", "--check")
    # to these, which the text names as well, nothing was added
    others = {f"tests/test_{name}.py" for name in ("algebra", "explorers", "figures")}
    named = set(re.findall(r"tests/test_\w+\.py", TEXT)) - others
    section = f"{SECOND}/2_1-two-samples.md"
    tried = "agml_helpers.py", page, errata, univariate, section, *sorted(named)
    said = passes(sys.executable, "-m", "pytest", "-vv", *tried)
    for name in "are_proved[B99]", "absolute_loss-y_true]", "the_mean_distance", "names_the_pages[2.1]":
        assert re.search(rf"{re.escape(name)} PASSED", said), name

    # a term that nobody has defined is found where it stands
    tamper(folder / section, "{term}`weight`", "{term}`slope`")
    code, said = run(*MAKE_BOOK)
    assert code != 0 and re.search(rf"{section}:\d+: WARNING: term not in glossary: 'slope'", said), said
