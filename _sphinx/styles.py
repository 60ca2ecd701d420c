"""Make one style sheet of all that the pages name, with the rules and the letters that they use."""

import re
from pathlib import Path

from . import theme
from .npm import NODE_MODULES, run

FONT = NODE_MODULES / "@fontsource-variable" / "stix-two-text"
SHEET, OURS = "book.css", "companion.css"


def tailor(app, pages):
    """Replace the style sheets of the pages by the one that is made of them."""
    static = Path(app.outdir) / "_static"
    links = {name: page.select("link[rel=stylesheet][href*='_static/']") for name, page in pages.items()}
    files = dict.fromkeys(
        link["href"].partition("_static/")[2].partition("?")[0] for page in links.values() for link in page
    )
    texts = [str(page) for page in pages.values()]
    scripts = [path.read_text(encoding="utf-8") for path in static.rglob("*.js")]
    made = run(
        "styles.cjs",
        {
            "static": str(static),
            "sheets": [*files, "formulas.css"],
            "ours": OURS,
            "letters": "".join(sorted(set("".join(re.sub("<[^>]*>", "", text) for text in texts)))),
            "fonts": [str(FONT / name) for name in ("wght.css", "wght-italic.css")],
            "icons": str(static.joinpath(*theme.FONT_ICONS)),
            "content": [{"raw": text, "extension": "html"} for text in texts]
            + [{"raw": script, "extension": "js"} for script in scripts],
        },
    )
    for selector in made["rejected"]:
        if "." in selector:  # classes are the theme's
            theme.miss(app, selector)
    (static / SHEET).write_text(made["css"], encoding="utf-8")
    for name, page in pages.items():
        first, *others = links[name]
        first["href"] = f"{first['href'].partition('_static/')[0]}_static/{SHEET}?v={made['hash']}"
        page.title.insert_after(first.extract())
        for link in others:
            link.decompose()
