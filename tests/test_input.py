"""What the public functions refuse, in words that name function, rule and value, and what they accept."""

import copy
import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

import agml_algebra as alg
import agml_explorers as ex
import agml_figures as fig
import agml_helpers as ag

X, Y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 9.0])
V, T = X.reshape(-1, 1), Y.reshape(-1, 1)
POINTS, INSIDE = np.array([[0.0, 0.5], [1.0, 1.0], [-1.5, 0.0]]), np.array([True, False, False])
NET, SQUARE, CUBE = ag.init_network(2), np.ones((2, 2)), np.ones((1, 2, 2))
MASKED = np.ma.masked_array(X, [False, True, False])

# What every function takes, in the order of its arguments: kinds, which are described below.
KINDS = {
    "f": "numbers",
    "make_data": "count seed",
    "linear_model": "numbers scalar scalar",
    "mse_loss": "partner partner",
    "compute_gradients": "partner partner scalar scalar",
    "moments": "partner partner",
    "loss_surface": "partner partner partner partner",
    "gradient_field": "partner partner partner partner",
    "loss_hessian": "numbers",
    "gradient_descent": "partner partner scalar scalar rate steps",
    "sigmoid": "numbers",
    "sigmoid_derivative": "numbers",
    "init_network": "count seed",
    "product": "matrix matrix",
    "forward": "column net",
    "backward": "column column net layers",
    "train_network": "column column net rate steps",
    "make_circle": "count seed",
    "lift": "points",
    "plot_fit": "series series series? series? series? ax",
    "plot_gradient_field": "partner partner vector vector ax",
    "plot_loss_surface": "partner partner vector vector scalar scalar ax3d",
    "plot_circle": "points marks ax",
    "plot_lifted_circle": "points marks fraction scalar scalar ax3d",
    "plot_sigmoid": "vector ax",
    "listing": "function",
    "exact_moments": "vector vector",
    "exact_minimizer": "moments",
    "minimizer": "partner partner",
    "descent_in_closed_form": "partner partner scalar scalar rate steps",
    "jacobian": "column net",
    "network_hessian": "column column net",
    "snapshots": "column column nets rate count count",
    "permute": "net order",
    "flip": "net unit",
    "orbit": "net",
    "plot_curves": "vector curves text text level? scale scale ax",
    "plot_log": "vector runs runs level? ax",
    "plot_projection": "vector targets scalar scalar ax3d",
    "plot_ellipses": "partner partner vector vector ax",
    "plot_hyperbola": "positive positive paths ax",
    "plot_orbit": "nets ax",
    "plot_cone": "cone ax3d",
    "plot_fiber": "nonzero scalar ax3d",
    "plot_border": "ax",
    "plot_room": "vector grid levels ax",
    "plot_blow_up": "ax3d",
    "plot_pages": "pages ax",
    "Line": "vector vector scalar scalar",
    "Descent": "vector vector scalar scalar rate steps",
    "Surface": "vector vector scalar scalar rate steps scalar scalar",
    "Lift": "points marks fraction scalar scalar",
    "Neuron": "scalar scalar",
    "Training": "vector vector count seed rate steps",
    "TwoWeights": "rate rate scalar scalar rate steps",
}
BY_HAND = {"in_style", "labeled_axes", "axes_in_space", "level_colors", "tick_style"}


def public():
    """Return all public functions, and the explorers, of all modules but that of the checks, by name."""
    found = {}
    for module in (ag, alg, ex, fig):
        for name in dir(module):
            thing = getattr(module, name)
            explorer = inspect.isclass(thing) and issubclass(thing, ex.Explorer) and thing is not ex.Explorer
            here = getattr(thing, "__module__", "") == module.__name__ and name not in BY_HAND
            if here and name[0] != "_" and (inspect.isfunction(thing) or explorer):
                found[name] = thing
    return found


FUNCTIONS = public()

