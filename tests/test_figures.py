"""What the figures show, read from their artists: never from pixels."""

import itertools

import matplotlib
matplotlib.use("Agg")

import agml_helpers as ag  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
from matplotlib.colors import LogNorm, to_rgba  # noqa: E402
from matplotlib.markers import MarkerStyle  # noqa: E402
from matplotlib.quiver import Quiver  # noqa: E402
from mpl_toolkits.mplot3d import Axes3D  # noqa: E402

x, y_true, y = ag.make_data(20)
w, b, losses = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.01, epochs=5)
X, inside = ag.make_circle(60)

# Every plot function with good arguments, and the size of its new figure in inches.
PLOTS = {
    "fit": (lambda **more: ag.plot_fit(x, y, **more), (7, 4.2)),
    "field": (lambda **more: ag.plot_gradient_field(x, y, w, b, **more), (7, 6)),
    "surface": (lambda **more: ag.plot_loss_surface(x, y, w, b, **more), (7, 5.6)),
    "circle": (lambda **more: ag.plot_circle(X, inside, **more), (7, 6)),
    "lift": (lambda **more: ag.plot_lifted_circle(X, inside, **more), (7, 5.6)),
    "sigmoid": (lambda **more: ag.plot_sigmoid(**more), (7, 4.2)),
}
SOLID = ("surface", "lift")  # those in three dimensions
every_plot = pytest.mark.parametrize("name", PLOTS)


def loss_at(w, b):
    """Return the loss of the data at many points of the plane, from its definition."""
    w, b = np.broadcast_arrays(w, b)
    return np.mean((w[..., np.newaxis] * x + b[..., np.newaxis] - y) ** 2, axis=-1)


def texts(legend):
    """Return the texts of a legend."""
    return [text.get_text() for text in legend.get_texts()]


def is_above(legend, ax):
    """Tell whether a legend is one line of text over the axes, and in their middle."""
    ax.figure.draw_without_rendering()
    box, axes = legend.get_window_extent(), ax.get_window_extent()
    lines = {round(text.get_window_extent().y0) for text in legend.get_texts()}
    middle = (axes.x0 + axes.x1) / 2
    return 0 <= box.y0 - axes.y1 < axes.height / 8 and len(lines) == 1 and abs(box.x0 + box.x1 - 2 * middle) < 2


def is_upper_left(legend, ax):
    """Tell whether a legend lies in the upper left quarter of the axes."""
    ax.figure.draw_without_rendering()
    box, axes = legend.get_window_extent(), ax.get_window_extent()
    return abs(box.x0 - axes.x0) < axes.width / 8 and abs(box.y1 - axes.y1) < axes.height / 8


def look(line):
    """Return what a line looks like."""
    return line.get_linestyle(), line.get_marker(), line.get_color(), line.get_label()


@pytest.fixture(autouse=True)
def closed():
    """Close the figures of a test."""
    yield
    plt.close("all")


@pytest.fixture
def drawn(monkeypatch):
    """The arguments of every surface and scatter in three dimensions: their artists keep none."""
    calls = []
    for name in ("plot_surface", "scatter"):
        def spy(self, *args, name=name, draw=getattr(Axes3D, name), **kwargs):
            artist = draw(self, *args, **kwargs)
            calls.append((name, [np.asarray(arg) for arg in args], kwargs, artist))
            return artist
        monkeypatch.setattr(Axes3D, name, spy)
    return lambda wanted: [call[1:] for call in calls if call[0] == wanted]


# What all figures have in common

@every_plot
def test_a_new_figure(name):
    plot, size = PLOTS[name]
    ax = plot()
    assert plt.get_fignums() == [ax.figure.number]
    assert ax.figure.get_size_inches() == pytest.approx(size)
    assert ax.figure.dpi == 200
    assert ax.figure.get_facecolor() == to_rgba("white")
    assert ax.name == ("3d" if name in SOLID else "rectilinear")


@every_plot
def test_given_axes_are_drawn_on_and_returned(name):
    figure = plt.figure(figsize=(3, 2), dpi=50)
    other, ax = (figure.add_subplot(1, 2, k, projection="3d" if name in SOLID else None) for k in (1, 2))
    before = len(other.get_children())
    assert PLOTS[name][0](ax=ax) is ax
    assert plt.get_fignums() == [figure.number]
    assert tuple(figure.get_size_inches()) == (3, 2) and figure.dpi == 50
    assert len(other.get_children()) == before
    assert ax.lines or ax.collections
    assert ax.get_xlabel()


