"""The zip of all notebooks, as somebody has it who has nothing else; `make notebooks` runs this."""

import subprocess
import sys
import zipfile

import pytest

from remote import jupyterlab, read_all
from shared import ZIP, find


@pytest.mark.slow
def test_every_notebook_reads_like_the_book_in_a_bare_jupyterlab(browser, tmp_path):
    """In an environment that has what the notebooks ask for and nothing else, without our settings."""
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(tmp_path)
    folder, environment, home = (tmp_path / name for name in ("agml-companion", "environment", "home"))
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    install = ["pip", "install", "--quiet", "--python", environment, "-r", folder / "requirements.txt"]
    subprocess.run([find(f"{sys.prefix}/bin/uv"), *install], check=True)

    def command(options):
        return [environment / "bin" / "jupyter", "lab", *options.split()]

    alone = {"JUPYTER_CONFIG_DIR": str(home / "config"), "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": ""}
    with jupyterlab(command, folder, home, **alone) as address:
        _, wrong = read_all(browser, address, sorted(folder.glob("*.ipynb")))
    assert wrong == {}
    nbval = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider"]
    subprocess.run([*nbval, "1_2_1_1-gradients.ipynb"], cwd=folder, check=True)
