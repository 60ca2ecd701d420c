"""All pages in JupyterLab, in `make lab` and from the zip: they read like the book, and run."""

import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile

import pytest

from remote import jupyterlab, make_lab, read_all
from shared import ROOT, ZIP, find

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with make_lab(tmp_path_factory.mktemp("project")) as (address, home):
        yield address, home


def test_the_server_is_for_its_reader_alone(ours):
    address, home = ours
    port = int(re.search(r":(\d+)/", address)[1])
    token = re.search(r"token=(\w+)", address)[1]
    contents = f"http://127.0.0.1:{port}/api/contents"
    with urllib.request.urlopen(f"{contents}?token={token}") as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(contents)
    # a server that listened to the network would listen at all of the machine's addresses
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


def test_every_page_reads_like_the_book_in_make_lab(browser, ours):
    folder = ROOT / "_build" / "notebooks"
    pages = sorted(path for path in folder.iterdir() if path.suffix in (".ipynb", ".md"))
    seen, wrong = read_all(browser, ours[0], pages)
    assert wrong == {}
    pictures = [size for page in seen.values() for size in page["pictures"]]
    assert [size for size in pictures if size[1] < 1.5 * size[0]] == [] and len(pictures) > 20
    assert all("STIX Two Text Variable" in page["fonts"] for page in seen.values())


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
