"""What the figures show, read from their artists: the mathematics, names, and nothing by color alone."""

import itertools
from functools import partial
from unittest.mock import create_autospec

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import LogNorm, to_hex, to_rgb
from matplotlib.quiver import Quiver
from matplotlib.text import Text
from mpl_toolkits.mplot3d import Axes3D

import agml_algebra as alg
import agml_figures as fig
import agml_helpers as ag
from shared import contrast, loss_at

x, y_true, y = ag.make_data(20)
w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.01, epochs=5)
X, inside = ag.make_circle(60)
NETS = [ag.Network([[k, -2]], [[0, 1]], [[k], [1]], [[3]]) for k in (0.5, 0.8, 1.5)]
BENDS = [np.array([[1.0, 0.5], [1.5, 1.0]]), np.array([[-1.0, -0.5], [-1.5, -1.0]])]
FOUR = dict(zip("abcd", (y, y_true, -y, -y_true)))
CONE = [[9, 2], [2, 6]]
NEURONS = "weight $W_1$ of the first neuron | weight $W_1$ of the second neuron"
MEANS = r"along 1 | along $x - \langle x\rangle$ | "

# Every plot function, with good arguments and the names of its axes
PLOTS = {
    "plot_fit": (partial(ag.plot_fit, x, y, y, y, y), "$x$ | $y$"),
    "plot_gradient_field": (partial(ag.plot_gradient_field, x, y, w, b), "weight $w$ | bias $b$"),
    "plot_loss_surface": (partial(ag.plot_loss_surface, x, y, w, b), "weight $w$ | bias $b$ | loss"),
    "plot_circle": (partial(ag.plot_circle, X, inside), "$x_1$ | $x_2$"),
    "plot_lifted_circle": (partial(ag.plot_lifted_circle, X, inside), "$x_1$ | $x_2$ | $z = x_1^2 + x_2^2$"),
    "plot_sigmoid": (ag.plot_sigmoid, "$z$ | "),
    "plot_curves": (partial(fig.plot_curves, x, FOUR, "at", "", level=(3, "e")), "at | "),
    "plot_log": (partial(fig.plot_log, x, [y, -y], [y_true, -y_true], level=(3, "c")), "epoch | loss"),
    "plot_ellipses": (partial(fig.plot_ellipses, x, y, w, b), "weight $w$ | bias $b$"),
    "plot_projection": (partial(fig.plot_projection, x, y, 3, 2), MEANS),
    "plot_hyperbola": (partial(fig.plot_hyperbola, 2, 6, BENDS), "$w_1$ | $w_2$"),
    "plot_orbit": (partial(fig.plot_orbit, NETS), NEURONS),
    "plot_cone": (partial(fig.plot_cone, CONE), "$q$ | $r$ | $p$"),
    "plot_fiber": (partial(fig.plot_fiber, 1, 0.6), "weight $W_1$ | bias $b_1$ | weight $W_2$"),
    "plot_blow_up": (fig.plot_blow_up, "$a_1$ | $a_2$ | slope $r$"),
}


def points(ax):
    """Return the points of all lines, one in each row, by their labels."""
    data = {line.get_label(): getattr(line, "get_data_3d", line.get_data)() for line in ax.lines}
    return {label: np.transpose(line) for label, line in data.items()}


def compare_levels(contours, function, **tolerance):
    """Compare every curve with what a function has there: the level itself."""
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        assert len(path.vertices) and function(*path.vertices.T) == pytest.approx(level, **tolerance)


@pytest.fixture
def drawn(monkeypatch):
    """The arguments of every surface and scatter in three dimensions: their artists keep none."""
    for name in ("plot_surface", "scatter"):
        draw = getattr(Axes3D, name)
        monkeypatch.setattr(Axes3D, name, create_autospec(draw, side_effect=draw))
    return lambda name: [[*map(np.asarray, call.args[1:])] for call in getattr(Axes3D, name).call_args_list]


# What all figures have in common


def test_every_plot_function_is_here():
    names = {name for module in (ag, fig) for name in dir(module) if name.startswith("plot_")}
    # these have no legend, and are tested below
    assert PLOTS.keys() == names - {"plot_border", "plot_pages", "plot_room"}


def shape_of(artist):
    """Return what tells a line or a scatter from others, without its color."""
    if hasattr(artist, "get_marker"):
        return artist.get_linestyle(), artist.get_marker(), artist.get_linewidth()
    return artist.get_paths()[0].vertices.tobytes()


