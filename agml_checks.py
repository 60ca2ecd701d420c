"""What the functions of this book refuse: a check returns what it was given, or names rule and value.

A check takes its arguments by name and returns them in a list, as float arrays or plain numbers. The
decorator `takes` says which checks a function has.
"""

from __future__ import annotations

import inspect
import math
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import partial, update_wrapper
from types import TracebackType
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

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


def _each(first: Any, holds: Rule, rule: str, error: type[Exception] = ValueError, /, **values: Any) -> list:
    """Return what the check `first` makes of the arguments, if one more rule holds for each of them."""
    checked = first(**values) if first else [*values.values()]
    for name, value in zip(values, checked):
        if not holds(value):
            found = f"shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
            raise error(f"{name} must {rule}, got {found}")
    return checked


def scalars(**values: Reals) -> list[float]:
    """Return the arguments as floats, refusing arrays."""
    return [*map(float, _each(finite, lambda array: array.ndim == 0, "be a single number", **values))]


def count(least: int = 1, most: float = np.inf, **values: Any) -> list[int]:
    """Return whole numbers from `least` to `most`."""
    for name, value in values.items():
        whole = type(value) is int or isinstance(value, np.integer)
        that(whole, f"{name} must be a whole number, got {value!r}", TypeError)
        that(value >= least, f"{name} must be at least {least}, got {value}")
        that(value <= most, f"{name} must be at most {most}, got {value}")
    return [*map(int, values.values())]


# Checks that ask for one thing more than another does

vectors = partial(_each, same_shape, lambda a: a.ndim == 1, "be a vector")
columns = partial(_each, same_shape, lambda a: a.shape[1:] == (1,), "be a column of shape (N, 1)")
series = partial(_each, same_shape, lambda a: a.ndim == 1 or a.shape[1:] == (1,), "be a vector or a column")
path = partial(_each, same_shape, lambda a: a.ndim < 2, "be a vector or a number")
points = partial(_each, finite, lambda a: a.shape[1:] == (2,), "have shape (n, 2)")
fraction = partial(_each, scalars, lambda number: 0 <= number <= 1, "be between 0 and 1")
rate = partial(_each, scalars, lambda number: number > 0, "be positive")
nonzero = partial(_each, scalars, lambda number: number != 0, "not be 0")
texts = partial(_each, None, lambda value: isinstance(value, str), "be a string", TypeError)
sequences = partial(_each, None, lambda v: isinstance(v, (list, tuple)), "be a list or a tuple", TypeError)
steps = partial(count, least=0)
seed = partial(count, least=0, most=2**32 - 1)


# Checks of arguments that belong together


def marked_points(X: Reals, inside: Any) -> list[NDArray]:
    """Return points and, for each of them, a bool."""
    (X,), marks = points(X=X), np.asarray(inside)
    fits = marks.dtype == bool and marks.shape == X.shape[:1] and not np.ma.isMaskedArray(inside)
    that(fits, f"inside must be bool of shape {X.shape[:1]}, got {marks.dtype} of shape {marks.shape}")
    return [X, marks]


def factors(A: Reals, B: Reals) -> list[Array]:
    """Return two matrices whose product exists."""
    A, B = finite(A=A, B=B)
    fit = A.ndim == B.ndim == 2 and A.shape[1] == B.shape[0]
    that(fit, f"A and B must be matrices of shapes (n, k) and (k, m), got {A.shape} and {B.shape}")
    return [A, B]


def network(**named: Any) -> list:
    """Return a network as finite float arrays of its own, whose shapes belong together."""
    ((name, net),) = named.items()
    known = getattr(net, "_fields", None) == ("W1", "b1", "W2", "b2")
    that(known, f"{name} must be a Network, got {type(net).__name__}", TypeError)
    net = type(net)(*(array.copy() for array in finite(**net._asdict())))
    d = net.W1.shape[-1] if net.W1.ndim else 0
    for (part, array), shape in zip(net._asdict().items(), [(1, d), (1, d), (d, 1), (1, 1)]):
        that(array.shape == shape, f"{part} must have shape {shape} when d = {d}, got {array.shape}")
    return [net]


