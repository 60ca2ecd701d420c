"""Servers to test: a port, patience, and the cells of a page run through the interface that JupyterLab itself uses."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import uuid

import requests
import websocket


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
    """Start a JupyterLab by a command that {} gives its options; the address that it opens with, and its end after use."""
    port, log = free_port(), home.with_suffix(".log")
    options = f"--no-browser --port={port} --allow-root --expose-app-in-browser"
    with log.open("w") as stream:
        server = subprocess.Popen(
            command(options), cwd=folder, env=os.environ | {"HOME": str(home)} | environment,
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        found = wait(lambda: re.search(rf"http://127\.0\.0\.1:{port}/\S+\n", log.read_text()), 120, "server")
        wait(lambda: answers("127.0.0.1", port), 60, "answer")
        yield found[0].strip()
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
        print(log.read_text())


def open_notebook(browser, server, page):
    """Start a kernel for a page; return a function that runs a cell and gives what it printed, and its error.

    The browser is a session of requests that is logged in to the server.
    """
    asked = browser.post(f"{server}/api/sessions", timeout=60, json={
        "path": page, "type": "notebook", "name": "", "kernel": {"name": "python3"}})
    assert asked.status_code == 201, asked.text
    channels = f"{server}/api/kernels/{asked.json()['kernel']['id']}/channels"
    headers = browser.prepare_request(requests.Request("GET", channels)).headers
    channel = websocket.create_connection(
        channels.replace("http", "ws", 1), timeout=300,
        header=[f"{name}: {headers[name]}" for name in ("Authorization", "Cookie") if name in headers])

    def execute(code):
        message = uuid.uuid4().hex
        channel.send(json.dumps({
            "channel": "shell", "parent_header": {}, "metadata": {}, "buffers": [],
            "header": {"msg_id": message, "msg_type": "execute_request", "username": "", "session": message,
                       "version": "5.3"},
            "content": {"code": code, "silent": False, "store_history": True, "allow_stdin": False}}))
        printed, error = "", None
        while True:
            answer = json.loads(channel.recv())
            if answer["parent_header"].get("msg_id") != message:
                continue
            kind, content = answer["msg_type"], answer["content"]
            if kind == "stream":
                printed += content["text"]
            elif kind == "error":
                error = content["ename"]
            elif kind == "status" and content["execution_state"] == "idle":
                return printed, error

    return execute


def run_page(execute, cells):
    """Run a page's cells to its end; return how many lines it printed, each as declared."""
    lines = 0
    for cell in cells:
        printed, error = execute(cell.source)
        assert error is None and printed == cell.metadata.get("prints", ""), (
            cell.source, printed[-1000:], error)
        lines += len(printed.splitlines())
    return lines