@pytest.mark.parametrize("plot, names", PLOTS.values(), ids=PLOTS)
def test_a_new_figure_names_its_axes_and_what_is_in_it(plot, names):
    """In the ink and the font of the book, told apart without color, and with nothing covered in space."""
    with matplotlib.rc_context({"font.family": ["monospace"], "text.color": "red", "lines.linewidth": 5}):
        before = dict(plt.rcParams)
        ax = plot()
        with pytest.raises(RuntimeError), ag.in_style():
            raise RuntimeError
        assert dict(plt.rcParams) == before  # the reader's own
    assert plt.get_fignums() == [ax.figure.number]
    axes = [getattr(ax, axis) for axis in ("xaxis", "yaxis", "zaxis") if hasattr(ax, axis)]
    assert [axis.get_label_text() for axis in axes] == names.split(" | ")
    ax.figure.draw_without_rendering()
    # Matplotlib would take another font than one that it can't find, and say so in its log only
    assert matplotlib.font_manager.findfont("STIXGeneral", fallback_to_default=False)
    words = [word for word in ax.figure.findobj(Text) if word.get_text().strip()]
    assert len(words) > 10 and {word.get_fontfamily()[0] for word in words} == {"STIXGeneral"}
    assert {to_hex(word.get_color()).upper() for word in words} == {ag.PALETTE.ink}
    shapes = [shape_of(artist) for artist in ax.get_legend_handles_labels()[0]]
    assert len(set(shapes)) == len(shapes) == len(ax.get_legend().get_texts()) > 1
    legend, whole = ax.get_legend().get_window_extent(), ax.figure.bbox
    assert whole.contains(*legend.min) and whole.contains(*legend.max)
    if ax.name == "3d":
        surfaces = [artist for artist in ax.collections if not isinstance(artist, PathCollection)]
        paths = [(line.get_path(), line) for line in ax.lines]
        paths += [(path, surface) for surface in surfaces for path in surface.get_paths()]
        assert not any(path.transformed(part.get_transform()).intersects_bbox(legend) for path, part in paths)


@pytest.mark.parametrize("plot", [plot for plot, _ in PLOTS.values()], ids=PLOTS)
def test_given_axes_are_drawn_on_and_returned(plot):
    kind = plot().name
    ax, current = (plt.figure().add_subplot(projection=kind) for _ in range(2))
    before, figures = len(current.get_children()), plt.get_fignums()
    assert plot(ax=ax) is ax and (ax.lines or ax.collections)
    assert len(current.get_children()) == before and plt.get_fignums() == figures


def turned(color):
    """Return a color as a dark page shows it: inverted by 0.93, and its hue turned by 180 degrees."""
    turn = [[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]]
    return np.clip(turn @ (0.93 - 0.86 * np.array(to_rgb(color))), 0, 1)


@pytest.mark.parametrize("seen", [to_rgb, turned], ids=["light", "dark"])
def test_colors_are_seen_on_their_ground_and_apart(seen):
    palette, ground = ag.PALETTE, seen(ag.PALETTE.ground)
    assert contrast(seen(palette.ink), ground) >= 7
    colors = [seen(color) for color in (palette.blue, palette.orange, palette.green, palette.red)]
    assert min(contrast(color, ground) for color in colors) >= 4.5
    apart = [np.abs(np.subtract(*pair)).max() for pair in itertools.combinations(colors, 2)]
    assert min(apart) > 0.2
    levels = [seen(level[:3]) for level in ag.level_colors()(np.linspace(0, 1, 9))]
    lightness = np.diff([contrast(level, "black") for level in levels])
    assert np.all(lightness > 0) or np.all(lightness < 0)  # in shades of gray the levels keep their order
    assert min(contrast(level, ground) for level in levels) >= 3


# Lines that are drawn as given

z = x - 5
FIT = {"data": y, "$f(x) = x^2 + 2x + 1$": y_true, "initial model": z, "trained model": -y}
LOG = {"logged, one dot for each run": y, "midway to the next epoch": y_true}
SIGMOID = {r"$\sigma(z)$": 1 / (1 + np.exp(-z)), r"$\sigma\prime(z)$": 1 / (2 + np.exp(z) + np.exp(-z))}


def over(at, curves):
    return {label: (at, curve) for label, curve in curves.items()}


def descent(*path):
    path, ends = np.array(path), ("initial $(w, b)$", "gradient descent", "final $(w, b)$")
    return dict(zip(ends, (path[:, :1], path, path[:, -1:])))


