"""Every page in a real browser, from a folder that was moved, with the network cut off."""

import contextlib
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError, expect

from remote import watch
from shared import BUILT, HTML, OPEN

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 844}
WCAG = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
OF_COLORS = ["color-contrast", "link-in-text-block"]
SECTION = "chapters/1_linear_regression/"
# on a desktop there is a frame around the article, which all pages share
WIDE = ["index.html", "appendix/helpers.html", f"{SECTION}1_2_2-hidden-layers.html"]


@pytest.fixture(scope="session")
def moved(tmp_path_factory):
    """The built book in another folder."""
    return shutil.copytree(HTML, tmp_path_factory.mktemp("moved") / "book")


SETTLED = """async () => {
    for (const image of document.images) image.loading = "eager";  // or those below would not come
    const frame = () => new Promise(requestAnimationFrame);
    const ready = Promise.all([document.fonts.ready, ...[...document.images]
        .filter(image => image.checkVisibility()).map(image => image.decode().catch(() => {}))]);
    // a check will say what is still missing then
    await Promise.race([ready, new Promise(resolve => setTimeout(resolve, 10_000))]);
    await frame();
    await frame();
}"""


# How far things have moved since the page was opened.
SHIFT = """() => {
    const observer = new PerformanceObserver(() => {});
    observer.observe({type: "layout-shift", buffered: true});
    return observer.takeRecords().reduce((sum, entry) => sum + entry.value, 0);
}"""
FOCUSABLE = """() => [...document.querySelectorAll("pre, .cell_output, mjx-container")].every(
    node => node.scrollWidth <= node.clientWidth || node.tabIndex === 0
        || node.querySelector("[tabindex='0']"))"""


@pytest.fixture
def visit(browser, moved):
    """Return a function that opens a page, without motion; nothing may go wrong there."""
    with browser.new_context(reduced_motion="reduce", offline=True) as context:
        wrong = watch(context)

        def open_page(name, viewport=DESKTOP, theme="light"):
            page = context.new_page()
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=theme)
            page.goto(f"{moved.as_uri()}/{name}")
            page.evaluate(SETTLED)
            return page

        yield open_page
    assert wrong == []


# Marks one of the elements that show text in the same colors, size and weight, on the same grounds.
KINDS = """() => {
    const seen = new Set();
    for (const node of document.querySelectorAll("body *")) {
        node.removeAttribute("data-kind");
        if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
        const {color, fontSize, fontWeight} = getComputedStyle(node);
        const kind = [node.tagName, color, fontSize, fontWeight];
        for (let above = node; above; above = above.parentElement) {
            const {backgroundColor, opacity, visibility, display} = getComputedStyle(above);
            kind.push(backgroundColor, opacity, visibility, display);
        }
        if (!seen.has(kind.join())) node.setAttribute("data-kind", "");
        seen.add(kind.join());
    }
}"""


# Formulas are taken apart meanwhile: they are thousands of shapes, in which axe finds nothing.
AXE = """async options => {
    const formulas = [...document.querySelectorAll("mjx-container svg, svg.glyphs")];
    const shapes = formulas.map(formula => [...formula.childNodes]);
    for (const formula of formulas) formula.replaceChildren();
    axe.configure({rules: [{id: "color-contrast", selector: "[data-kind]"}]});
    const {violations} = await axe.run(options);
    formulas.forEach((formula, at) => formula.replaceChildren(...shapes[at]));
    return violations;
}"""


def violations(page, rules=WCAG):
    """Return what axe finds wrong by its rules; of texts that look alike, one is tried for contrast."""
    page.evaluate(KINDS)
    found = page.evaluate(AXE, {"runOnly": rules, "preload": False, "resultTypes": ["violations"]})
    return [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]


def look(page, viewport, theme):
    """Let an open page be seen in another view, and wait until it is drawn anew."""
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(viewport)
    page.evaluate(SETTLED)
    # the theme takes its time to let the keyboard reach what scrolls now
    with contextlib.suppress(TimeoutError):
        page.wait_for_function(FOCUSABLE, timeout=2000)
    assert page.evaluate("[document.documentElement.dataset.theme, innerWidth]") == [theme, viewport["width"]]


