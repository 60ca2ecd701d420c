"""What tests do with browsers and servers: call into a page, watch it, wait, start and read JupyterLab."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import unquote, urlsplit

import nbformat

from agml_printed import differences
from shared import DOCS, ROOT, find


def free_port():
    """Return a port of this machine that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait(until, seconds, what):
    """Return what `until` gives as soon as it is true; fail after so many seconds without it."""
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, f"no {what} after {seconds} s"
        time.sleep(0.1)
    return found


CALL = """async ([text, name, data]) =>
    (await import(URL.createObjectURL(new Blob([text], {type: "text/javascript"}))))[name](data)"""


def call(page, name, data=None, module="browser"):
    """Return what a function of a module of tests/ gives in an open page."""
    text = (ROOT / "tests" / f"{module}.js").read_text(encoding="utf-8")
    return page.evaluate(CALL, [text, name, data])


def watch(context):
    """Return a list that gets all that goes wrong in a context of a browser, whatever leaves it included."""
    wrong = []
    context.on("console", lambda message: message.type == "error" and wrong.append(message.text))
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("request", lambda one: re.match("(http|ws)s?:", one.url) and wrong.append(one.url[:200]))
    context.on("requestfailed", lambda request: wrong.append(f"failed: {request.url[:200]}"))
    return wrong


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


# What is to be seen in JupyterLab and JupyterLite

WIDE = 760
INSIDE = r"https?://127\.0\.0\.1:|data:|blob:"
RAW = re.compile(
    r"\{[a-z][\w:-]*\}|\{[.#%][\w -]+\}|\([a-z]+-[\w-]+\)=|(?:^|\s):(?:label|name|class|link|language):"
    r"|`{3}|:{3}|\$\$|\]\(|^#+ ",
    re.M,
)


def read_all(browser, address, files):
    """Open and run all pages in turn; return what is to be seen of each, and what a reader should not see."""
    seen, outside = {}, []
    with browser.new_context(viewport={"width": 1280, "height": 1200}) as context:
        context.on("request", lambda request: outside.append(request.url))
        tab = context.new_page()
        tab.goto(f"{address}&reset", timeout=180_000)  # with no page open from before
        ready = "window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')"
        tab.wait_for_function(ready, timeout=180_000)
        tab.evaluate("window.jupyterapp.restored")
        for file in files:
            page = seen[file.name] = call(tab, "read", file.name, "jupyterlab")
            page["outside"] = [url for url in outside if not re.match(INSIDE, url)]
            outside.clear()
    assert len(seen) == len(DOCS)
    wrong = {file.name: [*faults(file.name, seen), *differs(seen[file.name], file)] for file in files}
    return seen, {name: found for name, found in wrong.items() if found}


def dead(link, path, seen):
    """Tell whether a link leads to no page, or to no place of it."""
    url = urlsplit(link)
    if url.netloc and url.hostname != "127.0.0.1":
        return False
    page = unquote(url.path).removeprefix("/files/") or path
    return page not in seen or unquote(url.fragment) not in ["", *seen[page]["places"]]


def faults(path, seen):
    """Return all that a reader of a page should not see."""
    page = seen[path]
    yield from (found[0] for text in page["texts"] for found in RAW.finditer(text))
    yield from (f"{width} pixels wide" for width, _ in page["pictures"] if width > WIDE)
    yield from (f"{title} is open" for title in page["open"])
    yield from (f"{link} leads nowhere" for link in page["links"] if dead(link, path, seen))
    yield from (found for kind in ("bad", "waiting", "outside") for found in page[kind])
    kernel = None if path.endswith(".md") else "python3"
    expected = {"drawn": page["explorers"], "kernel": kernel, "dialogs": 0, "dirty": False}
    if "" in (page["texts"] or [""]):
        yield "a text is not seen"
    yield from (f"{kind}: {page[kind]}" for kind, right in expected.items() if page[kind] != right)


def differs(page, saved):
    """Return what a page prints and lists where it is not what its notebook has from the build."""
    cells = nbformat.read(saved, as_version=4).cells if saved.suffix == ".ipynb" else []
    outputs = [cell.outputs for cell in cells if cell.cell_type == "code"]
    for printed, cell in zip(page["outputs"], outputs, strict=True):
        built = (one.get("text") or one.get("data", {}).get("text/markdown", "") for one in cell)
        yield from differences(printed, "".join(built))
