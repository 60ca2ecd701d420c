"""What a class relies on: the environment that Binder builds, and the link that brings notebooks to a hub."""

import contextlib
import re
import subprocess
import sys

import nbformat
import psutil
import pytest
from nbclient import NotebookClient

from remote import jupyterlab
from shared import ROOT, find


@pytest.mark.slow
def test_repo2docker_picks_the_environment_that_we_mean(tmp_path):
    """It writes its Dockerfile without a Docker engine, and decides itself where it looks for what."""
    uv = find(f"{sys.prefix}/bin/uv")
    wanted = (ROOT / ".binder" / "runtime.txt").read_text().strip().removeprefix("python-")
    command = "tool run jupyter-repo2docker==2026.4.0 --no-build --debug --user-id=1000 --user-name=jovyan"
    command = [uv, *command.split(), "--target-repo-dir=/srv/companion", ROOT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert f"Building conda environment for python={wanted}\n" in done.stdout + done.stderr
    assert re.findall(r'^RUN \S+/pip install .*? -r "(\S+)"$', done.stdout, re.M) == [
        ".binder/requirements.txt"
    ]
    assert re.findall(r'^ENV R2D_ENTRYPOINT="(.*)"$', done.stdout, re.M) == ["${REPO_DIR}/.binder/start"]


def test_the_link_for_a_hub_opens_a_notebook():
    """It is written out for teachers, in the form that test_publish.py sees the buttons have."""
    page = (ROOT / "appendix" / "class.md").read_text(encoding="utf-8")
    asked = r"repo=\S+&branch=notebooks&urlpath=lab/tree/\w+/(\S+)\.ipynb"
    (name,) = re.findall(rf"^https://\S+/hub/user-redirect/git-pull\?{asked}$", page, re.M)
    assert list(ROOT.glob(f"chapters/*/{name}.md"))


@pytest.mark.slow
def test_a_hub_guarantees_what_a_reader_with_three_pages_takes(tmp_path):
    """JupyterLab and the kernels, each with its part of the memory that it shares with others."""
    page = (ROOT / "appendix" / "class.md").read_text(encoding="utf-8")
    plan = int(re.search(r"Plan with (\d+) MB", page)[1])
    assert int(re.search(r"guarantee: (\d+)M", page)[1]) == plan
    others, folder = psutil.Process().children(recursive=True), ROOT / "_build" / "notebooks"
    notebooks = "1_2_1_1-gradients", "1_2_1_2-descent-and-backward-propagation", "1_2_2-hidden-layers"

    def command(options):
        return [sys.executable, "-m", "jupyterlab", *options.split()]

    with contextlib.ExitStack() as end:
        end.enter_context(jupyterlab(command, tmp_path, tmp_path / "home"))
        for name in notebooks:
            notebook = nbformat.read(folder / f"{name}.ipynb", 4)
            client = NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
            end.enter_context(client.setup_kernel())
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
        processes = set(psutil.Process().children(recursive=True)) - set(others)
        needs = sum(process.memory_full_info().pss for process in processes) / 1e6
    assert len(processes) == 4 and plan / 2 < needs < plan
