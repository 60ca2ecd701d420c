"""Explorers on a page share their module, and leave a still picture where no script runs."""

import json

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from .execution import VIEW

WIDGETS = "ipywidgets_state"  # where MyST-NB keeps the widgets of a page


def share_modules(app, env):
    """Replace a module's text by the name of the first explorer on the page that has it."""
    for metadata in env.nb_metadata.values():
        _, script = metadata.get("js_files", {}).get(WIDGETS, (None, None))
        if script:
            widgets, owners = json.loads(script["body"]), {}
            for name, model in widgets["state"].items():
                module = model["state"].get("_esm")
                if module and owners.setdefault(module, name) != name:
                    model["state"]["_esm"] = owners[module]
            script["body"] = json.dumps(widgets).replace("</", "<\\/")


class KeepStill(SphinxPostTransform):
    """Put the still picture of an explorer beside it, for browsers without scripts."""

    default_priority = 3  # before MyST-NB takes the explorer alone
    formats = ("html",)

    def run(self):
        for bundle in self.document.findall(nodes.container):
            found = {part.get("mime_type"): part for part in bundle} if "nb_element" in bundle else {}
            if VIEW in found and "image/png" in found:
                still = found["image/png"].next_node(nodes.image).deepcopy()
                still["alt"] = f"A still picture of {found['text/plain'].astext()}"
                tags = [nodes.raw("", f"<{tag}>", format="html") for tag in ("noscript", "/noscript")]
                found[VIEW] += [tags[0], still, tags[1]]


def setup(app):
    app.add_post_transform(KeepStill)
    app.connect("env-check-consistency", share_modules)
