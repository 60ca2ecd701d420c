"""`make lab`: a page opens as the book shows it, and saving it changes what was edited and nothing else."""

import json
import re
import shutil
import sys

import pytest
from nbformat.v4 import new_output
from traitlets.config import PyFileConfigLoader

from conftest import DOCS, PAGES, ROOT, read_page

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
    file, name, notebook = opened(manager, PAGE)
    text = PAGE.read_text(encoding="utf-8")

    def edited(start, change):
        """Return the text of the page, saved with one cell changed."""
        content = json.loads(json.dumps(notebook))
        cell = next(cell for cell in content["cells"] if start in cell["source"])
        cell["source"] = change(cell["source"])
        manager.save({"type": "notebook", "content": content}, name)
        return file.read_text(encoding="utf-8")

    exercise = re.search(r"```\{exercise\} (.*)\n:label: (.*)\n", text)
    renamed = exercise[0].replace(exercise[1], "Another title", 1)
    after = edited("#### Exercise", lambda source: source.replace(f"({exercise[1]})", "(Another title)", 1))
    assert after == text.replace(exercise[0], renamed)
    role = re.search(r"^(.*)\{term\}`([^`<]+)`(.*)$", text, re.M)
    link = f"[{role[2]}]("
    after = edited(link, lambda source: source.replace(link, f"NEW {link}", 1))
    assert after == text.replace(role[0], f"{role[1]}NEW {{term}}`{role[2]}`{role[3]}")
    caption = re.search("caption: (.*)", text)[1]
    edited("**Fig. 1.1**", lambda source: f"{source} And more.")
    first = next(cell for cell in read_page(file) if "figure" in cell.metadata.get("mystnb", {}))
    assert first.metadata.mystnb.figure.caption == f"{caption} And more."
