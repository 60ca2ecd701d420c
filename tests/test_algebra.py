"""What agml_algebra computes, against other ways to the same: finite differences, sums over the data, SymPy."""

import itertools
import math
from fractions import Fraction

import matplotlib
matplotlib.use("Agg")

import agml_algebra as alg  # noqa: E402
import agml_helpers as ag  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
import sympy as sp  # noqa: E402
from matplotlib.colors import to_rgba  # noqa: E402

x, y_true, y = ag.make_data(20)
v, t = x[:, np.newaxis], y[:, np.newaxis]


def some_network(d, seed=0):
    """Return a network with weights of ordinary size, biases too."""
    random = np.random.RandomState(seed)
    return ag.Network(*(random.randn(*shape) for shape in ((1, d), (1, d), (d, 1), (1, 1))))


def vector(net):
    """Return all parameters in one vector, W1, b1, W2, b2."""
    return np.concatenate([parameter.ravel() for parameter in net])


def network(parameters):
    """Return the network with these parameters."""
    d = (len(parameters) - 1) // 3
    W1, b1, W2, b2 = np.split(np.asarray(parameters), [d, 2 * d, 3 * d])
    return ag.Network(W1[np.newaxis], b1[np.newaxis], W2[:, np.newaxis], b2[np.newaxis])


def differences(function, at, step=1e-5):
    """Return the derivative of a vector function by central differences, a column for each parameter."""
    steps = step * np.eye(len(at))
    return np.stack([(function(at + h) - function(at - h)) / (2 * step) for h in steps], axis=-1)


@pytest.fixture(autouse=True)
def closed():
    """Close the figures of a test."""
    yield
    plt.close("all")


def test_moments_and_quadric_are_the_loss_without_rounding():
    w, b = Fraction(1, 3), Fraction(-7, 5)
    q = alg.loss_quadric(alg.exact_moments(x, y))
    by_data = sum((w * Fraction(a) + b - Fraction(c)) ** 2 for a, c in zip(x.tolist(), y.tolist())) / 20
    assert q.ww * w**2 + q.wb * w * b + q.bb * b**2 + q.w * w + q.b * b + q.one == by_data
    assert float(alg.exact_moments(x, y).xy) == pytest.approx(np.mean(x * y), rel=1e-14)


def test_exact_minimizer_solves_the_equations_exactly():
    w, b = alg.exact_minimizer(alg.exact_moments(x, y))
    errors = [w * Fraction(a) + b - Fraction(c) for a, c in zip(x.tolist(), y.tolist())]
    assert sum(errors) == 0 == sum(e * Fraction(a) for e, a in zip(errors, x.tolist()))
    unknowns = sp.symbols("w b")
    q = alg.loss_quadric(alg.exact_moments([0, 1, 3], [1, 1, 2]))
    loss = sum(sp.Rational(c.numerator, c.denominator) * m for c, m in zip(
        q, [unknowns[0]**2, unknowns[0] * unknowns[1], unknowns[1]**2, *unknowns, 1]))
    found = sp.solve([sp.diff(loss, s) for s in unknowns], unknowns)
    assert alg.exact_minimizer(alg.exact_moments([0, 1, 3], [1, 1, 2])) == tuple(found[s] for s in unknowns)


@pytest.mark.parametrize("alpha", [0.001, 0.02, 0.035])  # the last one diverges
@pytest.mark.parametrize("epochs", [0, 1, 7, 300])
def test_closed_form_is_where_the_steps_lead(alpha, epochs):
    w, b, _ = ag.gradient_descent(x, y, 1.5, -2.5, alpha, epochs)
    assert alg.descent_in_closed_form(x, y, 1.5, -2.5, alpha, epochs) == pytest.approx((w[-1], b[-1]), rel=1e-9)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_jacobian_is_that_of_differences(d):
    net = some_network(d)
    expected = differences(lambda p: ag.forward(v, network(p))[2].ravel(), vector(net))
    assert alg.jacobian(v, net) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_hessian_is_that_of_differences(d):
    net = some_network(d, seed=1)
    hessian = alg.network_hessian(v, t, net)
    expected = differences(lambda p: vector(ag.backward(v, t, network(p))), vector(net))
    assert hessian == pytest.approx(expected, abs=1e-6 * np.abs(expected).max())
    assert np.array_equal(hessian, hessian.T)


