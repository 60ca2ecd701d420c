"""Make one style sheet of all that the pages name, with the rules and the letters that they use."""

import re
from pathlib import Path

from .npm import NODE_MODULES, run

LINK = re.compile(
    r'\s*<link (?=[^>]*rel="stylesheet")[^>]*href="(?P<place>[^"?]*_static/)(?P<file>[^"?]+)[^"]*"[^>]*>'
)
FONT = NODE_MODULES / "@fontsource-variable" / "stix-two-text"
SHEET = "book.css"


def tailor(app, pages):
    """Replace the style sheets of the pages by the one that is made of them."""
    static = Path(app.outdir) / "_static"
    files = dict.fromkeys(found["file"] for page in pages.values() for found in LINK.finditer(page))
    if not files:
        return
    letters = "".join(sorted(set("".join(re.sub("<[^>]*>", "", page) for page in pages.values()))))
    scripts = [path.read_text(encoding="utf-8") for path in static.rglob("*.js")]
    made = run(
        "styles.cjs",
        {
            "static": str(static),
            "sheets": [*files, "formulas.css"],
            "letters": letters,
            "fonts": [str(FONT / name) for name in ("wght.css", "wght-italic.css")],
            "icons": str(static / "vendor" / "fontawesome" / "webfonts"),
            "content": [{"raw": page, "extension": "html"} for page in pages.values()]
            + [{"raw": script, "extension": "js"} for script in scripts],
        },
    )
    (static / SHEET).write_text(made["css"], encoding="utf-8")
    for name, page in pages.items():
        place = LINK.search(page)["place"]
        page = LINK.sub("", page)
        link = f'<link rel="stylesheet" href="{place}{SHEET}?v={made["hash"]}"/>'
        pages[name] = page.replace("</title>", f"</title>\n    {link}", 1)
