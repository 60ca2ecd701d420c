"""`make lab`: a page opens as the book shows it, and saving it changes what was edited and nothing else."""

import json
import re
import shutil
import sys
import urllib.error
import urllib.request

import jupytext
import pytest
from nbformat.v4 import new_output
from playwright.sync_api import expect
from remote import answers, jupyterlab, wait
from test_keyboard import project  # noqa: F401, a fixture
from traitlets.config import PyFileConfigLoader

from conftest import DOCS, PAGES, ROOT, find

PAGE = ROOT / "chapters" / "1_linear_regression" / "1_2-univariate-linear-models.md"
EDITED = "The reader's own words."


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """The file manager of `make lab`, over a folder of one's own."""
    monkeypatch.chdir(ROOT)  # where `make lab` starts it
    monkeypatch.setattr(sys, "path", sys.path[:])
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    config = PyFileConfigLoader("jupyter_server_config.py", path=str(ROOT / "_lab")).load_config()
    return config.ServerApp.contents_manager_class(root_dir=str(tmp_path), config=config)


def opened(manager, page):
    """Open a copy of a page; give file, name, and the notebook as JupyterLab sends it back."""
    name = page.relative_to(ROOT).as_posix()
    file = ROOT / manager.root_dir / name
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(page, file)
    return file, name, json.loads(json.dumps(manager.get(name, type="notebook")["content"]))


@pytest.mark.parametrize("page", [*PAGES, ROOT / "index.md", ROOT / "README.md"], ids=lambda page: page.stem)
def test_a_page_that_is_saved_unedited_stays_as_it_is(manager, page):
    """Opened, run and saved by the file manager of `make lab`, in all that JupyterLab itself changes."""
    file, name, notebook = opened(manager, page)
    notebook["metadata"]["kernelspec"] = {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    }
    for count, cell in enumerate(notebook["cells"]):
        cell["metadata"]["trusted"] = True
        cell["metadata"].pop("jp-MarkdownHeadingCollapsed", None)  # somebody looked at the solution
        if cell["cell_type"] == "code":
            cell["metadata"]["jupyter"] = {"source_hidden": True}
            cell["execution_count"], cell["outputs"] = count, [new_output("stream", text="printed")]
    manager.save({"type": "notebook", "content": notebook}, name)
    assert file.read_bytes() == page.read_bytes()


def test_a_first_cell_that_shows_nothing_is_kept(manager):
    file, name, _ = opened(manager, PAGE)
    head, _, rest = PAGE.read_text(encoding="utf-8").partition("\n# ")
    text = f"{head}\n(a-label)=\n\n+++\n\n# {rest}"
    file.write_text(text, encoding="utf-8")
    manager.save({"type": "notebook", "content": manager.get(name, type="notebook")["content"]}, name)
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("page", [ROOT / f"{doc}.md" for doc in DOCS], ids=lambda page: page.stem)
@pytest.mark.parametrize("which", [0, -1], ids=["first", "last"])
def test_an_edit_changes_its_line_alone(manager, page, which):
    """Words are put to the end of a line of every cell; the frame of a box is no such line."""
    file, name, notebook = opened(manager, page)
    before, edits = page.read_text(encoding="utf-8").splitlines(), 0
    for cell in notebook["cells"]:
        pieces = cell["metadata"].get("companion", {}).get("pieces", [])
        lines = [
            line
            for _, shown, _, fixed, _ in pieces
            for line in shown.splitlines()
            if not fixed and line.strip() and "\n" not in shown.rstrip("\n")
        ]
        if lines:
            line = lines[which]
            text = f"{cell['source']}\n".replace(f"{line}\n", f"{line} {EDITED}\n", 1)
            cell["source"] = text.removesuffix("\n")
            edits += 1
    manager.save({"type": "notebook", "content": notebook}, name)
    after = file.read_text(encoding="utf-8").splitlines()
    assert len(after) == len(before)
    changed = [pair for pair in zip(before, after) if pair[0] != pair[1]]
    assert [f"{old} {EDITED}" for old, _ in changed] == [new for _, new in changed]
    assert len(changed) == edits and (edits or name == "genindex.md")


def test_edits_of_many_kinds(manager):
    """A caption, the title of a box, a line with a role."""
    page = ROOT / "chapters" / "1_linear_regression" / "1_2-univariate-linear-models.md"
    file, name, notebook = opened(manager, page)
    text = page.read_text(encoding="utf-8")

    def save(change, old, new):
        edited = json.loads(json.dumps(notebook))
        change(edited["cells"])
        manager.save({"type": "notebook", "content": edited}, name)
        assert text.count(old) == 1
        assert file.read_text(encoding="utf-8") == text.replace(old, new), change

    def cell(cells, start):
        return next(cell for cell in cells if start in cell["source"])

    def replace(start, old, new):
        def change(cells):
            found = cell(cells, start)
            assert old in found["source"]
            found["source"] = found["source"].replace(old, new, 1)

        return change

    exercise = re.search(r"```\{exercise\} (.*)\n:label: (.*)\n", text)
    save(
        replace("#### Exercise", f"({exercise[1]})", "(Another title)"),
        exercise[0],
        exercise[0].replace(exercise[1], "Another title", 1),
    )
    role = re.search(r"^(.*)\{term\}`([^`<]+)`(.*)$", text, re.M)
    save(
        replace(f"[{role[2]}](", f"[{role[2]}](", f"NEW [{role[2]}]("),
        role[0],
        f"{role[1]}NEW {{term}}`{role[2]}`{role[3]}",
    )
    caption = re.search("caption: (.*)", text)[1]
    edited = json.loads(json.dumps(notebook))
    cell(edited["cells"], "**Fig. 1.1**")["source"] += " And more."
    manager.save({"type": "notebook", "content": edited}, name)
    captions = [
        cell.metadata.mystnb.figure.caption
        for cell in jupytext.read(file).cells
        if "mystnb" in cell.metadata and "figure" in cell.metadata.mystnb
    ]
    assert captions[0] == f"{caption} And more."


