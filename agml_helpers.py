"""Models, gradients and figures of *Algebraic Geometry & Machine Learning*, chapter 1.

The data come first, then the linear model, the network, the circle and the figures; what has a
derivative is next to it. The functions are pure. Arrays may be anything that NumPy takes for
real numbers; N is the number of samples. The rules for arguments are above each function: they are
checked when a reader calls it, and a value that breaks one is refused by name.
"""

from __future__ import annotations

import ast
import contextlib
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

import agml_checks as check
from agml_checks import Array, Reals

__all__ = [
    "W_START", "B_START", "f", "make_data", "linear_model", "mse_loss", "compute_gradients", "moments",
    "loss_surface", "gradient_field", "loss_hessian", "gradient_descent", "sigmoid", "sigmoid_derivative",
    "Network", "init_network", "product", "forward", "backward", "train_network", "make_circle", "lift",
    "Palette", "PALETTE", "in_style", "level_colors", "tick_style", "labeled_axes",
    "axes_in_space", "plot_fit", "plot_gradient_field", "plot_loss_surface", "plot_circle",
    "plot_lifted_circle", "plot_sigmoid", "Listing", "listing",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Layers: TypeAlias = tuple[Array, Array, Array]  # Z1, A1 and Z2
Marks: TypeAlias = NDArray[np.bool_]
Ax: TypeAlias = Axes | None  # where to draw
__version__ = "0.1.0"
W_START, B_START = -0.21299332372819757, -0.7532380921958663  # as printed in section 1.2


# Data (section 1.2)


@check.takes(finite="x")
def f(x: Reals) -> Array:
    """Return x² + 2x + 1, elementwise: the function behind the data (section 1.2).

    >>> print(f(3))
    16.0
    """
    return x**2 + 2 * x + 1


@check.takes(count="n", seed="seed")
def make_data(n: int = 200, seed: int = 42) -> tuple[Array, Array, Array]:
    """Draw the noisy samples of section 1.2 (Fig. 1.1): x, f(x), and f(x) plus noise, each of shape (n,).

    The inputs are evenly spaced in [0, 10]; the noise is uniform in [−10, 10).

    >>> x, y_true, y_data = make_data()
    >>> print(y_data[50])
    21.729790078081002
    """
    x = np.linspace(0, 10, n)
    noise = np.random.RandomState(seed).uniform(-10, 10, size=n)
    return x, f(x), f(x) + noise


# The linear model (sections 1.2 and 1.2.1)


@check.takes(finite="x", scalars="w b")
def linear_model(x: Reals, w: float, b: float) -> Array:
    """Predict y = x·w + b, the model of section 1.2, for x of any shape.

    >>> linear_model([0, 1, 2], w=3, b=1)
    array([1., 4., 7.])
    """
    return w * x + b


@check.takes(same_shape="y_pred y_true")
def mse_loss(y_pred: Reals, y_true: Reals) -> float:
    """Return the mean squared error, (1/N) Σ (y_pred,i − y_true,i)² (section 1.2.1).

    >>> print(mse_loss([1, 2], [1, 4]))
    2.0
    """
    return ((y_pred - y_true) ** 2).mean()


@check.takes(same_shape="x y_true", scalars="w b")
def compute_gradients(x: Reals, y_true: Reals, w: float, b: float) -> tuple[float, float]:
    """Return the derivatives of `mse_loss` with respect to weight and bias, equations (1.1) and (1.2).

    >>> compute_gradients([0, 1], [0, 0], w=1, b=0)
    (1.0, 1.0)
    """
    error = linear_model(x, w, b) - y_true
    return 2 * (error * x).mean(), 2 * error.mean()


@check.takes(same_shape="x y_true")
def moments(x: Reals, y_true: Reals) -> tuple[float, float, float, float, float]:
    """Return all that the loss of the linear model keeps of the data, five numbers.

    They are ⟨x⟩ and ⟨y⟩, the variance of x, and slope and loss of the best line; the slope is 0 where x
    does not vary. Taken around the center of the data, they lose no digits far from 0.

    >>> print(*moments([0, 2], [1, 3]))
    1.0 2.0 1.0 1.0 0.0
    """
    mx, my = x.mean(), y_true.mean()
    dx, dy = x - mx, y_true - my
    variance = (dx * dx).mean()
    slope = (dx * dy).mean() / variance if variance > 1e-280 else 0.0  # below, its square may overflow
    return mx, my, variance, slope, mse_loss(slope * dx, dy)


@check.takes(same_shape="x y_true, w b")
def loss_surface(x: Reals, y_true: Reals, w: Reals, b: Reals) -> Array:
    """Evaluate the loss of the linear model at many (w, b) at once, arrays of one shape (Figs. 1.3 to 1.5).

    The loss is a quadratic polynomial in (w, b), so one pass over the data serves every point.

    >>> loss_surface([0, 1], [0, 0], w=[0, 1], b=[1, 0])
    array([1. , 0.5])
    """
    mx, my, variance, slope, least = moments(x, y_true)
    return (mx * w + b - my) ** 2 + variance * (w - slope) ** 2 + least


@check.takes(same_shape="x y_true, w b")
def gradient_field(x: Reals, y_true: Reals, w: Reals, b: Reals) -> tuple[Array, Array]:
    """Evaluate the gradient of `loss_surface` at many (w, b) at once, arrays of one shape (Fig. 1.4).

    >>> gradient_field([0, 1], [0, 0], w=[1], b=[0])
    (array([1.]), array([1.]))
    """
    mx, my, variance, slope, _ = moments(x, y_true)
    above = mx * w + b - my  # how far the line passes above the center of the data
    return 2 * (mx * above + variance * (w - slope)), 2 * above


@check.takes(finite="x")
def loss_hessian(x: Reals) -> Array:
    """Return the second derivatives of the loss in (w, b), shape (2, 2), the same everywhere (page B1).

    Gradient descent converges for 0 < alpha < 2 / λmax, with λmax the larger eigenvalue.

    >>> loss_hessian([0, 1])
    array([[1., 1.],
           [1., 2.]])
    """
    return 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1]])


