"""What the public functions refuse, in words that help, and what they accept."""

import copy
import inspect
import re

import matplotlib
matplotlib.use("Agg")

import agml_algebra as alg  # noqa: E402
import agml_helpers as ag  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402

X, Y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 9.0])
V, T = X.reshape(-1, 1), Y.reshape(-1, 1)
POINTS, INSIDE = np.array([[0.0, 0.5], [1.0, 1.0], [-1.5, 0.0]]), np.array([True, False, False])
NET = ag.init_network(2)
PATH = {"w_history": np.array([0.0, 1.0]), "b_history": np.array([0.0, 2.0])}
MOMENTS = alg.exact_moments(X, Y)
NAN, INF = np.nan, np.inf

# Arguments that every function accepts; a row of the table replaces one of them.
VALID = {
    "f": {"x": X},
    "make_data": {"n": 3, "seed": 42},
    "linear_model": {"x": X, "w": 2.0, "b": 1.0},
    "mse_loss": {"y_pred": X, "y_true": Y},
    "compute_gradients": {"x": X, "y_true": Y, "w": 2.0, "b": 1.0},
    "loss_surface": {"x": X, "y_true": Y, "w": X, "b": Y},
    "gradient_field": {"x": X, "y_true": Y, "w": X, "b": Y},
    "loss_hessian": {"x": X},
    "gradient_descent": {"x": X, "y_true": Y, "w": 2.0, "b": 1.0, "alpha": 0.1, "epochs": 3},
    "sigmoid": {"z": X},
    "sigmoid_derivative": {"z": X},
    "init_network": {"d": 2, "seed": 42},
    "forward": {"v": V, "net": NET},
    "backward": {"v": V, "y_true": T, "net": NET},
    "train_network": {"v": V, "y_true": T, "net": NET, "alpha": 0.1, "epochs": 3},
    "make_circle": {"n": 3, "seed": 42},
    "lift": {"X": POINTS},
    "plot_fit": {"x": X, "y_data": Y, "y_true": Y, "y_initial": Y, "y_final": Y, "ax": None},
    "plot_gradient_field": {"x": X, "y_true": Y, "w": X, "b": Y, "ax": None},
    "plot_loss_surface": {"x": X, "y_true": Y, **PATH, "elev": 32, "azim": -62, "ax": None},
    "plot_circle": {"X": POINTS, "inside": INSIDE, "ax": None},
    "plot_lifted_circle": {"X": POINTS, "inside": INSIDE, "height": 1.0, "elev": 12, "azim": -60, "ax": None},
    "plot_sigmoid": {"z": X, "ax": None},
    "exact_moments": {"x": X, "y_true": Y},
    "loss_quadric": {"moments": MOMENTS},
    "exact_minimizer": {"moments": MOMENTS},
    "descent_in_closed_form": {"x": X, "y_true": Y, "w": 2.0, "b": 1.0, "alpha": 0.1, "epochs": 3},
    "jacobian": {"v": V, "net": NET},
    "network_hessian": {"v": V, "y_true": T, "net": NET},
    "sharpness_history": {"v": V, "y_true": T, "net": NET, "alpha": 0.1, "epochs": 3, "every": 2},
    "permute": {"net": NET, "order": [1, 0]},
    "flip": {"net": NET, "unit": 0},
    "orbit": {"net": NET},
    "plot_curves": {"at": X, "curves": {"one": Y, "two": X}, "xlabel": "x", "ylabel": "y", "level": (1.0, "level"),
                    "xscale": "linear", "yscale": "linear", "ax": None},
    "plot_ellipses": {"x": X, "y_true": Y, "w": X, "b": Y, "ax": None},
    "plot_hyperbola": {"xx": 2.0, "xy": 3.0, "paths": [POINTS], "ax": None},
    "plot_orbit": {"nets": [NET, NET], "ax": None},
    "plot_room": {"truth": 0.25, "levels": [0.04, 0.01], "ax": None},
    "plot_blow_up": {"elev": 24, "azim": -64, "ax": None},
    "plot_pages": {"pages": {"A": ("first", (), (0, 0)), "B": ("second", ["A"], (1, 0))}, "ax": None},
}