# Of each kind a good value, and bad ones with what the message says of them: the rule, and often what came.
NUMBERS = [
    (["1", "2", "3"], "hold real numbers, got dtype <U1"),
    (1j * X, "hold real numbers, got dtype complex128"),
    (X > 1, "hold real numbers, got dtype bool"),
    (X.astype(object), "hold real numbers, got dtype object"),
    ([0, np.nan, 2], "be finite, got nan"),
    ([0, -np.inf, np.inf], "be finite, got -inf"),
    ([], "not be empty, got shape (0,)"),
    ([1, [2, 3], 4], "have rows of one length, got [1, [2, 3], 4]"),
    (MASKED, "not be masked, got masked"),
]
SCALAR = [
    ("3", "hold real numbers, got dtype <U1"),
    (True, "hold real numbers, got dtype bool"),
    (None, "hold real numbers, got dtype object"),
    (np.nan, "be finite, got nan"),
    (-np.inf, "be finite, got -inf"),
    ([1.0, 2.0], "be a single number, got shape (2,)"),
    (np.zeros((1, 1)), "be a single number, got shape (1, 1)"),
]
WHOLE = [(value, f"be a whole number, got {value!r}") for value in (2.5, 3.0, True, "3", None, [3])]
NETWORK = [
    *((value, f"be a Network, got {type(value).__name__}") for value in (tuple(NET), NET._asdict(), None)),
    (NET._replace(W1=np.zeros((2, 1))), "have shape (1, 1) when d = 1, got (2, 1)"),
    (NET._replace(W1=np.zeros(2)), "have shape (1, 2) when d = 2, got (2,)"),
    (NET._replace(W1=1.0), "have shape (1, 0) when d = 0, got ()"),
    (NET._replace(b1=np.zeros((1, 3))), "have shape (1, 2) when d = 2, got (1, 3)"),
    (NET._replace(W2=np.zeros((1, 2))), "have shape (2, 1) when d = 2, got (1, 2)"),
    (NET._replace(W2=[[np.nan], [1]]), "be finite, got nan"),
    (NET._replace(b2=0.0), "have shape (1, 1) when d = 2, got ()"),
    (NET._replace(b2=None), "hold real numbers, got dtype object"),
]
NETS = [
    *(
        (nets, "be one or more networks of one hidden dimension, got ")
        for nets in ([], [NET, ag.init_network(3)])
    ),
    ([NET, None], "be a Network, got NoneType"),
    (3, "be a list or a tuple, got 3"),
]
CURVES = [
    *((bad, "be a dict of 1 to 4 arrays, got ") for bad in ({}, [X], dict.fromkeys("abcde", X))),
    *(({"one": value}, said) for value, said in NUMBERS),
    ({"one": X[:2]}, "have the same shape, got (3,) and (2,)"),
]
PATHS = [
    *(([bad], f"have shape (n, 2), got shape {bad.shape}") for bad in (X, POINTS.T)),
    *(([value], said) for value, said in NUMBERS),
    (3, "be a list or a tuple, got 3"),
]
PAGES = [
    ({}, "be a dict of at least one page, got {}"),
    ({"A": ("first", ["B"], (0, 0))}, "hold what A builds on, got ['B']"),
    ({"A": 3}, "give A a name, sources and a place, got 3"),
]
CONES = [
    *NUMBERS,
    *((bad, "be symmetric of shape (2, 2), got ") for bad in (X, [[1, 2], [3, 4]])),
    *((bad, "have a trace and a determinant other than 0") for bad in ([[1, 2], [2, 4]], [[1, 1], [1, -1]])),
]
ORDERS = [
    *((bad, f"hold each of 0 to 1 once, got {bad}") for bad in ([0.0, 0.0], [0.0, 1.0, 2.0])),
    (1, "be a vector, got shape ()"),
]
LEVELS = [
    *((value, f"be a height and a label, got {value}") for value in (3.0, (1.0,))),
    *(((np.inf, "high"), "be finite, got inf"), ((1.0, 3), "be a string, got 3")),
]
SHORT = ag.forward(V[:2], NET)
MARKS = [[1, 0, 0], ["yes"] * 3, None, INSIDE[:2], INSIDE[:, None], np.ma.masked_array(INSIDE, INSIDE)]
AX = [(value, "be a Matplotlib Axes, got ") for value in (3, "left", plt)]
GOOD_AND_BAD = {
    "numbers": (X, NUMBERS),
    "partner": (X, NUMBERS),
    "vector": (X, [*NUMBERS, (V, ""), (SQUARE, "")]),
    "series": (X, [*NUMBERS, (SQUARE, "have the same shape, got ")]),
    "column": (V, [*NUMBERS, (np.ones((3, 2)), ""), (1.0, "")]),
    "matrix": (
        SQUARE,
        [*NUMBERS, (X, "be matrices of shapes (n, k) and (k, m), got "), (V, "be matrices of ")],
    ),
    "points": (POINTS, [*NUMBERS, *((bad, "have shape (n, 2), got shape ") for bad in (POINTS.T, X, CUBE))]),
    "marks": (INSIDE, [(value, "be bool of shape (3,), got ") for value in MARKS]),
    "scalar": (2.0, SCALAR),
    "rate": (0.1, [*SCALAR, (0, "be positive, got 0.0"), (-0.1, "be positive, got -0.1")]),
    "positive": (2.0, [*SCALAR, (0, "be positive, got 0.0"), (-3, "be positive, got -3.0")]),
    "fraction": (1.0, [*SCALAR, *((value, f"be between 0 and 1, got {value}") for value in (-0.5, 1.5))]),
    "count": (3, [*WHOLE, (0, "be at least 1, got 0"), (-3, "be at least 1, got -3")]),
    "steps": (3, [*WHOLE, (-1, "be at least 0, got -1")]),
    "seed": (42, [*WHOLE, (-1, "be at least 0, got -1"), (2**32, "be at most 4294967295, got 4294967296")]),
    "unit": (0, [*WHOLE, (2, "be at most 1, got 2"), (-1, "be at least 0, got -1")]),
    "net": (NET, NETWORK),
    "nets": ([NET, NET], NETS),
    "layers": (
        None,
        [(SHORT, "be the forward pass of v, of shapes (3, 2) "), ((NET.W1, V), "be what forward returns")],
    ),
    "moments": (
        alg.exact_moments(X, Y),
        [((1, 2, 3, 4, 5), "be Moments, got tuple"), (None, "be Moments, got ")],
    ),
    "order": ([1, 0], [*NUMBERS, *ORDERS]),
    "curves": ({"one": Y, "two": X}, CURVES),
    "text": ("x", [(value, f"be a string, got {value}") for value in (None, 3)]),
    "level": ((1.0, "level"), LEVELS),
    "scale": ("linear", [("logit", "be linear or log, got 'logit'")]),
    "paths": ([POINTS], PATHS),
    "grid": ((X - V) ** 2, [*NUMBERS, (np.ones((3, 2)), "have shape (3, 3), got shape (3, 2)")]),
    "levels": ([0.04, 0.01], [*NUMBERS, ([0.04, 0], "be positive, got 0.0")]),
    "pages": ({"A": ("first", (), (0, 0)), "B": ("second", ["A"], (1, 0))}, PAGES),
    "runs": (np.ones((2, 3)), [*NUMBERS, (np.ones((3, 2)), "have the same shape, got ")]),
    "targets": (Y, [*NUMBERS, (2 * X, "not lie on one line with x, got ")]),
    "cone": ([[1, 2], [2, 3]], CONES),
    "nonzero": (2.0, [*SCALAR, (0, "not be 0, got 0.0")]),
    "function": (ag.f, [(3, "be a Python function with a docstring, got 3")]),
    "ax": (None, AX),
    "ax3d": (None, AX),
}
WRONG_TYPE = "hold real|not be masked|be a (whole|Net|list|string|height|Python|Matp)|be (what|Moments)|give "
# where several arguments of a kind are one in shape
OTHER_SHAPES = {"partner": [V, X[:2], 3.0], "vector": [V, X[:2]], "series": [V, X[:2]], "column": [X, V[:2]]}
FIT = dict.fromkeys(["x", "y_data", "y_true", "y_initial", "y_final"], SQUARE)
LAYERS = [
    [layer * bad for layer, bad in zip(ag.forward(V, NET), np.where(at, np.nan, 1))] for at in np.eye(3)
]

