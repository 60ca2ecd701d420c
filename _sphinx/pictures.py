"""Give pictures their sizes, few colors, and twins for the dark theme; load those that are seen."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

DARK = "dark"  # beside the pages, the dark figures, each named as Sphinx names its light twin
PICTURE = re.compile(
    r'<img (?P<before>[^>]*)src="(?P<place>[^"]*_images/)(?P<stem>[\w.-]+)\.png"(?P<after>[^>]*?) */?>'
)


def lighten(source, target):
    """Store a picture with 48 colors as WebP, which takes half of what a PNG does, and return its size."""
    with Image.open(source) as picture:
        # colors by what they cover: by the median, a red that is rare would be lost among the blues
        few = picture.convert("RGB").quantize(
            48, Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE
        )
        few.convert("RGB").save(target, lossless=True)
    return picture.size


def place(app, pages):
    """Say how high pictures are, which are below the first screen, and which one a theme shows."""
    images, dark = Path(app.outdir) / "_images", Path(app.outdir).parent / DARK
    light, twins = list(images.glob("*.png")), list(dark.glob("*.png"))
    with ThreadPoolExecutor() as pool:
        sizes = dict(
            zip(
                (path.stem for path in light),
                pool.map(lighten, light, [path.with_suffix(".webp") for path in light]),
            )
        )
        list(pool.map(lighten, twins, [images / f"{path.stem}-dark.webp" for path in twins]))
    for path in light:
        path.unlink()

    def picture(found):
        before, where, stem, after = found["before"], found["place"], found["stem"], found["after"]
        width, height = sizes[stem]
        rest = f'width="{width}" height="{height}" loading="lazy"{after}'
        if not (dark / f"{stem}.png").exists():
            return f'<img {before}src="{where}{stem}.webp" {rest}/>'
        both = [
            f'<img {before}class="only-{theme}" src="{where}{stem}{end}.webp" {rest}/>'
            for theme, end in (("light", ""), ("dark", "-dark"))
        ]
        return "".join(both)

    for name, page in pages.items():
        pages[name] = PICTURE.sub(picture, page)
