"""What the public functions refuse, in words that name function, rule and value, and what they accept."""

import copy
import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.figure import Figure

import agml_algebra as alg
import agml_explorers as ex
import agml_figures as fig
import agml_helpers as ag

X, Y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 9.0])
V, T = X.reshape(-1, 1), Y.reshape(-1, 1)
POINTS, INSIDE = np.array([[0.0, 0.5], [1.0, 1.0], [-1.5, 0.0]]), np.array([True, False, False])
NET, SQUARE, CUBE = ag.init_network(2), np.ones((2, 2)), np.ones((1, 2, 2))

# what helps other functions to draw has its tests with these
BY_HAND = {"in_style", "labeled_axes", "axes_in_space", "level_colors", "tick_style"}
FUNCTIONS = {
    name: getattr(module, name)
    for module in (ag, alg, fig)
    for name in module.__all__
    if inspect.isfunction(getattr(module, name)) and name not in BY_HAND
}
FUNCTIONS |= {name: getattr(ex, name) for name in dir(ex) if hasattr(getattr(ex, name), "draw")}

# Bad values, with what the message says of them: the rule, and often what came.
NUMBERS = [
    (["1", "2", "3"], "hold real numbers, got dtype <U1"),
    (X > 1, "hold real numbers, got dtype bool"),
    ([0, -np.inf, np.nan], "be finite, got -inf"),
    ([], "not be empty, got shape (0,)"),
    ([1, [2, 3], 4], "have rows of one length, got [1, [2, 3], 4]"),
    (np.ma.masked_array(X, X > 1), "not be masked, got masked"),
]
SCALAR = [
    ("3", "hold real numbers, got dtype <U1"),
    (True, "hold real numbers, got dtype bool"),
    (-np.inf, "be finite, got -inf"),
    (np.zeros((1, 1)), "be a single number, got shape (1, 1)"),
]
RATE = [*SCALAR, (0, "be positive, got 0.0"), (-0.1, "be positive, got -0.1")]
WHOLE = [(value, f"be a whole number, got {value!r}") for value in (3.0, True)]
NETWORK = [
    (tuple(NET), "be a Network, got tuple"),
    (NET._replace(W1=1.0), "have shape (1, 0) when d = 0, got ()"),
    (NET._replace(W1=np.zeros(2)), "have shape (1, 2) when d = 2, got (2,)"),
    (NET._replace(b1=np.zeros((1, 3))), "have shape (1, 2) when d = 2, got (1, 3)"),
    (NET._replace(W2=np.zeros((1, 2))), "have shape (2, 1) when d = 2, got (1, 2)"),
    (NET._replace(W2=[[np.nan], [1]]), "be finite, got nan"),
    (NET._replace(b2=0.0), "have shape (1, 1) when d = 2, got ()"),
]
NETS = [
    ([NET, ag.init_network(3)], "be one or more networks of one hidden dimension, got [2, 3]"),
    ([], "be one or more networks of one hidden dimension, got []"),
    ([NET, None], "be a Network, got NoneType"),
    (3, "be a list or a tuple, got 3"),
]
MARKS = [([1, 0, 0], "got int64"), (INSIDE[:2], "got bool of"), (np.ma.masked_array(INSIDE), "got bool of")]
CURVES = [
    *((bad, "be a dict of 1 to 4 arrays, got ") for bad in ({}, [X], dict.fromkeys("abcde", X))),
    ({"one": [np.nan]}, "be finite, got nan"),
    ({"one": X[:2]}, "have the same shape, got (3,) and (2,)"),
]
PATHS = [
    ([POINTS, POINTS.T], "have shape (n, 2), got shape (2, 3)"),
    ([[np.nan]], "be finite, got nan"),
    (3, "be a list or a tuple, got 3"),
]
CONES = [
    *NUMBERS,
    *((bad, "be symmetric of shape (2, 2), got ") for bad in (X, [[1, 2], [3, 4]])),
    *((bad, "have a trace and a determinant other than 0") for bad in ([[1, 2], [2, 4]], [[1, 1], [1, -1]])),
]
LEVELS = [
    *((value, f"be a height and a label, got {value}") for value in (3.0, (1.0,))),
    *(((np.inf, "high"), "be finite, got inf"), ((1.0, 3), "be a string, got 3")),
]
Z1, A1, Z2 = ag.forward(V, NET)
LAYERS = [((A1, Z1, A1), "be the forward pass of v, of shapes "), ((Z1, A1), "be what ")]
ORDER = [*NUMBERS, ([0, 0], "hold each of 0 to 1 once, got "), (1, "be a vector, got ")]
PLANE = [*NUMBERS, *((bad, "have shape (n, 2), got shape ") for bad in (POINTS.T, CUBE))]
POLAR = Figure().add_subplot(projection="polar")
AXES = [*((bad, "be a Matplotlib Axes, got ") for bad in (3, plt)), (POLAR, "be Axes with the projection ")]

