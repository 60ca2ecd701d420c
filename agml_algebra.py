"""What algebra says about the models of chapter 1: the tools of the part Beyond the print.

The loss of the linear model as a polynomial comes first, then derivatives of the network by all its
parameters, its symmetries, and figures. No page that mirrors the print imports this module. What each
argument must be stands at the end, as in `agml_helpers`.
"""

import itertools
import math
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Rectangle

import agml_checks as check
import agml_helpers as ag

# The loss of the linear model


class Moments(NamedTuple):
    """The five means of the data that the loss of the linear model depends on."""

    x: Fraction
    y: Fraction
    xx: Fraction
    xy: Fraction
    yy: Fraction


def exact_moments(x, y_true):
    """Return ⟨x⟩, ⟨y⟩, ⟨x²⟩, ⟨xy⟩ and ⟨y²⟩ of two vectors as fractions, without rounding (page B1).

    Every float is a whole number divided by a power of two, so its means are rational numbers.

    >>> print(exact_moments([0, 1], [1, 2]).yy)
    5/2
    """
    x, y = ([Fraction(value) for value in array.tolist()] for array in (x, y_true))
    products = x, y, *([a * b for a, b in zip(*pair)] for pair in ((x, x), (x, y), (y, y)))
    return Moments(*(sum(values) / len(x) for values in products))


def exact_minimizer(moments):
    """Return the weight and the bias that minimize the loss, as fractions (page B4).

    Where the variance of x vanishes the minimizers form a line, and none of them is returned.

    >>> w, b = exact_minimizer(exact_moments([0, 1, 3], [1, 1, 2]))
    >>> print(w, b)
    5/14 6/7
    """
    m = moments
    variance = m.xx - m.x**2
    if variance == 0:
        raise ValueError(f"x must have two different values, got x = {float(m.x)} in every sample")
    w = (m.xy - m.x * m.y) / variance
    return w, m.y - w * m.x


def descent_in_closed_form(x, y_true, w, b, alpha, epochs):
    """Return where gradient descent stands after the given epochs, without descending (page B2).

    Along each eigenvector of the Hessian, an epoch multiplies the distance from the minimizer by
    1 − alpha·λ.

    >>> w, b = descent_in_closed_form([-1, 1], [-1, 1], 0, 1, alpha=0.25, epochs=3)
    >>> print(w, b)
    0.875 0.125
    """
    minimizer = _minimizer(x, y_true)
    curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
    shrunk = (1 - alpha * curvatures) ** epochs * (axes.T @ (np.array([w, b]) - minimizer))
    return tuple(minimizer + axes @ shrunk)


def _minimizer(x, y_true):
    """Return the exact minimizer as an array of two floats, for data of any shape."""
    return np.array(exact_minimizer(exact_moments(x.ravel(), y_true.ravel())), float)


# The network by all its parameters


def jacobian(v, net):
    """Return the derivative of every prediction by every parameter, shape (N, 3d + 1) (page B8).

    One column for each entry of W1, b1, W2 and b2, in this order.

    >>> net = ag.Network(W1=[[0]], b1=[[0]], W2=[[4]], b2=[[0]])
    >>> jacobian([[3]], net)
    array([[3. , 1. , 0.5, 1. ]])
    """
    _, A1, _ = ag.forward(v, net)
    inner = A1 * (1 - A1) * net.W2.T
    return np.hstack([inner * v, inner, A1, np.ones_like(v)])


def network_hessian(v, y_true, net):
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


def snapshots(v, y_true, nets, alpha, epochs, every):
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
        losses.append(np.vecdot(error, error, axis=1)[:, 0])
        if epoch % every == 0:
            kept.append([ag.Network(*net) for net in zip(inner[:, :1], inner[:, 1:], W2, b2)])
        step = alpha / len(v) * error
        inner = inner - inputs.T @ (step * (A1 * (1 - A1))) * W2.mT
        W2, b2 = W2 - A1.mT @ step, b2 - step.sum(axis=1, keepdims=True)
    return np.arange(0, epochs + 1, every), list(map(list, zip(*kept))), np.transpose(losses) / (2 * len(v))


