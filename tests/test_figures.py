"""What the figures show, read from their artists: data, names, and nothing by color alone."""

import itertools
from functools import partial

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import LogNorm, to_hex, to_rgb
from matplotlib.quiver import Quiver
from mpl_toolkits.mplot3d import Axes3D

import agml_figures as fig
import agml_helpers as ag
from shared import contrast, loss_at

x, y_true, y = ag.make_data(20)
w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.01, epochs=5)
X, inside = ag.make_circle(60)
nets = [ag.init_network(2, seed) for seed in (0, 1, 2)]

ENDS = ["initial $(w, b)$", "gradient descent", "final $(w, b)$"]
CURVES = {"y_true": "$f(x) = x^2 + 2x + 1$", "y_initial": "initial model", "y_final": "trained model"}

CURVATURES = [rf"axis with $\lambda$ = {value:.4g}" for value in np.linalg.eigvalsh(ag.loss_hessian(x))]
NEURONS = [f"weight $W_1$ of the {which} neuron" for which in ("first", "second")]
FOUR = dict(zip("abcd", (y, y_true, -y, -y_true)))
BENDS = [[[1, 0.5], [1.5, 1]]]
# Every plot function with good arguments, the names of its axes, and those in its legend.
PLOTS = [
    (ag.plot_fit, (x, y, y, y, y), ["$x$", "$y$"], ["data", *CURVES.values()]),
    (ag.plot_gradient_field, (x, y, w, b), ["weight $w$", "bias $b$"], ENDS),
    (ag.plot_loss_surface, (x, y, w, b), ["weight $w$", "bias $b$", "loss"], ENDS),
    (ag.plot_circle, (X, inside), ["$x_1$", "$x_2$"], ["inside", "outside"]),
    (ag.plot_lifted_circle, (X, inside), ["$x_1$", "$x_2$", "$z = x_1^2 + x_2^2$"], ["inside", "outside"]),
    (ag.plot_sigmoid, (), ["$z$", ""], [r"$\sigma(z)$", r"$\sigma'(z)$"]),
    (partial(fig.plot_curves, level=(3, "e")), (x, FOUR, "at", ""), ["at", ""], [*"abcde"]),
    (fig.plot_ellipses, (x, y, w, b), ["weight $w$", "bias $b$"], [*CURVATURES, ENDS[1], "minimizer"]),
    (fig.plot_hyperbola, (2, 6, BENDS), ["$w_1$", "$w_2$"], ["minimizers: $w_1 w_2 = w$", "saddle", ENDS[1]]),
    (fig.plot_orbit, (nets,), NEURONS, ["mirrors", "the training", "its images"]),
    (
        partial(fig.plot_log, level=(3, "c")),
        (x, [y, -y], [y_true, -y_true]),
        ["epoch", "loss"],
        ["logged, one dot for each run", "midway to the next epoch", "c"],
    ),
    (
        fig.plot_projection,
        ([0, 1, 2], [0, 1, 5], 2, 1),
        ["along 1", r"along $x - \langle x\rangle$", ""],
        ["to the best line: 0.7, squared 0.5", "to $w$ = 2, $b$ = 1: 1.3, squared 1.7"],
    ),
    (
        fig.plot_cone,
        ([[9, 2], [2, 6]],),
        ["$q$", "$r$", "$p$"],
        ["the matrix", "minimum", "saddle", "vertex"],
    ),
    (
        fig.plot_fiber,
        (1, 0.6),
        ["weight $W_1$", "bias $b_1$", "weight $W_2$"],
        ["$W_1 = 0$", "$W_2 = 0$", "equal up to sign"],
    ),
    (
        fig.plot_blow_up,
        (),
        ["$a_1$", "$a_2$", "slope $r$"],
        ["cusp $a_2^2 = a_1^3$", "origin", "all that lies over it", "the cusp, lifted"],
    ),
]


def name_of(plot):
    """Return the name of a plot function, some of whose arguments may be given."""
    return getattr(plot, "func", plot).__name__


PLOTS = {name_of(plot): (partial(plot, *given), names, labels) for plot, given, names, labels in PLOTS}
every_plot = pytest.mark.parametrize("plot, names, labels", PLOTS.values(), ids=PLOTS)


def shape_of(artist):
    """Return what tells a line or a scatter from others, without its color."""
    if hasattr(artist, "get_marker"):
        return artist.get_linestyle(), artist.get_marker(), artist.get_linewidth()
    return artist.get_paths()[0].vertices.tobytes()


