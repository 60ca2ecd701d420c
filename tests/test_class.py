"""What a class relies on: the environment that Binder builds, and a hub that nobody enters unasked."""

import os
import re
import subprocess
import sys
import tomllib

import pytest
from conftest import PAGES, ROOT, is_page
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from traitlets.config import PyFileConfigLoader

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked(name):
    """Return the versions of a lock by package."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert "-e ." in lines
    requirements = [Requirement(line) for line in lines if not line.startswith(("#", "-e"))]
    return {(found.name, str(found.marker)): str(found.specifier).removeprefix("==") for found in requirements}


def test_binder_takes_a_python_that_the_project_supports():
    """repo2docker takes it from runtime.txt alone; without it, each of its releases takes another Python."""
    version = re.fullmatch(r"python-(3\.\d+)\n", (ROOT / ".binder" / "runtime.txt").read_text())[1]
    assert Version(version) in SpecifierSet(PROJECT["requires-python"])


def test_binder_installs_the_lock():
    """From the project's folder, where `-e .` is the project: pip takes paths from there, but -r from the file."""
    installs, file = (ROOT / ".binder" / "requirements.txt").read_text().split()
    assert installs == "-r" and (ROOT / ".binder" / file).resolve() == ROOT / "requirements.txt"
    assert locked("requirements.txt")
    # each of these would have repo2docker build something else
    others = ("binder", *(f".binder/{name}" for name in ("Dockerfile", "environment.yml", "environment.yaml")))
    assert not any((ROOT / name).exists() for name in others)


def test_the_hub_has_the_versions_of_the_book():
    book, hub = locked("requirements.txt"), locked("hub/requirements.txt")
    assert {name: hub[name] for name in hub.keys() & book.keys() if hub[name] != book[name]} == {}
    names = {name for name, _ in hub}
    assert {Requirement(line).name for line in PROJECT["dependencies"]} <= names
    wanted = Requirement(PROJECT["optional-dependencies"]["hub"][0])
    assert hub["jupyterhub", "None"] in wanted.specifier


@pytest.fixture
def config(monkeypatch):
    """Return a function that loads the hub's configuration as `make hub` does, with its variables."""
    def load(**variables):
        for name in ("ADDRESS", "KEY", "CERTIFICATE"):
            monkeypatch.setenv(name, variables.get(name, ""))
        return PyFileConfigLoader("jupyterhub_config.py", path=str(ROOT / "hub")).load_config()

    return load


def test_the_hub_asks_for_the_password_of_an_account_of_the_class(config):
    loaded = config()
    assert loaded.JupyterHub.authenticator_class == "pam"
    assert loaded.PAMAuthenticator.allowed_groups == {"readers", "teachers"}
    assert "allow_all" not in str(loaded) and "any_allow_config" not in str(loaded)
    # under one account for all, as in other spawners, each reader could read what is another's
    assert loaded.JupyterHub.spawner_class == "jupyterhub.spawner.LocalProcessSpawner"


def test_the_hub_is_open_to_this_machine_alone_unless_it_has_a_certificate(config):
    assert config().JupyterHub.bind_url == "http://127.0.0.1:8000"
    certified = {"KEY": "/key.pem", "CERTIFICATE": "/certificate.pem"}
    for variables in ({"ADDRESS": "http://0.0.0.0:80"}, {"ADDRESS": "http://:80"}, {"ADDRESS": "https://0.0.0.0:443"},
                      {"ADDRESS": "http://0.0.0.0:80", **certified}):
        with pytest.raises(SystemExit, match="needs https, a KEY and a CERTIFICATE"):
            config(**variables)
    opened = config(ADDRESS="https://0.0.0.0:443", **certified).JupyterHub
    assert (opened.bind_url, opened.ssl_key, opened.ssl_cert) == (
        "https://0.0.0.0:443", "/key.pem", "/certificate.pem")


def test_the_hub_lets_in_as_many_as_memory_has_room_for(config):
    page = (ROOT / "appendix" / "class.md").read_text(encoding="utf-8")
    planned = int(re.search(r"Plan with (\d+) MB, and with 2 GB", page)[1])
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert config().JupyterHub.active_server_limit == max(1, int((memory / 1e6 - 2000) / planned))


@pytest.mark.skipif(sys.platform != "linux", reason="the hub is for Linux")
def test_a_reader_gets_the_pages_and_keeps_what_they_wrote(tmp_path):
    """hub/start, with an empty home and with nothing to start."""
    (tmp_path / "prlimit").write_text('#!/bin/sh\necho "$PWD" "$@"\n')
    (tmp_path / "prlimit").chmod(0o755)

    def start():
        return subprocess.run([ROOT / "hub" / "start", "--port=1"], text=True, capture_output=True, check=True, env={
            "HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}).stdout

    assert re.fullmatch(rf"{tmp_path}/pages --data=\d+ --nproc=\d+ .*/hub/.venv/bin/jupyterhub-singleuser --port=1\n",
                        start())
    for page in filter(is_page, PAGES):
        assert (tmp_path / "pages" / page.relative_to(ROOT)).read_bytes() == page.read_bytes()
    first, second, *_ = (tmp_path / "pages" / page.relative_to(ROOT) for page in filter(is_page, PAGES))
    first.write_text("mine\n")
    second.unlink()
    start()
    assert first.read_text() == "mine\n" and second.exists()
