"""The printed lines on the processor that differs most from this one; `make matrix` tries many more."""

import re
import subprocess
import sys

import pytest

from shared import PAGE, ROOT

pytestmark = pytest.mark.slow
MATRIX = ROOT / "tools" / "matrix.py"
HASWELL, PRESCOTT = "OpenBLAS for Haswell", "OpenBLAS for Prescott"


def matrix(*variants, page=()):
    """Return for each variant how many lines were compared and how many differ, and all that was said."""
    options = [f"--variant={variant}" for variant in variants]
    done = subprocess.run([sys.executable, MATRIX, *options, *page], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    rows = {
        name: (int(n), int(k)) for name, n, k in re.findall(r"^(\S.*?) +(\d+) +(\d+)$", done.stdout, re.M)
    }
    assert (done.returncode == 1) == any(differ or not compared for compared, differ in rows.values())
    assert list(rows) == list(variants)
    return rows, done.stdout


def test_printed_lines_are_the_same():
    rows, said = matrix("oldest of all")
    compared, differ = rows["oldest of all"]
    assert compared > 70 and differ == 0, said


UNSTABLE = """```{code-cell} ipython3
---
prints: |
  %s
---
import numpy as np
A = np.random.RandomState(0).randn(101, 101)
print(*[a @ b for a, b in zip(A, A[1:])])
```
"""


def test_a_digit_that_is_not_stable_is_found(tmp_path):
    """Declared as one processor prints it, and compared on another."""
    page = tmp_path / "page.md"
    unstable = PAGE.partition("```")[0] + UNSTABLE
    page.write_text(unstable % "unknown")
    rows, said = matrix(HASWELL, page=[page])
    assert rows == {HASWELL: (1, 1)}
    page.write_text(unstable % re.search("printed '(.*)'", said)[1])
    assert matrix(HASWELL, PRESCOTT, page=[page])[0] == {HASWELL: (1, 0), PRESCOTT: (1, 1)}
