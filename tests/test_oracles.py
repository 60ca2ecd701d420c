"""Independent ways to the same numbers: plain Python, and properties that must hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import agml_helpers as ag

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")
numbers = st.floats(-100, 100, allow_subnormal=False)


def vectors(least=1, most=12):
    """Return pairs (x, y) of vectors of one length."""
    return st.integers(least, most).flatmap(lambda n: st.tuples(*[arrays(float, n, elements=numbers)] * 2))


@pytest.mark.parametrize("d", [2, 10])
def test_training_is_that_of_plain_python(d):
    """The first epochs, sample by sample and neuron by neuron, without NumPy."""
    x, _, y = ag.make_data()
    net = ag.init_network(d)
    epochs, alpha, m = 12, 0.01, len(x)
    trained, losses = ag.train_network(x.reshape(-1, 1), y.reshape(-1, 1), net, alpha, epochs)
    W1, b1, W2, b2 = net.W1[0].tolist(), net.b1[0].tolist(), net.W2[:, 0].tolist(), net.b2.item()
    for epoch in range(epochs + 1):
        loss, dW1, db1, dW2, db2 = 0.0, [0.0] * d, [0.0] * d, [0.0] * d, 0.0
        for sample, target in zip(x.tolist(), y.tolist()):
            activations = [1 / (1 + math.exp(-(w * sample + b))) for w, b in zip(W1, b1)]
            error = sum(a * w for a, w in zip(activations, W2)) + b2 - target
            loss += error**2 / (2 * m)
            db2 += error / m
            for k, a in enumerate(activations):
                dW2[k] += error * a / m
                db1[k] += error * W2[k] * a * (1 - a) / m
                dW1[k] += error * W2[k] * a * (1 - a) * sample / m
        assert losses[epoch] == pytest.approx(loss, rel=1e-9)
        if epoch < epochs:
            W1, b1, W2 = [
                [p - alpha * dp for p, dp in zip(*pair)] for pair in ((W1, dW1), (b1, db1), (W2, dW2))
            ]
            b2 -= alpha * db2
    assert trained.W1[0] == pytest.approx(W1, rel=1e-8)
    assert trained.b1[0] == pytest.approx(b1, rel=1e-8)
    assert trained.W2[:, 0] == pytest.approx(W2, rel=1e-8)
    assert trained.b2.item() == pytest.approx(b2, rel=1e-8)


def test_hessian_is_the_derivative_of_the_gradient():
    x, _, y = ag.make_data(n=11)
    gradient = np.array(ag.compute_gradients(x, y, 0, 0))
    columns = [np.array(ag.compute_gradients(x, y, *step)) - gradient for step in ((1, 0), (0, 1))]
    assert np.column_stack(columns) == pytest.approx(ag.loss_hessian(x), rel=1e-12)


@given(vectors(), numbers, numbers)
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


@given(vectors(), numbers, numbers, st.randoms(use_true_random=False))
def test_the_order_of_the_samples_does_not_matter(data, w, b, random):
    x, y = data
    order = random.sample(range(len(x)), len(x))
    scale = 1 + (w * x) ** 2 + b**2 + y**2
    assert ag.mse_loss(x[order], y[order]) == pytest.approx(ag.mse_loss(x, y), rel=1e-12)
    assert ag.compute_gradients(x[order], y[order], w, b) == pytest.approx(
        ag.compute_gradients(x, y, w, b), abs=1e-12 * scale.max() * (1 + np.abs(x).max())
    )


@given(vectors(), numbers, numbers)
def test_shifting_and_scaling(data, shift, factor):
    """A common shift leaves the loss as it is; a common factor squares."""
    y_pred, y_true = data
    loss, size = ag.mse_loss(y_pred, y_true), 1 + np.abs([*y_pred, *y_true, shift]).max() ** 2
    assert ag.mse_loss(y_pred + shift, y_true + shift) == pytest.approx(loss, abs=1e-12 * size)
    assert ag.mse_loss(factor * y_pred, factor * y_true) == pytest.approx(
        factor**2 * loss, rel=1e-9, abs=1e-9
    )


@given(numbers, numbers, numbers, numbers)
def test_one_sample_is_its_own_mean(x, y, w, b):
    error = w * x + b - y
    assert ag.mse_loss(ag.linear_model(x, w, b), y) == error**2
    assert ag.compute_gradients(x, y, w, b) == (2 * (error * x), 2 * error)


@given(arrays(float, 5, elements=st.floats(-700, 700)))
def test_sigmoid_and_its_mirror(z):
    assert ag.sigmoid(-z) == pytest.approx(1 - ag.sigmoid(z), abs=1e-15)
    assert ag.sigmoid(z) == pytest.approx((1 + np.tanh(z / 2)) / 2, abs=1e-15)
    assert ag.sigmoid_derivative(-z) == pytest.approx(ag.sigmoid_derivative(z), abs=1e-15)
