"""Servers to test: a port, patience, JupyterLab, and what is to be seen there."""

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


# What is to be seen in JupyterLab and JupyterLite

WITH_EXPLORERS = "1_2-univariate-linear-models.ipynb"
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status == 'idle'"
WIDE = 760
RAW = re.compile(
    r"\{[a-z][\w:-]*\}|\{[.#%][\w -]+\}|\([a-z]+-[\w-]+\)=|(?:^|\s):(?:label|name|class|link|language):"
    r"|`{3}|:{3}|\$\$|\]\(|^#+ ",
    re.M,
)

# Opens a page, runs it if it has code, gives what is to be seen, and closes it.
READ = r"""async ([path, seconds]) => {
  const late = new Promise((resolve, fail) => setTimeout(() => fail(Error(`${path} waits`)), 180_000));
  const until = async ready => {
    for (let tries = 0; tries < 10 * seconds && !ready(); tries++)
      await new Promise(resolve => setTimeout(resolve, 100));
  };
  const read = async () => {
    const {commands, shell} = window.jupyterapp, isText = path.endsWith(".md");
    const factory = isText ? "Markdown Preview" : "Notebook";
    const widget = await commands.execute("docmanager:open", {path, factory});
    const {context: {model, sessionContext}, content} = widget;
    await Promise.all([widget.context.ready, widget.revealed]);
    if (!isText) content.notebookConfig = {...content.notebookConfig, windowingMode: "none"};  // draw all
    const texts = isText ? ".jp-RenderedMarkdown" : ".jp-MarkdownOutput", output = ".jp-OutputArea-output";
    const cells = isText ? [] : content.widgets, source = cell => cell.model.sharedModel.source;
    const all = (selector, get) => [...widget.node.querySelectorAll(selector)].map(get);
    const code = cells.filter(cell => cell.model.type == "code");
    const solutions = cells.filter(cell => source(cell).startsWith("##### Solution"));
    const open = () => solutions.filter(cell => !cells[cells.indexOf(cell) + 1]?.isHidden).map(source);
    const explorers = code.filter(cell => /^(?:\w+ = )?ex\.[A-Z]/m.test(source(cell))).length;
    const drawn = () => all(`${output} .agml .numbers`, part => part.innerText).filter(Boolean).length;
    const waiting = () => all(output, part => part.innerText)
      .filter(text => /Loading widget|Error displaying/.test(text));
    const read = () => all(texts, part => part.innerText);
    const front = () => shell.currentWidget === widget || void shell.activateById(widget.id);
    await until(front);  // the start page opens late, and commands are for the page in front
    await until(() => !open().length);  // JupyterLab folds what is to be folded after it has shown it
    if (!isText) {
      await sessionContext.ready;
      await sessionContext.session.kernel.info;
    }
    const before = {kernel: sessionContext.session?.kernel.name, dirty: model.dirty};
    if (!isText) await commands.execute("notebook:run-all-cells");
    before.open = open();
    if (!isText) await commands.execute("notebook:expand-all-headings");  // what is hidden isn't drawn
    await until(() => front() && all("img", image => image.complete).every(Boolean) && read().every(Boolean)
      && drawn() == explorers && !waiting().length);
    await document.fonts.ready;
    const seen = {
      ...before, explorers, dialogs: document.querySelectorAll(".jp-Dialog").length,
      waiting: waiting(), drawn: drawn(), texts: read(),
      bad: all(`${output}[data-mime-type*=stderr], ${output}[data-mime-type*=".error"], mjx-merror`,
        part => part.dataset.mjxError ?? part.textContent),
      outputs: code.map(cell => cell.model.outputs.toJSON()
        .map(one => one.text ?? one.data?.["text/markdown"] ?? []).flat().join("")),
      pictures: all(`${output} img`, image => [image.getBoundingClientRect().width, image.naturalWidth]),
      links: all(`${texts} a[href]`, link => link.getAttribute("href")),
      places: [...all("[id], [data-jupyter-id]", part => part.dataset.jupyterId ?? part.id),
        ...cells.map(cell => `cell-id=${cell.model.id}`)],
      fonts: [...document.fonts].filter(font => font.status == "loaded").map(font => font.family),
    };
    await sessionContext.shutdown();
    model.dirty = false;
    widget.dispose();
    return seen;
  };
  return Promise.race([late, read()]);
}"""


def look(browser, address, paths, seconds=10):
    """Open and run pages in turn, and give what is to be seen of each, ready or after so many seconds."""
    context, outside, seen = browser.new_context(viewport={"width": 1280, "height": 1200}), [], {}
    context.on("request", lambda request: outside.append(request.url))
    tab = context.new_page()
    tab.goto(f"{address}&reset", timeout=180_000)  # with no page open from before
    tab.wait_for_function("window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')", timeout=180_000)
    tab.evaluate("window.jupyterapp.restored")
    for path in paths:
        seen[path] = tab.evaluate(READ, [path, seconds])
        seen[path]["outside"] = [
            url for url in outside if not re.match(r"https?://127\.0\.0\.1:|data:|blob:", url)
        ]
        outside.clear()
    context.close()
    return seen


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
    return [
        *(found[0] for text in page["texts"] for found in RAW.finditer(text)),
        *(f"{width} pixels wide" for width, _ in page["pictures"] if width > WIDE),
        *(f"{title} is open" for title in page["open"]),
        *(link for link in page["links"] if dead(link, path, seen)),
        *(found for kind in ("bad", "waiting", "outside") for found in page[kind]),
        *[f"{page['drawn']} of {page['explorers']} explorers"] * (page["drawn"] != page["explorers"]),
        *["a text is not seen"] * ("" in (page["texts"] or [""])),
        *[f"the kernel {page['kernel']}"] * (page["kernel"] != (None if path.endswith(".md") else "python3")),
        *["a question"] * page["dialogs"] + ["an edit of its own"] * page["dirty"],
    ]


def differs(page, saved):
    """Return what a page prints and lists where it is not what its notebook has from the build."""
    cells = nbformat.read(saved, as_version=4).cells if saved.suffix == ".ipynb" else []
    outputs = [cell.outputs for cell in cells if cell.cell_type == "code"]
    built = [
        "".join(one.get("text") or one.get("data", {}).get("text/markdown", "") for one in cell)
        for cell in outputs
    ]
    pairs = zip(page["outputs"], built, strict=True)
    return [line for printed, declared in pairs for line in differences(printed, declared)]
