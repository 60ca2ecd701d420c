"""What algebra says about the models of chapter 1: the tools of the part Beyond the print.

The loss of the linear model as a polynomial comes first, then derivatives of the network
with respect to all its parameters, and its symmetries. No page that mirrors the print imports this module.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import agml_checks as check
import agml_helpers as ag
from agml_checks import Array, Reals
from agml_helpers import Network

__all__ = [
    "Moments", "exact_moments", "exact_minimizer", "minimizer", "descent_in_closed_form", "jacobian",
    "network_hessian", "snapshots", "permute", "flip", "orbit",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


# The loss of the linear model


class Moments(NamedTuple):
    """The five means of the data that the loss of the linear model depends on."""

    x: Fraction
    y: Fraction
    xx: Fraction
    xy: Fraction
    yy: Fraction


@check.takes(vectors="x y_true")
def exact_moments(x: Reals, y_true: Reals) -> Moments:
    """Return ⟨x⟩, ⟨y⟩, ⟨x²⟩, ⟨xy⟩ and ⟨y²⟩ of two vectors as fractions, without rounding (page B1).

    Every float is a whole number divided by a power of two, so its means are rational numbers.

    >>> print(exact_moments([0, 1], [1, 2]).yy)
    5/2
    """
    x, y = ([Fraction(value) for value in array.tolist()] for array in (x, y_true))
    products = x, y, *([a * b for a, b in zip(*pair)] for pair in ((x, x), (x, y), (y, y)))
    return Moments(*(sum(values) / len(x) for values in products))


def _moments(moments: Any) -> None:
    known = isinstance(moments, Moments)
    check.that(known, f"moments must be Moments, got {type(moments).__name__}", TypeError)


@check.takes((_moments, "moments"))
def exact_minimizer(moments: Moments) -> tuple[Fraction, Fraction]:
    """Return the weight and the bias that minimize the loss, as fractions (page B4).

    Where the variance of x vanishes, the minimizers form a line, and such an x is refused.

    >>> w, b = exact_minimizer(exact_moments([0, 1, 3], [1, 1, 2]))
    >>> print(w, b)
    5/14 6/7
    """
    m = moments
    variance = m.xx - m.x**2
    check.that(variance, f"x must have two different values, got x = {float(m.x)} in every sample")
    w = (m.xy - m.x * m.y) / variance
    return w, m.y - w * m.x


@check.takes(same_shape="x y_true")
def minimizer(x: Reals, y_true: Reals) -> Array:
    """Return [w, b], which minimizes the loss, rounded from what `exact_minimizer` has (page B4).

    >>> print(minimizer([0, 1, 2], [1, 3, 5]))
    [2. 1.]
    """
    return np.array(exact_minimizer(exact_moments(x.ravel(), y_true.ravel())), float)


@check.takes(same_shape="x y_true", scalars="w b", rate="alpha", steps="epochs")
def descent_in_closed_form(
    x: Reals, y_true: Reals, w: float, b: float, alpha: float, epochs: int
) -> tuple[float, float]:
    """Return where gradient descent is after the given epochs, without descending (page B2).

    Along each eigenvector of the Hessian, an epoch multiplies the distance from the minimizer by
    1 − alpha·λ.

    >>> descent_in_closed_form([-1, 1], [-1, 1], 0, 1, alpha=0.25, epochs=3)
    (0.875, 0.125)
    """
    best = minimizer(x, y_true)
    curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
    shrunk = (1 - alpha * curvatures) ** epochs * (axes.T @ (np.array([w, b]) - best))
    return tuple(best + axes @ shrunk)


# The network in all its parameters


@check.takes(columns="v", network="net")
def jacobian(v: Reals, net: Network) -> Array:
    """Return the derivative of every prediction with respect to every parameter, shape (N, 3d + 1) (page B8).

    One column for each entry of W1, b1, W2 and b2, in this order.

    >>> net = ag.Network(W1=[[0]], b1=[[0]], W2=[[4]], b2=[[0]])
    >>> jacobian([[3]], net)
    array([[3. , 1. , 0.5, 1. ]])
    """
    _, A1, _ = ag.forward(v, net)
    inner = A1 * (1 - A1) * net.W2.T
    return np.hstack([inner * v, inner, A1, np.ones_like(v)])


@check.takes(columns="v y_true", network="net")
def network_hessian(v: Reals, y_true: Reals, net: Network) -> Array:
    """Return the second derivatives of the loss (1/2N) Σ (y_pred,i − y_true,i)² (page B10).

    It has shape (3d + 1, 3d + 1), with rows and columns in the order of W1, b1, W2 and b2.

    >>> net = ag.Network(W1=[[0]], b1=[[0]], W2=[[0]], b2=[[0]])
    >>> print(np.diag(network_hessian([[3]], [[1]], net)))
    [0.   0.   0.25 1.  ]
    """
    _, A1, Z2 = ag.forward(v, net)
    J, d = jacobian(v, net), A1.shape[1]
    by_W2 = A1 * (1 - A1) * (Z2 - y_true) / len(v)
    by_b1 = by_W2 * (1 - 2 * A1) * net.W2.T  # σ″ = σ′ (1 − 2σ)
    twice, once, plain = (np.diag((by_b1 * v**power).sum(axis=0)) for power in (2, 1, 0))
    weight, bias = np.diag((by_W2 * v).sum(axis=0)), np.diag(by_W2.sum(axis=0))
    # neurons meet only in the products of first derivatives; the second ones concern one neuron each
    second = np.block([[twice, once, weight], [once, plain, bias], [weight, bias, np.zeros((d, d))]])
    return J.T @ J / len(v) + np.pad(second, (0, 1))


@check.takes(
    columns="v y_true", networks="nets", rate="alpha", count="epochs every", result=check.finite_training
)
def snapshots(
    v: Reals, y_true: Reals, nets: Sequence[Network], alpha: float, epochs: int, every: int
) -> tuple[NDArray[np.int_], list[list[Network]], Array]:
    """Train networks of one size side by side, and keep each of them every so many epochs (page B10).

    Return these epochs, for each start the list of its networks then, and the losses at all epochs, of
    shape (number of nets, epochs + 1). But for rounding they are those of `agml_helpers.train_network`.

    >>> nets = ag.init_network(2), ag.init_network(2, seed=1)
    >>> at, paths, losses = snapshots([[1]], [[1]], nets, alpha=0.1, epochs=5, every=2)
    >>> print(at, len(paths), len(paths[0]), losses.shape)
    [0 2 4] 2 3 (2, 6)
    """
    # a new first axis: one product serves all networks, and W1 and b1 in one array spare another
    W1, b1, W2, b2 = map(np.stack, zip(*nets))
    inner, inputs = np.concatenate([W1, b1], axis=1), np.hstack([v, np.ones_like(v)])
    kept, losses = [], []
    for epoch in range(epochs + 1):
        A1 = ag.sigmoid(inputs @ inner)
        error = A1 @ W2 + b2 - y_true
        losses.append(np.vecdot(error, error, axis=1)[:, 0])  # type: ignore[call-overload]
        if epoch % every == 0:
            kept.append([ag.Network(*net) for net in zip(inner[:, :1], inner[:, 1:], W2, b2)])
        step = alpha / len(v) * error
        inner = inner - inputs.T @ (step * (A1 * (1 - A1))) * W2.mT
        W2, b2 = W2 - A1.mT @ step, b2 - step.sum(axis=1, keepdims=True)
    return np.arange(0, epochs + 1, every), list(map(list, zip(*kept))), np.transpose(losses) / (2 * len(v))


# Symmetries of the network


def _order(net: Network, order: Array) -> list:
    d = net.W1.size
    once = sorted(order) == [*range(d)]
    check.that(once, f"order must hold each of 0 to {d - 1} once, got {order.tolist()}")
    return [net, order.astype(int)]


@check.takes((_order, "net order"), network="net", vectors="order")
def permute(net: Network, order: Reals) -> Network:
    """Return the network with its neurons in another order, given by the numbers 0 to d − 1 (page B7).

    >>> print(permute(ag.init_network(2), [1, 0]).W1)
    [[-0.00138264  0.00496714]]
    """
    return ag.Network(net.W1[:, order], net.b1[:, order], net.W2[order], net.b2)


def _unit(net: Network, unit: int) -> list:
    return [net, *check.count(unit=unit, least=0, most=net.W1.size - 1)]


@check.takes((_unit, "net unit"), network="net")
def flip(net: Network, unit: int) -> Network:
    """Return the network with one neuron, a number from 0 to d − 1, flipped (page B7).

    Since σ(−z) = 1 − σ(z), the signs of all three weights of a neuron may change when b2 makes up
    for the 1: it is the same function.

    >>> net = ag.Network(W1=[[1, 2]], b1=[[3, 4]], W2=[[5], [6]], b2=[[7]])
    >>> print(flip(net, 0).b2)
    [[12.]]
    """
    sign = np.where(np.arange(net.W1.size) == unit, -1, 1)
    return ag.Network(net.W1 * sign, net.b1 * sign, net.W2 * sign[:, np.newaxis], net.b2 + net.W2[unit])


def _few_neurons(net: Network) -> None:
    d = net.W1.size
    size = f"its orbit would have {2**d * math.factorial(d):,} networks"
    check.that(d <= 4, f"net must have at most 4 neurons, got {d}: {size}")


@check.takes((_few_neurons, "net"), network="net")
def orbit(net: Network) -> list[Network]:
    """Return the 2ᵈ d! networks that permutations and flips make of one with d ≤ 4 neurons (page B7).

    >>> print(len(orbit(ag.init_network(3))))
    48
    """
    d, images = net.W1.size, [net]
    for unit in range(d):
        images += [flip(image, unit) for image in images]
    orders = [*map(list, itertools.permutations(range(d)))]
    return [permute(image, order) for image in images for order in orders]
