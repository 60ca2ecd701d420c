"""Models, gradients and figures of *Algebraic Geometry & Machine Learning*, chapter 1.

The data come first, then the linear model, the network, the circle and the figures; what has a
derivative stands next to it. The functions are pure, and check what they are given.
"""

import contextlib
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

W_START, B_START = -0.21299332372819757, -0.7532380921958663  # as printed in section 1.2


def _finite(**arrays):
    """Return the arguments as float arrays, refusing what is empty, NaN, infinite or no number."""
    checked = []
    for name, value in arrays.items():
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} must have rows of one length, got {value!r}") from None
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
        if array.size == 0:
            raise ValueError(f"{name} must not be empty, got shape {array.shape}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
        checked.append(array.astype(float, copy=False))
    return checked


def _same_shape(**arrays):
    """Return the arguments as finite arrays of one shape: broadcasting would hide a mistake."""
    checked = _finite(**arrays)
    if len({array.shape for array in checked}) > 1:
        shapes = " and ".join(str(array.shape) for array in checked)
        raise ValueError(f"{' and '.join(arrays)} must have the same shape, got {shapes}")
    return checked


def _vectors(**arrays):
    """Return the arguments as finite vectors of one length."""
    checked = _same_shape(**arrays)
    if checked[0].ndim != 1:
        raise ValueError(f"{next(iter(arrays))} must be a vector, got shape {checked[0].shape}")
    return checked


def _scalars(**values):
    """Return the arguments as floats, refusing arrays."""
    for name, array in zip(values, _finite(**values)):
        if array.ndim:
            raise ValueError(f"{name} must be a single number, got shape {array.shape}")
    return [float(value) for value in values.values()]


def _count(least=1, most=np.inf, **values):
    """Return the one argument if it is a whole number from `least` to `most`."""
    (name, value), = values.items()
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    if value > most:
        raise ValueError(f"{name} must be at most {most}, got {value}")
    return int(value)


def _random(seed):
    """Return NumPy's generator of the print, seeded."""
    return np.random.RandomState(_count(seed=seed, least=0, most=2**32 - 1))


def _rate(alpha):
    """Return the learning rate if it is a positive number."""
    (alpha,) = _scalars(alpha=alpha)
    if alpha <= 0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    return alpha


# Data (section 1.2)

def f(x):
    """Return x² + 2x + 1, elementwise: the function behind the data (section 1.2).

    Parameters
    ----------
    x : array_like of any shape

    Returns
    -------
    ndarray of the shape of x

    Examples
    --------
    >>> print(f(3))
    16.0
    """
    (x,) = _finite(x=x)
    return x**2 + 2 * x + 1


def make_data(n=200, seed=42):
    """Draw the noisy samples of section 1.2 (Fig. 1.1).

    Parameters
    ----------
    n : int
        Number of samples, evenly spaced in [0, 10].
    seed : int
        Seed of the noise, which is uniform in [-10, 10).

    Returns
    -------
    x, y_true, y_data : ndarray, each of shape (n,)
        The inputs, f(x), and f(x) plus noise.

    Examples
    --------
    >>> x, y_true, y_data = make_data()
    >>> print(y_data[50])
    21.729790078081002
    """
    n, random = _count(n=n), _random(seed)
    x = np.linspace(0, 10, n)
    return x, f(x), f(x) + random.uniform(-10, 10, size=n)


# The linear model (sections 1.2 and 1.2.1)

def linear_model(x, w, b):
    """Predict y = x·w + b, the model of section 1.2.

    Parameters
    ----------
    x : array_like of any shape
    w, b : float
        Weight and bias.

    Returns
    -------
    ndarray of the shape of x

    Examples
    --------
    >>> linear_model([0, 1, 2], w=3, b=1)
    array([1., 4., 7.])
    """
    (x,), (w, b) = _finite(x=x), _scalars(w=w, b=b)
    return w * x + b


def mse_loss(y_pred, y_true):
    """Return the mean squared error, (1/N) Σ (y_pred,i − y_true,i)² (section 1.2.1).

    Parameters
    ----------
    y_pred, y_true : array_like of one shape

    Returns
    -------
    float, in squared units of y

    Raises
    ------
    ValueError
        If the shapes differ: a column and a flat vector would broadcast to N × N.

    Examples
    --------
    >>> mse_loss([1, 2], [1, 4])
    2.0
    """
    y_pred, y_true = _same_shape(y_pred=y_pred, y_true=y_true)
    return float(np.mean((y_pred - y_true) ** 2))


def compute_gradients(x, y_true, w, b):
    """Return the derivatives of `mse_loss` by weight and bias, equations (1.1) and (1.2).

    Parameters
    ----------
    x, y_true : array_like of one shape
    w, b : float
        Where the derivatives are taken.

    Returns
    -------
    dw, db : float
        Change of the loss per unit of w and of b.

    Examples
    --------
    >>> compute_gradients([0, 1], [0, 0], w=1, b=0)
    (1.0, 1.0)
    """
    (x, y_true), (w, b) = _same_shape(x=x, y_true=y_true), _scalars(w=w, b=b)
    error = linear_model(x, w, b) - y_true
    return float(2 * np.mean(error * x)), float(2 * np.mean(error))


def _moments(x, y_true):
    """Return ⟨x⟩, ⟨y⟩, ⟨x²⟩, ⟨xy⟩, ⟨y²⟩: all that the loss keeps of the data."""
    x, y = _same_shape(x=x, y_true=y_true)
    return np.mean(x), np.mean(y), np.mean(x * x), np.mean(x * y), np.mean(y * y)


def loss_surface(x, y_true, w, b):
    """Evaluate the loss of the linear model at many (w, b) at once (Figs. 1.3 to 1.5).

    The loss is a quadratic polynomial in (w, b), so one pass over the data serves every point.

    Parameters
    ----------
    x, y_true : array_like of one shape
    w, b : array_like of one shape

    Returns
    -------
    ndarray of the shape of w

    Examples
    --------
    >>> loss_surface([0, 1], [0, 0], w=[0, 1], b=[1, 0])
    array([1. , 0.5])
    """
    (mx, my, mxx, mxy, myy), (w, b) = _moments(x, y_true), _same_shape(w=w, b=b)
    return (mxx * w + 2 * mx * b - 2 * mxy) * w + (b - 2 * my) * b + myy


def gradient_field(x, y_true, w, b):
    """Evaluate the gradient of `loss_surface` at many (w, b) at once (Figs. 1.3 and 1.4).

    Parameters
    ----------
    x, y_true : array_like of one shape
    w, b : array_like of one shape

    Returns
    -------
    dw, db : ndarray, each of the shape of w

    Examples
    --------
    >>> gradient_field([0, 1], [0, 0], w=[1], b=[0])
    (array([1.]), array([1.]))
    """
    (mx, my, mxx, mxy, _), (w, b) = _moments(x, y_true), _same_shape(w=w, b=b)
    return 2 * (mxx * w + mx * b - mxy), 2 * (mx * w + b - my)


def loss_hessian(x):
    """Return the second derivatives of the loss by (w, b), the same everywhere (beyond the print).

    Gradient descent converges for 0 < alpha < 2 / λmax, with λmax the larger eigenvalue.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    ndarray of shape (2, 2)

    Examples
    --------
    >>> loss_hessian([0, 1])
    array([[1., 1.],
           [1., 2.]])
    """
    (x,) = _finite(x=x)
    return 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1]])


