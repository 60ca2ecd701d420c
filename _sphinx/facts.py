"""Gather what Markdown can't know of the book, and plain.py reads: numbers, titles, labels."""

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

WORDS = {"figure": "Fig. ", "exercise": "Exercise "}


def gather(app, doctrees):
    """Return the facts of a book whose pages are these trees."""
    env, std = app.env, app.env.domaindata["std"]
    docs = sorted(env.found_docs - {"genindex"})
    # Sphinx resolves the pages that it writes, and need not write all
    doctrees = {doc: doctrees.get(doc) or env.get_and_resolve_doctree(doc, app.builder) for doc in docs}
    numbers = {
        (doc, anchor): WORDS[kind] + ".".join(map(str, number))
        for doc, kinds in env.toc_fignumbers.items()
        for kind, anchors in kinds.items()
        if kind in WORDS
        for anchor, number in anchors.items()
    }
    fragments = {
        (doc, name): fragment(node, name)
        for doc in docs
        for node in doctrees[doc].findall(nodes.Element)
        for name in node["ids"]
    }
    made = {doc: [markdown(app, doc, part, fragments) for part in directives(doctrees[doc])] for doc in docs}
    labels = {
        name: [
            doc,
            fragments.get((doc, anchor), ""),
            numbers.get((doc, anchor)) or std["labels"].get(name, ["", "", ""])[2],
        ]
        for name, (doc, anchor) in std["anonlabels"].items()
        if doc in docs
    }
    return {
        "pages": {
            doc: {"title": env.titles[doc].astext(), "number": env.metadata[doc].get("number")}
            for doc in docs
        },
        "contents": outline(env),
        "labels": labels,
        "equations": {
            anchor.removeprefix("equation-"): [doc, ".".join(map(str, number))]
            for doc, kinds in env.toc_fignumbers.items()
            for anchor, number in kinds.get("displaymath", {}).items()
        },
        "terms": {name.lower(): place for (kind, name), place in std["objects"].items() if kind == "term"},
        "objects": {
            name: [found.docname, found.node_id] for name, found in env.domaindata["py"]["objects"].items()
        },
        "citations": {cited.key: citation(cited.entry) for cited in env.domaindata["cite"]["citations"]},
        "made": {doc: parts for doc, parts in made.items() if parts},
    }


def outline(env):
    """Return the parts of the book: the title of each, and its pages with their depth."""

    def below(docs, depth):
        for doc in docs:
            yield [depth, doc]
            yield from below(env.toctree_includes.get(doc, []), depth + 1)

    trees = env.tocs["index"].findall(addnodes.toctree)
    return [[tree["caption"] or "Pages", [*below(tree["includefiles"], 0)]] for tree in trees]


def directives(doctree):
    """Return what Sphinx made of each directive that Markdown has no words for, in their order."""
    made = []
    for node in doctree.findall(nodes.Element):
        if "concordance" in node.get("classes", []):
            made[-1].append(node)
        elif (
            (isinstance(node, addnodes.desc) and not isinstance(node.parent, addnodes.desc_content))
            or (isinstance(node, nodes.literal_block) and "source" in node)
            or (isinstance(node, nodes.container) and any(isinstance(part, nodes.citation) for part in node))
            or "page-strip" in node.get("classes", [])
        ):
            made.append([node])
    return made


def markdown(app, doc, made, fragments):
    """Return such nodes as Markdown: a fence, or HTML in one block, whose links say `page:`."""
    if isinstance(made[0], nodes.literal_block):
        return f"```{made[0].get('language', '')}\n{made[0].astext()}\n```\n"
    made[0].document.settings = app.builder.docsettings
    translator = app.builder.create_translator(made[0].document, app.builder)
    for node in made:
        node.walkabout(translator)
    html = re.sub(r'<a class="headerlink".*?</a>', "", "".join(translator.body))
    html = re.sub(r"(<t[dh][^>]*>)<p>(.*?)</p>\n?(?=</t)", r"\1\2", html)
    folder = Path(app.builder.get_target_uri(doc)).parent

    def lead(found):
        page = os.path.normpath(folder / found[1]).removesuffix(".html") if found[1] else doc
        return f'href="page:{page}#{fragments.get((page, found[2]), "")}"'

    html = re.sub(r'href="([^":#]*)(?:#([^"]*))?"', lead, html)
    return re.sub(r"\n(?=\n)", "\n&#10;", html.strip()).replace("&#10;\n", "&#10;") + "\n"


def fragment(node, name):
    """Return the name that JupyterLab gives the heading that a thing is below; a title needs none."""
    while node is not None and not isinstance(node, nodes.section):
        if isinstance(node, (addnodes.desc, addnodes.glossary)) or "concordance" in node["classes"]:
            return name
        node = node.parent
    if node is None or isinstance(node.parent, nodes.document) or any(node[0].findall(nodes.math)):
        return ""
    return node[0].astext().replace("’", "'").replace(" ", "-")


def citation(entry):
    """Return authors, year and address of an entry of the bibliography."""
    authors = [" ".join(person.last_names) for person in entry.persons["author"]]
    authors = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)
    doi = entry.fields.get("doi")
    return [authors, entry.fields["year"], f"https://doi.org/{doi}" if doi else ""]
