"""How the book is put together, as one extension of Sphinx.

execution      runs the pages
markdown       says a page in plain Markdown
notebooks      makes the notebooks of all pages, the zip, and what offers them
publish        makes what depends on where the project lives
numbering      gives pages the print's numbers
concordance    leads from the print's pages to ours
explorers      lets explorers share their module, and keeps a still picture of each
artwork        draws title and logo
formulas       draws formulas ahead of time
pictures       stores pictures small
search         lists what the search looks through
styles         makes one small style sheet
npm            runs the programs in web/
pages          finishes the pages
paper          prepares the book for LaTeX
"""

import importlib


def setup(app):
    for name in (
        "artwork",
        "concordance",
        "execution",
        "explorers",
        "formulas",
        "notebooks",
        "numbering",
        "pages",
        "paper",
        "publish",
        "search",
    ):
        importlib.import_module(f"{__name__}.{name}").setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
