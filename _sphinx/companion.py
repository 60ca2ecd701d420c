"""Listings of the helper, until they are cells."""

import ast
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective
from streams import join_streams  # noqa: F401, for bundle.py

ROOT = Path(__file__).resolve().parent.parent
HELPERS = ROOT / "agml_helpers.py"


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


def setup(app):
    app.add_directive("helper-source", HelperSource)
    return {"parallel_read_safe": True}