def _descent_is_finite(history: tuple, x: Array, w: float, b: float, alpha: float, **_: object) -> None:
    bound = f"alpha must be below 2 / λmax = {2 / np.linalg.eigvalsh(loss_hessian(x))[-1]:.6g}, got {alpha}"
    check.no_overflow(history[-1], f"w and b must start at a finite loss, got {w} and {b}", bound)


@check.takes(same_shape="x y_true", scalars="w b", rate="alpha", steps="epochs", result=_descent_is_finite)
def gradient_descent(
    x: Reals, y_true: Reals, w: float, b: float, alpha: float, epochs: int
) -> tuple[Array, Array, Array]:
    """Step against the gradient, epoch by epoch (section 1.2.1.2, the listing of Fig. 1.4).

    Return the histories of w, of b and of the loss, each of shape (epochs + 1,): entry 0 is the
    starting point. A descent that diverges until its numbers overflow is refused.

    >>> w, b, loss = gradient_descent([0, 1], [0, 1], 0, 0, alpha=0.5, epochs=1)
    >>> print(w, b, loss)
    [0.  0.5] [0.  0.5] [0.5   0.125]
    """
    history = [(w, b, mse_loss(linear_model(x, w, b), y_true))]
    for _ in range(epochs):
        dw, db = compute_gradients(x, y_true, w, b)
        w, b = w - alpha * dw, b - alpha * db
        history.append((w, b, mse_loss(linear_model(x, w, b), y_true)))
    return tuple(np.transpose(history))


# The network with one hidden layer (section 1.2.2)


@check.takes(finite="z")
def sigmoid(z: Reals) -> Array:
    """Return σ(z) = 1 / (1 + e^(−z)), elementwise (section 1.2.2, Fig. 1.9).

    >>> print(sigmoid(0))
    0.5
    """
    return 1 / (1 + np.exp(-z))


@check.takes(finite="z")
def sigmoid_derivative(z: Reals) -> Array:
    """Return σ′(z) = σ(z) (1 − σ(z)), elementwise (section 1.2.2, Fig. 1.9).

    >>> print(sigmoid_derivative(0))
    0.25
    """
    return sigmoid(z) * (1 - sigmoid(z))


class Network(NamedTuple):
    """The four parameter arrays of a network with hidden dimension d, or its four gradients.

    W1 and b1 have shape (1, d), W2 has shape (d, 1), b2 has shape (1, 1) (section 1.2.2).
    """

    W1: Reals
    b1: Reals
    W2: Reals
    b2: Reals