# Symmetries of the network


def permute(net, order):
    """Return the network with its neurons in another order, given by the numbers 0 to d − 1 (page B7).

    >>> print(permute(ag.init_network(2), [1, 0]).W1)
    [[-0.00138264  0.00496714]]
    """
    return ag.Network(net.W1[:, order], net.b1[:, order], net.W2[order], net.b2)


def flip(net, unit):
    """Return the network with one neuron, a number from 0 to d − 1, turned round (page B7).

    Since σ(−z) = 1 − σ(z), the signs of all three weights of a neuron may change when b2 makes up
    for the 1: it is the same function.

    >>> net = ag.Network(W1=[[1, 2]], b1=[[3, 4]], W2=[[5], [6]], b2=[[7]])
    >>> print(flip(net, 0).b2)
    [[12.]]
    """
    sign = np.where(np.arange(net.W1.size) == unit, -1, 1)
    return ag.Network(net.W1 * sign, net.b1 * sign, net.W2 * sign[:, np.newaxis], net.b2 + net.W2[unit])


def orbit(net):
    """Return the 2ᵈ d! networks that permutations and flips make of one with d ≤ 4 neurons (page B7).

    >>> print(len(orbit(ag.init_network(3))))
    48
    """
    d, images = net.W1.size, [net]
    for unit in range(d):
        images += [flip(image, unit) for image in images]
    orders = [*map(list, itertools.permutations(range(d)))]
    return [permute(image, order) for image in images for order in orders]


# Figures. Every function draws on `ax`, or on a new figure when it is None, and returns the Axes.

LOOKS = [("-", "blue"), ("--", "red"), ("-.", "green"), (":", "orange")]


def plot_curves(at, curves, xlabel, ylabel, *, level=None, xscale="linear", yscale="linear", ax=None):
    """Plot one to four curves over one axis, told apart by line style and color (pages B2 to B12).

    curves is a dict of vectors by their labels, level the height and the label of a horizontal line to
    hold them against. A scale is "linear" or, for what is positive, "log".
    """
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, xlabel, ylabel)
        for (label, curve), (line, color) in zip(curves.items(), LOOKS):
            ax.plot(at, curve, line, color=getattr(palette, color), label=label)
        _draw_level(ax, level, palette)
        ax.set(xscale=xscale, yscale=yscale)
        ax.margins(x=0)
        ax.legend(loc="best")
        return ax


def plot_log(at, logged, midway, *, level=None, ax=None):
    """Plot the loss of several runs as a log would show it, and midway between two epochs (page B10).

    The losses have the shape (runs, n), and at holds the n epochs; level is that of `plot_curves`.
    """
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, "epoch", "loss")
        dots = ax.plot(at, logged.T, "o", color=palette.red, markersize=4)
        lines = ax.plot(at, midway.T, color=palette.blue, linewidth=1.5)
        dots[0].set_label("logged, one dot for each run")
        lines[0].set_label("midway to the next epoch")
        _draw_level(ax, level, palette)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


def _draw_level(ax, level, palette):
    """Draw a horizontal line of this height and label, if there is one."""
    if level is not None:
        ax.axhline(level[0], linestyle=(0, (1, 1)), color=palette.ink, linewidth=1.2, label=level[1])


def plot_ellipses(x, y_true, w=None, b=None, *, ax=None):
    """Plot the level sets of the loss around the minimizer, with their principal axes (pages B1 to B3).

    w and b, of shape (n,), are a path to draw over them.
    """
    minimizer = _minimizer(x, y_true)
    with ag.in_style() as palette:
        curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
        reach = 18
        w_grid, b_grid = (np.linspace(middle - reach, middle + reach, 200) for middle in minimizer)
        W, B = np.meshgrid(w_grid, b_grid)
        loss = ag.loss_surface(x, y_true, W, B)
        ax = ag.labeled_axes(ax, "weight $w$", "bias $b$", size=(7, 6), aspect="equal")
        levels = loss.min() + np.geomspace(1e-4, 1, 9)[:-1] * np.ptp(loss)
        ax.contour(W, B, loss, levels, cmap=ag.level_colors(), norm="log", linewidths=1.5)
        looks = (":", palette.red), ("--", palette.blue)
        for curvature, axis, (line, color) in zip(curvatures, axes.T, looks):
            ends = minimizer + np.outer([-2 * reach, 2 * reach], axis)
            ax.plot(*ends.T, line, color=color, label=rf"axis with $\lambda$ = {curvature:.4g}")
        if w is not None:
            ax.plot(w, b, color=palette.green, label="gradient descent")
            ax.plot(w[-1], b[-1], "s", color=palette.green, markersize=7)
        ax.plot(*minimizer, "*", color=palette.ink, markersize=13, label="minimizer", linestyle="none")
        ax.set(xlim=w_grid[[0, -1]], ylim=b_grid[[0, -1]])
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return ax