def gradient_descent(x, y_true, w, b, alpha, epochs):
    """Step against the gradient, epoch by epoch (section 1.2.1.2, the listing of Fig. 1.4).

    Parameters
    ----------
    x, y_true : array_like of one shape
    w, b : float
        The starting point.
    alpha : float
        Learning rate, positive.
    epochs : int
        Number of steps; 0 returns the starting point alone.

    Returns
    -------
    w_history, b_history, loss_history : ndarray, each of shape (epochs + 1,)
        Entry 0 is the starting point.

    Raises
    ------
    ValueError
        If the descent diverges until its numbers overflow.

    Examples
    --------
    >>> w, b, loss = gradient_descent([0, 1], [0, 1], 0, 0, alpha=0.5, epochs=1)
    >>> print(w, b, loss)
    [0.  0.5] [0.  0.5] [0.5   0.125]
    """
    (x, y_true), (w, b) = _same_shape(x=x, y_true=y_true), _scalars(w=w, b=b)
    alpha, epochs = _rate(alpha), _count(epochs=epochs, least=0)
    history = np.empty((3, epochs + 1))
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs + 1):
            error = w * x + b - y_true
            history[:, epoch] = w, b, np.mean(error**2)
            if not np.isfinite(history[2, epoch]):
                if epoch == 0:
                    raise ValueError("w and b must start at a finite loss, "
                                     f"got {w} and {b}")
                bound = 2 / np.linalg.eigvalsh(loss_hessian(x))[-1]
                raise ValueError(f"alpha must be below 2 / λmax = {bound:.6g}, "
                                 f"got {alpha}: the loss overflows at epoch {epoch}")
            dw, db = 2 * np.mean(error * x), 2 * np.mean(error)
            w, b = w - alpha * dw, b - alpha * db
    return tuple(history)


