"""`make lab` in a browser: every page reads like the book, and runs; test_elsewhere.py has the zip."""

import re
import shutil
import sys
import urllib.error
import urllib.request
from itertools import zip_longest
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from playwright.sync_api import expect

from remote import answers, jupyterlab, wait
from shared import DOCS, ROOT, find, read_page

pytestmark = pytest.mark.slow
PAGE = ROOT / "chapters" / "1_linear_regression" / "1_2-univariate-linear-models.md"
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
    const open = () => solutions.filter(cell => !cells[cells.indexOf(cell) + 1]?.isHidden).map(source);
    // JupyterLab folds what is to be folded some time after it has shown it
    for (let tries = 0; tries < 10 * seconds && open().length; tries++)
      await new Promise(resolve => setTimeout(resolve, 100));
    const explorers = code.filter(cell => /^(?:\w+ = )?ex\.[A-Z]/m.test(source(cell))).length;
    const before = {
      kernel: model.getMetadata("kernelspec")?.name, dirty: model.dirty, explorers,
      dialogs: document.querySelectorAll(".jp-Dialog").length, solutions: solutions.length,
      open: open(),
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
    const texts = () => all(".jp-MarkdownOutput", part => part.innerText);
    const ready = () => all("img", image => image.complete).every(Boolean) && texts().every(Boolean)
      && drawn() == explorers && !waiting().length;
    for (let tries = 0; tries < 10 * seconds && !ready(); tries++) {
      await front();
      await new Promise(resolve => setTimeout(resolve, 100));
    }
    await document.fonts.ready;
    const seen = {
      ...before, waiting: waiting(), drawn: drawn(), texts: texts(),
      bad: all(`${output}[data-mime-type*=stderr], ${output}[data-mime-type*=".error"], mjx-merror`,
        part => part.dataset.mjxError ?? part.textContent),
      outputs: code.map(cell => cell.model.outputs.toJSON()
        .map(one => one.text ?? one.data?.["text/markdown"] ?? []).flat().join("")),
      pictures: all(`${output} img`, image => [image.getBoundingClientRect().width, image.naturalWidth]),
      links: all(".jp-MarkdownOutput a[href]", link => link.getAttribute("href")),
      places: all("[id], [data-jupyter-id]", part => part.dataset.jupyterId ?? part.id),
      fonts: [...document.fonts].filter(font => font.status == "loaded").map(font => font.family),
    };
    const sweep = "%reset_selective -f .\nimport ipywidgets\nipywidgets.Widget.close_all()";
    await kernel.requestExecute({code: sweep}).done;
    model.dirty = false;
    widget.dispose();
    return seen;
  };
  return Promise.race([late, read()]);
}"""


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """What `make lab` opens in a copy of the project that is built: the address, the copy, an empty home."""
    folder, home = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("home")
    ignored = ".*", "__pycache__", "*.egg-info", "_build", "mutants", "node_modules", "tests"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*ignored), dirs_exist_ok=True)
    for name in ["_build/executed", "_build/artwork", "_sphinx/web/node_modules/@fontsource-variable"]:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy2(ROOT / "_build" / "facts.json", folder / "_build")

    def command(options):
        return [find("make"), "lab", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.ready", f"LAB={options}"]

    with jupyterlab(command, folder, home, PYTHONPATH=str(folder)) as address:
        yield address, folder, home


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
        *[f"the kernel {page['kernel']}"] * (page["kernel"] != "python3"),
        *["a question"] * page["dialogs"] + ["an edit of its own"] * page["dirty"],
    ]


def test_a_page_opens_runs_and_keeps_only_the_edit(browser, ours):
    address, folder, home = ours
    file = folder / PAGE.relative_to(ROOT)
    before = file.read_text(encoding="utf-8")
    lab = browser.new_page(viewport={"width": 1280, "height": 9000})  # only cells in sight are drawn
    lab.set_default_timeout(60_000)
    expect.set_options(timeout=60_000)
    lab.goto(address)
    lab.get_by_role("heading", name="Algebraic Geometry & Machine Learning").wait_for()
    assert "index.md" in lab.url
    picture = lab.locator("img.title-image")
    picture.evaluate("picture => picture.decode()")  # which fails for one that is not there
    expect(picture).to_be_visible()
    lab.get_by_role("link", name="1.2 Univariate Linear Models").click()
    notebook = lab.locator(".jp-NotebookPanel:visible")
    notebook.get_by_role("heading", name="Univariate Linear Models").wait_for()
    cells = read_page(PAGE)
    drawn = notebook.locator(".jp-CodeCell")
    expect(drawn).to_have_count(len(cells))
    folded = notebook.locator(".jp-MarkdownHeadingCollapsed, .jp-mod-collapsed")
    assert notebook.get_by_text("cells hidden").count() or folded.count()
    for command in ("expand-all-headings", "show-all-cell-code"):
        lab.evaluate(f"window.jupyterapp.commands.execute('notebook:{command}')")
    # JupyterLab loses what is run before it has a kernel, and says "idle" then already
    lab.wait_for_function(
        """path => {
          const {context, sessionContext} = window.jupyterapp.shell.currentWidget;
          return context.path == path && sessionContext.session?.kernel?.status == "idle";
        }""",
        arg=PAGE.relative_to(ROOT).as_posix(),
    )
    for number, (cell, shown) in enumerate(zip(cells, drawn.all()), start=1):
        shown.locator(".cm-content").click()
        lab.keyboard.press("Shift+Enter")
        expect(shown.locator(".jp-InputPrompt")).to_have_text(f"[{number}]:")
        explorer = re.search(r"^(\w+ = )?ex\.[A-Z]", cell.source, re.M) is not None
        expect(shown.locator(".jp-OutputArea-output .agml")).to_have_count(int(explorer))
        expect(shown.locator(".jp-OutputArea-output img:visible")).to_have_count(
            int("mystnb" in cell.metadata and not explorer)
        )

    def save(expected):
        written = file.stat().st_mtime_ns
        for _ in range(40):
            lab.keyboard.press("Control+s")  # which JupyterLab ignores while it is still at the save before
            lab.wait_for_timeout(500)
            if file.stat().st_mtime_ns > written and file.read_text(encoding="utf-8") == expected:
                break
        assert file.stat().st_mtime_ns > written
        assert file.read_text(encoding="utf-8") == expected

    explorer = notebook.locator(".jp-OutputArea-output .agml")
    assert 300 < explorer.bounding_box()["width"] < notebook.bounding_box()["width"]
    handle = explorer.get_by_role("slider").first
    seen = handle.get_attribute("aria-valuetext")
    handle.press("ArrowUp")
    expect(handle).not_to_have_attribute("aria-valuetext", seen)
    save(before)

    drawn.first.locator(".cm-content").click()
    lab.keyboard.press("Control+Home")
    lab.keyboard.type("# an edit")
    lab.keyboard.press("Enter")
    save(before.replace("import agml_helpers", "# an edit\nimport agml_helpers", 1))

    notebook.get_by_role("link", name="weight", exact=True).first.click()
    glossary = lab.locator(".jp-NotebookPanel:visible")
    expect(glossary.get_by_role("heading", name="Glossary")).to_be_attached()
    expect(glossary.get_by_text("Weight", exact=True)).to_be_in_viewport()

    others = {path for path in folder.rglob("*") if path.is_file()} - {file}
    others = {path.relative_to(folder) for path in others if path.relative_to(folder).parts[0] != "_build"}
    assert {path for path in others if not (ROOT / path).exists()} == set()
    lab.close()
    wait((folder / "_build" / "lab" / "checkpoints" / PAGE.relative_to(ROOT)).exists, 30, "checkpoint")
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


def test_the_server_is_for_its_reader_alone(ours):
    address, *_ = ours
    port = int(re.search(r":(\d+)/", address)[1])
    token = re.search(r"token=(\w+)", address)[1]
    contents = f"http://127.0.0.1:{port}/api/contents"
    with urllib.request.urlopen(f"{contents}?token={token}") as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(contents)
    # a server that listened to the network would listen at all of the machine's addresses
    assert not answers("127.0.0.2", port)


def differs(page, executed):
    """Return what a page prints and lists where it is not what its notebook has from the build."""
    cells = nbformat.read(executed, as_version=4).cells if executed.exists() else []  # a text has none
    outputs = [cell.outputs for cell in cells if cell.cell_type == "code"]
    built = [
        "".join(one.get("text") or one.get("data", {}).get("text/markdown", "") for one in cell)
        for cell in outputs
    ]
    return [pair for pair in zip_longest(page["outputs"], built) if pair[0] != pair[1]]


def test_every_page_reads_like_the_book_in_make_lab(browser, ours):
    address, project, _ = ours
    seen = look(browser, address, [f"{doc}.md" for doc in DOCS])
    wrong = {path: faults(path, seen) for path in seen}
    for path, page in seen.items():
        wrong[path] += differs(page, (project / "_build" / "executed" / path).with_suffix(".ipynb"))
        solutions = (project / path).read_text(encoding="utf-8").count("{solution-start}")
        wrong[path] += [f"{page['solutions']} of {solutions} solutions"] * (page["solutions"] != solutions)
        coarse = [picture for picture in page["pictures"] if picture[1] < 1.5 * picture[0]]
        wrong[path] += [f"{fine} pixels for {width}" for width, fine in coarse]
        wrong[path] += ["another font"] * ("STIX Two Text Variable" not in page["fonts"])
    assert {path: found for path, found in wrong.items() if found} == {}
