"""The table that leads from the print, page by page, to the places here."""

from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

FACTS = Path(__file__).resolve().parent.parent / "appendix" / "print.yml"


class Concordance(SphinxDirective):
    """Make the table from the facts of the print."""

    kinds = {
        "sections": "section",
        "unnumbered": "section",
        "passages": "text",
        "figures": "figure",
        "equations": "formula",
        "listings": "listing",
        "outputs": "output",
        "glossary": "term",
        "index": "index",
    }

    def run(self):
        self.env.note_dependency(str(FACTS))
        facts = yaml.safe_load(FACTS.read_text(encoding="utf-8"))
        things = {thing["name"]: (kind, thing) for kind in self.kinds for thing in facts[kind]}
        strip, body, seen = nodes.paragraph(classes=["page-strip"]), nodes.tbody(), set()
        for page, names in facts["pages"].items():
            target = nodes.target(names=[f"page-{page}"])
            self.state.document.note_explicit_target(target)
            strip += [nodes.reference("", str(page), internal=True, refid=target["ids"][0]), nodes.Text(" ")]
            rows = [self.row(*things[name], name in seen) for name in names]
            rows = rows or [nodes.row("", cell(nodes.emphasis("", "empty"), morecols=1))]
            rows[0].insert(
                0, cell(target, nodes.Text(str(page)), classes=["print-page"], morerows=len(rows) - 1)
            )
            body += rows
            seen.update(names)
        titles = [cell(nodes.Text(title)) for title in ("Page", "What", "Here")]
        columns = [nodes.colspec(colwidth=width) for width in (1, 2, 9)]
        group = nodes.tgroup("", *columns, nodes.thead("", nodes.row("", *titles)), body, cols=3)
        return [strip, nodes.table("", group, classes=["concordance", "colwidths-auto"])]

    def row(self, kind, thing, continued):
        """Return what a thing is, and its link, which Sphinx will resolve or else fail."""
        role, target = "ref", thing["name"]
        title = thing.get("title") or thing.get("entry")
        if kind == "sections":
            title = f"{thing['number']} {title}"
        elif kind == "figures":
            title = f"Fig. {thing['number']} {title}"
        elif kind == "outputs":
            title = ", ".join(line.split(":")[0] for line in thing["lines"])
        elif kind == "glossary":
            role, target = "term", title
        elif "number" in thing:
            role, title = "eq", f"({thing['number']})"
        elif target == "genindex":  # a page without labels, which Sphinx writes itself
            role, target = "doc", "/genindex"
        where = f"{{{role}}}`{title} <{target}>`"
        if "tex" in thing:
            where += f" ${thing['tex']}$"
        if continued:
            where += ", continued"
        parsed, _ = self.state.inline_text(where, self.lineno)
        return nodes.row("", cell(nodes.Text(self.kinds[kind])), cell(*parsed), classes=[f"of-{kind}"])


def cell(*content, **attributes):
    return nodes.entry("", nodes.paragraph("", "", *content), **attributes)


def setup(app):
    app.add_directive("concordance", Concordance)
