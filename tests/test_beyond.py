"""What the pages beyond the print prove and draw, against other ways to the same."""

import itertools
import re

import jupytext
import numpy as np
import pytest
import sympy as sp
from mpl_toolkits.mplot3d import Axes3D

import agml_algebra as alg
import agml_figures as fig
import agml_helpers as ag
from shared import ROOT

PAGES = {path.stem.split("-")[0].upper(): path for path in (ROOT / "beyond").glob("b[0-9]*.md")}


# The diagram of the opening page


def diagram():
    """Return what the opening page gives to the drawing function."""
    (cell,) = [c for c in jupytext.read(ROOT / "beyond" / "index.md").cells if c.cell_type == "code"]
    given = {}
    exec(cell.source.replace("fig.plot_pages(", "given.update("), {"given": given})
    return given


def ancestors(number, sources):
    """Return all that a page builds on, by way of others too."""
    direct = sources.get(number, set())
    return direct.union(*(ancestors(source, sources) for source in direct))


def test_diagram_shows_what_the_pages_say_they_build_on():
    """An arrow that follows from others is left out."""
    line = re.compile(r"\{\.in-print\}\n\*(Beyond the print; it builds on .+?)\*\n", re.S)
    said = {
        number: set(re.findall(r"\{doc\}`(B\d+) <", line.search(path.read_text(encoding="utf-8"))[1]))
        for number, path in PAGES.items()
    }
    assert len(said) >= 13 and set(said) == set(diagram())
    for number, (_, sources, _) in diagram().items():
        implied = set().union(*(ancestors(source, said) for source in said[number]))
        assert set(sources) == said[number] - implied, number


def test_pages_are_boxes_and_arrows_between_them():
    pages = {"A": ("first", [], (0, 0)), "B": ("second", ["A"], (1, 0)), "C": ("third", ["A", "B"], (1, 1))}
    ax = fig.plot_pages(pages)
    names = {text.get_text(): text.get_position() for text in ax.texts if text.get_text()}
    assert names == {"A\nfirst": (0, 0), "B\nsecond": (1, 0), "C\nthird": (1, 1)}
    assert [patch.get_center().tolist() for patch in ax.patches] == [[0, 0], [1, 0], [1, 1]]
    arrows = [text for text in ax.texts if not text.get_text()]
    ends = [(arrow.xyann, arrow.xy) for arrow in arrows]  # from, to
    half = ax.patches[0].get_width() / 2, ax.patches[0].get_height() / 2
    assert ends[0] == (pytest.approx((half[0], 0)), pytest.approx((1 - half[0], 0)))
    assert ends[1] == (pytest.approx((half[1], half[1])), pytest.approx((1 - half[1], 1 - half[1])))
    assert ends[2] == (pytest.approx((1, half[1])), pytest.approx((1, 1 - half[1])))
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first row is on top


def test_the_paths_name_the_pages_by_their_numbers():
    text = (ROOT / "beyond" / "index.md").read_text(encoding="utf-8")
    links = re.findall(r"\{doc\}`(B\d+) <(b\d+)-", text)
    assert len(links) > 10 and all(number.lower() == name for number, name in links)


# The theorems


@pytest.mark.parametrize("number", PAGES)
def test_theorems_look_alike_and_are_proved(number):
    """Upright, so that every view shows the same, and each with its proofs, which end with a square."""
    body = PAGES[number].read_text(encoding="utf-8").partition("\n## Exercises")[0]
    marks = re.findall(
        r"^\*\*(?=(?:Theorem|Corollary)\.\*\* [^*])|^\*P(?=roof)|\\b(?=lacksquare)", body, re.M
    )
    assert re.fullmatch(r"(\*\*(\*P\\b)+)+", "".join(marks)), marks
    assert len(re.findall("(?:Theorem|Corollary)[.]", body)) == marks.count("**")


# Figures of B13 and B14


@pytest.mark.parametrize("truth", [0, 0.25, -0.5])
def test_room_is_where_the_loss_is_below_its_levels(truth):
    levels, side = [0.04, 0.01], np.linspace(-1, 1, 401)
    ax = fig.plot_room(side, (np.outer(side, side) - truth) ** 2, levels)
    filled, edges = ax.collections[::2], ax.collections[1::2]
    assert len(filled) == len(edges) == 2
    for level, region, edge in zip(levels, filled, edges):
        for part in (*edge.get_paths(), *region.get_paths()):
            inner = part.vertices[(np.abs(part.vertices) < 1).all(axis=1)]
            assert len(inner) and (inner.prod(axis=1) - truth) ** 2 == pytest.approx(level, abs=2e-3)


