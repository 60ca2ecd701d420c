"""The book on paper: what LaTeX has to be told, beside the style in paper.sty.

Jupyter Book's own LaTeX counts sections by itself; a book printed from a browser has no table of contents
with page numbers.
"""

import re
from collections import Counter

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from .artwork import draw_title


def container(kind, *children):
    """Return nodes in a container, which LaTeX sees as the environment sphinxclass<kind>."""
    return nodes.container("", *children, classes=[kind])


class Arrange(SphinxPostTransform):
    """Bring the whole book, one document by now, into the order and the kinds of a printed one."""

    default_priority = 600
    formats = ("latex",)

    def run(self):
        draw_title(self.app.outdir / "title.pdf")
        front = self.document.next_node(nodes.section)
        trees = [node for node in front if "toctree-wrapper" in node.get("classes", [])]
        front[:] = [node for node in front if not node.get("design_component")]  # the contents follow
        root = self.env.get_doctree(self.document["docname"])
        for tree, part in zip(trees, root.findall(addnodes.toctree), strict=True):
            tree.insert(0, nodes.inline("", part["caption"], classes=["part"]))
        pages = self.all(addnodes.start_of_file)
        depths = Counter(inner for page in pages for inner in page.findall(addnodes.start_of_file))
        for page in pages:
            self.arrange(page, depths[page])
        known = {name for section in self.all(nodes.section) for name in section["ids"]}
        for target in self.all(nodes.target):
            for name in {*target["ids"], target.get("refid", "")} - known:
                if re.match(r"index-(?!\d+$)", name):  # Sphinx expects that nothing refers to them
                    label = nodes.reference(ids=[name], refid="")  # which writes a label and no more
                    target.parent.insert(target.parent.index(target), label)
                    known.add(name)
        for picture in self.all(nodes.image):
            if picture["uri"].endswith(".png"):  # that of an explorer: figures are drawn in lines
                line = nodes.paragraph("", "On the screen, you can move this picture.")
                picture.parent.insert(picture.parent.index(picture) + 1, container("still", line))
        for line in self.all(nodes.paragraph):
            if "in-print" in line["classes"]:
                question = line.parent[line.parent.index(line) + 1]
                line.parent.replace(line, container("in-print", line))
                if question.astext().endswith("?"):
                    question.parent.replace(question, container("question", question))
        for box in self.all(nodes.Admonition):
            kind = "beyond" if "beyond" in box["classes"] else box.tagname.split("_")[0]
            label = nodes.reference(ids=box["ids"] if kind == "exercise" else [], refid="")
            box.parent.replace(box, container(f"box-{kind}", label, box))
        for node in self.all(nodes.container):
            if re.match("cell|box-", " ".join(node["classes"])):
                self.hold(node)
        for table in self.all(nodes.table):
            self.align(table)

    def all(self, kind):
        return list(self.document.findall(kind))

    def arrange(self, page, depth):
        """Give a page its number, and the headings on it a level of their own."""
        if page["docname"] == "genindex":
            page.parent.remove(page)  # LaTeX makes its own
            return
        page[:] = page.children  # they still take their document for their parent
        section = page.next_node(nodes.section)
        for node in page[: page.index(section)]:
            if not node.get("refid"):  # above the title it might end up on another page
                page.remove(node)
                section.insert(1, node)
        number = ".".join(self.env.titles[page["docname"]].get("secnumber", ()))
        page.insert(0, nodes.raw("", rf"\companionpage{{{number}}}", format="latex"))
        for at, node in enumerate(section):
            if isinstance(node, nodes.section):
                for _ in range(4 - depth):
                    node = nodes.section("", node)
                section[at] = node

    def hold(self, node):
        """Keep on one sheet a picture and its code, lines that are few, and the beginning of more."""
        lines = node.astext().count("\n") + 5
        lines = 8 if lines > 14 or "box-solution" in node["classes"] else lines
        lines = 24 if "cell" in node["classes"] and node.next_node(nodes.image) else lines
        place = node.parent.index(node)
        above = (nodes.target, nodes.title) if isinstance(node.parent, nodes.section) else nodes.target
        while place and isinstance(node.parent[place - 1], above):
            place -= 1
        node.parent.insert(place, nodes.raw("", rf"\companionneed{{{lines}}}", format="latex"))

    def align(self, table):
        """Align columns as the pages do."""
        rows = list(table.findall(nodes.row))
        for entry in table.findall(nodes.entry):
            entry[:] = [part for part in entry if part.children]  # an empty paragraph is a line high
        table["ids"] = []  # the label above it has said them
        widths = {column["colwidth"] for column in table.findall(nodes.colspec)}
        if len(widths) > 1:
            table["classes"].append("colwidths-given")
        else:
            spec = "".join("R" if "text-right" in entry["classes"] else "L" for entry in rows[-1])
            spec = addnodes.tabular_col_spec(spec=spec.lower() if len(rows) > 30 else spec)
            table.parent.insert(table.parent.index(table), spec)


def setup(app):
    app.add_post_transform(Arrange)
