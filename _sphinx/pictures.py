"""Give pictures their sizes and few colors; load those that are seen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath

from PIL import Image

STEP = 16


def to_webp(path):
    """Make a picture a WebP of few colors, which takes half of what a PNG does, and return its size.

    Colors are rounded in steps from that of the ground, which stays as it is; a palette would lose rare ones.
    """
    with Image.open(path) as picture:
        colors = picture.convert("RGB")
    few = [
        min(max((color - ground + STEP // 2) // STEP * STEP + ground, 0), 255)
        for ground in colors.getpixel((0, 0))
        for color in range(256)
    ]
    colors.point(few).save(path.with_suffix(".webp"), lossless=True, method=2)
    path.unlink()
    return colors.size


def place(app, pages):
    """Convert all pictures, say how large they are, and let them load when they are about to be seen."""
    drawn = [*(app.outdir / "_images").glob("*.png")]
    with ThreadPoolExecutor() as pool:
        sizes = dict(zip([path.stem for path in drawn], pool.map(to_webp, drawn)))
    for picture in [found for page in pages.values() for found in page.select("img[src*='_images/']")]:
        source = PurePath(picture["src"])
        width, height = sizes[source.stem]
        # drawn twice as fine as a screen is, so that their letters have the size of the text
        size = {"width": str(width // 2), "height": str(height // 2)}
        picture.attrs |= {"src": str(source.with_suffix(".webp")), "loading": "lazy"} | size
