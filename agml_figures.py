"""The figures of the part Beyond the print, in the style of those of chapter 1.

Every function draws on `ax`, or on a new figure when it is None, and returns the Axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes

import agml_algebra as alg
import agml_checks as check
import agml_helpers as ag
from agml_checks import Array, Reals
from agml_helpers import Ax

__all__ = [
    "plot_curves", "plot_log", "plot_ellipses", "plot_projection", "plot_hyperbola", "plot_orbit",
    "plot_cone", "plot_fiber", "plot_border", "plot_room", "plot_blow_up", "plot_pages",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Level: TypeAlias = tuple[float, str] | None  # height and label of a line
LOOKS = [("-", "blue"), ("--", "red"), ("-.", "green"), (":", "orange")]


def _curves(at: Any, curves: Any, yscale: str) -> list:
    few = isinstance(curves, dict) and 1 <= len(curves) <= len(LOOKS)
    check.that(few, f"curves must be a dict of 1 to {len(LOOKS)} arrays, got {curves!r}")
    at, *checked = check.vectors(at=at, **{f"curves[{label!r}]": curve for label, curve in curves.items()})
    check.that(yscale in ("linear", "log"), f"yscale must be linear or log, got {yscale!r}")
    lowest = np.min(checked)
    positive = yscale == "linear" or lowest > 0
    check.that(positive, f"yscale must be linear unless all values are positive, got {lowest}")
    return [at, dict(zip(curves, checked)), yscale]


def _level(level: Any) -> list:
    pair = isinstance(level, tuple) and len(level) == 2
    check.that(pair, f"level must be a height and a label, got {level!r}", TypeError)
    return [(*check.scalars(level=level[0]), *check.texts(level=level[1]))]


def _draw_level(ax: Axes, level: Level, palette: ag.Palette) -> None:
    """Draw a horizontal line of this height and label, if there is one."""
    if level is not None:
        ax.axhline(level[0], linestyle=(0, (1, 1)), color=palette.ink, linewidth=1.2, label=level[1])


@check.takes((_curves, "at curves yscale"), (_level, "level"), texts="xlabel ylabel")
def plot_curves(
    at: Reals,
    curves: dict[str, Reals],
    xlabel: str,
    ylabel: str,
    *,
    level: Level = None,
    yscale: str = "linear",
    ax: Ax = None,
) -> Axes:
    """Plot one to four curves over one axis, told apart by line style and color (pages B2 to B12).

    curves is a dict of vectors by their labels, level the height and the label of a horizontal line to
    compare them with. The scale of y is "linear" or, for what is positive, "log".
    """
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, xlabel, ylabel)
        for (label, curve), (line, color) in zip(curves.items(), LOOKS):
            ax.plot(at, curve, line, color=getattr(palette, color), label=label)
        _draw_level(ax, level, palette)
        ax.set(yscale=yscale, xmargin=0)
        ax.legend(loc="best")
        return ax


def _runs(at: Array, logged: Array, midway: Array) -> None:
    fits = logged.shape[1:] == at.shape
    check.that(fits, f"logged and midway must have shape (runs, {len(at)}), got shape {logged.shape}")


@check.takes((_runs, "at logged midway"), (_level, "level"), vectors="at", same_shape="logged midway")
def plot_log(at: Reals, logged: Reals, midway: Reals, *, level: Level = None, ax: Ax = None) -> Axes:
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


def _path(w: Any = None, b: Any = None) -> list:
    return check.vectors(w=w, b=b)


@check.takes((_path, "w b"), same_shape="x y_true")
def plot_ellipses(x: Reals, y_true: Reals, w: Reals = None, b: Reals = None, *, ax: Ax = None) -> Axes:
    """Plot the level sets of the loss around the minimizer, with their principal axes (pages B1 to B3).

    w and b, of shape (n,), are a path to draw over them.
    """
    minimizer = alg.minimizer(x, y_true)
    with ag.in_style() as palette:
        curvatures, axes = np.linalg.eigh(ag.loss_hessian(x))
        reach = 18
        W, B = np.meshgrid(*(np.linspace(middle - reach, middle + reach, 200) for middle in minimizer))
        loss = ag.loss_surface(x, y_true, W, B)
        ax = ag.labeled_axes(ax, "weight $w$", "bias $b$", size=(7, 6), aspect="equal")
        levels = loss.min() + np.geomspace(1e-4, 1, 9)[:-1] * np.ptp(loss)
        ax.contour(W, B, loss, levels, cmap=ag.level_colors(), norm="log", linewidths=1.5)
        for curvature, axis, line, color in zip(curvatures, axes.T, (":", "--"), (palette.red, palette.blue)):
            ends = minimizer + np.outer([-2 * reach, 2 * reach], axis)
            ax.plot(*ends.T, line, color=color, label=rf"axis with $\lambda$ = {curvature:.4g}")
        if w is not None:
            ax.plot(w, b, color=palette.green, label="gradient descent")
            ax.plot(w[-1], b[-1], "s", color=palette.green, markersize=7)
        ax.plot(*minimizer, "*", color=palette.ink, markersize=13, label="minimizer", linestyle="none")
        ax.set(xlim=(W[0, 0], W[0, -1]), ylim=(B[0, 0], B[-1, 0]))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2)
        return ax


@check.takes(vectors="x y_true", scalars="w b")
def plot_projection(x: Reals, y_true: Reals, w: float, b: float, *, ax: Ax = None) -> Axes:
    """Plot the loss of a line as the squared distance from the targets to a point of a plane (page B1).

    With N samples, x, y and the constant 1 are vectors of ℝᴺ. They span a space of three dimensions; the
    figure has an orthonormal basis of it for the scalar product ⟨uv⟩. The predictions of all lines are
    its floor, and the distance from y to a point of the floor is the root of the mean squared error.
    The line w·x + b is compared with the best one.
    """
    slope, height = alg.minimizer(x, y_true)
    least = np.sqrt(ag.mse_loss(ag.linear_model(x, slope, height), y_true))
    apart = least > 1e-9 * np.abs(y_true).max()
    check.that(apart, f"y_true must not lie on one line with x, got {least:.3g} as its distance")
    lines = np.array([[slope, height], [w, b]])
    foot, other = lines @ [[x.mean(), x.std(), 0], [1, 0, 0]]
    top = foot + [0, 0, least]
    with ag.in_style() as palette:
        radii = np.linalg.norm(other - foot) * np.array([0.5, 1, 1.5])
        ends = np.sort([foot - 1.1 * radii[-1], foot + 1.1 * radii[-1], np.full(3, -5.0)], axis=0)[[0, -1]]
        ax = ag.axes_in_space(ax, "along 1", r"along $x - \langle x\rangle$", "", 22, -75)
        look: dict[str, Any] = {"clip_on": False}  # the zoom leaves the box that a figure is clipped to
        floor = np.meshgrid(ends[:, 0], ends[:, 1])
        ax.plot_surface(*floor, np.zeros((2, 2)), color=palette.blue, alpha=0.12, zorder=1, **look)
        turn = np.linspace(0, 2 * np.pi, 121)
        for radius in radii:
            circle = foot[0] + radius * np.cos(turn), foot[1] + radius * np.sin(turn), 0 * turn
            ax.plot(*circle, color=palette.blue, linewidth=1, zorder=2, **look)
        ax.plot(*np.transpose([np.zeros(3), top]), color=palette.ink, linewidth=1.5, zorder=3, **look)
        ax.text(0, 0, 0, " 0", zorder=5, verticalalignment="bottom")
        ax.text(*top, " $y$", zorder=5, verticalalignment="bottom")
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


def _paths(paths: Any) -> list:
    check.sequences(paths=paths)
    return [[array for path in paths for array in check.points(paths=path)]]


@check.takes((_paths, "paths"), rate="xx xy")
def plot_hyperbola(xx: float, xy: float, paths: Sequence[Reals] = (), *, ax: Ax = None) -> Axes:
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


def _two_neurons(nets: list[ag.Network]) -> None:
    d = nets[0].W1.size
    check.that(d == 2, f"nets must have hidden dimension 2, got {d}")


@check.takes((_two_neurons, "nets"), networks="nets")
def plot_orbit(nets: Sequence[ag.Network], *, ax: Ax = None) -> Axes:
    """Plot the weights W1 of two neurons along a training run, and of all its mirror images (page B7).

    nets are the networks of the run from start to end.
    """
    images = np.array([[image.W1.ravel() for image in alg.orbit(net)] for net in nets])
    with ag.in_style() as palette:
        first, second = (f"weight $W_1$ of the {which} neuron" for which in ("first", "second"))
        ax = ag.labeled_axes(ax, first, second, size=(6.4, 6), aspect="equal")
        reach = 1.15 * np.abs(images).max()
        ends = np.array([[-reach], [reach]])
        mirrors = ax.plot(ends * [1, 0, 1, 1], ends * [0, 1, 1, -1], ":", color=palette.ink, linewidth=1)
        ax.plot(*images[:, 0].T, color=palette.red, label="the training", zorder=3)
        ax.plot(*images[-1, 0], "s", color=palette.red, markersize=7, zorder=4)
        others = ax.plot(*np.moveaxis(images[:, 1:], 2, 0), color=palette.blue, linewidth=1.2)
        ax.plot(*images[-1, 1:].T, "o", color=palette.blue, markersize=7, zorder=4)
        mirrors[0].set_label("mirrors")
        others[0].set_label("its images")
        ax.set(xlim=(-reach, reach), ylim=(-reach, reach))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
        return ax


def _cone(matrix: Array) -> None:
    symmetric = matrix.shape == (2, 2) and matrix[0, 1] == matrix[1, 0]
    check.that(symmetric, f"matrix must be symmetric of shape (2, 2), got {matrix.tolist()}")
    regular = np.trace(matrix) != 0 and matrix[0, 0] * matrix[1, 1] != matrix[0, 1] ** 2
    check.that(regular, f"matrix must have a trace and a determinant other than 0, got {matrix.tolist()}")


@check.takes((_cone, "matrix"), finite="matrix")
def plot_cone(matrix: Reals, *, ax: Ax = None) -> Axes:
    """Plot a symmetric matrix, the cone of those of rank one, and its critical points there (page B6).

    It has two eigenvalues of different size and none of them 0. The coordinates p, q, r of
    [[p + q, r], [r, p − q]] make lengths right up to the factor √2.
    """
    values, axes = np.linalg.eigh(matrix)
    # not the sign of an eigenvalue, its size says which part of the matrix comes closer
    order = np.argsort(-np.abs(values))
    first, second = (values[k] * np.outer(axes[:, k], axes[:, k]) for k in order)
    parts = matrix, first, second, np.zeros((2, 2))
    points = np.array([((a - d) / 2, r, (a + d) / 2) for (a, r), (_, d) in parts])
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
        colors = palette.ink, palette.green, palette.red, palette.orange
        labels = "the matrix", "minimum", "saddle", "vertex"
        for point, marker, size, color, label in zip(points, "*sXo", (14, 8, 10, 8), colors, labels):
            ax.plot(*point[:, np.newaxis], marker, color=color, markersize=size, label=label, zorder=3)
        tick, ends = int(reach), sorted({0, *signs})
        ax.set(xlim=(-reach, reach), xticks=(-tick, 0, tick), zlim=(reach * ends[0], reach * ends[-1]))
        ax.set(ylim=(-reach, reach), yticks=(-tick, 0, tick), zticks=[tick * end for end in ends])
        ax.set_box_aspect((2, 2, len(signs)), zoom=1.15)
        ax.set_proj_type("ortho")  # right angles look right from far away
        ax.legend(loc="upper center", ncols=4)
        return ax


@check.takes(nonzero="W1", scalars="b1")
def plot_fiber(W1: float, b1: float, *, ax: Ax = None) -> Axes:
    """Plot the second neurons that leave a network the function of its first one, W1 and b1 (page B8)."""
    near = np.array([W1, b1]) * np.sign(W1)
    wide, deep = 2 * near[0], 2 * max(abs(b1), near[0])
    edge, none = np.array([[-deep, deep]] * 2), np.zeros((2, 2))
    left, right = np.array([[-wide] * 2, [0] * 2]), np.array([[0] * 2, [wide] * 2])
    with ag.in_style() as palette:
        ax = ag.axes_in_space(ax, "weight $W_1$", "bias $b_1$", "weight $W_2$", 22, -62)
        look = {"alpha": 0.45, "linewidth": 0, "shade": False}
        flat, upright = {"color": palette.blue, **look}, {"color": palette.green, **look}

        def pole(place: Array, *ends: float, **look: Any) -> None:
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


def _room(side: Array, loss: Array, levels: Array) -> None:
    n = len(side)
    check.that(loss.shape == (n, n), f"loss must have shape ({n}, {n}), got shape {loss.shape}")
    check.that(levels.min() > 0, f"levels must be positive, got {levels.min()}")


@check.takes()
def plot_border(*, ax: Ax = None) -> Axes:
    """Plot neurons by W1 and place, the limits around them, and those of pairs of neurons (page B11).

    W1 grows upward and the place −b1/W1 to the right; a pair has limits of its own where it meets.
    """
    x = np.linspace(0, 10, 201)
    curves = {
        (2, 3): ("line", x),
        (5.5, 1): ("derivative", ag.sigmoid_derivative(x - 5)),
        (5.5, 2): ("$xe^{wx}$", x * np.exp((x - 10) / 2)),
        (5.5, 3): ("parabola", (x - 5) ** 2),
        (6.5, 3): ("cubic", (x - 5) ** 3),
    }
    for at, place in enumerate((2.5, 5.0, 7.5), 1):
        curves[at, 0] = "step", np.heaviside(x - place, 1)
        for row, W1 in ((1, 2.0), (2, 0.7)):
            curves[at, row] = "neuron", ag.sigmoid(W1 * (x - place))
            curves[0, row] = "exponential", -np.exp(-W1 * x)
            curves[4, row] = "exponential", np.exp(W1 * (x - 10))
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, "", "", size=(8, 5))
        for (column, row), (label, y) in curves.items():
            line, color = ("-", palette.blue) if label == "neuron" else ("--", palette.red)
            up = (y - y.min()) / np.ptp(y)
            ax.plot(column + 0.07 * (x - 5), row + 0.25 - 0.55 * up, line, color=color, linewidth=1.6)
            ax.text(column, row + 0.42, label, ha="center", va="center", fontsize=10)
        ax.set(xlim=(-0.5, 7), ylim=(3.6, -0.4))
        ax.set_axis_off()
        return ax


@check.takes((_room, "side loss levels"), vectors="side, levels", finite="loss")
def plot_room(side: Reals, loss: Reals, levels: Reals, *, ax: Ax = None) -> Axes:
    """Plot where a loss is below each level, in a square of the plane of two weights (pages B13 and B14).

    side holds the n values of either weight; loss has shape (n, n), with a row for each w2.
    """
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, "$w_1$", "$w_2$", size=(6, 6), aspect="equal")
        for level in levels:
            ax.contourf(side, side, loss, [0, level], colors=[palette.blue], alpha=0.3)
            ax.contour(side, side, loss, [level], colors=[palette.blue], linewidths=1)
        ends = side[0], (side[0] + side[-1]) / 2, side[-1]
        ax.set(xticks=ends, yticks=ends, aspect="equal")
        return ax


@check.takes()
def plot_blow_up(*, ax: Ax = None) -> Axes:
    """Plot the plane blown up at the origin, a cusp in the plane and its smooth lift (page B13).

    The surface consists of all (a1, a2, r) with a2 = r·a1: over each point but the origin lies one of
    its points at most, over the origin a whole line.
    """
    with ag.in_style() as palette:
        ax = ag.axes_in_space(ax, "$a_1$", "$a_2$", "slope $r$", 24, -64)
        a1, m = np.meshgrid(np.linspace(-1, 1, 3), np.linspace(-1, 1, 21))
        look = {"color": palette.orange, "edgecolor": palette.orange, "alpha": 0.3, "linewidth": 0.6}
        ax.plot_surface(a1, m * a1, m, rcount=21, ccount=3, shade=False, zorder=1, **look)
        floor, t = -2.2, np.linspace(-1, 1, 101)
        ax.plot([-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1], floor, color=palette.ink, linewidth=0.8, zorder=0)
        ax.plot(t**2, t**3, floor, "--", color=palette.blue, label="cusp $a_2^2 = a_1^3$", zorder=2)
        ax.plot([0], [0], [floor], "o", color=palette.red, markersize=7, label="origin", zorder=3)
        ax.plot([0, 0], [0, 0], [-1, 1], ":", color=palette.red, label="all that lies over it", zorder=3)
        ax.plot(t**2, t**3, t, color=palette.blue, label="the cusp, lifted", zorder=4)
        ax.set(zlim=(floor, 1), xticks=(-1, 0, 1), yticks=(-1, 0, 1), zticks=(-1, 0, 1))
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.9), ncols=2)
        return ax


def _pages(pages: Any) -> None:
    check.that(isinstance(pages, dict) and pages, f"pages must be a dict of at least one page, got {pages!r}")


@check.takes((_pages, "pages"))
def plot_pages(pages: dict[str, tuple[str, Sequence[str], tuple[float, float]]], *, ax: Ax = None) -> Axes:
    """Plot which page builds on which (the opening page of Beyond the print).

    pages has by the number of each page its name, the numbers that it builds on, and its place
    (column, row).
    """
    places = {number: np.array(place) for number, (_, _, place) in pages.items()}
    columns, rows = np.transpose([*places.values()])
    size = 1.7 * (np.ptp(columns) + 1), 1.0 * (np.ptp(rows) + 1)
    with ag.in_style() as palette:
        ax = ag.labeled_axes(ax, "", "", size=size)
        box = {"facecolor": palette.ground, "edgecolor": palette.blue, "linewidth": 1.2, "zorder": 3}
        ax.bar(columns, height=0.7, bottom=rows - 0.35, width=0.86, **box)
        for number, (name, sources, _) in pages.items():
            text = f"{number}\n{name}"
            ax.text(*places[number], text, ha="center", va="center", fontsize=10, linespacing=1.1, zorder=4)
            for source in sources:
                way = places[number] - places[source]
                inside = way / np.max(np.abs(way) / (0.43, 0.35))  # as much of the way as a box covers
                arrow = {"arrowstyle": "-|>", "color": palette.ink, "shrinkA": 0, "shrinkB": 0}
                ends = places[number] - inside, places[source] + inside
                ax.annotate("", *ends, arrowprops=arrow, zorder=2)
        ax.set(xlim=(columns.min() - 0.5, columns.max() + 0.5), ylim=(rows.max() + 0.5, rows.min() - 0.5))
        ax.set_axis_off()
        return ax
