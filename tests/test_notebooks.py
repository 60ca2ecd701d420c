"""The notebooks to download: from every page, and all in one zip, complete and the same as the pages."""

import itertools
import re
import sys
import zipfile
from pathlib import PurePosixPath

import jupytext
import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from agml_printed import differences
from shared import DOCS, HTML, ROOT, ZIP, is_page
from shared import PAGES as ALL

PAGES = [page.relative_to(ROOT).with_suffix("").as_posix() for page in ALL if is_page(page)]


@pytest.fixture(scope="module")
def files():
    """The text of every file in the zip, by its name."""
    with zipfile.ZipFile(ZIP) as archive:
        entries = archive.infolist()
        assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
        assert {entry.date_time[0] for entry in entries} == {2026}
        assert {PurePosixPath(entry.filename).parent.name for entry in entries} == {"agml-companion"}
        return {PurePosixPath(entry.filename).name: archive.read(entry).decode() for entry in entries}


def test_zip_is_complete(files):
    notebooks = {name: text for name, text in files.items() if name.endswith(".ipynb")}
    offered = {(HTML / "_sources" / f"{page}.ipynb").read_text(encoding="utf-8") for page in PAGES}
    assert offered < {*notebooks.values()} and len(notebooks) == len(DOCS)
    modules = {path.name: path.read_text(encoding="utf-8") for path in ROOT.glob("agml_*.[jp]*")}
    assert {name: files.get(name) for name in modules} == modules
    assert set(files) == {*notebooks, *modules, "agml_printed.json", "README.md", "requirements.txt"}
    pinned, lock = files["requirements.txt"], (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert {*re.findall("^[^#].*", pinned, re.M)} < {*lock.splitlines()}
    assert "jupyter lab index.ipynb" in files["README.md"]
    text = "\n".join(cell.source for cell in nbformat.reads(files["index.ipynb"], as_version=4).cells)
    assert {*re.findall(r"\]\(([\w.-]+\.ipynb)\)", text)} == {*notebooks} - {"index.ipynb"}


def test_links_between_notebooks_have_their_cells(files):
    books = {
        name: nbformat.reads(text, as_version=4).cells for name, text in files.items() if "ipynb" in name
    }
    places = {
        name: {f"cell-id={cell.id}" for cell in cells}.union(
            *(re.findall('id="([^"]+)"', cell.source) for cell in cells)
        )
        for name, cells in books.items()
    }
    links = [
        (name, file or name, place)
        for name, cells in books.items()
        for cell in cells
        for file, place in re.findall(r"\]\(([\w.-]+\.ipynb)?#([^)\s]+)\)", cell.source)
    ]
    assert [link for link in links if link[2] not in places[link[1]]] == [] and len(links) > 400


@pytest.mark.parametrize("page", PAGES, ids=range(len(PAGES)))  # by name, -k would pick the page too
def test_notebook_is_the_page_with_its_outputs(page):
    notebook = nbformat.read(HTML / "_sources" / f"{page}.ipynb", as_version=4)
    nbformat.validate(notebook)
    first, *cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    sources = [cell for cell in jupytext.read(ROOT / f"{page}.md").cells if cell.cell_type == "code"]
    assert first.source.startswith("#@title ") and first.metadata.jupyter.source_hidden
    for cell, source in zip(cells, sources, strict=True):
        assert cell.source == source.source
        printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
        assert differences(printed, source.metadata.get("prints", "")) == []
        hidden = "remove-input" in source.metadata.get("tags", [])
        assert cell.metadata.get("jupyter") == ({"source_hidden": True} if hidden else None)
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        explorer = re.search(r"\bex\.[A-Z]", source.source) is not None
        assert len(pictures) == ("mystnb" in source.metadata or explorer)
        for picture in pictures:
            seen = picture.metadata["image/png"]
            assert seen["width"] <= 720 and len(seen["alt"].split()) >= (3 if explorer else 10)
            assert "application/vnd.jupyter.widget-view+json" not in picture.data
    after = [after for before, after in itertools.pairwise(notebook.cells) if is_solution(before)]
    assert [cell for cell in after if cell.source.startswith("#")] == []
    assert notebook.metadata.colab.collapsed_sections == [
        cell.metadata.id for cell in notebook.cells if is_solution(cell)
    ]


def is_solution(cell):
    folded = cell.metadata.get("jp-MarkdownHeadingCollapsed", False)
    assert folded == cell.source.startswith("##### Solution to "), cell.source
    return folded


def test_each_page_leads_to_its_neighbors(files):
    notebooks = [f"{PurePosixPath(doc.removesuffix('/index')).name}.ipynb" for doc in DOCS]
    for place, name in enumerate(notebooks[1:], start=1):
        last = nbformat.reads(files[name], as_version=4).cells[-1].source
        assert re.findall(r"\]\((.*?)\)", last) == [
            notebooks[place - 1],
            "index.ipynb",
            *notebooks[place + 1 : place + 2],
        ]


def test_numbers_in_the_notebooks_are_those_of_the_book(files, built):
    exercises = figures = 0
    for doc in DOCS:
        name = f"{PurePosixPath(doc.removesuffix('/index')).name}.ipynb"
        cells, page = nbformat.reads(files[name], as_version=4).cells, built(doc)
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
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


def test_a_cell_is_marked_by_what_it_prints(tmp_path, monkeypatch):
    """One that prints what the book prints, one that does not, a changed one, and none at all."""
    (tmp_path / "agml_printed.json").write_text('{"print(6 * n)": "42\\n", "n = 7": ""}')
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTEST_VERSION")
    shell = InteractiveShell.instance()

    def run(code):
        with capture_output() as seen:
            shell.run_cell(code).raise_error()
        return seen.stdout, [output.data["text/plain"] for output in seen.outputs]

    run("%load_ext agml_printed")
    assert run("n = 7") == ("", ["✓ as in the book"])
    assert run("print(6 * n)\n") == ("42\n", ["✓ as in the book"])
    assert run("print(6 * n) # mine") == ("42\n", [])
    run("n = 8")
    (printed, (mark,)), before = run("print(6 * n)"), sys.stdout
    assert printed == "48\n" and mark.splitlines()[1:] == ["- 42", "+ 48"]
    run("%unload_ext agml_printed")
    assert run("print(6 * n)") == ("48\n", []) and sys.stdout is before
    InteractiveShell.clear_instance()


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