def test_blow_up_lifts_the_cusp_to_the_surface(monkeypatch):
    drawn = []
    monkeypatch.setattr(Axes3D, "plot_surface", lambda self, *surface, **_: drawn.append(surface))
    ax = fig.plot_blow_up()
    ((a1, a2, m),) = drawn
    assert np.array_equal(a2, m * a1)
    lines = {line.get_label(): np.array(line.get_data_3d()) for line in ax.lines}
    shadow, (a1, a2, m) = lines["cusp $a_2^2 = a_1^3$"], lines["the cusp, lifted"]
    assert a2 == pytest.approx(m * a1) and a2**2 == pytest.approx(a1**3)
    assert np.array_equal(shadow[:2], [a1, a2]) and np.ptp(shadow[2]) == 0
    over = lines["all that lies over it"]
    assert not over[:2].any() and over[2].tolist() == [-1, 1]


# The theorem of B14

x = np.linspace(0, 10, 60)[:, np.newaxis]
W, B, U, C = 0.9, -4.0, 3.0, 1.0


def divergence(theta, U=U):
    """Return half the mean squared distance of a network with two neurons from one with one, or with none."""
    (u1, w1, b1), (u2, w2, b2), c = theta
    net = ag.Network([[w1, w2]], [[b1, b2]], [[u1], [u2]], [[c]])
    truth = ag.forward(x, ag.Network([[W]], [[B]], [[U]], [[C]]))[2]
    return np.mean((ag.forward(x, net)[2] - truth) ** 2) / 2


def idle(u2, w2, b2):
    """Return points around a zero where the second neuron is idle, with what the proof compares K with."""

    def point(step, size):
        u, w, b = np.array([u2, w2, b2]) + size**0.5 * step[4:]
        y = size * step[:4]
        theta = (U + y[0], W + y[1], B + y[2]), (u, w, b), C + y[3] - u * ag.sigmoid(b)
        return theta, np.sum(y**2) + (u * w) ** 2

    return point


def shared(u2):
    """The same around a zero where both neurons share the work."""

    def point(step, size):
        y, delta, v = size * step[:4], size**0.5 * step[4:6], u2 + size**0.5 * step[6]
        S = U + y[0]
        first, second = (np.array([W, B]) + y[1:3] + part * delta for part in (v / S, v / S - 1))
        bent = v * (S - v) * np.sum(delta**2)
        return ((S - v, *first), (v, *second), C + y[3]), np.sum(y**2) + bent**2

    return point


ZEROS = {
    "silent": idle(0, 0.5, 1),
    "constant": idle(2, 0, 1),
    "silent and constant": idle(0, 0, 1),
    "shared": shared(1.2),
    "shared, one silent": shared(0),
}


@pytest.mark.parametrize("name", ZEROS)
def test_the_loss_lies_between_multiples_of_its_normal_form(name):
    """Ten times nearer to the zero, the range of the ratio must not run to 0 or to infinity."""

    def ratios(size):
        random = np.random.RandomState(0)
        steps = random.uniform(-1, 1, (400, 7))
        steps[::2, :4] = 0  # there the four squares hide nothing
        found = [ZEROS[name](step, size) for step in steps]
        return [divergence(theta) / form for theta, form in found]

    (low, high), (lower, higher) = ((min(r), max(r)) for r in map(ratios, (1e-2, 1e-4)))
    assert 0.2 * low < lower and higher < 5 * high
    assert lower > 1e-9 * higher


def test_beside_a_constant_the_loss_is_like_its_normal_form():
    def ratios(size):
        random = np.random.RandomState(0)
        for k in range(400):
            w1, y, q, v, p2, b1, b2 = random.uniform(-1, 1, 7)
            w1, y, q = size * w1, size**2 * y * (k % 2), size * q * (k % 3 > 0)
            v, b2 = (1 - size * v, b1) if k % 5 == 0 else (v, b2)  # nearly equal neurons
            if k % 7 == 0:  # three squares vanish
                b1, q, y = -2 * np.arctanh(v * (1 - 2 * ag.sigmoid(b2))), 0, 0
            (s1, s2), w2, p1 = 1 - 2 * ag.sigmoid([b1, b2]), v * w1, q - v * p2
            u1, u2 = [p1, p2] / ag.sigmoid_derivative([b1, b2])
            theta = (u1, w1, b1), (u2, w2, b2), C + y - u1 * ag.sigmoid(b1) - u2 * ag.sigmoid(b2)
            terms = y, w1 * q, (p1 * s2 + p2 * s1) * w1 * w2, p2 * w2 * (w1**2 - w2**2)
            yield divergence(theta, U=0) / np.sum(np.square(terms))

    (low, high), (lower, higher) = ((min(r), max(r)) for r in map(list, map(ratios, (1e-1, 1e-2))))
    assert 0.2 * low < lower and higher < 5 * high
    assert lower > 1e-9 * higher


