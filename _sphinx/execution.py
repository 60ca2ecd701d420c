"""Run the pages, as many at once as there are processors, ahead of Sphinx, which reads them.

MyST-NB would run one after the other. It finds the results in its cache, which holds nothing but
them: a result is never older than the build. The kernels are forked from kernels.py.
"""

import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from sphinx.errors import ExtensionError

from pictures import DARK

EXECUTED = "executed"  # beside the pages, for notebooks.py: MyST-NB keeps those without what they gave


class Process:
    """A process that somebody else has started, with what Jupyter uses of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0

    def wait(self):
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)


class Forked(LocalProvisioner):
    """Starts kernels as forks of a process that has imported what the pages import."""

    lock = Lock()

    async def launch_kernel(self, cmd, **kwargs):
        with self.lock:
            told = self.parent.connection_file, kwargs["cwd"], self.dark
            print(*told, sep="\t", file=self.server.stdin, flush=True)
            self.process = Process(int(self.server.stdout.readline()))
        return self.connection_info


def run(path, notebook, server, dark, timeout):
    """Run a page in a kernel of its own, with a folder for its dark figures, and return how long it took."""
    start = time.perf_counter()
    manager = AsyncKernelManager(kernel_name="python3")
    manager.transport_encryption = "disabled"  # its keys are for kernels that get an environment of their own
    manager.provisioner = Forked(kernel_id="", kernel_spec=manager.kernel_spec, parent=manager)
    manager.provisioner.server, manager.provisioner.dark = server, dark
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=timeout, record_timing=False, resources=place)
    client.km = manager  # not as an argument: the client would not end it
    client.execute()
    return time.perf_counter() - start


class Pages:
    """Runs the pages in the order in which Sphinx reads them, ahead of it."""

    server = pool = None

    def start_server(self, app, config):
        """Start the process that kernels are forked from, which imports while Sphinx sets itself up."""
        command, pipe = [sys.executable, Path(__file__).with_name("kernels.py")], subprocess.PIPE
        self.server = subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe)

    def start(self, app, env, docnames):
        """Let all pages run that Sphinx is going to read."""
        config, dark = env.mystnb_config, Path(app.outdir).parent / DARK
        for folder in (config.execution_cache_path, dark):
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir(parents=True)
        dark = dark if app.builder.format == "html" else ""
        self.cache = get_cache(config.execution_cache_path)
        # macOS does not say which processors are ours
        processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self.pool, self.running = ThreadPoolExecutor(processors + 1), {}  # one waits for messages
        for doc in docnames:
            path = Path(env.doc2path(doc))
            text = path.read_text(encoding="utf-8")
            reader = create_nb_reader(str(path), env.myst_config, config, text)
            if reader:
                page = reader.read(text)
                result = self.pool.submit(run, path, page, self.server, dark, config.execution_timeout)
                self.running[doc] = path, page, result

    def wait(self, app, doc, source):
        """Leave what a page gave in MyST-NB's cache, before Sphinx reads the page."""
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
        nbformat.write(page, kept)
        bundle = CacheBundleIn(page, str(path))
        self.cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

    def end(self, app, error):
        """Stop what still runs."""
        if self.pool:
            self.pool.shutdown(cancel_futures=True)
        self.server.stdin.close()
        self.server.wait()


def setup(app):
    pages = Pages()
    app.connect("config-inited", pages.start_server, priority=100)
    app.connect("env-before-read-docs", pages.start)
    app.connect("source-read", pages.wait)
    app.connect("build-finished", pages.end, priority=100)
    return {"parallel_read_safe": True}