# The network with one hidden layer (section 1.2.2)

def sigmoid(z):
    """Return σ(z) = 1 / (1 + e^(−z)), elementwise (section 1.2.2, Fig. 1.9).

    Parameters
    ----------
    z : array_like of any shape

    Returns
    -------
    ndarray of the shape of z

    Examples
    --------
    >>> print(sigmoid(0))
    0.5
    """
    (z,) = _finite(z=z)
    with np.errstate(over="ignore"):  # where e^(−z) overflows, 1 / ∞ = 0 is the right limit
        return 1 / (1 + np.exp(-z))


def sigmoid_derivative(z):
    """Return σ′(z) = σ(z) (1 − σ(z)), elementwise (section 1.2.2, Fig. 1.9).

    Parameters
    ----------
    z : array_like of any shape

    Returns
    -------
    ndarray of the shape of z

    Examples
    --------
    >>> print(sigmoid_derivative(0))
    0.25
    """
    s = sigmoid(z)
    return s * (1 - s)


class Network(NamedTuple):
    """The four parameter arrays of a network with hidden dimension d, or its four gradients.

    W1 and b1 have shape (1, d), W2 has shape (d, 1), b2 has shape (1, 1) (section 1.2.2).
    """

    W1: np.ndarray
    b1: np.ndarray
    W2: np.ndarray
    b2: np.ndarray


def init_network(d, seed=42):
    """Draw small random weights and zero biases (section 1.2.2, listings of Figs. 1.10 and 1.11).

    Parameters
    ----------
    d : int
        Hidden dimension.
    seed : int
        Seed of the standard normal weights, which are scaled by 0.01; W1 is drawn before W2.

    Returns
    -------
    Network

    Examples
    --------
    >>> print(init_network(2).W1)
    [[ 0.00496714 -0.00138264]]
    """
    d, random = _count(d=d), _random(seed)
    W1, W2 = 0.01 * random.randn(1, d), 0.01 * random.randn(d, 1)
    return Network(W1, np.zeros((1, d)), W2, np.zeros((1, 1)))


def _column(**arrays):
    """Return the arguments as columns of one shape (N, 1)."""
    checked = _same_shape(**arrays)
    for name, array in zip(arrays, checked):
        if array.ndim != 2 or array.shape[1] != 1:
            raise ValueError(f"{name} must be a column of shape (N, 1), got shape {array.shape}")
    return checked


def _network(net):
    """Return the network as finite float arrays whose shapes belong together."""
    if not isinstance(net, Network):
        raise TypeError(f"net must be a Network, got {type(net).__name__}")
    net = Network(*(array.copy() for array in _finite(**net._asdict())))
    d = net.W1.shape[-1] if net.W1.ndim else 0
    for (name, array), shape in zip(net._asdict().items(), [(1, d), (1, d), (d, 1), (1, 1)]):
        if array.shape != shape:
            raise ValueError(f"{name} must have shape {shape} when d = {d}, got {array.shape}")
    return net