def plot_projection(x, y_true, w, b, *, ax=None):
    """Plot the loss of a line as the squared distance from the targets to a point of a plane (page B1).

    With N samples, x, y and the constant 1 are vectors of ℝᴺ. They span a space of three dimensions; the
    figure has an orthonormal basis of it for the scalar product ⟨uv⟩. The predictions of all lines are
    its floor, and the distance from y to a point of the floor is the root of the mean squared error.
    The line w·x + b is compared with the best one.
    """
    slope, height = _minimizer(x, y_true)
    least = np.sqrt(ag.mse_loss(ag.linear_model(x, slope, height), y_true))
    if least <= 1e-9 * np.abs(y_true).max():
        raise ValueError("y_true must not lie on one line with x: the distance would be 0")

    def point(w, b, up=0.0):
        return np.array([b + w * x.mean(), w * x.std(), up])

    foot, top, other = point(slope, height), point(slope, height, least), point(w, b)
    with ag.in_style() as palette:
        radii = np.linalg.norm(other - foot) * np.array([0.5, 1, 1.5])
        ends = np.sort([foot - 1.1 * radii[-1], foot + 1.1 * radii[-1], np.full(3, -5.0)], axis=0)[[0, -1]]
        ax = ag.axes_in_space(ax, "along 1", r"along $x - \langle x\rangle$", "", 22, -75)
        look = {"clip_on": False}  # the zoom leaves the box that a figure in space is clipped to
        floor = np.meshgrid(ends[:, 0], ends[:, 1])
        ax.plot_surface(*floor, np.zeros((2, 2)), color=palette.blue, alpha=0.12, zorder=1, **look)
        turn = np.linspace(0, 2 * np.pi, 121)
        for radius in radii:
            circle = foot[0] + radius * np.cos(turn), foot[1] + radius * np.sin(turn), 0 * turn
            ax.plot(*circle, color=palette.blue, linewidth=1, zorder=2, **look)
        ax.plot(*np.transpose([np.zeros(3), top]), color=palette.ink, linewidth=1.5, zorder=3, **look)
        for at, label in ((np.zeros(3), "0"), (top, "$y$")):
            ax.text(*at, f" {label}", zorder=5, verticalalignment="bottom")
        for line, color, at, name in (
            ("-", palette.green, foot, "the best line"),
            ("--", palette.red, other, f"$w$ = {w:.3g}, $b$ = {b:.3g}"),
        ):
            away, look["color"] = np.linalg.norm(top - at), color
            label = f"to {name}: {away:.1f}, squared {away**2:.1f}"
            ax.plot(*np.transpose([at, top]), line, label=label, zorder=4, **look)
            ax.plot(*at, "o", markersize=6, zorder=4, **look)
        ax.set(xlim=ends[:, 0], ylim=ends[:, 1], zlim=(0, 1.2 * least), zticks=[])
        ax.set_box_aspect((*np.ptp(ends, axis=0)[:2], 1.2 * least), zoom=1.45)
        ax.legend(loc="upper center")
        return ax


