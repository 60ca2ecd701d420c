"""What the theme and other extensions put into pages, and what becomes of it.

They put it there by templates and scripts of their own, so it is changed in the pages that are written. When
a new release writes something else, a selector matches nothing any more: the build says which, and fails.
"""

from bs4 import Tag
from sphinx.util import logging

FONT_ICONS = ("vendor", "fontawesome", "webfonts")  # a folder in _static


def put(name, value):
    """Return a change that gives an attribute a value."""
    return lambda tag, static: tag.attrs.update({name: value})


def take(name):
    """Return a change that takes an attribute away."""
    return lambda tag, static: tag.attrs.pop(name)


def remove(tag, static):
    tag.decompose()


def bring_in(tag, static):
    """Put a script into the page, in place of its address."""
    tag.string = (static / tag.attrs.pop("src").partition("_static/")[2].partition("?")[0]).read_text("utf-8")


def name_arrow(tag, static):
    """Name the arrow beside a chapter, which shows its sections."""
    tag["aria-label"] = f"Sections of {tag.parent.find_previous_sibling('a').get_text()}"


def link_itself(tag, static):
    """Give an exercise or a theorem the link to itself that headings and figures have."""
    link = Tag(name="a", attrs={"class": "headerlink", "title": f"Link to this {tag.parent['class'][0]}"})
    link["href"], link.string = f"#{tag.parent['id']}", "#"
    tag.append(link)


HEAD = {
    "meta[name=viewport] ~ meta[name=viewport]": remove,  # there are three
    # icons are in the style sheet, as a font
    "link[rel=preload][as=script]": remove,
    "script[src*='fontawesome.js']": remove,
    # Sphinx's own search, and what it marks afterwards on pages that nobody searched
    "script[src*='searchtools.js'], script[src*='language_data.js'], script[src*='searchindex.js']": remove,
    "script[src*='sphinx_highlight.js']": remove,
    # no script holds up a page
    "script[src*='documentation_options.js']": bring_in,
    "script[src]:not([defer], [async], [type])": put("defer", None),
}
BODY = {
    # what a screen reader says
    "button.search-button-field[aria-label]": take("aria-label"),
    "li > a + details > summary": name_arrow,
    "i[class*='fa-'], span[class*='fa-']": put("aria-hidden", "true"),
    # roles that browsers have given up, and ids that are there twice
    ".citation-list[role], [role=doc-biblioentry]": take("role"),
    "[id=exercise-content], [id=solution-content]": take("id"),
    "div.exercise[id] > .admonition-title": link_itself,
    "div.theorem[id] > p:first-child": link_itself,
}
# what other modules here give to pages by means of the theme and of extensions
GIVEN = (
    "h1 > .section-number",
    "noscript > img",
    "script[type$='widget-state+json']",
    ".dropdown-download-buttons a[href$='.ipynb']",
    ".dropdown-download-buttons a[href$='.zip']",
    "img[src$='.webp'][width]",
    ".math",
)


def change(app, pages):
    """Change the pages, and miss what none of them has."""
    for page in pages.values():
        page.html["data-theme"] = "light"  # where no script runs
    for name, changes in ("head", HEAD), ("body", BODY):
        for selector, do in changes.items():
            found = [tag for page in pages.values() for tag in getattr(page, name).select(selector)]
            for tag in found:
                do(tag, app.outdir / "_static")
            if not found:
                miss(app, selector)
    for selector in GIVEN:
        if not any(page.select_one(selector) for page in pages.values()):
            miss(app, selector)


def miss(app, selector):
    """Say what no page has, if the book is a whole one, with an index."""
    if "genindex" in app.env.found_docs:
        logging.getLogger(__name__).warning("the theme has changed here: no page has %s", selector)


def menu(context, name):
    """Return the buttons of a menu on top of a page: empty when there is no such menu."""
    groups = [group for group in context["header_buttons"] if group["label"] == f"{name}-buttons"]
    return groups[0]["buttons"] if groups else []
