"""Every page in JupyterLab reads like the book, and runs, by `make lab`; test_elsewhere.py has the zip."""

import re
import shutil
import sys
from urllib.parse import unquote, urlsplit

import jupytext
import pytest
from remote import jupyterlab

from conftest import DOCS, ROOT, find

pytestmark = pytest.mark.slow
WIDE = 760
RAW = re.compile(
    r"\{[a-z][\w:-]*\}|\{[.#%][\w -]+\}|\([a-z]+-[\w-]+\)=|(?:^|\s):(?:label|name|class|link|language):"
    r"|`{3}|:{3}|\$\$|\]\(|^#+ ",
    re.M,
)

# Opens a page, runs it, and gives what is to be seen. All share a kernel, which is swept in between.
READ = r"""async ([path, seconds]) => {
  const late = new Promise((resolve, fail) => setTimeout(() => fail(Error(`${path} waits`)), 180_000));
  const read = async () => {
    const {commands, shell} = window.jupyterapp;
    const factory = path.endsWith(".md") ? "Jupytext Notebook" : "Notebook";
    const widget = await commands.execute("docmanager:open", {path, factory, kernel: window.kernel});
    await Promise.all([widget.context.ready, widget.revealed, widget.sessionContext.ready]);
    widget.content.notebookConfig = {...widget.content.notebookConfig, windowingMode: "none"};
    const {context: {model}, sessionContext: {session: {kernel}}, content: {widgets: cells}} = widget;
    window.kernel = {id: kernel.id};
    const output = ".jp-OutputArea-output", source = cell => cell.model.sharedModel.source;
    const all = (selector, get) => [...widget.node.querySelectorAll(selector)].map(get);
    const code = cells.filter(cell => cell.model.type == "code");
    const solutions = cells.filter(cell => source(cell).startsWith("##### Solution"));
    const explorers = code.filter(cell => /^(?:\w+ = )?ex\.[A-Z]/m.test(source(cell))).length;
    const before = {
      kernel: model.getMetadata("kernelspec")?.name, dirty: model.dirty, explorers,
      dialogs: document.querySelectorAll(".jp-Dialog").length, solutions: solutions.length,
      open: solutions.filter(cell => !cells[cells.indexOf(cell) + 1]?.isHidden).map(source),
    };
    const front = async () => {  // the start page opens late, and commands are for the page in front
      while (shell.currentWidget !== widget) {
        shell.activateById(widget.id);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
    };
    await front();
    await commands.execute("notebook:expand-all-headings");
    await front();
    await commands.execute("notebook:run-all-cells");
    const drawn = () => all(`${output} .agml .numbers`, part => part.innerText).filter(Boolean).length;
    const waiting = () => all(output, part => part.innerText)
      .filter(text => /Loading widget|Error displaying/.test(text));
    const ready = () => all("img", image => image.complete).every(Boolean)
      && drawn() == explorers && !waiting().length;
    await document.fonts.ready;
    for (let tries = 0; tries < 10 * seconds && !ready(); tries++) {
      await front();
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    const seen = {
      ...before, waiting: waiting(), drawn: drawn(),
      texts: all(".jp-MarkdownOutput", part => part.innerText),
      bad: all(`${output}[data-mime-type*=stderr], ${output}[data-mime-type*=".error"], mjx-merror`,
        part => part.dataset.mjxError ?? part.textContent),
      prints: code.map(cell => cell.model.outputs.toJSON().filter(one => one.output_type == "stream")
        .map(one => one.text).flat().join("")),
      pictures: all(`${output} img`, image => [image.getBoundingClientRect().width, image.naturalWidth]),
      links: all(".jp-MarkdownOutput a[href]", link => link.getAttribute("href")),
      places: all("[id], [data-jupyter-id]", part => part.dataset.jupyterId ?? part.id),
      fonts: [...document.fonts].filter(font => font.status == "loaded").map(font => font.family),
    };
    await kernel.requestExecute({code: "%reset -f\nimport ipywidgets\nipywidgets.Widget.close_all()"}).done;
    model.dirty = false;
    widget.dispose();
    return seen;
  };
  return Promise.race([late, read()]);
}"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project, built."""
    folder = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns(
        ".*", "__pycache__", "*.egg-info", "_build", "mutants", "node_modules", "tests"
    )
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)
    for name in ["_build/executed", "_build/artwork", "_sphinx/web/node_modules/@fontsource-variable"]:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "_build" / "facts.json", folder / "_build")
    return folder


@pytest.fixture(scope="module")
def ours(project, tmp_path_factory):
    """What `make lab` opens."""

    def command(options):
        return [find("make"), "lab", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready", f"LAB={options}"]

    with jupyterlab(command, project, tmp_path_factory.mktemp("home"), PYTHONPATH=str(project)) as address:
        yield address, project


def look(browser, address, paths, seconds=10):
    """Open and run pages in turn, and give what is to be seen of each, ready or after so many seconds."""
    context, outside, seen = browser.new_context(viewport={"width": 1280, "height": 1200}), [], {}
    context.on("request", lambda request: outside.append(request.url))
    tab = context.new_page()
    tab.goto(address, timeout=180_000)
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
        *[f"the kernel {page['kernel']}"] * (page["kernel"] != "python3"),
        *["a question"] * page["dialogs"] + ["an edit of its own"] * page["dirty"],
    ]


def test_every_page_reads_like_the_book_in_make_lab(browser, ours):
    address, project = ours
    seen = look(browser, address, [f"{doc}.md" for doc in DOCS])
    wrong = {path: faults(path, seen) for path in seen}
    for path, page in seen.items():
        cells = jupytext.read(project / path, fmt="md:myst").cells
        asked = [cell.metadata.get("prints", "") for cell in cells if cell.cell_type == "code"]
        wrong[path] += [page["prints"]] * (page["prints"] != asked)
        solutions = (project / path).read_text(encoding="utf-8").count("{solution-start}")
        wrong[path] += [f"{page['solutions']} of {solutions} solutions"] * (page["solutions"] != solutions)
        wrong[path] += [
            f"{fine} pixels for {width}" for width, fine in page["pictures"] if fine < 1.5 * width
        ]
        wrong[path] += ["another font"] * ("STIX Two Text Variable" not in page["fonts"])
    assert {path: found for path, found in wrong.items() if found} == {}
