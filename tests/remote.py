"""Servers to test: a port, patience, and JupyterLab."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

from shared import ROOT, find


def free_port():
    """Return a port of this machine that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(host, port):
    """Tell whether somebody listens there."""
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((host, port)) == 0


def wait(until, seconds, what):
    """Return what `until` gives as soon as it is true; fail after so many seconds without it."""
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, f"no {what} after {seconds} s"
        time.sleep(0.1)
    return found


@contextlib.contextmanager
def jupyterlab(command, folder, home, **environment):
    """Start a JupyterLab by a command that is given its options; give its address, and end it."""
    port, log = free_port(), home.with_suffix(".log")
    options = f"--no-browser --port={port} --allow-root --expose-app-in-browser"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command(options),
            cwd=folder,
            env=os.environ | {"HOME": str(home)} | environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        found = wait(lambda: re.search(rf"http://127\.0\.0\.1:{port}/\S+\n", log.read_text()), 120, "server")
        wait(lambda: answers("127.0.0.1", port), 60, "answer")
        yield found[0].strip()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        print(log.read_text())


@contextlib.contextmanager
def make_lab(project):
    """Start `make lab` in a copy of the project, as it is built; give its address, and an empty home."""
    ignored = ".*", "__pycache__", "*.egg-info", "_build", "mutants", "node_modules", "notebooks", "tests"
    shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(*ignored), dirs_exist_ok=True)
    for name in "_build/notebooks", "_sphinx/web/node_modules/@fontsource-variable":
        shutil.copytree(ROOT / name, project / name)
    home = project / "home"
    home.mkdir()

    def command(options):
        made = f"-o{sys.prefix}/.ready", "-o_build/html/.built"
        return [find("make"), "lab", f"VENV={sys.prefix}", *made, f"LAB={options}"]

    with jupyterlab(command, project, home, PYTHONPATH=str(project)) as address:
        yield address, home