# Function, argument, its bad value, the error, and what the message says.
REFUSED = [
    ("f", "x", ["1", "2"], TypeError, r"^x must hold real numbers, got dtype <U1$"),
    ("f", "x", 1j, TypeError, r"^x must hold real numbers, got dtype complex128$"),
    ("f", "x", True, TypeError, r"^x must hold real numbers, got dtype bool$"),
    ("f", "x", None, TypeError, r"^x must hold real numbers, got dtype object$"),
    ("f", "x", NAN, ValueError, r"^x must be finite, got nan$"),
    ("f", "x", [], ValueError, r"^x must not be empty, got shape \(0,\)$"),

    ("make_data", "n", 0, ValueError, r"^n must be at least 1, got 0$"),
    ("make_data", "n", -3, ValueError, r"^n must be at least 1, got -3$"),
    ("make_data", "n", 2.5, TypeError, r"^n must be a whole number, got 2\.5$"),
    ("make_data", "n", 3.0, TypeError, r"^n must be a whole number, got 3\.0$"),
    ("make_data", "n", True, TypeError, r"^n must be a whole number, got True$"),
    ("make_data", "n", "3", TypeError, r"^n must be a whole number, got '3'$"),
    ("make_data", "n", None, TypeError, r"^n must be a whole number, got None$"),
    ("make_data", "n", [3], TypeError, r"^n must be a whole number, got \[3\]$"),
    ("make_data", "seed", -1, ValueError, r"^seed must be at least 0, got -1$"),
    ("make_data", "seed", None, TypeError, r"^seed must be a whole number, got None$"),
    ("make_data", "seed", 2**32, ValueError, r"^seed must be .*got 4294967296$"),

    ("linear_model", "x", ["a"], TypeError, r"^x must hold real numbers, got dtype <U1$"),
    ("linear_model", "x", [1j], TypeError, r"^x must hold real numbers, got dtype complex128$"),
    ("linear_model", "x", [True, False], TypeError, r"^x must hold real numbers, got dtype bool$"),
    ("linear_model", "x", [None], TypeError, r"^x must hold real numbers, got dtype object$"),
    ("linear_model", "x", [], ValueError, r"^x must not be empty, got shape \(0,\)$"),
    ("linear_model", "x", [1, NAN], ValueError, r"^x must be finite, got nan$"),
    ("linear_model", "x", [1, -INF, INF], ValueError, r"^x must be finite, got -inf$"),
    ("linear_model", "x", [1, [2, 3]], ValueError, r"^x must "),
    ("linear_model", "w", [1, 2], ValueError, r"^w must be a single number, got shape \(2,\)$"),
    ("linear_model", "w", "3", TypeError, r"^w must hold real numbers, got dtype <U1$"),
    ("linear_model", "b", np.zeros((1, 1)), ValueError, r"^b must be a single number, got shape \(1, 1\)$"),
    ("linear_model", "b", None, TypeError, r"^b must hold real numbers, got dtype object$"),

    ("mse_loss", "y_pred", V, ValueError,
     r"^y_pred and y_true must have the same shape, got \(3, 1\) and \(3,\)$"),
    ("mse_loss", "y_pred", [1, 2], ValueError, r"^y_pred and y_true must .*got \(2,\) and \(3,\)$"),
    ("mse_loss", "y_pred", [1, [2, 3], 4], ValueError, r"^y_pred must "),
    ("mse_loss", "y_pred", np.empty((0, 3)), ValueError, r"^y_pred must not be empty, got shape \(0, 3\)$"),
    ("mse_loss", "y_true", 3, ValueError, r"^y_pred and y_true must .*got \(3,\) and \(\)$"),
    ("mse_loss", "y_true", [0, INF, 0], ValueError, r"^y_true must be finite, got inf$"),

    ("compute_gradients", "x", V, ValueError, r"^x and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("compute_gradients", "y_true", ["1", "2", "3"], TypeError, r"^y_true must hold real numbers.*<U1$"),
    ("compute_gradients", "w", X, ValueError, r"^w must be a single number, got shape \(3,\)$"),
    ("compute_gradients", "b", NAN, ValueError, r"^b must be finite, got nan$"),

    ("loss_surface", "x", [], ValueError, r"^x must not be empty, got shape \(0,\)$"),
    ("loss_surface", "y_true", T, ValueError, r"^x and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("loss_surface", "w", V, ValueError, r"^w and b must .*got \(3, 1\) and \(3,\)$"),
    ("loss_surface", "b", [1, 2, INF], ValueError, r"^b must be finite, got inf$"),

    ("gradient_field", "x", X.astype(object), TypeError, r"^x must hold real numbers, got dtype object$"),
    ("gradient_field", "y_true", [1, 2], ValueError, r"^x and y_true must .*got \(3,\) and \(2,\)$"),
    ("gradient_field", "w", 1j * X, TypeError, r"^w must hold real numbers, got dtype complex128$"),
    ("gradient_field", "b", 1.0, ValueError, r"^w and b must .*got \(3,\) and \(\)$"),

    ("loss_hessian", "x", [], ValueError, r"^x must not be empty, got shape \(0,\)$"),
    ("loss_hessian", "x", [1, NAN], ValueError, r"^x must be finite, got nan$"),

    ("gradient_descent", "x", V, ValueError, r"^x and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("gradient_descent", "y_true", [1, 2, NAN], ValueError, r"^y_true must be finite, got nan$"),
    ("gradient_descent", "w", [0.0], ValueError, r"^w must be a single number, got shape \(1,\)$"),
    ("gradient_descent", "w", 1e200, ValueError, r"^w .*got 1e\+200"),  # no rate could help
    ("gradient_descent", "b", None, TypeError, r"^b must hold real numbers, got dtype object$"),
    ("gradient_descent", "alpha", 0, ValueError, r"^alpha must be positive, got 0\.0$"),
    ("gradient_descent", "alpha", -0.1, ValueError, r"^alpha must be positive, got -0\.1$"),
    ("gradient_descent", "alpha", NAN, ValueError, r"^alpha must be finite, got nan$"),
    ("gradient_descent", "alpha", [0.1], ValueError, r"^alpha must be a single number, got shape \(1,\)$"),
    ("gradient_descent", "alpha", True, TypeError, r"^alpha must hold real numbers, got dtype bool$"),
    ("gradient_descent", "alpha", 1e308, ValueError,
     r"^alpha must be below 2 / λmax = 0\.418861\b.*, got 1e\+308: .* overflows at epoch 1$"),
    ("gradient_descent", "epochs", -1, ValueError, r"^epochs must be at least 0, got -1$"),
    ("gradient_descent", "epochs", 2.5, TypeError, r"^epochs must be a whole number, got 2\.5$"),
    ("gradient_descent", "epochs", False, TypeError, r"^epochs must be a whole number, got False$"),

    ("sigmoid", "z", [NAN], ValueError, r"^z must be finite, got nan$"),
    ("sigmoid", "z", INF, ValueError, r"^z must be finite, got inf$"),
    ("sigmoid", "z", "0", TypeError, r"^z must hold real numbers, got dtype <U1$"),
    ("sigmoid_derivative", "z", [], ValueError, r"^z must not be empty, got shape \(0,\)$"),
    ("sigmoid_derivative", "z", 1j, TypeError, r"^z must hold real numbers, got dtype complex128$"),

    ("init_network", "d", 0, ValueError, r"^d must be at least 1, got 0$"),
    ("init_network", "d", 2.0, TypeError, r"^d must be a whole number, got 2\.0$"),
    ("init_network", "d", np.array([2]), TypeError, r"^d must be a whole number, got array\(\[2\]\)$"),
    ("init_network", "seed", -1, ValueError, r"^seed must be at least 0, got -1$"),
    ("init_network", "seed", "42", TypeError, r"^seed must be a whole number, got '42'$"),
    ("init_network", "seed", 2**32, ValueError, r"^seed must be .*got 4294967296$"),

    ("forward", "v", X, ValueError, r"^v must be a column of shape \(N, 1\), got shape \(3,\)$"),
    ("forward", "v", np.ones((3, 2)), ValueError, r"^v must be a column .*got shape \(3, 2\)$"),
    ("forward", "v", np.ones((3, 1, 1)), ValueError, r"^v must be a column .*got shape \(3, 1, 1\)$"),
    ("forward", "v", 1.0, ValueError, r"^v must be a column .*got shape \(\)$"),
    ("forward", "v", np.empty((0, 1)), ValueError, r"^v must not be empty, got shape \(0, 1\)$"),
    ("forward", "net", tuple(NET), TypeError, r"^net must be a Network, got tuple$"),
    ("forward", "net", None, TypeError, r"^net must be a Network, got NoneType$"),
    ("forward", "net", NET._replace(W1=np.zeros((2, 1))), ValueError,
     r"^W1 must have shape \(1, 1\) when d = 1, got \(2, 1\)$"),
    ("forward", "net", NET._replace(W1=np.zeros(2)), ValueError, r"^W1 must .*\(1, 2\) .*got \(2,\)$"),
    ("forward", "net", NET._replace(b1=np.zeros((1, 3))), ValueError,
     r"^b1 must have shape \(1, 2\) when d = 2, got \(1, 3\)$"),
    ("forward", "net", NET._replace(W2=np.zeros((1, 2))), ValueError,
     r"^W2 must have shape \(2, 1\) when d = 2, got \(1, 2\)$"),
    ("forward", "net", NET._replace(b2=0.0), ValueError,
     r"^b2 must have shape \(1, 1\) when d = 2, got \(\)$"),
    ("forward", "net", NET._replace(W2=[[NAN], [1]]), ValueError, r"^W2 must be finite, got nan$"),
    ("forward", "net", NET._replace(W1=1.0), ValueError, r"^W1 must have shape \(1, 0\) when d = 0, got \(\)$"),
    ("forward", "net", NET._replace(b2=None), TypeError, r"^b2 must hold real numbers, got dtype object$"),

    ("backward", "v", X, ValueError, r"^v and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("backward", "y_true", Y, ValueError, r"^v and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("backward", "y_true", T > 2, TypeError, r"^y_true must hold real numbers, got dtype bool$"),
    ("backward", "net", [*NET], TypeError, r"^net must be a Network, got list$"),

    ("train_network", "v", [[1], [2], [INF]], ValueError, r"^v must be finite, got inf$"),
    ("train_network", "y_true", T[:2], ValueError, r"^v and y_true must .*got \(3, 1\) and \(2, 1\)$"),
    ("train_network", "y_true", 1e200 * T, ValueError, r"^(v|y_true|net)\b"),  # no rate could help
    ("train_network", "net", NET._asdict(), TypeError, r"^net must be a Network, got dict$"),
    ("train_network", "alpha", 0.0, ValueError, r"^alpha must be positive, got 0\.0$"),
    ("train_network", "alpha", "0.1", TypeError, r"^alpha must hold real numbers, got dtype <U3$"),
    ("train_network", "alpha", 1e308, ValueError, r"^alpha must be smaller, got 1e\+308: .* epoch 1$"),
    ("train_network", "epochs", -1, ValueError, r"^epochs must be at least 0, got -1$"),
    ("train_network", "epochs", "3", TypeError, r"^epochs must be a whole number, got '3'$"),

    ("make_circle", "n", 0, ValueError, r"^n must be at least 1, got 0$"),
    ("make_circle", "n", 1e3, TypeError, r"^n must be a whole number, got 1000\.0$"),
    ("make_circle", "seed", 4.2, TypeError, r"^seed must be a whole number, got 4\.2$"),
    ("make_circle", "seed", 2**32, ValueError, r"^seed must be .*got 4294967296$"),

    ("lift", "X", [3, 4], ValueError, r"^X must have shape \(n, 2\), got shape \(2,\)$"),
    ("lift", "X", np.ones((2, 3)), ValueError, r"^X must have shape \(n, 2\), got shape \(2, 3\)$"),
    ("lift", "X", np.ones((1, 2, 2)), ValueError, r"^X must have .*got shape \(1, 2, 2\)$"),
    ("lift", "X", np.empty((0, 2)), ValueError, r"^X must not be empty, got shape \(0, 2\)$"),
    ("lift", "X", [[0, NAN]], ValueError, r"^X must be finite, got nan$"),

    ("plot_fit", "x", [], ValueError, r"^x must not be empty, got shape \(0,\)$"),
    ("plot_fit", "x", V, ValueError, r"^x and y_data and .*got \(3, 1\) and \(3,\) and"),
    ("plot_fit", "y_data", None, TypeError, r"^y_data must hold real numbers, got dtype object$"),
    ("plot_fit", "y_true", 1j * Y, TypeError, r"^y_true must hold real numbers, got dtype complex128$"),
    ("plot_fit", "y_initial", [1, NAN, 2], ValueError, r"^y_initial must be finite, got nan$"),
    ("plot_fit", "y_final", T, ValueError, r"y_final must have the same shape, .*and \(3, 1\)$"),
    ("plot_fit", "ax", 3, TypeError, r"^ax must be .*got int"),

    ("plot_gradient_field", "x", ["a"], TypeError, r"^x must hold real numbers, got dtype <U1$"),
    ("plot_gradient_field", "y_true", T, ValueError, r"^x and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("plot_gradient_field", "w", 1.0, ValueError, r"^w and b must .*got \(\) and \(3,\)$"),
    ("plot_gradient_field", "b", [1, 2, -INF], ValueError, r"^b must be finite, got -inf$"),
    ("plot_gradient_field", "ax", "left", TypeError, r"^ax must be .*got str"),

    ("plot_loss_surface", "x", [1, 2, NAN], ValueError, r"^x must be finite, got nan$"),
    ("plot_loss_surface", "y_true", T, ValueError, r"^x and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("plot_loss_surface", "w_history", [], ValueError, r"^w_history must not be empty, got shape \(0,\)$"),
    ("plot_loss_surface", "b_history", [1], ValueError,
     r"^w_history and b_history must have the same shape, got \(2,\) and \(1,\)$"),
    ("plot_loss_surface", "elev", "high", TypeError, r"^elev must hold real numbers, got dtype <U4$"),
    ("plot_loss_surface", "elev", NAN, ValueError, r"^elev must be finite, got nan$"),
    ("plot_loss_surface", "azim", [1, 2], ValueError, r"^azim must be a single number, got shape \(2,\)$"),
    ("plot_loss_surface", "ax", 3, TypeError, r"^ax must be .*got int"),

    ("plot_circle", "X", POINTS.T, ValueError, r"^X must have shape \(n, 2\), got shape \(2, 3\)$"),
    ("plot_circle", "inside", [1, 0, 0], ValueError, r"^inside must be bool of shape \(3,\), got int64"),
    ("plot_circle", "inside", None, ValueError, r"^inside must be bool .*got object of shape \(\)$"),
    ("plot_circle", "inside", INSIDE[:2], ValueError, r"^inside must be bool .*got bool of shape \(2,\)$"),
    ("plot_circle", "inside", INSIDE[:, None], ValueError, r"^inside must .*got bool of shape \(3, 1\)$"),
    ("plot_circle", "ax", 3, TypeError, r"^ax must be .*got int"),

    ("plot_lifted_circle", "X", [["a", "b"]], TypeError, r"^X must hold real numbers, got dtype <U1$"),
    ("plot_lifted_circle", "inside", ["yes"] * 3, ValueError, r"^inside must be bool of shape \(3,\)"),
    ("plot_lifted_circle", "height", [1.0], ValueError, r"^height must be a single .*got shape \(1,\)$"),
    ("plot_lifted_circle", "height", True, TypeError, r"^height must hold real numbers, got dtype bool$"),
    ("plot_lifted_circle", "height", -0.5, ValueError, r"^height must be .*got -0\.5$"),
    ("plot_lifted_circle", "height", 1.5, ValueError, r"^height must be .*got 1\.5$"),
    ("plot_lifted_circle", "elev", None, TypeError, r"^elev must hold real numbers, got dtype object$"),
    ("plot_lifted_circle", "azim", INF, ValueError, r"^azim must be finite, got inf$"),
    ("plot_lifted_circle", "ax", 3, TypeError, r"^ax must be .*got int"),

    ("plot_sigmoid", "z", ["a"], TypeError, r"^z must hold real numbers, got dtype <U1$"),
    ("plot_sigmoid", "z", [], ValueError, r"^z must not be empty, got shape \(0,\)$"),
    ("plot_sigmoid", "z", V, ValueError, r"^z must .*got shape \(3, 1\)$"),
    ("plot_sigmoid", "ax", 3, TypeError, r"^ax must be .*got int"),

    ("exact_moments", "x", V, ValueError, r"^x and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("exact_moments", "y_true", [1, 2, NAN], ValueError, r"^y_true must be finite, got nan$"),
    ("loss_quadric", "moments", (1, 2, 3, 4, 5), TypeError, r"^moments must be Moments, got tuple$"),
    ("exact_minimizer", "moments", None, TypeError, r"^moments must be Moments, got NoneType$"),
    ("exact_minimizer", "moments", alg.exact_moments([3, 3], [1, 2]), ValueError,
     r"^x must have two different values, got x = 3\.0 in every sample$"),
    ("descent_in_closed_form", "x", [5, 5, 5], ValueError, r"^x must have two different values, got x = 5\.0"),
    ("descent_in_closed_form", "x", X.astype(str), TypeError, r"^x must hold real numbers"),
    ("descent_in_closed_form", "y_true", T, ValueError, r"^x and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("descent_in_closed_form", "w", X, ValueError, r"^w must be a single number, got shape \(3,\)$"),
    ("descent_in_closed_form", "b", INF, ValueError, r"^b must be finite, got inf$"),
    ("descent_in_closed_form", "alpha", 0, ValueError, r"^alpha must be positive, got 0\.0$"),
    ("descent_in_closed_form", "epochs", 1.5, TypeError, r"^epochs must be a whole number, got 1\.5$"),
    ("jacobian", "v", X, ValueError, r"^v must be a column of shape \(N, 1\), got shape \(3,\)$"),
    ("jacobian", "net", tuple(NET), TypeError, r"^net must be a Network, got tuple$"),
    ("network_hessian", "v", [[NAN]], ValueError, r"^v must be finite, got nan$"),
    ("network_hessian", "y_true", Y, ValueError, r"^v and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("network_hessian", "net", NET._replace(b1=NET.b1.T), ValueError, r"^b1 must have shape \(1, 2\)"),
    ("sharpness_history", "v", X, ValueError, r"^v and y_true must .*got \(3,\) and \(3, 1\)$"),
    ("sharpness_history", "y_true", Y, ValueError, r"^v and y_true must .*got \(3, 1\) and \(3,\)$"),
    ("sharpness_history", "net", None, TypeError, r"^net must be a Network, got NoneType$"),
    ("sharpness_history", "alpha", -1, ValueError, r"^alpha must be positive, got -1\.0$"),
    ("sharpness_history", "epochs", 0, ValueError, r"^epochs must be at least 1, got 0$"),
    ("sharpness_history", "every", 0, ValueError, r"^every must be at least 1, got 0$"),
    ("permute", "net", [1], TypeError, r"^net must be a Network, got list$"),
    ("permute", "order", [0, 0], ValueError, r"^order must hold each of 0 to 1 once, got \[0\.0, 0\.0\]$"),
    ("permute", "order", [0, 1, 2], ValueError, r"^order must hold each of 0 to 1 once"),
    ("permute", "order", [True, False], TypeError, r"^order must hold real numbers, got dtype bool$"),
    ("permute", "order", 1, ValueError, r"^order must be a vector, got shape \(\)$"),
    ("flip", "net", NET.W1, TypeError, r"^net must be a Network, got ndarray$"),
    ("flip", "unit", 2, ValueError, r"^unit must be at most 1, got 2$"),
    ("flip", "unit", -1, ValueError, r"^unit must be at least 0, got -1$"),
    ("orbit", "net", ag.init_network(5), ValueError, r"^net must have at most 4 neurons, got 5: .* 3,840 networks$"),
    ("plot_curves", "at", X[:2], ValueError, r"^at and curves\['one'\].*got \(2,\) and \(3,\)"),
    ("plot_curves", "curves", {}, ValueError, r"^curves must be a dict of 1 to 4 arrays, got \{\}$"),
    ("plot_curves", "curves", [X], ValueError, r"^curves must be a dict of 1 to 4 arrays"),
    ("plot_curves", "curves", {"one": [1, 2, NAN]}, ValueError, r"^curves\['one'\] must be finite, got nan$"),
    ("plot_curves", "xlabel", None, TypeError, r"^xlabel must be a string, got None$"),
    ("plot_curves", "ylabel", 3, TypeError, r"^ylabel must be a string, got 3$"),
    ("plot_curves", "level", 3.0, TypeError, r"^level must be a height and a label, got 3\.0$"),
    ("plot_curves", "level", (INF, "high"), ValueError, r"^level must be finite, got inf$"),
    ("plot_curves", "xscale", "log", ValueError, r"^xscale must be linear unless all values are positive, got 0\.0$"),
    ("plot_curves", "yscale", "logit", ValueError, r"^yscale must be linear or log, got 'logit'$"),
    ("plot_curves", "ax", plt, TypeError, r"^ax must be a Matplotlib Axes, got module$"),
    ("plot_ellipses", "x", [1, 1, 1], ValueError, r"^x must have two different values"),
    ("plot_ellipses", "y_true", [1], ValueError, r"^x and y_true must .*got \(3,\) and \(1,\)$"),
    ("plot_ellipses", "w", [1], ValueError, r"^w and b must .*got \(1,\) and \(3,\)$"),
    ("plot_ellipses", "b", (), ValueError, r"^b must not be empty"),
    ("plot_ellipses", "ax", 1, TypeError, r"^ax must be a Matplotlib Axes, got int$"),
    ("plot_hyperbola", "xx", 0, ValueError, r"^xx and xy must be positive, got 0\.0 and 3\.0$"),
    ("plot_hyperbola", "xy", -3, ValueError, r"^xx and xy must be positive, got 2\.0 and -3\.0$"),
    ("plot_hyperbola", "paths", [X], ValueError, r"^paths must have shape \(n, 2\), got shape \(3,\)$"),
    ("plot_hyperbola", "paths", [[["a", "b"]]], TypeError, r"^paths must hold real numbers"),
    ("plot_hyperbola", "ax", "ax", TypeError, r"^ax must be a Matplotlib Axes, got str$"),
    ("plot_orbit", "nets", [], ValueError, r"^nets must be one or more networks of hidden dimension 2, got \[\]$"),
    ("plot_orbit", "nets", [ag.init_network(3)], ValueError, r"^nets must be .* dimension 2, got \[3\]$"),
    ("plot_orbit", "nets", [None], TypeError, r"^net must be a Network, got NoneType$"),
    ("plot_orbit", "ax", 0, TypeError, r"^ax must be a Matplotlib Axes, got int$"),
    ("plot_room", "truth", 1, ValueError, r"^truth must be between -1 and 1, got 1\.0$"),
    ("plot_room", "levels", [0.04, 0], ValueError, r"^levels must be positive, got 0\.0$"),
    ("plot_room", "ax", 0, TypeError, r"^ax must be a Matplotlib Axes, got int$"),
    ("plot_blow_up", "elev", "high", TypeError, r"^elev must hold real numbers"),
    ("plot_blow_up", "azim", X, ValueError, r"^azim must be a single number, got shape \(3,\)$"),
    ("plot_blow_up", "ax", 0, TypeError, r"^ax must be a Matplotlib Axes, got int$"),
    ("plot_pages", "pages", {}, ValueError, r"^pages must be a dict of at least one page, got \{\}$"),
    ("plot_pages", "pages", {"A": ("first", ["B"], (0, 0))}, ValueError, r"^pages must hold what A builds on, got \['B'\]$"),
    ("plot_pages", "ax", 0, TypeError, r"^ax must be a Matplotlib Axes, got int$"),

]

# The same for arguments that are wrong only together.
REFUSED_TOGETHER = [
    ("plot_fit", {"x": np.ones((2, 2)), "y_data": np.ones((2, 2)), "y_true": None, "y_initial": None,
                  "y_final": None}, r"^x must .*got shape \(2, 2\)$"),
    ("plot_fit", {"x": 1, "y_data": 2, "y_true": None, "y_initial": None, "y_final": None},
     r"^x must .*got shape \(\)$"),
    ("plot_gradient_field", {"w": V, "b": V}, r"^w must .*got shape \(3, 1\)$"),
    ("plot_loss_surface", {"w_history": V, "b_history": V}, r"^w_history must .*got shape \(3, 1\)$"),
    ("plot_loss_surface", {"w_history": 1, "b_history": 2}, r"^w_history must .*got shape \(\)$"),
    ("backward", {"v": X, "y_true": Y}, r"^v must be a column of shape \(N, 1\), got shape \(3,\)$"),
    ("train_network", {"v": POINTS, "y_true": POINTS}, r"^v must be a column .*got shape \(3, 2\)$"),
]


def shown(value):
    """Return a short text for a value in the name of a test."""
    if isinstance(value, ag.Network):
        return "Network" + "".join(str(np.shape(array)) for array in value)
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{value.shape}"
    return type(value).__name__ if len(repr(value)) > 24 else repr(value)


def call(name, arguments):
    """Call a public function, whichever module it is in."""
    module = next(module for module in (ag, alg) if hasattr(module, name))
    return getattr(module, name)(**VALID[name] | arguments)


def frozen(value):
    """Return a copy of the value whose arrays refuse to be written to."""
    value = copy.deepcopy(value)
    for array in value if isinstance(value, ag.Network) else [value]:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    return value


def arrays_of(value):
    """Return the arrays in a result or an argument."""
    if isinstance(value, np.ndarray):
        return [value]
    return [array for part in value for array in arrays_of(part)] if isinstance(value, tuple) else []


@pytest.fixture(autouse=True)
def closed():
    """Close the figures of a test."""
    yield
    plt.close("all")


@pytest.mark.parametrize("name, argument, value, error, message", REFUSED,
                         ids=[f"{row[0]}({row[1]}={shown(row[2])})" for row in REFUSED])
def test_refuses(name, argument, value, error, message):
    with pytest.raises(error) as caught:
        call(name, {argument: value})
    assert type(caught.value) is error  # no subclass: those come from NumPy
    assert re.search(message, str(caught.value)), str(caught.value)
    assert not plt.get_fignums(), "a refused plot leaves an empty figure behind"


@pytest.mark.parametrize("name, arguments, message", REFUSED_TOGETHER, ids=[
    f"{row[0]}({', '.join(f'{key}={shown(value)}' for key, value in row[1].items() if value is not None)})"
    for row in REFUSED_TOGETHER])
def test_refuses_together(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        call(name, arguments)
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", [name for name in VALID if name.startswith("plot_")])
def test_refuses_axes_of_the_other_dimension(name):
    flat = name in ("plot_loss_surface", "plot_lifted_circle", "plot_blow_up")
    ax = plt.figure().add_subplot(projection=None if flat else "3d")
    with pytest.raises(TypeError, match="^ax must be"):
        call(name, {"ax": ax})


def test_the_table_has_every_public_function_and_argument():
    def parameters(module, start=""):
        return {(name, parameter) for name, function in inspect.getmembers(module, inspect.isfunction)
                if function.__module__ == module.__name__ and name.startswith(start)
                if not name.startswith("_") and name not in ("in_style", "labeled_axes")
                for parameter in inspect.signature(function).parameters}

    public = parameters(ag) | parameters(alg)
    assert {(name, argument) for name, argument, *_ in REFUSED} == public
    assert {(name, argument) for name, arguments in VALID.items() for argument in arguments} == public


@pytest.mark.parametrize("name", VALID)
def test_arguments_are_not_modified_nor_part_of_the_result(name):
    arguments = {key: frozen(value) for key, value in VALID[name].items()}
    before = copy.deepcopy(arguments)
    result = call(name, arguments)
    for key, value in arguments.items():
        for array, old in zip(arrays_of(value), arrays_of(before[key]), strict=True):
            assert np.array_equal(array, old)
            assert not any(np.shares_memory(array, made) for made in arrays_of(result))


@pytest.mark.parametrize("alpha", [0.5, 10.0, 1e100])
def test_a_rate_that_diverges_is_named_without_a_warning(alpha):
    # `error` turns a leaked RuntimeWarning into another exception than the expected one
    with pytest.raises(ValueError, match=rf"got {re.escape(str(alpha))}: the loss overflows at epoch \d+$"):
        ag.gradient_descent(X, Y, 0, 0, alpha, 10_000)
    with pytest.raises(ValueError, match=r"got 1e\+100: the loss overflows at epoch \d+$"):
        ag.train_network(V, T, NET, 1e100, 10_000)


def test_the_bound_for_the_rate_is_sharp():
    bound = float(re.search(r"= ([\d.]+)", str(pytest.raises(
        ValueError, ag.gradient_descent, X, Y, 0, 0, 1e308, 5).value))[1])
    assert bound == pytest.approx(2 / np.linalg.eigvalsh(ag.loss_hessian(X)).max(), rel=1e-5)
    assert ag.gradient_descent(X, Y, 0, 0, 0.99 * bound, 10_000)[2][-1] < 1
    with pytest.raises(ValueError, match="overflows"):
        ag.gradient_descent(X, Y, 0, 0, 1.1 * bound, 10_000)


def test_the_epoch_of_the_overflow_is_the_first():
    message = str(pytest.raises(ValueError, ag.gradient_descent, X, Y, 0, 0, 10.0, 10_000).value)
    epoch = int(message.split()[-1])
    assert np.isfinite(ag.gradient_descent(X, Y, 0, 0, 10.0, epoch - 1)).all()
    with pytest.raises(ValueError, match=f"epoch {epoch}$"):
        ag.gradient_descent(X, Y, 0, 0, 10.0, epoch)
    message = str(pytest.raises(ValueError, ag.train_network, V, T, NET, 1e5, 10_000).value)
    epoch = int(message.split()[-1])
    assert np.isfinite(ag.train_network(V, T, NET, 1e5, epoch - 1)[1]).all()
    with pytest.raises(ValueError, match=f"epoch {epoch}$"):
        ag.train_network(V, T, NET, 1e5, epoch)


ONE = ag.Network([[1]], [[0]], [[2]], [[0]])  # ints in lists, d = 1


ACCEPTED = [
    (lambda: ag.f(3), 16),
    (lambda: ag.f([0, 1]), [1, 4]),
    (lambda: ag.f(np.array([20], np.uint8)), [441]),  # as bytes they would overflow
    (lambda: ag.make_data(1)[:2], [[0], [1]]),
    (lambda: ag.make_data(np.int64(3), np.int32(0))[0], [0, 5, 10]),
    (lambda: ag.make_data(2, seed=2**32 - 1)[1], [1, 121]),
    (lambda: ag.linear_model(2, 3, 1), 7),
    (lambda: ag.linear_model([[0, 1]], np.array(3), np.float32(1)), [[1, 4]]),
    (lambda: ag.linear_model(np.array([200], np.uint8), 2, 0), [400]),
    (lambda: ag.mse_loss(1, 3), 4),
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


@pytest.mark.parametrize("result, expected", ACCEPTED,
                         ids=[result.__code__.co_names[1] for result, _ in ACCEPTED])
def test_accepts(result, expected):
    result = result()
    assert np.shape(result) == np.shape(expected)
    assert np.asarray(result) == pytest.approx(np.asarray(expected))


@pytest.mark.parametrize("plot", [
    lambda: ag.plot_fit([1], [2], [4]),
    lambda: ag.plot_fit([[1], [2]], [[1], [2]]),
    lambda: ag.plot_gradient_field([1], [2], 3, -4),
    lambda: ag.plot_gradient_field([1, 2], [2, 3], [3], [-4]),
    lambda: ag.plot_loss_surface([1], [2], [3], [-4]),
    lambda: ag.plot_circle([[0, 0]], [True]),
    lambda: ag.plot_circle([[1, 1]], [False]),
    lambda: ag.plot_lifted_circle([[0, 0]], [True]),
    lambda: ag.plot_lifted_circle([[1, 1]], [False], height=0),
    lambda: ag.plot_sigmoid([0]),
], ids=["fit of one", "fit of columns", "field of one", "field at one", "surface of one", "circle inside",
        "circle outside", "lift inside", "lift outside", "sigmoid of one"])
def test_plots_accept(plot):
    plot().figure.canvas.draw()


def test_numbers_are_python_floats():
    assert type(ag.mse_loss(X, Y)) is float
    assert [type(slope) for slope in ag.compute_gradients(X, Y, 1, 2)] == [float, float]


def test_training_for_no_epoch_returns_a_network_of_its_own():
    net, _ = ag.train_network(V, T, NET, 0.1, 0)
    assert not any(np.shares_memory(old, new) for old, new in zip(NET, net))
