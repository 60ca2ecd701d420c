"""Give pictures their sizes, few colors, and twins for the dark theme; load those that are seen."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

STEP = 16
DARK = "dark"  # beside the pages, the dark figures, each named as Sphinx names its light twin
PICTURE = re.compile(
    r'<img (?P<before>[^>]*)src="(?P<place>[^"]*_images/)(?P<stem>[\w.-]+)\.png"(?P<after>[^>]*?) */?>'
)


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
        """Begin to convert what the pages show, and its dark twins."""
        if app.builder.format != "html":
            return
        images = Path(app.outdir) / "_images"
        images.mkdir(parents=True, exist_ok=True)
        shown = {Path(name).stem: Path(app.srcdir, path) for path, (_, name) in env.images.items()}
        twins = {f"{path.stem}-dark": path for path in (Path(app.outdir).parent / DARK).glob("*.png")}
        pool = ThreadPoolExecutor()
        self.sizes = {
            stem: pool.submit(to_webp, path, images / f"{stem}.webp")
            for stem, path in (shown | twins).items()
            if path.suffix == ".png"
        }
        pool.shutdown(wait=False)

    def place(self, app, pages):
        """Say how high pictures are, which are below the first screen, and which one a theme shows."""
        self.sizes = {stem: size.result() for stem, size in self.sizes.items()}
        for stem in self.sizes:
            (Path(app.outdir) / "_images" / f"{stem}.png").unlink(missing_ok=True)
        for name, page in pages.items():
            pages[name] = PICTURE.sub(self.picture, page)

    def picture(self, found):
        """Return what shows a picture, or the two of them."""
        before, where, stem, after = found["before"], found["place"], found["stem"], found["after"]
        width, height = self.sizes[stem]
        # drawn twice as fine as a screen is, so that their letters have the size of the text
        rest = f'width="{width // 2}" height="{height // 2}" loading="lazy"{after}'
        if f"{stem}-dark" not in self.sizes:
            return f'<img {before}src="{where}{stem}.webp" {rest}/>'
        both = (("light", stem), ("dark", f"{stem}-dark"))
        return "".join(
            f'<img {before}class="only-{theme}" src="{where}{name}.webp" {rest}/>' for theme, name in both
        )