def plot_hyperbola(xx, xy, paths=(), *, ax=None):
    """Plot the loss xx·(w1·w2)² − 2 xy·w1·w2, its critical points, and paths over them (page B5).

    xx and xy are the means ⟨x²⟩ and ⟨xy⟩ of centered data, both positive; a path has points (w1, w2)
    in its rows.
    """
    with ag.in_style() as palette:
        slope = xy / xx
        reach = 2 * np.sqrt(slope)
        side = np.linspace(-reach, reach, 201)
        above = (np.multiply.outer(side, side) - slope) ** 2
        ax = ag.labeled_axes(ax, "$w_1$", "$w_2$", size=(7, 6), aspect="equal")
        levels = slope**2 * np.array([0.02, 0.2, 0.5, 1, 2, 4, 8, 16])
        ax.contour(side, side, above, levels, cmap=ag.level_colors(), norm="log", linewidths=1.2)
        branch = np.geomspace(slope / reach, reach, 101)
        for sign, label in ((1, "minimizers: $w_1 w_2 = w$"), (-1, None)):
            ax.plot(sign * branch, sign * slope / branch, color=palette.blue, linewidth=3, label=label)
        ax.plot(0, 0, "X", color=palette.ink, markersize=11, label="saddle", linestyle="none")
        for number, path in enumerate(paths):
            ax.plot(*path.T, "--", color=palette.red, label="gradient descent" if number == 0 else None)
            ax.plot(*path[0], "o", color=palette.red, markersize=6)
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


def plot_orbit(nets, *, ax=None):
    """Plot the weights W1 of two neurons along a training, and of all its mirror images (page B7).

    nets are the networks of the training from start to end.
    """
    images = np.array([[image.W1.ravel() for image in orbit(net)] for net in nets])
    with ag.in_style() as palette:
        names = (f"weight $W_1$ of the {which} neuron" for which in ("first", "second"))
        ax = ag.labeled_axes(ax, *names, size=(6.4, 6), aspect="equal")
        reach = 1.15 * np.abs(images).max()
        for end in ((1, 0), (0, 1), (1, 1), (1, -1)):
            (mirror,) = ax.plot(*np.outer(end, (-reach, reach)), ":", color=palette.ink, linewidth=1)
        mirror.set_label("mirrors")
        for number, path in enumerate(np.swapaxes(images, 0, 1)):
            color, end, width, order = (palette.blue, "o", 1.2, 2) if number else (palette.red, "s", 2, 3)
            label = {0: "the training", 1: "its images"}.get(number)
            ax.plot(*path.T, color=color, linewidth=width, zorder=order, label=label)
            ax.plot(*path[-1], end, color=color, markersize=7, zorder=4)
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


def plot_cone(matrix, *, ax=None):
    """Plot a symmetric matrix, the cone of those of rank one, and its critical points there (page B6).

    It has two eigenvalues of different size and none of them 0. The coordinates p, q, r of
    [[p + q, r], [r, p − q]] make lengths right up to the factor √2.
    """
    values, axes = np.linalg.eigh(matrix)
    # not the sign of an eigenvalue, its size says which part of the matrix comes closer
    order = np.argsort(-np.abs(values))
    first, second = (values[k] * np.outer(axes[:, k], axes[:, k]) for k in order)
    parts = np.stack([matrix, first, second, np.zeros((2, 2))])
    points = np.column_stack(
        [(parts[:, 0, 0] - parts[:, 1, 1]) / 2, parts[:, 0, 1], (parts[:, 0, 0] + parts[:, 1, 1]) / 2]
    )
    with ag.in_style() as palette:
        # the eye looks across the plane in which the four points lie
        azim = np.degrees(np.arctan2(points[0, 1], points[0, 0])) - 80
        ax = ag.axes_in_space(ax, "$q$", "$r$", "$p$", 12, azim)
        reach = 1.1 * np.abs(points).max()
        signs = [sign for sign in (-1, 1) if (sign * points[:, 2]).max() > 0]
        radius, angle = np.meshgrid([0, reach], np.linspace(0, 2 * np.pi, 61))
        look = {"color": palette.blue, "alpha": 0.25, "linewidth": 0, "zorder": 1}
        for sign in signs:
            ax.plot_surface(radius * np.cos(angle), radius * np.sin(angle), sign * radius, **look)
        ax.plot(*points[[3, 1, 0, 2, 3]].T, "--", color=palette.ink, linewidth=1.2, zorder=2)
        marks = [
            ("*", 14, palette.ink, "the matrix"),
            ("s", 8, palette.green, "minimum"),
            ("X", 10, palette.red, "saddle"),
            ("o", 8, palette.orange, "vertex"),
        ]
        for point, (marker, size, color, label) in zip(points, marks, strict=True):
            ax.plot(*point[:, np.newaxis], marker, color=color, markersize=size, label=label, zorder=3)
        tick, limits = int(reach), (reach * min(*signs, 0), reach * max(*signs, 0))
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach), zlim=limits)
        ax.set(
            xticks=(-tick, 0, tick), yticks=(-tick, 0, tick), zticks=sorted({0, *np.multiply(signs, tick)})
        )
        ax.set_box_aspect((2, 2, len(signs)), zoom=1.15)
        ax.set_proj_type("ortho")  # right angles look right from far away
        ax.legend(loc="upper center", ncols=4)
        return ax


