"""The table that leads from the print, page by page, to the places here, and the way back."""

from functools import cache

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective, SphinxRole

from .execution import ROOT, Fault

FACTS = ROOT / "appendix" / "print.yml"
TITLED = "{{ref}}`{title} <{name}>`"
KINDS = {  # what it is called, and its link, which Sphinx will resolve or else fail
    "sections": ("section", "{{ref}}`{number} {title} <{name}>`"),
    "unnumbered": ("section", TITLED),
    "passages": ("text", TITLED),
    "figures": ("figure", "{{ref}}`Fig. {number} {title} <{name}>`"),
    "equations": ("formula", f"{TITLED} ${{tex}}$"),
    "listings": ("listing", TITLED),
    "outputs": ("output", "{{ref}}`{printed} <{name}>`"),
    "glossary": ("term", "{{term}}`{title}`"),
    "index": ("index", "{{ref}}`{entry} <{name}>`"),
}


def read(env):
    """Return the facts of the print, and every thing there with its kind, by its name."""
    env.note_dependency(str(FACTS))
    return parse(FACTS.read_text(encoding="utf-8"))


@cache  # many places on the pages ask
def parse(text):
    facts = yaml.safe_load(text)
    return facts, {thing["name"]: (kind, thing) for kind in KINDS for thing in facts[kind]}


class Concordance(SphinxDirective):
    """Make the table from the facts of the print."""

    def run(self):
        facts, things = read(self.env)
        strip, body, seen = nodes.paragraph(classes=["page-strip"]), nodes.tbody(), set()
        for page, names in facts["pages"].items():
            target = nodes.target(names=[f"page-{page}"])
            self.state.document.note_explicit_target(target)
            strip += [nodes.reference("", str(page), internal=True, refid=target["ids"][0]), nodes.Text(" ")]
            rows = [self.row(*things[name], name in seen) for name in names]
            rows = rows or [nodes.row("", cell(), cell(nodes.emphasis("", "empty")), cell())]
            rows[0][0] = cell(target, nodes.Text(str(page)), classes=["print-page"])
            body += rows
            seen.update(names)
        titles = [cell(nodes.Text(title)) for title in ("Page", "What", "Here")]
        columns = [nodes.colspec(colwidth=width) for width in (1, 2, 9)]
        group = nodes.tgroup("", *columns, nodes.thead("", nodes.row("", *titles)), body, cols=3)
        return [strip, nodes.table("", group, classes=["concordance", "colwidths-auto"])]

    def row(self, kind, thing, continued):
        """Return what a thing is, and its link."""
        what, link = KINDS[kind]
        if kind == "equations" and "number" in thing:
            link = "{{eq}}`{name}` ${tex}$"
        elif thing["name"] == "genindex":  # a page without labels, which Sphinx writes itself
            link = "{{doc}}`{title} </{name}>`"
        printed = ", ".join(line.split(":")[0] for line in thing.get("lines", []))
        try:
            text = link.format(**thing, printed=printed) + (", continued" if continued else "")
        except KeyError as error:
            raise Fault(f"print.yml: {thing['name']} needs {error}") from None
        parsed, _ = self.state.inline_text(text, self.lineno)
        return nodes.row("", cell(), cell(nodes.Text(what)), cell(*parsed), classes=[f"of-{kind}"])


class PrintPages(SphinxRole):
    """Say on which pages the print has the things named: `page 5`, `pages 8 and 9`, `pages 4 to 6`."""

    def run(self):
        facts, things = read(self.env)
        names = set(self.text.split())
        places = {name: thing.get("section", "") for name, (_, thing) in things.items()}
        for number in [section["number"] for section in facts["sections"] if section["name"] in names]:
            own = {name for name, place in places.items() if place == number}
            names |= own or {name for name, place in places.items() if place.startswith(f"{number}.")}
        pages = [str(page) for page, here in facts["pages"].items() if not names.isdisjoint(here)]
        if not pages:
            return [], [self.inliner.reporter.error(f"print.yml has no {self.text}", line=self.lineno)]
        several = "s" if len(pages) > 1 else ""
        span = " and ".join(pages) if len(pages) < 3 else f"{pages[0]} to {pages[-1]}"
        return [nodes.Text(f"page{several} {span}")], []


def cell(*content, **attributes):
    return nodes.entry("", nodes.paragraph("", "", *content), **attributes)


def setup(app):
    app.add_directive("concordance", Concordance)
    app.add_role("page", PrintPages())
