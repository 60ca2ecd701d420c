"""Run every page once, several at a time, ahead of Sphinx, which reads them as they ran.

Nothing of the builder's own settings reaches a page: a kernel sees an environment and folders of the build's.
A failure ends the build, whose last line names page, cell and cause.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from myst_nb.core import read
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"
SETTINGS = ROOT / "_build" / "settings"  # of Matplotlib and IPython, in place of the builder's
# what a process needs to start, a copy of our modules to be found, and some processors to compute rightly
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "PYTHONPATH", "OPENBLAS_CORETYPE")
FINE = {"bbox_inches": "tight", "dpi": 200}  # twice the 100 of a screen, which is what retina makes of it
PICTURES = {"html": FINE | {"pil_kwargs": {"compress_level": 1}}, "latex": FINE}
FORMATS = {"html": {"png"}, "latex": {"pdf"}}  # on paper as lines, which take a quarter of what points do


@cache
def find_fonts():
    """Let Matplotlib look for its fonts, once: while a kernel does, it may say so in the middle of a page."""
    find = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(find, env=environment(), capture_output=True, check=True)


def environment():
    """Return the environment of a kernel."""
    ours = {"IPYTHONDIR": str(SETTINGS / "ipython"), "MPLCONFIGDIR": str(SETTINGS / "matplotlib")}
    return {name: os.environ[name] for name in KEPT if name in os.environ} | ours


def kernel(kind):
    """Return a manager of the kernel of this very Python, not one that the builder gave its name."""
    return kind(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))


def run(page, notebook, builder, timeout):
    """Run all cells of a page, and return how long it took; refuse what has no place in a book."""
    start, folder, place = time.perf_counter(), SETTINGS / "empty", {"cell_index": 0}
    folder.mkdir(parents=True, exist_ok=True)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,  # what a cell prints is one block, however often the kernel flushed
        on_cell_start=place.update,
        extra_arguments=[
            "--log-level=ERROR",
            f"--InlineBackend.figure_formats={FORMATS[builder]}",
            f"--InlineBackend.print_figure_kwargs={PICTURES[builder]}",
        ],
    )
    client.km = kernel(AsyncKernelManager)
    try:
        client.execute(env=environment(), cwd=str(folder))
    except Exception as error:  # of a cell, which has a name of its own, or of its kernel
        name, said = getattr(error, "ename", type(error).__name__), getattr(error, "evalue", error)
        raise fault(page, notebook, place["cell_index"], f"{name}: {said}") from None
    for index, cell in enumerate(notebook.cells):
        for flaw in flaws(cell):
            raise fault(page, notebook, index, flaw)
    return time.perf_counter() - start


def fault(page, notebook, index, cause):
    """Return an error that names page, line and cell."""
    count = sum(cell.cell_type == "code" for cell in notebook.cells[: index + 1])
    line = notebook.metadata["source_map"][index] + 1
    cause = " ".join(re.sub(r"\x1b\[[\d;]*m", "", cause).split())  # one line
    return Fault(f"{page}, line {line}, code cell {count}: {cause}")


class Fault(SystemExit):
    """What ends the build in one line: around other errors, Sphinx and Jupyter Book print their own code."""


def flaws(cell):
    """Yield what is wrong with the outputs of a cell."""
    told = cell.metadata.get("mystnb", {})
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.output_type == "error":  # such as one while a figure was drawn
            yield f"{output.ename}: {output.evalue}"
        if output.output_type == "stream" and output.name == "stderr":
            yield f"it writes to stderr: {output.text}"
        if "image/png" in data and VIEW not in data:
            if not str(told.get("image", {}).get("alt") or "").strip():
                yield "a figure needs a text for readers who can't see it, under mystnb: image: alt"
            if "figure" in told and not {"name", "caption"} <= {*told["figure"]}:
                yield "a figure needs a name and a caption, under mystnb: figure"


def numbered(page):
    """Return a page as text, with its widgets numbered as they were made: their own names are random."""
    text, widgets = nbformat.writes(page), page.metadata.get("widgets", {}).get(STATE, {"state": {}})
    for number, name in enumerate(widgets["state"]):
        text = text.replace(name, f"{number:032x}")
    return nbformat.writes(nbformat.reads(text, as_version=4))  # in the order of the new names


class Runner:
    """Runs the pages in the order in which Sphinx reads them, ahead of it."""

    done = 0

    def start(self, app, env, docnames):
        """Let all pages run that Sphinx is going to read."""
        find_fonts()
        pages = {}
        for doc in docnames:
            path = Path(env.doc2path(doc))
            text, page = path.read_text(encoding="utf-8"), path.relative_to(app.srcdir)
            if read.is_myst_markdown_notebook(text):
                try:
                    notebook = read.read_myst_markdown_notebook(
                        text, env.myst_config, add_source_map=True, path=str(path)
                    )
                except read.MystMetadataParsingError as error:
                    raise Fault(f"{page}: {' '.join(str(error).split())}") from None
                pages[doc] = page, notebook
        # macOS does not say which processors are ours
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self.pool = ThreadPoolExecutor(processors + 1)  # one waits for messages
        arguments = app.builder.format, env.mystnb_config.execution_timeout
        self.running = {doc: (*pages[doc], self.pool.submit(run, *pages[doc], *arguments)) for doc in pages}

    def wait(self, app, doc, source):
        """Wait until a page has run that Sphinx is about to read, and let it read what that gave."""
        if doc not in self.running:
            return
        page, notebook, result = self.running[doc]
        self.done += 1
        try:
            took = f"{page} ran in {result.result():.1f} s"
        except Fault:
            self.pool.shutdown(cancel_futures=True)
            raise
        print(f"{took}, {self.done} of {len(self.running)}", file=sys.stderr, flush=True)
        source[0] = numbered(notebook)
        app.env.mystnb_config.custom_formats[app.env.doc2path(doc)] = nbformat.reads, {"as_version": 4}, False


def setup(app):
    runner = Runner()
    app.connect("env-before-read-docs", runner.start)
    app.connect("source-read", runner.wait)