def plot_fiber(W1, b1, *, ax=None):
    """Plot the second neurons that leave a network the function of its first one, W1 and b1 (page B8)."""
    near = np.array([W1, b1]) * np.sign(W1)
    wide, deep = 2 * near[0], 2 * max(abs(b1), near[0])
    edge, none = np.array([[-deep, deep]] * 2), np.zeros((2, 2))
    left, right = np.array([[-wide] * 2, [0] * 2]), np.array([[0] * 2, [wide] * 2])
    with ag.in_style() as palette:
        ax = ag.axes_in_space(ax, "weight $W_1$", "bias $b_1$", "weight $W_2$", 22, -62)
        flat, upright = (
            {"color": color, "alpha": 0.45, "linewidth": 0, "shade": False}
            for color in (palette.blue, palette.green)
        )

        def pole(place, *ends, **look):
            ax.plot([place[0]] * 2, [place[1]] * 2, ends, color=palette.red, linewidth=3, **look)

        # from back to front for an eye where W1 and W2 are positive: Matplotlib can't tell what hides what
        pole(-near, -1, 0)
        ax.plot_surface(left, edge, none, **flat)
        pole(-near, 0, 1)
        ax.plot_surface(none, edge, left / wide, **upright)
        pole(near, -1, 0)
        ax.plot_surface(none, edge, right / wide, label="$W_1 = 0$", **upright)
        ax.plot_surface(right, edge, none, label="$W_2 = 0$", **flat)
        pole(near, 0, 1, label="equal up to sign")
        ax.plot(*np.transpose([near, -near]), [0, 0], "o", color=palette.red, markersize=7)
        ax.set(xticks=(-near[0], 0, near[0]), yticks=(), zticks=(0,))
        ax.set_box_aspect((4, 4, 3), zoom=1.1)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.94), ncols=3)
        return ax


def plot_room(truth, levels, *, ax=None):
    """Plot where the loss (w1·w2 − truth)² is below each level, in the square [−1, 1]² (page B13)."""
    with ag.in_style() as palette:
        side = np.linspace(-1, 1, 401)
        above = (np.multiply.outer(side, side) - truth) ** 2
        ax = ag.labeled_axes(ax, "$w_1$", "$w_2$", size=(6, 6), aspect="equal")
        for level in levels:
            ax.contourf(side, side, above, [0, level], colors=[palette.blue], alpha=0.3)
            ax.contour(side, side, above, [level], colors=[palette.blue], linewidths=1)
        ax.set(title=f"best: $w_1 w_2 = {truth:g}$", xticks=(-1, 0, 1), yticks=(-1, 0, 1), aspect="equal")
        return ax


