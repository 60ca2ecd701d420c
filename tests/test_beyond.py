"""What the pages beyond the print prove and draw, against other ways to the same."""

import itertools
import re
from functools import partial

import jupytext
import numpy as np
import pytest
import sympy as sp

import agml_helpers as ag
from shared import ROOT

PAGES = {path.stem.split("-")[0].upper(): path for path in (ROOT / "beyond").glob("b[0-9]*.md")}


# The diagram of the opening page


def test_diagram_shows_what_the_pages_say_they_build_on():
    """An arrow that follows from others is left out."""
    line = re.compile(r"\{\.in-print\}\n\*(Beyond the print; it builds on .+?)\*\n", re.S)
    said = {
        number: set(re.findall(r"\{doc\}`(B\d+) <", line.search(path.read_text(encoding="utf-8"))[1]))
        for number, path in PAGES.items()
    }

    def below(number):
        """Return all that what a page builds on builds on itself."""
        return set().union(*(said[source] | below(source) for source in said[number]))

    assert len(said) >= 13
    expected = {number: said[number] - below(number) for number in said}
    (cell,) = [c for c in jupytext.read(ROOT / "beyond" / "index.md").cells if c.cell_type == "code"]
    drawn = {}
    exec(cell.source.replace("fig.plot_pages(", "drawn.update("), {"drawn": drawn})
    assert {number: set(sources) for number, (_, sources, _) in drawn.items()} == expected
    style = (ROOT / "_sphinx" / "static" / "companion.css").read_text(encoding="utf-8")
    rule = r"\.page-map a:nth-child\((\d+)\) { --at: (\d+); --row: (\d+); }"
    boxes = {int(child): (int(at), int(row)) for child, at, row in re.findall(rule, style)}
    links = re.findall(r"\{doc\}`(B\d+)", cell.metadata.mystnb.figure.caption)
    assert {link: boxes[child] for child, link in enumerate(links, start=1)} == {
        number: place for number, (_, _, place) in drawn.items()
    }
    alt = cell.metadata.mystnb.image.alt
    words = dict(re.findall(r"(B\d+), [^,.;]+,(?: builds)? on (B[^.;]+)", alt))
    words = dict.fromkeys(re.findall(r"B\d+", alt), "") | words
    assert {number: set(re.findall(r"B\d+", on)) for number, on in words.items()} == expected


def test_links_name_the_pages_by_their_numbers():
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "beyond").glob("*.md"))
    links = re.findall(r"\{doc\}`B(\d+) <b(\d+)-", text)
    assert len(links) > 70 and all(number == page for number, page in links)


# The theorems


@pytest.mark.parametrize("number", PAGES)
def test_theorems_are_proved(number):
    """Each has its proofs, which end with a square."""
    body = PAGES[number].read_text(encoding="utf-8").partition("\n## Exercises")[0]
    marks = re.findall(r"^```{prf(?=:)|^\*P(?=roof)|\\b(?=lacksquare)|\*\*(?=Theorem)", body, re.M)
    assert re.fullmatch(r"(```{prf(\*P\\b)+)+", "".join(marks)), marks


# The theorem of B14

x = np.linspace(0, 10, 60)[:, np.newaxis]
W, B, U, C = 0.9, -4.0, 3.0, 1.0


def divergence(theta, U=U):
    """Return half the mean squared distance of a network with two neurons from one with one, or with none."""
    (u1, w1, b1), (u2, w2, b2), c = theta
    net = ag.Network([[w1, w2]], [[b1, b2]], [[u1], [u2]], [[c]])
    truth = ag.forward(x, ag.Network([[W]], [[B]], [[U]], [[C]]))[2]
    return np.mean((ag.forward(x, net)[2] - truth) ** 2) / 2


def idle(u2, w2, b2, step, size):
    """Return a point near a zero where the second neuron is idle, and what the proof compares K with."""
    u, w, b = np.array([u2, w2, b2]) + size**0.5 * step[4:]
    y = size * step[:4]
    theta = (U + y[0], W + y[1], B + y[2]), (u, w, b), C + y[3] - u * ag.sigmoid(b)
    return theta, np.sum(y**2) + (u * w) ** 2


def shared(u2, step, size):
    """Return the same near a zero where both neurons share the work."""
    y, delta, v = size * step[:4], size**0.5 * step[4:6], u2 + size**0.5 * step[6]
    S = U + y[0]
    first, second = (np.array([W, B]) + y[1:3] + part * delta for part in (v / S, v / S - 1))
    bent = v * (S - v) * np.sum(delta**2)
    return ((S - v, *first), (v, *second), C + y[3]), np.sum(y**2) + bent**2


ZEROS = {
    "silent": partial(idle, 0, 0.5, 1),
    "constant": partial(idle, 2, 0, 1),
    "silent and constant": partial(idle, 0, 0, 1),
    "shared": partial(shared, 1.2),
    "shared, one silent": partial(shared, 0),
}


def stay_within_bounds(far, near):
    """Nearer to a zero, the range of the ratio of two functions must not run to 0 or to infinity."""
    far, near = [*far], [*near]
    assert 0.2 * min(far) < min(near) and max(near) < 5 * max(far)
    assert min(near) > 1e-9 * max(near)


@pytest.mark.parametrize("name", ZEROS)
def test_the_loss_lies_between_multiples_of_its_normal_form(name):
    def ratios(size):
        random = np.random.RandomState(0)
        steps = random.uniform(-1, 1, (400, 7))
        steps[::2, :4] = 0  # there the four squares hide nothing
        for step in steps:
            theta, form = ZEROS[name](step, size)
            yield divergence(theta) / form

    stay_within_bounds(ratios(1e-2), ratios(1e-4))


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

    stay_within_bounds(ratios(1e-1), ratios(1e-2))


def test_the_seven_functions_are_independent_for_a_truth_of_any_kind():
    """By singular values, where the page uses polynomials."""
    s = ag.sigmoid(W * x + B)
    first, second = s * (1 - s), s * (1 - s) * (1 - 2 * s)
    functions = [np.ones_like(x), s, x * first, first, x**2 * second, x * second, second]
    scaled = np.hstack([function / np.linalg.norm(function) for function in functions])
    assert np.linalg.svd(scaled, compute_uv=False)[-1] > 1e-8


def test_two_neurons_close_together_by_symbols():
    """Up to second order their sum is one neuron, and (u1 u2 / S)/2 times the second derivative."""
    u1, u2, r, z = sp.symbols("u1 u2 r z")
    t = sp.symbols("t:3")  # Taylor coefficients of any function
    tau = sp.Lambda(z, t[0] + t[1] * z + t[2] * z**2)
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


# The cone of B6


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
