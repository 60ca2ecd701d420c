"""Runs every page as a notebook through nbval and compares what its cells print with their `prints:`."""

import os
import shutil

import jupytext
import pytest
import yaml
from bs4 import BeautifulSoup
from matrix import ROOT, is_page
from nbformat.v4 import new_output
from nbval.plugin import IPyNbCell, IPyNbFile
from playwright.sync_api import sync_playwright

HTML = ROOT / "_build" / "html"


def read_page(path):
    """Return the page as a notebook whose cells hold the declared text as their output.

    nbval compares nothing in a cell without an execution count, which is all that a fresh
    conversion from MyST gives.
    """
    notebook = jupytext.read(path)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
        if "prints" in cell.metadata:
            cell.outputs = [new_output("stream", name="stdout", text=cell.metadata.prints)]
    return cells


class Cell(IPyNbCell):
    """A cell that must print what it declares, draw when it declares a figure, and nothing else."""

    compared = False

    def compare_outputs(self, test, ref, skip_compare=None):
        self.compared = True
        texts, pictures = [], 0
        for output in test:
            data = output.get("data", {})
            if "text/markdown" in data and "listing" in self.cell.metadata.get("tags", []):
                pass
            elif "image/png" in data:
                pictures += 1
            elif self.cell.source.rstrip().endswith(";") and output.output_type == "execute_result":
                pass  # what the semicolon hides on the page; nbval's way to execute ignores it
            elif data:
                texts.append(new_output("stream", name="stdout", text=str(data) + "\n"))
            else:
                texts.append(output)
        drawn = "mystnb" in self.cell.metadata
        if pictures != drawn:
            self.comparison_traceback = [f"{pictures} pictures where {int(drawn)} is declared"]
            return False
        return super().compare_outputs(texts, ref, skip_compare)

    def runtest(self):
        super().runtest()
        assert self.compared, "nbval ran the cell and compared nothing"
        lines = self.cell.metadata.get("prints", "").splitlines()
        self.user_properties.append(("compared", (str(self.parent.path), len(lines))))


class Page(IPyNbFile):
    """A page, with one test for each of its cells."""

    def collect(self):
        for number, cell in enumerate(read_page(self.path)):
            yield Cell.from_parent(self, name=f"Cell {number}", cell_num=number, cell=cell,
                                   options={"skip": False, "check": True, "check_exception": False})

    def setup(self):
        self.nb = jupytext.read(self.path)
        super().setup()


class Pages:
    """The hooks that concern pages; a conftest's own hooks end at its folder."""

    def __init__(self):
        self.compared = []

    def pytest_collect_file(self, file_path, parent):
        if is_page(file_path):
            return Page.from_parent(parent, path=file_path)

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.compared += [value for name, value in report.user_properties if name == "compared"]

    def pytest_terminal_summary(self, terminalreporter):
        if self.compared:
            lines = sum(count for _, count in self.compared)
            pages = len({path for path, _ in self.compared})
            terminalreporter.write_line(f"{lines} printed lines compared on {pages} pages")


def pytest_configure(config):
    config.pluginmanager.register(Pages())


@pytest.fixture(scope="session")
def facts():
    """What the print holds: tests/print.yml, with the file of its section in every entry."""
    facts = yaml.safe_load((ROOT / "tests" / "print.yml").read_text(encoding="utf-8"))
    files = {section["number"]: section["file"] for section in facts["sections"]}
    for kind in ("passages", "figures", "equations", "listings", "outputs", "matrices", "index"):
        for entry in facts[kind]:
            entry.setdefault("file", files.get(entry.get("section")))
    for entry in facts["glossary"]:
        entry["file"] = "appendix/glossary"
    return facts


@pytest.fixture(scope="session")
def built():
    """Return a function that gives a page of the built book, parsed."""
    if not (HTML / "index.html").exists():
        pytest.fail("the book is not built: run `make book` first")
    pages = {}

    def page(name):
        if name not in pages:
            pages[name] = BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        return pages[name]

    return page


def find(*programs):
    """Return the first of several programs that is here; without any, skip the test, or fail it in CI."""
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        missing = f"no {programs[0]} here; on Debian: apt-get install {programs[0]}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return program


@pytest.fixture(scope="session")
def browser():
    """A Chromium, to open pages with."""
    program = find("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"])
        yield chromium
        chromium.close()