def _forward(v, net):
    """Return Z1, A1 and Z2 of checked arguments."""
    # products and sums in place of `@`: BLAS rounds differently on every processor, and
    # training magnifies the last bit
    Z1 = v * net.W1 + net.b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = np.add.reduce(A1 * net.W2.T, axis=1, keepdims=True) + net.b2
    return Z1, A1, Z2


def forward(v, net):
    """Pass a batch through the network: Z1 = v·W1 + b1, A1 = σ(Z1), Z2 = A1·W2 + b2 (1.2.2).

    Parameters
    ----------
    v : array_like of shape (N, 1)
    net : Network

    Returns
    -------
    Z1, A1 : ndarray, each of shape (N, d)
    Z2 : ndarray of shape (N, 1)
        The prediction.

    Examples
    --------
    >>> net = Network(W1=[[2, -1]], b1=[[1, 0]], W2=[[1], [1]], b2=[[0]])
    >>> Z1, A1, Z2 = forward([[3], [5], [7]], net)
    >>> print(Z1)
    [[ 7. -3.]
     [11. -5.]
     [15. -7.]]
    """
    (v,), net = _column(v=v), _network(net)
    with np.errstate(over="ignore"):
        return _forward(v, net)


def _backward(v, A1, error, net):
    """Return the gradients by the chain rule, from the activations and error = Z2 − y_true."""
    dZ2 = error / len(v)
    terms = A1 * dZ2  # of dW2, a row for each sample
    dZ1 = (terms - terms * A1) * net.W2.T  # σ′(Z1) = A1 (1 − A1), computed already
    dW1 = np.add.reduce(dZ1 * v, axis=0, keepdims=True)
    db1 = np.add.reduce(dZ1, axis=0, keepdims=True)
    db2 = np.add.reduce(dZ2, axis=0, keepdims=True)
    return Network(dW1, db1, np.add.reduce(terms, axis=0)[:, np.newaxis], db2)


def backward(v, y_true, net):
    """Return the derivatives of the loss (1/2m) Σ (y_pred,i − y_true,i)² by every parameter (1.2.2).

    Parameters
    ----------
    v, y_true : array_like of shape (N, 1)
    net : Network

    Returns
    -------
    Network
        dW1, db1, dW2 and db2 in the places of W1, b1, W2 and b2.

    Examples
    --------
    >>> net = Network(W1=[[0]], b1=[[0]], W2=[[1]], b2=[[0]])
    >>> print(backward([[1]], [[0]], net).b2)
    [[0.5]]
    """
    v, y_true = _column(v=v, y_true=y_true)
    net = _network(net)
    _, A1, Z2 = forward(v, net)
    return _backward(v, A1, Z2 - y_true, net)


def train_network(v, y_true, net, alpha, epochs):
    """Train by gradient descent on the whole batch (section 1.2.2, Figs. 1.10 and 1.11).

    Parameters
    ----------
    v, y_true : array_like of shape (N, 1)
    net : Network
        The starting point, left as it is.
    alpha : float
        Learning rate, positive.
    epochs : int
        Number of steps.

    Returns
    -------
    net : Network
        The trained parameters.
    loss_history : ndarray of shape (epochs + 1,)
        (1/2m) Σ (y_pred,i − y_true,i)², half of `mse_loss`, at the start and after every step.

    Raises
    ------
    ValueError
        If the training diverges until its numbers overflow.

    Examples
    --------
    >>> net, loss = train_network([[1]], [[1]], init_network(2), alpha=0.1, epochs=5)
    >>> print(loss[-1] < loss[0])
    True
    """
    v, y_true = _column(v=v, y_true=y_true)
    net, alpha, epochs = _network(net), _rate(alpha), _count(epochs=epochs, least=0)
    loss_history = np.empty(epochs + 1)
    # a column for every neuron, in the order of memory that the sums over samples like
    v = np.asfortranarray(np.broadcast_to(v, (len(v), net.W1.size)))
    with np.errstate(over="ignore", invalid="ignore"):
        for epoch in range(epochs + 1):
            _, A1, Z2 = _forward(v, net)
            error = Z2 - y_true
            loss = np.add.reduce(error * error, axis=None) / (2 * len(v))
            loss_history[epoch] = loss
            if not loss < np.inf:
                if epoch == 0:
                    raise ValueError("net must start at a finite loss, "
                                     f"got {loss} for these samples")
                raise ValueError(f"alpha must be smaller, got {alpha}: "
                                 f"the loss overflows at epoch {epoch}")
            if epoch < epochs:
                # the gradients are linear in the error, so α may as well multiply that
                step = _backward(v, A1, alpha * error, net)
                net = Network._make(map(np.subtract, net, step))
    return net, loss_history


