"""How `make lab` starts JupyterLab; labconfig/ beside this file has its settings.

Nothing is read from the reader's own configuration and nothing written into it: what JupyterLab
keeps, its layout and the checkpoints of files, lies in _build/lab.
"""

import re
from pathlib import Path

import jupytext
import yaml
from jupyter_server.services.contents.filecheckpoints import FileCheckpoints

FRONT_MATTER = re.compile(r"\A---\n.*?^---\n+", re.M | re.S)
CELL_METADATA = re.compile(r"^(```+\{code-cell\}[^\n]*\n)(---\n.*?^---\n|(?::[^\n]*\n)+\n?)", re.M | re.S)
CLOSE = re.compile(r"^(.+\n)(?=```+\{code-cell\})", re.M)


def meaning(block):
    """Return what a block of metadata says, in either way to write it: between dashes, or after colons."""
    return next(yaml.safe_load_all(re.sub("^:", "", block, flags=re.M)))


def keep_metadata(before, after):
    """Return the text `after` with metadata written, and cells close to their labels, as in the text `before`."""
    written = [(meaning(block), block) for _, block in CELL_METADATA.findall(before)]

    def restore(found):
        return found[1] + next((block for said, block in written if said == meaning(found[2])), found[2])

    front = FRONT_MATTER.match(before)
    text = (front[0] if front else "") + CELL_METADATA.sub(restore, FRONT_MATTER.sub("", after))
    for line in CLOSE.findall(before):
        text = text.replace(f"{line}\n```", f"{line}```")
    return text


class Pages(jupytext.TextFileContentsManager):
    """Opens pages as notebooks, and saves no more than what was edited.

    Jupytext alone writes all metadata anew: in another style, without what it doesn't know, and with
    its own version and the kernel's full name.
    """

    def get(self, path, content=True, **kwargs):
        model = super().get(path, content=content, **kwargs)
        if content and model["type"] == "notebook":  # a page of text would ask for a kernel
            model["content"].metadata.setdefault("kernelspec", {"name": "python3", "display_name": "Python 3"})
        return model

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


c = get_config()  # noqa: F821
c.LabApp.default_url = "/lab/tree/README.md"
c.ServerApp.contents_manager_class = Pages
c.FileContentsManager.checkpoints_class = Checkpoints
