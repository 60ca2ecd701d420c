"""Make the one notebook of each page, from the page as it ran and from what Sphinx made of its text.

The same notebooks go everywhere: beside the page and into a zip to download, onto the branch that Binder and
Colab read, and into the folder of which `make lab` and `make lite` show a copy.
"""

import base64
import json
import re
import shutil
import struct
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from ipykernel.ipkernel import IPythonKernel
from sphinx import addnodes

from .execution import EXECUTED, ROOT, VIEW
from .markdown import Block, Code, Markdown
from .publish import FILES, PRINTED, first_cell, imported, notebook_name, runs

NAME = "agml-companion"
PDF = ROOT / "_build" / "companion.pdf"
FOLDED = "jp-MarkdownHeadingCollapsed"
PLACE = re.compile(r'page:([\w./-]+)#([^\s)"]*)')
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in the zip, whenever it is made

README = f"""# Algebraic Geometry & Machine Learning: the notebooks

Every page of the companion, as it was executed. With Python 3.11 or later, in this folder:

    python3 -m venv .venv
    . .venv/bin/activate
    pip install -r requirements.txt
    jupyter lab index.ipynb

On Windows, the second line is `.venv\\Scripts\\activate`. The first page leads to all others. Run a page
from top to bottom. Keep {", ".join(FILES)} and {PRINTED} beside it.

Does your machine print what is saved here? `pip install nbval`, then `pytest --nbval` compares it.
"""

RUN = """## Run a page

Every page is a notebook that runs by itself. Open one from the list below; *Run › Run All Cells* runs it
from top to bottom, *Shift+Enter* cell by cell, and then the pictures with sliders move. Change a number,
run the cell again, and see what happens. A solution is folded: the triangle beside its title opens it."""


def outline(env):
    """Return the parts of the book: the title of each, and its pages with their depth, in their order."""

    def below(docs, depth):
        for doc in docs:
            if doc != "genindex":
                yield depth, doc
            yield from below(env.toctree_includes.get(doc, []), depth + 1)

    trees = env.tocs["index"].findall(addnodes.toctree)
    return [(tree["caption"] or "Pages", [*below(tree["includefiles"], 0)]) for tree in trees]


