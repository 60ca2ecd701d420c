"""Pictures that answer the hand, with a running notebook and without.

An explorer is a widget: what it shows follows from a few values, which the hand changes in the picture
or by the controls below it, and a program by setting them. Reading them gives what the hand chose. Its
mathematics and its drawing live in the browser, in the module agml_explorers.js beside this one; so a
page needs no server. It opens at a question: nothing is trained or lifted yet. On paper, where no hand
can ask, it is a still picture of the answer.
"""

from __future__ import annotations

import base64
import contextlib
import io
import pathlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

import agml_checks as check
import agml_helpers as ag
from agml_checks import Array, Reals


class Number(traitlets.Float):
    """A number that a rule holds for, between limits: its own, or those that its explorer draws from data."""

    name: str  # the explorer's class has given it

    def __init__(self, *limits: float, rule: Callable[..., Any] = check.scalars) -> None:
        super().__init__()
        self.limits, self.rule = [*limits], rule
        self.tag(sync=True)

    def validate(self, explorer: Explorer, value: Any) -> float:
        """Return the number, or name the rule that it breaks."""
        (value,), (low, high) = self.rule(**{self.name: value}), explorer.limits[self.name]
        within = low <= value <= high
        check.that(within, f"{self.name} must be between {low:.6g} and {high:.6g}, got {value}")
        return value


class Explorer(anywidget.AnyWidget):
    """What all explorers share; each has draw(figure, palette, now), which draws its own still picture."""

    _esm = pathlib.Path(__file__).with_suffix(".js")
    kind = traitlets.Unicode().tag(sync=True)
    limits = traitlets.Dict().tag(sync=True)
    home = traitlets.Dict().tag(sync=True)
    task = traitlets.Unicode().tag(sync=True)
    data = traitlets.Unicode().tag(sync=True)

    size = (7.6, 3.9)  # of the still picture, in inches
    question = ""  # what there is to try, said beside the picture
    answer = {}  # what the still picture has in place of the zeros that an explorer opens with
    names = "x, y_data"  # of the data, on a page, for a reader who takes a picture along as code

    def __init__(self, data: dict[str, Any], limits: dict[str, list[float]], **home: Any) -> None:
        """Start with data, limits that follow from them, and the values `home`, each within its limits."""
        words = {"kind": type(self).__name__, "task": self.question, "data": self.names}
        numbers = {name: trait for name, trait in self.traits().items() if isinstance(trait, Number)}
        limits = {name: trait.limits for name, trait in numbers.items()} | limits
        super().__init__(**words, limits=limits, home=home, **data, **home)

    def __setattr__(self, name: str, value: Any) -> None:
        """Set a value, or say what is wrong: a misspelled name would change nothing."""
        with check.Brief(type(self).__name__):
            if name[0] != "_" and self.home and not hasattr(type(self), name):
                raise AttributeError(f"a name must be one of {', '.join(self.home)}, got {name}")
            super().__setattr__(name, value)

    def still(self) -> bytes:
        """Return the picture of the present values, or of the answer while they are the first, as a PNG."""
        now = {name: getattr(self, name) for name in self.home}
        if now == self.home:
            now |= {name: value for name, value in self.answer.items() if not now[name]}
        with ag.in_style() as palette:
            figure, file = Figure(figsize=self.size, dpi=160, layout="constrained"), io.BytesIO()
            self.draw(figure, palette, SimpleNamespace(**now))
            figure.savefig(file)
        return file.getvalue()

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.home)
        return f"{type(self).__name__}({values})"

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        still = base64.b64encode(self.still()).decode()
        return data | {"text/plain": repr(self), "image/png": still}, metadata


def _not_all_alike(x: Array) -> list[Array]:
    check.that(np.ptp(x) > 0, f"x must hold two different numbers, got {x[0]} alone")
    return [x]


_takes_samples = check.takes((_not_all_alike, "x"), vectors="x y_data", scalars="w b")


