"""The zip of all notebooks, as somebody has it who has nothing else; `make notebooks` runs this."""

import os
import re
import subprocess
import sys
import zipfile

import pytest

from conftest import ROOT, ZIP

MINUTES = 60
pytestmark = pytest.mark.slow


def test_notebooks_run_in_an_empty_environment(tmp_path):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL"))
    }

    def run(*command, folder=tmp_path, **options):
        return subprocess.run(
            command, cwd=folder, env=environment, text=True, timeout=10 * MINUTES, **options
        )

    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(tmp_path)
    folder, python = tmp_path / "agml-companion", tmp_path / "venv" / "bin" / "python"
    run(sys.executable, "-m", "venv", "venv", check=True)
    run(python, "-m", "pip", "install", "--quiet", "-r", "requirements.txt", folder=folder, check=True)
    run(python, "-m", "jupyter", "lab", "--version", check=True)

    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    testers = [line for line in lock if line.startswith(("nbval==", "pytest=="))]
    run(python, "-m", "pip", "install", "--quiet", *testers, check=True)
    nbval = python, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider"
    done = run(*nbval, folder=folder, stdout=subprocess.PIPE)
    cells = sum(
        path.read_text(encoding="utf-8").count('"cell_type": "code"') for path in folder.glob("*.ipynb")
    )
    assert re.search(r"^(\d+) passed in", done.stdout, re.M)[1] == str(cells), done.stdout

    notebook = folder / "1_2_1-gradient-descent.ipynb"
    saved = notebook.read_text(encoding="utf-8")
    assert saved.count("3485.837693509094") == 1
    notebook.write_text(saved.replace("3485.837693509094", "3485.837693509095"), encoding="utf-8")
    done = run(*nbval, notebook.name, folder=folder, stdout=subprocess.PIPE)
    assert re.search("^1 failed, ", done.stdout, re.M), done.stdout
