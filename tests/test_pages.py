"""Every page is run and compared; and when a page or the helper is tampered with, the suite says so."""

import inspect
import json
import os
import re
import shutil
import subprocess
import sys

import agml_algebra
import agml_explorers
import agml_helpers
import pytest
from conftest import ROOT, find, is_page, read_page
from matrix import FOLDERS
from test_print import PAGES

DESCENT = "chapters/1_linear_regression/1_2_1_2-descent-and-backward-propagation.md"
SOURCES = [*FOLDERS, "tests", "_lab", "_sphinx", *(path.name for path in ROOT.glob("agml_*.*")),
           "_config.yml", "_toc.yml", "README.md", "index.md", "genindex.md", "Makefile", "pyproject.toml", "requirements.txt"]


def test_every_declaration_becomes_a_comparison():
    """Counted in the pages' text, by no parser, and in the notebooks that nbval gets."""
    declared = sum(len(re.findall(r"^prints: \|$", path.read_text(encoding="utf-8"), re.M)) for path in PAGES)
    cells = [cell for path in filter(is_page, PAGES) for cell in read_page(path)]
    references = [cell for cell in cells if cell.outputs]
    assert declared == len(references) > 0
    assert all(cell.execution_count and cell.outputs[0].text.strip() for cell in references)


def test_every_printing_cell_declares():
    for path in filter(is_page, PAGES):
        for cell in read_page(path):
            assert ("print(" in cell.source) == bool(cell.outputs), (path.name, cell.source)


def test_cells_are_short():
    for path in filter(is_page, PAGES):
        for cell in read_page(path):
            lines = cell.source.splitlines()
            assert len(lines) <= 15 and max(map(len, lines)) <= 88, (path.name, cell.source)


def test_every_function_has_its_entry_in_the_reference(built):
    entries = {entry["id"] for entry in built("appendix/helpers").select("dt.sig[id]")}
    for module in (agml_algebra, agml_explorers, agml_helpers):
        public = {f"{module.__name__}.{name}" for name, function in inspect.getmembers(module, inspect.isfunction)
                  if function.__module__ == module.__name__ and not name.startswith("_")}
        assert public and public - entries == set()


@pytest.fixture
def copy(tmp_path):
    """A copy of the project's sources, to tamper with, and a function that runs a command in it."""
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, tmp_path / name)

    def run(program, *command, **environment):
        # the copy's helper in place of the installed one
        environment = os.environ | {"PYTHONPATH": str(tmp_path)} | environment
        done = subprocess.run([find(program), *command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return tmp_path, run


def tamper(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8")


PYTEST = (sys.executable, "-m", "pytest", "-q", DESCENT, "tests/conftest.py")  # which knows how to run a page


def test_untouched_copy_passes(copy):
    folder, run = copy
    code, said = run(*PYTEST)
    assert code == 0, said
    assert "printed lines compared on 1 pages" in said


@pytest.mark.parametrize("file, old, new", [
    (DESCENT, "  Final (weight, bias): (11.160092718469242,", "  Final (weight, bias): (11.160092718469243,"),
    (DESCENT, "---\nprints: |\n  minimum at w = 12.13, b = -16.56, loss there: 94.82\n---\n", ""),
    (DESCENT, 'print(f"minimum at', '_ = (f"minimum at'),
    (DESCENT, "ag.plot_gradient_field(x, y_data, w_history, b_history);", "w_history;"),
    (DESCENT, "import numpy as np\n", "import numpy as np\nimport warnings; warnings.warn('tampered')\n"),
    ("agml_helpers.py", "float(2 * np.mean(error * x)), float", "float(-2 * np.mean(error * x)), float"),
    ("agml_helpers.py", "    error = linear_model(x, w, b) - y_true\n    return", "    raise RuntimeError\n    return"),
], ids=["digit", "declaration", "print", "figure", "warning", "sign", "raise"])
def test_tampered_copy_fails(copy, file, old, new):
    folder, run = copy
    tamper(folder / file, old, new)
    code, said = run(*PYTEST)
    assert code == 1, said
    assert re.search(r"^FAILED .*::Cell \d+", said, re.M), said


PAGE = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---
# A page

```{code-cell} ipython3
import agml_helpers as ag
print("f(3) is", end=" ", flush=True)  # one line, in two messages of the kernel
print(ag.f(3))
```
"""


MAKE_BOOK = ["make", "book", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready"]


def make_small(folder):
    """Reduce the book to one page, and return the file it is built into."""
    (folder / "index.md").write_text(PAGE)
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    return folder / "_build" / "html" / "index.html"


def test_book_is_built_without_a_registry(copy):
    """Then its formulas come from a CDN, by the same exact version, and one line says so."""
    folder, run = copy
    built = make_small(folder)
    (folder / "index.md").write_text(PAGE + "\n$x^2$\n")
    shutil.rmtree(folder / "_sphinx" / "web" / "node_modules")
    code, said = run(*MAKE_BOOK, npm_config_registry="http://127.0.0.1:9", npm_config_fetch_retry_mintimeout="1")
    assert code == 0, said
    assert len(re.findall("^assets: pages will load MathJax from https://", said, re.M)) == 1
    version = json.loads((ROOT / "_sphinx" / "web" / "package.json").read_text())["dependencies"]["mathjax"]
    assert f'src="https://cdn.jsdelivr.net/npm/mathjax@{version}/startup.js"' in built.read_text()


def test_book_is_never_stale(copy):
    """`make book` shows what an edited helper computes, and fails with a helper that raises."""
    folder, run = copy
    helper, built = folder / "agml_helpers.py", make_small(folder)

    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    assert "f(3) is 16.0" in built.read_text()

    tamper(helper, "    return x**2 + 2 * x + 1", "    return x**3")
    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    assert "f(3) is 27.0" in built.read_text()

    tamper(helper, "    return x**3", "    raise RuntimeError('tampered')")
    for _ in range(2):  # a build that failed must not count as one that is up to date
        code, said = run(*MAKE_BOOK)
        assert code != 0
        assert "RuntimeError: tampered" in re.sub(r"\x1b\[[0-9;]*m", "", said)
