"""The mathematics of agml_helpers against oracles that know nothing of it."""

import numpy as np
import pytest

import agml_helpers as ag

RANDOM = np.random.default_rng(7)


def central_difference(function, point, h=1e-5):
    """Return the derivatives of a function of one array, entry by entry."""
    slopes = np.empty_like(point)
    for index in np.ndindex(point.shape):
        step = np.zeros_like(point)
        step[index] = h
        slopes[index] = (function(point + step) - function(point - step)) / (2 * h)
    return slopes


@pytest.mark.parametrize("size", [1, 2, 5, 200])
def test_gradients_of_the_linear_model(size):
    x, y, (w, b) = RANDOM.normal(size=size), RANDOM.normal(size=size), RANDOM.normal(size=2)
    expected = central_difference(lambda p: ag.mse_loss(ag.linear_model(x, *p), y), np.array([w, b]))
    assert ag.compute_gradients(x, y, w, b) == pytest.approx(expected, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("N, d", [(1, 1), (5, 3), (3, 5), (20, 2)])
def test_forward_is_the_formula_and_backward_its_derivative(N, d):
    v, y = RANDOM.normal(size=(N, 1)), RANDOM.normal(size=(N, 1))
    net = ag.Network(*(RANDOM.normal(size=shape) for shape in [(1, d), (1, d), (d, 1), (1, 1)]))
    Z1, A1, Z2 = layers = ag.forward(v, net)
    assert Z1 == pytest.approx(v @ net.W1 + net.b1)
    assert A1 == pytest.approx(1 / (1 + np.exp(-Z1)))
    assert Z2 == pytest.approx(A1 @ net.W2 + net.b2)
    gradients = ag.backward(v, y, net)
    assert all(map(np.array_equal, ag.backward(v, y, net, layers), gradients))
    for name, parameter in net._asdict().items():

        def loss(value):
            return ag.mse_loss(ag.forward(v, net._replace(**{name: value}))[2], y) / 2

        gradient = getattr(gradients, name)
        assert gradient.shape == parameter.shape
        assert gradient == pytest.approx(central_difference(loss, parameter), rel=1e-6, abs=1e-8)


def test_descent_reaches_the_minimizer():
    x, _, y = ag.make_data()
    w, b, loss = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.02, epochs=5000)
    best, (squares,), *_ = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)
    assert (w[-1], b[-1]) == pytest.approx(best, rel=1e-9)
    assert loss[-1] == pytest.approx(squares / len(x), rel=1e-12)
    assert np.all(np.diff(loss) <= 1e-12 * loss[:-1])
    assert ag.compute_gradients(x, y, *best) == pytest.approx((0, 0), abs=1e-8)


def test_descent_history_begins_at_the_start_and_is_consistent():
    x, _, y = ag.make_data(n=9)
    w, b, loss = ag.gradient_descent(x, y, 1.0, 2.0, alpha=0.001, epochs=3)
    assert w.shape == b.shape == loss.shape == (4,)
    assert (w[0], b[0]) == (1.0, 2.0)
    for k in range(4):
        assert loss[k] == ag.mse_loss(ag.linear_model(x, w[k], b[k]), y)
    for k in range(3):
        dw, db = ag.compute_gradients(x, y, w[k], b[k])
        assert (w[k + 1], b[k + 1]) == (w[k] - 0.001 * dw, b[k] - 0.001 * db)


def half_of(x):
    """Return half."""
    half = x / 2
    return half


def test_listing_is_the_source_without_the_docstring():
    assert repr(ag.listing(half_of)) == "def half_of(x):\n    half = x / 2\n    return half"


def test_data_are_those_of_the_listing():
    np.random.seed(42)
    x = np.linspace(0, 10, 200)
    y = x**2 + 2 * x + 1 + np.random.uniform(-10, 10, size=x.shape)
    for made, listed in zip(ag.make_data(), (x, x**2 + 2 * x + 1, y)):
        assert np.array_equal(made, listed)


def test_networks_are_those_of_the_listing():
    for d in (2, 10):
        np.random.seed(42)
        W1, W2 = np.random.randn(1, d) * 0.01, np.random.randn(d, 1) * 0.01
        net = ag.init_network(d)
        assert np.array_equal(net.W1, W1) and np.array_equal(net.W2, W2)
        assert not net.b1.any() and not net.b2.any()


def test_circle_is_that_of_the_listing():
    np.random.seed(42)
    X = np.random.uniform(-1.5, 1.5, (5000, 2))
    made, inside = ag.make_circle()
    assert np.array_equal(made, X)
    assert np.array_equal(inside, [np.linalg.norm(point) < 1 for point in X])


def test_two_neurons_beat_the_best_line_with_smaller_steps():
    """Which section 1.2.2 invites its readers to try."""
    x, _, y = ag.make_data()
    v, column = x.reshape(-1, 1), y.reshape(-1, 1)
    _, loss = ag.train_network(v, column, ag.init_network(2), alpha=0.001, epochs=60_000)
    _, (squares,), *_ = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)
    assert loss[-1] < squares / len(x) / 2