@pytest.fixture
def drawn(monkeypatch):
    """The arguments of every surface and scatter in three dimensions: their artists keep none."""
    calls = []
    for name in ("plot_surface", "scatter"):

        def spy(self, *args, name=name, draw=getattr(Axes3D, name), **kwargs):
            calls.append((name, [np.asarray(arg) for arg in args], draw(self, *args, **kwargs)))
            return calls[-1][-1]

        monkeypatch.setattr(Axes3D, name, spy)
    return lambda wanted: [call[1:] for call in calls if call[0] == wanted]


def test_every_plot_function_is_here():
    names = {name for module in (ag, fig) for name in dir(module) if name.startswith("plot_")}
    # these have no legend, and are tested with their pages
    assert PLOTS.keys() == names - {"plot_border", "plot_pages", "plot_room"}


# What all figures have in common


@every_plot
def test_a_new_figure_names_its_axes_and_what_is_in_it(plot, names, labels):
    ax = plot()
    assert plt.get_fignums() == [ax.figure.number]
    axes = [getattr(ax, f"{name}axis") for name in "xyz"[: len(names)]]
    assert [axis.get_label_text() for axis in axes] == names
    assert ax.name == ("3d" if len(names) == 3 else "rectilinear")
    legend = ax.get_legend()
    assert sorted(text.get_text() for text in legend.get_texts()) == sorted(labels)
    ax.figure.draw_without_rendering()
    box, whole = legend.get_window_extent(), ax.figure.bbox
    assert whole.x0 <= box.x0 and box.x1 <= whole.x1 and whole.y0 <= box.y0 and box.y1 <= whole.y1


@pytest.mark.parametrize(
    "plot", [pytest.param(plot, id=name) for name, (plot, names, _) in PLOTS.items() if len(names) == 3]
)
def test_in_space_a_legend_covers_nothing_that_is_drawn(plot):
    ax = plot()
    ax.figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    surfaces = [artist for artist in ax.collections if not isinstance(artist, PathCollection)]
    paths = [(line, line.get_path()) for line in ax.lines]
    paths += [(surface, path) for surface in surfaces for path in surface.get_paths()]
    assert paths and not any(
        artist.get_transform().transform_path(path).intersects_bbox(box) for artist, path in paths
    )


@every_plot
def test_what_a_legend_names_is_told_apart_without_color(plot, names, labels):
    shapes = [shape_of(artist) for artist in plot().get_legend_handles_labels()[0]]
    assert len(set(shapes)) == len(shapes) == len(labels)


@every_plot
def test_words_and_ticks_have_the_ink_and_the_font_of_the_book(plot, names, labels):
    ax, palette = plot(), ag.PALETTE
    ax.figure.draw_without_rendering()
    assert to_hex(ax.figure.get_facecolor()).upper() == palette.ground
    words = [ax.xaxis.label, ax.yaxis.label, *ax.get_legend().get_texts()]
    for axes in ax.figure.axes:  # the bar of colors has axes too
        words += [*axes.xaxis.get_ticklabels(), *axes.yaxis.get_ticklabels()]
    assert {to_hex(word.get_color()).upper() for word in words} == {palette.ink}
    assert {word.get_fontfamily()[0] for word in words} == {"STIXGeneral"}


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


@every_plot
def test_given_axes_are_drawn_on_and_returned(plot, names, labels):
    figure = plt.figure(figsize=(3, 2), dpi=50)
    projection = "3d" if len(names) == 3 else None
    other, ax = (figure.add_subplot(1, 2, k, projection=projection) for k in (1, 2))
    before = len(other.get_children())
    assert plot(ax=ax) is ax and ax.get_xlabel() == names[0]
    assert plt.get_fignums() == [figure.number]
    assert tuple(figure.get_size_inches()) == (3, 2) and figure.dpi == 50
    assert len(other.get_children()) == before and (ax.lines or ax.collections)


@every_plot
@pytest.mark.parametrize("fails", [False, True], ids=["drawn", "raised"])
def test_the_style_of_the_reader_is_left_alone(plot, names, labels, fails, monkeypatch):
    labeled, seen = ag.labeled_axes, []

    def spy(*args, **kwargs):
        seen.append((plt.rcParams["font.family"], plt.rcParams["lines.linewidth"]))
        return 1 / 0 if fails else labeled(*args, **kwargs)

    monkeypatch.setattr(ag, "labeled_axes", spy)
    own = {"font.size": 7, "figure.dpi": 61, "font.family": ["monospace"], "lines.linewidth": 5}
    with matplotlib.rc_context(own):
        before = dict(plt.rcParams)
        try:
            plot()
        except ZeroDivisionError:
            assert fails
        assert dict(plt.rcParams) == before
    assert seen == [(["STIXGeneral"], 2)]


