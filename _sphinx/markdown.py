"""Say in plain Markdown what Sphinx has made of a page: every link, number and citation is resolved there.

Each kind of node has a method of its name; a page with any other kind does not build. Links within the book
have the form `page:DOC#ID`, which notebooks.py turns into addresses.
"""

import base64
import os
import re
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.errors import ExtensionError

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

    def page(self, doctree):
        """Return the parts of a page, in their order."""
        return list(self.parts(doctree))

    def parts(self, node):
        for child in node.children:
            method = getattr(self, f"block_{child.tagname}", None)
            if not method:
                raise ExtensionError(
                    f"{self.doc}.md, line {child.line}: notebooks have no word for <{child.tagname}>, "
                    f"{child.astext()[:60]!r}. Write it in another way, or teach it to {Path(__file__).name}."
                )
            self.names += child.get("ids", [])
            yield from method(child)

    def block(self, text, begins=False, folded=False):
        """Return a block under all names that have come together."""
        names, self.names = tuple(self.names), []
        return Block(text, names, begins, folded)

    def inside(self, node):
        """Return all that is in a node as one text."""
        parts = self.page(node)
        self.names += [name for part in parts for name in part.names]
        return "\n\n".join(part.text for part in parts)

    # Blocks

    def block_section(self, node):
        self.depth += 1
        yield from self.parts(node)
        self.depth -= 1

    def block_title(self, node):
        number = self.env.metadata[self.doc].get("number") if self.depth == 1 else None
        text = f"{number} {self.inline(node)}" if number else self.inline(node)
        yield self.block(f"{'#' * self.depth} {text}", begins=True)

    def block_paragraph(self, node):
        if "book-only" not in node["classes"]:
            yield self.block(self.inline(node))

    def block_math_block(self, node):
        kinds = self.env.toc_fignumbers.get(self.doc, {}).get("displaymath", {})
        number = next((kinds[name] for name in node["ids"] if name in kinds), ())
        tag = rf"\tag{{{'.'.join(map(str, number))}}}" if number else ""
        yield self.block(f"$${tag}\n{node.astext().strip()}\n$$", begins=bool(number))

    def block_literal_block(self, node):
        yield self.block(f"```{node.get('language', '')}\n{node.astext()}\n```")

    def block_doctest_block(self, node):
        yield self.block(f"```python\n{node.astext()}\n```")

    def block_bullet_list(self, node, mark="- "):
        items = [self.inside(item).replace("\n", "\n" + " " * len(mark)) for item in node]
        yield self.block("\n".join(mark + item for item in items))

    def block_enumerated_list(self, node):
        yield from self.block_bullet_list(node, "1. ")

    def block_definition_list(self, node):
        for item in node:
            term, *definitions = item
            self.names += term["ids"]
            meaning = "\n\n".join(self.inside(definition) for definition in definitions)
            yield self.block(f"**{self.inline(term)}**  \n{meaning}", begins=bool(term["ids"]))

    def block_table(self, node):
        rows, spans = [], {}
        for row in node.findall(nodes.row):
            entries, cells = iter(row), []
            while len(cells) < node[0]["cols"]:
                if spans.get(len(cells), 0):  # the cell above reaches down to here
                    spans[len(cells)] -= 1
                    cells.append("")
                    continue
                entry = next(entries)
                spans[len(cells)] = entry.get("morerows", 0)
                text = self.inside(entry).replace("\n", " ").replace("|", r"\|")
                anchors = "".join(f'<a id="{name}"></a>' for name in self.names)
                self.names = []
                cells += [anchors + text] + [""] * entry.get("morecols", 0)
            rows.append(f"| {' | '.join(cells)} |")
        right = ["text-right" in entry["classes"] for entry in next(node.findall(nodes.row))]
        rows.insert(1, f"|{'|'.join('---:' if side else ':---' for side in right)}|")
        yield self.block("\n".join(rows))

    def block_admonition(self, node):
        title, kind = self.inline(node[0]), next((k for k in node["classes"] if k in COLORS), "note")
        text = f"**{title}**\n\n{self.inside(nodes.container('', *node[1:]))}"
        yield self.block(BOX.format(kind, COLORS.get(kind, "gray"), text))

    def block_exercise_enumerable_node(self, node):
        numbers = self.env.toc_fignumbers[self.doc]["exercise"]
        number = ".".join(map(str, numbers[node["label"]]))
        text = f"#### Exercise {number} {self.inline(node[0]).strip()}\n\n{self.inside(node[1])}"
        yield self.block(BOX.format("exercise", COLORS["exercise"], text), begins=True)

    def block_solution_node(self, node):
        after = node.next_node(descend=False, siblings=True)
        if after and not after.tagname.startswith(("section", "exercise", "compound")):  # a toctree, unseen
            raise ExtensionError(
                f"{self.doc}.md, line {after.line}: what follows a solution would be folded away with it, "
                f"{after.astext()[:60]!r}; begin it with a heading"
            )
        title = re.sub(r" \([^)]*\)$", "", " ".join(node[0].astext().split()))
        self.names = [f"solution-of-{node['target_label']}"]
        yield self.block(f"##### {title}", begins=True, folded=True)
        first, *rest = self.parts(node[1])
        yield first._replace(begins=True) if isinstance(first, Block) else first
        yield from rest

    def block_desc(self, node):
        signature, content = node
        self.names += signature["ids"]
        text = f"`{signature.astext()}`\n\n{self.inside(content)}"
        yield self.block(text, begins=True)

    def block_citation(self, node):
        label, *texts = node
        body = "\n\n".join(self.inline(text) for text in texts)
        yield self.block(f"[{label.astext()}] {body}", begins=True)

    def block_container(self, node):
        if node.get("design_component") == "card":
            title, text = (" ".join(node[0][place].astext().split()) for place in (0, 1))
            reference = node.next_node(nodes.reference)
            yield self.block(f"- **[{title}]({self.address(reference)})** {text}")
        elif node.get("nb_element") == "cell_code":
            yield from self.cell(node)
        else:
            parts = self.page(node)
            yield parts[0]._replace(begins=True) if node["ids"] else parts[0]
            yield from parts[1:]

    def cell(self, node):
        figure, image = node.next_node(nodes.figure), node.next_node(nodes.image)
        alt = image.get("alt", "") if image else ""
        names, self.names = (*self.names, *(figure["ids"] if figure else [])), []
        yield Code(node["cell_index"], names, alt)
        if figure:
            kinds = self.env.toc_fignumbers[self.doc].get("figure", {})  # a page without a number has none
            numbers = [".".join(map(str, kinds[name])) for name in figure["ids"] if name in kinds]
            title = f"**Fig. {numbers[0]}** " if numbers else ""
            words = f"<details><summary>The picture in words</summary>{alt}</details>"
            yield self.block(f"{title}{self.inline(figure[-1])}\n\n{words}")

    def block_glossary(self, node):
        yield from self.parts(node)

    def block_raw(self, node):
        yield self.block(re.sub(r'src="_static/([^"]+)"', self.within, node.astext()))

    def within(self, found):
        """Return a drawing as an address that holds it, so that it needs no file beside the notebook."""
        drawing = Path(self.app.outdir).parent / "artwork" / found[1]
        return f'src="data:image/svg+xml;base64,{base64.b64encode(drawing.read_bytes()).decode()}"'

    def nothing(self, node):
        yield from ()

    block_comment = block_compound = block_index = block_target = nothing

    # Within a line

    def inline(self, node):
        """Return what is in a node as Markdown within a line."""
        return "".join(getattr(self, f"inline_{child.tagname.strip('#')}")(child) for child in node.children)

    def inline_text(self, node):
        return SPECIAL.sub(r"\\\g<0>", node.astext())

    def inline_math(self, node):
        return f"${node.astext()}$"

    def inline_literal(self, node):
        return f"`{node.astext()}`"

    def inline_emphasis(self, node):
        return f"*{self.inline(node)}*"

    def inline_strong(self, node):
        return f"**{self.inline(node)}**"

    def inline_inline(self, node):
        self.names += node["ids"]
        return self.inline(node)

    def inline_raw(self, node):
        return node.astext()

    def inline_reference(self, node):
        address = self.address(node)
        return f"[{self.inline(node)}]({address})" if address else self.inline(node)

    def inline_index(self, node):
        return ""

    def inline_target(self, node):
        self.names += node["ids"]
        return self.inline(node)

    inline_number_reference = inline_reference

    def address(self, node):
        """Return where a reference leads."""
        path, _, name = node.get("refuri", f"#{node.get('refid', '')}").partition("#")
        if re.match(r"[a-z]+:", path):
            return node["refuri"]
        folder = Path(self.app.builder.get_target_uri(self.doc)).parent
        page = os.path.normpath(folder / path).removesuffix(".html") if path else self.doc
        return f"page:{page}#{name}" if page in self.env.found_docs - {"genindex"} else ""