# What is wrong on a page in any view: it is too wide, a picture is not there, a line begins with a comma that
# a formula ended with, code doesn't fit, something moves.
FAULTS = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility());
    const begins = kept => {
        const mark = document.createRange(), formula = [...kept.querySelectorAll("svg")].at(-1);
        mark.selectNodeContents(kept.lastChild);
        return mark.getBoundingClientRect().left < formula.getBoundingClientRect().right - 5;
    };
    const moves = ({animationName, transitionDuration, transitionProperty}) => animationName !== "none"
        || parseFloat(transitionDuration) > 0 && transitionProperty !== "none";
    return [
        ...[document.documentElement].filter(root => root.scrollWidth > innerWidth),
        ...seen("img").filter(image => image.naturalWidth === 0),
        ...seen("article .kept").filter(begins),
        ...seen("article pre").filter(pre => innerWidth > 1000 && pre.scrollWidth > pre.clientWidth),
        ...seen("*").filter(node => moves(getComputedStyle(node))),
    ].map(node => node.outerHTML.slice(0, 200));
}"""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in WIDE else pytest.mark.slow) for n in BUILT]
)
def test_page_is_clean(visit, name):
    """Loaded once and seen on a phone, on a desktop and in the dark, each tried by what may differ there."""
    page = visit(name, PHONE)
    page.evaluate(Axe().axe_script)
    assert page.evaluate(SHIFT) <= 0.02
    page.evaluate(OPEN)
    for viewport, theme, rules in (
        (PHONE, "light", WCAG),
        (DESKTOP, "light", WCAG if name in WIDE else []),
        (DESKTOP, "dark", OF_COLORS),
    ):
        look(page, viewport, theme)
        assert page.evaluate(FAULTS) == (violations(page, rules) if rules else []) == []


PAPER = """() => {
    const seen = selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility());
    const light = color => Math.max(...color.match(/\\d+/g).slice(0, 3)) > 128;
    const texts = "article :is(p, h1, h2, li, pre, figcaption span, mjx-container svg)";
    return {
        title: seen("h1").map(title => title.innerText.trim()),
        pale: seen(texts).filter(node => light(getComputedStyle(node).color)).length,
        grounds: seen("html, body, article, article div, article pre, article img").filter(node => {
            const {backgroundColor, filter} = getComputedStyle(node);
            return filter !== "none" || !backgroundColor.endsWith(", 0)") && !light(backgroundColor);
        }).length,
        controls: seen("button, input, .headerlink, nav").map(node => node.outerHTML.slice(0, 99)),
        cut: seen("article pre").filter(node => node.scrollWidth > node.clientWidth).length,
        folded: document.querySelectorAll(".solution p").length - seen(".solution p").length,
    };
}"""


def test_on_paper_a_page_is_light_and_whole(visit):
    """Printed from a dark screen, on paper 700 px wide; then the screen is dark again."""
    page = visit(f"{SECTION}1_2_1_2-descent-and-backward-propagation.html", theme="dark")
    page.set_viewport_size({"width": 700, "height": 900})
    page.locator("article .widgets").first.scroll_into_view_if_needed()
    page.locator("article .widgets button").first.wait_for()
    on_screen = page.evaluate(PAPER)
    assert all(on_screen[key] for key in ("pale", "grounds", "controls", "folded"))
    page.emulate_media(media="print")
    page.wait_for_function("document.documentElement.dataset.theme === 'light'")
    (title,) = (paper := page.evaluate(PAPER)).pop("title")
    assert title.startswith("1.2.1.2") and paper == {
        "pale": 0,
        "grounds": 0,
        "controls": [],
        "cut": 0,
        "folded": 0,
    }
    page.emulate_media(media="screen")
    page.wait_for_function("document.documentElement.dataset.theme === 'dark'")


LETTERS = """paragraphs => Math.max(...paragraphs.map(paragraph => {
    const lines = {}, range = document.createRange();
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let text; (text = walker.nextNode());) {
        for (let at = 0; at < text.length; at++) {
            range.setStart(text, at);
            range.setEnd(text, at + 1);
            const line = Math.round(range.getBoundingClientRect().bottom / 10);
            lines[line] = (lines[line] ?? 0) + 1;
        }
    }
    return Math.max(...Object.values(lines));
}))"""


def test_a_line_of_text_has_at_most_eighty_letters(visit):
    """However wide the screen is; and all grows with the text size that the browser is set to."""
    page = visit("beyond/b13-how-big-a-singularity.html", {"width": 1920, "height": 1000})
    text = page.locator("article :is(section, .admonition) > p:not(:has(.math))")
    assert 70 < text.evaluate_all(LETTERS) <= 80
    size = "getComputedStyle(document.querySelector('article p')).fontSize"
    before = float(page.evaluate(size).removesuffix("px"))
    page.add_style_tag(content=":root:root { font-size: 212.5% }")
    assert float(page.evaluate(size).removesuffix("px")) == 2 * before


FOUND = {
    "1.2.2": "1_2_2-hidden-layers.html#univariate",
    "A.1.0.1": "a_1_0_1-descent-in-3d.html#code-for",
    "(1.1)": "#equation-eq-dw",
    "Fig. 1.5": "#fig-descent-3d",
    "exercise 1.17": "#exercise-db",
    "-0.2129": "#a-random-start",
    "B13": "b13-how-big-a-singularity.html#how-big",
    "groebner": "#term-Grobner-basis",
    "gradiant": "#term-Gradient",
    "learning rate": "#term-Learning-rate",
    "σ": "#fig-sigmoid",
    "sigma": "#fig-sigmoid",
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
