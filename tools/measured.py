"""Pages of the appendix whose tables are measured: the tools beside this file write them."""

import contextlib
import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def browser():
    """Return the program of a Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
    return next(filter(None, map(shutil.which, names)), None)


def machine():
    """Return the processor, the system and the versions that a table was measured with."""
    model = platform.processor() or platform.machine()
    with contextlib.suppress(OSError), open("/proc/cpuinfo") as info:
        model = next((line.split(":")[1].strip() for line in info if line.startswith("model name")), model)
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, "
        f"NumPy {version('numpy')}, Matplotlib {version('matplotlib')}"
    )


def in_order(pages):
    """Return the names of pages as the book has them, those that its contents lack at the end."""
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    # what is not found, at -1, comes last
    return sorted(pages, key=lambda page: contents.find(f": {page}\n") % len(contents))


def write(page, tables, what="measured"):
    """Put tables into a page, between its comments that say what is measured and where it ends."""
    file = ROOT / "appendix" / page
    before, begin, rest = file.read_text(encoding="utf-8").partition(f"% {what}\n")
    _, end, after = rest.partition("% end\n")
    if not end:
        raise ValueError(f"{page} must have the lines '% {what}' and '% end'")
    file.write_text(f"{before}{begin}\n{tables}\n\n{end}{after}", encoding="utf-8")