# Kinds of arguments: their names, a good value, and bad ones.
KINDS = {
    "numbers": ("x z", X, NUMBERS),
    "targets": ("y_pred y_true y_data y_initial y_final", Y, NUMBERS),
    "column": ("v", V, NUMBERS),
    "vector": ("w_history b_history at side", X, [*NUMBERS, (V, "")]),
    "factor": ("A B", SQUARE, [*NUMBERS, (X, "be matrices of shapes (n, k) and (k, m), got ")]),
    "points": ("X", POINTS, PLANE),
    "marks": ("inside", INSIDE, [(value, f"be bool of shape (3,), {came}") for value, came in MARKS]),
    "scalar": ("w b elev azim w1 w2 b1", 2.0, SCALAR),
    "nonzero": ("W1", 2.0, [*SCALAR, (0, "not be 0, got 0.0")]),
    "rate": ("alpha xx xy", 0.1, RATE),
    "fraction": ("height", 1.0, [*SCALAR, *((bad, f"be between 0 and 1, got {bad}") for bad in (-0.5, 1.5))]),
    "count": ("n d every", 3, [*WHOLE, (0, "be at least 1, got 0")]),
    "steps": ("epochs epoch", 3, [*WHOLE, (-1, "be at least ")]),
    "seed": ("seed", 42, [*WHOLE, (-1, "be at least 0, got -1"), (2**32, "be at most 4294967295, got ")]),
    "unit": ("unit", 0, [*WHOLE, (2, "be at most 1, got 2"), (-1, "be at least 0, got -1")]),
    "net": ("net", NET, NETWORK),
    "nets": ("nets", [NET, NET], NETS),
    "layers": ("layers", None, LAYERS),
    "moments": ("moments", alg.exact_moments(X, Y), [((1, 2, 3, 4, 5), "be Moments, got tuple")]),
    "order": ("order", [1, 0], ORDER),
    "curves": ("curves", {"one": Y, "two": X}, CURVES),
    "text": ("xlabel ylabel", "x", [(3, "be a string, got 3")]),
    "level": ("level", (1.0, "level"), LEVELS),
    "scale": ("yscale", "linear", [("logit", "be linear or log, got 'logit'")]),
    "paths": ("paths", [POINTS], PATHS),
    "grid": ("loss", (X - V) ** 2, [*NUMBERS, (np.ones((3, 2)), "have shape (3, 3), got shape (3, 2)")]),
    "levels": ("levels", [0.04, 0.01], [*NUMBERS, ([0.04, 0], "be positive, got 0.0")]),
    "pages": ("pages", {"A": ("first", (), (0, 0))}, [({}, "be a dict of at least one page, got {}")]),
    "runs": ("logged midway", np.ones((2, 3)), [*NUMBERS, (np.ones((3, 2)), "have the same shape, got ")]),
    "cone": ("matrix", [[1, 2], [2, 3]], CONES),
    "function": ("function", ag.f, [(3, "be a Python function with a docstring, got 3")]),
    "ax": ("ax", None, AXES),
}
KIND = {argument: kind for kind, (arguments, *_) in KINDS.items() for argument in arguments.split()}
ONE_SHAPE = {"numbers", "targets", "column", "vector"}
WRONG_TYPE = "hold real|not be masked|be a (whole|Net|list|string|height|Python|Matp)|be (what|Moments|Axes)"
FIT = dict.fromkeys(["x", "y_data", "y_true", "y_initial", "y_final"], SQUARE)