def test_the_zeros_are_where_the_proof_says():
    for point in ZEROS.values():
        theta, form = point(np.zeros(7), 0.0)
        assert form == 0 and divergence(theta) < 1e-28
    same, flipped = (U / 2, W, B), (-U / 2, -W, -B)
    assert divergence((same, flipped, C + U / 2)) < 1e-28


def test_the_seven_functions_are_independent_for_a_truth_of_any_kind():
    """By singular values, where the page uses polynomials."""
    s = ag.sigmoid(W * x + B)
    first, second = s * (1 - s), s * (1 - s) * (1 - 2 * s)
    functions = [np.ones_like(x), s, x * first, first, x**2 * second, x * second, second]
    scaled = np.hstack([function / np.linalg.norm(function) for function in functions])
    assert np.linalg.svd(scaled, compute_uv=False)[-1] > 1e-8


def test_two_neurons_close_together_by_symbols():
    """Up to second order their sum is one neuron, and (u1 u2 / S)/2 times the second derivative."""
    u1, u2, r = sp.symbols("u1 u2 r")
    t = sp.symbols("t:3")  # Taylor coefficients of any function

    def tau(z):
        return sum(t[k] * z**k for k in range(3))

    S = u1 + u2
    rest = sp.expand(sp.simplify(u1 * tau(u2 / S * r) + u2 * tau(-u1 / S * r) - S * tau(0)))
    assert sp.simplify(rest - u1 * u2 / S * t[2] * r**2) == 0


@pytest.mark.parametrize("powers", [(1, 1), (1, 2), (2, 3)])
@pytest.mark.parametrize("density", [(0, 0), (1, 0), (1, 2)])
def test_monomials_have_the_exponents_of_the_theorem(powers, density):
    """By the zeta function, where the page uses exponential variables."""
    z, power, w = sp.Symbol("z"), sp.Symbol("p", positive=True), sp.Symbol("w", positive=True)
    integral = 2 * sp.integrate(w**power, (w, 0, 1))
    zeta = sp.prod(integral.subs(power, 2 * k * z + h) for k, h in zip(powers, density))
    poles = sp.roots(sp.Poly(sp.cancel(1 / zeta), z))
    rates = [sp.Rational(h + 1, 2 * k) for k, h in zip(powers, density)]
    assert (max(poles), poles[max(poles)]) == (-min(rates), rates.count(min(rates)))


def test_reduced_rank_regression_with_one_hidden_unit():
    """The formula of Aoyagi and Watanabe, for the truth 0, against radii: |a|² |b|² has min(M, N)/2."""

    def formula(M, N, H=1, r=0):
        if M + H < N + r:
            return sp.Rational(H * M - H * r + N * r, 2), 1
        if N + H < M + r:
            return sp.Rational(H * N - H * r + M * r, 2), 1
        odd = (M + H + N + r) % 2
        total = -((H + r) ** 2) - M**2 - N**2 + 2 * (H + r) * (M + N) + 2 * M * N
        return sp.Rational(total + odd, 8), 1 + odd

    for M, N in itertools.product(range(1, 7), repeat=2):
        # in polar coordinates |a|² has h = M − 1 and k = 1
        rates = [sp.Rational(M, 2), sp.Rational(N, 2)]
        assert formula(M, N) == (min(rates), rates.count(min(rates)))
    assert formula(2, 2, 1, 1) == (sp.Rational(3, 2), 1)  # four parameters less the one of the fiber


# B11 and B12


def test_border_has_the_limits_of_neurons_and_of_pairs():
    """By what no scaling changes: the differences from one place to the next."""
    zero = {
        "line": np.ptp,
        "step": lambda d: np.sum(d != 0) - 1,
        "exponential": lambda d: np.ptp(d[50:150] / d[51:151]),
        "$xe^{wx}$": lambda d: np.convolve(d, np.poly([np.exp(1 / 40)] * 2), "valid"),
        "derivative": lambda d: d + d[::-1],
        "parabola": lambda d: np.diff(d, 2),
        "cubic": lambda d: np.diff(d, 3),
    }
    ax = fig.plot_border()
    for line, text in zip(ax.lines, ax.texts, strict=True):
        d, label = np.diff(line.get_ydata()), text.get_text()
        assert (line.get_linestyle() == "-") == (label == "neuron")
        if label != "neuron":
            assert np.abs(zero[label](d)).max() < 3e-8, label