def test_sharpness_is_the_largest_curvature():
    net = some_network(3, seed=2)
    expected = differences(lambda p: vector(ag.backward(v, t, network(p))), vector(net))
    assert alg.sharpness(v, t, net) == pytest.approx(np.linalg.eigvals(expected).real.max(), rel=1e-6)


@pytest.mark.parametrize("epochs, every, expected", [(11, 4, [0, 4, 8]), (8, 4, [0, 4, 8]), (3, 5, [0]), (3, 1, [0, 1, 2, 3])])
def test_snapshots_are_those_of_one_training(epochs, every, expected):
    net, alpha = some_network(3, seed=2), 0.01
    at, nets, loss = alg.snapshots(v, t, net, alpha, epochs, every)
    assert at.tolist() == expected and len(nets) == len(at)
    _, whole = ag.train_network(v, t, net, alpha, epochs)
    assert np.array_equal(loss, whole)
    for epoch, kept in zip(at, nets):
        there, _ = ag.train_network(v, t, net, alpha, int(epoch))
        assert np.array_equal(vector(kept), vector(there))


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_symmetries_leave_the_function_as_it_is(d):
    net = some_network(d)
    images, prediction = alg.orbit(net), ag.forward(v, net)[2]
    for image in images:
        assert ag.forward(v, image)[2] == pytest.approx(prediction, abs=1e-12)
    # signed permutations, counted in a way of their own
    signed = {tuple(sign * net.W1[0, k] for sign, k in zip(signs, order))
              for order in itertools.permutations(range(d)) for signs in itertools.product((1, -1), repeat=d)}
    assert {tuple(image.W1.ravel()) for image in images} == signed
    assert len(images) == len(signed) == 2**d * math.factorial(d)


def test_permute_and_flip_move_every_parameter():
    net = some_network(3)
    moved = alg.permute(net, [2, 0, 1])
    for k, old in enumerate([2, 0, 1]):
        assert (moved.W1[0, k], moved.b1[0, k], moved.W2[k, 0]) == (net.W1[0, old], net.b1[0, old], net.W2[old, 0])
    flipped = alg.flip(net, 1)
    assert np.array_equal(vector(flipped)[:9], vector(net)[:9] * np.tile([1, -1, 1], 3))
    assert flipped.b2 == net.b2 + net.W2[1]
    for part, again in zip(net, alg.flip(flipped, 1)):
        assert again == pytest.approx(part)


def test_group_is_closed_and_flips_are_no_isometries():
    net = some_network(2)
    weights = {tuple(np.round(vector(image), 12)) for image in alg.orbit(net)}
    for image in alg.orbit(net):
        assert {tuple(np.round(vector(again), 12)) for again in alg.orbit(image)} == weights
    step = differences(lambda p: vector(alg.flip(network(p), 0)), vector(net))
    assert not np.allclose(step.T @ step, np.eye(7))
    step = differences(lambda p: vector(alg.permute(network(p), [1, 0])), vector(net))
    assert step.T @ step == pytest.approx(np.eye(7))


def test_curves_are_drawn_as_given():
    ax = alg.plot_curves(x + 1, {"one": y_true, "two": y_true + 1}, "time", "size", level=(3, "bound"),
                         xscale="log", yscale="log")
    one, two, bound = ax.lines
    assert np.array_equal(one.get_xydata(), np.column_stack([x + 1, y_true]))
    assert np.array_equal(two.get_ydata(), y_true + 1)
    assert set(bound.get_ydata()) == {3}
    assert (one.get_linestyle(), two.get_linestyle()) == ("-", "--") and one.get_color() != two.get_color()
    assert [line.get_label() for line in ax.lines] == [text.get_text() for text in ax.get_legend().get_texts()]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_xscale(), ax.get_yscale()) == ("time", "size", "log", "log")
    assert len(alg.plot_curves(x, {"one": y}, "", "", ax=plt.figure().add_subplot()).lines) == 1


