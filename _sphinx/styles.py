"""Make one style sheet of all that the pages name, with the rules and the letters that they use.

PurgeCSS and subset-font do it. Critical-CSS tools are not used, because they load the rest by a script.
"""

import re

from . import theme
from .npm import NODE_MODULES, run

FONT = NODE_MODULES / "@fontsource-variable" / "stix-two-text"
SHEET, OURS = "book.css", "companion.css"


def tailor(app, pages):
    """Return the pages as text, with the one style sheet that is made of theirs in place of these."""
    static, sheets = app.outdir / "_static", {}
    for page in pages.values():
        for link in page.head.select("link[rel=stylesheet][href*='_static/']"):
            name = link.extract()["href"].partition("_static/")[2].partition("?")[0]
            sheets[name] = None  # in their order
        address = f"{page.html['data-content_root']}_static/{SHEET}?v=HASH"
        page.title.insert_after(page.new_tag("link", rel="stylesheet", href=address))
    texts = {name: str(page) for name, page in pages.items()}
    scripts = [path.read_text(encoding="utf-8") for path in static.rglob("*.js")]
    made = run(
        "styles.cjs",
        {
            "static": str(static),
            "sheets": [*sheets, "formulas.css"],
            "ours": OURS,
            "letters": "".join(sorted(set("".join(re.sub("<[^>]*>", "", text) for text in texts.values())))),
            "fonts": [str(FONT / name) for name in ("wght.css", "wght-italic.css")],
            "icons": str(static.joinpath(*theme.FONT_ICONS)),
            "content": [{"raw": text, "extension": "html"} for text in texts.values()]
            + [{"raw": script, "extension": "js"} for script in scripts],
        },
    )
    for selector in made["rejected"]:
        if "." in selector:  # classes are the theme's
            theme.miss(app, selector)
    (static / SHEET).write_text(made["css"], encoding="utf-8")
    return {name: text.replace("?v=HASH", f"?v={made['hash']}", 1) for name, text in texts.items()}
