"""What the functions of this book refuse: a check returns what it was given, or names rule and value.

A check takes its arguments by name and returns them in a list, as float arrays or plain numbers. The
decorator `takes` says which checks a function has.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from types import FunctionType, TracebackType
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Array", "Reals", "Rule", "that", "takes", "Brief", "finite", "same_shape", "vectors", "columns",
    "series", "path", "points", "marked_points", "factors", "scalars", "fraction", "rate", "count", "steps",
    "seed", "texts", "sequences", "network", "networks", "layers", "no_overflow", "finite_training",
]  # fmt: skip


def __dir__() -> list[str]:
    return __all__


Array: TypeAlias = NDArray[np.float64]
Reals: TypeAlias = Any  # anything that NumPy takes for real numbers; the function itself gets an Array
Rule: TypeAlias = Callable[..., Any]
P = ParamSpec("P")
R = TypeVar("R")


def that(holds: object, message: str, error: type[Exception] = ValueError) -> None:
    """Refuse what a rule does not hold for."""
    if not holds:
        raise error(message)


def finite(**arrays: Reals) -> list[Array]:
    """Return the arguments as float arrays, refusing what is empty, masked, NaN, infinite or no number.

    >>> finite(x=[1, 2])
    [array([1., 2.])]
    """
    checked = []
    for name, value in arrays.items():
        if isinstance(value, np.ma.MaskedArray):
            raise TypeError(f"{name} must not be masked, got {value!r}")
        try:
            array = np.asarray(value)
        except ValueError:
            raise ValueError(f"{name} must have rows of one length, got {value!r}") from None
        if array.dtype.kind not in "iuf":
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
        if array.size == 0:
            raise ValueError(f"{name} must not be empty, got shape {array.shape}")
        array = array.astype(float, copy=False)
        # quick, and no number is missed: the sum of squares is finite, or this looks once more
        if not math.isfinite(np.vdot(array, array)) and not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {array[~np.isfinite(array)].flat[0]}")
        checked.append(array)
    return checked


def same_shape(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite arrays of one shape: broadcasting would hide a mistake.

    >>> same_shape(x=[[1], [2]], y=[1, 2])
    Traceback (most recent call last):
    ValueError: x and y must have the same shape, got (2, 1) and (2,)
    """
    checked = finite(**arrays)
    if len({array.shape for array in checked}) > 1:
        shapes = " and ".join(str(array.shape) for array in checked)
        raise ValueError(f"{' and '.join(arrays)} must have the same shape, got {shapes}")
    return checked


def _each(
    checked: list, names: Iterable[str], holds: Rule, rule: str, error: type[Exception] = ValueError
) -> list:
    """Return what is checked, refusing by its name what a rule does not hold for."""
    for name, value in zip(names, checked):
        if not holds(value):
            found = f"shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
            raise error(f"{name} must {rule}, got {found}")
    return checked


