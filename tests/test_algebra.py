"""What agml_algebra computes, against finite differences, sums over the data, and SymPy."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import agml_algebra as alg
import agml_figures as fig
import agml_helpers as ag
from shared import loss_at

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


def test_moments_give_the_loss_without_rounding():
    w, b, m = Fraction(1, 3), Fraction(-7, 5), alg.exact_moments(x, y)
    by_data = sum((w * Fraction(a) + b - Fraction(c)) ** 2 for a, c in zip(x.tolist(), y.tolist())) / 20
    assert m.xx * w**2 + 2 * m.x * w * b + b**2 - 2 * m.xy * w - 2 * m.y * b + m.yy == by_data


def test_exact_minimizer_solves_the_equations_exactly():
    w, b = alg.exact_minimizer(alg.exact_moments(x, y))
    errors = [w * Fraction(a) + b - Fraction(c) for a, c in zip(x.tolist(), y.tolist())]
    assert sum(errors) == 0 == sum(e * Fraction(a) for e, a in zip(errors, x.tolist()))


@pytest.mark.parametrize("alpha", [0.001, 0.02, 0.035])  # the last one diverges
@pytest.mark.parametrize("epochs", [0, 1, 7, 300])
def test_closed_form_is_where_the_steps_lead(alpha, epochs):
    w, b, _ = ag.gradient_descent(x, y, 1.5, -2.5, alpha, epochs)
    assert alg.descent_in_closed_form(x, y, 1.5, -2.5, alpha, epochs) == pytest.approx(
        (w[-1], b[-1]), rel=1e-9
    )


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


@pytest.mark.parametrize(
    "epochs, every, expected", [(11, 4, [0, 4, 8]), (8, 4, [0, 4, 8]), (3, 5, [0]), (3, 1, [0, 1, 2, 3])]
)
def test_snapshots_are_those_of_trainings_one_by_one(epochs, every, expected):
    starts, alpha = [some_network(3, seed) for seed in (2, 3)], 0.01
    at, paths, losses = alg.snapshots(v, t, starts, alpha, epochs, every)
    assert at.tolist() == expected
    for start, path, loss in zip(starts, paths, losses, strict=True):
        assert loss == pytest.approx(ag.train_network(v, t, start, alpha, epochs)[1], rel=1e-12)
        for epoch, kept in zip(at, path, strict=True):
            there, _ = ag.train_network(v, t, start, alpha, int(epoch))
            assert vector(kept) == pytest.approx(vector(there), rel=1e-10)


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_symmetries_leave_the_function_as_it_is(d):
    net = some_network(d)
    images, prediction = alg.orbit(net), ag.forward(v, net)[2]
    for image in images:
        assert ag.forward(v, image)[2] == pytest.approx(prediction, abs=1e-12)
    # signed permutations, counted in a way of their own
    signed = {
        tuple(sign * net.W1[0, k] for sign, k in zip(signs, order))
        for order in itertools.permutations(range(d))
        for signs in itertools.product((1, -1), repeat=d)
    }
    assert {tuple(image.W1.ravel()) for image in images} == signed
    assert len(images) == len(signed) == 2**d * math.factorial(d)


def test_permute_and_flip_move_every_parameter():
    net = some_network(3)
    moved = vector(alg.permute(net, [2, 0, 1]))
    assert np.array_equal(moved, vector(net)[[2, 0, 1, 5, 3, 4, 8, 6, 7, 9]])
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


def test_curves_and_logs_are_drawn_as_given():
    curves = {"one": y_true, "two": y_true + 1}
    ax = fig.plot_curves(x + 1, curves, "", "", level=(3, "bound"), xscale="log", yscale="log")
    *lines, bound = ax.lines
    for line, curve in zip(lines, curves.values(), strict=True):
        assert np.array_equal(line.get_xydata(), np.column_stack([x + 1, curve]))
    assert {*bound.get_ydata()} == {3} and bound.get_label() == "bound"
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log") and ax.get_xlim() == pytest.approx((1, 11))
    plain = fig.plot_curves(x, {"one": y}, "", "")
    assert (len(plain.lines), plain.get_xscale(), plain.get_yscale()) == (1, "linear", "linear")

    logged, midway = np.array([y, y + 1]), np.array([y_true, y_true + 1])
    *runs, bound = fig.plot_log(x, logged, midway, level=(3, "bound")).lines
    for line, values in zip(runs, [*logged, *midway], strict=True):
        assert np.array_equal(line.get_xydata(), np.column_stack([x, values]))
    looks = [(line.get_linestyle(), line.get_marker()) for line in runs]
    assert looks == 2 * [("None", "o")] + 2 * [("-", "None")] and {*bound.get_ydata()} == {3}


def test_projection_shows_the_loss_as_a_squared_distance():
    """Every distance in the picture, against lengths of vectors with as many entries as there are samples."""
    w, b = 3.0, 2.0
    ax = fig.plot_projection(x, y, w, b)
    *circles, target, to_best, best, to_other, other = ax.lines
    points = [np.array(line.get_data_3d()).T for line in (target, best, other, to_best, to_other)]
    (origin, top), (foot,), (here,), *segments = points
    fit = np.polyval(np.polyfit(x, y, 1), x)
    for one, another, vectors in (
        (top, foot, (y, fit)),
        (top, here, (y, w * x + b)),
        (foot, here, (fit, w * x + b)),
        (top, np.zeros(3), (y, 0 * y)),
        (here, np.zeros(3), (w * x + b, 0 * y)),
    ):
        assert np.sum((one - another) ** 2) == pytest.approx(np.mean((vectors[0] - vectors[1]) ** 2))
    assert np.array_equal(segments, [[foot, top], [here, top]])
    assert foot[2] == here[2] == 0 and not origin.any()
    for circle, share in zip(circles, (0.5, 1, 1.5), strict=True):
        around = np.array(circle.get_data_3d()).T - foot
        assert np.linalg.norm(around, axis=1) == pytest.approx(share * np.linalg.norm(here - foot))
    least, loss = (ag.mse_loss(line, y) for line in (fit, w * x + b))
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert f"squared {least:.1f}" in shown[0] and f"squared {loss:.1f}" in shown[1]


def test_ellipses_have_their_axes_and_levels():
    w, b, _ = ag.gradient_descent(x, y, 0, 0, 0.01, 50)
    ax = fig.plot_ellipses(x, y, w, b)
    slow, steep, path, end, minimizer = ax.lines
    best = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)[0]
    assert minimizer.get_xydata()[0] == pytest.approx(best)
    curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
    for line, curvature, axis in ((slow, curvatures[0], axes[:, 0]), (steep, curvatures[1], axes[:, 1])):
        ends = line.get_xydata()
        assert ends.mean(axis=0) == pytest.approx(best)
        assert abs((ends[1] - ends[0]) @ axis) == pytest.approx(np.linalg.norm(ends[1] - ends[0]))
        assert np.abs(ends - best).max() > 18 and f"{curvature:.4g}" in line.get_label()
    assert np.array_equal(path.get_xydata(), np.column_stack([w, b]))
    assert np.array_equal(end.get_xydata(), [[w[-1], b[-1]]])
    (contours,) = ax.collections
    plane = np.meshgrid(*(np.linspace(middle - 18, middle + 18, 200) for middle in best))
    loss = loss_at(x, y, *plane)
    assert contours.levels == pytest.approx(loss.min() + 10.0 ** np.arange(-4, 0, 0.5) * np.ptp(loss))
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        assert loss_at(x, y, *path.vertices.T) == pytest.approx(level, rel=0.02)
    assert [*ax.get_xlim(), *ax.get_ylim()] == pytest.approx([end for m in best for end in (m - 18, m + 18)])
    assert ax.get_aspect() == 1 and len(fig.plot_ellipses(x, y).lines) == 3


def test_hyperbola_has_its_minimizers_saddle_and_paths():
    path = np.array([[1.0, 0.5], [1.5, 1.0]])
    ax = fig.plot_hyperbola(2, 6, [path, -path])
    upper, lower, saddle, *paths = ax.lines
    for branch, sign in ((upper, 1), (lower, -1)):
        assert np.prod(branch.get_xydata(), axis=1) == pytest.approx(3)
        assert branch.get_xydata()[[0, -1], [1, 0]] == pytest.approx(sign * ax.get_xlim()[1])  # all the way
    assert saddle.get_xydata().tolist() == [[0, 0]]
    for drawn, expected in zip(paths, (path, path[:1], -path, -path[:1]), strict=True):
        assert np.array_equal(drawn.get_xydata(), expected)
    (contours,) = ax.collections
    for level, curve in zip(contours.levels, contours.get_paths(), strict=True):
        assert (curve.vertices.prod(axis=1) - 3) ** 2 == pytest.approx(level, rel=0.05, abs=0.02)
    innermost = contours.get_paths()[0].vertices
    assert innermost.min() < -2 and innermost.max() > 2  # around both branches
    assert ax.get_xlim() == ax.get_ylim() and ax.get_xlim()[1] > 3**0.5 and ax.get_aspect() == 1
    assert len(fig.plot_hyperbola(0.5, 0.5).lines) == 3


def test_orbit_has_eight_paths_and_marks_the_first():
    nets = [some_network(2, seed) for seed in (0, 1, 2)]
    ax = fig.plot_orbit(nets)
    mirrors, paths, ends = ax.lines[:4], ax.lines[4::2], ax.lines[5::2]
    through = {tuple(np.sign(mirror.get_xydata()[1] - mirror.get_xydata()[0])) for mirror in mirrors}
    assert through == {(1, 0), (0, 1), (1, 1), (1, -1)}
    assert all(mirror.get_xydata().sum() == 0 for mirror in mirrors)
    expected = {
        tuple(np.round([sign * net.W1[0, k] for net in nets for sign, k in zip(signs, order)], 9))
        for order in ((0, 1), (1, 0))
        for signs in itertools.product((1, -1), repeat=2)
    }
    assert {tuple(np.round(path.get_xydata().ravel(), 9)) for path in paths} == expected
    assert np.array_equal(paths[0].get_xydata(), [net.W1[0] for net in nets])
    for path, end in zip(paths, ends, strict=True):
        assert np.array_equal(end.get_xydata()[0], path.get_xydata()[-1])
    assert ax.get_xlim() == ax.get_ylim() and ax.get_aspect() == 1
    assert ax.get_xlim()[1] > max(np.abs(path.get_xydata()).max() for path in paths)