@every_plot
@pytest.mark.parametrize("fails", [False, True], ids=["drawn", "raised"])
def test_the_style_of_the_reader_is_left_alone(name, fails, monkeypatch):
    own = {"font.size": 7, "figure.dpi": 61, "axes.spines.top": True, "font.family": ["monospace"],
           "lines.linewidth": 5, "legend.frameon": True}
    seen, labeled = [], ag.labeled_axes

    def spy(*args, **kwargs):
        seen.append({key: plt.rcParams[key] for key in ag.STYLE})
        if fails:
            raise ZeroDivisionError
        return labeled(*args, **kwargs)

    monkeypatch.setattr(ag, "labeled_axes", spy)
    with matplotlib.rc_context(own):
        before = dict(plt.rcParams)
        if fails:
            with pytest.raises(ZeroDivisionError):
                PLOTS[name][0]()
        else:
            PLOTS[name][0]()
        assert dict(plt.rcParams) == before
    assert [style | {"font.family": "STIXGeneral"} for style in seen] == [ag.STYLE]
    assert seen[0]["font.family"] == ["STIXGeneral"]


def test_in_style_restores_the_readers_style():
    before = dict(plt.rcParams)
    with pytest.raises(KeyError), ag.in_style():
        assert plt.rcParams["font.size"] == 13
        raise KeyError
    assert dict(plt.rcParams) == before


@every_plot
def test_the_font_and_ink_of_the_book(name):
    ax = PLOTS[name][0]()
    ax.figure.draw_without_rendering()
    ink = to_rgba("#2A2E37")
    legend = ax.get_legend()
    assert not legend.get_frame_on()
    for text in [ax.xaxis.label, ax.yaxis.label, *legend.get_texts()]:
        assert text.get_fontfamily() == ["STIXGeneral"] and text.get_math_fontfamily() == "stix"
        assert text.get_fontsize() == 13 and to_rgba(text.get_color()) == ink
    for axes in ax.figure.axes:  # the bar of colors has axes too
        for tick in [*axes.xaxis.get_ticklabels(), *axes.yaxis.get_ticklabels()]:
            assert tick.get_fontfamily() == ["STIXGeneral"]
            assert tick.get_fontsize() == 11 and to_rgba(tick.get_color()) == ink
    if name not in SOLID:
        shown = {side for side, spine in ax.spines.items() if spine.get_visible()}
        assert shown == {"left", "bottom"}
        assert {(ax.spines[s].get_linewidth(), ax.spines[s].get_edgecolor()) for s in shown} == {(0.8, ink)}


def test_the_font_is_there():
    """Matplotlib would take another one, and say so in its log only."""
    assert matplotlib.font_manager.findfont("STIXGeneral", fallback_to_default=False).endswith(".ttf")


def test_the_colors_of_the_book():
    colors = [ag.BLUE, ag.ORANGE, ag.GREEN, ag.RED, ag.INK]
    assert colors == ["#0072B2", "#E69F00", "#00805E", "#C1272D", "#2A2E37"]


@pytest.mark.parametrize("name, labels", [
    ("fit", ("$x$", "$y$")), ("field", ("weight $w$", "bias $b$")), ("circle", ("$x_1$", "$x_2$")),
    ("surface", ("weight $w$", "bias $b$", "loss")), ("sigmoid", ("$z$", "")),
    ("lift", ("$x_1$", "$x_2$", "$z = x_1^2 + x_2^2$")),
])
def test_labels_of_the_axes(name, labels):
    ax = PLOTS[name][0]()
    assert tuple(axis.get_label_text() for axis in (ax.xaxis, ax.yaxis, getattr(ax, "zaxis", None))
                 if axis) == labels


# plot_fit

CURVES = {"y_true": ("-.", "None", "#E69F00", "$f(x) = x^2 + 2x + 1$"),
          "y_initial": ("--", "None", "#00805E", "initial model"),
          "y_final": ("-", "None", "#C1272D", "trained model")}


@pytest.mark.parametrize("names", [names for k in range(4) for names in itertools.combinations(CURVES, k)],
                         ids=lambda names: " ".join(names) or "data alone")
