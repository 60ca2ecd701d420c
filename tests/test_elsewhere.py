"""The zip of all notebooks, as somebody has it who has nothing else; `make notebooks` runs this."""

import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest

from remote import differs, faults, jupyterlab, look
from shared import DOCS, ROOT, ZIP, find

pytestmark = pytest.mark.slow
CLEAN = {"PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": ""}  # what is imported is compiled once
WRONG = {
    "{term}": "{term}`batch`",
    "(eq-dw)=": "before\n(eq-dw)=",
    ":label:": ":label: a",
    "{.place}": "{.place}",
    "```": "````\n```{exercise} One\n````",
    "$$": "$$ x",
    "](": "[two](",
    "missing \\right": r"$\left($",
    ":::": "<p>:::</p>",
    "nowhere.ipynb": "[nowhere](nowhere.ipynb)",
    "#No-term": "[no term](#No-term)",
    "outside.invalid": "![](http://outside.invalid/picture.png)",
    "a text is not seen": "<p></p>",
    "##### Solution to Exercise 1.1 is open": "##### Solution to Exercise 1.1",
}
WRONG_CODE = {
    "to stderr": "import sys\nprint('to stderr', file=sys.stderr)",
    "pixels wide": "import matplotlib.pyplot as plt\nplt.figure(figsize=(16, 1)).add_axes((0, 0, 1, 1));",
    "0 of 1 explorers": "class ex:\n    Dead = None\nex.Dead",
    "Loading widget": "print('Loading widget...')",
    "ZeroDivisionError": "1 / 0",
}


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The folder of the notebooks, and an environment that has what they ask for and nothing else."""
    folder, environment = tmp_path_factory.mktemp("unpacked"), tmp_path_factory.mktemp("environment")
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(folder)
    folder /= "agml-companion"
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install(environment, "-r", folder / "requirements.txt")
    return folder, environment


def install(environment, *packages):
    options = "--quiet", "--python", environment
    subprocess.run([find(f"{sys.prefix}/bin/uv"), "pip", "install", *options, *packages], check=True)


@pytest.fixture(scope="module")
def bare(unpacked, tmp_path_factory):
    """The JupyterLab of that environment, without our settings."""
    (folder, environment), home = unpacked, tmp_path_factory.mktemp("home")

    def command(options):
        return [environment / "bin" / "jupyter", "lab", *options.split()]

    with jupyterlab(command, folder, home, JUPYTER_CONFIG_DIR=str(home / "config"), **CLEAN) as address:
        yield address, folder


@pytest.fixture(scope="module")
def wrong(browser, bare):
    """What is found in a notebook in which all is wrong."""
    address, folder = bare
    texts = map(nbformat.v4.new_markdown_cell, WRONG.values())
    notebook = nbformat.v4.new_notebook(cells=[*texts, *map(nbformat.v4.new_code_cell, WRONG_CODE.values())])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / "wrong.ipynb")
    seen = look(browser, address, ["wrong.ipynb"], seconds=2)  # it is never ready
    (folder / "wrong.ipynb").unlink()
    return "\n".join(map(str, faults("wrong.ipynb", seen)))


def test_every_notebook_reads_like_the_book_in_a_bare_jupyterlab(browser, bare):
    address, folder = bare
    seen = look(browser, address, sorted(path.name for path in folder.glob("*.ipynb")))
    wrong = {path: faults(path, seen) + differs(page, folder / path) for path, page in seen.items()}
    assert {path: found for path, found in wrong.items() if found} == {} and len(seen) == len(DOCS)


@pytest.mark.parametrize("mark", [*WRONG, *WRONG_CODE])
def test_what_is_wrong_is_seen(mark, wrong):
    """Faults of most kinds were put into the notebook: none of a kernel, of a question, or of an edit."""
    assert mark in wrong


def test_nbval_compares_a_notebook_with_what_is_saved(unpacked):
    """The notebook passes, and fails by one digit; that all give what is saved, JupyterLab has shown."""
    folder, environment = unpacked
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    install(environment, *(line for line in lock if line.startswith(("nbval==", "pytest=="))))
    notebook, digits = folder / "1_2_1-gradient-descent.ipynb", "3485.837693509094"
    saved = notebook.read_text(encoding="utf-8")
    assert saved.count(digits) == 1
    changed = notebook.with_stem("changed")
    changed.write_text(saved.replace(digits, f"{digits[:-1]}5"), encoding="utf-8")
    command = environment / "bin" / "pytest", "-q", "--nbval", "-p", "no:cacheprovider", notebook, changed
    said = subprocess.run(command, cwd=folder, env=os.environ | CLEAN, capture_output=True, text=True).stdout
    changed.unlink()
    cells = saved.count('"cell_type": "code"')
    assert re.search(rf"^1 failed, {2 * cells - 1} passed in", said, re.M), said
