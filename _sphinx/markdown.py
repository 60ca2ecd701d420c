"""Say in plain Markdown what Sphinx has made of a page: every link, number and citation is resolved there.

A page with a kind of node that isn't here does not build. Links within the book
have the form `page:DOC#ID`, which notebooks.py turns into addresses.
"""

import base64
import re
from pathlib import Path
from urllib.parse import urljoin

from docutils import nodes

from .execution import Fault
from .numbering import counted

BOX = '<div class="companion {}" style="border-left: 3px solid {}; padding-left: 1em">\n\n{}\n\n</div>'
COLORS = {"exercise": "#007bff", "beyond": "#b7791f", "note": "gray"}
# nodes that only hold others
WRAPPERS = ("container", "definition_list", "desc", "desc_content", "glossary", "section")
# what is between the parts of a node, if these are neither words nor blocks
BETWEEN = {"bullet_list": "\n", "citation": " ", "definition_list_item": "  \n", "enumerated_list": "\n"}
# what stands on both sides of what a node holds
MARKS = dict.fromkeys(("definition", "inline", "paragraph", *WRAPPERS, *BETWEEN), "")
MARKS |= {"emphasis": "*", "strong": "**", "term": "**", "title": "**"}  # headings are in notebooks.py
AS_IS = {"desc_signature": "`{}`", "label": "[{}]", "literal": "`{}`", "math": "${}$"}
# what Markdown would take for its own
SPECIAL = re.compile(r"[\\`*$<]|(?<!\w)_|_(?!\w)|^[#>+-](?= )|^\d+(?=[.)] )", re.M)


class Markdown:
    """Says what is on a page, node by node."""

    def __init__(self, app, doc):
        self.app, self.env, self.doc = app, app.env, doc

    def fault(self, node, wrong="notebooks have no word for this: put it in another way"):
        line = next((place.line for place in (node, node.parent) if place.line), "?")
        return Fault(f"{self.doc}.md, line {line}: {wrong}, <{node.tagname}> {node.astext()[:60]!r}")

    def count(self, kind, node):
        return counted(self.env, self.doc, kind, node["ids"])

    def inside(self, node):
        """Return what is in a node, within a line or as blocks."""
        between = "" if isinstance(node, nodes.TextElement) else BETWEEN.get(node.tagname, "\n\n")
        return between.join(filter(None, map(self.text, node.children)))

    def text(self, node):
        """Return a node in Markdown."""
        match node.tagname:
            case "#text":
                return SPECIAL.sub(r"\\\g<0>", node.astext())
            case "comment" | "compound" | "index":
                return ""
            case "paragraph" if "book-only" in node["classes"]:
                return ""
            case "target":
                return "".join(f'<a id="{name}"></a>' for name in node["ids"]) + self.inside(node)
            case "reference" | "number_reference":
                address = self.address(node)
                return f"[{self.inside(node)}]({address})" if address else self.inside(node)
            case "math_block":
                number = self.count("displaymath", node)
                tag = rf"\tag{{{number}}}" if number else ""
                return f"$${tag}\n{node.astext().strip()}\n$$"
            case "literal_block" | "doctest_block":
                return f"```{node.get('language', 'python')}\n{node.astext()}\n```"
            case "list_item":
                mark = "- " if node.parent.tagname == "bullet_list" else "1. "
                return mark + self.inside(node).replace("\n", "\n" + " " * len(mark))
            case "table":
                rows = list(node.findall(nodes.row))
                lines = [f"| {' | '.join(map(self.text, row))} |" for row in rows]
                sides = ["---:" if "text-right" in entry["classes"] else ":---" for entry in rows[0]]
                return "\n".join([lines[0], f"|{'|'.join(sides)}|", *lines[1:]])
            case "entry":
                return self.inside(node).replace("\n", " ").replace("|", r"\|")
            case "admonition":
                kind = "beyond" if "beyond" in node["classes"] else "note"
                return BOX.format(kind, COLORS[kind], self.inside(node))
            case "exercise_enumerable_node":
                title, content = map(self.inside, node)
                text = f"#### Exercise {self.count('exercise', node)} {title.strip()}\n\n{content}"
                return BOX.format("exercise", COLORS["exercise"], text)
            case "container" if node.get("design_component") == "card":
                title, text = (" ".join(part.astext().split()) for part in node[0][:2])
                return f"- **[{title}]({self.address(node.next_node(nodes.reference))})** {text}"
            case "raw":
                return re.sub(r'src="_static/([^"]+)"', self.within, node.astext())
            case kind if kind in MARKS:
                return f"{MARKS[kind]}{self.inside(node)}{MARKS[kind]}"
            case kind if kind in AS_IS:
                return AS_IS[kind].format(node.astext())
            case _:
                raise self.fault(node)

    def address(self, node):
        """Return where a reference leads."""
        address = urljoin(self.doc, node.get("refuri", f"#{node.get('refid', '')}"))
        path, _, name = address.partition("#")
        page = path.removesuffix(".html")
        if page in self.env.found_docs - {"genindex"}:
            return f"page:{page}#{name}"
        return address if re.match(r"[a-z]+:", address) else ""

    def within(self, found):
        """Return a drawing as an address that holds it, so that it needs no file beside the notebook."""
        drawing = Path(self.app.outdir, "_static", found[1])
        return f'src="data:image/svg+xml;base64,{base64.b64encode(drawing.read_bytes()).decode()}"'