def test_fit_draws_what_is_given(names):
    values = {name: y_true + k for k, name in enumerate(names)}
    ax = ag.plot_fit(x, y, **values)
    data, *curves = ax.lines
    assert np.array_equal(data.get_xydata(), np.column_stack([x, y]))
    assert look(data) == ("None", "o", "#0072B2", "data")
    assert [look(curve) for curve in curves] == [CURVES[name] for name in names]
    for curve, value in zip(curves, values.values()):
        assert np.array_equal(curve.get_xydata(), np.column_stack([x, value]))
        assert curve.get_linewidth() == 2
    assert len({curve.get_linestyle() for curve in curves}) == len(names)  # not by color alone
    assert texts(ax.get_legend()) == ["data", *(CURVES[name][-1] for name in names)]


def test_fit_takes_the_curves_in_the_order_of_its_arguments():
    ax = ag.plot_fit(x, y, y + 1, y + 2, y + 3)
    for k, line in enumerate(ax.lines):
        assert np.array_equal(line.get_ydata(), y + k)


def test_fit_shows_the_range_of_the_data_in_any_order():
    ax = ag.plot_fit([2, -1, 7, 3], [0, 1, 2, 3])
    assert ax.get_xlim() == (-1, 7)


def test_fit_has_small_samples_that_show_through_each_other():
    (data,) = ag.plot_fit(x, y).lines
    assert (data.get_alpha(), data.get_markersize(), data.get_markeredgewidth()) == (0.45, 4.5, 0)


def test_fit_has_its_legend_upper_left_whatever_the_data():
    ax = ag.plot_fit(x, y[::-1], y_true[::-1])
    assert is_upper_left(ax.get_legend(), ax)


# plot_gradient_field

def parts_of_field(*args):
    """Return axes, contours and arrows of a gradient field."""
    ax = ag.plot_gradient_field(*args)
    contours, arrows = sorted(ax.collections, key=lambda artist: isinstance(artist, Quiver))
    return ax, contours, arrows


def test_field_arrows_point_along_the_gradient_with_the_cube_root_of_its_length():
    _, _, arrows = parts_of_field(x, y, 0, 0)
    assert arrows.N == 225
    W, B = arrows.XY.T
    error = np.outer(W, x) + B[:, np.newaxis] - y
    dw, db = 2 * (error * x).mean(axis=1), 2 * error.mean(axis=1)
    length = np.hypot(arrows.U, arrows.V)
    size = np.hypot(dw, db)
    assert arrows.U * db - arrows.V * dw == pytest.approx(np.zeros(225), abs=1e-9 * size.max())
    assert np.all(arrows.U * dw + arrows.V * db > 0)
    assert length / np.cbrt(size) == pytest.approx(np.full(225, 2 / np.cbrt(size.max())))
    assert length.max() == pytest.approx(2)  # the distance of neighbors: no arrow covers another


def test_field_arrows_stand_on_a_grid_inside_the_plane():
    ax, _, arrows = parts_of_field(x, y, 0, 0)
    expected = {(w, b) for w in range(-9, 20, 2) for b in range(-19, 10, 2)}
    assert {(round(w, 9), round(b, 9)) for w, b in arrows.XY} == expected
    assert (ax.get_xlim(), ax.get_ylim()) == ((-10, 20), (-20, 10))
    assert ax.get_aspect() == 1


def test_field_arrows_are_measured_in_the_plane_around_their_middle():
    _, _, arrows = parts_of_field(x, y, 0, 0)
    assert (arrows.angles, arrows.scale_units, arrows.scale, arrows.pivot) == ("xy", "xy", 1, "middle")
    assert (arrows.width, arrows.get_alpha()) == (0.0035, 0.6)
    assert arrows.get_facecolor() == pytest.approx(np.array([to_rgba(ag.BLUE, 0.6)]))


def test_field_has_an_arrow_without_length_where_the_gradient_vanishes():
    _, _, arrows = parts_of_field([-1, 1], [0, 2], 0, 0)  # y = x + 1 exactly
    at = np.flatnonzero((arrows.XY == (1, 1)).all(axis=1))
    assert len(at) == 1 and arrows.U[at] == arrows.V[at] == 0
    assert np.isfinite([arrows.U, arrows.V]).all()
    assert np.count_nonzero(np.hypot(arrows.U, arrows.V)) == 224