# What is wrong in one function alone, or in several arguments together.
MORE = [
    ("gradient_descent", {"w": 1e200}, "w and b must start at a finite loss, got 1e+200 and 2.0"),
    ("gradient_descent", {"alpha": 1e308}, "alpha must be below 2 / λmax = 0.418861, got 1e+308"),
    ("train_network", {"y_true": 1e200 * T}, "net must start at a finite loss, got inf"),
    ("train_network", {"alpha": 1e308, "y_true": T}, "alpha must be smaller, got 1e+308: the loss overflows"),
    ("snapshots", {"y_true": 1e200 * T}, "nets must start at a finite loss, got inf"),
    ("snapshots", {"epochs": 0}, "epochs must be at least 1, got 0"),
    ("plot_fit", FIT, "x must be a vector or a column, got shape (2, 2)"),
    ("product", {"B": V}, "A and B must be matrices of shapes (n, k) and (k, m), got (2, 2) and (3, 1)"),
    ("backward", {"v": X, "y_true": Y}, "v must be a column of shape (N, 1), got shape (3,)"),
    ("forward", {"v": POINTS}, "v must be a column of shape (N, 1), got shape (3, 2)"),
    ("backward", {"layers": (np.nan * Z1, A1, Z2)}, "Z1 must be finite, got nan"),
    ("backward", {"layers": (Z1, np.nan * A1, Z2)}, "A1 must be finite, got nan"),
    ("backward", {"layers": (Z1, A1, np.nan * Z2)}, "Z2 must be finite, got nan"),
    ("plot_gradient_field", {"w": V, "b": V}, "w must be a vector or a number, got shape (3, 1)"),
    ("plot_loss_surface", {"w_history": 1, "b_history": 2}, "w_history must be a vector, got shape ()"),
    ("plot_ellipses", {"w": V, "b": V}, "w must be a vector, got shape (3, 1)"),
    ("plot_sigmoid", {"z": V}, "z must be a vector, got shape (3, 1)"),
    ("exact_moments", {"x": V, "y_true": T}, "x must be a vector, got shape (3, 1)"),
    ("plot_projection", {"x": V, "y_true": T}, "x must be a vector, got shape (3, 1)"),
    ("Surface", {"x": V, "y_data": T}, "x must be a vector, got shape (3, 1)"),
    ("Training", {"x": V, "y_data": T}, "x must be a vector, got shape (3, 1)"),
    ("exact_minimizer", {"moments": alg.exact_moments([3, 3], [1, 2])}, "x must have two different values"),
    ("descent_in_closed_form", {"x": [5, 5, 5]}, "x must have two different values, got x = 5.0"),
    ("plot_projection", {"y_true": 2 * X}, "y_true must not lie on one line with x, got "),
    ("orbit", {"net": ag.init_network(5)}, "have at most 4 neurons, got 5: its orbit would have 3,840"),
    ("plot_orbit", {"nets": [ag.init_network(3)]}, "nets must have hidden dimension 2, got 3"),
    ("plot_log", {"at": [1, 2]}, "logged and midway must have shape (runs, 2), got shape (2, 3)"),
    ("plot_curves", {"yscale": "log"}, "yscale must be linear unless all values are positive, got 0.0"),
    ("Line", {"x": [1, 1, 1]}, "x must hold two different numbers, got 1.0 alone"),
    ("Descent", {"alpha": 1}, "alpha must be between 1e-05 and 0.1, got 1.0"),
    ("TwoWeights", {"w1": 6}, "w1 must be between -2.6 and 2.6, got 6.0"),
]


def arguments_of(name):
    """Return the names of a function's arguments, each with its kind."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    kinds = {argument: KIND[argument] for argument in parameters}
    for argument, parameter in parameters.items():
        if kinds[argument] == "targets" and "v" in parameters:
            kinds[argument] = "column"
        if kinds[argument] == "scalar" and parameter.annotation == "Reals":
            kinds[argument] = "numbers"
    return kinds


def call(name, changed):
    """Call a function with good arguments, of which some are changed."""
    return FUNCTIONS[name](**{key: KINDS[kind][1] for key, kind in arguments_of(name).items()} | changed)


def refusal(name, changed, said):
    """Return the words that a call is refused with, after the function's name; it leaves no empty figure."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call(name, changed)
    assert not plt.get_fignums()
    expected = TypeError if re.match(WRONG_TYPE, said) else ValueError  # none of NumPy's own
    assert type(caught.value) is expected and str(caught.value).startswith(f"{name}(): "), caught.value
    return str(caught.value).removeprefix(f"{name}(): ")


@pytest.mark.parametrize("name, argument", [(name, at) for name in FUNCTIONS for at in arguments_of(name)])
def test_every_bad_value_is_refused_by_name(name, argument):
    kinds = arguments_of(name)
    _, good, bad = KINDS[kinds[argument]]
    if kinds[argument] in ONE_SHAPE and sum(kind in ONE_SHAPE for kind in kinds.values()) > 1:
        bad = [*bad, (good[:2], "have the same shape, got "), (2.0, "have the same shape, got ")]
    for value, said in bad:
        found = refusal(name, {argument: value}, said)
        assert f"must {said}" in found and re.search(rf"\b{argument}\b|^[Wb][12]\b", found), (value, found)
    if inspect.signature(FUNCTIONS[name]).parameters[argument].default is not None:
        with pytest.raises((TypeError, ValueError)):
            call(name, {argument: None})