class _Descending(Explorer):
    """A descent on the loss of samples."""

    x = traitlets.List().tag(sync=True)
    y = traitlets.List().tag(sync=True)
    w = Number()
    b = Number()
    alpha = Number(1e-5, 1e-1, rule=check.rate)
    epochs = Number(0, 2000, rule=check.steps)
    answer = {"epochs": 2000}

    def __init__(self, x: Array, y_data: Array, w: float, b: float, **more: Any) -> None:
        best = np.polyfit(x, y_data, 1)  # the plane reaches as far around the start as around the minimum
        middle, half = (best + [w, b]) / 2, 0.9 * np.abs(best - [w, b]).max() or 1.0
        limits = dict(zip("wb", np.transpose([middle - half, middle + half]).tolist()))
        super().__init__({"x": x.tolist(), "y": y_data.tolist()}, limits, w=w, b=b, **more)

    def path(self, now: SimpleNamespace) -> tuple[Array, Array, Array]:
        """Return weights, biases and losses of the descent, as far as they are finite numbers."""
        for epochs in (now.epochs, 100, 10):
            with contextlib.suppress(ValueError):  # where it overflows
                return ag.gradient_descent(self.x, self.y, now.w, now.b, now.alpha, epochs)
        return ag.gradient_descent(self.x, self.y, now.w, now.b, now.alpha, 0)


class Line(Explorer):
    """A line through samples, and its point in the plane of weight and bias (section 1.2).

    Drag either end of the line, or the point. w and b are what the hand chose.

    >>> line = Line([0, 1, 2], [1, 3, 5])
    >>> line.w, line.b = 2, 1
    >>> line
    Line(w=2.0, b=1.0, best=False)
    """

    x = traitlets.List().tag(sync=True)
    y = traitlets.List().tag(sync=True)
    w = Number()
    b = Number()
    best = traitlets.Bool().tag(sync=True)
    question = "Each line is one point of the plane. Drag either: how small can you make the loss?"

    @_takes_samples
    def __init__(self, x: Reals, y_data: Reals, w: float = ag.W_START, b: float = ag.B_START) -> None:
        """Start with a weight and a bias, those of the print unless others are given."""
        best, tall = np.polyfit(x, y_data, 1)[0], np.ptp(y_data) or 1.0
        # as far around the first weight as around the best, and for each weight the bias that fits it best
        half = max(0.9 * abs(best - w), 0.5 * tall / np.ptp(x))
        weights = (best + w) / 2 + half * np.array([-1, 1])
        biases = [b, *(y_data.mean() - weights * x.mean())]
        room = 0.1 * max(tall, np.ptp(biases))
        limits = {"w": weights.tolist(), "b": [float(min(biases) - room), float(max(biases) + room)]}
        super().__init__({"x": x.tolist(), "y": y_data.tolist()}, limits, w=w, b=b, best=False)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw samples, line and errors."""
        x, y, ax = np.array(self.x), np.array(self.y), figure.add_subplot()
        y_pred = ag.linear_model(x, now.w, now.b)
        ag.plot_fit(x, y, ax=ax)
        ax.vlines(x, y, y_pred, color=palette.red, alpha=0.4, linewidth=0.8)
        ax.plot(x, y_pred, color=palette.green)
        ax.set_title(f"w = {now.w:.2f}, b = {now.b:.2f}: the loss is {ag.mse_loss(y_pred, y):,.1f}")


class Descent(_Descending):
    """The path of a gradient descent, and its loss, epoch by epoch (section 1.2.1.2).

    Drag the start, the rate, or the epoch on the curve of the loss.

    >>> Descent([0, 1, 2], [1, 3, 5], w=0, b=0, alpha=0.1, epochs=50)
    Descent(w=0.0, b=0.0, alpha=0.1, epochs=50, running=False)
    """

    running = traitlets.Bool().tag(sync=True)
    question = "Press play. Then push the rate past the mark, and watch the steps leap across the valley."

    @_takes_samples
    def __init__(
        self,
        x: Reals,
        y_data: Reals,
        w: float = ag.W_START,
        b: float = ag.B_START,
        alpha: float = 0.001,
        epochs: int = 0,
    ) -> None:
        """Start with a weight and a bias, a learning rate, and a number of epochs that have passed."""
        super().__init__(x, y_data, w, b, alpha=alpha, epochs=epochs, running=False)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw level sets with the path, and the loss."""
        plane, curve = figure.subplots(1, 2)
        w, b, losses = self.path(now)
        W, B = np.meshgrid(np.linspace(*self.limits["w"], 100), np.linspace(*self.limits["b"], 100))
        loss = ag.loss_surface(self.x, self.y, W, B)
        levels = loss.min() + np.geomspace(1e-3, 1, 11)[:-1] * np.ptp(loss)
        ag.labeled_axes(plane, "weight $w$", "bias $b$")
        plane.contour(W, B, loss, levels, cmap=ag.level_colors(), norm="log", linewidths=1)
        plane.plot(w, b, ".-", color=palette.red, linewidth=1, markersize=3)
        plane.plot(w[-1], b[-1], "s", color=palette.red)
        plane.set(xlim=self.limits["w"], ylim=self.limits["b"])
        ag.labeled_axes(curve, "epoch", "loss")
        curve.plot(losses, color=palette.red)
        curve.set(xscale="symlog", yscale="log")


