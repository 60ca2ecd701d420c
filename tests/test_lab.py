"""`make lab`: a double click opens a page that runs, and saving it changes what was edited and nothing else."""

import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import jupytext
import pytest
from conftest import PAGES, ROOT, find
from nbformat.v4 import new_output
from playwright.sync_api import expect
from remote import answers, free_port, wait
from traitlets.config import PyFileConfigLoader

PAGE = ROOT / "chapters" / "1_linear_regression" / "1_2-univariate-linear-models.md"


@pytest.mark.parametrize("page", [*PAGES, ROOT / "index.md", ROOT / "README.md"], ids=lambda page: page.stem)
def test_a_page_that_is_saved_unedited_stays_as_it_is(tmp_path, page):
    """Opened, run and saved by the file manager of `make lab`, in all that JupyterLab itself changes."""
    shutil.copy(page, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    config = PyFileConfigLoader("jupyter_server_config.py", path=str(ROOT / "_lab")).load_config()
    manager = config.ServerApp.contents_manager_class(root_dir=str(tmp_path), config=config)
    notebook = manager.get(page.name, type="notebook")["content"]
    notebook.metadata.kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata.language_info = {"name": "python", "version": "3.11.7", "pygments_lexer": "ipython3"}
    for count, cell in enumerate(notebook.cells):
        cell.metadata["trusted"] = True
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = count, [new_output("stream", text="printed")]
    manager.save({"type": "notebook", "content": notebook}, page.name)
    assert (tmp_path / page.name).read_bytes() == page.read_bytes()


@pytest.fixture
def lab(copy, tmp_path_factory):
    """What `make lab` starts in a copy of the project: the address that it opens, the copy and an empty home."""
    folder, home = copy[0], tmp_path_factory.mktemp("home")
    port = free_port()
    log = home.with_suffix(".log")
    with log.open("w") as stream:
        server = subprocess.Popen(
            [find("make"), "lab", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready",
             f"LAB=--no-browser --port={port} --allow-root"],
            cwd=folder, env=os.environ | {"PYTHONPATH": str(folder), "HOME": str(home)},
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        address = wait(lambda: re.search(rf"http://127\.0\.0\.1:{port}/\S+\n", log.read_text()), 60, "server")[0].strip()
        wait(lambda: answers("127.0.0.1", port), 60, "answer")
        yield address, folder, home
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        print(log.read_text())


def test_a_page_opens_runs_and_keeps_only_the_edit(browser, lab):
    address, folder, home = lab
    file = folder / PAGE.relative_to(ROOT)
    before = file.read_text(encoding="utf-8")
    lab = browser.new_page(viewport={"width": 1280, "height": 9000})  # only cells in sight are drawn
    lab.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    lab.goto(address)
    lab.get_by_role("heading", name="The companion to").wait_for()
    assert "README.md" in lab.url

    for name in PAGE.relative_to(ROOT).parts:
        lab.get_by_role("listitem").filter(has_text=name).dblclick()
    notebook = lab.locator(".jp-NotebookPanel:visible")
    notebook.get_by_role("heading", name="Univariate Linear Models").wait_for()
    cells = [cell for cell in jupytext.read(PAGE).cells if cell.cell_type == "code"]
    drawn = notebook.locator(".jp-CodeCell")
    expect(drawn).to_have_count(len(cells))
    for number, (cell, shown) in enumerate(zip(cells, drawn.all()), start=1):
        shown.locator(".cm-content").click()
        lab.keyboard.press("Shift+Enter")
        expect(shown.locator(".jp-InputPrompt")).to_have_text(f"[{number}]:")
        texts = shown.locator(".jp-OutputArea-output[data-mime-type*=jupyter]")  # what is printed, to whichever stream
        expect(texts).to_have_text([cell.metadata.prints.strip()] if "prints" in cell.metadata else [], use_inner_text=True)
        expect(shown.locator(".jp-OutputArea-output img:visible")).to_have_count(int("mystnb" in cell.metadata))

    def save(expected):
        written = file.stat().st_mtime_ns
        for _ in range(40):
            lab.keyboard.press("Control+s")  # which JupyterLab ignores while it is still at the save before
            lab.wait_for_timeout(500)
            if file.stat().st_mtime_ns > written and file.read_text(encoding="utf-8") == expected:
                break
        assert file.stat().st_mtime_ns > written
        assert file.read_text(encoding="utf-8") == expected

    slider = notebook.get_by_role("slider").first
    picture = notebook.locator(".widget-html img:visible")
    assert picture.bounding_box()["width"] < notebook.bounding_box()["width"]
    text, seen = picture.get_attribute("alt"), picture.get_attribute("src")
    slider.press("ArrowRight")
    assert picture.get_attribute("alt") != text and picture.get_attribute("src") != seen
    save(before)

    drawn.first.locator(".cm-content").click()
    lab.keyboard.press("Control+Home")
    lab.keyboard.type("# an edit")
    lab.keyboard.press("Enter")
    save(before.replace("import agml_helpers", "# an edit\nimport agml_helpers", 1))

    others = {path for path in folder.rglob("*") if path.is_file()} - {file}
    others = {path.relative_to(folder) for path in others if path.relative_to(folder).parts[0] != "_build"}
    assert {path for path in others if not (ROOT / path).exists()} == set()
    wait((folder / "_build" / "lab" / "checkpoints" / PAGE.relative_to(ROOT)).exists, 30, "checkpoint")
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


def test_the_server_is_for_its_reader_alone(lab):
    address, *_ = lab
    port = int(re.search(r":(\d+)/", address)[1])
    token = re.search(r"token=(\w+)", address)[1]
    contents = f"http://127.0.0.1:{port}/api/contents"
    with urllib.request.urlopen(f"{contents}?token={token}") as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(contents)
    # a server that listened to the network would listen at all of the machine's addresses
    assert not answers("127.0.0.2", port)
