"""What Sphinx needs to be told about this book: the print's numbers, and the helper's source."""

import ast
from pathlib import Path

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util.docutils import SphinxDirective

HELPERS = Path(__file__).resolve().parent.parent / "agml_helpers.py"


class HelperSource(SphinxDirective):
    """Show a function of agml_helpers.py as it stands there, without its docstring."""

    required_arguments = 1

    def run(self):
        self.env.note_dependency(str(HELPERS))
        text, name = HELPERS.read_text(encoding="utf-8"), self.arguments[0]
        found = [node for node in ast.parse(text).body
                 if getattr(node, "name", None) == name and ast.get_docstring(node)]
        if not found:
            raise self.error(f"agml_helpers.py has no {name} with a docstring")
        (function,) = found
        docstring, lines = function.body[0], text.splitlines()
        shown = "\n".join(lines[function.lineno - 1:docstring.lineno - 1]
                          + lines[docstring.end_lineno:function.end_lineno])
        block = nodes.literal_block(shown, shown, language="python", classes=["helper-source"])
        self.set_source_info(block)
        return [block]


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


def setup(app):
    app.add_directive("helper-source", HelperSource)
    # after Sphinx's own numbering, which runs at priority 500
    app.connect("env-get-updated", number_pages, priority=900)
    return {"parallel_read_safe": True}