def test_field_arrows_are_right_where_the_gradient_is_small():
    """With one sample at x = 0 the gradient is (0, 2 (b − y)), from 0.4 at the lowest arrow on."""
    ax = ag.plot_gradient_field([0.0], [-19.2], 0.0, 0.0)
    (field,) = [part for part in ax.collections if isinstance(part, Quiver)]
    size = 2 * np.abs(np.unique(field.Y) + 19.2)
    lengths = np.unique(np.round(np.hypot(field.U, field.V), 9))
    assert lengths == pytest.approx(np.unique(2 * np.cbrt(size / size.max())), rel=1e-6)


def test_field_has_a_mark_for_every_other_level():
    ax = ag.plot_gradient_field(x, y, 0.0, 0.0)
    bar = next(axes for axes in ax.figure.axes if axes is not ax)
    (contours,) = [part for part in ax.collections if not isinstance(part, Quiver)]
    assert bar.get_yticks() == pytest.approx(contours.levels[::2])


def test_field_levels():
    _, contours, _ = parts_of_field(x, y, 0, 0)
    loss = loss_at(*np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100)))
    levels = contours.levels
    assert len(levels) == 12
    assert loss.min() < levels[0] and levels[-1] < loss.max()
    assert np.all(np.diff(levels) > 0)
    height = (levels - loss.min()) / (loss.max() - loss.min())
    assert height == pytest.approx(10.0 ** (-3 + np.arange(12) / 4))


def test_field_contours_are_level_sets_on_a_grid_of_100_by_100():
    _, contours, _ = parts_of_field(x, y, 0, 0)
    points = [np.concatenate(segments) for segments in contours.allsegs]
    for level, (w, b) in zip(contours.levels, (points.T for points in points), strict=True):
        assert loss_at(w, b) == pytest.approx(np.full(len(w), level), rel=0.02)
    w, b = np.concatenate(points).T
    assert (b.min(), b.max()) == (-20, 10)
    steps = 99 * (w + 10) / 30, 99 * (b + 20) / 30
    off = np.min([np.abs(step - np.round(step)) for step in steps], axis=0)
    assert off == pytest.approx(np.zeros(len(w)), abs=1e-9)  # vertices lie on lines of the grid


def test_field_colors_grow_with_the_logarithm_of_the_loss():
    ax, contours, _ = parts_of_field(x, y, 0, 0)
    assert contours.get_cmap().name == "viridis" and isinstance(contours.norm, LogNorm)
    assert set(contours.get_linewidths()) == {1.5}
    _, bar = ax.figure.axes
    ax.figure.draw_without_rendering()
    assert bar.get_ylabel() == "loss"
    assert bar.get_yticks() == pytest.approx(contours.levels[::2])
    assert [tick.get_text() for tick in bar.get_yticklabels()] == [f"{v:.0f}" for v in contours.levels[::2]]
    assert not len(bar.yaxis.get_minorticklocs())


def test_field_at_a_point_marks_it_alone():
    ax, _, _ = parts_of_field(x, y, 3, -4)
    (point,) = ax.lines
    assert point.get_xydata().tolist() == [[3, -4]]
    assert look(point) == ("None", "o", ag.RED, "initial $(w, b)$")
    legend = ax.get_legend()
    assert texts(legend) == ["initial $(w, b)$"] and is_above(legend, ax)


@pytest.mark.parametrize("length", [2, 6])
def test_field_with_a_path_marks_both_its_ends(length):
    ax, _, arrows = parts_of_field(x, y, w[:length], b[:length])
    first, path, last = ax.lines
    assert first.get_xydata().tolist() == [[w[0], b[0]]]
    assert np.array_equal(path.get_xydata(), np.column_stack([w, b])[:length])
    assert last.get_xydata().tolist() == [[w[length - 1], b[length - 1]]]
    labels = ["initial $(w, b)$", "gradient descent", "final $(w, b)$"]
    assert [look(line) for line in ax.lines] == [
        ("None", "o", ag.RED, labels[0]), ("-", "None", ag.RED, labels[1]), ("None", "s", ag.RED, labels[2])]
    assert (first.get_markersize(), last.get_markersize(), path.get_linewidth()) == (9, 8, 2)
    assert first.get_zorder() == last.get_zorder() == 3 > path.get_zorder() == 2
    assert path.get_zorder() > arrows.get_zorder()
    legend = ax.get_legend()
    assert texts(legend) == labels and is_above(legend, ax)


