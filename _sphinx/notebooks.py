"""Give every page that runs as a notebook to download, and all pages together in a zip.

execution.py has run the pages and left them beside the book; plain.py makes their text plain Markdown.
The facts that it takes are kept in _build/facts.json as well: `make lab` shows the pages by the same.
"""

import json
import shutil
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import jupytext
import nbformat
from ipykernel.ipkernel import IPythonKernel
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import facts
import plain
from publish import FILES, first_cell, imported, notebook_name

PACKAGES = ("anywidget", "ipywidgets", "jupyterlab", "matplotlib", "numpy", "sympy")
ROOT = Path(__file__).resolve().parent.parent
NAME = "agml-companion"
PDF = ROOT / "_build" / "companion.pdf"

README = f"""# Algebraic Geometry & Machine Learning: the notebooks

Every page of the companion, as it was executed. With Python 3.11 or later, in this folder:

    pip install -r requirements.txt
    jupyter lab index.ipynb

The first page leads to all others. Run a page from top to bottom. Keep
{", ".join(FILES)} beside it.

Does your machine print what is saved here? `pip install nbval`, then `pytest --nbval` compares it.
"""


def notebook(app, known, doc, names):
    """Return a page as a notebook for any program, with what it printed and drew, that says what it needs."""
    live = runs(app, doc)
    executed = Path(app.outdir).parent / "executed" / f"{doc}.ipynb"
    page = nbformat.read(executed, as_version=4) if live else jupytext.read(ROOT / f"{doc}.md", fmt="md:myst")
    cells = plain.prepare(plain.Page(known, doc, lambda place: names.get(place, "")), page.cells)
    if live:
        needed = imported("\n".join(cell.source for cell in page.cells if cell.cell_type == "code"))
        url = app.config.html_theme_options["repository_url"]
        first = nbformat.v4.new_code_cell(first_cell(url, needed))
        first.metadata = {"cellView": "form", "jupyter": {"source_hidden": True}}
        cells = [first, *cells]
    if doc == "index":
        cells += map(nbformat.v4.new_markdown_cell, (plain.RUN, plain.contents(known, names.get)))
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = plain.sized(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
        if "mystnb" in cell.metadata or "listing" in cell.metadata.get("tags", []):
            # pictures, of which nbval could compare the size only, and listings, which it doesn't know
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "nbval-ignore-output"]
    for count, cell in enumerate(cells):
        cell.id = f"cell-{count}"
        for key in ("companion", "mystnb", "prints"):
            cell.metadata.pop(key, None)
    kernelspec = {"name": "python3", "display_name": "Python 3"}
    kept = {"kernelspec": kernelspec, "language_info": IPythonKernel.language_info}
    kept |= {key: page.metadata[key] for key in (*kept, "widgets") if key in page.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=kept)


def requirements():
    """Return the lines of the lock that the notebooks need, whatever the platform and the Python."""
    needed, new = set(), [(name, "") for name in PACKAGES]
    while new:
        name, extra = asked = new.pop()
        if asked in needed:
            continue
        needed.add(asked)
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another platform
            continue
        for wanted in map(Requirement, lines):
            marker = str(wanted.marker)
            if f'extra == "{extra}"' in marker if extra else "extra ==" not in marker:
                new += [(canonicalize_name(wanted.name), also) for also in ("", *wanted.extras)]
    names = {name for name, _ in needed}
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lock if line.split("==")[0] in names)


def write(app, error, doctrees):
    """Write the facts, the notebooks and their zip."""
    if error or app.builder.format != "html":
        return
    out, known = Path(app.outdir), facts.gather(app, doctrees)
    (out.parent / "facts.json").write_text(json.dumps(known, indent=1, ensure_ascii=False), encoding="utf-8")
    names = {doc: notebook_name(doc) for doc in known["pages"]} | {"_static/title.svg": "title.svg"}
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in [*(ROOT / name for name in FILES), out.parent / "artwork" / "title.svg"]
    }
    for doc in known["pages"]:
        files[names[doc]] = nbformat.writes(notebook(app, known, doc, names)) + "\n"
        if runs(app, doc):
            (out / "_sources" / doc).with_suffix(".ipynb").write_text(files[names[doc]], encoding="utf-8")
    files["README.md"] = README
    files["requirements.txt"] = requirements()
    (out / "_downloads").mkdir(exist_ok=True)
    with zipfile.ZipFile(out / "_downloads" / f"{NAME}.zip", "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{NAME}/{name}")  # of 1980, the same whenever it is made
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])
    if PDF.exists():
        shutil.copy(PDF, out / "_downloads")


def runs(app, doc):
    """Tell whether a page is a notebook."""
    return "kernelspec" in app.env.metadata.get(doc, {})


def offer(app, pagename, templatename, context, doctree):
    """Let the theme's menu offer the page as a notebook, if it is one."""
    if runs(app, pagename):
        context["ipynb_source"] = f"{pagename}.ipynb"


def offer_all(app, pagename, templatename, context, doctree):
    """Add the zip to the same menu, and the book as a PDF."""
    files = [(f"{NAME}.zip", "all .ipynb", "Download all pages as notebooks", "fas fa-box-archive")]
    if PDF.exists():
        files.append((PDF.name, "book .pdf", "Download the book as one PDF", "fas fa-file-pdf"))
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            group["buttons"] += [
                {
                    "type": "link",
                    "url": context["pathto"](f"_downloads/{name}", 1),
                    "text": text,
                    "tooltip": tooltip,
                    "icon": icon,
                    "label": f"download-{Path(name).stem}-button",
                }
                for name, text, tooltip, icon in files
            ]


def setup(app):
    """Write the notebooks while pages.py waits for the programs that it runs."""
    pool, doctrees, writing = ThreadPoolExecutor(1), {}, []

    def keep(app, doctree, doc):
        doctrees[doc] = doctree

    def start(app, error):
        writing.append(pool.submit(write, app, error, doctrees))

    def end(app, error):
        writing.pop().result()

    app.connect("doctree-resolved", keep)
    app.connect("html-page-context", offer)
    app.connect("html-page-context", offer_all, priority=502)  # the theme makes the menu at 501
    app.connect("build-finished", start)
    app.connect("build-finished", end, priority=950)