@check.takes(count="d", seed="seed")
def init_network(d: int, seed: int = 42) -> Network:
    """Draw weights, normal with deviation 0.01, W1 before W2; biases are 0 (listings of Figs. 1.10 and 1.11).

    >>> print(init_network(2).W1)
    [[ 0.00496714 -0.00138264]]
    """
    random = np.random.RandomState(seed)
    W1, W2 = 0.01 * random.randn(1, d), 0.01 * random.randn(d, 1)
    return Network(W1, np.zeros((1, d)), W2, np.zeros((1, 1)))


@check.takes(factors="A B")
def product(A: Reals, B: Reals) -> Array:
    """Return the matrix product A·B of shapes (n, k) and (k, m), the same to the last bit on every processor.

    How NumPy's own product rounds depends on the processor, and training magnifies the last bit.

    >>> product([[1, 2]], [[3], [4]])
    array([[11.]])
    """
    # transposed, a column of the result lies together in memory, and sums over it are twice as fast
    if len(B) == 1:
        return (B.T * A.T).T
    return np.add.reduce(B.T[:, :, np.newaxis] * A.T, axis=1).T


@check.takes(columns="v", network="net")
def forward(v: Reals, net: Network) -> tuple[Array, Array, Array]:
    """Pass a batch v, (N, 1), through the network: return Z1 and A1, (N, d), and Z2, (N, 1) (1.2.2).

    >>> net = Network(W1=[[2, -1]], b1=[[1, 0]], W2=[[1], [1]], b2=[[0]])
    >>> Z1, A1, Z2 = forward([[3], [5], [7]], net)
    >>> print(Z1)
    [[ 7. -3.]
     [11. -5.]
     [15. -7.]]
    """
    Z1 = product(v, net.W1) + net.b1
    A1 = sigmoid(Z1)
    Z2 = product(A1, net.W2) + net.b2
    return Z1, A1, Z2


@check.takes(columns="v y_true", network="net", layers="v net layers")
def backward(v: Reals, y_true: Reals, net: Network, layers: Layers | None = None) -> Network:
    """Return the derivatives of the loss (1/2N) Σ (y_pred,i − y_true,i)² by every parameter (section 1.2.2).

    v and y_true have shape (N, 1); the derivatives come as a Network. layers is what `forward`
    returns, where it is at hand.

    >>> net = Network(W1=[[0]], b1=[[0]], W2=[[1]], b2=[[0]])
    >>> print(backward([[1]], [[0]], net).b2)
    [[0.5]]
    """
    Z1, A1, Z2 = layers or forward(v, net)
    dZ2 = (Z2 - y_true) / len(v)
    dZ1 = product(dZ2, net.W2.T) * A1 * (1 - A1)  # the last two are σ′(Z1)
    db1, db2 = dZ1.sum(axis=0, keepdims=True), dZ2.sum(axis=0, keepdims=True)
    return Network(product(v.T, dZ1), db1, product(A1.T, dZ2), db2)


@check.takes(columns="v y_true", network="net", rate="alpha", steps="epochs", result=check.finite_training)
def train_network(v: Reals, y_true: Reals, net: Network, alpha: float, epochs: int) -> tuple[Network, Array]:
    """Train by gradient descent on the whole batch (section 1.2.2, the listings of Figs. 1.10 and 1.11).

    Return the trained network, and the history of the loss (1/2N) Σ (y_pred,i − y_true,i)², half of
    `mse_loss`, of shape (epochs + 1,): entry 0 is the start. Training that diverges until its
    numbers overflow is refused.

    >>> net, loss = train_network([[1]], [[1]], init_network(2), alpha=0.1, epochs=5)
    >>> print(loss[-1] < loss[0])
    True
    """
    layers = forward(v, net)
    loss_history = [mse_loss(layers[-1], y_true) / 2]
    for _ in range(epochs):
        gradients = backward(v, y_true, net, layers)
        net = Network(*[p - alpha * dp for p, dp in zip(net, gradients)])
        layers = forward(v, net)
        loss_history.append(mse_loss(layers[-1], y_true) / 2)
    return net, np.array(loss_history)


# The circle (section 1.2.2)