@pytest.mark.parametrize("name, changed, said", MORE)
def test_what_is_wrong_together_is_refused(name, changed, said):
    assert said in refusal(name, changed, said.partition(" must ")[2])


def arrays_of(value):
    """Return the arrays in a result or an argument."""
    if isinstance(value, np.ndarray):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [array for part in parts for array in arrays_of(part)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_good_arguments_are_taken_not_modified_nor_part_of_the_result(name):
    arguments = copy.deepcopy({key: KINDS[kind][1] for key, kind in arguments_of(name).items()})
    before = copy.deepcopy(arguments)
    result = call(name, arguments)
    for array, old in zip(arrays_of(arguments), arrays_of(before), strict=True):
        assert np.array_equal(array, old)
        assert not any(np.shares_memory(array, made) for made in arrays_of(result))


def test_the_bound_for_the_rate_is_sharp():
    bound = 0.418861  # as the message above names it
    assert bound == pytest.approx(2 / np.linalg.eigvalsh(ag.loss_hessian(X)).max(), rel=1e-5)
    assert ag.gradient_descent(X, Y, 0, 0, 0.99 * bound, 10_000)[2][-1] < 1
    with pytest.raises(ValueError, match="overflows"):
        ag.gradient_descent(X, Y, 0, 0, 1.1 * bound, 10_000)


@pytest.mark.parametrize(
    "run", [lambda n: ag.gradient_descent(X, Y, 0, 0, 10.0, n), lambda n: ag.train_network(V, T, NET, 1e5, n)]
)
def test_the_epoch_of_the_overflow_is_the_first(run):
    epoch = int(str(pytest.raises(ValueError, run, 10_000).value).split()[-1])
    assert np.isfinite(run(epoch - 1)[-1]).all()
    with pytest.raises(ValueError, match=f"epoch {epoch}$"):
        run(epoch)


ONE = ag.Network([[1]], [[0]], [[2]], [[0]])  # ints in lists, d = 1
ACCEPTED = [
    (lambda: ag.f(np.array([20], np.uint8)), [441]),  # as bytes they would overflow
    (lambda: ag.make_data(1)[:2], [[0], [1]]),
    (lambda: ag.make_data(np.int64(3), np.int32(0))[0], [0, 5, 10]),
    (lambda: ag.make_data(2, seed=2**32 - 1)[1], [1, 121]),
    (lambda: ag.linear_model([[0, 1]], np.array(3), np.float32(1)), [[1, 4]]),
    (lambda: ag.mse_loss([[1], [2]], ((1,), (4,))), 2),
    (lambda: ag.moments([2, 2], [1, 3]), [2, 2, 0, 0, 1]),
    (lambda: ag.loss_surface([2], [1], 1, 0), 1),
    (lambda: ag.gradient_descent([2], [1], 1, 0, 1, 0), [[1], [0], [1]]),
    (lambda: ag.sigmoid([0, -800, 800]), [0.5, 0, 1]),
    (lambda: ag.sigmoid_derivative([[0, -800, 800]]), [[0.25, 0, 0]]),
    (lambda: ag.init_network(1, seed=0).W1, [[0.017640523459676642]]),
    (lambda: ag.forward([[0]], ONE), [[[0]], [[0.5]], [[1]]]),
    (lambda: ag.train_network([[0]], [[0]], ONE, 1, 0)[0], ONE),
    (lambda: ag.make_circle(1)[1], [False]),
    (lambda: alg.snapshots([[0]], [[0]], [ONE], 0.1, np.uint8(255), 255)[0], [0, 255]),
]


@pytest.mark.parametrize("result, expected", ACCEPTED)
def test_accepts(result, expected):
    result = result()
    assert np.shape(result) == np.shape(expected)
    assert np.asarray(result) == pytest.approx(np.asarray(expected))
    assert "np.float64" not in repr(result)  # a number is Python's own


def test_plots_accept_one_sample_and_columns():
    for ax in (
        ag.plot_fit([1], [2], [4]),
        ag.plot_fit([[1], [2]], [[1], [2]]),
        ag.plot_gradient_field([1], [2], 3, -4),
        ag.plot_loss_surface([1], [2], [3], [-4]),
        ag.plot_circle([[0, 0]], [True]),
        ag.plot_lifted_circle([[1, 1]], [False], height=0),
        ag.plot_sigmoid([0]),
    ):
        ax.figure.canvas.draw()