class Surface(_Descending):
    """The surface of the loss with the path of a descent, turned by hand (Fig. 1.5).

    elev and azim are height and direction of the eye, in degrees.

    >>> Surface([0, 1, 2], [1, 3, 5], w=0, b=0, alpha=0.1, epochs=50).elev
    32.0
    """

    elev = Number(0, 90)
    azim = Number(-180, 180)
    size = (6, 4.8)
    question = "Turn it until you look along the valley. What is left of the long crawl?"

    @_takes_samples
    def __init__(
        self,
        x: Reals,
        y_data: Reals,
        w: float = ag.W_START,
        b: float = ag.B_START,
        alpha: float = 0.001,
        epochs: int = 2000,
        *,
        elev: float = 32,
        azim: float = -62,
    ) -> None:
        """Start with a descent, and with height and direction of the eye, in degrees."""
        super().__init__(x, y_data, w, b, alpha=alpha, epochs=epochs, elev=elev, azim=azim)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw Fig. 1.5, seen from the chosen side."""
        w, b, _ = self.path(now)
        ax = figure.add_subplot(projection="3d", computed_zorder=False)
        ag.plot_loss_surface(self.x, self.y, w, b, elev=now.elev, azim=now.azim, ax=ax)


class Lift(Explorer):
    """Points of the plane, lifted by their squared distance from the center (section 1.2.2).

    height is what the third coordinate is multiplied by, from 0 (flat) to 1 (lifted).

    >>> Lift([[0, 0], [1, 1]], [True, False])
    Lift(height=0.0, elev=12.0, azim=-60.0)
    """

    points = traitlets.Unicode().tag(sync=True)
    inside = traitlets.Unicode().tag(sync=True)
    height = Number(0, 1)
    elev = Number(0, 90)
    azim = Number(-180, 180)
    size = (6, 4.8)
    question = "Lift the points. At what height do the colors come apart?"
    answer = {"height": 1}
    names = "X, inside"

    @check.takes(marked_points="X inside")
    def __init__(
        self, X: Reals, inside: ag.Marks, height: float = 0, *, elev: float = 12, azim: float = -60
    ) -> None:
        """Start with points X of shape (n, 2), whether each lies inside the circle, and a view of them."""
        self.X, self.marks = X, inside
        # a picture needs no more digits, and a page with 5000 points opens sooner
        points = base64.b64encode(X.astype("<f4").tobytes()).decode()
        data = {"points": points, "inside": "".join(map(str, inside.astype(int)))}
        super().__init__(data, {}, height=height, elev=elev, azim=azim)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw Fig. 1.8, seen from the chosen side."""
        ax = figure.add_subplot(projection="3d", computed_zorder=False)
        ag.plot_lifted_circle(self.X, self.marks, height=now.height, elev=now.elev, azim=now.azim, ax=ax)


