"""Run the cells of pages, which come as JSON, in this process; matrix.py compares what they print.

It needs Python, and what the cells need: no Jupyter, which WebAssembly doesn't have.
"""

import ast
import contextlib
import io
import json
import sys


def run(source, draws, namespace):
    """Return what a cell prints, or the error that it ends with."""
    code, printed = ast.parse(source), io.StringIO()
    if draws:  # what is drawn prints nothing
        code.body = [line for line in code.body if not isinstance(line, ast.Expr)]
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "cell", "exec"), namespace)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return printed.getvalue()


if __name__ == "__main__":
    pages = ((cells, {"__name__": "__main__"}) for cells in json.load(sys.stdin))
    print(json.dumps([[run(*cell, namespace) for cell in cells] for cells, namespace in pages]))
