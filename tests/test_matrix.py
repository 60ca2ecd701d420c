"""The printed lines on the processors that differ most; `make matrix` tries many more."""

import matrix
import pytest

VARIANTS = {name: variables for name, variables in matrix.processors().items()
            if name in ("OpenBLAS for SkylakeX", "OpenBLAS for Prescott", "oldest of all")}


@pytest.mark.parametrize("variant", VARIANTS)
def test_printed_lines_are_the_same(variant):
    compared, differ = matrix.compare(matrix.pages(), **VARIANTS[variant])
    assert compared > 70 and differ == []


UNSTABLE = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

```{code-cell} ipython3
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
    page.write_text(UNSTABLE % "unknown")
    one, other = {"OPENBLAS_CORETYPE": "Haswell"}, {"OPENBLAS_CORETYPE": "Prescott"}
    compared, [(_, _, printed)] = matrix.compare([page], **one)
    page.write_text(UNSTABLE % printed)
    assert matrix.compare([page], **one) == (1, [])
    compared, differ = matrix.compare([page], **other)
    assert compared == 1 and len(differ) == 1