def test_the_font_is_there():
    """Matplotlib would take another one, and say so in its log only."""
    assert matplotlib.font_manager.findfont("STIXGeneral", fallback_to_default=False).endswith(".ttf")


# plot_fit


@pytest.mark.parametrize("names", [names for k in range(4) for names in itertools.combinations(CURVES, k)])
def test_fit_draws_what_is_given_in_its_order(names):
    values = {name: y_true + k if name in names else None for k, name in enumerate(CURVES)}
    ax = ag.plot_fit(x, y, *values.values())
    assert [line.get_label() for line in ax.lines] == ["data", *(CURVES[name] for name in names)]
    for line, value in zip(ax.lines, [y, *(values[name] for name in names)], strict=True):
        assert np.array_equal(line.get_xydata(), np.column_stack([x, value]))
    assert ax.get_xlim() == (0, 10)


# plot_gradient_field


def parts_of_field(*args):
    """Return axes, contours and arrows of a gradient field."""
    ax = ag.plot_gradient_field(*args)
    contours, arrows = sorted(ax.collections, key=lambda artist: isinstance(artist, Quiver))
    return ax, contours, arrows


@pytest.mark.parametrize("x, y", [(x, y), ([-1, 1], [0, 2]), ([0], [-19.2])], ids=["any", "zero", "small"])
def test_field_arrows_point_along_the_gradient_with_the_cube_root_of_its_length(x, y):
    """Also where it vanishes, at (1, 1) for y = x + 1, and where it is small, for one sample at x = 0."""
    ax, _, arrows = parts_of_field(x, y, 0, 0)
    W, B = np.round(arrows.XY.T, 9)
    assert {*zip(W, B)} == {(w, b) for w in range(-9, 20, 2) for b in range(-19, 10, 2)}
    assert (*ax.get_xlim(), *ax.get_ylim(), ax.get_aspect()) == (-10, 20, -20, 10, 1)
    error = np.outer(W, x) + B[:, np.newaxis] - y
    dw, db = 2 * (error * x).mean(axis=1), 2 * error.mean(axis=1)
    length, size = np.hypot(arrows.U, arrows.V), np.hypot(dw, db)
    assert arrows.U * db - arrows.V * dw == pytest.approx(np.zeros(225), abs=1e-9 * size.max())
    assert np.all(arrows.U * dw + arrows.V * db >= 0)
    # the longest is as long as neighbors are apart, measured in the plane: no arrow covers another
    assert length == pytest.approx(2 * np.cbrt(size / size.max()), rel=1e-6)
    assert (arrows.angles, arrows.scale_units, arrows.scale, arrows.pivot) == ("xy", "xy", 1, "middle")


def test_field_contours_are_level_sets_with_a_bar_of_their_colors():
    ax, contours, _ = parts_of_field(x, y, 0, 0)
    loss = loss_at(x, y, *np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100)))
    height = (contours.levels - loss.min()) / (loss.max() - loss.min())
    assert height == pytest.approx(10.0 ** (-3 + np.arange(12) / 4))
    for level, segments in zip(contours.levels, contours.allsegs, strict=True):
        w, b = np.concatenate(segments).T
        assert loss_at(x, y, w, b) == pytest.approx(np.full(len(w), level), rel=0.02)
    _, bar = ax.figure.axes
    ax.figure.draw_without_rendering()
    assert isinstance(contours.norm, LogNorm) and bar.get_ylabel() == "loss"
    assert bar.get_yticks() == pytest.approx(contours.levels[::2])
    assert [tick.get_text() for tick in bar.get_yticklabels()] == [f"{v:.0f}" for v in contours.levels[::2]]
    assert not len(bar.yaxis.get_minorticklocs())


