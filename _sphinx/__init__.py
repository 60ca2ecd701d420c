"""How the book is put together, as one extension of Sphinx.

mistakes       finds what an author has forgotten
execution      runs the pages
markdown       says a page in plain Markdown
notebooks      makes the notebooks of all pages, the zip, and what offers them
publish        makes what depends on where the project lives
numbering      gives pages the print's numbers
concordance    leads from the print's pages to ours
explorers      lets explorers share their module, and keeps a still picture of each
artwork        draws the title picture
formulas       draws formulas ahead of time
pictures       stores pictures small
search         lists what the search looks through
styles         makes one small style sheet
npm            runs the programs in web/
pages          finishes the pages
theme          changes what the theme and other extensions put into them
paper          prepares the book for LaTeX
"""

from importlib import import_module
from pkgutil import iter_modules


def setup(app):
    for module in iter_modules(__path__):
        module = import_module(f"{__name__}.{module.name}")
        if hasattr(module, "setup"):
            module.setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
