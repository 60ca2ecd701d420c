"""What the functions of this book refuse: a check returns what it was given, or names rule and value.

A check takes its arguments by name and returns them in a list, as float arrays or plain numbers.
"""

import functools
import inspect
from contextvars import ContextVar

import numpy as np


def finite(**arrays):
    """Return the arguments as float arrays, refusing what is empty, masked, NaN, infinite or no number.

    >>> finite(x=[1, 2])
    [array([1., 2.])]
    """
    checked = []
    for name, value in arrays.items():
        if np.ma.isMaskedArray(value):
            raise TypeError(f"{name} must not be masked, got {value!r}")
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


def same_shape(**arrays):
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


def _each(checked, names, holds, rule):
    """Return what is checked, refusing by its name what a rule does not hold for."""
    for name, value in zip(names, checked):
        if not holds(value):
            found = f"shape {value.shape}" if isinstance(value, np.ndarray) else value
            raise ValueError(f"{name} must {rule}, got {found}")
    return checked


def vectors(**arrays):
    """Return the arguments as finite vectors of one length."""
    return _each(same_shape(**arrays), arrays, lambda array: array.ndim == 1, "be a vector")


def columns(**arrays):
    """Return the arguments as finite columns of one shape (N, 1)."""
    checked = same_shape(**arrays)
    return _each(checked, arrays, lambda array: array.shape[1:] == (1,), "be a column of shape (N, 1)")


def series(**arrays):
    """Return the arguments as finite vectors of one length, or columns of one shape (N, 1)."""
    checked = same_shape(**arrays)
    return _each(checked, arrays, lambda a: a.ndim == 1 or a.shape[1:] == (1,), "be a vector or a column")


def path(**arrays):
    """Return the arguments as finite vectors of one length; numbers become vectors of length 1."""
    return vectors(**{name: np.atleast_1d(array) for name, array in zip(arrays, same_shape(**arrays))})


def points(**arrays):
    """Return the arguments as finite arrays of shape (n, 2), a point of the plane in every row."""
    return _each(finite(**arrays), arrays, lambda array: array.shape[1:] == (2,), "have shape (n, 2)")


def marked_points(**arrays):
    """Return points and, for each of them, a bool."""
    (_, X), (name, marks) = arrays.items()
    (X,), marks = points(X=X), np.asarray(marks)
    if marks.dtype != bool or marks.shape != X.shape[:1] or np.ma.isMaskedArray(arrays[name]):
        shape = f"{marks.dtype} of shape {marks.shape}"
        raise ValueError(f"{name} must be bool of shape {X.shape[:1]}, got {shape}")
    return [X, marks]


def factors(**arrays):
    """Return two matrices whose product exists."""
    checked = finite(**arrays)
    shapes = " and ".join(str(array.shape) for array in checked)
    if any(array.ndim != 2 for array in checked) or checked[0].shape[1] != checked[1].shape[0]:
        raise ValueError(f"{' and '.join(arrays)} must be matrices of shapes (n, k) and (k, m), got {shapes}")
    return checked


def scalars(**values):
    """Return the arguments as floats, refusing arrays."""
    checked = _each(finite(**values), values, lambda array: array.ndim == 0, "be a single number")
    return [float(array) for array in checked]


def fraction(**values):
    """Return the arguments as floats between 0 and 1."""
    return _each(scalars(**values), values, lambda value: 0 <= value <= 1, "be between 0 and 1")


def rate(**values):
    """Return learning rates, which are positive."""
    return _each(scalars(**values), values, lambda value: value > 0, "be positive")


def count(least=1, most=np.inf, **values):
    """Return whole numbers from `least` to `most`."""
    for name, value in values.items():
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
            raise TypeError(f"{name} must be a whole number, got {value!r}")
    _each(values.values(), values, lambda value: value >= least, f"be at least {least}")
    _each(values.values(), values, lambda value: value <= most, f"be at most {most}")
    return [int(value) for value in values.values()]


def texts(**values):
    """Return strings."""
    for name, value in values.items():
        if not isinstance(value, str):
            raise TypeError(f"{name} must be a string, got {value!r}")
    return [*values.values()]