@pytest.mark.parametrize("length", [1, 2, 6])
def test_field_marks_the_ends_of_a_path(length):
    ax = ag.plot_gradient_field(x, y, w[:length], b[:length])
    lines = dict(zip((line.get_label() for line in ax.lines), ax.lines))
    expected = {ENDS[0]: slice(0, 1), ENDS[1]: slice(length), ENDS[2]: slice(length - 1, length)}
    assert list(lines) == (ENDS if length > 1 else ENDS[:1])
    for label, line in lines.items():
        assert np.array_equal(line.get_xydata(), np.column_stack([w, b])[:length][expected[label]])


# plot_loss_surface


def test_surface_is_the_loss_over_the_range_of_the_path(drawn):
    ag.plot_loss_surface(x, y, [0, 4, 1], [0, -3, 2])
    (((W, B, loss), _),) = drawn("plot_surface")
    assert W[0] == pytest.approx(np.linspace(-1, 5, 100)) and B[:, 0] == pytest.approx(
        np.linspace(-4, 3, 100)
    )
    assert loss == pytest.approx(loss_at(x, y, W, B), rel=1e-9)


def test_surface_carries_the_path_and_its_ends():
    ax = ag.plot_loss_surface(x, y, w, b)
    lines = {line.get_label(): np.array(line.get_data_3d()) for line in ax.lines}
    path = np.array([w, b, losses])
    for label, expected in zip(ENDS, (path[:, :1], path, path[:, -1:])):
        assert lines.pop(label) == pytest.approx(expected)
    assert not lines


@pytest.mark.parametrize("plot", ["plot_loss_surface", "plot_lifted_circle"])
def test_figures_in_space_are_seen_from_where_the_reader_says(plot):
    ax, turned = PLOTS[plot][0](), PLOTS[plot][0](elev=40, azim=10)
    assert (turned.elev, turned.azim) == (40, 10) != (ax.elev, ax.azim)
    assert 0 < ax.elev < 50 and -90 < ax.azim < 0  # from the front, above the ground


# plot_circle and plot_lifted_circle


@pytest.mark.parametrize("marks", [inside, X[:, 0] > 0], ids=["inside", "right"])
def test_circle_shows_every_point_in_its_class_and_the_circle(marks):
    ax = ag.plot_circle(X, marks)
    for points, chosen in zip(ax.collections, (marks, ~marks), strict=True):
        assert np.array_equal(points.get_offsets(), X[chosen])
    (circle,) = ax.patches
    assert (tuple(circle.center), circle.radius, circle.get_fill(), ax.get_aspect()) == ((0, 0), 1, False, 1)


@pytest.mark.parametrize("height", [0, 0.01, 0.5, 1, None])
def test_lift_multiplies_the_sum_of_squares_and_puts_a_plane_between_the_classes(height, drawn):
    ax = ag.plot_lifted_circle(X, inside, **({} if height is None else {"height": height}))
    height = 1 if height is None else height
    for (points, _), chosen in zip(drawn("scatter"), (inside, ~inside), strict=True):
        expected = [(p, q, height * (p * p + q * q)) for p, q in X[chosen]]
        assert np.array(points).T == pytest.approx(np.array(expected))
    planes = drawn("plot_surface")
    for plane, _ in planes:
        corners = {(p, q, height) for p in (-1.5, 1.5) for q in (-1.5, 1.5)}
        assert set(zip(*(side.ravel() for side in plane))) == corners
    assert len(planes) == (height > 0)
    assert ax.get_zlim() == (0, 4.5) and ax.get_xticks().tolist() == ax.get_yticks().tolist() == [-1, 0, 1]


@pytest.mark.parametrize("elev, labeled", [(50, True), (51, False), (90, False)])
def test_lift_has_no_height_axis_when_seen_from_above(elev, labeled):
    ax = ag.plot_lifted_circle(X, inside, elev=elev)
    assert bool(ax.get_zlabel()) == bool(len(ax.get_zticks())) == labeled


# plot_sigmoid


@pytest.mark.parametrize("z", [None, np.array([-3.0, 0.5, 1.0])], ids=["default", "given"])
def test_sigmoid_and_its_derivative(z):
    ax = ag.plot_sigmoid() if z is None else ag.plot_sigmoid(z)
    z = np.linspace(-8, 8, 401) if z is None else z
    for line, expected in zip(
        ax.lines, (1 / (1 + np.exp(-z)), 1 / (2 + np.exp(z) + np.exp(-z))), strict=True
    ):
        assert np.array_equal(line.get_xdata(), z) and line.get_ydata() == pytest.approx(expected)
    assert [line.get_label() for line in ax.lines] == [r"$\sigma(z)$", r"$\sigma'(z)$"]
