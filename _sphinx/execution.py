"""Run the pages, as many at once as there are processors, before Sphinx reads them.

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
            print(self.parent.connection_file, kwargs["cwd"], sep="\t", file=self.server.stdin, flush=True)
            self.process = Process(int(self.server.stdout.readline()))
        return self.connection_info


def run(path, notebook, server, timeout):
    """Run a page in a kernel of its own, and return how long it took."""
    start = time.perf_counter()
    manager = AsyncKernelManager(kernel_name="python3")
    manager.transport_encryption = "disabled"  # its keys are for kernels that get an environment of their own
    manager.provisioner = Forked(kernel_id="", kernel_spec=manager.kernel_spec, parent=manager)
    manager.provisioner.server = server
    place = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=timeout, record_timing=False, resources=place)
    client.km = manager  # not as an argument: the client would not end it
    client.execute()
    return time.perf_counter() - start


def run_pages(app, env, docnames):
    """Run all pages that Sphinx is going to read, and leave what they gave in MyST-NB's cache."""
    config, notebooks = env.mystnb_config, {}
    for doc in docnames:
        path = Path(env.doc2path(doc))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, config, text)
        if reader:
            notebooks[path] = reader.read(text)
    dark = Path(app.outdir).parent / DARK
    for folder in (config.execution_cache_path, dark):
        shutil.rmtree(folder, ignore_errors=True)
        Path(folder).mkdir(parents=True)
    cache = get_cache(config.execution_cache_path)
    also = {"DARK_FIGURES": str(dark)} if app.builder.format == "html" else {}
    server = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("kernels.py")],
        text=True,
        env=os.environ | also,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    # macOS does not say which processors are ours
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        with ThreadPoolExecutor(processors) as pool:
            longest = sorted(notebooks, key=lambda path: -path.stat().st_size)
            running = {
                path: pool.submit(run, path, notebooks[path], server, config.execution_timeout)
                for path in longest
            }
            for path, result in running.items():
                name = path.relative_to(app.srcdir)
                try:
                    print(f"{name} ran in {result.result():.1f} s", flush=True)
                except CellExecutionError as error:
                    pool.shutdown(cancel_futures=True)
                    raise ExtensionError(f"{name} fails: {error}") from None
                kept = Path(app.outdir).parent / EXECUTED / name.with_suffix(".ipynb")
                kept.parent.mkdir(parents=True, exist_ok=True)
                nbformat.write(notebooks[path], kept)
                cache.cache_notebook_bundle(
                    CacheBundleIn(notebooks[path], str(path)), check_validity=False, overwrite=True
                )
    finally:
        server.stdin.close()
        server.wait()


def setup(app):
    app.connect("env-before-read-docs", run_pages)
    return {"parallel_read_safe": True}