class Notebooks:
    """The notebooks of a book, whose links lead to each other."""

    def __init__(self, app, doctrees):
        self.app, self.env, self.places, self.printed = app, app.env, {}, {}
        self.outline = outline(self.env)
        self.order = ["index", *(doc for _, docs in self.outline for _, doc in docs)]
        self.pages = {doc: self.page(doc, doctrees[doc]) for doc in self.order}
        for doc, notebook in self.pages.items():
            for cell in notebook.cells:
                cell.source = PLACE.sub(lambda found, doc=doc: self.lead(doc, *found.groups()), cell.source)

    def lead(self, doc, page, name):
        """Return the address of a place in the book, seen from a page: that of the cell which it is in."""
        cell = self.places.get((page, name))
        fragment = f"#cell-id={cell}" if cell else f"#{name}" if name else ""
        return fragment if page == doc and fragment else notebook_name(page) + fragment

    def title(self, doc):
        number = self.env.metadata[doc].get("number")
        return f"{number} {self.env.titles[doc].astext()}" if number else self.env.titles[doc].astext()

    def page(self, doc, doctree):
        """Return a page as a notebook, with what it printed and drew."""
        executed = Path(self.app.outdir).parent / EXECUTED / f"{doc}.ipynb"
        run = nbformat.read(executed, as_version=4) if runs(self.app, doc) else None
        cells, names, begins = [self.first(run)] if run else [], {}, True
        for part in Markdown(self.app, doc).page(doctree):
            if isinstance(part, Code):
                cells.append(self.code(run.cells[part.index], part.alt))
            elif begins or part.begins:
                cells.append(nbformat.v4.new_markdown_cell(part.text))
            else:
                cells[-1].source += f"\n\n{part.text}"
            begins = isinstance(part, Code) or part.folded
            if isinstance(part, Block) and part.folded:
                cells[-1].metadata[FOLDED] = True
            names |= dict.fromkeys(part.names, len(cells) - 1)
        cells += map(nbformat.v4.new_markdown_cell, self.ends(doc))
        known = {place: name for name, place in reversed(names.items())}  # by the first of its names
        for place, cell in enumerate(cells):
            cell.id = re.sub(r"[^\w-]", "-", known.get(place, f"cell-{place}"), flags=re.A)[-60:]
            cell.metadata["id"] = cell.id  # which Colab reads
        self.places |= {(doc, name): cells[place].id for name, place in names.items()}
        return nbformat.v4.new_notebook(cells=cells, metadata=self.metadata(cells))

    def metadata(self, cells):
        """Count the code cells, and return what programs ask of a notebook, even of one without code."""
        for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
        return {
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
            "language_info": IPythonKernel.language_info,
            # JupyterLab and Notebook read of each heading whether it is folded
            "colab": {"collapsed_sections": [cell.id for cell in cells if FOLDED in cell.metadata]},
        }

    def first(self, run):
        """Return the cell that brings what a page needs."""
        code = "\n".join(cell.source for cell in run.cells if cell.cell_type == "code")
        needs = first_cell(self.app.config.html_theme_options["repository_url"], imported(code))
        hidden = {"cellView": "form", "jupyter": {"source_hidden": True}}
        return nbformat.v4.new_code_cell(needs, metadata=hidden)

    def code(self, cell, alt):
        """Return a cell that ran, its pictures in the size of the book, and explorers as still pictures."""
        tags, prints = cell.metadata.get("tags", []), cell.metadata.get("prints")
        if prints:
            self.printed[cell.source] = prints
        if "listing" in tags or any("image/png" in output.get("data", {}) for output in cell.outputs):
            # pictures, of which nbval could compare the size only, and listings, which it doesn't know
            tags = [*tags, "nbval-ignore-output"]
        cell.metadata = {"tags": tags} if tags else {}
        if {"remove-input", "hide-input"} & {*tags}:
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.outputs:
            data = output.get("data", {})
            data.pop(VIEW, None)  # an explorer moves when the cell runs again
            if "image/png" in data:
                width, height = struct.unpack(">II", base64.b64decode(data["image/png"][:64])[16:24])
                shown = min(width // 2, 720)  # drawn twice as fine as a screen is
                size = {"width": shown, "height": height * shown // width}
                output.metadata["image/png"] = size | {"alt": alt}
        return cell

    def ends(self, doc):
        """Return what follows a page: the way to its neighbors, or from the first page to all."""
        link = {page: f"[{{}}]({notebook_name(page)})" for page in self.order}
        if doc == "index":
            lines = ["## Contents"]
            for caption, pages in self.outline:
                lines += ["", f"**{caption}**", ""]
                lines += [f"{'  ' * depth}- {link[page].format(self.title(page))}" for depth, page in pages]
            return [RUN, "\n".join(lines)]
        place = self.order.index(doc)
        links = [link[page].format(f"← {self.title(page)}") for page in self.order[place - 1 : place]]
        links.append(link["index"].format("Contents"))
        links += [link[page].format(f"{self.title(page)} →") for page in self.order[place + 1 : place + 2]]
        return [f"#### Go on\n\n{' · '.join(links)}"]


def written(notebook):
    """Return a notebook as text, each string in one piece: JupyterLite can't read lists of lines."""
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def as_text(notebook):
    """Return a notebook without code as Markdown, which starts no kernel; its cells keep their names."""
    text = "\n\n".join(f'<a id="{cell.id}"></a>\n\n{cell.source}' for cell in notebook.cells) + "\n"
    return text.replace("](#cell-id=", "](#")


def write(app, error, doctrees):
    """Write the notebooks: the folder, the zip, and those beside the pages."""
    if error or app.builder.format != "html":
        return
    out, books = Path(app.outdir), Notebooks(app, doctrees)
    beside = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}
    beside[PRINTED] = json.dumps(books.printed, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    write_folder(out.parent / "notebooks", app, books, beside)
    files = beside | {notebook_name(doc): written(notebook) for doc, notebook in books.pages.items()}
    locked = (ROOT / "_lab" / "requirements.txt").read_text(encoding="utf-8")
    files |= {"README.md": README, "requirements.txt": locked}
    (out / "_downloads").mkdir(exist_ok=True)
    with zipfile.ZipFile(out / "_downloads" / f"{NAME}.zip", "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])
    for doc in filter(lambda doc: runs(app, doc), books.order):
        source = out / "_sources" / f"{doc}.ipynb"
        source.write_text(files[notebook_name(doc)], encoding="utf-8", newline="\n")
    if PDF.exists():
        shutil.copy(PDF, out / "_downloads")


def write_folder(folder, app, books, files):
    """Write what JupyterLab and JupyterLite open by settings of ours, which show a text as such."""
    texts = [notebook_name(doc).removesuffix(".ipynb") for doc in books.order if not runs(app, doc)]
    link = re.compile(rf"\]\(({'|'.join(map(re.escape, texts))})\.ipynb(?:#(?:cell-id=)?([^)]*))?\)")
    for doc, notebook in books.pages.items():
        name, content = notebook_name(doc), written(notebook)
        if not runs(app, doc):
            name, content = f"{name.removesuffix('.ipynb')}.md", as_text(notebook)
        lead = link.sub(lambda found: f"]({found[1]}.md{'#' + found[2] if found[2] else ''})", content)
        files = files | {name: lead}
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8", newline="\n")


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
