"""Make what depends on where the project lives, from the block of _config.yml that begins with `repository`.

Jupyter Book's own keys do most of it. JupyterLite, which runs in the browser, is published beside the pages.
Binder, Colab and JupyterHub open the executed notebooks, from the branch that .github/workflows/book.yml
pushes them to: Colab opens no page in MyST, and a JupyterHub has neither jupytext nor the modules, which are
beside the notebooks there.
"""

import re
import sys
from pathlib import Path

from sphinx.errors import ConfigError
from sphinx.util.template import FileRenderer

from . import theme
from .execution import FINE, ROOT

TEMPLATES = FileRenderer(ROOT / "_sphinx" / "templates")
NOTEBOOKS = "notebooks"
PRINTED = "agml_printed.json"  # what each cell prints, for the module of that name
LAUNCH = {"type": "group", "tooltip": "Run this page", "icon": "fas fa-rocket", "label": "launch-buttons"}
LITE = {
    "type": "link",
    "text": "Run in the browser",
    "tooltip": "Nothing to install: your changes stay in this browser",
    "icon": "_static/images/logo_jupyterlite.svg",
}
FILES = sorted(path.name for path in ROOT.glob("agml_*.[jp]*"))
MODULES = {Path(name).stem for name in FILES if name.endswith(".py")}


def read_addresses(app, config):
    """Turn on the buttons of a repository, and turn off all of them without one."""
    options = config.html_theme_options
    url = (options["repository_url"] or "").rstrip("/").removesuffix(".git")
    for key, value, form, pattern in (
        ("repository.url", url, "https://github.com/NAME/REPOSITORY", r"https://github\.com/[\w.-]+/[\w.-]+"),
        ("html.baseurl", config.html_baseurl, "https://NAME.github.io/REPOSITORY/", r"https?://\S+"),
    ):
        if value and not re.fullmatch(pattern, value):
            raise ConfigError(f"{key} in _config.yml must look like {form}, got {value}")
    if config.html_baseurl:
        config.html_baseurl = config.html_baseurl.rstrip("/") + "/"
        app.setup_extension("sphinx_sitemap")  # which warns without an address
        config.sitemap_url_scheme, config.sitemap_excludes = "{link}", ["search.html", "404.html"]
    options["repository_url"] = url
    if not url:
        options["launch_buttons"] = {}
    for button in ("repository", "edit_page", "issues"):
        options[f"use_{button}_button"] = bool(url)


def launch_from_notebooks(app):
    """Name the branch of the notebooks to the theme, which has noted the branch to edit by now."""
    app.config.html_theme_options["repository_branch"] = NOTEBOOKS


def lead_to_notebooks(app, pagename, templatename, context, doctree):
    """Lead the theme's buttons to the page's notebook; a published page runs in the browser first of all."""
    notebook, base = notebook_name(pagename), app.config.html_baseurl
    buttons = theme.menu(context, "launch")
    for button in buttons:
        button["url"] = button["url"].replace(f"/{pagename}.md", f"/{notebook}")
    if base and runs(app, pagename):
        if not buttons:
            context["header_buttons"].insert(0, LAUNCH | {"buttons": buttons})
        buttons.insert(0, LITE | {"url": f"{base}lite/lab/index.html?path={notebook}"})


def runs(app, doc):
    """Tell whether a page is a notebook."""
    return "kernelspec" in app.env.metadata.get(doc, {})


def notebook_name(page, ending=".ipynb"):
    """Return the file of a page among the notebooks, which all lie in one folder, beside the modules."""
    return Path(page.removesuffix("/index")).name + ending


def imported(code):
    """Return the names of what code imports, and of what our modules among them import in turn."""
    names = {*re.findall(r"^ *(?:import|from) (\w+)[\w.]*(?: as | import |$)", code, re.M)}
    ours = [(ROOT / f"{name}.py").read_text(encoding="utf-8") for name in names & MODULES]
    return names.union(*map(imported, ours))


def first_cell(url, code):
    """Return the cell that a notebook with this code begins with, to bring what it needs.

    JupyterLite brings packages in the browser, pip elsewhere, as on Colab. Modules are beside the notebook;
    one that was opened alone, from a repository, fetches them from the branch of the notebooks.
    """
    names = imported(code) | {"agml_printed"}
    packages = sorted(names - MODULES - sys.stdlib_module_names - {"IPython"})
    modules = sorted(names & MODULES)
    files = [file for file in [*FILES, PRINTED] if Path(file).stem in modules]
    values = {"packages": packages, "modules": modules, "files": files}
    return TEMPLATES.render("first-cell.ipy", values | {"url": url, "branch": NOTEBOOKS, "sizes": FINE})


def setup(app):
    app.connect("config-inited", read_addresses)
    app.connect("builder-inited", launch_from_notebooks, priority=900)  # the theme's own is at 500
    app.connect("html-page-context", lead_to_notebooks, priority=900)  # the theme's buttons are at 501