# What is wrong in one function alone, or in several arguments together.
MORE = [
    ("mse_loss", {"y_true": X[:2]}, "y_pred and y_true must have the same shape, got (3,) and (2,)"),
    ("gradient_descent", {"w": 1e200}, "w and b must start at a finite loss, got 1e+200 and 2.0"),
    (
        "gradient_descent",
        {"alpha": 1e308},
        "alpha must be below 2 / λmax = 0.418861, got 1e+308: the loss ov",
    ),
    ("train_network", {"y_true": 1e200 * T}, "net must start at a finite loss, got inf"),
    ("train_network", {"alpha": 1e308, "y_true": T}, "alpha must be smaller, got 1e+308: the loss overflows"),
    ("snapshots", {"y_true": 1e200 * T}, "nets must start at a finite loss, got inf"),
    ("snapshots", {"alpha": 1e308, "y_true": T}, "alpha must be smaller, got 1e+308: the loss overflows"),
    ("plot_fit", FIT, "x must be a vector or a column, got shape (2, 2)"),
    ("plot_gradient_field", {"w": V, "b": V}, "w must be a vector, got shape (3, 1)"),
    ("plot_loss_surface", {"w_history": 1, "b_history": 2}, "w_history must be a vector, got shape ()"),
    (
        "product",
        {"A": V, "B": V},
        "A and B must be matrices of shapes (n, k) and (k, m), got (3, 1) and (3, 1)",
    ),
    *(
        ("backward", {"layers": (*bad,)}, f"{name} must be finite")
        for name, bad in zip(("Z1", "A1", "Z2"), LAYERS)
    ),
    ("backward", {"v": X, "y_true": Y}, "v must be a column of shape (N, 1), got shape (3,)"),
    (
        "train_network",
        {"v": POINTS, "y_true": POINTS},
        "v must be a column of shape (N, 1), got shape (3, 2)",
    ),
    ("exact_minimizer", {"moments": alg.exact_moments([3, 3], [1, 2])}, "x must have two different values"),
    ("minimizer", {"x": [5, 5, 5]}, "x must have two different values, got x = 5.0 in every sample"),
    ("descent_in_closed_form", {"x": [5, 5, 5]}, "x must have two different values, got x = 5.0"),
    ("plot_ellipses", {"x": [1, 1, 1]}, "x must have two different values, got x = 1.0"),
    ("plot_projection", {"x": [1, 1, 1]}, "x must have two different values, got x = 1.0"),
    ("plot_projection", {"x": V, "y_true": T}, "x must be a vector, got shape (3, 1)"),
    (
        "orbit",
        {"net": ag.init_network(5)},
        "net must have at most 4 neurons, got 5: its orbit would have 3,840 ",
    ),
    ("plot_orbit", {"nets": [ag.init_network(3)]}, "nets must have hidden dimension 2, got 3"),
    ("plot_log", {"at": [1, 2]}, "logged and midway must have shape (runs, 2), got shape (2, 3)"),
    ("plot_curves", {"xscale": "log"}, "xscale must be linear unless all values are positive, got 0.0"),
    ("plot_curves", {"yscale": "log"}, "yscale must be linear unless all values are positive, got 0.0"),
    ("Line", {"x": [1, 1, 1]}, "x must hold two different numbers, got 1.0 alone"),
    ("Descent", {"alpha": 1}, "alpha must be between 1e-05 and 0.1, got 1.0"),
    ("Surface", {"elev": 91}, "elev must be between 0 and 90, got 91.0"),
    ("Surface", {"x": V, "y_data": V}, "x must be a vector, got shape (3, 1)"),
    ("TwoWeights", {"w1": 6}, "w1 must be between -2.6 and 2.6, got 6.0"),
]


