"""The numbers that pages have in print, which Sphinx can't count by itself, and those of theorems."""

from docutils import nodes
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.transforms.post_transforms import SphinxPostTransform


def number_pages(collector, env):
    """Give each page the number that its front matter names as `number`, in place of Sphinx's own way.

    A numbered toctree would number the headings within a page too and so shift the pages below
    it, and it can't skip a level, as the print's A.1.0.1 does. Sphinx keeps section numbers in
    three places; the numbers of figures, equations and exercises follow from the second.
    """
    for doc, metadata in env.metadata.items():
        if "number" in metadata:
            number = tuple(str(metadata["number"]).split("."))
            env.titles[doc]["secnumber"] = number
            env.toc_secnumbers[doc] = {"": number}
            for reference in env.tocs[doc].findall(nodes.reference):
                if not reference["anchorname"]:
                    reference["secnumber"] = number
    return []


def leave_headings(app, env):
    """Let headings within a page have no number: they would get that of their page.

    Not before figures are numbered: these take the number of the heading above them, or else of the page.
    """
    for doc, numbers in env.toc_secnumbers.items():
        for reference in env.tocs[doc].findall(nodes.reference):
            numbers.setdefault(reference["anchorname"], ())
    for doc in env.toc_fignumbers.keys() - env.toc_secnumbers.keys():
        env.toc_fignumbers[doc] = {}  # nor does a figure where the page has none
    return []


def counted(env, doc, kind, names):
    """Return the number of a thing on a page that has one of these names, or nothing."""
    numbers = env.toc_fignumbers.get(doc, {}).get(kind, {})
    return next((".".join(map(str, numbers[name])) for name in names if name in numbers), "")


class Theorems(SphinxPostTransform):
    """Set theorems as books do, with the number in the first line; sphinx-proof has boxes for them."""

    default_priority = 500

    def run(self):
        for theorem in filter(lambda box: "realtype" in box, list(self.document.findall(nodes.Admonition))):
            label, (_, content) = theorem["label"], theorem
            page = self.env.proof_list[label]["docname"]
            number = counted(self.env, page, theorem["countertype"], [label])
            name = f"{theorem['realtype'].title()} {number}".strip()
            mark = nodes.target(ids=[label]) if self.app.builder.format == "latex" else nodes.Text("")
            content[0][:0] = mark, nodes.strong("", f"{name}."), nodes.Text(" ")
            theorem.replace_self(nodes.container("", *content.children, ids=[label], classes=["theorem"]))


def setup(app):
    app.add_post_transform(Theorems)
    TocTreeCollector.assign_section_numbers = number_pages
    app.connect("env-get-updated", leave_headings, priority=900)  # figures are numbered at 500