@check.takes(count="n", seed="seed")
def make_circle(n: int = 5000, seed: int = 42) -> tuple[Array, Marks]:
    """Draw points X of [−1.5, 1.5]², shape (n, 2), and mark those inside the unit circle (Fig. 1.7).

    >>> X, inside = make_circle(3)
    >>> print(inside)
    [False  True False]
    """
    X = np.random.RandomState(seed).uniform(-1.5, 1.5, (n, 2))
    return X, lift(X) < 1


@check.takes(points="X")
def lift(X: Reals) -> Array:
    """Return the third coordinate z = x1² + x2² of points X of shape (n, 2) (Fig. 1.8).

    >>> lift([[3, 4]])
    array([25.])
    """
    return (X**2).sum(axis=1)


# Figures. Every function draws on `ax`, or on a new figure when it is None, and returns the Axes.


class Palette(NamedTuple):
    """The colors of all figures; pages turn them around in the dark. Nothing is told apart by color alone."""

    ground: str
    ink: str
    blue: str
    orange: str
    green: str
    red: str
    levels: tuple[float, float]  # the part of the colormap viridis that is seen on the ground


PALETTE = Palette("#FFFFFF", "#2A2E37", "#0072B2", "#A86400", "#00805E", "#C1272D", (0, 0.58))


@contextlib.contextmanager
def in_style() -> Iterator[Palette]:
    """Draw in the one style of the book, whose palette this gives, and leave the reader's own as it was."""
    palette = PALETTE
    style = {
        "font.family": "STIXGeneral", "mathtext.fontset": "stix", "font.size": 13, "lines.linewidth": 2,
        "text.color": palette.ink, "axes.labelcolor": palette.ink, "axes.edgecolor": palette.ink,
        "axes.facecolor": "none", "axes.linewidth": 0.8, "axes.spines.top": False, "axes.spines.right": False,
        "legend.frameon": False, "grid.color": f"{palette.ink}40",
        "figure.facecolor": palette.ground, "figure.dpi": 200,
    }  # fmt: skip
    # not rc_context: it would also undo what Jupyter sets when the first figure is made
    before = {name: plt.rcParams[name] for name in style}
    plt.rcParams.update(style)
    try:
        yield palette
    finally:
        plt.rcParams.update(before)


def level_colors() -> ListedColormap:
    """Return the colormap of level sets and surfaces, without the colors that the ground would swallow."""
    return ListedColormap(plt.get_cmap("viridis")(np.linspace(*PALETTE.levels, 256)))


def tick_style() -> dict[str, Any]:
    """Return the look of ticks, some of which are made when the figure is drawn, outside of the style."""
    return {"colors": PALETTE.ink, "labelsize": 11, "labelfontfamily": "STIXGeneral"}


def _nothing_more() -> None:
    """Show Axes that a cell ends with by their figure alone, which Jupyter shows by itself."""


def labeled_axes(
    ax: Ax, xlabel: str, ylabel: str, size: tuple[float, float] = (7, 4.2), **kwargs: Any
) -> Any:
    """Return labeled axes: ax, or those of a new figure, its size in inches, made with what else is given."""
    kind = kwargs.get("projection", "rectilinear")
    if ax is None:
        ax = plt.figure(figsize=size).add_subplot(**kwargs)
        vars(ax)["_ipython_display_"] = _nothing_more
    with check.Brief("labeled_axes()"):
        check.that(isinstance(ax, Axes), f"ax must be a Matplotlib Axes, got {type(ax).__name__}", TypeError)
        check.that(ax.name == kind, f"ax must be Axes with the projection {kind}, got {ax.name}", TypeError)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(**tick_style())
    return ax


@check.takes(series="x y_data y_true y_initial y_final")
def plot_fit(
    x: Reals,
    y_data: Reals,
    y_true: Reals = None,
    y_initial: Reals = None,
    y_final: Reals = None,
    *,
    ax: Ax = None,
) -> Axes:
    """Plot the samples and up to three curves over them (Figs. 1.1, 1.2, 1.6, 1.10 and 1.11).

    All have the shape of x, (N,) or (N, 1); the curves are f, the model as it starts, and as it is trained.
    """
    with in_style() as palette:
        ax = labeled_axes(ax, "$x$", "$y$")
        ax.plot(x, y_data, "o", color=palette.blue, alpha=0.6, markersize=4.5, mew=0, label="data")
        for y, line, color, label in (
            (y_true, "-.", palette.orange, "$f(x) = x^2 + 2x + 1$"),
            (y_initial, "--", palette.green, "initial model"),
            (y_final, "-", palette.red, "trained model"),
        ):
            if y is not None:
                ax.plot(x, y, line, color=color, label=label)
        ax.margins(x=0)
        ax.legend(loc="upper left")
        return ax


