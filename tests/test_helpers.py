"""The mathematics of agml_helpers against oracles that know nothing of it, and against its properties."""

import os
import runpy
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import agml_helpers as ag
from shared import differences

RANDOM = np.random.default_rng(7)
settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


@pytest.mark.parametrize("size", [1, 2, 5, 200])
def test_gradients_of_the_linear_model(size):
    x, y, (w, b) = RANDOM.normal(size=size), RANDOM.normal(size=size), RANDOM.normal(size=2)
    expected = differences(lambda p: ag.mse_loss(ag.linear_model(x, *p), y), np.array([w, b]))
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
        assert gradient.ravel() == pytest.approx(differences(loss, parameter), rel=1e-6, abs=1e-8)


def test_descent_reaches_the_minimizer():
    x, _, y = ag.make_data()
    w, b, loss = ag.gradient_descent(x, y, ag.W_START, ag.B_START, alpha=0.02, epochs=5000)
    best, (squares,), *_ = np.linalg.lstsq(np.column_stack([x, np.ones_like(x)]), y)
    assert (w[-1], b[-1]) == pytest.approx(best, rel=1e-9)
    assert loss[-1] == pytest.approx(squares / len(x), rel=1e-12)
    assert np.all(np.diff(loss) <= 1e-12 * loss[:-1])
    assert ag.compute_gradients(x, y, *best) == pytest.approx((0, 0), abs=1e-8)


def test_descent_and_training_step_against_the_gradient():
    x, _, y = ag.make_data(n=9)
    w, b, loss = ag.gradient_descent(x, y, 1.0, 2.0, alpha=0.001, epochs=3)
    assert (w[0], b[0]) == (1.0, 2.0)
    steps = [ag.compute_gradients(x, y, *start) for start in zip(w, b)][:-1]
    assert np.diff([w, b]) == pytest.approx(-0.001 * np.transpose(steps), rel=1e-12)
    assert loss.tolist() == [ag.mse_loss(ag.linear_model(x, *start), y) for start in zip(w, b)]

    v, y = x.reshape(-1, 1), y.reshape(-1, 1)
    nets = [ag.init_network(3)]
    for _ in range(3):
        gradients = ag.backward(v, y, nets[-1])
        nets.append(ag.Network(*(p - 0.01 * dp for p, dp in zip(nets[-1], gradients))))
    trained, losses = ag.train_network(v, y, nets[0], alpha=0.01, epochs=3)
    assert all(map(np.array_equal, trained, nets[-1]))
    assert losses.tolist() == [ag.mse_loss(ag.forward(v, net)[-1], y) / 2 for net in nets]


def test_a_listing_follows_an_edit_of_its_module(tmp_path):
    """In a kernel that runs on: lines have moved, and the file is what a reader looks at."""
    half = 'def half(x: float) -> float:\n    """Return half."""\n    return x / 2\n'
    source = f"@staticmethod\ndef other():\n    pass\n\n\n{half}"
    file = tmp_path / "edited_module.py"
    file.write_text(source)
    half = runpy.run_path(file)["half"]
    assert str(ag.listing(half)) == "def half(x):\n    return x / 2"
    file.write_text("# A line more.\n" * 7 + source)
    os.utime(file, (0, 0))
    assert str(ag.listing(half)) == "def half(x):\n    return x / 2"
    file.write_text("")
    os.utime(file, (1, 1))
    with pytest.raises(ValueError, match="listing.*: function must still be in .*edited_module.py"):
        ag.listing(half)


def test_data_and_networks_are_those_of_the_listings():
    np.random.seed(42)
    x = np.linspace(0, 10, 200)
    y = x**2 + 2 * x + 1
    assert np.array_equal(ag.make_data(), (x, y, y + np.random.uniform(-10, 10, size=x.shape)))
    for d in (2, 10):
        np.random.seed(42)
        W1, W2 = np.random.randn(1, d) * 0.01, np.random.randn(d, 1) * 0.01
        expected = W1, np.zeros((1, d)), W2, np.zeros((1, 1))
        assert all(map(np.array_equal, ag.init_network(d), expected))
    np.random.seed(42)
    X, inside = ag.make_circle()
    assert np.array_equal(X, np.random.uniform(-1.5, 1.5, (5000, 2)))
    assert np.array_equal(inside, [np.linalg.norm(point) < 1 for point in X])


# Properties, for all data

numbers = st.floats(-100, 100, allow_subnormal=False)
pairs = st.integers(1, 12).flatmap(lambda n: st.tuples(*[arrays(float, n, elements=numbers)] * 2))


def test_hessian_is_the_derivative_of_the_gradient():
    x, _, y = ag.make_data(n=11)
    slopes = differences(lambda p: np.array(ag.compute_gradients(x, y, *p)), np.zeros(2), step=1)
    assert slopes == pytest.approx(ag.loss_hessian(x), rel=1e-12)


@given(pairs)
def test_the_loss_is_the_mean_of_the_squares(data):
    assert ag.mse_loss(*data) == pytest.approx(statistics.fmean((p - q) ** 2 for p, q in zip(*data)))


@given(pairs, numbers, numbers)
def test_surface_and_field_are_means_over_the_data(data, w, b):
    x, y = data
    scale = (1 + (w * x) ** 2 + b**2 + y**2).max()
    error = [w * p + b - q for p, q in zip(x, y)]
    [loss], [[dw], [db]] = ag.loss_surface(x, y, [w], [b]), ag.gradient_field(x, y, [w], [b])
    assert loss >= 0 and loss == pytest.approx(np.mean(np.square(error)), abs=1e-13 * scale)
    assert (dw, db) == pytest.approx((2 * np.mean(error * x), 2 * np.mean(error)), abs=1e-12 * scale)


def test_a_line_through_data_far_from_0_has_no_loss():
    x = np.arange(11.0)
    for y, w, b in ((3 * x + 1e8, 3, 1e8), (1e8 * x, 1e8, 0), (1e8 + 0 * x, 0, 1e8)):
        assert 0 <= ag.loss_surface(x, y, [w], [b])[0] < 1e-12
        assert 0 <= ag.loss_surface(x + 1e8, y, [w], [b - 1e8 * w])[0] < 1e-12


@given(arrays(float, 5, elements=st.floats(-700, 700)))
def test_sigmoid_and_its_mirror(z):
    assert ag.sigmoid(-z) == pytest.approx(1 - ag.sigmoid(z), abs=1e-15)
    assert ag.sigmoid(z) == pytest.approx((1 + np.tanh(z / 2)) / 2, abs=1e-15)
    assert ag.sigmoid_derivative(-z) == pytest.approx(ag.sigmoid_derivative(z), abs=1e-15)