def test_midway_between_two_epochs_a_last_digit_matters_little():
    """Disturbed in the thirteenth digit, trainings differ there by less than the page says."""
    inputs, y_true, y_data = ag.make_data()
    v, y = inputs[:, np.newaxis], y_data[:, np.newaxis]
    for d, digits in ((2, ("45", "41")), (10, ("17", "17"))):
        start = ag.init_network(d)
        nets = [start._replace(W1=start.W1 * (1 + k * 1e-13)) for k in range(1, 4)]
        for *_, p in alg.snapshots(v, y, nets, 0.01, 10_000, every=10_000)[1]:
            q, _ = ag.train_network(v, y, p, 0.01, 1)
            fit = ag.forward(v, ag.Network._make((a + b) / 2 for a, b in zip(p, q)))[2].ravel()
            losses = ag.mse_loss(fit, y_data) / 2, 50 / 3 + ag.mse_loss(fit, y_true) / 2
            assert tuple(f"{loss:.0f}" for loss in losses) == digits


def test_expected_loss_on_new_inputs_is_an_integral():
    """Noise floor plus half the mean squared distance, for the line that lies nearest to f (chapter 1)."""
    random = np.random.RandomState(3)
    inputs, noise = random.uniform(0, 10, 400_000), random.uniform(-10, 10, 400_000)
    losses = (12 * inputs - 47 / 3 - ag.f(inputs) - noise) ** 2 / 2
    assert losses.mean() == pytest.approx(50 / 3 + 250 / 9, abs=4 * losses.std() / np.sqrt(400_000))


# The cone of B6, and the fiber of B8


@pytest.mark.parametrize("matrix", [[[9, 2], [2, 6]], [[1, 2], [2, -2]], [[-3, 1], [1, -1]]])
def test_cone_has_the_parts_of_the_matrix(matrix):
    ax = fig.plot_cone(matrix)
    marks = {line.get_label(): np.array(line.get_data_3d()).T for line in ax.lines}
    found = {}
    for name in ("the matrix", "minimum", "saddle", "vertex"):
        ((q, r, p),) = marks[name]
        found[name] = np.array([[p + q, r], [r, p - q]])
    left, sizes, right = np.linalg.svd(matrix)
    assert found["the matrix"] == pytest.approx(np.array(matrix)) and not found["vertex"].any()
    for k, name in enumerate(("minimum", "saddle")):
        assert found[name] == pytest.approx(sizes[k] * np.outer(left[:, k], right[k]))
    below = np.linalg.eigvalsh(matrix)[0] < 0
    assert (ax.get_zlim()[0] < 0) == below
    assert (ax.get_zlim()[1] > 0) == (np.linalg.eigvalsh(matrix)[1] > 0)


@pytest.mark.parametrize("t, real", [("3/5", 2), ("19/10", 2), ("21/10", 4), ("4", 4), ("1/10", 4)])
def test_six_points_are_critical_where_the_diagonal_counts_more_and_some_are_real(t, real):
    t, k, (a, b, c, d) = sp.Rational(t), sp.Symbol("k"), sp.symbols("a:d")
    loss = t * (a - 2) ** 2 + (b - 1) ** 2 + (c - 1) ** 2 + t * (d - 2) ** 2
    cone = a * d - b * c
    equations = [sp.diff(loss - k * cone, letter) for letter in (a, b, c, d)]
    found = sp.solve([*equations, cone], [k, a, b, c, d], dict=True)
    losses = sorted(loss.subs(point) for point in found if all(value.is_real for value in point.values()))
    assert (len(found), len(losses)) == (6, real)
    assert losses[0] == 2 * t / (t + 1) and 9 * losses[0] in losses


@pytest.mark.parametrize("W1, b1", [(1, 0.6), (-2, 3), (0.5, 0)])
def test_fiber_leaves_the_function_alone(W1, b1, monkeypatch):
    drawn = []
    monkeypatch.setattr(Axes3D, "plot_surface", lambda self, *surface, **_: drawn.append(np.array(surface)))
    poles = [line.get_data_3d() for line in fig.plot_fiber(W1, b1).lines[:-1]]
    points = np.hstack([np.reshape(part, (3, -1)) for part in (*drawn, *poles)]).T
    inputs = np.linspace(-3, 3, 20)
    one = ag.sigmoid(W1 * inputs + b1)
    for w, b, a in points:
        columns = np.column_stack([one, np.ones(20), a * ag.sigmoid(w * inputs + b)])
        assert np.linalg.matrix_rank(columns, tol=1e-9) == 2  # the first neuron and the bias make up for it
    assert {tuple(np.round(point[:2], 9)) for pole in poles for point in np.transpose(pole)} == {
        (round(sign * W1, 9), round(sign * b1, 9)) for sign in (1, -1)
    }
    assert len(drawn) == len(poles) == 4
