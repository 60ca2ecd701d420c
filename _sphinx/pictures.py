"""Give pictures their sizes and few colors; load those that are seen."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

STEP = 16


def to_webp(source, target):
    """Store a picture with few colors as WebP, which takes half of what a PNG does, and return its size.

    Colors are rounded in steps from that of the ground, which stays as it is; a palette would lose rare ones.
    """
    with Image.open(source) as picture:
        colors = picture.convert("RGB")
    few = [
        min(max((color - ground + STEP // 2) // STEP * STEP + ground, 0), 255)
        for ground in colors.getpixel((0, 0))
        for color in range(256)
    ]
    colors.point(few).save(target, lossless=True, method=2)
    return colors.size


class Pictures:
    """The pictures of a book, converted while Sphinx writes its pages."""

    def convert(self, app, env):
        """Begin to convert what the pages show."""
        if app.builder.format != "html":
            return
        images = Path(app.outdir) / "_images"
        images.mkdir(parents=True, exist_ok=True)
        shown = {Path(name).stem: Path(app.srcdir, path) for path, (_, name) in env.images.items()}
        pool = ThreadPoolExecutor()
        self.sizes = {
            stem: pool.submit(to_webp, path, images / f"{stem}.webp")
            for stem, path in shown.items()
            if path.suffix == ".png"
        }

    def place(self, app, pages):
        """Say how high pictures are, and let them load when they are about to be seen."""
        for picture in [found for page in pages.values() for found in page.select("img[src*='_images/']")]:
            place = picture["src"].removesuffix(".png")
            width, height = self.sizes[Path(place).name].result()
            # drawn twice as fine as a screen is, so that their letters have the size of the text
            size = {"width": str(width // 2), "height": str(height // 2)}
            picture.attrs |= {"src": f"{place}.webp", "loading": "lazy"} | size
        for stem in self.sizes:
            (Path(app.outdir) / "_images" / f"{stem}.png").unlink(missing_ok=True)