def plot_blow_up(*, ax=None):
    """Plot the plane blown up at the origin, a cusp in the plane and its smooth lift (page B13).

    The surface consists of all (a1, a2, m) with a2 = m·a1: over each point but the origin lies one of
    its points at most, over the origin a whole line.
    """
    with ag.in_style() as palette:
        ax = ag.axes_in_space(ax, "$a_1$", "$a_2$", "slope $m$", 24, -64)
        a1, m = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(-1, 1, 21))
        look = {
            "color": palette.orange,
            "edgecolor": palette.orange,
            "alpha": 0.3,
            "linewidth": 0.6,
            "shade": False,
        }
        ax.plot_surface(a1, m * a1, m, rcount=21, ccount=3, zorder=1, **look)
        floor, t = -2.2, np.linspace(-1, 1, 101)
        ax.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], floor, color=palette.ink, linewidth=0.8, zorder=0)
        ax.plot(t**2, t**3, floor, "--", color=palette.blue, label="cusp $a_2^2 = a_1^3$", zorder=2)
        ax.plot([0], [0], [floor], "o", color=palette.red, markersize=7, label="origin", zorder=3)
        ax.plot([0, 0], [0, 0], [-1, 1], ":", color=palette.red, label="all that lies over it", zorder=3)
        ax.plot(t**2, t**3, t, color=palette.blue, label="the cusp, lifted", zorder=4)
        ax.set(zlim=(floor, 1), xticks=(-1, 0, 1), yticks=(-1, 0, 1), zticks=(-1, 0, 1))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.9), ncols=2)
        return ax


def plot_pages(pages, *, ax=None):
    """Plot which page builds on which (the opening page of Beyond the print).

    pages has by the number of each page its name, the numbers that it builds on, and its place
    (column, row).
    """
    places = {number: np.array(place) for number, (_, _, place) in pages.items()}
    columns, rows = np.transpose([*places.values()])
    size = 1.7 * (np.ptp(columns) + 1), 1.0 * (np.ptp(rows) + 1)
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, "", "", size=size)
        half = np.array([0.43, 0.35])
        for number, (name, sources, _) in pages.items():
            corner = places[number] - half
            box = {"facecolor": palette.ground, "edgecolor": palette.blue, "linewidth": 1.2}
            ax.add_patch(Rectangle(corner, *(2 * half), zorder=3, **box))
            text = f"{number}\n{name}"
            ax.text(*places[number], text, ha="center", va="center", fontsize=10, linespacing=1.1, zorder=4)
            for source in sources:
                way = places[number] - places[source]
                inside = way / np.max(np.abs(way) / half)  # as much of the way as a box covers
                arrow = {"arrowstyle": "-|>", "color": palette.ink, "shrinkA": 0, "shrinkB": 0}
                ends = places[number] - inside, places[source] + inside
                ax.annotate("", *ends, arrowprops=arrow, zorder=2)
        ax.set(xlim=(columns.min() - 0.5, columns.max() + 0.5), ylim=(rows.max() + 0.5, rows.min() - 0.5))
        ax.set_axis_off()
        return ax


# What each argument must be


def _moments(moments):
    if not isinstance(moments, Moments):
        raise TypeError(f"moments must be Moments, got {type(moments).__name__}")
    return [moments]


def _order(net, order):
    if sorted(order) != list(range(net.W1.size)):
        raise ValueError(f"order must hold each of 0 to {net.W1.size - 1} once, got {order.tolist()}")
    return [net, order.astype(int)]


def _unit(net, unit):
    return [net, *check.count(unit=unit, least=0, most=net.W1.size - 1)]


def _few_neurons(net):
    if (d := net.W1.size) > 4:
        size = f"its orbit would have {2**d * math.factorial(d):,} networks"
        raise ValueError(f"net must have at most 4 neurons, got {d}: {size}")
    return [net]


def _two_neurons(nets):
    if nets[0].W1.size != 2:
        raise ValueError(f"nets must have hidden dimension 2, got {nets[0].W1.size}")
    return [nets]


def _curves(at, curves, xscale, yscale):
    if not isinstance(curves, dict) or not 1 <= len(curves) <= len(LOOKS):
        raise ValueError(f"curves must be a dict of 1 to {len(LOOKS)} arrays, got {curves!r}")
    at, *checked = check.vectors(at=at, **{f"curves[{label!r}]": curve for label, curve in curves.items()})
    for name, scale, arrays in (("xscale", xscale, at), ("yscale", yscale, checked)):
        if scale not in ("linear", "log"):
            raise ValueError(f"{name} must be linear or log, got {scale!r}")
        if scale == "log" and np.min(arrays) <= 0:
            raise ValueError(f"{name} must be linear unless all values are positive, got {np.min(arrays)}")
    return [at, dict(zip(curves, checked)), xscale, yscale]