# The circle (section 1.2.2)

def make_circle(n=5000, seed=42):
    """Draw points of the square [−1.5, 1.5]² and mark those inside the unit circle (Fig. 1.7).

    Parameters
    ----------
    n : int
        Number of points.
    seed : int
        Seed of the points, which are uniform in the square.

    Returns
    -------
    X : ndarray of shape (n, 2)
    inside : ndarray of bool, shape (n,)

    Examples
    --------
    >>> X, inside = make_circle(3)
    >>> print(inside)
    [False  True False]
    """
    n, random = _count(n=n), _random(seed)
    X = random.uniform(-1.5, 1.5, (n, 2))
    return X, lift(X) < 1


def lift(X):
    """Return the third coordinate z = x1² + x2² of points in the plane (Fig. 1.8).

    Parameters
    ----------
    X : array_like of shape (n, 2)

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> lift([[3, 4]])
    array([25.])
    """
    (X,) = _finite(X=X)
    if X.ndim != 2 or X.shape[1] != 2:
        raise ValueError(f"X must have shape (n, 2), got shape {X.shape}")
    return (X**2).sum(axis=1)


# Figures. Every function draws on `ax`, or on a new figure when it is None, and returns the Axes.

BLUE, ORANGE, GREEN, RED, INK = "#0072B2", "#E69F00", "#00805E", "#C1272D", "#2A2E37"
STYLE = {
    "font.family": "STIXGeneral", "mathtext.fontset": "stix", "font.size": 13,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "lines.linewidth": 2,
    "legend.frameon": False, "figure.facecolor": "white", "figure.dpi": 200,
}
TICKS = {"colors": INK, "labelsize": 11, "labelfontfamily": "STIXGeneral"}


@contextlib.contextmanager
def in_style():
    """Draw in the one style of the book, and leave the reader's own as it was."""
    # not rc_context: it would also undo what Jupyter sets when the first figure is made
    before = {name: plt.rcParams[name] for name in STYLE}
    plt.rcParams.update(STYLE)
    try:
        yield
    finally:
        plt.rcParams.update(before)


def labeled_axes(ax, xlabel, ylabel, size=(7, 4.2), **kwargs):
    """Return labeled axes: those that are given, or those of a new figure.

    Parameters
    ----------
    ax : Axes, optional
    xlabel, ylabel : str
    size : tuple of float
        Width and height of a new figure, in inches.
    **kwargs
        What a new figure makes its axes with, such as a projection; given axes must have the same.
    """
    kind = kwargs.get("projection", "rectilinear")
    if ax is None:
        ax = plt.figure(figsize=size).add_subplot(**kwargs)
    elif not isinstance(ax, Axes):
        raise TypeError(f"ax must be a Matplotlib Axes, got {type(ax).__name__}")
    elif ax.name != kind:
        raise TypeError(f"ax must be Axes with the projection {kind}, got {ax.name}")
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.tick_params(**TICKS)  # some ticks are made when the figure is drawn, outside of the style
    return ax