@check.takes(same_shape="x y_true", path="w b")
def plot_gradient_field(x: Reals, y_true: Reals, w: Reals, b: Reals, *, ax: Ax = None) -> Axes:
    """Plot level sets and gradients of the loss over the (w, b) plane (Figs. 1.3 and 1.4).

    w and b are the initial point, or the path of a gradient descent that begins there. Arrows point
    along the gradient; their length grows with its cube root, or the steep walls would hide the valley.
    """
    with in_style() as palette:
        w, b = np.atleast_1d(w, b)
        W, B = np.meshgrid(np.linspace(-10, 20, 301), np.linspace(-20, 10, 301))
        loss = loss_surface(x, y_true, W, B)
        ax = labeled_axes(ax, "weight $w$", "bias $b$", size=(7, 6), aspect="equal")
        levels = loss.min() + np.geomspace(1e-3, 1, 13)[:-1] * np.ptp(loss)
        contours = ax.contour(W, B, loss, levels, cmap=level_colors(), norm="log", linewidths=1.5)
        bar = ax.figure.colorbar(contours, ax=ax, label="loss", format="%.0f")
        bar.ax.tick_params(**tick_style())
        bar.ax.minorticks_off()
        W, B = np.meshgrid(np.linspace(-9, 19, 15), np.linspace(-19, 9, 15))
        dw, db = gradient_field(x, y_true, W, B)
        size = np.hypot(dw, db)
        shrink = 2 * np.cbrt(size / size.max()) / np.where(size > 0, size, 1)
        look = {"color": palette.blue, "alpha": 0.8, "width": 0.0035, "pivot": "mid"}
        ax.quiver(W, B, shrink * dw, shrink * db, angles="xy", scale_units="xy", scale=1, **look)
        ax.plot(w[0], b[0], "o", color=palette.red, markersize=9, label="initial $(w, b)$", zorder=3)
        if len(w) > 1:
            ax.plot(w, b, color=palette.red, label="gradient descent")
            ax.plot(w[-1], b[-1], "s", color=palette.red, markersize=8, label="final $(w, b)$", zorder=3)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


@check.takes(texts="xlabel ylabel zlabel", scalars="elev azim")
def axes_in_space(ax: Ax, xlabel: str, ylabel: str, zlabel: str, elev: float, azim: float) -> Any:
    """Return labeled axes in space, seen from a height and a direction in degrees."""
    ax = labeled_axes(ax, xlabel, ylabel, size=(7, 5.6), projection="3d", computed_zorder=False)
    ax.set_zlabel(zlabel)
    ax.view_init(elev, azim)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color((PALETTE.ink, 0.05))
    return ax


@check.takes(same_shape="x y_true", vectors="w_history b_history", scalars="elev azim")
def plot_loss_surface(
    x: Reals,
    y_true: Reals,
    w_history: Reals,
    b_history: Reals,
    *,
    elev: float = 32,
    azim: float = -62,
    ax: Ax = None,
) -> Axes:
    """Plot the path of a gradient descent, of shape (epochs + 1,), on the loss surface (Fig. 1.5)."""
    with in_style() as palette:
        w, b = w_history, b_history
        sides = [np.linspace(side.min() - 1, side.max() + 1, 100) for side in (w, b)]
        W, B = np.meshgrid(*sides)
        surface, loss = loss_surface(x, y_true, W, B), loss_surface(x, y_true, w, b)
        ax = axes_in_space(ax, "weight $w$", "bias $b$", "loss", elev, azim)
        fine = {"rcount": 60, "ccount": 60, "linewidth": 0, "zorder": 1}
        ax.plot_surface(W, B, surface, cmap=level_colors(), alpha=0.9, **fine)
        halo = [withStroke(linewidth=4, foreground=palette.ground)]  # the floor is dark
        look = {"color": palette.red, "zorder": 2, "path_effects": halo}
        ax.plot(w, b, loss, label="gradient descent", **look)
        look = {"color": palette.red, "markersize": 9, "zorder": 3}
        ax.plot(w[0], b[0], loss[0], "o", label="initial $(w, b)$", **look)
        ax.plot(w[-1], b[-1], loss[-1], "s", label="final $(w, b)$", **look)
        ax.yaxis.labelpad, ax.zaxis.labelpad = 10, 12
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.94), ncols=3)
        return ax