def test_log_has_dots_for_the_log_and_lines_for_the_midpoints():
    logged, midway = np.array([y, y + 1]), np.array([y_true, y_true + 1])
    ax = alg.plot_log(x, logged, midway, level=(3, "bound"))
    *runs, bound = ax.lines
    for number, (dots, line) in enumerate(zip(runs[:2], runs[2:], strict=True)):
        assert np.array_equal(dots.get_xydata(), np.column_stack([x, logged[number]]))
        assert np.array_equal(line.get_xydata(), np.column_stack([x, midway[number]]))
        assert (dots.get_linestyle(), line.get_linestyle(), line.get_marker()) == ("None", "-", "None")
    assert set(bound.get_ydata()) == {3}
    assert len(ax.get_legend().get_texts()) == 3 and ax.get_xlabel() == "epoch"


def test_projection_shows_the_loss_as_a_squared_distance():
    """Every distance in the picture, against lengths of vectors with as many entries as there are samples."""
    w, b = 3.0, 2.0
    ax = alg.plot_projection(x, y, w, b)
    *circles, target, to_best, best, to_other, other = ax.lines
    points = {name: np.array(line.get_data_3d()).T for name, line in
              (("y", target), ("best", best), ("other", other), ("to best", to_best), ("to other", to_other))}
    top, foot, here = points["y"][1], points["best"][0], points["other"][0]
    fit = np.polyval(np.polyfit(x, y, 1), x)
    for one, another, vectors in ((top, foot, (y, fit)), (top, here, (y, w * x + b)), (foot, here, (fit, w * x + b)),
                                  (top, np.zeros(3), (y, 0 * y)), (here, np.zeros(3), (w * x + b, 0 * y))):
        assert np.sum((one - another) ** 2) == pytest.approx(np.mean((vectors[0] - vectors[1]) ** 2))
    assert np.array_equal(points["to best"], [foot, top]) and np.array_equal(points["to other"], [here, top])
    assert foot[2] == here[2] == 0 and np.array_equal(points["y"][0], np.zeros(3))
    for circle, share in zip(circles, (0.5, 1, 1.5), strict=True):
        around = np.array(circle.get_data_3d()).T - foot
        assert np.linalg.norm(around, axis=1) == pytest.approx(share * np.linalg.norm(here - foot))
    least, loss = (ag.mse_loss(line, y) for line in (fit, w * x + b))
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert f"squared {least:.1f}" in shown[0] and f"squared {loss:.1f}" in shown[1]


def test_ellipses_have_their_axes_and_levels():
    w, b, _ = ag.gradient_descent(x, y, 0, 0, 0.01, 50)
    ax = alg.plot_ellipses(x, y, w, b)
    slow, steep, path, end, minimizer = ax.lines
    best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
    assert minimizer.get_xydata()[0] == pytest.approx(best)
    curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
    for line, curvature, axis in ((slow, curvatures[0], axes[:, 0]), (steep, curvatures[1], axes[:, 1])):
        ends = line.get_xydata()
        assert ends.mean(axis=0) == pytest.approx(best)
        assert abs((ends[1] - ends[0]) @ axis) == pytest.approx(np.linalg.norm(ends[1] - ends[0]))
        assert f"{curvature:.4g}" in line.get_label()
    assert np.array_equal(path.get_xydata(), np.column_stack([w, b]))
    assert np.array_equal(end.get_xydata(), [[w[-1], b[-1]]])
    (contours,) = ax.collections
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        assert ag.loss_surface(x, y, *path.vertices.T) == pytest.approx(level, rel=0.02)
    assert (np.mean(ax.get_xlim()), np.mean(ax.get_ylim())) == pytest.approx(best)
    assert ax.get_aspect() == 1 and len(alg.plot_ellipses(x, y).lines) == 3


def test_hyperbola_has_its_minimizers_saddle_and_paths():
    path = np.array([[1.0, 0.5], [1.5, 1.0]])
    ax = alg.plot_hyperbola(2, 6, [path, -path])
    upper, lower, saddle, *paths = ax.lines
    for branch in (upper, lower):
        assert np.prod(branch.get_xydata(), axis=1) == pytest.approx(3)
    assert (upper.get_xdata() > 0).all() and (lower.get_xdata() < 0).all()
    assert saddle.get_xydata().tolist() == [[0, 0]]
    assert np.array_equal(paths[0].get_xydata(), path) and np.array_equal(paths[1].get_xydata()[0], path[0])
    assert np.array_equal(paths[2].get_xydata(), -path)
    (contours,) = ax.collections
    for level, curve in zip(contours.levels, contours.get_paths(), strict=True):
        assert (curve.vertices.prod(axis=1) - 3) ** 2 == pytest.approx(level, rel=0.05, abs=0.02)
    assert len([text for text in ax.get_legend().get_texts() if "descent" in text.get_text()]) == 1
    assert len(alg.plot_hyperbola(2, 6).lines) == 3


