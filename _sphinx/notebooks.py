"""Make the one notebook of each page, from the page as it ran and from what Sphinx made of its text.

The same notebooks go everywhere: beside the page and into a zip to download, onto the branch that Binder and
Colab read, and into the folder of which `make lab` and `make lite` show a copy.
"""

import base64
import json
import re
import shutil
import zipfile
from functools import partial
from io import BytesIO
from pathlib import Path

import nbformat
from docutils import nodes
from ipykernel.ipkernel import IPythonKernel
from nbformat.v4 import new_code_cell, new_markdown_cell
from PIL import Image
from sphinx import addnodes

from . import theme
from .execution import ROOT, VIEW
from .markdown import WRAPPERS, Markdown
from .publish import FILES, PRINTED, TEMPLATES, first_cell, notebook_name, runs

NAME = "agml-companion"
PDF = ROOT / "_build" / "companion.pdf"
FOLDED = "jp-MarkdownHeadingCollapsed"
PLACE = re.compile(r'page:([\w./-]+)#([^\s)"]*)')
DATE = (2026, 1, 1, 0, 0, 0)  # of every file in the zip, whenever it is made


class Page(Markdown):
    """The cells of a page, from its text as Sphinx has made it and from its code as it ran."""

    def __init__(self, app, doc, doctree):
        super().__init__(app, doc)
        self.number = self.env.metadata[doc].get("number", "")
        self.title = f"{self.number} {self.env.titles[doc].astext()}".strip()
        self.cells, self.ran, self.places = [], [], {}  # places are the ids of cells, by names in the page
        self.names, self.open = [], False  # names that wait for a cell; does the last one take more text?
        if runs(app, doc):
            kept = Path(self.env.mystnb_config.output_folder, f"{doc}.ipynb")
            self.ran = nbformat.read(kept, as_version=4).cells
            code = "\n".join(cell.source for cell in self.ran if cell.cell_type == "code")
            needs = first_cell(app.config.html_theme_options["repository_url"], code)
            self.add(new_code_cell(needs, metadata={"cellView": "form", "jupyter": {"source_hidden": True}}))
        self.fill(doctree)

    def fill(self, node, depth=0):
        """Make cells of what is in a node: what has a name begins one, but for paragraphs and their lists."""
        for child in node.children:
            named = child[0] if child.tagname == "definition_list_item" else child  # by its term
            self.names += named.get("ids", [])
            if named.get("ids") and child.tagname not in ("paragraph", "enumerated_list"):
                self.open = False
            match child.tagname:
                case "section":
                    self.fill(child, depth + 1)
                case "title":
                    words = "#" * depth, self.number if depth == 1 else "", self.inside(child)
                    self.write(" ".join(filter(None, words)))
                case "solution_node":
                    self.solution(child)
                case "container" if child.get("nb_element") == "cell_code":
                    self.code(child)
                case tag if tag in WRAPPERS and "design_component" not in child:
                    self.fill(child, depth)
                case _:
                    inner = [part for part in child.findall(nodes.Element) if part is not child]
                    self.names += [name for part in inner if part.tagname != "target" for name in part["ids"]]
                    self.write(self.text(child))

    def write(self, text):
        if text:
            self.add(new_markdown_cell(text))

    def add(self, cell):
        """Add a cell under all names that have come together; a text may continue the one above it."""
        text = cell.cell_type == "markdown"
        if text and self.open:
            self.cells[-1].source += f"\n\n{cell.source}"
        else:
            name = next(iter(self.names), f"cell-{len(self.cells)}")
            cell.id = cell.metadata["id"] = re.sub(r"[^\w-]", "-", name, flags=re.A)[-60:]  # for Colab
            self.cells.append(cell)
        self.places |= dict.fromkeys(self.names, self.cells[-1].id)
        self.names, self.open = [], text

    def solution(self, node):
        """Add a solution, whose heading folds what follows."""
        after = node.next_node(descend=False, siblings=True)
        if after and not after.tagname.startswith(("section", "exercise", "compound")):  # a toctree, unseen
            raise self.fault(after, "begin with a heading, or this is folded away with the solution above it")
        title, content = node
        self.names, self.open = [f"solution-of-{node['target_label']}"], False
        self.write("##### " + " ".join(title.astext().split()).partition(" (")[0])
        self.cells[-1].metadata[FOLDED] = True
        self.open = False
        self.fill(content)

    def code(self, node):
        """Add a cell that ran, its pictures in the size of the book, and explorers as still pictures."""
        ran = self.ran[node["cell_index"]]
        cell, tags = new_code_cell(ran.source, outputs=ran.outputs), ran.metadata.get("tags", [])
        figure, image = node.next_node(nodes.figure), node.next_node(nodes.image)
        if "listing" in tags or image:
            # pictures, of which nbval could compare the size only, and listings, which it doesn't know
            tags = [*tags, "nbval-ignore-output"]
        if tags:
            cell.metadata["tags"] = tags
        if {"remove-input", "hide-input"} & {*tags}:
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.outputs:
            data = output.get("data", {})
            data.pop(VIEW, None)  # an explorer moves when the cell runs again
            if "image/png" in data:
                width, height = Image.open(BytesIO(base64.b64decode(data["image/png"]))).size
                shown = min(width // 2, 720)  # drawn twice as fine as a screen is
                size = {"width": shown, "height": height * shown // width}
                output.metadata["image/png"] = size | {"alt": image["alt"] if image else ""}
        self.names += figure["ids"] if figure else []
        self.add(cell)
        if figure:
            number = self.count("figure", figure)  # a page without a number has none
            title = f"**Fig. {number}** " if number else ""
            words = f"<details><summary>The picture in words</summary>{image['alt']}</details>"
            self.write(f"{title}{self.inside(figure[-1])}\n\n{words}")

    def notebook(self):
        """Return the page as a notebook, whose links are those of markdown.py."""
        for count, cell in enumerate((cell for cell in self.cells if cell.cell_type == "code"), start=1):
            for counted in [cell, *(one for one in cell.outputs if one.output_type == "execute_result")]:
                counted.execution_count = count
        metadata = {  # what programs ask of a notebook, even of one without code
            "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
            "language_info": IPythonKernel.language_info,
            # JupyterLab and Notebook read of each heading whether it is folded
            "colab": {"collapsed_sections": [cell.id for cell in self.cells if FOLDED in cell.metadata]},
        }
        return nbformat.v4.new_notebook(cells=self.cells, metadata=metadata)


def make(app, doctrees):
    """Return all pages in their order, each with the way to its neighbors, and the first with that to all."""
    pages = {doc: Page(app, doc, doctrees[doc]) for doc in app.env.collect_relations() if doc != "genindex"}
    order, parts = list(pages.values()), list(app.env.tocs["index"].findall(addnodes.toctree))
    values = {"pages": pages, "parts": parts, "below": app.env.toctree_includes}
    for page, before, after in zip(order, [None, *order], [*order[1:], None]):
        for template in ["go-on.md"] if before else ["run.md", "contents.md"]:
            page.open = False
            page.write(TEMPLATES.render(template, values | {"before": before, "after": after}))
    return pages


def files(pages, ending):
    """Return all pages as text, by file; those without code, which need no kernel, have the ending."""
    names = {doc: notebook_name(doc, ".ipynb" if page.ran else ending) for doc, page in pages.items()}
    texts = {}
    for doc, page in pages.items():

        def lead(found):
            to, name = found.groups()
            file, cell = names[to], pages[to].places.get(name, "")
            if cell and file.endswith(".ipynb"):
                cell = f"cell-id={cell}"
            return f"{'' if to == doc and name else file}#{cell or name}".removesuffix("#")

        if names[doc].endswith(".md"):
            text = "\n\n".join(f'<a id="{cell.id}"></a>\n\n{cell.source}' for cell in page.cells) + "\n"
        else:
            text = as_json(page.notebook())
        texts[names[doc]] = PLACE.sub(lead, text)
    return texts


def as_json(data):
    """Return a notebook as text, each string in one piece: JupyterLite can't read lists of lines."""
    return json.dumps(data, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def write(app, error, doctrees):
    """Write the notebooks: the zip, those beside the pages, and the folder of `make lab` and `make lite`.

    These two open pages by settings of ours, which show a text as such.
    """
    if error or app.builder.format != "html":
        return
    pages, downloads = make(app, doctrees), app.outdir / "_downloads"
    beside = {name: (ROOT / name).read_text(encoding="utf-8") for name in FILES}
    ran = [cell for page in pages.values() for cell in page.ran if "prints" in cell.metadata]
    beside[PRINTED] = as_json({cell.source: cell.metadata["prints"] for cell in ran})
    notebooks = files(pages, ".ipynb")
    locked = (ROOT / "_lab" / "requirements.txt").read_text(encoding="utf-8")
    readme = TEMPLATES.render("README.md", {"files": FILES}) + "\n"
    zipped = notebooks | beside | {"README.md": readme, "requirements.txt": locked}
    downloads.mkdir(exist_ok=True)
    with zipfile.ZipFile(downloads / f"{NAME}.zip", "w") as archive:
        for name, content in sorted(zipped.items()):
            entry = zipfile.ZipInfo(f"{NAME}/{name}", DATE)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    if PDF.exists():
        shutil.copy(PDF, downloads)
    folder = app.outdir.parent / "notebooks"
    folder.mkdir(exist_ok=True)
    written = {folder / name: content for name, content in (beside | files(pages, ".md")).items()}
    for doc in (doc for doc, page in pages.items() if page.ran):
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