LINES = [
    (partial(ag.plot_fit, x, y), {"data": (x, y)}),
    (partial(ag.plot_fit, x, y, y_initial=z), {"data": (x, y), "initial model": (x, z)}),
    (partial(ag.plot_fit, x, *FIT.values()), over(x, FIT)),
    (partial(ag.plot_sigmoid, z), over(z, SIGMOID)),
    (partial(fig.plot_curves, x, FOUR, "", ""), over(x, FOUR)),
    (PLOTS["plot_curves"][0], over(x, FOUR) | {"e": ([0, 1], [3, 3])}),
    (partial(fig.plot_log, x, [y], [y_true], level=(3, "e")), over(x, LOG) | {"e": ([0, 1], [3, 3])}),
    (partial(ag.plot_gradient_field, x, y, 3, 2), {"initial $(w, b)$": ([3], [2])}),
    (partial(ag.plot_gradient_field, x, y, w, b), descent(w, b)),
    (partial(ag.plot_loss_surface, x, y, w, b), descent(w, b, losses)),
]


@pytest.mark.parametrize("draw, lines", LINES)
def test_lines_are_those_of_their_labels(draw, lines):
    found = points(draw())
    assert found.keys() == lines.keys()
    for label, line in found.items():
        assert line.T == pytest.approx(np.array(lines[label]))


# Chapter 1


@pytest.mark.parametrize("x, y", [(x, y), ([-1, 1], [0, 2]), ([0], [-19.2])], ids=["any", "zero", "small"])
def test_field_arrows_point_along_the_gradient_with_the_cube_root_of_its_length(x, y):
    """Also where it vanishes, at (1, 1) for y = x + 1, and where it is small, for one sample at x = 0."""
    ax = ag.plot_gradient_field(x, y, 0, 0)
    (arrows,) = (artist for artist in ax.collections if isinstance(artist, Quiver))
    W, B = np.round(arrows.XY.T, 9)
    assert {*zip(W, B)} == {(w, b) for w in range(-9, 20, 2) for b in range(-19, 10, 2)}
    error = np.outer(W, x) + B[:, np.newaxis] - y
    dw, db = 2 * (error * x).mean(axis=1), 2 * error.mean(axis=1)
    size = np.hypot(dw, db)
    # the longest is as long as neighbors are apart, measured in the plane: no arrow covers another
    shrink = 2 * np.cbrt(size / size.max()) / np.where(size > 0, size, np.inf)
    assert np.array([arrows.U, arrows.V]) == pytest.approx(shrink * [dw, db], rel=1e-6, abs=1e-9)
    assert (arrows.angles, arrows.scale_units, arrows.scale, arrows.pivot) == ("xy", "xy", 1, "middle")


def test_field_contours_are_level_sets_with_a_bar_of_their_colors():
    ax = ag.plot_gradient_field(x, y, 0, 0)
    (contours,) = (artist for artist in ax.collections if not isinstance(artist, Quiver))
    compare_levels(contours, partial(loss_at, x, y), rel=0.02)
    _, bar = ax.figure.axes
    ax.figure.draw_without_rendering()
    assert isinstance(contours.norm, LogNorm) and bar.get_ylabel() == "loss"
    assert {*bar.get_yticks()} <= {*contours.levels} and len(bar.get_yticks()) > 4
    assert [tick.get_text() for tick in bar.get_yticklabels()] == [f"{v:.0f}" for v in bar.get_yticks()]


def test_surface_is_the_loss_over_the_range_of_the_path(drawn):
    ax = ag.plot_loss_surface(x, y, [0, 4, 1], [0, -3, 2], elev=40, azim=10)
    ((W, B, loss),) = drawn("plot_surface")
    assert (W.min(), W.max(), B.min(), B.max()) == (-1, 5, -4, 3)
    assert loss == pytest.approx(loss_at(x, y, W, B), rel=1e-9)
    assert (ax.elev, ax.azim) == (40, 10)


@pytest.mark.parametrize("marks", [inside, X[:, 0] > 0], ids=["inside", "right"])
def test_circle_shows_every_point_in_its_class_and_the_circle(marks):
    ax = ag.plot_circle(X, marks)
    for points, chosen in zip(ax.collections, (marks, ~marks), strict=True):
        assert np.array_equal(points.get_offsets(), X[chosen])
    (circle,) = ax.patches
    assert (tuple(circle.center), circle.radius, circle.get_fill(), ax.get_aspect()) == ((0, 0), 1, False, 1)


