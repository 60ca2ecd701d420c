"""How `make lab` and Binder start JupyterLab; labconfig/ and custom/ have its settings and its looks.

Nothing is read from the reader's own configuration and nothing written into it: JupyterLab keeps its layout
in _build/lab.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

c = get_config()  # noqa: F821
c.ServerApp.root_dir = str(ROOT / "notebooks")
c.ServerApp.jpserver_extensions = {"jupyterlab_jupytext": False}  # the tests read pages with it, nobody here
c.LabApp.default_url = "/lab/tree/index.md"
c.ContentsManager.hide_globs = ["__pycache__", "agml_*"]
# a kernel without use leaves after 20 minutes, even if its page is still open
c.MappingKernelManager.cull_idle_timeout, c.MappingKernelManager.cull_interval = 1200, 60
c.MappingKernelManager.cull_connected = True
# the looks, and the book's font, which its build has fetched
fonts = ROOT / "_sphinx" / "web" / "node_modules" / "@fontsource-variable"
c.ServerApp.tornado_settings = {"static_custom_path": [str(ROOT / "_lab" / "custom"), str(fonts)]}
c.LabApp.custom_css = True