def vectors(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite vectors of one length."""
    return _each(same_shape(**arrays), arrays, lambda array: array.ndim == 1, "be a vector")


def columns(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite columns of one shape (N, 1)."""
    checked = same_shape(**arrays)
    return _each(checked, arrays, lambda array: array.shape[1:] == (1,), "be a column of shape (N, 1)")


def series(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite vectors of one length, or columns of one shape (N, 1)."""
    checked = same_shape(**arrays)
    return _each(checked, arrays, lambda a: a.ndim == 1 or a.shape[1:] == (1,), "be a vector or a column")


def path(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite vectors of one length; numbers become vectors of length 1."""
    return vectors(**{name: np.atleast_1d(array) for name, array in zip(arrays, same_shape(**arrays))})


def points(**arrays: Reals) -> list[Array]:
    """Return the arguments as finite arrays of shape (n, 2), a point of the plane in every row."""
    return _each(finite(**arrays), arrays, lambda array: array.shape[1:] == (2,), "have shape (n, 2)")


def marked_points(**arrays: Reals) -> list[NDArray]:
    """Return points and, for each of them, a bool."""
    (_, X), (name, marks) = arrays.items()
    (X,), marks = points(X=X), np.asarray(marks)
    if marks.dtype != bool or marks.shape != X.shape[:1] or np.ma.isMaskedArray(arrays[name]):
        shape = f"{marks.dtype} of shape {marks.shape}"
        raise ValueError(f"{name} must be bool of shape {X.shape[:1]}, got {shape}")
    return [X, marks]


def factors(**arrays: Reals) -> list[Array]:
    """Return two matrices whose product exists."""
    checked = finite(**arrays)
    shapes = " and ".join(str(array.shape) for array in checked)
    if any(array.ndim != 2 for array in checked) or checked[0].shape[1] != checked[1].shape[0]:
        raise ValueError(f"{' and '.join(arrays)} must be matrices of shapes (n, k) and (k, m), got {shapes}")
    return checked


def scalars(**values: Reals) -> list[float]:
    """Return the arguments as floats, refusing arrays."""
    plain = [
        float(value)
        for value in values.values()
        if type(value) in (int, float, np.float64) and abs(value) < 1e300
    ]
    if len(plain) == len(values):  # as most are, which need no array
        return plain
    checked = _each(finite(**values), values, lambda array: array.ndim == 0, "be a single number")
    return [float(array) for array in checked]


def fraction(**values: Reals) -> list[float]:
    """Return the arguments as floats between 0 and 1."""
    return _each(scalars(**values), values, lambda value: 0 <= value <= 1, "be between 0 and 1")


def rate(**values: Reals) -> list[float]:
    """Return learning rates, which are positive."""
    return _each(scalars(**values), values, lambda value: value > 0, "be positive")


def count(least: int = 1, most: float = np.inf, **values: Any) -> list[int]:
    """Return whole numbers from `least` to `most`."""
    given = [*values.values()]
    _each(
        given, values, lambda v: type(v) is int or isinstance(v, np.integer), "be a whole number", TypeError
    )
    whole = [*map(int, given)]
    _each(whole, values, lambda value: value >= least, f"be at least {least}")
    return _each(whole, values, lambda value: value <= most, f"be at most {most}")


def texts(**values: Any) -> list[str]:
    """Return strings."""
    return _each([*values.values()], values, lambda value: isinstance(value, str), "be a string", TypeError)


def sequences(**values: Any) -> list[Sequence]:
    """Return lists and tuples."""
    given = [*values.values()]
    return _each(
        given, values, lambda value: isinstance(value, (list, tuple)), "be a list or a tuple", TypeError
    )


steps = functools.partial(count, least=0)
seed = functools.partial(count, least=0, most=2**32 - 1)


def network(**nets: Any) -> list[Any]:
    """Return networks as finite float arrays of their own, whose shapes belong together."""
    checked = []
    for name, net in nets.items():
        if getattr(net, "_fields", None) != ("W1", "b1", "W2", "b2"):
            raise TypeError(f"{name} must be a Network, got {type(net).__name__}")
        net = type(net)(*(array.copy() for array in finite(**net._asdict())))
        d = net.W1.shape[-1] if net.W1.ndim else 0
        for (part, array), shape in zip(net._asdict().items(), [(1, d), (1, d), (d, 1), (1, 1)]):
            that(array.shape == shape, f"{part} must have shape {shape} when d = {d}, got {array.shape}")
        checked.append(net)
    return checked


def networks(**groups: Any) -> list[list]:
    """Return sequences of networks of one hidden dimension as lists."""
    checked = []
    for name, nets in zip(groups, sequences(**groups)):
        checked.append([net for given in nets for net in network(**{name: given})])
        sizes = [net.W1.size for net in checked[-1]]
        that(len({*sizes}) == 1, f"{name} must be one or more networks of one hidden dimension, got {sizes}")
    return checked


def layers(v: Array, net: Any, layers: Any = None) -> list:
    """Return a batch, a network and, if it is given, what a forward pass has made of them."""
    if layers is None:
        return [v, net]
    if not isinstance(layers, tuple) or len(layers) != 3:
        raise TypeError(f"layers must be what forward returns, got {layers!r}")
    checked, shape = finite(Z1=layers[0], A1=layers[1], Z2=layers[2]), (len(v), net.W1.size)
    found = [array.shape for array in checked]
    rule = f"layers must be the forward pass of v, of shapes {shape} twice and (N, 1), got {found}"
    that(found == [shape, shape, (len(v), 1)], rule)
    return [v, net, tuple(checked)]


def no_overflow(losses: Array, start: str, rate: str) -> None:
    """Refuse a history of losses that overflows, by the rule for its start or that for its learning rate."""
    overflows = np.flatnonzero(~np.isfinite(losses))
    if overflows.size:
        raise ValueError(f"{rate}: the loss overflows at epoch {overflows[0]}" if overflows[0] else start)


def finite_training(trained: tuple, alpha: float, **given: Any) -> None:
    """Refuse a training whose loss overflows, of one network or of one of several."""
    name = "net" if "net" in given else "nets"
    for losses in np.atleast_2d(trained[-1]):
        start = f"{name} must start at a finite loss, got {losses[0]} for these samples"
        no_overflow(losses, start, f"alpha must be smaller, got {alpha}")


class Brief:
    """A context whose refusals begin with a name, and show nothing of their way through modules.

    Refusals are what is raised in the context itself, by this module, or by traitlets for an explorer.
    """

    def __init__(self, name: str):
        self.name = name

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or trace is None or _inside.get():
            return
        last = trace
        while last.tb_next:
            last = last.tb_next
        raised_by = last.tb_frame.f_globals["__name__"].partition(".")[0]
        if last is trace or raised_by in (__name__, "traitlets"):
            if not str(error).startswith(self.name):  # as Python does itself for a missing argument
                error.args = (f"{self.name}: {error}",)
            error.__traceback__ = None  # Python adds the frames that are yet to come: the reader's own


_inside = ContextVar("inside", default=False)


def takes(
    *own: tuple[Rule, str], result: Rule | None = None, **named: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that checks the arguments of a function when a reader calls it.

    `same_shape="x y_true, w b"` has x and y_true checked together by the check of that name, then w and b;
    `own` holds pairs of another rule and the names that it checks. What is None by default may stay None.
    While the function runs, the functions that it calls trust what they get, and numbers may overflow;
    `result` then judges what came out, given the arguments by name. Numbers come out as Python's own.

    >>> @takes(scalars="x")
    ... def double(x):
    ...     return 2 * x
    >>> double("3")
    Traceback (most recent call last):
    TypeError: double(): x must hold real numbers, got dtype <U1
    """
    rules = [(globals()[check], names.split()) for check, all in named.items() for names in all.split(",")]
    rules += [(rule, names.split()) for rule, names in own]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters
        places = [name for name, at in parameters.items() if at.kind is at.POSITIONAL_OR_KEYWORD]
        defaults = {name: at.default for name, at in parameters.items() if at.default is not at.empty}
        required = parameters.keys() - defaults
        needed = {name for name, at in parameters.items() if at.default is not None}

        def door(args: tuple, kwargs: dict[str, Any]) -> Any:
            if _inside.get():
                return function(*args, **kwargs)
            given = dict(zip(places, args)) | kwargs
            if len(given) < len(args) + len(kwargs) or not required <= given.keys() <= parameters.keys():
                return function(*args, **kwargs)  # Python says what is missing, or too much
            given = defaults | given
            before = _inside.set(True)
            try:
                for rule, names in rules:
                    there = {name: given[name] for name in names if given[name] is not None or name in needed}
                    if there:
                        given.update(zip(there, rule(**there)))
                with np.errstate(over="ignore", invalid="ignore"):
                    value = function(**given)  # type: ignore[call-arg]
                if result:
                    result(value, **given)
            finally:
                _inside.reset(before)
            return tuple(map(_plain, value)) if type(value) is tuple else _plain(value)  # type: ignore

        brief = Brief(f"{function.__name__}()")

        def checked(*args: P.args, **kwargs: P.kwargs) -> Any:
            with brief: return door(args, kwargs)  # fmt: skip  # noqa: E701  # tools see it on one line

        # for every tool it is where the function is
        names = "co_filename", "co_firstlineno", "co_name", "co_qualname"
        place = {name: getattr(inspect.unwrap(function).__code__, name) for name in names}
        code, cells = checked.__code__.replace(**place), checked.__closure__
        located = FunctionType(code, function.__globals__, function.__name__, None, cells)
        return functools.update_wrapper(located, function)  # type: ignore[return-value]

    return decorate


def _plain(value: Any) -> Any:
    """Return a number as Python's own, which prints as a number."""
    return float(value) if isinstance(value, np.floating) else value