def arguments_of(name):
    """Return the names of a function's arguments, each with its kind and whether it may be None."""
    parameters = inspect.signature(FUNCTIONS[name]).parameters
    return {
        key: (kind.rstrip("?"), kind[-1] == "?")
        for key, kind in zip(parameters, KINDS[name].split(), strict=True)
    }


def call(name, changed):
    """Call a function with good arguments, of which some are changed."""
    return FUNCTIONS[name](
        **{key: GOOD_AND_BAD[kind][0] for key, (kind, _) in arguments_of(name).items()} | changed
    )


def refusal(name, changed, said):
    """Return what a call is refused with, which names the function; no empty figure is left behind."""
    with pytest.raises((TypeError, ValueError)) as caught:
        call(name, changed)
    assert not plt.get_fignums()
    assert type(caught.value) is (
        TypeError if re.match(WRONG_TYPE, said) else ValueError
    )  # none of NumPy's own
    explorer = inspect.isclass(FUNCTIONS[name])
    assert explorer or str(caught.value).startswith(f"{name}(): "), caught.value
    return str(caught.value).removeprefix(f"{name}(): ")


def test_the_table_has_every_public_function_and_argument():
    assert KINDS.keys() == FUNCTIONS.keys()
    assert all(
        len(inspect.signature(FUNCTIONS[name]).parameters) == len(KINDS[name].split()) for name in KINDS
    )


