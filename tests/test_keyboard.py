"""Every page in JupyterLab reads like the book, and runs: by `make lab`, and from the zip alone."""

import re
import shutil
import sys
import zipfile

import jupytext
import nbformat
import pytest
from remote import jupyterlab

from conftest import DOCS, ROOT, ZIP, find

pytestmark = pytest.mark.slow
WIDE = 760
MARKS = [
    "{term}`batch`",
    "before\n(eq-dw)=",
    ":label: a",
    "{.place}",
    "````\n```{exercise} One\n````",
    "$$ x",
    "[two](",
    "<p>:::</p>",
]
RAW = re.compile(
    r"\{[a-z][\w:-]*\}|\{[.#%][\w -]+\}|\([a-z]+-[\w-]+\)=|(?:^|\s):(?:label|name|class|link|language):"
    r"|`{3}|:{3}|\$\$|\]\(|^#+ ",
    re.M,
)

OPEN = """async path => {
  const app = window.jupyterapp;
  const factory = path.endsWith(".md") ? "Jupytext Notebook" : "Notebook";
  const widget = await app.commands.execute("docmanager:open", {path, factory});
  const late = new Promise((resolve, fail) => setTimeout(() => fail(Error(`${path} does not open`)), 120000));
  const ready = [widget.context.ready, widget.revealed, widget.sessionContext.ready];
  await Promise.race([late, Promise.all(ready)]);
  app.shell.activateById(widget.id);
  window.shown = widget;
  const cells = [...widget.content.widgets];
  window.folded = cells.filter(cell => cell.model.getMetadata("jp-MarkdownHeadingCollapsed")).length;
  window.unseen = cells.filter(cell => cell.isHidden || cell.node.offsetParent === null).length;
  window.dialogs = document.querySelectorAll(".jp-Dialog").length;
  window.dirty = widget.context.model.dirty;
  await app.commands.execute("notebook:expand-all-headings");
  window.done = false;
  app.commands.execute("notebook:run-all-cells").then(() => window.done = true);
}"""
LOOK = r"""() => {
  const output = ".jp-OutputArea-output", node = window.shown.node;
  const all = (selector, get) => [...node.querySelectorAll(selector)].map(get);
  return {
    text: all(".jp-MarkdownOutput", part => part.innerText), folded, unseen, dialogs, dirty,
    bad: all(`${output}[data-mime-type*=stderr], ${output}[data-mime-type*=".error"], mjx-merror`,
      part => part.textContent),
    waiting: all(output, part => part.innerText).filter(text => /Loading widget|Error displaying/.test(text)),
    prints: [...window.shown.content.widgets].filter(cell => cell.model.type == "code").map(
      cell => cell.model.outputs.toJSON().filter(one => one.output_type == "stream")
        .map(one => one.text).flat().join("")),
    explorers: [...window.shown.content.widgets].filter(cell => cell.model.type == "code"
      && /^(?:\w+ = )?ex\.[A-Z]/m.test(cell.model.sharedModel.source)).length,
    drawn: all(`${output} .agml`,
      part => part.querySelectorAll("svg path, canvas").length).filter(marks => marks > 2).length,
    pictures: all(`${output} img`, image => [image.getBoundingClientRect(), image])
      .map(([place, image]) => [place.width, image.naturalWidth]),
    links: all(".jp-MarkdownOutput a[href]", link => link.getAttribute("href")),
  };
}"""
CLOSE = """async () => {
  await window.shown.sessionContext.shutdown();
  window.shown.context.model.dirty = false;
  window.shown.close(); window.shown.dispose();
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


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A JupyterLab without our settings in the unpacked zip, with a notebook in which all is wrong."""
    folder, home = tmp_path_factory.mktemp("unpacked"), tmp_path_factory.mktemp("home")
    with zipfile.ZipFile(ZIP) as archive:
        archive.extractall(folder)
    folder /= "agml-companion"
    wrong = nbformat.v4.new_notebook(
        cells=[
            *map(nbformat.v4.new_markdown_cell, MARKS),
            nbformat.v4.new_code_cell("import sys\nprint('to stderr', file=sys.stderr)"),
            nbformat.v4.new_code_cell(
                "import matplotlib.pyplot as plt\nplt.figure(figsize=(16, 1)).add_subplot();"
            ),
            nbformat.v4.new_code_cell("1 / 0"),
        ]
    )
    wrong.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(wrong, folder / "wrong.ipynb")

    def command(options):
        return [f"{sys.prefix}/bin/jupyter", "lab", *options.split()]

    with jupyterlab(command, folder, home, JUPYTER_CONFIG_DIR=str(home / "config")) as address:
        yield address, folder


