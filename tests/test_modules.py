"""The modules as the tools of Python see them: installers, inspectors, and a reader's own environment."""

import json
import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement

from conftest import ROOT, find


@pytest.mark.slow
def test_alone_the_modules_bring_what_they_need_and_no_more(tmp_path):
    uv, python = find(f"{sys.prefix}/bin/uv"), tmp_path / "bin" / "python"

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(uv, "venv", "--quiet", "--clear", tmp_path)
    run(uv, "pip", "install", "--quiet", "--python", python, ROOT)
    modules = [path.stem for path in ROOT.glob("agml_*.py")]
    run(python, "-c", f"import {', '.join(modules)}")
    installed = {package["name"] for package in json.loads(run(uv, "pip", "list", "--format=json"))}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = [Requirement(line).name for lines in project["dependency-groups"].values() for line in lines]
    assert installed & {*groups} == {"pillow"}  # as Matplotlib needs it
    checked = [f"import {module}" for module in modules]
    run(sys.executable, "-m", "mypy", f"--python-executable={python}", "-c", "\n".join(checked))