# plot_loss_surface

def test_surface_is_the_loss_over_the_range_of_the_path(drawn):
    ag.plot_loss_surface(x, y, w, b)
    (((W, B, loss), look, _),) = drawn("plot_surface")
    assert W.shape == B.shape == loss.shape == (100, 100)
    assert np.allclose(W, np.linspace(w.min() - 1, w.max() + 1, 100), rtol=0, atol=1e-12)
    assert np.allclose(B.T, np.linspace(b.min() - 1, b.max() + 1, 100), rtol=0, atol=1e-12)
    assert loss == pytest.approx(loss_at(W, B), rel=1e-9)
    assert (look["cmap"], look["alpha"], look["linewidth"]) == ("viridis", 0.9, 0)
    assert look["rcount"] == look["ccount"] == 60


def test_surface_range_is_that_of_the_extremes_not_of_the_ends(drawn):
    ag.plot_loss_surface(x, y, [0, 4, 1], [0, -3, 2])
    (((W, B, _), *_),) = drawn("plot_surface")
    assert (W.min(), W.max(), B.min(), B.max()) == (-1, 5, -4, 3)


def test_surface_carries_the_path_and_its_ends(drawn):
    ax = ag.plot_loss_surface(x, y, w, b)
    path, first, last = ax.lines
    expected = np.array([w, b, losses])
    assert np.array(path.get_data_3d()) == pytest.approx(expected)
    assert np.array(first.get_data_3d()) == pytest.approx(expected[:, :1])
    assert np.array(last.get_data_3d()) == pytest.approx(expected[:, -1:])
    labels = ["gradient descent", "initial $(w, b)$", "final $(w, b)$"]
    assert [look(line) for line in ax.lines] == [
        ("-", "None", ag.RED, labels[0]), ("None", "o", ag.RED, labels[1]), ("None", "s", ag.RED, labels[2])]
    assert (first.get_markersize(), last.get_markersize()) == (9, 9)
    assert texts(ax.get_legend()) == labels and is_upper_left(ax.get_legend(), ax)
    assert not ax.computed_zorder  # or the surface would hide the path
    (surface,) = drawn("plot_surface")
    order = [artist.get_zorder() for artist in (surface[-1], path, first, last)]
    assert order == [1, 2, 3, 3]


def test_surface_is_seen_from_where_the_reader_says():
    ax = ag.plot_loss_surface(x, y, w, b)
    assert (ax.elev, ax.azim) == (32, -62)
    assert ax.zaxis.labelpad == 12  # the default lies on the numbers
    ax = ag.plot_loss_surface(x, y, w, b, elev=50, azim=10)
    assert (ax.elev, ax.azim) == (50, 10)


# plot_circle and plot_lifted_circle

def shape_of(collection):
    """Return the one outline of the markers of a scatter."""
    (path,) = collection.get_paths()
    return path


def marker(name):
    """Return the outline of a marker."""
    style = MarkerStyle(name)
    return style.get_path().transformed(style.get_transform())


def test_circle_shows_every_point_in_its_class():
    ax = ag.plot_circle(X, inside)
    near, far = ax.collections
    assert np.array_equal(near.get_offsets(), [p for p in X if p[0] ** 2 + p[1] ** 2 < 1])
    assert np.array_equal(far.get_offsets(), [p for p in X if p[0] ** 2 + p[1] ** 2 >= 1])
    for points, color, name in ((near, ag.BLUE, "o"), (far, ag.RED, "x")):
        assert points.get_edgecolor() == pytest.approx(np.array([to_rgba(color, 0.7)]))
        assert points.get_facecolor() == pytest.approx(np.array([to_rgba(color, 0.7)]))
        assert np.array_equal(shape_of(points).vertices, marker(name).vertices)
        assert points.get_sizes() == [9]
    assert far.get_linewidths() == [0.8]
    legend = ax.get_legend()
    assert texts(legend) == ["inside", "outside"] and is_above(legend, ax)
    assert [handle.get_sizes()[0] for handle in legend.legend_handles] == [36, 36]  # twice as wide


def test_circle_takes_the_classes_as_they_are_given():
    near, far = ag.plot_circle([[0, 0], [1, 2], [3, 4]], [False, True, False]).collections
    assert near.get_offsets().tolist() == [[1, 2]] and far.get_offsets().tolist() == [[0, 0], [3, 4]]


