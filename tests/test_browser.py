"""Every page in a real browser, from its folder, with the network cut off."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from remote import call, watch
from shared import BUILT, HTML, OPEN, ROOT

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 844}
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OF_COLORS = ["color-contrast", "link-in-text-block"]
SECTION = "chapters/1_linear_regression/"
# on a desktop there is a frame around the article, which all pages share
WIDE = ["index.html", "appendix/helpers.html", f"{SECTION}1_2_2-hidden-layers.html"]


@pytest.fixture
def visit(browser):
    """Return a function that opens a page, without motion; nothing may go wrong there."""
    with browser.new_context(reduced_motion="reduce", offline=True) as context:
        wrong = watch(context)

        def open_page(name, viewport=DESKTOP, theme="light"):
            page = context.new_page()
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=theme)
            page.goto(f"{HTML.as_uri()}/{name}")
            call(page, "settled")
            return page

        yield open_page
    assert wrong == []


def look(page, viewport, theme, rules):
    """Return what is wrong with an open page in another view, and by rules of axe."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(viewport)
    call(page, "settled")
    call(page, "focusable")
    assert page.evaluate("[document.documentElement.dataset.theme, innerWidth]") == [theme, viewport["width"]]
    return call(page, "faults") + (call(page, "violations", {"runOnly": rules}) if rules else [])


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in WIDE else pytest.mark.slow) for n in BUILT]
)
def test_page_is_clean(visit, name):
    """Loaded once and seen on a phone, on a desktop and in the dark, each tried by what may differ there."""
    page = visit(name, PHONE)
    page.evaluate(Axe().axe_script)
    assert call(page, "shift") <= 0.02
    page.evaluate(OPEN)
    assert look(page, PHONE, "light", WCAG) == []
    assert look(page, DESKTOP, "light", WCAG if name in WIDE else []) == []
    assert look(page, DESKTOP, "dark", OF_COLORS) == []


def test_a_look_finds_what_is_wrong(visit):
    """Things that were wrong once, made wrong again."""
    page = visit(f"{SECTION}1_2_1_1-gradients.html")
    page.evaluate(Axe().axe_script)
    for wrong in (
        "window.print = () => {}",
        "document.querySelector('article .kept').lastChild.before(document.createElement('br'))",
        "document.querySelector('article').style.width = '1500px'",
        "document.querySelector('article h2 ~ p').style.color = '#aaa'",
    ):
        page.evaluate(f"() => {{ {wrong} }}")
    found = str(look(page, DESKTOP, "light", OF_COLORS))
    signs = "'print'", '<span class="kept"', "<html", "color-contrast"
    assert [sign for sign in signs if sign not in found] == []


def test_on_paper_a_page_is_light_and_whole(visit):
    """Printed from a dark screen, on paper 700 px wide; then the screen is dark again."""
    page = visit(f"{SECTION}1_2_1_2-descent-and-backward-propagation.html", theme="dark")
    page.set_viewport_size({"width": 700, "height": 900})
    page.locator("article .widgets").first.scroll_into_view_if_needed()
    page.locator("article .widgets button").first.wait_for()
    on_screen = call(page, "onPaper")
    assert all(on_screen[key] for key in ("pale", "grounds", "controls", "folded"))
    page.evaluate(f"scrollTo(0, 0); {OPEN}")  # what is drawn out of sight is drawn again in the light
    page.locator("article canvas").wait_for()
    page.emulate_media(media="print")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    assert call(page, "onPaper") == dict.fromkeys(on_screen, 0)
    assert page.locator("h1:visible").inner_text().strip().startswith("1.2.1.2")
    page.emulate_media(media="screen")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")


def test_a_line_of_text_has_at_most_eighty_letters(visit):
    """However wide the screen is; and all grows with the text size that the browser is set to."""
    page = visit("beyond/b13-how-big-a-singularity.html", {"width": 1920, "height": 1000})
    assert 70 < call(page, "longest", "article :is(section, .admonition) > p:not(:has(.math))") <= 80
    size = "getComputedStyle(document.querySelector('article p')).fontSize"
    before = float(page.evaluate(size).removesuffix("px"))
    page.add_style_tag(content=":root:root { font-size: 212.5% }")
    assert float(page.evaluate(size).removesuffix("px")) == 2 * before


FOUND = {
    "1.2.2": "1_2_2-hidden-layers.html#univariate",
    "A.1.0.1": "a_1_0_1-descent-in-3d.html#code-for",
    "(1.1)": "#equation-eq-dw",
    "exercise 1.17": "#exercise-db",
    "-0.2129": "#a-random-start",
    "B13": "b13-how-big-a-singularity.html#how-big",
    "groebner": "#term-Grobner-basis",
    "gradiant": "#term-Gradient",
    "sigmiod": "#term-Sigmoid",
    "learning rate": "#term-Learning-rate",
    "Figure 1.9": "#fig-sigmoid",
    "α": "#term-Learning-rate",
    "sigma": "#term-Sigmoid",
    "mse_loss": "#agml_helpers.mse_loss",
}


def test_search_finds_the_right_place_first(visit):
    """By number, printed value, Greek letter, without accents, with a wrong letter; from a folder."""
    page = visit("search.html?q=neuron")
    first, field = page.locator("#search-results a").first, page.locator(".bd-search-container input")
    assert field.input_value() == "neuron" and first.get_attribute("href").endswith("#term-Neuron")
    found = {query: field.fill(query) or first.get_attribute("href") for query in FOUND}
    assert {query: href for query, href in found.items() if FOUND[query] not in href} == {}
    for query in ("constructor", "__proto__"):
        field.fill(query)
        assert page.locator("#search-results").inner_text().strip() == "Nothing found."
    field.fill("3485.8 medians")  # in no place together
    assert page.locator("#search-results li").count() > 1
    # a printed value in a solution: its line, its page; there it is opened and marked
    field.fill("mean 93.5")
    hit = page.locator("#search-results li").first
    assert "mean 93.5" in hit.inner_text() and "1.2.1 Gradient Descent" in hit.inner_text()
    hit.get_by_role("link").click()
    expect(page.get_by_text("with the last sample at 10,000").last).to_be_in_viewport()
    assert page.locator(".solution [hidden]").count() == page.locator(".solution").count() - 1


def test_links_show_where_they_lead(visit):
    """Pointed at or focused, from a folder; here those that lie over the boxes of a map, on a phone."""
    page = visit("beyond/index.html", PHONE)
    tip, picture = page.get_by_role("tooltip"), page.locator("#fig-pages img")
    size = picture.bounding_box()
    source = (ROOT / "beyond" / "index.md").read_text(encoding="utf-8")
    for name, column, row in re.findall(r'"(B\d+)": .*?\((\d), (\d)\)\)', source):
        middle = {"x": (int(column) + 0.5) / 3 * size["width"], "y": (int(row) + 0.5) / 6 * size["height"]}
        picture.hover(position=middle, force=True)  # the link is above it
        expect(tip).to_have_text(re.compile(f"^{name} "))
        box = tip.bounding_box()
        assert 0 <= box["x"] <= PHONE["width"] - box["width"]
        page.keyboard.press("Escape")
        expect(tip).to_be_hidden()
    page.mouse.move(0, 0)  # or the map would scroll below it
    page.locator(".page-map a").first.focus()
    expect(tip).to_have_text(re.compile("^B1 "))
