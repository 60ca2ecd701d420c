"""How pytest runs the pages of the book, and what the tests share.

A page is a notebook: each of its cells is a test, which nbval runs and compares with its `prints:`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import jupytext
import matplotlib
import pytest
import yaml
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_output
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from _sphinx.execution import environment
from agml_printed import differences

matplotlib.use("Agg")  # tests draw, and show nothing

# what a page does before it is printed: solutions open, and explorers are drawn that else wait to be seen
OPEN = "dispatchEvent(new Event('beforeprint'))"
ROOT = Path(__file__).resolve().parent
HTML = ROOT / "_build" / "html"
PAGES = sorted(page for part in ("appendix", "beyond", "chapters") for page in (ROOT / part).rglob("*.md"))
ZIP = HTML / "_downloads" / "agml-companion.zip"
TOC = (ROOT / "_toc.yml").read_text(encoding="utf-8")
BUILT = sorted(
    path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "_static" not in path.parts
)
DOCS = ["index", *(doc for doc in re.findall("file: (.*)", TOC) if doc != "genindex")]


def read_facts():
    """Return what the print holds, with the file of its section in every entry."""
    facts = yaml.safe_load((ROOT / "appendix" / "print.yml").read_text(encoding="utf-8"))
    files = {section["number"]: section["file"] for section in facts["sections"]}
    for kind in ("passages", "figures", "equations", "listings", "outputs", "matrices", "index"):
        for entry in facts[kind]:
            entry.setdefault("file", files.get(entry.get("section")))
    for entry in facts["glossary"]:
        entry["file"] = "appendix/glossary"
    return facts


FACTS = read_facts()


# The cells of a page


def is_page(path):
    """Tell a page that runs from one that is text alone: it names a kernel."""
    return path.suffix == ".md" and "\nkernelspec:" in path.read_text(encoding="utf-8")[:500]


def read_page(path):
    """Return the cells of a page that run, with the declared text as their output.

    nbval compares nothing in a cell without an execution count, which is all that a fresh
    conversion from MyST gives.
    """
    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        if "prints" in cell.metadata:
            cell.outputs = [new_output("stream", name="stdout", text=cell.metadata.prints)]
    return cells


class Cell(IPyNbCell):
    """A cell that must print, draw and list what its metadata declare, and nothing else."""

    compared = False

    def compare_outputs(self, test, ref, skip_compare=None):
        self.compared = True
        metadata, texts, found = self.cell.metadata, [], Counter()
        for output in test:
            data = output.get("data", {})
            if "image/png" in data:
                found["figure"] += 1
            elif output.output_type == "execute_result" and set(data) == {"text/markdown", "text/plain"}:
                found["listing"] += 1
            elif data:
                texts.append(new_output("stream", name="stdout", text=f"{data}\n"))
            else:
                texts.append(output)
        declared = Counter(
            ["figure"] * ("mystnb" in metadata) + ["listing"] * ("listing" in metadata.get("tags", []))
        )
        if found != declared:
            self.comparison_traceback = [f"{dict(found)} where {dict(declared)} is declared"]
            return False
        streams = ["".join(output.text for output in outputs) for outputs in (texts, ref)]
        self.comparison_traceback = differences(*streams)
        return not self.comparison_traceback

    def runtest(self):
        super().runtest()
        assert self.compared, "nbval ran the cell and compared nothing"
        lines = self.cell.metadata.get("prints", "").splitlines()
        self.user_properties.append(("compared", (str(self.parent.path), len(lines))))


class Kernel(RunningKernel):
    """A kernel as the build starts it, of this very Python and without anybody's settings."""

    def __init__(self, folder):
        self.km = KernelManager(kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
        # figures are counted, not looked at
        told = ["--log-level=ERROR", "--InlineBackend.print_figure_kwargs={'dpi': 20}"]
        self.km.start_kernel(cwd=str(folder), env=environment(), extra_arguments=told)
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=60)


class Page(IPyNbFile):
    """A page, with one test for each of its cells."""

    def collect(self):
        for number, cell in enumerate(read_page(self.path)):
            options = {"skip": False, "check": True, "check_exception": False}
            yield Cell.from_parent(self, name=f"Cell {number}", cell_num=number, cell=cell, options=options)

    def setup(self):
        self.kernel = Kernel(self.path.parent)


# Hooks


def pytest_collect_file(file_path, parent):
    if is_page(file_path):
        return Page.from_parent(parent, path=file_path)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "copy" in getattr(item, "fixturenames", ()):  # a whole book is built there
            item.add_marker("slow")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the cells of a page together, however tests are distributed: they share a kernel."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log) if config.getvalue("dist") != "each" else None


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed")
    compared = [value for report in reports for name, value in report.user_properties if name == "compared"]
    if compared:
        lines, pages = sum(count for _, count in compared), {page for page, _ in compared}
        terminalreporter.write_line(f"{lines} printed lines compared on {len(pages)} pages")


# What the tests share


def text(element):
    """Return the text of an element of a built page in one line, without the mark that links to it."""
    return " ".join(element.get_text().replace("#", "").split())


def find(*programs):
    """Return the first of several programs that is here; without any, skip the test, or fail it in CI."""
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        missing = f"no {programs[0]} here; on Debian: apt-get install {programs[0]}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return program


@pytest.fixture(scope="session")
def built():
    """Return a function that gives a page of the built book, parsed."""
    from bs4 import BeautifulSoup

    if not (HTML / "index.html").exists():
        pytest.fail("the book is not built: run `make book` first")

    @cache
    def page(name):
        return BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")

    return page


@pytest.fixture(scope="session")
def browser():
    """A Chromium, to open pages with."""
    from playwright.sync_api import sync_playwright

    program = find("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def closed():
    """Close the figures of a test."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def loss_at(x, y, w, b):
    """Return the loss of the data at many points of the plane, from its definition."""
    return ((w[..., None] * x + b[..., None] - y) ** 2).mean(axis=-1)


MAKE_BOOK = ["make", "book", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready"]
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


@pytest.fixture
def copy(tmp_path):
    """A copy of the project to build in, and a function that runs a command there: its tests are slow."""
    ignored = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "_build", "mutants")
    shutil.copytree(ROOT, tmp_path, ignore=ignored, dirs_exist_ok=True)

    def run(program, *command, **environment):
        # the copy's modules in place of the installed ones
        environment = os.environ | {"PYTHONPATH": str(tmp_path)} | environment
        command = [find(program), *command]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return tmp_path, run


@pytest.fixture
def small(copy):
    """A copy that is reduced to a front page and one page that runs, whose name it gives as well."""
    (folder, run), page = copy, "beyond/a-page"
    (folder / f"{page}.md").write_text(PAGE)
    (folder / "index.md").write_text("# The front page\n")
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters: [{{file: {page}}}]\n")
    return folder, run, page


def tamper(path, old, new):
    """Replace what stands once in a file."""
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{old!r} stands {content.count(old)} times in {path.name}"
    path.write_text(content.replace(old, new), encoding="utf-8")
