"""Let the explorers of a page share their module: the page holds its text once, not with each of them."""

import json

STATE = "ipywidgets_state"  # where MyST-NB keeps the widgets of a page


def share(state):
    """Replace a module's text by the name of the first model that has it."""
    owners = {}
    for name, model in state["state"].items():
        module = model["state"].get("_esm")
        if module and owners.setdefault(module, name) != name:
            model["state"]["_esm"] = owners[module]
    return state


def lighten(app, env):
    """Share modules on every page."""
    for metadata in env.nb_metadata.values():
        path, script = metadata.get("js_files", {}).get(STATE, (None, None))
        if script:
            state = share(json.loads(script["body"]))
            metadata["js_files"][STATE] = path, script | {"body": json.dumps(state).replace("</", "<\\/")}


def setup(app):
    app.connect("env-check-consistency", lighten)
    return {"parallel_read_safe": True}