def _runs(at, logged, midway):
    if logged.shape[1:] != at.shape:
        raise ValueError(f"logged and midway must have shape (runs, {len(at)}), got shape {logged.shape}")
    return [at, logged, midway]


def _level(level):
    if not isinstance(level, tuple) or len(level) != 2:
        raise TypeError(f"level must be a height and a label, got {level!r}")
    return [(*check.scalars(level=level[0]), *check.texts(level=level[1]))]


def _path(w=None, b=None):
    return check.vectors(w=w, b=b)


def _paths(paths):
    check.sequences(paths=paths)
    return [[array for path in paths for array in check.points(paths=path)]]


def _cone(matrix):
    if matrix.shape != (2, 2) or matrix[0, 1] != matrix[1, 0]:
        raise ValueError(f"matrix must be symmetric of shape (2, 2), got {matrix.tolist()}")
    if np.trace(matrix) == 0 or matrix[0, 0] * matrix[1, 1] == matrix[0, 1] ** 2:
        raise ValueError(f"matrix must have a trace and a determinant other than 0, got {matrix.tolist()}")
    return [matrix]


def _sloped(W1):
    if W1 == 0:
        raise ValueError(f"W1 must not be 0, got {W1}")
    return [W1]


def _room(truth, levels):
    if not -1 < truth < 1:
        raise ValueError(f"truth must be between -1 and 1, got {truth}")
    if levels.min() <= 0:
        raise ValueError(f"levels must be positive, got {levels.min()}")
    return [truth, levels]


def _pages(pages):
    if not isinstance(pages, dict) or not pages:
        raise ValueError(f"pages must be a dict of at least one page, got {pages!r}")
    for number, page in pages.items():
        if not isinstance(page, tuple) or len(page) != 3:
            raise TypeError(f"pages must give {number} a name, sources and a place, got {page!r}")
        name, sources, place = page
        check.texts(name=name), check.sequences(sources=sources), check.vectors(place=place)
        if not set(sources) <= set(pages):
            raise ValueError(f"pages must hold what {number} builds on, got {sources!r}")
    return [pages]


_samples, _line, _height = (check.same_shape, "x y_true"), (check.scalars, "w b"), (_level, "level")
_batch, _net = (check.columns, "v y_true"), (check.network, "net")

check.guard(
    globals(),
    {
        "exact_moments": [(check.vectors, "x y_true")],
        "exact_minimizer": [(_moments, "moments")],
        "descent_in_closed_form": [_samples, _line, (check.rate, "alpha"), (check.steps, "epochs")],
        "jacobian": [(check.columns, "v"), _net],
        "network_hessian": [_batch, _net],
        "snapshots": [
            _batch,
            (check.networks, "nets"),
            (check.rate, "alpha"),
            (check.count, "epochs every"),
        ],
        "permute": [_net, (check.vectors, "order"), (_order, "net order")],
        "flip": [_net, (_unit, "net unit")],
        "orbit": [_net, (_few_neurons, "net")],
        "plot_curves": [(_curves, "at curves xscale yscale"), (check.texts, "xlabel ylabel"), _height],
        "plot_log": [
            (check.vectors, "at"),
            (check.same_shape, "logged midway"),
            (_runs, "at logged midway"),
            _height,
        ],
        "plot_ellipses": [_samples, (_path, "w b")],
        "plot_projection": [(check.vectors, "x y_true"), _line],
        "plot_hyperbola": [(check.rate, "xx xy"), (_paths, "paths")],
        "plot_orbit": [(check.networks, "nets"), (_two_neurons, "nets")],
        "plot_cone": [(check.finite, "matrix"), (_cone, "matrix")],
        "plot_fiber": [(check.scalars, "W1 b1"), (_sloped, "W1")],
        "plot_room": [(check.scalars, "truth"), (check.vectors, "levels"), (_room, "truth levels")],
        "plot_pages": [(_pages, "pages")],
    },
    snapshots=check.finite_training,
)
