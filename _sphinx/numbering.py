"""The numbers that pages have in print, which Sphinx can't count by itself."""

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector


def number_pages(app, env):
    """Give each page the number that its front matter names as `number`.

    A numbered toctree would number the headings within a page too and so shift the pages below
    it, and it can't skip a level, as the print's A.1.0.1 does. Sphinx keeps section numbers in
    three places; the numbers of figures, equations and exercises follow from the second.
    """
    within = {}
    for doc, metadata in env.metadata.items():
        if "number" in metadata:
            number = tuple(str(metadata["number"]).split("."))
            env.titles[doc]["secnumber"] = number
            env.toc_secnumbers[doc] = {"": number}
            for reference in env.tocs[doc].findall(nodes.reference):
                if reference["anchorname"]:
                    within[doc, reference["anchorname"]] = ()
                else:
                    reference["secnumber"] = number
    changed = TocTreeCollector().assign_figure_numbers(env)
    # only now: a figure takes its number from the heading above it, or else from its page
    for (doc, anchor), number in within.items():
        env.toc_secnumbers[doc][anchor] = number
    return changed


def setup(app):
    # after Sphinx's own numbering, which runs at priority 500
    app.connect("env-get-updated", number_pages, priority=900)
    return {"parallel_read_safe": True}
