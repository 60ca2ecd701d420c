"""Tell a reader beside each cell whether it printed what the book prints: an extension of IPython.

The first cell of every notebook loads it; `%unload_ext agml_printed` switches it off. A cell gets one quiet
mark, or the lines that differ. A cell that somebody has changed, or for which the book declares nothing,
gets nothing.
"""

import difflib
import html
import json
import os
import sys
from pathlib import Path
from typing import Any

BOOK = "agml_printed.json"  # beside the notebooks: what each cell prints, by its code


def differences(printed: str, declared: str) -> list[str]:
    """Return the lines that differ: after `+` what was printed, after `-` what the book prints.

    >>> differences("loss: 16.1", "loss: 16.0")
    ['- loss: 16.0', '+ loss: 16.1']
    """
    lines = difflib.ndiff(declared.splitlines(), printed.splitlines())
    return [line for line in lines if line[0] in "+-"]


class Tee:
    """A stream that also keeps what goes through it."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.kept = stream, [""]

    def write(self, text: str) -> int:
        self.kept.append(text)
        return self.stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


class Marks:
    """Compares what each cell prints with `book`, which has the declared lines by their cell's code."""

    book: dict[str, str] = {}
    tee: Tee | None = None

    def start(self, info: Any) -> None:
        self.tee = sys.stdout = Tee(sys.stdout)

    def end(self, result: Any) -> None:
        """Show the mark, or the lines that differ."""
        from IPython.display import display

        tee, self.tee = self.tee, None
        if tee is None:  # the cell that loads the extension began without it
            return
        if sys.stdout is tee:
            sys.stdout = tee.stream
        declared = self.book.get(result.info.raw_cell.strip())
        if declared is None or not result.success:
            return
        text, style = "✓ as in the book", "opacity: 0.65"
        if lines := differences("".join(tee.kept), declared):
            text = "\n".join(["The book prints other lines (-) than were printed here (+):", *lines])
            style = "border-left: 3px solid #b7791f; padding-left: 0.8em; white-space: pre-wrap"
        markup = f'<div style="font-size: 85%; {style}">{html.escape(text)}</div>'
        display({"text/plain": text, "text/html": markup}, raw=True)


marks = Marks()


def load_ipython_extension(shell: Any) -> None:
    """Mark what the cells of a notebook print, unless a test runs it, which compares by itself."""
    if "PYTEST_VERSION" in os.environ:
        return
    path = next(filter(Path.exists, (Path(BOOK), Path(__file__).with_name(BOOK))), None)
    if path is None:
        print(f"{BOOK} is not beside this notebook: no cell will be compared with the book.")
        return
    cells = json.loads(path.read_text(encoding="utf-8"))
    marks.book = {code.strip(): printed for code, printed in cells.items()}
    shell.events.register("pre_run_cell", marks.start)
    shell.events.register("post_run_cell", marks.end)


def unload_ipython_extension(shell: Any) -> None:
    """Mark nothing any more."""
    if marks.book:
        shell.events.unregister("pre_run_cell", marks.start)
        shell.events.unregister("post_run_cell", marks.end)
    marks.book = {}