def sequences(**values):
    """Return lists and tuples."""
    for name, value in values.items():
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"{name} must be a list or a tuple, got {value!r}")
    return [*values.values()]


steps = functools.partial(count, least=0)
seed = functools.partial(count, least=0, most=2**32 - 1)


def network(**nets):
    """Return networks as finite float arrays of their own, whose shapes belong together."""
    checked = []
    for name, net in nets.items():
        if getattr(net, "_fields", None) != ("W1", "b1", "W2", "b2"):
            raise TypeError(f"{name} must be a Network, got {type(net).__name__}")
        net = type(net)(*(array.copy() for array in finite(**net._asdict())))
        d = net.W1.shape[-1] if net.W1.ndim else 0
        for (part, array), shape in zip(net._asdict().items(), [(1, d), (1, d), (d, 1), (1, 1)]):
            if array.shape != shape:
                raise ValueError(f"{part} must have shape {shape} when d = {d}, got {array.shape}")
        checked.append(net)
    return checked


def networks(**groups):
    """Return sequences of networks of one hidden dimension as lists."""
    checked = []
    for name, nets in zip(groups, sequences(**groups)):
        checked.append([net for given in nets for net in network(**{name: given})])
        sizes = [net.W1.size for net in checked[-1]]
        if len(set(sizes)) != 1:
            raise ValueError(f"{name} must be one or more networks of one hidden dimension, got {sizes}")
    return checked


def layers(v, net, layers=None):
    """Return a batch, a network and, if it is given, what a forward pass has made of them."""
    if layers is None:
        return [v, net]
    if not isinstance(layers, tuple) or len(layers) != 3:
        raise TypeError(f"layers must be what forward returns, got {layers!r}")
    checked, shape = finite(Z1=layers[0], A1=layers[1], Z2=layers[2]), (len(v), net.W1.size)
    found = [array.shape for array in checked]
    if found != [shape, shape, (len(v), 1)]:
        raise ValueError(
            f"layers must be the forward pass of v, of shapes {shape} twice and (N, 1), got {found}"
        )
    return [v, net, tuple(checked)]


def no_overflow(losses, start, rate):
    """Refuse a history of losses that overflows, by the rule for its start or that for its learning rate."""
    overflows = np.flatnonzero(~np.isfinite(losses))
    if overflows.size:
        raise ValueError(f"{rate}: the loss overflows at epoch {overflows[0]}" if overflows[0] else start)


def finite_training(trained, alpha, **given):
    """Refuse a training whose loss overflows, of one network or of one of several."""
    name = "net" if "net" in given else "nets"
    for losses in np.atleast_2d(trained[-1]):
        start = f"{name} must start at a finite loss, got {losses[0]} for these samples"
        no_overflow(losses, start, f"alpha must be smaller, got {alpha}")


_inside = ContextVar("inside", default=False)


def door(function, *rules, result=None):
    """Return the function with its arguments checked, but only for callers from outside.

    A rule is a check and the names of what it checks together. What is None by default may stay
    None. While the function runs, the functions that it calls trust what they get, and numbers may
    overflow; `result` then judges what came out, given the arguments by name. Numbers come out as
    Python's own.
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args, **kwargs):
        if _inside.get():
            return function(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = bound.arguments
        for rule, names in rules:
            needed = {
                name: given[name]
                for name in names.split()
                if given[name] is not None or signature.parameters[name].default is not None
            }
            given |= zip(needed, rule(**needed)) if needed else {}
        before = _inside.set(True)
        try:
            with np.errstate(over="ignore", invalid="ignore"):
                value = function(*bound.args, **bound.kwargs)
        finally:
            _inside.reset(before)
        if result:
            result(value, **given)
        if type(value) is tuple:
            return tuple(map(_plain, value))
        return _plain(value)

    return checked


def _plain(value):
    """Return a number as Python's own, which prints as a number."""
    return float(value) if isinstance(value, np.floating) else value


def guard(namespace, takes, **results):
    """Put a door before functions of a module, given the rules of each, and judges of results, by name."""
    doors = {name: door(namespace[name], *rules, result=results.get(name)) for name, rules in takes.items()}
    namespace["__test__"] = {name: namespace[name] for name in takes}  # doctest passes over what is wrapped
    namespace.update(doors)
