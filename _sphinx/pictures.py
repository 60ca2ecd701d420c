"""Give pictures their sizes, few colors, and twins for the dark theme; load those that are seen."""

import re
from pathlib import Path

from PIL import Image

DARK = "dark"  # beside the pages, the dark figures, each named as Sphinx names its light twin
PICTURE = re.compile(
    r'<img (?P<before>[^>]*)src="(?P<place>[^"]*_images/)(?P<stem>[\w.-]+)\.png"(?P<after>[^>]*?) */?>'
)


def lighten(source, target):
    """Store a picture with 64 colors, and return its size."""
    with Image.open(source) as picture:
        size = picture.size
        if picture.mode != "P":
            picture = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
            picture.save(target, optimize=True)
    return size


def place(app, pages):
    """Say how high pictures are, which are below the first screen, and which one a theme shows."""
    images, dark = Path(app.outdir) / "_images", Path(app.outdir).parent / DARK
    sizes = {path.stem: lighten(path, path) for path in images.glob("*.png")}
    for path in dark.glob("*.png"):
        lighten(path, images / f"{path.stem}-dark.png")

    def picture(found):
        before, where, stem, after = found["before"], found["place"], found["stem"], found["after"]
        if "width=" in before + after or stem not in sizes:
            return found[0]
        width, height = sizes[stem]
        rest = f'width="{width}" height="{height}" loading="lazy"{after}'
        light = f'<img {before}src="{where}{stem}.png" {rest}/>'
        if not (dark / f"{stem}.png").exists():
            return light
        both = [
            f'<img {before}class="only-{theme}" src="{where}{stem}{end}.png" {rest}/>'
            for theme, end in (("light", ""), ("dark", "-dark"))
        ]
        return "".join(both)

    for name, page in pages.items():
        pages[name] = PICTURE.sub(picture, page)
