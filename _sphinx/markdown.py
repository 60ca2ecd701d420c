"""Say in plain Markdown what Sphinx has made of a page: every link, number and citation is resolved there.

A page with a kind of node that isn't here does not build. Links within the book
have the form `page:DOC#ID`, which notebooks.py turns into addresses.
"""

import base64
import os
import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes

from .execution import Fault
from .numbering import counted

BOX = '<div class="companion {}" style="border-left: 3px solid {}; padding-left: 1em">\n\n{}\n\n</div>'
COLORS = {"exercise": "#007bff", "beyond": "#b7791f"}
# what Markdown would take for its own
SPECIAL = re.compile(r"[\\`*$<]|(?<!\w)_|_(?!\w)|^[#>+-](?= )|^\d+(?=[.)] )", re.M)


class Block(NamedTuple):
    """A block of Markdown, its names, whether it begins a cell, and whether what follows is folded away."""

    text: str
    names: tuple = ()
    begins: bool = False
    folded: bool = False


class Code(NamedTuple):
    """A code cell, by its place in the page, and the text for readers who can't see its picture."""

    index: int
    names: tuple
    alt: str


class Markdown:
    """Turns the resolved tree of one page into blocks and code cells."""

    def __init__(self, app, doc):
        self.app, self.env, self.doc, self.names, self.depth = app, app.env, doc, [], 0

    def parts(self, node):
        """Return the parts of a page, in their order."""
        for child in node.children:
            self.names += child.get("ids", [])
            yield from self.part(child)

    def fault(self, node, wrong="notebooks have no word for this: put it in another way"):
        line = next((place.line for place in (node, node.parent) if place.line), "?")
        return Fault(f"{self.doc}.md, line {line}: {wrong}, <{node.tagname}> {node.astext()[:60]!r}")

    def block(self, text, begins=False, folded=False):
        """Return a block under all names that have come together."""
        names, self.names = tuple(self.names), []
        return Block(text, names, begins, folded)

    def inside(self, node):
        """Return all that is in a node as one text."""
        parts = list(self.parts(node))
        self.names += [name for part in parts for name in part.names]
        return "\n\n".join(part.text for part in parts)

    def part(self, node):
        """Return what a node is in Markdown."""
        match node.tagname:
            case "section":
                self.depth += 1
                yield from self.parts(node)
                self.depth -= 1
            case "title":
                number = self.env.metadata[self.doc].get("number", "") if self.depth == 1 else ""
                text = f"{number} {self.inline(node)}".strip()
                yield self.block(f"{'#' * self.depth} {text}", begins=True)
            case "paragraph":
                if "book-only" not in node["classes"]:
                    yield self.block(self.inline(node))
            case "math_block":
                number = self.number("displaymath", node["ids"])
                tag = rf"\tag{{{number}}}" if number else ""
                yield self.block(f"$${tag}\n{node.astext().strip()}\n$$", begins=bool(number))
            case "literal_block":
                yield self.block(f"```{node.get('language', '')}\n{node.astext()}\n```")
            case "doctest_block":
                yield self.block(f"```python\n{node.astext()}\n```")
            case "bullet_list" | "enumerated_list" as kind:
                mark = "- " if kind == "bullet_list" else "1. "
                items = [self.inside(item).replace("\n", "\n" + " " * len(mark)) for item in node]
                yield self.block("\n".join(mark + item for item in items))
            case "definition_list":
                for term, *definitions in node:
                    self.names += term["ids"]
                    meaning = "\n\n".join(map(self.inside, definitions))
                    yield self.block(f"**{self.inline(term)}**  \n{meaning}", begins=bool(term["ids"]))
            case "table":
                yield self.block(self.table(node))
            case "admonition":
                kind = next((kind for kind in node["classes"] if kind in COLORS), "note")
                text = f"**{self.inline(node[0])}**\n\n{self.inside(nodes.container('', *node[1:]))}"
                yield self.block(BOX.format(kind, COLORS.get(kind, "gray"), text))
            case "exercise_enumerable_node":
                title = f"Exercise {self.number('exercise', [node['label']])} {self.inline(node[0]).strip()}"
                text = f"#### {title}\n\n{self.inside(node[1])}"
                yield self.block(BOX.format("exercise", COLORS["exercise"], text), begins=True)
            case "solution_node":
                yield from self.solution(node)
            case "desc":
                signature, content = node
                self.names += signature["ids"]
                text = f"`{signature.astext()}`\n\n{self.inside(content)}"
                yield self.block(text, begins=True)
            case "citation":
                label, *texts = node
                body = "\n\n".join(map(self.inline, texts))
                yield self.block(f"[{label.astext()}] {body}", begins=True)
            case "container" if node.get("design_component") == "card":
                title, text = (" ".join(part.astext().split()) for part in node[0][:2])
                address = self.address(node.next_node(nodes.reference))
                yield self.block(f"- **[{title}]({address})** {text}")
            case "container" if node.get("nb_element") == "cell_code":
                yield from self.cell(node)
            case "container" | "glossary":
                for place, part in enumerate(self.parts(node)):
                    yield part if place or not node["ids"] else part._replace(begins=True)
            case "raw":
                yield self.block(re.sub(r'src="_static/([^"]+)"', self.within, node.astext()))
            case "comment" | "compound" | "index" | "target":
                pass
            case _:
                raise self.fault(node)

    def number(self, kind, names):
        return counted(self.env, self.doc, kind, names)

    def table(self, node):
        rows = []
        for row in node.findall(nodes.row):
            cells = []
            for entry in row:
                text = self.inside(entry).replace("\n", " ").replace("|", r"\|")
                cells.append("".join(f'<a id="{name}"></a>' for name in self.names) + text)
                self.names = []
            rows.append(f"| {' | '.join(cells)} |")
        right = ["text-right" in entry["classes"] for entry in next(node.findall(nodes.row))]
        rows.insert(1, f"|{'|'.join('---:' if side else ':---' for side in right)}|")
        return "\n".join(rows)

    def solution(self, node):
        after = node.next_node(descend=False, siblings=True)
        if after and not after.tagname.startswith(("section", "exercise", "compound")):  # a toctree, unseen
            raise self.fault(after, "begin with a heading, or this is folded away with the solution above it")
        title = re.sub(r" \([^)]*\)$", "", " ".join(node[0].astext().split()))
        self.names = [f"solution-of-{node['target_label']}"]
        yield self.block(f"##### {title}", begins=True, folded=True)
        first, *rest = self.parts(node[1])
        yield first._replace(begins=True) if isinstance(first, Block) else first
        yield from rest

    def cell(self, node):
        figure, image = node.next_node(nodes.figure), node.next_node(nodes.image)
        alt = image.get("alt", "") if image else ""
        names, self.names = (*self.names, *(figure["ids"] if figure else [])), []
        yield Code(node["cell_index"], names, alt)
        if figure:
            number = self.number("figure", figure["ids"])  # a page without a number has none
            title = f"**Fig. {number}** " if number else ""
            words = f"<details><summary>The picture in words</summary>{alt}</details>"
            yield self.block(f"{title}{self.inline(figure[-1])}\n\n{words}")

    def within(self, found):
        """Return a drawing as an address that holds it, so that it needs no file beside the notebook."""
        drawing = Path(self.app.outdir, "_static", found[1])
        return f'src="data:image/svg+xml;base64,{base64.b64encode(drawing.read_bytes()).decode()}"'

    def inline(self, node):
        """Return what is in a node as Markdown within a line."""
        return "".join(map(self.piece, node.children))

    def piece(self, node):
        match node.tagname:
            case "#text":
                return SPECIAL.sub(r"\\\g<0>", node.astext())
            case "math":
                return f"${node.astext()}$"
            case "literal":
                return f"`{node.astext()}`"
            case "emphasis":
                return f"*{self.inline(node)}*"
            case "strong":
                return f"**{self.inline(node)}**"
            case "raw":
                return node.astext()
            case "inline" | "target":
                self.names += node["ids"]
                return self.inline(node)
            case "reference" | "number_reference":
                address = self.address(node)
                return f"[{self.inline(node)}]({address})" if address else self.inline(node)
            case "index":
                return ""
            case _:
                raise self.fault(node)

    def address(self, node):
        """Return where a reference leads."""
        path, _, name = node.get("refuri", f"#{node.get('refid', '')}").partition("#")
        if re.match(r"[a-z]+:", path):
            return node["refuri"]
        folder = Path(self.app.builder.get_target_uri(self.doc)).parent
        page = os.path.normpath(folder / path).removesuffix(".html") if path else self.doc
        return f"page:{page}#{name}" if page in self.env.found_docs - {"genindex"} else ""
