"""The book on paper: what LaTeX needs to be told, beside the style in paper.sty."""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.builders.latex.nodes import thebibliography
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import texescape
from sphinx.writers.latex import LaTeXTranslator

from .artwork import draw_title
from .execution import VIEW


def container(kind, *children):
    """Return the nodes in a container, which LaTeX sees as the environment sphinxclass<kind>."""
    return nodes.container("", *children, classes=[kind])


class PickPictures(SphinxPostTransform):
    """Keep the smaller one of two files of a figure; say of a still picture that it moves elsewhere."""

    default_priority = 3  # before MyST-NB takes one by its type alone
    formats = ("latex",)

    def run(self):
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            found = {part["mime_type"]: part for part in bundle}
            files = [part for kind, part in found.items() if kind in ("image/png", "application/pdf")]
            files.sort(key=lambda part: Path(self.app.srcdir, part[0]["uri"].lstrip("/")).stat().st_size)
            for part in files[1:]:
                bundle.remove(part)
            if VIEW in found and files:
                line = "On the screen, you can move this picture."
                files[0] += container("still", nodes.paragraph("", line))


class Arrange(SphinxPostTransform):
    """Bring the whole book, one document by now, into the order of a printed one."""

    default_priority = 500
    formats = ("latex",)

    def run(self):
        front = self.document.next_node(nodes.section)
        toctrees = [node for node in front if "toctree-wrapper" in node.get("classes", [])]
        root = self.env.get_doctree(self.document["docname"])
        captions = [tree["caption"] for tree in root.findall(addnodes.toctree)]
        for cards in [node for node in front if node.get("design_component") == "grid-container"]:
            front.remove(cards)  # the contents follow
        front.insert(front.index(toctrees[0]), nodes.raw("", r"\companioncontents", format="latex"))
        for tree, caption in zip(toctrees, captions, strict=True):
            name = texescape.escape(caption, self.config.latex_engine)
            tree.insert(0, nodes.raw("", rf"\companionpart{{{name}}}", format="latex"))
        for page in list(self.document.findall(addnodes.start_of_file)):
            if page["docname"] == "genindex":
                page.parent.remove(page)  # LaTeX makes its own
            else:
                self.arrange_page(page)

    def arrange_page(self, page):
        section = page.next_node(nodes.section)
        section["number"] = ".".join(self.env.titles[page["docname"]].get("secnumber", ()))
        for node in page[: page.index(section)]:
            if isinstance(node, addnodes.index) or not node.get("refid"):
                page.remove(node)  # above the title it might end up on another page
                section.insert(1, node)
        for line in [node for node in section if "in-print" in node.get("classes", [])]:
            question = section[section.index(line) + 1]
            section.replace(line, container("in-print", line))
            if question.astext().endswith("?"):
                section.replace(question, container("question", question))


