"""Pages of the appendix whose tables are measured: the tools beside this file write them."""

import os
import platform
import re
import shutil
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def contents():
    """Return the names of the pages, in the order of the book."""
    return re.findall(r"(?:root|file): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))


def browser():
    """Return the program of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
    return next(filter(None, map(shutil.which, names)), None)


def machine():
    """Return the processor, the system and the versions that a table was measured with."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)", info.read_text() if info.exists() else "", re.M)
    return (
        f"{found[1] if found else platform.processor()}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}, NumPy {version('numpy')}, Matplotlib {version('matplotlib')}"
    )


def rows(page):
    """Return the rows of a page's tables, by their first cell: the other cells."""
    lines = re.findall(r"^\| (.*) \|$", (ROOT / "appendix" / page).read_text(encoding="utf-8"), re.M)
    return {what: [cell.strip() for cell in cells] for what, *cells in (line.split(" | ") for line in lines)}


def write(page, tables, what="measured"):
    """Put tables into a page, between its comments that say what is measured and where it ends."""
    file = ROOT / "appendix" / page
    before, begin, rest = file.read_text(encoding="utf-8").partition(f"% {what}\n")
    _, end, after = rest.partition("% end\n")
    if not end:
        raise ValueError(f"{page} must have the lines '% {what}' and '% end'")
    file.write_text(f"{before}{begin}\n{tables}\n\n{end}{after}", encoding="utf-8")