@pytest.mark.parametrize("height, elev", [(0, 12), (0.01, 50), (0.5, 51), (1, 90)])
def test_lift_multiplies_the_sum_of_squares_and_puts_a_plane_between_the_classes(height, elev, drawn):
    """And shows no height when it is seen from above."""
    ax = ag.plot_lifted_circle(X, inside, height=height, elev=elev, azim=10)
    assert (ax.elev, ax.azim) == (elev, 10)
    assert bool(ax.get_zlabel()) == bool(len(ax.get_zticks())) == (elev <= 50)
    for points, chosen in zip(drawn("scatter"), (inside, ~inside), strict=True):
        expected = [(p, q, height * (p * p + q * q)) for p, q in X[chosen]]
        assert np.transpose(points) == pytest.approx(np.array(expected))
    corners = {(p, q, height) for p in (-1.5, 1.5) for q in (-1.5, 1.5)}
    planes = [set(zip(*(side.ravel() for side in plane))) for plane in drawn("plot_surface")]
    assert planes == [corners] * (height > 0)


# Beyond the print


def test_curves_may_have_a_logarithmic_scale():
    assert fig.plot_curves(x, {"a": y_true}, "", "", yscale="log").get_yscale() == "log"


def test_ellipses_have_their_axes_and_levels():
    ax = fig.plot_ellipses(x, y, w, b)
    lines = points(ax)
    best, hessian = np.polyfit(x, y, 1), ag.loss_hessian(x)
    assert lines["minimizer"][0] == pytest.approx(best)
    assert np.array_equal(lines["gradient descent"], np.column_stack([w, b]))
    for curvature in np.linalg.eigvalsh(hessian):
        start, end = lines[rf"axis with $\lambda$ = {curvature:.4g}"]
        assert (start + end) / 2 == pytest.approx(best)
        assert hessian @ (end - start) == pytest.approx(curvature * (end - start))
    compare_levels(*ax.collections, partial(loss_at, x, y), rel=0.02)
    assert ax.get_aspect() == 1  # right angles look right


def test_projection_shows_the_loss_as_a_squared_distance():
    """Every distance in the picture, against lengths of vectors with as many entries as there are samples."""
    lines = points(fig.plot_projection(x, y, 3, 2))
    fit, line = np.polyval(np.polyfit(x, y, 1), x), 3 * x + 2
    best, other = np.mean((fit - y) ** 2), np.mean((line - y) ** 2)
    foot, top = lines[f"to the best line: {best**0.5:.1f}, squared {best:.1f}"]
    here, also = lines[f"to $w$ = 3, $b$ = 2: {other**0.5:.1f}, squared {other:.1f}"]
    assert foot[2] == here[2] == 0 and np.array_equal(top, also)
    vectors = [(foot, fit), (here, line), (top, y), (np.zeros(3), 0 * y)]
    for (place, vector), (another, other) in itertools.combinations(vectors, 2):
        assert np.sum((place - another) ** 2) == pytest.approx(np.mean((vector - other) ** 2))
    circles = [np.linalg.norm(around - foot, axis=1) for around in lines.values() if len(around) > 2]
    assert circles == [pytest.approx(share * np.linalg.norm(here - foot)) for share in (0.5, 1, 1.5)]


def test_hyperbola_has_its_minimizers_saddle_and_paths():
    ax = fig.plot_hyperbola(2, 6, BENDS)
    for line, sign in zip(ax.lines[:2], (1, -1), strict=True):
        branch = line.get_xydata()
        assert branch.prod(axis=1) == pytest.approx(3) and np.all(sign * branch > 0)
    assert points(ax)["saddle"].tolist() == [[0, 0]]
    for drawn, path in zip(ax.lines[3::2], BENDS, strict=True):
        assert np.array_equal(drawn.get_xydata(), path)
    compare_levels(*ax.collections, lambda w1, w2: (w1 * w2 - 3) ** 2, rel=0.05, abs=0.02)


def test_orbit_has_eight_paths_and_marks_the_first():
    ax = fig.plot_orbit(NETS)
    lines = [line.get_xydata() for line in ax.lines]
    mirrors, paths = lines[:4], [line for line in lines if len(line) == len(NETS)]
    through = {tuple(np.sign(ends[1] - ends[0])) for ends in mirrors}
    assert through == {(1, 0), (0, 1), (1, 1), (1, -1)} and not np.sum(mirrors)
    images = [[image.W1[0] for image in alg.orbit(net)] for net in NETS]
    assert np.array_equal(paths, np.swapaxes(images, 0, 1))
    assert np.array_equal(points(ax)["the training"], [net.W1[0] for net in NETS])


