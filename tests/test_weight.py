"""Pages are there the moment they open: their weight, their waits, and what is left without scripts."""

import gzip
import re
from urllib.parse import urljoin

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import agml_helpers as ag
from _sphinx import pictures
from shared import BUILT, HTML


def weight(file):
    data = file.read_bytes()
    return len(data) if file.suffix == ".webp" else len(gzip.compress(data))


@pytest.mark.parametrize("name", BUILT)
def test_page_is_light_and_waits_for_nothing(name, built):
    """Sent compressed, with all that it loads."""
    page = built(name.removesuffix(".html"))
    loads = page.select('script[src], link[rel="stylesheet"], img:not(noscript img)')
    names = {tag.get("src") or tag.get("href") for tag in loads}
    names = {urljoin(name, address).split("?")[0] for address in names if not address.startswith("data:")}
    files = {(HTML / address).resolve() for address in names}
    assert len(files) >= 5
    explorers = bool(page.select('script[type$="widget-view+json"]'))
    assert (HTML / "_static" / "widgets.js" in files) == explorers
    assert len(page.find_all(string=re.compile("export function quadric"))) == explorers
    assert str(HTML.parent.parent) not in str(page)  # the book can be moved
    assert weight(HTML / name) + sum(map(weight, files)) <= (500_000 if explorers else 350_000)
    assert len(page.select('head link[rel="stylesheet"]')) == 1
    assert page.select("script[src]:not([defer]):not([async])") == []
    assert bool(page.select('script[src*="places.js"]')) == (name == "search.html")
    lines = [line for code in page.select("article .cell pre") for line in code.get_text().splitlines()]
    assert [line for line in lines if len(line) > 90] == []  # a desktop shows no more
    for picture in page.select("article img:not(.title-image)"):
        assert int(picture["width"]) > 0 and int(picture["height"]) > 0 and picture["loading"] == "lazy"


@pytest.mark.parametrize("name", BUILT)
def test_formulas_are_in_the_page(name, built):
    page = built(name.removesuffix(".html"))
    formulas = page.select("article .math")
    assert all(formula.select("mjx-container svg") for formula in formulas)
    assert page.select("article mjx-merror, article [data-mml-node=merror]") == []
    glyphs = {path["id"] for path in page.select("svg.glyphs path")}
    assert {use["href"].removeprefix("#") for use in page.select("mjx-container use")} == glyphs
    if name.startswith("chapters/1_linear_regression/1_"):
        assert len(formulas) > len(page.select("article .kept")) > 0


def test_a_rare_color_survives_in_the_pictures(tmp_path):
    x, _, y = ag.make_data(20)
    ag.plot_gradient_field(x, y, [0], [0]).figure.savefig(tmp_path / "a.png")
    pictures.to_webp(tmp_path / "a.png")
    seen = plt.imread(tmp_path / "a.webp")[..., :3].reshape(-1, 3) / 255
    assert np.abs(seen - to_rgb(ag.PALETTE.red)).max(axis=1).min() * 255 < pictures.STEP / 2 + 0.01


def test_every_page_describes_itself(built):
    pages = [built(name.removesuffix(".html")) for name in BUILT]
    said = [page.select_one('meta[name="description"]')["content"] for page in pages]
    assert len(set(said)) == len(said)
    assert all(20 <= len(text) <= 165 and "\\(" not in text for text in said)


UNSEEN = """things => things.filter(thing =>
    !thing.checkVisibility({visibilityProperty: true}) || thing.getBoundingClientRect().width <= 2
).map(thing => thing.outerHTML.slice(0, 200))"""
GRADIENTS = "chapters/1_linear_regression/1_2_1_1-gradients.html"
PREFACE = "chapters/0_front_matter/preface.html"


@pytest.fixture(scope="module")
def still(browser):
    """A page of a browser that runs no scripts."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


@pytest.mark.parametrize(
    "name", [GRADIENTS, *(pytest.param(page, marks=pytest.mark.slow) for page in BUILT if page != GRADIENTS)]
)
def test_page_stands_without_scripts(still, name):
    """Formulas, pictures, stills of explorers, solutions, and the way to other pages."""
    still.goto((HTML / name).as_uri())
    pictures = "mjx-container > svg, .cell_output img"
    assert still.locator(f"article :is({pictures}, pre, .solution p)").evaluate_all(UNSEEN) == []
    link = still.get_by_role("link", name="Preface").first
    assert link.is_visible() and urljoin(name, link.get_attribute("href")).removesuffix("#") == PREFACE
    if name == GRADIENTS:
        link.click()
        assert still.locator("article h1").inner_text().startswith("Preface")