def test_circle_has_the_unit_circle_between_the_classes():
    ax = ag.plot_circle(X, inside)
    (circle,) = ax.patches
    assert tuple(circle.center) == (0, 0) and circle.radius == 1
    assert not circle.get_fill() and circle.get_edgecolor() == to_rgba(ag.INK)
    assert (circle.get_linestyle(), circle.get_linewidth()) == ("--", 2)
    assert ax.get_aspect() == 1


@pytest.mark.parametrize("height", [0, 0.5, 1])
def test_lift_multiplies_the_sum_of_squares(height, drawn):
    ax = ag.plot_lifted_circle(X, inside, height=height)
    near, far = drawn("scatter")
    for (points, look, artist), chosen, color, name, order in (
            (near, inside, ag.BLUE, "o", 0), (far, ~inside, ag.RED, "x", 2)):
        expected = [(p, q, height * (p * p + q * q)) for p, q in X[chosen]]
        assert np.array(points).T == pytest.approx(np.array(expected))
        assert artist.get_edgecolor() == pytest.approx(np.array([to_rgba(color, 0.6)]))
        assert np.array_equal(shape_of(artist).vertices, marker(name).vertices)
        assert (artist.get_sizes(), look["depthshade"], artist.get_zorder()) == ([7], False, order)
    assert texts(ax.get_legend()) == ["inside", "outside"] and is_upper_left(ax.get_legend(), ax)
    assert [handle.get_sizes()[0] for handle in ax.get_legend().legend_handles] == [28, 28]
    assert ax.get_zlim() == (0, 4.5) and not ax.computed_zorder
    assert ax.get_xticks().tolist() == ax.get_yticks().tolist() == [-1, 0, 1]


@pytest.mark.parametrize("height", [0.01, 0.5, 1])
def test_lift_has_a_plane_at_its_height_between_the_classes(height, drawn):
    ag.plot_lifted_circle(X, inside, height=height)
    (((x1, x2, z), look, plane),) = drawn("plot_surface")
    corners = set(zip(x1.ravel(), x2.ravel(), z.ravel()))
    assert corners == {(p, q, height) for p in (-1.5, 1.5) for q in (-1.5, 1.5)}
    assert (look["color"], look["alpha"], plane.get_zorder()) == (ag.GREEN, 0.4, 1)


def test_lift_has_no_plane_when_flat_and_height_1_when_nothing_is_said(drawn):
    ag.plot_lifted_circle(X, inside, height=0)
    assert not drawn("plot_surface")
    ag.plot_lifted_circle(X, inside)
    (((_, _, z), *_),) = drawn("plot_surface")
    assert np.all(z == 1)


@pytest.mark.parametrize("elev, labeled", [(12, True), (50, True), (51, False), (90, False)])
def test_lift_has_no_height_axis_when_seen_from_above(elev, labeled):
    ax = ag.plot_lifted_circle(X, inside, elev=elev, azim=-30)
    assert (ax.elev, ax.azim) == (elev, -30)
    assert ax.get_zlabel() == ("$z = x_1^2 + x_2^2$" if labeled else "")
    assert bool(len(ax.get_zticks())) == labeled


def test_lift_is_seen_from_the_side_when_nothing_is_said():
    ax = ag.plot_lifted_circle(X, inside)
    assert (ax.elev, ax.azim) == (12, -60)


# plot_sigmoid

@pytest.mark.parametrize("z", [None, np.array([-3.0, 0.5, 1.0])], ids=["default", "given"])
def test_sigmoid_and_its_derivative(z):
    ax = ag.plot_sigmoid() if z is None else ag.plot_sigmoid(z)
    z = np.linspace(-8, 8, 401) if z is None else z
    value, slope = ax.lines
    for line, expected in ((value, 1 / (1 + np.exp(-z))), (slope, 1 / (2 + np.exp(z) + np.exp(-z)))):
        assert np.array_equal(line.get_xdata(), z)
        assert line.get_ydata() == pytest.approx(expected)
    assert look(value) == ("-", "None", ag.BLUE, r"$\sigma(z)$")
    assert look(slope) == ("--", "None", ag.RED, r"$\sigma'(z)$")
    assert texts(ax.get_legend()) == [value.get_label(), slope.get_label()]
    assert is_upper_left(ax.get_legend(), ax)