class Kinds(SphinxPostTransform):
    """Let LaTeX know what kind of box a box is, and what belongs on one page."""

    default_priority = 600
    formats = ("latex",)

    def run(self):
        for box in list(self.document.findall(nodes.Admonition)):
            kind = "beyond" if "beyond" in box["classes"] else box.tagname.split("_")[0]
            box.parent.replace(box, container(f"box-{kind}", box))
        for code in list(self.document.findall(nodes.literal_block)):
            place, cell = code.parent.get("classes", []), code.parent.parent.get("classes", [])
            if "cell_output" in place and "tag_listing" in cell:
                code.parent.replace(code, container("listing", code))
        for node in list(self.document.findall(nodes.container)):
            if re.match(r"cell\b|box-", " ".join(node["classes"])):
                lines = self.height(node)
                if lines > 30 or "box-solution" in node["classes"]:
                    lines = 7  # the beginning
                lines = min(lines, 20)  # more would leave half a page empty
                together = rf"\companionneed{{{lines}}}" + "\n"
                place = node.parent.index(node)
                while place and isinstance(node.parent[place - 1], nodes.target):
                    place -= 1
                node.parent.insert(place, nodes.raw("", together, format="latex"))

    def height(self, node):
        """Estimate how many lines of text are as high as the node."""
        code = [part.astext().count("\n") + 1 for part in node.findall(nodes.literal_block)]
        texts = [len(part.astext()) // 90 + 1 for part in node.findall(nodes.paragraph)]
        titles, formulas, pictures = (
            len(list(node.findall(kind))) for kind in (nodes.title, nodes.math_block, nodes.image)
        )
        return round(
            0.9 * sum(code) + 1.5 * len(code) + sum(texts) + 3 * titles + 4 * formulas + 16 * pictures
        )


class Tables(SphinxPostTransform):
    """Align columns as the pages do; let a long table go on on the next page, its columns wide enough."""

    default_priority = 600
    formats = ("latex",)
    room = 96  # characters in a line

    def run(self):
        for table in list(self.document.findall(nodes.table)):
            rows = list(table.findall(nodes.row))
            self.divide(rows)
            for entry in table.findall(nodes.entry):
                entry[:] = [
                    part for part in entry if part.children
                ]  # an empty paragraph would be a line high
            columns = [*zip(*(row for row in rows if len(row) == len(rows[0])))]
            if len(rows) > 12:
                table["classes"].append("longtable")
            spec = [
                rf">{{\ragged{'left' if 'text-right' in column[-1]['classes'] else 'right'}\arraybackslash}}"
                rf"\X{{{width}}}{{{self.room}}}"
                for column, width in zip(columns, self.widths(columns))
            ]
            table.parent.insert(table.parent.index(table), addnodes.tabular_col_spec(spec="".join(spec)))

    def divide(self, rows):
        """Divide cells that are many rows high, which could not go on on the next page."""
        for at, row in enumerate(rows):
            for place, entry in enumerate(row):
                for below in rows[at + 1 : at + 1 + entry.attributes.pop("morerows", 0)]:
                    below.insert(place, nodes.entry())

    def widths(self, columns):
        """Give every column its longest cell if there is room, else its longest word and a share."""
        texts = [[self.text(entry) for entry in column] for column in columns]
        cells = [4 + max(map(len, column)) for column in texts]
        for short in (14, 0):  # what is not longer needn't be broken, unless there are many columns
            words = [
                4 + max(len(word) for text in column for word in [*text.split(), text[:short]])
                for column in texts
            ]
            if sum(words) <= self.room:
                break
        room = max(0, min(sum(cells), self.room) - sum(words))
        beyond = sum(cells) - sum(words) or 1
        return [word + room * (cell - word) // beyond for cell, word in zip(cells, words)]

    def text(self, entry):
        """Return the text of an entry, with every sign of a formula as one or two characters."""
        return "".join(
            re.sub(r"\\(?:math|text)\w+|(\\\w)\w*|[{}_^]", r"\1", text)
            if isinstance(text.parent, nodes.math)
            else text
            for text in entry.findall(nodes.Text)
        )


class PutBibliographyBack(SphinxPostTransform):
    """Sphinx has moved all entries to the end of the book, behind the appendix: move them to their page."""

    default_priority = 751
    formats = ("latex",)

    def run(self):
        for entries in list(self.document.findall(thebibliography)):
            page = next(
                page
                for page in self.document.findall(addnodes.start_of_file)
                if page["docname"] == entries[0]["docname"]
            )
            entries.parent.remove(entries)
            page.next_node(nodes.section).append(entries)


class Translator(LaTeXTranslator):
    """Write the numbers that Sphinx has given, where LaTeX would count by itself, and each label once."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.labels = set()

    def hypertarget(self, id, withdoc=True, anchor=True):
        label = self.curfilestack[-1], id
        if label in self.labels:
            return ""
        self.labels.add(label)
        return super().hypertarget(id, withdoc, anchor)

    def number(self, kind, node):
        numbers = self.builder.env.toc_fignumbers.get(self.curfilestack[-1], {}).get(kind, {})
        return next((".".join(map(str, numbers[name])) for name in node["ids"] if name in numbers), None)

    def set_number(self, kind, counter, node):
        if number := self.number(kind, node):
            self.body.append(rf"\renewcommand{{\the{counter}}}{{{number}}}" + "\n")

    def visit_target(self, node):
        super().visit_target(node)
        for name in [*node["ids"], node.get("refid", "")]:
            if re.match(r"index-(?!\d+$)", name):  # Sphinx expects that nothing refers to them
                self.body.append(self.hypertarget(name))

    def visit_container(self, node):
        super().visit_container(node)
        if "box-exercise" in node["classes"]:
            number = self.number("exercise", node[0])
            self.body.append(rf"\companionnumbered{{{number}}}" + self.hypertarget_to(node[0], anchor=True))

    def visit_figure(self, node):
        self.set_number("figure", "figure", node)
        super().visit_figure(node)

    def visit_math_block(self, node):
        self.set_number("displaymath", "equation", node)
        super().visit_math_block(node)

    def visit_number_reference(self, node):
        node["title"] = node.get("title", "%s").replace(" ", "\N{NO-BREAK SPACE}")
        super().visit_number_reference(node)

    def visit_title(self, node):
        super().visit_title(node)
        section = node.parent
        if not isinstance(section, nodes.section):
            return
        if "number" in section:
            level = self.sectionnames[min(self.sectionlevel, len(self.sectionnames) - 1)]
            self.body[-1] = rf"\companiontitle{{{level}}}{{{section['number']}}}{{"
        else:
            below_title = "number" in section.parent
            self.body[-1] = rf"\companion{'' if below_title else 'sub'}heading{{"


def prepare(app):
    """Draw the front page's picture."""
    if app.builder.format != "latex":
        return
    # not in setup: the theme of the HTML would then leave out its own
    app.set_translator("latex", Translator)
    draw_title(Path(app.outdir) / "title.pdf")


def setup(app):
    app.connect("builder-inited", prepare)
    for transform in (PickPictures, Arrange, Kinds, Tables, PutBibliographyBack):
        app.add_post_transform(transform)
