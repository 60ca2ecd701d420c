"""The explorers: their pictures, the numbers in their texts, and what they are on paper."""

import io
import itertools

import agml_explorers as ex
import agml_helpers as ag
import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import LogNorm, to_rgba
from PIL import Image
from conftest import loss_at

x, y_true, y = ag.make_data(20)
w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.01, epochs=5)
X, inside = ag.make_circle(60)

MAKERS = {
    "line": lambda: ex.explore_line(x, y),
    "descent": lambda: ex.explore_descent(x, y),
    "lift": lambda: ex.explore_lift(X, inside),
    "neuron": ex.explore_neuron,
    "network": lambda: ex.explore_network(x, y),
}
every_explorer = pytest.mark.parametrize("name", MAKERS)


@pytest.fixture(scope="module")
def explored():
    """Every explorer, made once, with the figure and the arrays that each picture was drawn from."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        sheets = []
        picture, develop = ex.Film.picture, ex.Film.develop

        def spy_picture(self, text, artists):
            arrays = [np.array(a.get_xydata()) if hasattr(a, "get_xydata") else np.array(a.get_segments())
                      for a in artists]
            sheets.append((self.figure, text, artists, arrays))
            return picture(self, text, artists)

        def spy_develop(self):
            seen = [(ax.elev, ax.azim, len(ax.collections)) for ax in self.figure.axes if ax.name == "3d"]
            sheets.append((self.figure, self.text.get_text(), [], seen))
            return develop(self)

        patch.setattr(ex.Film, "picture", spy_picture)
        patch.setattr(ex.Film, "develop", spy_develop)
        before = dict(plt.rcParams)
        for name, make in MAKERS.items():
            sheets.clear()
            explorer = make()
            made[name] = explorer, list(sheets) if name == "lift" else sheets[1:]
            assert dict(plt.rcParams) == before and not plt.get_fignums()
    return made


SLIDERS = {
    "line": [("weight w", ["-4", "-0.213", "2", "4", "6", "8", "10", "12", "14"], ag.W_START),
             ("bias b", ["-24", "-20", "-16", "-12", "-8", "-4", "-0.7532", "4", "8"], ag.B_START)],
    "descent": [("rate α", ["0.0001", "0.001", "0.003", "0.01", "0.02", None, None], 0.001),
                ("epoch", ["0", "1", "2", "5", "10", "50", "100", "500", "1000", "2000"], 2000)],
    "lift": [("lift", ["0%", "20%", "40%", "60%", "80%", "100%"], 1)],
    "neuron": [("weight w", ["-4", "-2", "-1", "0", "0.5", "1", "2", "4"], 1),
               ("bias b", ["-4", "-2", "0", "2", "4"], 0)],
    "network": [("neurons d", ["1", "2", "3", "5", "10"], 2),
                ("epoch", ["0", "10", "30", "100", "300", "1000", "3000", "10000"], 10000)],
}


@every_explorer
def test_explorer_sliders(name, explored):
    explorer, _ = explored[name]
    assert len(explorer.sliders) == len(SLIDERS[name])
    for slider, (title, labels, start) in zip(explorer.sliders, SLIDERS[name]):
        assert (slider.description, slider.value) == (title, start)
        assert len(slider.options) == len(labels)
        for (shown, value), label in zip(slider.options, labels):
            assert label in (shown, None)
            number = float(shown.rstrip("%")) / (100 if "%" in shown else 1)
            assert number == pytest.approx(value, rel=0.01)
        assert (slider.layout.width, slider.layout.max_width) == ("auto", "36rem")


def test_explorer_of_the_descent_has_the_fastest_rate_and_one_too_large(explored):
    *_, fastest, too_large = [value for _, value in explored["descent"][0].sliders[0].options]
    slow, steep = np.linalg.eigvalsh(ag.loss_hessian(x))
    assert abs(1 - fastest * slow) == pytest.approx(abs(1 - fastest * steep))
    assert steep * too_large == pytest.approx(2.02)


@every_explorer
def test_explorer_has_a_picture_and_a_text_for_every_choice(name, explored):
    explorer, _ = explored[name]
    choices = list(itertools.product(*([value for _, value in s.options] for s in explorer.sliders)))
    count = {"line": 81, "descent": 70, "lift": 6, "neuron": 40, "network": 40}[name]
    assert len(choices) == count and list(explorer.pictures) == choices
    said, pngs = zip(*explorer.pictures.values())
    assert len(set(said)) == len(set(pngs)) == count


SIZES = {"line": (1120, 608), "descent": (1216, 624), "lift": (660, 506), "neuron": (1120, 576),
         "network": (1216, 608)}


@every_explorer
def test_explorer_on_paper(name, explored):
    explorer, _ = explored[name]
    paper = Image.open(io.BytesIO(explorer.paper()))
    assert (paper.format, paper.mode, paper.size) == ("PNG", "RGB", SIZES[name])
    for _, png in explorer.pictures.values():
        sheet = Image.open(io.BytesIO(png))
        assert sheet.size == SIZES[name]
        # a sheet over a still one lets it through, one that stands alone does not
        assert (sheet.convert("RGBA").getextrema()[3][0] == 0) == (explorer.still is not None)
    assert (explorer.still is None) == (name == "lift")


@every_explorer
def test_explorer_on_paper_is_the_choice_over_what_stands_still(name, explored):
    explorer, _ = explored[name]
    before, slider = explorer.paper(), explorer.sliders[0]
    start = slider.value
    slider.index = 0
    try:
        choice = tuple(slider.value for slider in explorer.sliders)
        paper = np.asarray(Image.open(io.BytesIO(explorer.paper()))).astype(int)
        assert explorer.paper() != before
    finally:
        slider.value = start
    sheet = np.asarray(Image.open(io.BytesIO(explorer.pictures[choice][1])).convert("RGBA")).astype(float)
    color, cover = sheet[..., :3], sheet[..., 3:] / 255
    below = np.asarray(Image.open(io.BytesIO(explorer.still)).convert("RGB")) if explorer.still else 0
    assert np.abs(paper - (cover * color + (1 - cover) * below)).max() < 2


@every_explorer
def test_explorer_shows_every_picture_once_with_its_text(name, explored):
    def leaves(widget):
        if isinstance(widget, widgets.Stack):
            return [leaf for child in widget.children for leaf in leaves(child)]
        return [widget.value]

    explorer, _ = explored[name]
    images = leaves(explorer.children[-1])
    assert len(images) == len(explorer.pictures)
    for image, (text, png) in zip(images, explorer.pictures.values()):
        assert f'alt="{text}"' in image and ex._url(png) in image
    stack = explorer.children[-1]
    for slider in explorer.sliders:  # what is seen at first is what the sliders choose
        assert stack.selected_index == slider.index
        stack = stack.children[stack.selected_index]
    assert f'alt="{explorer.pictures[tuple(slider.value for slider in explorer.sliders)][0]}"' in stack.value


def test_explorer_of_the_line(explored):
    explorer, sheets = explored["line"]
    for ((w, b), (text, _)), (_, said, (_, line), (errors, drawn)) in zip(
            explorer.pictures.items(), sheets, strict=True):
        fit = w * x + b
        assert said == text == (f"w = {w:.4g}, b = {b:.4g}: the loss is {np.mean((fit - y) ** 2):,.1f}")
        assert drawn == pytest.approx(np.column_stack([x, fit]))
        assert errors[:, 0] == pytest.approx(np.column_stack([x, y]))
        assert errors[:, 1] == pytest.approx(np.column_stack([x, fit]))
        assert line.get_color() == ag.GREEN
    figure, _, (errors, line), _ = sheets[0]
    assert errors.get_color() == pytest.approx(np.array([to_rgba(ag.RED, 0.4)]))
    assert errors.get_linewidths() == [0.8] and line.get_linestyle() == "-"
    (ax,) = figure.axes
    assert ax.get_xlim() == (0, 10) and ax.get_ylim() == (-40, 150)
    assert look(ax.lines[0]) == ("None", "o", ag.BLUE, "data")


def test_explorer_of_the_descent(explored):
    # the oracle solves the descent: along each eigenvector the error shrinks by 1 − αλ
    explorer, sheets = explored["descent"]
    curvature, axes = np.linalg.eigh(2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1]]))
    best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
    start = axes.T @ (np.array([ag.W_START, ag.B_START]) - best)
    least = np.mean((best[0] * x + best[1] - y) ** 2)
    diverging = set()
    for ((alpha, epoch), (text, _)), (_, said, _, (path, here, falls, now)) in zip(
            explorer.pictures.items(), sheets, strict=True):
        k = np.arange(epoch + 1)[:, np.newaxis]
        along = (1 - alpha * curvature) ** k * start
        loss, points = least + along**2 @ curvature / 2, along @ axes.T + best
        expected = f"α = {alpha:.3g}, epoch {epoch}: the loss is {loss[-1]:,.5g}"
        if loss[-1] > loss[0]:
            expected += ", the descent diverges"
            diverging.add(alpha)
        assert said == text == expected
        assert falls == pytest.approx(np.column_stack([k, loss]), rel=1e-8)
        assert now == pytest.approx(np.array([[epoch, loss[-1]]]), rel=1e-8)
        assert here == pytest.approx(points[-1:], rel=1e-8)
        # the path ends where it leaves the plane, with the step that leaves it
        left = (np.abs(points - (5, -5)) > 15).any(axis=1)
        seen = min([epoch, *np.flatnonzero(left)[:1]]) + 1
        assert path == pytest.approx(points[:seen], rel=1e-8)
    assert diverging == {list(explorer.pictures)[-1][0]}  # the largest rate, and no other
    figure, _, artists, _ = sheets[0]
    assert [line.get_marker() for line in artists] == [".", "s", "None", "s"]
    assert {line.get_color() for line in artists} == {ag.RED}
    plane, curve = figure.axes
    (contours,) = plane.collections
    loss = loss_at(*np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100)))
    height = (contours.levels - loss.min()) / (loss.max() - loss.min())
    assert height == pytest.approx(10.0 ** (-3 + 0.3 * np.arange(10)))
    assert contours.get_cmap().name == "viridis" and isinstance(contours.norm, LogNorm)
    assert (plane.get_xlim(), plane.get_ylim()) == ((-10, 20), (-20, 10))
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("weight $w$", "bias $b$")
    assert (curve.get_xlabel(), curve.get_ylabel()) == ("epoch", "loss")
    assert (curve.get_xscale(), curve.get_yscale()) == ("symlog", "log")
    assert (curve.get_xlim(), curve.get_ylim()) == ((0, 2500), (60, 2e5))


def test_explorer_of_the_lift(explored):
    explorer, sheets = explored["lift"]
    drawn = reversed(sheets)  # from the highest to the flat one
    for ((height,), (text, _)), (figure, said, _, [seen]) in zip(explorer.pictures.items(), drawn, strict=True):
        apart = "the plane has one class on each side" if height else "no line separates the classes"
        assert said == text == f"lift {100 * height:.0f}%: {apart}"
        assert seen == pytest.approx((90 - 80 * height, -90 + 30 * height, 3 if height else 2))
        (ax,) = figure.axes
        assert not ax.computed_zorder


def test_explorer_of_the_neuron(explored):
    explorer, sheets = explored["neuron"]
    z = np.linspace(-8, 8, 401)
    for ((w, b), (text, _)), (_, said, _, (value, slope)) in zip(
            explorer.pictures.items(), sheets, strict=True):
        s = 1 / (1 + np.exp(-(w * z + b)))
        assert value == pytest.approx(np.column_stack([z, s]))
        assert slope == pytest.approx(np.column_stack([z, s * (1 - s)]))
        assert said == text and text.startswith(f"w = {w}, b = {b}: ")
        if w:
            middle = text.split("one half at x = ")[1]
            assert w * float(middle) + b == 0 and middle != "-0"
        else:
            assert text.endswith(f": the same {s[0]:.3f} for every x") and np.ptp(s) == 0
    figure, _, (value, slope), _ = sheets[0]
    assert (value.get_color(), value.get_linestyle()) == (ag.BLUE, "-")
    assert (slope.get_color(), slope.get_linestyle()) == (ag.RED, "--")
    assert texts(figure.legends[0]) == [r"$\sigma(wx + b)$", r"$\sigma'(wx + b)$"]
    (ax,) = figure.axes
    assert (ax.get_xlim(), ax.get_ylim()) == ((-8, 8), (-0.05, 1.05))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x$", "")


def test_explorer_of_the_network(explored):
    explorer, sheets = explored["network"]
    v, target = x.reshape(-1, 1), y.reshape(-1, 1)
    for ((d, epoch), (text, _)), (_, said, _, (curve, units)) in zip(
            explorer.pictures.items(), sheets, strict=True):
        assert said == text and text.startswith(f"d = {d}, epoch {epoch}")
        assert units.shape == (d, len(x), 2)
        if epoch <= 1000:  # from the start in one go, the same as step by step
            net, _ = ag.train_network(v, target, ag.init_network(d), 0.01, epoch)
            parts = [net.W2[k, 0] / (1 + np.exp(-(x * net.W1[0, k] + net.b1[0, k]))) for k in range(d)]
            assert units[..., 1] == pytest.approx(np.array(parts))
            assert curve == pytest.approx(np.column_stack([x, sum(parts) + net.b2[0, 0]]))
        shift = curve[:, 1] - units[..., 1].sum(axis=0)  # the neurons add up to the fit, up to b2
        assert np.ptp(shift) == pytest.approx(0, abs=1e-9)
        assert (units[..., 0] == x).all()
    figure, _, (curve, units), _ = sheets[0]
    assert curve.get_color() == ag.RED and units.get_linewidths() == [1.5]
    assert units.get_color() == pytest.approx(np.array([to_rgba(ag.BLUE)]))
    fit, parts = figure.axes
    assert fit.get_xlim() == parts.get_xlim() == (0, 10) and parts.get_ylim() == (-40, 150)
    assert (parts.get_xlabel(), parts.get_ylabel()) == ("$x$", "what each neuron adds")
    assert look(fit.lines[0]) == ("None", "o", ag.BLUE, "data")


def test_explorer_for_a_notebook_on_paper():
    explorer = ex.explore_lift(X, inside)
    assert explorer._repr_mimebundle_()["image/png"] == ex._url(explorer.paper()).split(",")[1]