class Neuron(Explorer):
    """The activation of one neuron, σ(wx + b), and σ′(wx + b) (section 1.2.2).

    Drag the middle of the step, or its slope.

    >>> Neuron(w=2, b=-4)
    Neuron(w=2.0, b=-4.0)
    """

    w = Number(-5, 5)
    b = Number(-40, 40)
    size = (7, 3.4)
    question = "Drag the round handle, then the square one. What does the weight change, and what the bias?"
    names = ""

    @check.takes()
    def __init__(self, w: float = 1, b: float = 0) -> None:
        """Start with a weight and a bias; 1 and 0 give the sigmoid itself."""
        super().__init__({}, {}, w=w, b=b)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw both curves."""
        x = np.linspace(-8, 8, 401)
        ax = ag.labeled_axes(figure.add_subplot(), "$x$", "")
        z = now.w * x + now.b
        ax.plot(x, ag.sigmoid(z), color=palette.blue, label=r"$\sigma(wx + b)$")
        ax.plot(x, ag.sigmoid_derivative(z), "--", color=palette.red, label=r"$\sigma\prime(wx + b)$")
        figure.legend(loc="outside right upper")


class Training(Explorer):
    """The training of a network: its fit, what each neuron adds, and the loss (section 1.2.2).

    The network has d neurons, starts as init_network(d, seed) does, and has trained for so many epochs
    at the rate alpha.

    >>> Training([0, 1, 2], [1, 4, 9], d=3, epoch=100)
    Training(d=3, seed=42, alpha=0.01, epoch=100, midpoint=False, running=False)
    """

    x = traitlets.List().tag(sync=True)
    y = traitlets.List().tag(sync=True)
    d = Number(1, 10, rule=check.count)
    seed = Number(0, 99, rule=check.seed)
    alpha = Number(1e-4, 1e-1, rule=check.rate)
    epoch = Number(0, 20_000, rule=check.steps)
    midpoint = traitlets.Bool().tag(sync=True)
    running = traitlets.Bool().tag(sync=True)
    question = "Press play. Each blue curve is one neuron: when does the first rise, and when do they part?"
    answer = {"epoch": 10_000}

    @check.takes(vectors="x y_data")
    def __init__(
        self, x: Reals, y_data: Reals, d: int = 2, seed: int = 42, alpha: float = 0.01, epoch: int = 0
    ) -> None:
        """Start with the network of Fig. 1.10 before its training, unless other values are given."""
        home = {"d": d, "seed": seed, "alpha": alpha, "epoch": epoch, "midpoint": False, "running": False}
        super().__init__({"x": x.tolist(), "y": y_data.tolist()}, {}, **home)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw the fit, and what each neuron adds."""
        v, y = np.reshape(self.x, (-1, 1)), np.reshape(self.y, (-1, 1))
        net, _ = ag.train_network(v, y, ag.init_network(now.d, now.seed), now.alpha, now.epoch)
        _, A1, Z2 = ag.forward(v, net)
        fit, units = figure.subplots(1, 2)
        ag.plot_fit(v, y, ax=fit)
        fit.plot(v, Z2, color=palette.red)
        ag.labeled_axes(units, "$x$", "what each neuron adds")
        units.plot(v, A1 * net.W2.T, color=palette.blue)


class TwoWeights(Explorer):
    """The loss of a product of two weights: gradient flow and gradient descent from one start (page B5).

    xx and xy are the means ⟨x²⟩ and ⟨xy⟩ of centered data, both positive.

    >>> TwoWeights(xx=1, xy=4, w1=1, w2=2)
    TwoWeights(w1=1.0, w2=2.0, alpha=0.001, epochs=0, running=False)
    """

    xx = traitlets.Float().tag(sync=True)
    xy = traitlets.Float().tag(sync=True)
    w1 = Number()
    w2 = Number()
    alpha = Number(1e-5, 1e-1, rule=check.rate)
    epochs = Number(0, 5000, rule=check.steps)
    running = traitlets.Bool().tag(sync=True)
    size = (5, 4.6)
    question = "One valley, two walkers. Press play: does the descent keep to the track of the flow?"
    answer = {"epochs": 1000}
    names = "xx, xy"

    @check.takes(rate="xx xy")
    def __init__(
        self, xx: float, xy: float, w1: float = 1, w2: float = 5, alpha: float = 0.001, epochs: int = 0
    ) -> None:
        """Start with two weights, a learning rate, and a number of epochs."""
        reach = 2.6 * float(np.sqrt(xy / xx))
        limits = {"w1": [-reach, reach], "w2": [-reach, reach]}
        home = {"w1": w1, "w2": w2, "alpha": alpha, "epochs": epochs, "running": False}
        super().__init__({"xx": xx, "xy": xy}, limits, **home)

    def path(self, now: SimpleNamespace) -> Array:
        """Return the points (w1, w2) of the descent."""
        path = [np.array([now.w1, now.w2])]
        while len(path) <= now.epochs and np.abs(path[-1]).max() < 1e6:
            slope = 2 * (self.xx * path[-1].prod() - self.xy)
            path.append(path[-1] - now.alpha * slope * path[-1][::-1])
        return np.array(path)

    def draw(self, figure: Figure, palette: ag.Palette, now: SimpleNamespace) -> None:
        """Draw the minimizers and the descent."""
        import agml_figures as fig  # what chapter 1 shows needs nothing of Beyond

        ax = figure.add_subplot(aspect="equal")
        fig.plot_hyperbola(self.xx, self.xy, [self.path(now)], ax=ax)


def __dir__() -> list[str]:
    return [name for name, value in globals().items() if getattr(value, "__module__", "") == __name__]
