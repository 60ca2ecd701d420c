"""What agml_algebra computes, against finite differences, sums over the data, and SymPy."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

import agml_algebra as alg
import agml_helpers as ag
from shared import differences

x, y_true, y = ag.make_data(20)
v, t = x[:, np.newaxis], y[:, np.newaxis]
EXACT = [(Fraction(a), Fraction(c)) for a, c in zip(x.tolist(), y.tolist())]


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


def test_moments_and_minimizer_are_exact():
    w, b, m = Fraction(1, 3), Fraction(-7, 5), alg.exact_moments(x, y)
    by_data = sum((w * a + b - c) ** 2 for a, c in EXACT) / 20
    assert m.xx * w**2 + 2 * m.x * w * b + b**2 - 2 * m.xy * w - 2 * m.y * b + m.yy == by_data
    w, b = alg.exact_minimizer(m)
    assert sum(w * a + b - c for a, c in EXACT) == 0 == sum((w * a + b - c) * a for a, c in EXACT)


@pytest.mark.parametrize("alpha", [0.001, 0.02, 0.035])  # the last one diverges
@pytest.mark.parametrize("epochs", [0, 1, 7, 300])
def test_closed_form_is_where_the_steps_lead(alpha, epochs):
    w, b, _ = ag.gradient_descent(x, y, 1.5, -2.5, alpha, epochs)
    end = alg.descent_in_closed_form(x, y, 1.5, -2.5, alpha, epochs)
    assert end == pytest.approx((w[-1], b[-1]), rel=1e-9)


@pytest.mark.parametrize("d", [1, 2, 5])
def test_jacobian_and_hessian_are_those_of_differences(d):
    net = some_network(d)
    expected = differences(lambda p: ag.forward(v, network(p))[2].ravel(), vector(net))
    assert alg.jacobian(v, net) == pytest.approx(expected, abs=1e-8)

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
    assert vector(alg.flip(flipped, 1)) == pytest.approx(vector(net))
