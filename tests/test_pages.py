"""Every page is run and compared, and what is wrong in a page or in a module behind it is found."""

import os
import re
import shutil
import sys
from types import SimpleNamespace

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_notebook

from _sphinx import theme
from _sphinx.execution import Fault, numbered, run
from shared import DOCS, MAKE_BOOK, PAGE, PAGES, ROOT, is_page, read_page, tamper


def test_what_a_page_declares_is_compared_and_no_cell_is_long():
    """Declarations are counted in the text, by no parser, and in the cells that nbval gets."""
    for path in filter(is_page, PAGES):
        cells = read_page(path)
        declared = re.findall(r"^prints: \|$", path.read_text(encoding="utf-8"), re.M)
        assert len(declared) == sum("prints" in cell.metadata for cell in cells), path.name
        for cell in cells:
            lines, prints = cell.source.splitlines(), cell.metadata.get("prints", "").strip()
            assert cell.execution_count and ("print(" in cell.source) == bool(prints), cell.source
            assert len(lines) <= 15 and max(map(len, lines)) <= 88, (path.name, cell.source)


# Cells that pass, and cells that fail, each in its own way. They are run in one kernel.
GOOD = {
    "prints": ("prints: |\n  16.0", "import agml_helpers as ag\nprint(ag.f(3))"),
    "is silent": ("", "x, _, y = ag.make_data()"),
    "draws": ("mystnb: {image: {alt: Dots}}", "ag.plot_fit(x, y)"),
    "lists": ("tags: [listing]", "ag.listing(ag.f)"),
}
BAD = {
    "another digit": ("prints: |\n  16.1", "print(ag.f(3))"),
    "undeclared": ("", "print(ag.f(3))"),
    "undeclared value": ("", "ag.f(3)"),
    "declared alone": ("prints: |\n  16.0", "value = ag.f(3)"),
    "no figure": ("mystnb: {image: {alt: Dots}}", "y = x"),
    "undeclared figure": ("", "ag.plot_fit(x, y)"),
    "two figures": ("mystnb: {image: {alt: Dots}}", "ag.plot_fit(x, y)\nag.plot_fit(x, y)"),
    "no listing": ("tags: [listing]", "g = ag.f"),
    "hidden listing": ("tags: [listing]", "g = ag.listing(ag.f)"),
    "listing of text": ("tags: [listing]", "str(ag.listing(ag.f))"),
    "undeclared listing": ("", "ag.listing(ag.f)"),
    "shown, not returned": ("tags: [listing]", "display(ag.listing(ag.f))"),
    "warning": ("", "import warnings; warnings.warn('a warning')"),
    "error": ("", "raise RuntimeError"),
}


def page_of(cells):
    fences = [f"```{{code-cell}} ipython3\n---\n{metadata}\n---\n{code}\n```\n" for metadata, code in cells]
    return PAGE.partition("```")[0] + "\n".join(fences).replace("---\n\n---\n", "")


def test_cells_that_are_wrong_fail_and_no_others(copy):
    """One run of pytest over a page of cells, and over one whose numbers the module behind them has wrong."""
    folder, run = copy
    cells, page = GOOD | BAD, "chapters/1_linear_regression/1_2_1-gradient-descent.md"
    (folder / "cells.md").write_text(page_of(cells.values()), encoding="utf-8")
    with (folder / "agml_helpers.py").open("a", encoding="utf-8") as helper:
        helper.write("\n\n_right = mse_loss\n\n\ndef mse_loss(*args):\n    return -_right(*args)\n")
    _, said = run(sys.executable, "-m", "pytest", "-q", "cells.md", page)
    failed = re.findall(r"^FAILED (.*)::Cell (\d+)", said, re.M)
    numbers = sorted(int(number) for name, number in failed if name == "cells.md")
    assert [list(cells)[number] for number in numbers] == list(BAD), said
    assert page in dict(failed), said


# Cells that end the build, and what it says of them
ENDS = {
    "raise RuntimeError('here')": "RuntimeError: here",
    "import matplotlib.pyplot as plt\nplt.title(r'$\\nosuchcommand$')": "ValueError: .*nosuchcommand",
    "import sys\nprint('seen', file=sys.stderr)": "it writes to stderr: seen",
    "ag.plot_fit([1, 2], [3, 4]);": "a figure needs a text for readers who can't see it",
    "import os\nos._exit(1)": "DeadKernelError: Kernel died",
    "import time\ntime.sleep(600)": "CellTimeoutError: A cell timed out .* after 15 seconds",
    "import broken": r"SyntaxError: .*broken\.py, line 1",
}


SLOW = [pytest.param(*item, marks=pytest.mark.slow, id=str(n)) for n, item in enumerate(ENDS.items())]


@pytest.mark.parametrize("code, cause", [*[*ENDS.items()][:2], *SLOW[2:]])
def test_what_is_wrong_ends_the_build_by_name(code, cause, tmp_path, monkeypatch):
    (tmp_path / "broken.py").write_text("def\n")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{tmp_path}")
    with pytest.raises(Fault, match=f"^a-page.md, line 9, code cell 2: {cause}"):
        executed("import sys" if "sleep" in code else "import agml_helpers as ag", code)


def executed(*cells):
    """Run cells as a page is run in the build, and return their notebook."""
    notebook = new_notebook(cells=[new_code_cell(code, id=f"cell-{n}") for n, code in enumerate(cells)])
    notebook.metadata.source_map = [4 * number + 4 for number in range(len(cells))]
    patience = 15 if "sleep" in cells[-1] else 200
    run("a-page.md", notebook, "html", timeout=patience)
    return notebook