def look(browser, address, paths):
    """Open pages in turn, run each, and give what is to be seen; the next opens while the last one runs."""
    context = browser.new_context(viewport={"width": 1280, "height": 1200})
    outside = []
    context.on(
        "request",
        lambda request: (
            outside.append(request.url)
            if not re.match(r"(https?|wss?)://127\.0\.0\.1:|data:|blob:", request.url)
            else None
        ),
    )
    tabs = [context.new_page() for _ in range(2)]
    for number, tab in enumerate(tabs):
        tab.set_default_timeout(180_000)
        tab.goto(re.sub(r"/lab[^?]*", f"/lab/workspaces/{number}", address))
        tab.wait_for_function("window.jupyterapp?.commands.hasCommand('notebook:run-all-cells')")
        tab.evaluate("window.jupyterapp.restored")

    def result(path, tab):
        tab.wait_for_function("window.done")
        tab.wait_for_timeout(700)  # pictures and widgets are drawn
        seen = tab.evaluate(LOOK) | {"outside": outside}
        tab.evaluate(CLOSE)
        return path, seen

    running = None
    for number, path in enumerate(paths):
        tab = tabs[number % 2]
        tab.bring_to_front()
        tab.evaluate(OPEN, path)
        if running:
            running[1].bring_to_front()
            yield result(*running)
        running = path, tab
    running[1].bring_to_front()
    yield result(*running)
    context.close()


def faults(seen):
    """Return all that a reader should not see."""
    raw = [found[0] for text in seen["text"] for found in RAW.finditer(text)]
    wide = [picture for picture in seen["pictures"] if picture[0] > WIDE]
    lost = [f"{seen['drawn']} of {seen['explorers']} explorers"] * (seen["drawn"] != seen["explorers"])
    return raw + seen["bad"] + seen["waiting"] + wide + lost


@pytest.mark.parametrize("part", ["", "chapters", "beyond", "appendix"], ids=lambda part: part or "front")
def test_every_page_reads_like_the_book_in_make_lab(browser, ours, part):
    address, project = ours
    docs = [doc for doc in DOCS if doc.rpartition("/")[0].partition("/")[0] == part]
    wrong, pages = {}, 0
    for path, seen in look(browser, address, [f"{doc}.md" for doc in docs]):
        source = jupytext.read(project / path, fmt="md:myst")
        code = [cell for cell in source.cells if cell.cell_type == "code"]
        problems = faults(seen)
        problems += [link for link in seen["links"] if link.startswith("/files/")]
        if seen["prints"] != [cell.metadata.get("prints", "") for cell in code]:
            problems.append(seen["prints"])
        solutions = (project / path).read_text(encoding="utf-8").count("{solution-start}")
        if seen["folded"] != solutions or (solutions and seen["unseen"] < 2 * solutions):
            problems.append(
                f"{seen['folded']} of {solutions} solutions closed, {seen['unseen']} cells hidden"
            )
        if seen["dialogs"] or seen["dirty"] or seen["outside"]:
            problems.append(
                f"{seen['dialogs']} questions, edited: {seen['dirty']}, outside: {seen['outside']}"
            )
        problems += [picture for picture in seen["pictures"] if picture[1] < 1.5 * picture[0]]
        if problems:
            print(path, *problems[:8], sep="\n  ")
            wrong[path] = problems
        pages += bool(seen["text"])
    assert wrong == {} and pages == len(docs) > 0


def test_every_notebook_of_the_zip_reads_like_the_book_in_a_bare_jupyterlab(browser, bare):
    address, folder = bare
    names = sorted(path.name for path in folder.glob("*.ipynb") if path.name != "wrong.ipynb")
    wrong = {}
    for path, seen in look(browser, address, names):
        problems = faults(seen)
        if path != "index.ipynb":
            saved = nbformat.read(folder / path, as_version=4)
            text = [
                "".join(output.text for output in cell.outputs if output.output_type == "stream")
                for cell in saved.cells
                if cell.cell_type == "code"
            ]
            problems += [seen["prints"]] if seen["prints"] != text else []
        if problems:
            print(path, *problems[:8], sep="\n  ")
            wrong[path] = problems
    assert wrong == {} and len(names) == len(DOCS)


def test_what_is_wrong_is_seen(browser, bare):
    """Of every kind of fault there is one in the notebook, which was put there."""
    address, _ = bare
    ((_, seen),) = look(browser, address, ["wrong.ipynb"])
    found = faults(seen)
    text = "\n".join(map(str, found))
    for mark in (
        "{term}",
        "(eq-dw)=",
        ":label:",
        "{.place}",
        "```",
        "$$",
        "](",
        ":::",
        "to stderr",
        "ZeroDivisionError",
    ):
        assert mark in text, (mark, found)
    assert [picture for picture in found if isinstance(picture, list)], found