def test_orbit_has_eight_paths_and_marks_the_first():
    nets = [some_network(2, seed) for seed in (0, 1, 2)]
    ax = alg.plot_orbit(nets)
    mirrors, paths = ax.lines[:4], ax.lines[4::2]
    assert all(mirror.get_linestyle() == ":" for mirror in mirrors) and len(paths) == 8
    expected = {tuple(np.round([sign * net.W1[0, k] for net in nets for sign, k in zip(signs, order)], 9))
                for order in ((0, 1), (1, 0)) for signs in itertools.product((1, -1), repeat=2)}
    assert {tuple(np.round(path.get_xydata().ravel(), 9)) for path in paths} == expected
    assert np.array_equal(paths[0].get_xydata(), [net.W1[0] for net in nets])
    assert [to_rgba(path.get_color()) == to_rgba(ag.RED) for path in paths] == [True] + 7 * [False]
    assert all(np.array_equal(end.get_xydata()[0], path.get_xydata()[-1])
               for path, end in zip(paths, ax.lines[5::2], strict=True))


def appearance(ax):
    """Return what figure, lines, level sets and legend look like, without the data."""
    legend = ax.get_legend()
    corner = legend.get_bbox_to_anchor().transformed(ax.transAxes.inverted())
    lines = [(line.get_linestyle(), line.get_marker(), line.get_color(), line.get_markersize(), line.get_linewidth(),
              line.get_zorder(), line.get_label() if not line.get_label().startswith("_") else "") for line in ax.lines]
    levels = [(list(c.get_linewidths()), c.get_cmap().name, type(c.norm).__name__, c.levels) for c in ax.collections]
    return {"size": ax.figure.get_size_inches().tolist(), "labels": (ax.get_xlabel(), ax.get_ylabel()),
            "limits": [*ax.get_xlim(), *ax.get_ylim()], "aspect": ax.get_aspect(), "lines": lines, "levels": levels,
            "legend": (legend._loc, round(corner.x0, 3), round(corner.y0, 3), legend._ncols)}


MARK, LINE = 6.0, 2.0  # Matplotlib's size of a marker, and our width of a line
LOWER_CENTER, BEST = 8, 0


def test_curves_look():
    curves = {"a": y, "b": y_true, "c": -y, "d": -y_true}
    seen = appearance(alg.plot_curves(x, curves, "at", "value", level=(3, "bound")))
    assert seen["size"] == [7, 4.2] and seen["labels"] == ("at", "value")
    assert seen["limits"][:2] == [0, 10] and seen["legend"][0] == BEST
    assert seen["lines"] == [("-", "None", ag.BLUE, MARK, LINE, 2, "a"), ("--", "None", ag.RED, MARK, LINE, 2, "b"),
                             ("-.", "None", ag.GREEN, MARK, LINE, 2, "c"), (":", "None", ag.ORANGE, MARK, LINE, 2, "d"),
                             ("--", "None", ag.INK, MARK, 1.2, 2, "bound")]
    bound = plt.gcf().axes[0].lines[-1]
    assert bound._unscaled_dash_pattern == (0, (1, 1))