def plot_fit(x, y_data, y_true=None, y_initial=None, y_final=None, *, ax=None):
    """Plot the samples and up to three curves over them (Figs. 1.1, 1.2, 1.6, 1.10 and 1.11).

    Parameters
    ----------
    x, y_data : array_like of shape (N,) or (N, 1)
    y_true, y_initial, y_final : array_like of the shape of x, optional
        Values of f, of the model as it starts, and of the trained model.
    """
    with in_style():
        curves = [("y_true", y_true, "-.", ORANGE, "$f(x) = x^2 + 2x + 1$"),
                  ("y_initial", y_initial, "--", GREEN, "initial model"),
                  ("y_final", y_final, "-", RED, "trained model")]
        given = {name: y for name, y, *_ in curves if y is not None}
        x, y_data, *_ = _same_shape(x=x, y_data=y_data, **given)
        if x.ndim != 1 and x.shape[1:] != (1,):
            raise ValueError(f"x must be a vector or a column, got shape {x.shape}")
        ax = labeled_axes(ax, "$x$", "$y$")
        ax.plot(x, y_data, "o", color=BLUE, alpha=0.45, markersize=4.5, markeredgewidth=0, label="data")
        for name, y, line, color, label in curves:
            if name in given:
                ax.plot(x, y, line, color=color, label=label)
        ax.margins(x=0)
        ax.legend(loc="upper left")
        return ax


def plot_gradient_field(x, y_true, w, b, *, ax=None):
    """Plot level sets and gradients of the loss over the (w, b) plane (Figs. 1.3 and 1.4).

    Arrows point along the gradient; their length grows with its cube root only, or the steep
    walls would hide the valley.

    Parameters
    ----------
    x, y_true : array_like of one shape
    w, b : float or array_like of shape (epochs + 1,)
        The initial point, or the path of a gradient descent that begins there.
    """
    with in_style():
        w, b = (np.atleast_1d(array) for array in _same_shape(w=w, b=b))
        _vectors(w=w, b=b)
        W, B = np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100))
        loss = loss_surface(x, y_true, W, B)
        ax = labeled_axes(ax, "weight $w$", "bias $b$", size=(7, 6), aspect="equal")
        levels = loss.min() + np.geomspace(1e-3, 1, 13)[:-1] * np.ptp(loss)
        contours = ax.contour(W, B, loss, levels, cmap="viridis", norm="log", linewidths=1.5)
        bar = ax.figure.colorbar(contours, ax=ax, label="loss", format="%.0f")
        bar.ax.tick_params(**TICKS)
        bar.ax.minorticks_off()
        W, B = np.meshgrid(np.linspace(-9, 19, 15), np.linspace(-19, 9, 15))
        dw, db = gradient_field(x, y_true, W, B)
        size = np.hypot(dw, db)
        shrink = 2 * np.cbrt(size / size.max()) / np.where(size > 0, size, 1)
        ax.quiver(W, B, shrink * dw, shrink * db, angles="xy", scale_units="xy", scale=1, pivot="mid",
                  color=BLUE, alpha=0.6, width=0.0035)
        ax.plot(w[0], b[0], "o", color=RED, markersize=9, label="initial $(w, b)$", zorder=3)
        if len(w) > 1:
            ax.plot(w, b, color=RED, label="gradient descent")
            ax.plot(w[-1], b[-1], "s", color=RED, markersize=8, label="final $(w, b)$", zorder=3)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


def plot_loss_surface(x, y_true, w_history, b_history, *, elev=32, azim=-62, ax=None):
    """Plot the path of a gradient descent on the loss surface, over the path's range (Fig. 1.5).

    Parameters
    ----------
    x, y_true : array_like of one shape
    w_history, b_history : array_like of shape (epochs + 1,)
    elev, azim : float
        Height and direction of the eye, in degrees.
    """
    with in_style():
        w, b = _vectors(w_history=w_history, b_history=b_history)
        elev, azim = _scalars(elev=elev, azim=azim)
        W, B = np.meshgrid(np.linspace(w.min() - 1, w.max() + 1, 100),
                           np.linspace(b.min() - 1, b.max() + 1, 100))
        surface, loss = loss_surface(x, y_true, W, B), loss_surface(x, y_true, w, b)
        ax = labeled_axes(ax, "weight $w$", "bias $b$", size=(7, 5.6),
                          projection="3d", computed_zorder=False)
        ax.plot_surface(W, B, surface, cmap="viridis", alpha=0.9,
                        rcount=60, ccount=60, linewidth=0, zorder=1)
        ax.plot(w, b, loss, color=RED, label="gradient descent", zorder=2)
        for at, marker, end in ((0, "o", "initial"), (-1, "s", "final")):
            ax.plot(w[at], b[at], loss[at], marker, color=RED, markersize=9,
                    label=f"{end} $(w, b)$", zorder=3)
        ax.set_zlabel("loss", labelpad=12)
        ax.view_init(elev, azim)
        ax.legend(loc="upper left")
        return ax