def networks(nets: Any) -> list[list]:
    """Return a sequence of networks of one hidden dimension as a list."""
    checked = [net for given in sequences(nets=nets)[0] for net in network(nets=given)]
    sizes = [net.W1.size for net in checked]
    that(len({*sizes}) == 1, f"nets must be one or more networks of one hidden dimension, got {sizes}")
    return [checked]


def layers(v: Array, net: Any, layers: Any = None) -> list:
    """Return a batch, a network and, if it is given, what a forward pass has made of them."""
    if layers is not None:
        triple = isinstance(layers, tuple) and len(layers) == 3
        that(triple, f"layers must be what forward returns, got {layers!r}", TypeError)
        layers = tuple(finite(Z1=layers[0], A1=layers[1], Z2=layers[2]))
        found, shape = [array.shape for array in layers], (len(v), net.W1.size)
        rule = f"layers must be the forward pass of v, of shapes {shape} twice and (N, 1), got {found}"
        that(found == [shape, shape, (len(v), 1)], rule)
    return [v, net, layers]


# What is judged when it has been computed


def no_overflow(losses: Array, start: str, rate: str) -> None:
    """Refuse a history of losses that overflows, by the rule for its start or that for its learning rate."""
    overflows = np.flatnonzero(~np.isfinite(losses))
    if overflows.size:
        raise ValueError(f"{rate}: the loss overflows at epoch {overflows[0]}" if overflows[0] else start)


def finite_training(trained: tuple, alpha: float, **given: Any) -> None:
    """Refuse training whose loss overflows, of one network or of one of several."""
    name = "net" if "net" in given else "nets"
    for losses in np.atleast_2d(trained[-1]):
        start = f"{name} must start at a finite loss, got {losses[0]} for these samples"
        no_overflow(losses, start, f"alpha must be smaller, got {alpha}")


# The way of a refusal to the reader


class Brief(AbstractContextManager):
    """A context whose refusals begin with a name, and show nothing of their way through modules.

    Refusals are what is raised in the context itself, by this module, or by traitlets for an explorer.
    """

    def __init__(self, name: str):
        self.name = name

    def __exit__(self, kind: object, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None or _inside.get():
            return
        frames = [frame.f_globals["__name__"] for frame, _ in traceback.walk_tb(trace)]
        if len(frames) == 1 or frames[-1].partition(".")[0] in (__name__, "traitlets"):
            if not str(error).startswith(self.name.rstrip("()")):  # as Python's own do for a missing argument
                error.args = (f"{self.name}: {error}",)
            error.__traceback__ = None  # Python adds the frames that are yet to come: the reader's own


_inside = ContextVar("inside", default=False)


def takes(
    *own: tuple[Rule, str], result: Rule | None = None, **named: str
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that checks the arguments of a function when a reader calls it.

    `same_shape="x y_true, w b"` has x and y_true checked together by the check of that name, then w and b;
    `own` holds pairs of another rule, which need not return anything, and the names that it checks. What is
    None by default may stay None.
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
                        given.update(zip(there, rule(**there) or there.values()))
                with np.errstate(over="ignore", invalid="ignore"):
                    value = function(**given)  # type: ignore[call-arg]
                if result:
                    result(value, **given)
            finally:
                _inside.reset(before)
            return tuple(map(_plain, value)) if type(value) is tuple else _plain(value)  # type: ignore

        brief = Brief(f"{function.__qualname__.removesuffix('.__init__')}()")

        def checked(*args: P.args, **kwargs: P.kwargs) -> Any:
            with brief: return door(args, kwargs)  # fmt: skip  # noqa: E701  # tools see it on one line

        # for every tool it is where the function is
        names = "co_filename", "co_firstlineno", "co_name", "co_qualname"
        place = {name: getattr(inspect.unwrap(function).__code__, name) for name in names}
        checked.__code__ = checked.__code__.replace(**place)
        return update_wrapper(checked, function)  # type: ignore[return-value]

    return decorate


def _plain(value: Any) -> Any:
    """Return a number as Python's own, which prints as a number."""
    return float(value) if isinstance(value, np.floating) else value