def test_ellipses_look():
    w, b, _ = ag.gradient_descent(x, y, 0, 0, 0.01, 50)
    seen = appearance(alg.plot_ellipses(x, y, w, b))
    middle = np.array(alg.exact_minimizer(alg.exact_moments(x, y)), float)
    assert (seen["size"], seen["labels"], seen["aspect"]) == ([7, 6], ("weight $w$", "bias $b$"), 1)
    assert seen["limits"] == pytest.approx([middle[0] - 18, middle[0] + 18, middle[1] - 18, middle[1] + 18])
    (slow, steep), green = np.linalg.eigvalsh(ag.loss_hessian(x)), ag.GREEN
    assert seen["lines"] == [(":", "None", ag.RED, MARK, LINE, 2, rf"axis with $\lambda$ = {slow:.4g}"),
                             ("--", "None", ag.BLUE, MARK, LINE, 2, rf"axis with $\lambda$ = {steep:.4g}"),
                             ("-", "None", green, MARK, LINE, 2, "gradient descent"),
                             ("None", "s", green, 7, LINE, 2, ""), ("None", "*", ag.INK, 13, LINE, 2, "minimizer")]
    ((widths, colors, norm, levels),) = seen["levels"]
    corners = ag.loss_surface(x, y, *np.meshgrid(*(np.linspace(m - 18, m + 18, 200) for m in middle)))
    assert set(widths) == {1.5} and (colors, norm) == ("viridis", "LogNorm")
    assert levels == pytest.approx(corners.min() + 10.0**np.arange(-4, 0, 0.5) * np.ptp(corners))
    assert seen["legend"] == (LOWER_CENTER, 0.5, 1, 2)


def test_hyperbola_look():
    seen = appearance(alg.plot_hyperbola(2, 6, [[[1, 0.5], [1.5, 1]], [[2, 2], [1, 2]]]))
    reach = 2 * math.sqrt(3)
    assert (seen["size"], seen["labels"], seen["aspect"]) == ([7, 6], ("$w_1$", "$w_2$"), 1)
    assert seen["limits"] == pytest.approx([-reach, reach, -reach, reach])
    descent, start = ("--", "None", ag.RED, MARK, LINE, 2), ("None", "o", ag.RED, 6, LINE, 2, "")
    assert seen["lines"] == [("-", "None", ag.BLUE, MARK, 3, 2, "minimizers: $w_1 w_2 = w$"),
                             ("-", "None", ag.BLUE, MARK, 3, 2, ""), ("None", "X", ag.INK, 11, LINE, 2, "saddle"),
                             (*descent, "gradient descent"), start, (*descent, ""), start]
    ((widths, colors, norm, levels),) = seen["levels"]
    assert set(widths) == {1.2} and (colors, norm) == ("viridis", "LogNorm")
    assert levels == pytest.approx([0.18, 1.8, 4.5, 9, 18, 36, 72, 144])
    assert seen["legend"] == (LOWER_CENTER, 0.5, 1, 3)
    innermost = plt.gcf().axes[0].collections[0].get_paths()[0].vertices
    assert innermost.min() < -2 and innermost.max() > 2  # around both branches
    assert alg.plot_hyperbola(0.5, 0.5).lines  # small means are means as well
    branch = alg.plot_hyperbola(2, 6).lines[0].get_xdata()
    assert (branch[0], branch[-1], len(branch)) == (pytest.approx(3 / reach), pytest.approx(reach), 101)


def test_orbit_look():
    nets = [some_network(2, seed) for seed in (0, 1)]
    seen = appearance(alg.plot_orbit(nets))
    reach = 1.15 * max(np.abs(net.W1).max() for net in nets)
    assert (seen["size"], seen["aspect"]) == ([6.4, 6], 1)
    assert seen["labels"] == ("weight $W_1$ of the first neuron", "weight $W_1$ of the second neuron")
    assert seen["limits"] == pytest.approx([-reach, reach, -reach, reach])
    mirror, path, end = (":", "None", ag.INK, MARK, 1, 2), ("-", "None", ag.BLUE, MARK, 1.2, 2), ("None", "o", ag.BLUE, 7, LINE, 4, "")
    assert seen["lines"] == [(*mirror, "mirrors"), *3 * [(*mirror, "")],
                             ("-", "None", ag.RED, MARK, 2, 3, "the training"), ("None", "s", ag.RED, 7, LINE, 4, ""),
                             (*path, "its images"), end, *6 * [(*path, ""), end]]
    assert seen["legend"] == (LOWER_CENTER, 0.5, 1, 3)
    ends = np.array([line.get_xydata() for line in plt.gcf().axes[0].lines[:4]])
    assert np.allclose(ends[:, 1], reach * np.array([(1, 0), (0, 1), (1, 1), (1, -1)]))
    assert np.allclose(ends[:, 0], -ends[:, 1])