def _classes(X, inside):
    """Return the points of both classes as x1, x2, z, each with the look that it is drawn in."""
    z, inside = lift(X), np.asarray(inside)
    if inside.dtype != bool or inside.shape != z.shape:
        raise ValueError(f"inside must be bool of shape {z.shape}, "
                         f"got {inside.dtype} of shape {inside.shape}")
    points = np.column_stack([X, z])
    return [(points[inside].T, dict(marker="o", color=BLUE, label="inside")),
            (points[~inside].T, dict(marker="x", color=RED, label="outside", linewidths=0.8))]


def plot_circle(X, inside, *, ax=None):
    """Plot both classes in the plane, with the unit circle between them (Fig. 1.7).

    Parameters
    ----------
    X : array_like of shape (n, 2)
    inside : array_like of bool, shape (n,)
    """
    with in_style():
        classes = _classes(X, inside)
        ax = labeled_axes(ax, "$x_1$", "$x_2$", size=(7, 6), aspect="equal")
        for (x1, x2, _), look in classes:
            ax.scatter(x1, x2, s=9, alpha=0.7, **look)
        circle = plt.Circle((0, 0), 1, fill=False, linestyle="--", linewidth=2, color=INK)
        ax.add_patch(circle)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, markerscale=2)
        return ax


def plot_lifted_circle(X, inside, *, height=1.0, elev=12, azim=-60, ax=None):
    """Plot both classes lifted by z = x1² + x2², and the plane between them (Fig. 1.8).

    Parameters
    ----------
    X : array_like of shape (n, 2)
    inside : array_like of bool, shape (n,)
    height : float
        What z is multiplied by, from 0 (flat) to 1 (lifted); the plane is at this height.
    elev, azim : float
        Height and direction of the eye, in degrees.
    """
    with in_style():
        classes = _classes(X, inside)
        height, elev, azim = _scalars(height=height, elev=elev, azim=azim)
        if not 0 <= height <= 1:
            raise ValueError(f"height must be between 0 and 1, got {height}")
        ax = labeled_axes(ax, "$x_1$", "$x_2$", size=(7, 5.6),
                          projection="3d", computed_zorder=False)
        for zorder, ((x1, x2, z), look) in zip((0, 2), classes):
            ax.scatter(x1, x2, height * z, s=7, alpha=0.6, depthshade=False,
                       zorder=zorder, **look)
        side = np.array([[-1.5, 1.5], [-1.5, 1.5]])
        if height > 0:
            level = np.full((2, 2), height)
            ax.plot_surface(side, side.T, level, color=GREEN, alpha=0.4, zorder=1)
        ax.set(zlabel="$z = x_1^2 + x_2^2$", zlim=(0, 4.5),
               xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        if elev > 50:  # from above the labels of z would lie on each other
            ax.set(zlabel="", zticks=[])
        ax.view_init(elev, azim)
        ax.legend(loc="upper left", markerscale=2)
        return ax


def plot_sigmoid(z=np.linspace(-8, 8, 401), *, ax=None):
    """Plot the sigmoid and its derivative at z, an array_like of shape (N,) (Fig. 1.9)."""
    with in_style():
        (z,) = _vectors(z=z)
        ax = labeled_axes(ax, "$z$", "")
        ax.plot(z, sigmoid(z), color=BLUE, label=r"$\sigma(z)$")
        ax.plot(z, sigmoid_derivative(z), "--", color=RED, label=r"$\sigma'(z)$")
        ax.legend(loc="upper left")
        return ax
