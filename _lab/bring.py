"""Bring the pages of the last build into notebooks/, the reader's own folder, and overwrite no change."""

import json
import shutil
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT, OURS = ROOT / "_build" / "notebooks", ROOT / "notebooks"
BROUGHT = OURS / ".brought"  # each page as it came, to tell whether somebody has changed it since


def content(path):
    """Return what a reader may have written in a page, without its cells' output; of no file, nothing."""
    if not path.exists():
        return None
    written = path.read_bytes()
    try:
        return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(written)["cells"]]
    except (ValueError, KeyError, TypeError):  # no notebook
        return written


def bring():
    """Bring what is new; a page that somebody has changed stays, and the new one comes beside it."""
    BROUGHT.mkdir(parents=True, exist_ok=True)
    for new in sorted(BUILT.iterdir()):
        page, before = OURS / new.name, BROUGHT / new.name
        if new.suffix in (".py", ".js"):  # modules come from the project itself
            continue
        if page.exists() and before.exists() and before.read_bytes() == new.read_bytes():
            continue  # its output is the reader's, too
        if content(page) in (None, content(before), content(new)):
            shutil.copyfile(new, page)
        elif content(new) != content(before):
            names = (page.with_name(f"{page.stem} (new {number}){page.suffix}") for number in count(1))
            beside = next(name for name in names if content(name) in (None, content(before)))
            shutil.copyfile(new, beside)
            print(f"{page.name} has your changes, and stays. As the book has it now, it is in {beside.name}")
        shutil.copyfile(new, before)
    for before in BROUGHT.iterdir():
        if not (BUILT / before.name).exists():  # no longer a page of the book
            page = OURS / before.name
            if content(page) == content(before):
                page.unlink()
            before.unlink()


if __name__ == "__main__":
    bring()
