"""What the tests share: the places of the book, its facts, and small helpers."""

import os
import re
import shutil
import sys
from pathlib import Path

import jupytext
import numpy as np
import pytest
import yaml
from matplotlib.colors import to_rgb

# what a page does before it is printed: solutions open, and explorers that wait to be seen are drawn
OPEN = "dispatchEvent(new Event('beforeprint'))"
ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"
PAGES = sorted(page for part in ("appendix", "beyond", "chapters") for page in (ROOT / part).rglob("*.md"))
ZIP = HTML / "_downloads" / "agml-companion.zip"
TOC = (ROOT / "_toc.yml").read_text(encoding="utf-8")
BUILT = sorted(
    path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "_static" not in path.parts
)
DOCS = ["index", *(doc for doc in re.findall("file: (.*)", TOC) if doc != "genindex")]


def read_facts():
    """Return what the print holds, with the file of its section in every entry."""
    facts = yaml.safe_load((ROOT / "appendix" / "print.yml").read_text(encoding="utf-8"))
    files = {section["number"]: section["file"] for section in facts["sections"]}
    for kind in ("passages", "figures", "equations", "listings", "outputs", "matrices", "index"):
        for entry in facts[kind]:
            entry.setdefault("file", files.get(entry.get("section")))
    for entry in facts["glossary"]:
        entry["file"] = "appendix/glossary"
    return facts


FACTS = read_facts()


def is_page(path):
    """Tell a page that runs from one that is text alone: it names a kernel."""
    return path.suffix == ".md" and "\nkernelspec:" in path.read_text(encoding="utf-8")[:500]


def read_page(path):
    """Return the cells of a page that run, with a count, or nbval would compare nothing."""
    cells = [cell for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    for count, cell in enumerate(cells, start=1):
        cell.execution_count = count
    return cells


def text(element):
    """Return the text of an element of a built page in one line, without the mark that links to it."""
    return " ".join(element.get_text().replace("#", "").split())


def find(*programs):
    """Return the first of several programs that is here; without any, skip the test, or fail it in CI."""
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        missing = f"no {programs[0]} here; on Debian: apt-get install {programs[0]}"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    return program


def loss_at(x, y, w, b):
    """Return the loss of the data at many points of the plane, from its definition."""
    return ((w[..., None] * x + b[..., None] - y) ** 2).mean(axis=-1)


def differences(function, at, step=1e-5):
    """Return the derivatives of a function of one array, by each of its numbers along the last axis."""
    steps = step * np.eye(at.size).reshape(-1, *at.shape)
    return np.stack([(function(at + h) - function(at - h)) / (2 * step) for h in steps], axis=-1)


def contrast(one, other):
    """Return the ratio of contrast of two colors, as WCAG defines it, from 1 to 21."""
    rgb = np.array([to_rgb(one), to_rgb(other)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    dark, light = sorted(linear @ [0.2126, 0.7152, 0.0722])
    return (light + 0.05) / (dark + 0.05)


MAKE_BOOK = ["make", "book", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready"]
PAGE = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---
# A page

```{code-cell} ipython3
import agml_helpers as ag
print("f(3) is", end=" ", flush=True)  # one line, in two messages of the kernel
print(ag.f(3))
```
"""


def tamper(path, old, new):
    """Replace text that occurs once in a file."""
    content = path.read_text(encoding="utf-8")
    assert content.count(old) == 1, f"{old!r} occurs {content.count(old)} times in {path.name}"
    path.write_text(content.replace(old, new), encoding="utf-8")