@pytest.mark.parametrize("name", KINDS)
def test_good_values_are_taken(name):
    call(name, {})


@pytest.mark.parametrize(
    "name, argument", [(name, argument) for name in KINDS for argument in arguments_of(name)]
)
def test_every_bad_value_is_refused_by_name(name, argument):
    kinds = [kind for kind, _ in arguments_of(name).values()]
    kind, optional = arguments_of(name)[argument]
    others = OTHER_SHAPES.get(kind, ()) if kinds.count(kind) > 1 else ()
    for value, said in [*GOOD_AND_BAD[kind][1], *((value, "have the same shape, got ") for value in others)]:
        found = refusal(name, {argument: value}, said)
        assert f"must {said}" in found and re.search(rf"\b{argument}\b|^[Wb][12]\b", found), (value, found)
    if not optional and kind[:2] not in ("ax", "la"):
        with pytest.raises((TypeError, ValueError)):
            call(name, {argument: None})


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("plot_")])
def test_axes_of_the_other_dimension_are_refused(name):
    other, needed = ("rectilinear", "3d") if "ax3d" in KINDS[name] else ("3d", "rectilinear")
    ax = plt.figure().add_subplot(projection=other)
    with pytest.raises(TypeError, match=f"ax must be Axes with the projection {needed}, got {other}$"):
        call(name, {"ax": ax})


@pytest.mark.parametrize("name, changed, said", MORE)
def test_what_is_wrong_together_is_refused(name, changed, said):
    assert said in refusal(name, changed, said)


def arrays_of(value):
    """Return the arrays in a result or an argument."""
    if isinstance(value, np.ndarray):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [array for part in parts for array in arrays_of(part)]