@pytest.mark.slow
def test_a_page_with_explorers_is_the_same_twice():
    cells = "import agml_explorers as ex\nex.Neuron()", "ex.Line([0, 1, 2], [1, 3, 5])"
    once, again = (numbered(executed(*cells)) for _ in range(2))
    assert once == again and once.count('"_esm"') == 2


def test_nothing_of_the_builders_settings_reaches_a_page(tmp_path, monkeypatch):
    """Settings of Matplotlib and IPython, in their folders, in variables, and in the folder of the page."""
    startup = tmp_path / "profile_default" / "startup" / "00.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("print('started')")
    settings = tmp_path / "matplotlibrc"
    settings.write_text("axes.grid: True")
    monkeypatch.chdir(tmp_path)
    for name in "MPLCONFIGDIR", "IPYTHONDIR":
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setenv("MATPLOTLIBRC", str(settings))
    monkeypatch.setenv("PYTHONSTARTUP", str(startup))
    (cell,) = executed("import matplotlib\nprint(matplotlib.rcParams['axes.grid'])").cells
    assert [output.text for output in cell.outputs] == ["False\n"]


def test_without_a_registry_one_line_says_so(small):
    """Formulas and styles are made by what npm brings."""
    folder, run, _ = small
    shutil.rmtree(folder / "_sphinx" / "web" / "node_modules")
    code, said = run(
        *MAKE_BOOK, npm_config_registry="http://127.0.0.1:9", npm_config_fetch_retry_mintimeout="1"
    )
    assert code != 0
    assert re.search("npm could not install what .*package-lock.json names", said)


def test_every_page_is_listed():
    listed = {ROOT / f"{doc}.md" for doc in DOCS}
    assert [path for path in PAGES if path not in listed] == [], "_toc.yml needs a line for each of these"


def made(folder):
    """Return every file of a built book, as it is."""
    files = (folder / "_build" / "html").rglob("*")
    return {path: path.read_bytes() for path in files if path.is_file() and path.name != ".built"}


def test_book_is_never_stale(small):
    """`make book` shows what an edited helper computes, twice the same, and fails with one that raises."""
    folder, run, page = small
    end = '\n\n\n@check.takes(count="n", seed="seed")\n'
    right = "    return x**2 + 2 * x + 1" + end
    for wrong, shown in ((right, "f(3) is 16.0"), ("    return x**3" + end, "f(3) is 27.0")):
        tamper(folder / "agml_helpers.py", right, wrong)
        code, said = run(*MAKE_BOOK)
        assert code == 0, said
        assert shown in (folder / "_build" / "html" / f"{page}.html").read_text()
    before = made(folder)
    shutil.rmtree(folder / "_build" / "html")
    assert run(*MAKE_BOOK)[0] == 0
    assert made(folder) == before
    is_stale = "make", "--question", "_build/html/.built", *MAKE_BOOK[2:]
    assert run(*is_stale)[0] == 0
    tamper(folder / "agml_helpers.py", wrong, "    raise RuntimeError('tampered')" + end)
    code, said = run(*MAKE_BOOK)
    assert code != 0
    # the last line but make's own
    assert said.splitlines()[-2] == f"{page}.md, line 8, code cell 1: RuntimeError: tampered"
    # a build that failed does not count as one that is up to date, and leaves the last book
    assert run(*is_stale)[0] == 1
    assert made(folder) == before


# What an author may write, and the one line, or one for each, that says it
EXERCISE = "```{exercise} Proof\n:label: exercise-a\nWhy?\n```\n"
SOLUTION = "```{solution-start} exercise-a\n```\n"
SLIPS = {
    EXERCISE: "line 13: the exercise exercise-a needs a solution-start with its label",
    EXERCISE * 2: "line 17: the label exercise-a is that of the exercise in {page}, line 13",
    EXERCISE + SOLUTION: "line 17: this solution needs a solution-end",
    SOLUTION + "```{solution-end}\n```\n": "line 13: no exercise has the label exercise-a",
    "```{code-cell}\n---\nprints: {\n---\n```\n": "{page}: Code cell 2 at line 13 could not be read: ",
    "A note.[^1]\n\n[^1]: Here.\n": "line 13: notebooks have no word for this",
    "What is $\\nosuch{x}$?\n": "the formula \\nosuch{{x}}: Undefined control sequence",
}


def test_a_slip_is_said_in_one_line(small):
    folder, run, page = small
    for text, said in SLIPS.items():
        (folder / f"{page}.md").write_text(f"{PAGE}\n{text}")
        code, lines = run(*MAKE_BOOK)
        assert code != 0 and "Traceback" not in lines
        *_, last, _ = lines.splitlines()  # the last is make's own
        assert f"{page}.md" in last and said.format(page=f"{page}.md") in last, lines
    (folder / f"{page}.md").unlink()
    assert f"_toc.yml, line 3: there is no page {page}.md" in run(*MAKE_BOOK)[1]


def test_what_the_theme_writes_no_more_is_named(caplog):
    """In a whole book, which has an index; tests build others."""
    page = BeautifulSoup("<html><head></head><body></body></html>", "html.parser")
    for docs in [{"index"}, {"index", "genindex"}]:
        app = SimpleNamespace(outdir=ROOT, env=SimpleNamespace(found_docs=docs))
        theme.change(app, {"index.html": page})
        said = [record.args[0] for record in caplog.records]
        assert said == [*theme.HEAD, *theme.BODY, *theme.GIVEN] * ("genindex" in docs)
