"""What Sphinx needs to be told about this book: the appendix's numbers, and the helper's source."""

import ast
from pathlib import Path

from docutils import nodes
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
        lines = text.splitlines()
        docstring = function.body[0]
        shown = "\n".join(lines[function.lineno - 1:docstring.lineno - 1]
                          + lines[docstring.end_lineno:function.end_lineno])
        block = nodes.literal_block(shown, shown, language="python", classes=["helper-source"])
        self.set_source_info(block)
        return [block]


def number_appendix(app, env):
    """Give the pages whose front matter says `print_section` the number that the print gives them.

    The print counts its appendix A, A.1, A.1.0.1, skipping a level, which no toctree option does.
    It runs after Sphinx's own numbering and overwrites it in the three places that hold it.
    """
    changed = []
    for doc, metadata in env.metadata.items():
        if "print_section" not in metadata:
            continue
        number = tuple(metadata["print_section"].split("."))
        env.titles[doc]["secnumber"] = number
        env.toc_secnumbers[doc] = {"": number}
        for reference in env.tocs[doc].findall(nodes.reference):
            if not reference["anchorname"]:
                reference["secnumber"] = number
        changed.append(doc)
    return changed


def setup(app):
    app.add_directive("helper-source", HelperSource)
    app.connect("env-get-updated", number_appendix, priority=900)
    return {"parallel_read_safe": True}
