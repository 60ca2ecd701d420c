"""Bring the notebooks of the last build into notebooks/, and overwrite no change that a reader made there.

With the name of a page, bring that page as it was made; what was there stays beside it.
"""

import json
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT, OURS = ROOT / "_build" / "notebooks", ROOT / "notebooks"
BROUGHT = OURS / ".brought"  # each page as it came, to tell whether somebody has changed it since


def content(path):
    """Return what somebody may have written in a page: not what its cells gave."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    cells = json.loads(text)["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in cells]


def aside(path, word):
    """Return a free name beside a page."""
    names = [
        f"{path.stem} ({word}){path.suffix}",
        *(f"{path.stem} ({word} {n}){path.suffix}" for n in range(2, 99)),
    ]
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


def bring():
    """Bring what is new; a page that somebody has changed stays, and the new one comes beside it."""
    BROUGHT.mkdir(parents=True, exist_ok=True)
    for new in sorted(BUILT.iterdir()):
        page, before = OURS / new.name, BROUGHT / new.name
        if new.suffix == ".py" or new.suffix == ".js":  # these come from the project itself
            continue
        if before.exists() and before.read_bytes() == new.read_bytes() and page.exists():
            continue
        if page.exists() and not (before.exists() and content(page) == content(before)):
            target = aside(page, "new")
            print(f"{page.name} has your changes, and stays. As the book has it now, it is in {target.name}")
        else:
            target = page
        shutil.copyfile(new, target)
        shutil.copyfile(new, before)
    for before in BROUGHT.iterdir():
        page = OURS / before.name
        if not (BUILT / before.name).exists():  # no page of the book any more
            if page.exists() and content(page) == content(before):
                page.unlink()
            before.unlink()


def restore(name):
    """Bring a page as it was made; what was there stays beside it."""
    new = next((path for path in BUILT.iterdir() if name in (path.name, path.stem)), None)
    if new is None:
        pages = ", ".join(sorted(path.stem for path in BUILT.iterdir() if path.suffix in (".ipynb", ".md")))
        sys.exit(f"PAGE must be one of {pages}; got {name}")
    page = OURS / new.name
    if page.exists():
        kept = aside(page, "mine")
        page.rename(kept)
        print(f"What was in {page.name} is in {kept.name} now.")
    shutil.copyfile(new, page)
    shutil.copyfile(new, BROUGHT / new.name)


if __name__ == "__main__":
    bring()
    for name in sys.argv[1:]:
        restore(name)