@pytest.fixture
def lab(project, tmp_path_factory):  # noqa: F811
    """What `make lab` starts in a copy of the project: the address, the copy and an empty home."""
    home = tmp_path_factory.mktemp("home")

    def command(options):
        return [find("make"), "lab", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready", f"LAB={options}"]

    with jupyterlab(command, project, home, PYTHONPATH=str(project)) as address:
        yield address, project, home


@pytest.mark.slow
def test_a_page_opens_runs_and_keeps_only_the_edit(browser, lab):
    address, folder, home = lab
    file = folder / PAGE.relative_to(ROOT)
    before = file.read_text(encoding="utf-8")
    lab = browser.new_page(viewport={"width": 1280, "height": 9000})  # only cells in sight are drawn
    lab.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    lab.goto(address)
    lab.get_by_role("heading", name="Algebraic Geometry & Machine Learning").wait_for()
    assert "index.md" in lab.url
    picture = lab.locator("img.title-image")
    picture.evaluate("picture => picture.decode()")  # which fails for one that is not there
    expect(picture).to_be_visible()
    lab.get_by_role("link", name="1.2 Univariate Linear Models").click()
    notebook = lab.locator(".jp-NotebookPanel:visible")
    notebook.get_by_role("heading", name="Univariate Linear Models").wait_for()
    cells = [cell for cell in jupytext.read(PAGE).cells if cell.cell_type == "code"]
    drawn = notebook.locator(".jp-CodeCell")
    expect(drawn).to_have_count(len(cells))
    folded = notebook.locator(".jp-MarkdownHeadingCollapsed, .jp-mod-collapsed")
    assert notebook.get_by_text("cells hidden").count() or folded.count()
    for command in ("expand-all-headings", "show-all-cell-code"):
        lab.evaluate(f"window.jupyterapp.commands.execute('notebook:{command}')")
    # JupyterLab loses what is typed while it still connects to the kernel
    notebook.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    for number, (cell, shown) in enumerate(zip(cells, drawn.all()), start=1):
        shown.locator(".cm-content").click()
        lab.keyboard.press("Shift+Enter")
        expect(shown.locator(".jp-InputPrompt")).to_have_text(f"[{number}]:")
        kinds = (f".jp-OutputArea-output[data-mime-type*='{kind}']" for kind in (".std", ".error"))
        texts = shown.locator(", ".join(kinds))  # what is printed, to whichever stream
        expect(texts).to_have_text(
            [cell.metadata.prints.strip()] if "prints" in cell.metadata else [], use_inner_text=True
        )
        explorer = re.search(r"^(\w+ = )?ex\.[A-Z]", cell.source, re.M) is not None
        expect(shown.locator(".jp-OutputArea-output .agml")).to_have_count(int(explorer))
        expect(shown.locator(".jp-OutputArea-output img:visible")).to_have_count(
            int("mystnb" in cell.metadata and not explorer)
        )

    def save(expected):
        written = file.stat().st_mtime_ns
        for _ in range(40):
            lab.keyboard.press("Control+s")  # which JupyterLab ignores while it is still at the save before
            lab.wait_for_timeout(500)
            if file.stat().st_mtime_ns > written and file.read_text(encoding="utf-8") == expected:
                break
        assert file.stat().st_mtime_ns > written
        assert file.read_text(encoding="utf-8") == expected

    explorer = notebook.locator(".jp-OutputArea-output .agml")
    assert 300 < explorer.bounding_box()["width"] < notebook.bounding_box()["width"]
    handle = explorer.get_by_role("slider").first
    seen = handle.get_attribute("aria-valuetext")
    handle.press("ArrowUp")
    expect(handle).not_to_have_attribute("aria-valuetext", seen)
    save(before)

    drawn.first.locator(".cm-content").click()
    lab.keyboard.press("Control+Home")
    lab.keyboard.type("# an edit")
    lab.keyboard.press("Enter")
    save(before.replace("import agml_helpers", "# an edit\nimport agml_helpers", 1))

    notebook.get_by_role("link", name="weight", exact=True).first.click()
    glossary = lab.locator(".jp-NotebookPanel:visible")
    expect(glossary.get_by_role("heading", name="Glossary")).to_be_attached()
    expect(glossary.get_by_text("Weight", exact=True)).to_be_in_viewport()

    others = {path for path in folder.rglob("*") if path.is_file()} - {file}
    others = {path.relative_to(folder) for path in others if path.relative_to(folder).parts[0] != "_build"}
    assert {path for path in others if not (ROOT / path).exists()} == set()
    wait((folder / "_build" / "lab" / "checkpoints" / PAGE.relative_to(ROOT)).exists, 30, "checkpoint")
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


@pytest.mark.slow
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
