"""Run the pages, as many at once as there are processors, ahead of Sphinx, which reads them.

MyST-NB would run one after the other; it is told not to, and given each page as it ran. A result is never
older than the build. The kernels are forked from kernels.py.
"""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from myst_nb import sphinx_
from myst_nb.core.read import NbReader, create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sphinx.errors import ExtensionError

from kernels import Kernels
from pictures import DARK

EXECUTED = "executed"  # beside the pages, for notebooks.py: MyST-NB keeps those without what they gave
STATE = "application/vnd.jupyter.widget-state+json"
SCREEN = [
    "--ext=darkfigures",
    "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', 'pil_kwargs': {'compress_level': 1}}",
]
PAPER = ["--InlineBackend.figure_formats={'png', 'pdf'}"]


def run(path, notebook, kernels, options, timeout):
    """Run a page in a kernel of its own, and return how long it took."""
    start = time.perf_counter()
    # what a cell prints is one block, however often the kernel flushed
    told = {"timeout": timeout, "record_timing": False, "coalesce_streams": True}
    client = NotebookClient(notebook, resources={"metadata": {"path": str(path.parent)}}, **told)
    client.km = kernels.manager(options=options)  # not as an argument: the client would not end it
    client.execute()
    return time.perf_counter() - start


def numbered(page):
    """Return a page as text, with its widgets numbered as they were made: their own names are random."""
    text, widgets = nbformat.writes(page), page.metadata.get("widgets", {}).get(STATE, {"state": {}})
    for number, name in enumerate(widgets["state"]):
        text = text.replace(name, f"{number:032x}")
    return text


class Pages:
    """Runs the pages in the order in which Sphinx reads them, ahead of it."""

    kernels = pool = None

    def prepare(self, app, config):
        """Start the process that kernels are forked from, which imports while Sphinx sets itself up."""
        self.kernels = Kernels()

    def start(self, app, env, docnames):
        """Let all pages run that Sphinx is going to read."""
        config, dark = env.mystnb_config, Path(app.outdir).parent / DARK
        shutil.rmtree(dark, ignore_errors=True)
        dark.mkdir(parents=True)
        options = [*SCREEN, f"--Twins.folder={dark}"] if app.builder.format == "html" else PAPER
        # macOS does not say which processors are ours
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self.pool, self.running = ThreadPoolExecutor(processors + 1), {}  # one waits for messages
        for doc in docnames:
            path = Path(env.doc2path(doc))
            text = path.read_text(encoding="utf-8")
            reader = create_nb_reader(str(path), env.myst_config, config, text)
            if reader:
                page = reader.read(text)
                told = path, page, self.kernels, options, config.execution_timeout
                self.running[doc] = path, page, self.pool.submit(run, *told)

    def wait(self, app, doc, source):
        """Wait until a page has run that Sphinx is about to read, and keep what it gave."""
        if doc not in self.running:
            return
        path, page, result = self.running[doc]
        name = path.relative_to(app.srcdir)
        try:
            print(f"{name} ran in {result.result():.1f} s", flush=True)
        except CellExecutionError as error:
            raise ExtensionError(f"{name} fails: {error}") from None
        kept = Path(app.outdir).parent / EXECUTED / name.with_suffix(".ipynb")
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(numbered(page), encoding="utf-8")

    def read(self, path, md_config, nb_config, content):
        """Read a page for MyST-NB: one that ran is at hand."""
        for where, page, _ in self.running.values():
            if str(where) == path:
                return NbReader(lambda text: page, md_config)
        return create_nb_reader(path, md_config, nb_config, content)

    def end(self, app, error):
        """Stop what still runs."""
        if self.pool:
            self.pool.shutdown(cancel_futures=True)
        self.kernels.close()


def setup(app):
    pages = Pages()
    sphinx_.create_nb_reader = pages.read
    app.connect("config-inited", pages.prepare, priority=100)
    app.connect("env-before-read-docs", pages.start)
    app.connect("source-read", pages.wait)
    app.connect("build-finished", pages.end, priority=100)
