"""Every page in a real browser, from a folder that was moved, with the network cut off."""

import re
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import HTML

VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
}
PAGES = sorted(path.relative_to(HTML).as_posix() for path in HTML.rglob("*.html") if "_static" not in path.parts)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECTION = "chapters/1_linear_regression/"


@pytest.fixture(scope="session")
def moved(tmp_path_factory):
    """The built book in another folder."""
    return shutil.copytree(HTML, tmp_path_factory.mktemp("moved") / "book")


@pytest.fixture
def visit(browser, moved):
    """Return a function that opens a page and a list of all that went wrong there."""
    contexts = []

    def open_page(name, **view):
        # without motion, or a check may catch a color that is on its way
        context = browser.new_context(reduced_motion="reduce", **view)
        contexts.append(context)
        page, wrong = context.new_page(), []
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.append(f"failed: {request.url[:200]}"))

        def leave(route):
            wrong.append(f"left the book: {route.request.url[:200]}")
            route.abort()

        page.route(re.compile("^(https?|wss?):"), leave)
        page.goto(f"{moved.as_uri()}/{name}")
        page.evaluate("""() => Promise.race([
            Promise.all([window.MathJax?.startup?.promise, document.fonts.ready]),
            new Promise(resolve => setTimeout(resolve, 10_000)),  // a check will say what is missing
        ])""")
        return page, wrong

    yield open_page
    for context in contexts:
        context.close()


def violations(page):
    found = Axe().run(page, options={"runOnly": WCAG, "preload": False, "resultTypes": ["violations"]}).response["violations"]
    return [(rule["id"], node["html"][:200]) for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_clean(visit, name, view):
    page, wrong = visit(name, **VIEWS[view])
    assert wrong == []
    assert page.evaluate("document.documentElement.scrollWidth") <= VIEWS[view]["viewport"]["width"]
    assert page.evaluate("[...document.images].filter(image => !image.hidden && image.naturalWidth === 0).length") == 0
    assert violations(page) == []
    assert page.locator("article .math:not(:has(mjx-container svg))").count() == 0
    assert page.locator("article mjx-merror, article [data-mml-node=merror]").count() == 0
    if name.startswith(SECTION + "1_"):
        assert page.locator("article .math").count() > page.locator("article .kept").count() > 0
    if view == "phone":  # no line begins with a comma that a formula ended with
        assert page.evaluate("""[...document.querySelectorAll("article .kept")].filter(kept => {
            const mark = document.createRange(), formula = [...kept.querySelectorAll("svg")].at(-1);
            mark.selectNodeContents(kept.lastChild);
            return kept.offsetParent && mark.getBoundingClientRect().left < formula.getBoundingClientRect().right - 5;
        }).length""") == 0
    if view == "light":
        assert page.evaluate("""[...document.querySelectorAll("article pre")]
            .filter(pre => pre.offsetParent && pre.scrollWidth > pre.clientWidth).map(pre => pre.textContent)""") == []


@pytest.mark.parametrize("name", PAGES)
def test_page_is_light(name):
    """The page itself and the pictures that no other page has."""
    text = (HTML / name).read_text(encoding="utf-8")
    pictures = set(re.findall(r'_images/([^"?]+)"', text))
    assert len(text.encode()) + sum((HTML / "_images" / picture).stat().st_size for picture in pictures) <= 1_500_000
    assert ("_static/widgets.js" in text) == ("widget-view+json" in text)


def test_search_works(visit):
    page, wrong = visit("search.html?q=neuron", **VIEWS["light"])
    page.locator("#search-results li").first.wait_for()
    assert page.locator("#search-results a[href*='1_2_2-hidden-layers']").count() > 0
    assert wrong == []


def test_nothing_moves_for_readers_who_prefer_that(visit):
    page, _ = visit("index.html", **VIEWS["light"])
    assert page.evaluate("""[...document.querySelectorAll("*")].filter(node => {
        const style = getComputedStyle(node);
        return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0 && style.transitionProperty !== "none";
    }).length""") == 0