@check.takes(marked_points="X inside")
def plot_circle(X: Reals, inside: Marks, *, ax: Ax = None) -> Axes:
    """Plot points X of shape (n, 2), inside and outside, and the unit circle between them (Fig. 1.7)."""
    with in_style() as palette:
        ax = labeled_axes(ax, "$x_1$", "$x_2$", size=(7, 6), aspect="equal")
        ax.scatter(*X[inside].T, 9, palette.blue, marker="o", label="inside")
        ax.scatter(*X[~inside].T, 9, palette.red, marker="x", lw=0.8, label="outside")
        ax.add_patch(plt.Circle((0, 0), 1, fill=False, ls="--", lw=2, color=palette.ink))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, markerscale=2)
        return ax


@check.takes(marked_points="X inside", fraction="height", scalars="elev azim")
def plot_lifted_circle(
    X: Reals, inside: Marks, *, height: float = 1.0, elev: float = 12, azim: float = -60, ax: Ax = None
) -> Axes:
    """Plot points X of shape (n, 2) at height·(x1² + x2²), and the plane between the classes (Fig. 1.8)."""
    with in_style() as palette:
        ax = axes_in_space(ax, "$x_1$", "$x_2$", "$z = x_1^2 + x_2^2$", elev, azim)
        points = np.column_stack([X, height * lift(X)])
        look = {"s": 7, "depthshade": False, "label": "inside", "zorder": 0}
        ax.scatter(*points[inside].T, marker="o", color=palette.blue, **look)
        if height > 0:
            side = np.array([[-1.5, 1.5], [-1.5, 1.5]])
            plane = {"color": palette.green, "edgecolor": palette.green, "alpha": 0.4}
            ax.plot_surface(side, side.T, np.full((2, 2), height), zorder=1, **plane)
        look |= {"label": "outside", "linewidths": 0.8, "zorder": 2}
        ax.scatter(*points[~inside].T, marker="x", color=palette.red, **look)
        ax.set(zlim=(0, 4.5), xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        if elev > 50:  # from above the labels of z would lie on each other
            ax.set(zlabel="", zticks=[])
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.94), ncols=2, markerscale=2)
        return ax


@check.takes(vectors="z")
def plot_sigmoid(z: Reals = np.linspace(-8, 8, 401), *, ax: Ax = None) -> Axes:
    """Plot the sigmoid and its derivative at z, of shape (N,) (Fig. 1.9)."""
    with in_style() as palette:
        ax = labeled_axes(ax, "$z$", "")
        ax.plot(z, sigmoid(z), color=palette.blue, label=r"$\sigma(z)$")
        ax.plot(z, sigmoid_derivative(z), "--", color=palette.red, label=r"$\sigma\prime(z)$")
        ax.legend(loc="upper left")
        return ax


# Listings: the pages show the functions that they run


class Listing(str):
    """The source of a function, which notebooks show as Markdown."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return f"```python\n{self}\n```"


@check.takes()
def listing(function: Callable) -> Listing:
    """Return the source of a function of this book, without its rules, type hints and docstring.

    >>> listing(f)
    def f(x):
        return x**2 + 2 * x + 1
    """
    known = inspect.isfunction(function) and function.__doc__
    check.that(known, f"function must be a Python function with a docstring, got {function!r}", TypeError)
    file, name = function.__code__.co_filename, function.__name__
    linecache.checkcache(file)  # it may have been edited, and lines have moved
    lines = linecache.getlines(file, function.__globals__)
    found = {node.name: node for node in ast.parse("".join(lines)).body if isinstance(node, ast.FunctionDef)}
    check.that(name in found, f"function must still be in {file}, got {function!r}")
    node = found[name]
    (docstring, *_), last = node.body, node.end_lineno
    for argument in ast.walk(node.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    node.body, node.decorator_list, node.returns = [], [], None
    body = textwrap.dedent("".join(lines[docstring.end_lineno : last])).rstrip()
    return Listing(f"{ast.unparse(node)}\n{textwrap.indent(body, '    ')}")