@pytest.mark.parametrize("name", [name for name in KINDS if inspect.isfunction(FUNCTIONS[name])])
def test_arguments_are_not_modified_nor_part_of_the_result(name):
    arguments = copy.deepcopy({key: GOOD_AND_BAD[kind][0] for key, (kind, _) in arguments_of(name).items()})
    before = copy.deepcopy(arguments)
    result = call(name, arguments)
    for key, value in arguments.items():
        for array, old in zip(arrays_of(value), arrays_of(before[key]), strict=True):
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
    (lambda: ag.linear_model(np.array([200], np.uint8), 2, 0), [400]),
    (lambda: ag.mse_loss([[1], [2]], ((1,), (4,))), 2),
    (lambda: ag.compute_gradients([2], [1], 1, 0), [4, 2]),
    (lambda: ag.loss_surface([2], [1], 1, 0), 1),
    (lambda: ag.gradient_field([2], [1], 1, 0), [4, 2]),
    (lambda: ag.loss_hessian(3), [[18, 6], [6, 2]]),
    (lambda: ag.gradient_descent([2], [1], 1, 0, 1, 0), [[1], [0], [1]]),
    (lambda: ag.gradient_descent([2], [1], 1, 0, 1, np.int64(1)), [[1, -3], [0, -2], [1, 81]]),
    (lambda: ag.sigmoid([0, -800, 800]), [0.5, 0, 1]),
    (lambda: ag.sigmoid_derivative([[0, -800, 800]]), [[0.25, 0, 0]]),
    (lambda: [array.shape for array in ag.init_network(1)], [(1, 1)] * 4),
    (lambda: ag.init_network(1, seed=0).W1, [[0.017640523459676642]]),
    (lambda: ag.forward([[0]], ONE), [[[0]], [[0.5]], [[1]]]),
    (lambda: ag.backward([[0]], [[0]], ONE), [[[0]], [[0.5]], [[0.5]], [[1]]]),
    (lambda: ag.train_network([[0]], [[0]], ONE, 1, 0)[0], ONE),
    (lambda: ag.train_network([[0]], [[0]], ONE, 1, 0)[1], [0.5]),
    (lambda: ag.train_network([[0]], [[0]], ONE, 1, 1)[0], [[[1]], [[-0.5]], [[1.5]], [[-1]]]),
    (lambda: ag.make_circle(1)[0].shape, (1, 2)),
    (lambda: ag.make_circle(1)[1], [False]),
    (lambda: ag.lift([[0, 0], [-3, 4]]), [0, 25]),
]


@pytest.mark.parametrize("result, expected", ACCEPTED)
def test_accepts(result, expected):
    result = result()
    assert np.shape(result) == np.shape(expected)
    assert np.asarray(result) == pytest.approx(np.asarray(expected))


DRAWN = {
    "fit of one": lambda: ag.plot_fit([1], [2], [4]),
    "fit of columns": lambda: ag.plot_fit([[1], [2]], [[1], [2]]),
    "field of one": lambda: ag.plot_gradient_field([1], [2], 3, -4),
    "field at one": lambda: ag.plot_gradient_field([1, 2], [2, 3], [3], [-4]),
    "surface of one": lambda: ag.plot_loss_surface([1], [2], [3], [-4]),
    "circle inside": lambda: ag.plot_circle([[0, 0]], [True]),
    "circle outside": lambda: ag.plot_circle([[1, 1]], [False]),
    "lift inside": lambda: ag.plot_lifted_circle([[0, 0]], [True]),
    "lift outside": lambda: ag.plot_lifted_circle([[1, 1]], [False], height=0),
    "sigmoid of one": lambda: ag.plot_sigmoid([0]),
}


@pytest.mark.parametrize("plot", DRAWN.values(), ids=DRAWN)
def test_plots_accept(plot):
    plot().figure.canvas.draw()


def test_numbers_are_python_floats():
    assert type(ag.mse_loss(X, Y)) is float
    assert [type(slope) for slope in ag.compute_gradients(X, Y, 1, 2)] == [float, float]


def test_training_for_no_epoch_returns_a_network_of_its_own():
    net, _ = ag.train_network(V, T, NET, 0.1, 0)
    assert not any(np.shares_memory(old, new) for old, new in zip(NET, net))


def test_every_function_has_its_entry_in_the_reference(built):
    entries = {entry["id"] for entry in built("appendix/helpers").select("dt.sig[id]")}
    public = {f"{thing.__module__}.{name}" for name, thing in FUNCTIONS.items()}
    assert public | {f"agml_helpers.{name}" for name in BY_HAND} <= entries
