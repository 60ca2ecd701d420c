"""What tests are given: the built book, a browser, a copy of the project to build in."""

import os
import shutil
import subprocess
import sys
from functools import cache

import matplotlib
import pytest

from shared import HTML, PAGE, ROOT, find

matplotlib.use("Agg")  # tests draw, and show nothing


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "copy" in getattr(item, "fixturenames", ()):  # a whole book is built there
            item.add_marker("slow")


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
