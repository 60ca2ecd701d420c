"""Bring the pages of the last build into notebooks/, the reader's own folder, and overwrite no change.

With the name of a page, bring that page back as it was; the reader's stays beside it.
"""

import json
import shutil
import sys
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT, OURS = ROOT / "_build" / "notebooks", ROOT / "notebooks"
BROUGHT = OURS / ".brought"  # each page as it came, to tell whether somebody has changed it since


def built():
    """Return the files of the last build but the modules, which come from the project itself."""
    return sorted(path for path in BUILT.iterdir() if path.suffix not in (".py", ".js"))


def content(path):
    """Return what a reader may have written in a page, without its cells' output; of no file, nothing."""
    if not path.exists():
        return None
    written = path.read_bytes()
    try:
        return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(written)["cells"]]
    except (ValueError, KeyError, TypeError):  # no notebook
        return written


def aside(path, word, free=(None,)):
    """Return a name beside a page where nothing is, or nothing but what is free to go."""
    names = (f"{path.stem} ({word}{f' {n}' if n > 1 else ''}){path.suffix}" for n in count(1))
    return next(path.with_name(name) for name in names if content(path.with_name(name)) in free)


def bring():
    """Bring what is new; a page that somebody has changed stays, and the new one comes beside it."""
    BROUGHT.mkdir(parents=True, exist_ok=True)
    for new in built():
        page, before = OURS / new.name, BROUGHT / new.name
        if page.exists() and before.exists() and before.read_bytes() == new.read_bytes():
            continue  # its output is the reader's, too
        if content(page) in (None, content(before), content(new)):
            shutil.copyfile(new, page)
        elif content(new) != content(before):
            beside = aside(page, "new", (None, content(before)))
            shutil.copyfile(new, beside)
            print(f"{page.name} has your changes, and stays. As the book has it now, it is in {beside.name}")
        shutil.copyfile(new, before)
    for before in BROUGHT.iterdir():
        if not (BUILT / before.name).exists():  # no longer a page of the book
            page = OURS / before.name
            if content(page) == content(before):
                page.unlink()
            before.unlink()


def restore(name):
    """Bring a page back as it was; the reader's stays beside it."""
    pages = {path.stem: path for path in built() if path.suffix != ".json"}
    new = pages.get(Path(name).stem)
    if new is None:
        sys.exit(f"PAGE must be one of {', '.join(pages)}; got {name!r}")
    page = OURS / new.name
    if content(page) not in (None, content(new)):
        kept = aside(page, "mine")
        page.rename(kept)
        print(f"What was in {page.name} is in {kept.name} now.")
    shutil.copyfile(new, page)
    shutil.copyfile(new, BROUGHT / new.name)


if __name__ == "__main__":
    bring()
    for name in sys.argv[1:]:
        restore(name)
