"""What Sphinx needs to be told about this book: the print's numbers and pages, and the helper's source."""

import ast
import copy
import re
from pathlib import Path

import yaml
import myst_nb.core.render
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

ROOT = Path(__file__).resolve().parent.parent
HELPERS = ROOT / "agml_helpers.py"
FACTS = ROOT / "appendix" / "print.yml"
PUNCTUATION = re.compile(r"[,.;:!?)\]”’'–-]+")


def helper_source(name):
    """Return a function of agml_helpers.py as it stands there, without its docstring."""
    text = HELPERS.read_text(encoding="utf-8")
    found = [node for node in ast.parse(text).body
             if getattr(node, "name", None) == name and ast.get_docstring(node)]
    if not found:
        raise LookupError(f"agml_helpers.py has no {name} with a docstring")
    (function,) = found
    docstring, lines = function.body[0], text.splitlines()
    return "\n".join(lines[function.lineno - 1:docstring.lineno - 1]
                     + lines[docstring.end_lineno:function.end_lineno])


class HelperSource(SphinxDirective):
    """Show the source of a function of agml_helpers.py."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(HELPERS))
        try:
            shown = helper_source(self.arguments[0])
        except LookupError as error:
            raise self.error(str(error)) from None
        block = nodes.literal_block(shown, shown, language="python", classes=["helper-source"])
        self.set_source_info(block)
        return [block]


class Concordance(SphinxDirective):
    """Make the table that leads from the print, page by page, to the places here, from appendix/print.yml."""

    kinds = {"sections": "section", "unnumbered": "section", "passages": "text", "figures": "figure",
             "equations": "formula", "listings": "listing", "outputs": "output", "glossary": "term",
             "index": "index"}

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
            rows[0].insert(0, cell(target, nodes.Text(str(page)), classes=["print-page"], morerows=len(rows) - 1))
            body += rows
            seen.update(names)
        titles = [cell(nodes.Text(title)) for title in ("Page", "What", "Here")]
        columns = [nodes.colspec(colwidth=width) for width in (1, 2, 9)]
        group = nodes.tgroup("", *columns, nodes.thead("", nodes.row("", *titles)), body, cols=3)
        return [strip, nodes.table("", group, classes=["concordance", "colwidths-auto"])]

    def row(self, kind, thing, continued):
        """Return what a thing is, and its link, which Sphinx will resolve or else fail."""
        domain, role, target = "std", "ref", thing["name"]
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
            domain, role, title = "math", "eq", f"({thing['number']})"
        elif target == "genindex":  # a page without labels, which Sphinx writes itself
            role, target = "doc", "/genindex"
        link = pending_xref("", nodes.inline("", title), refdomain=domain, reftype=role, reftarget=target,
                            refexplicit=True, refwarn=True, refdoc=self.env.docname)
        self.set_source_info(link)
        where = [link]
        if "tex" in thing:
            where += [nodes.Text(" "), nodes.math("", thing["tex"])]
        if continued:
            where.append(nodes.Text(", continued"))
        return nodes.row("", cell(nodes.Text(self.kinds[kind])), cell(*where), classes=[f"of-{kind}"])


def cell(*content, **attributes):
    return nodes.entry("", nodes.paragraph("", "", *content), **attributes)


def number_pages(app, env):
    """Give each page the number that its front matter names as `number`.

    A numbered toctree would number the headings within a page too and so shift the pages below
    it, and it can't skip a level, as the print's A.1.0.1 does. Sphinx keeps section numbers in
    three places; the numbers of figures, equations and exercises follow from the second.
    """
    within = {}
    for doc, metadata in env.metadata.items():
        if "number" in metadata:
            number = tuple(str(metadata["number"]).split("."))
            env.titles[doc]["secnumber"] = number
            env.toc_secnumbers[doc] = {"": number}
            for reference in env.tocs[doc].findall(nodes.reference):
                if reference["anchorname"]:
                    within[doc, reference["anchorname"]] = ()
                else:
                    reference["secnumber"] = number
    changed = TocTreeCollector().assign_figure_numbers(env)
    # only now: a figure takes its number from the heading above it, or else from its page
    for (doc, anchor), number in within.items():
        env.toc_secnumbers[doc][anchor] = number
    return changed


def join_streams(outputs):
    """Return a cell's outputs with all that it printed in one block, however long it took.

    MyST-NB's own way breaks a line where the kernel flushed in the middle of it.
    """
    joined, streams = [], {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
        else:
            joined.append(copy.copy(output))  # the executed notebook keeps its own
            if output["output_type"] == "stream":
                streams[output["name"]] = joined[-1]
    return joined


class KeepPunctuation(SphinxPostTransform):
    """Keep a formula and the punctuation after it on one line.

    Browsers break lines on either side of what MathJax draws, even before a comma.
    """

    default_priority = 900
    formats = ("html",)

    def run(self):
        for formula in list(self.document.findall(nodes.math)):
            line, place = formula.parent, formula.parent.index(formula)
            after = line[place + 1] if place + 1 < len(line) else None
            mark = PUNCTUATION.match(after) if isinstance(after, nodes.Text) else None
            if mark:
                kept = nodes.inline("", "", formula, nodes.Text(mark[0]), classes=["kept"])
                line[place:place + 2] = [kept, nodes.Text(after[mark.end():])]


def without_old_roles(app, page, template, context, doctree):
    """Take away the roles of a bibliography: docutils gives its entries one that browsers have given up."""
    body = context.get("body", "")
    body = body.replace(' role="list" class="citation-list"', ' class="citation-list"')
    context["body"] = body.replace(' role="doc-biblioentry"', "")


def setup(app):
    myst_nb.core.render.coalesce_streams = join_streams
    app.add_directive("concordance", Concordance)
    app.add_directive("helper-source", HelperSource)
    app.add_post_transform(KeepPunctuation)
    app.connect("html-page-context", without_old_roles)
    # after Sphinx's own numbering, which runs at priority 500
    app.connect("env-get-updated", number_pages, priority=900)
    return {"parallel_read_safe": True}