@pytest.mark.parametrize("matrix", [CONE, [[1, 2], [2, -2]], [[-3, 1], [1, -1]]])
def test_cone_has_the_parts_of_the_matrix(matrix):
    ax = fig.plot_cone(matrix)
    left, sizes, right = np.linalg.svd(matrix)
    minimum, saddle = (size * np.outer(*pair) for size, *pair in zip(sizes, left.T, right))
    parts = {"the matrix": matrix, "minimum": minimum, "saddle": saddle, "vertex": np.zeros((2, 2))}
    for name, part in parts.items():
        ((q, r, p),) = points(ax)[name]
        assert np.array([[p + q, r], [r, p - q]]) == pytest.approx(np.array(part))
    # half of the cone is enough where the other would be empty
    low, high = np.linalg.eigvalsh(matrix)
    assert (ax.get_zlim()[0] < 0, ax.get_zlim()[1] > 0) == (low < 0, high > 0)


@pytest.mark.parametrize("W1, b1", [(1, 0.6), (-2, 3), (0.5, 0)])
def test_fiber_leaves_the_function_alone(W1, b1, drawn):
    poles = [line.get_data_3d() for line in fig.plot_fiber(W1, b1).lines[:-1]]
    parts = [np.reshape(part, (3, -1)) for part in (*drawn("plot_surface"), *poles)]
    assert len(drawn("plot_surface")) == len(poles) == 4
    inputs = np.linspace(-3, 3, 20)
    one = ag.sigmoid(W1 * inputs + b1)
    for w, b, a in np.hstack(parts).T:
        columns = np.column_stack([one, np.ones(20), a * ag.sigmoid(w * inputs + b)])
        assert np.linalg.matrix_rank(columns, tol=1e-9) == 2  # the first neuron and the bias make up for it
    places = {(w, b) for pole in np.round(poles, 9) for w, b, _ in pole.T}
    assert places == {(W1, b1), (-W1, -b1)}


def test_border_tells_neurons_and_limits_apart_without_color():
    ax = fig.plot_border()
    looks = {(text.get_text() == "neuron", line.get_linestyle()) for line, text in zip(ax.lines, ax.texts)}
    assert looks == {(True, "-"), (False, "--")}


@pytest.mark.parametrize("truth", [0, 0.25, -0.5])
def test_room_is_where_the_loss_is_below_its_levels(truth):
    levels, side = [0.04, 0.01], np.linspace(-1, 1, 401)
    ax = fig.plot_room(side, (np.outer(side, side) - truth) ** 2, levels)
    for level, artists in zip(np.repeat(levels, 2), ax.collections, strict=True):  # a region and its edge
        for part in artists.get_paths():
            inner = part.vertices[(np.abs(part.vertices) < 1).all(axis=1)]
            assert len(inner) and (inner.prod(axis=1) - truth) ** 2 == pytest.approx(level, abs=2e-3)


def test_blow_up_lifts_the_cusp_to_the_surface(drawn):
    lines = points(fig.plot_blow_up())
    ((a1, a2, slope),) = drawn("plot_surface")
    assert np.array_equal(a2, slope * a1)
    shadow, lifted = lines["cusp $a_2^2 = a_1^3$"], lines["the cusp, lifted"]
    a1, a2, slope = lifted.T
    assert a2 == pytest.approx(slope * a1) and a2**2 == pytest.approx(a1**3)
    assert np.array_equal(shadow[:, :2], lifted[:, :2]) and np.ptp(shadow[:, 2]) == 0
    assert lines["all that lies over it"].tolist() == [[0, 0, -1], [0, 0, 1]]


def test_pages_are_boxes_and_arrows_between_them():
    pages = {"A": ("first", [], (0, 0)), "B": ("second", ["A"], (1, 0)), "C": ("third", ["A", "B"], (1, 1))}
    ax = fig.plot_pages(pages)
    names = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert names == {"A\nfirst": (0, 0), "B\nsecond": (1, 0), "C\nthird": (1, 1)}
    assert [tuple(box.get_center()) for box in ax.patches] == list(names.values())
    wide, high = ax.patches[0].get_width() / 2, ax.patches[0].get_height() / 2
    corner = min(wide, high)  # what is left of the diagonal leaves a box here
    arrows = [[*arrow.xyann, *arrow.xy] for arrow in ax.texts if not arrow.get_text()]
    expected = [[wide, 0, 1 - wide, 0], [corner, corner, 1 - corner, 1 - corner], [1, high, 1, 1 - high]]
    assert np.array(arrows) == pytest.approx(np.array(expected))
    assert ax.yaxis_inverted()  # the first row is on top
