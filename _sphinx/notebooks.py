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
from functools import partial
from pathlib import Path

import nbformat
from ipykernel.ipkernel import IPythonKernel
from sphinx import addnodes

from . import theme
from .execution import ROOT, VIEW
from .markdown import Block, Code, Markdown
from .publish import FILES, PRINTED, first_cell, notebook_name, render, runs

NAME = "agml-companion"
PDF = ROOT / "_build" / "companion.pdf"
FOLDED = "jp-MarkdownHeadingCollapsed"
PLACE = re.compile(r'page:([\w./-]+)#([^\s)"]*)')
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in the zip, whenever it is made


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

    def title(self, doc):
        return f"{self.env.metadata[doc].get('number', '')} {self.env.titles[doc].astext()}".strip()

    def page(self, doc, doctree):
        """Return a page as a notebook, with what it printed and drew; its links are those of markdown.py."""
        cells, names, begins = [], {}, True
        if runs(self.app, doc):
            run = nbformat.read(Path(self.env.mystnb_config.output_folder, f"{doc}.ipynb"), as_version=4)
            code = "\n".join(cell.source for cell in run.cells if cell.cell_type == "code")
            needs = first_cell(self.app.config.html_theme_options["repository_url"], code)
            hidden = {"cellView": "form", "jupyter": {"source_hidden": True}}
            cells.append(nbformat.v4.new_code_cell(needs, metadata=hidden))
        for part in Markdown(self.app, doc).parts(doctree):
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
        for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
            for counted in [cell, *(one for one in cell.outputs if one.output_type == "execute_result")]:
                counted.execution_count = count
        metadata = {  # what programs ask of a notebook, even of one without code
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
            "language_info": IPythonKernel.language_info,
            # JupyterLab and Notebook read of each heading whether it is folded
            "colab": {"collapsed_sections": [cell.id for cell in cells if FOLDED in cell.metadata]},
        }
        return nbformat.v4.new_notebook(cells=cells, metadata=metadata)

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
        if doc == "index":
            lines = ["## Contents"]
            for caption, pages in self.outline:
                lines += ["", f"**{caption}**", ""]
                lines += [f"{'  ' * depth}- [{self.title(page)}](page:{page}#)" for depth, page in pages]
            return [render("run.md"), "\n".join(lines)]
        place = self.order.index(doc)
        links = [f"[← {self.title(page)}](page:{page}#)" for page in self.order[place - 1 : place]]
        links.append("[Contents](page:index#)")
        links += [f"[{self.title(page)} →](page:{page}#)" for page in self.order[place + 1 : place + 2]]
        return [f"#### Go on\n\n{' · '.join(links)}"]

    def files(self, texts=()):
        """Return the text of all notebooks, by file; pages among the texts are Markdown instead."""
        names = {doc: notebook_name(doc, ".md" if doc in texts else ".ipynb") for doc in self.order}

        def lead(found, doc):
            page, name = found.groups()
            cell = self.places.get((page, name))
            fragment = f"#cell-id={cell}" if cell and page not in texts else f"#{cell or name}"
            return (names[page] if page != doc or fragment == "#" else "") + fragment.removesuffix("#")

        return {
            names[doc]: PLACE.sub(partial(lead, doc=doc), (as_text if doc in texts else as_json)(notebook))
            for doc, notebook in self.pages.items()
        }


def as_json(data):
    """Return a notebook as text, each string in one piece: JupyterLite can't read lists of lines."""
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def as_text(notebook):
    """Return a notebook without code as Markdown, which starts no kernel; its cells keep their names."""
    return "\n\n".join(f'<a id="{cell.id}"></a>\n\n{cell.source}' for cell in notebook.cells) + "\n"


def write(app, error, doctrees):
    """Write the notebooks: the zip, those beside the pages, and the folder of `make lab` and `make lite`.

    These two open pages by settings of ours, which show a text as such.
    """
    if error or app.builder.format != "html":
        return
    books, downloads = Notebooks(app, doctrees), app.outdir / "_downloads"
    beside = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}
    beside[PRINTED] = as_json(books.printed)
    notebooks = books.files()
    locked = (ROOT / "_lab" / "requirements.txt").read_text(encoding="utf-8")
    readme = render("README.md", files=FILES) + "\n"
    zipped = notebooks | beside | {"README.md": readme, "requirements.txt": locked}
    downloads.mkdir(exist_ok=True)
    with zipfile.ZipFile(downloads / f"{NAME}.zip", "w") as archive:
        for name, content in sorted(zipped.items()):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    if PDF.exists():
        shutil.copy(PDF, downloads)
    texts = [doc for doc in books.order if not runs(app, doc)]
    folder = app.outdir.parent / "notebooks"
    folder.mkdir(exist_ok=True)
    written = {folder / name: content for name, content in (beside | books.files(texts)).items()}
    for doc in {*books.order} - {*texts}:
        written[app.outdir / "_sources" / f"{doc}.ipynb"] = notebooks[notebook_name(doc)]
    for path, content in written.items():
        path.write_text(content, encoding="utf-8", newline="\n")


def offer(app, pagename, templatename, context, doctree):
    """Let the theme's menu offer the page as a notebook, if it is one."""
    if runs(app, pagename):
        context["ipynb_source"] = f"{pagename}.ipynb"


def offer_all(app, pagename, templatename, context, doctree):
    """Add the zip to the same menu, and the book as a PDF."""
    files = [(f"{NAME}.zip", "all .ipynb", "Download all pages as notebooks", "fas fa-box-archive")]
    if PDF.exists():
        files.append((PDF.name, "book .pdf", "Download the book as one PDF", "fas fa-file-pdf"))
    for name, text, tooltip, icon in files:
        button = {"type": "link", "text": text, "tooltip": tooltip, "icon": icon}
        button |= {"label": f"download-{Path(name).stem}-button"}
        theme.menu(context, "download").append(button | {"url": context["pathto"](f"_downloads/{name}", 1)})


def setup(app):
    doctrees = {}
    app.connect("doctree-resolved", lambda app, doctree, doc: doctrees.update({doc: doctree}))
    app.connect("html-page-context", offer)
    app.connect("html-page-context", offer_all, priority=502)  # the theme makes the menu at 501
    app.connect("build-finished", partial(write, doctrees=doctrees))
