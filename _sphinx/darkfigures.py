"""Draw each figure once more for the dark theme: an IPython extension, loaded while the book is built.

A dark figure lies in the folder `Twins.folder`, an option of the kernel, by the name
that MyST-NB gives its light twin.
"""

import base64
import hashlib
from pathlib import Path

from IPython.utils.capture import capture_output

import agml_helpers as ag

WIDGET = "application/vnd.jupyter.widget-view+json"


class Twins:
    def __init__(self, shell, folder):
        self.shell, self.folder, self.light = shell, folder, []

    def note(self, message):
        """Keep in mind what is shown, but for widgets, which draw themselves in the theme of the page."""
        data = message["content"].get("data", {})
        if message["header"]["msg_type"] == "display_data" and "image/png" in data and WIDGET not in data:
            self.light.append(base64.b64decode(data["image/png"]))
        return message

    def draw(self, result):
        """Run a cell that has shown figures again, in a copy of its names, and store what it shows."""
        light, self.light = self.light, []
        if not light or not result.success:
            return
        # which ties itself to the kernel that imports it
        from matplotlib_inline.backend_inline import flush_figures

        with capture_output() as dark, ag.in_palette(ag.DARK):
            exec(self.shell.transform_cell(result.info.raw_cell), dict(self.shell.user_ns))
            flush_figures()
        pictures = [output.data["image/png"] for output in dark.outputs if "image/png" in output.data]
        for old, new in zip(light, pictures, strict=True):
            (self.folder / f"{hashlib.sha256(old).hexdigest()}.png").write_bytes(base64.b64decode(new))


def load_ipython_extension(shell):
    twins = Twins(shell, Path(shell.config.Twins.folder))
    shell.display_pub.register_hook(twins.note)
    shell.events.register("post_run_cell", twins.draw)
