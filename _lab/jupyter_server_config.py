"""How `make lab` starts JupyterLab; labconfig/ and custom/ beside this file have its settings and its looks.

A page is shown as in the book: its text as plain Markdown, by the facts that the build of the book has
left in _build, and with what its cells printed and drew then. What is saved is the page, with the reader's
edit alone.

Nothing is read from the reader's own configuration and nothing written into it: what JupyterLab
keeps, its layout and the checkpoints of files, lies in _build/lab.
"""

import json
import os
import re
import sys
from pathlib import Path

import jupytext
import nbformat
import yaml
from ipykernel.ipkernel import IPythonKernel
from jupyter_server.services.contents.filecheckpoints import FileCheckpoints
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

sys.path.insert(0, str(Path("_sphinx").resolve()))
import plain
from npm import NODE_MODULES

BUILT = Path("_build")
SAVING = " Saving keeps your edit in the page and nothing else, no outputs and no counts."

FRONT_MATTER = re.compile(r"\A---\n.*?^---\n+", re.M | re.S)
CELL_METADATA = re.compile(r"^(```+\{code-cell\}[^\n]*\n)(---\n.*?^---\n|(?::[^\n]*\n)+\n?)", re.M | re.S)
CLOSE = re.compile(r"^(.+\n)(?=```+\{code-cell\})", re.M)


def meaning(block):
    """Return what a block of metadata says, in either way to write it: between dashes, or after colons."""
    return next(yaml.safe_load_all(re.sub("^:", "", block, flags=re.M)))


def keep_metadata(before, after):
    """Return the text `after` with metadata, and cells close to their labels, as in the text `before`."""
    written = [(meaning(block), block) for _, block in CELL_METADATA.findall(before)]

    def restore(found):
        return found[1] + next((block for said, block in written if said == meaning(found[2])), found[2])

    front = FRONT_MATTER.match(before)
    text = (front[0] if front else "") + CELL_METADATA.sub(restore, FRONT_MATTER.sub("", after))
    for line in CLOSE.findall(before):
        text = text.replace(f"{line}\n```", f"{line}```")
    return text


def dress(notebook, doc):
    """Make a page look as in the book."""
    known = json.loads((BUILT / "facts.json").read_text(encoding="utf-8"))
    if doc not in known["pages"]:
        return

    def address(place):
        file = {"_static/title.svg": "_build/artwork/title.svg"}.get(place, f"{place}.md")
        return os.path.relpath(file, Path(doc).parent)

    remember(notebook, doc)
    notebook.cells = plain.prepare(plain.Page(known, doc, address), notebook.cells)
    if doc == "index":
        notebook.cells += [
            plain.new(text, {"made": True}) for text in (plain.RUN + SAVING, plain.contents(known, address))
        ]


def remember(notebook, doc):
    """Give a page's cells what they printed and drew when the book was built, if they are still the same."""
    executed = BUILT / "executed" / f"{doc}.ipynb"
    modules = max(path.stat().st_mtime for path in Path().glob("agml_*"))
    if not executed.exists() or executed.stat().st_mtime < modules:
        return
    before = nbformat.read(executed, as_version=4)
    code, old = ([cell for cell in page.cells if cell.cell_type == "code"] for page in (notebook, before))
    if [cell.source for cell in code] == [cell.source for cell in old]:
        for cell, run in zip(code, old):
            cell.outputs, cell.metadata["trusted"] = plain.sized(run.outputs), True
            for output in cell.outputs:
                output.pop("execution_count", None)
        if "widgets" in before.metadata:
            notebook.metadata["widgets"] = before.metadata["widgets"]


class Pages(jupytext.TextFileContentsManager):
    """Opens pages as notebooks that look like the book, and saves no more than what was edited.

    Jupytext alone writes all metadata anew: in another style, without what it doesn't know, and with
    its own version and the kernel's full name.
    """

    def get(self, path, content=True, **kwargs):
        model = super().get(path, content=content, **kwargs)
        if content and model["type"] == "notebook" and path.endswith(".md"):
            notebook = model["content"]
            # what JupyterLab would else ask for, or add itself and take for an edit
            notebook.metadata["kernelspec"] = {
                "name": "python3",
                "display_name": "Python 3",
                "language": "python",
            }
            notebook.metadata["language_info"] = IPythonKernel.language_info
            dress(notebook, path.strip("/").removesuffix(".md"))
        return model

    def save(self, model, path=""):
        if model["type"] == "notebook" and path.endswith(".md"):
            model["content"]["cells"] = plain.saved(model["content"]["cells"])
        return super().save(model, path)

    def run_pre_save_hooks(self, model, path, **kwargs):
        super().run_pre_save_hooks(model, path, **kwargs)
        file = Path(self._get_os_path(path))
        if model["type"] == "file" and file.suffix == ".md" and file.exists():
            model["content"] = keep_metadata(file.read_text(encoding="utf-8"), model["content"])


class Checkpoints(FileCheckpoints):
    """Lie outside the folders of the pages, where they would be taken for pages."""

    def checkpoint_path(self, checkpoint_id, path):
        file = Path("_build", "lab", "checkpoints", path.strip("/"))
        file.parent.mkdir(parents=True, exist_ok=True)
        return str(file)


class Prompt(ZMQChannelsWebsocketConnection):
    """Sends what a kernel says at once; else it waits 40 ms until the browser confirms what came before."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


c = get_config()  # noqa: F821
c.LabApp.default_url = "/lab/tree/index.md"
c.ServerApp.contents_manager_class = Pages
c.FileContentsManager.checkpoints_class = Checkpoints
# the looks, and the book's font, which its build has fetched
c.ServerApp.tornado_settings = {
    "static_custom_path": [
        str(path.resolve()) for path in (Path("_lab/custom"), NODE_MODULES / "@fontsource-variable")
    ]
}
c.LabApp.custom_css = True
c.ServerApp.kernel_websocket_connection_class = Prompt
