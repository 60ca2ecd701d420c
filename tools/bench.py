"""Measure the helper beside the straightforward way: `make bench` writes it into appendix/speed.md.

Every figure is reported. Some have a guard, far below what was measured: to fall below it is a loss.
"""

import sys
import tracemalloc
from statistics import median
from timeit import timeit

import matplotlib.pyplot as plt
import numpy as np
from playwright.sync_api import sync_playwright

import agml_helpers as ag
import measured

START = ag.W_START, ag.B_START
x, y_true, y_data = ag.make_data()
v, y = x.reshape(-1, 1), y_data.reshape(-1, 1)
X, inside = ag.make_circle()


W, B = np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100))


def grid_fast():
    return ag.loss_surface(x, y_data, W, B), *ag.gradient_field(x, y_data, W, B)


def grid_slow():
    """As the listings of Figs. 1.3 and 1.4 go: every point of the grid passes over the data."""
    loss, dW, dB = np.empty(W.shape), np.empty(W.shape), np.empty(W.shape)
    for i, j in np.ndindex(W.shape):
        error = W[i, j] * x + B[i, j] - y_data
        loss[i, j], dW[i, j], dB[i, j] = np.mean(error**2), 2 * np.mean(error * x), 2 * np.mean(error)
    return loss, dW, dB


def descent_slow(epochs=2000):
    """Step by step, with a loss computed from the model again after every step."""
    w, b = START
    history = [(w, b, np.mean((w * x + b - y_data) ** 2))]
    for _ in range(epochs):
        error = w * x + b - y_data
        dw, db = 2 * np.mean(error * x), 2 * np.mean(error)
        w, b = w - 0.001 * dw, b - 0.001 * db
        history.append((w, b, np.mean((w * x + b - y_data) ** 2)))
    return history


def training_slow(d, epochs):
    """The loop as section 1.2.2 describes it: matrix products, and σ computed again for σ′."""

    def sigmoid(z):
        return 1 / (1 + np.exp(-z))

    def derivative(z):
        return sigmoid(z) * (1 - sigmoid(z))

    W1, b1, W2, b2 = ag.init_network(d)
    m, losses = len(v), []
    for _ in range(epochs):
        Z1 = np.dot(v, W1) + b1
        A1 = sigmoid(Z1)
        error = np.dot(A1, W2) + b2 - y
        losses.append(np.sum(error**2) / (2 * m))
        dZ1 = np.dot(error, W2.T) * derivative(Z1)
        dW2, db2 = np.dot(A1.T, error) / m, np.sum(error, axis=0, keepdims=True) / m
        dW1, db1 = np.dot(v.T, dZ1) / m, np.sum(dZ1, axis=0, keepdims=True) / m
        W1, b1, W2, b2 = W1 - 0.01 * dW1, b1 - 0.01 * db1, W2 - 0.01 * dW2, b2 - 0.01 * db2
    return losses


def drawn(draw):
    """Draw to pixels and close."""
    axes = draw()
    axes.figure.canvas.draw()
    plt.close(axes.figure)


def points_slow(projection=None):
    """One artist per point, as the listings of A.1.0.2 draw the circle."""
    ax = plt.figure(figsize=(6, 6)).add_subplot(projection=projection)
    for point, within in zip(X, inside):
        place = (*point, point @ point) if projection else point
        ax.scatter(*place, color="blue" if within else "red", s=10, alpha=0.7)
    return ax


def field_slow(path=None):
    """Figs. 1.3 and 1.4 as listed: 10,000 arrows, the grid point by point, an arrow for every step."""
    loss, dW, dB = grid_slow()
    ax = plt.figure(figsize=(12, 8)).add_subplot()
    ax.contour(W, B, loss, levels=np.logspace(2, 4, 10), cmap="viridis")
    ax.quiver(W, B, dW, dB, angles="xy", scale_units="xy", scale=1, color="blue", alpha=0.5)
    if path is not None:
        w, b = path[:2]
        ax.plot(w, b, "ro-", markersize=3, linewidth=1)
        for k in range(1, len(w)):
            ax.arrow(w[k - 1], b[k - 1], w[k] - w[k - 1], b[k] - b[k - 1], head_width=0.05, color="red")
    return ax


def surface_slow(path):
    """Fig. 1.5 as listed: the grid point by point, a marker for every step."""
    w, b, losses = path
    W, B = np.meshgrid(np.linspace(w.min() - 1, w.max() + 1, 100), np.linspace(b.min() - 1, b.max() + 1, 100))
    loss = [np.mean((w * x + b - y_data) ** 2) for w, b in zip(W.ravel(), B.ravel())]
    ax = plt.figure(figsize=(10, 8)).add_subplot(projection="3d")
    ax.plot_surface(W, B, np.reshape(loss, W.shape), cmap="viridis", alpha=0.8)
    ax.plot(w, b, losses, color="red", marker="o", markersize=4)
    return ax


def seconds(slow, fast, times=9, slow_times=9):
    """Return what either way takes, measured in turns, by the best of each: others only add."""
    fast()
    slowest = fastest = np.inf
    for turn in range(times):
        fastest = min(fastest, timeit(fast, number=1))
        if turn < slow_times:
            slowest = min(slowest, timeit(slow, number=1))
    return slowest, fastest


def growth():
    """Return, by number of samples, what a surface costs in multiples of one pass over the data."""

    def peak(run):
        tracemalloc.start()
        run()
        memory = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return memory

    for n in (200, 20_000, 2_000_000):
        samples = np.linspace(0, 10, n)
        values = ag.f(samples)

        def one_pass():
            ag.moments(samples, values)

        def surface():
            ag.loss_surface(samples, values, W, B)

        slow, fast = seconds(surface, one_pass)
        yield n, slow / fast, (peak(surface) - peak(one_pass)) / 1e6


def rows():
    """Yield what is measured, the seconds of either way, the guard of their ratio, and why they differ."""
    yield (
        "Loss grid and gradient field of Figs. 1.3 and 1.4",
        seconds(grid_slow, grid_fast, 21, 3),
        500,
        "The loss is a polynomial in (w, b): five means of the data, computed once, serve all 10,000 points.",
    )

    def descent():
        return ag.gradient_descent(x, y_data, *START, 0.001, 2000)

    path = descent()
    yield (
        "Gradient descent, 2000 epochs",
        seconds(descent_slow, descent),
        0.6,
        "The listing as it stands in print, step by step.",
    )
    for d in (2, 10):
        net = ag.init_network(d)
        yield (
            f"Training with d = {d}, 2000 epochs",
            seconds(lambda: training_slow(d, 2000), lambda: ag.train_network(v, y, net, 0.01, 2000)),
            0.7,
            "The sigmoid is computed once in an epoch and serves its derivative too.",
        )

    line = ag.linear_model(x, *START)
    one, ten = [
        ag.forward(v, ag.train_network(v, y, ag.init_network(d), 0.01, 100)[0])[2].ravel() for d in (2, 10)
    ]

    def lines():
        for curves in (
            (y_true,),
            (None, line),
            (y_true, line, line),
            (y_true, line, one),
            (y_true, line, ten),
        ):
            drawn(lambda: ag.plot_fit(x, y_data, *curves))
        drawn(ag.plot_sigmoid)

    drawings = {
        "Fig. 1.3": (field_slow, lambda: ag.plot_gradient_field(x, y_data, *START)),
        "Fig. 1.4": (lambda: field_slow(path), lambda: ag.plot_gradient_field(x, y_data, *path[:2])),
        "Fig. 1.5": (lambda: surface_slow(path), lambda: ag.plot_loss_surface(x, y_data, *path[:2])),
        "Fig. 1.7": (points_slow, lambda: ag.plot_circle(X, inside)),
        "Fig. 1.8": (lambda: points_slow("3d"), lambda: ag.plot_lifted_circle(X, inside)),
    }
    why = {
        "Fig. 1.3": "225 arrows in place of 10,000, and the grid above.",
        "Fig. 1.4": "The path is one line, not 2000 arrows.",
        "Fig. 1.5": "The grid above, and the path without 2001 markers.",
        "Fig. 1.7": "Two artists, one for each class, in place of 5000.",
        "Fig. 1.8": "The same in three dimensions.",
    }
    total = np.full(2, min(timeit(lines, number=1) for _ in range(4)))  # the listings draw these as we do
    for name, (slow, fast) in drawings.items():
        taken = seconds(lambda: drawn(slow), lambda: drawn(fast), 3, 1)
        total += taken
        yield name, taken, None, why[name]
    yield "All eleven figures together", total, 20, "Most of it is the two circles."


SECTION = "chapters/1_linear_regression/1_2"
HANDLES = {  # each explorer's page below the built book, in a state that takes long, and what is dragged
    "line": (f"{SECTION}-univariate-linear-models.html", "The point of the line"),
    "descent, and its surface": (
        f"{SECTION}_1_2-descent-and-backward-propagation.html#Descent:epochs=2000",
        "Start",
    ),
    "surface, turned": ("appendix/a_1_0_1-descent-in-3d.html", "The surface"),
    "lift, 5000 points": (f"{SECTION}_2-hidden-layers.html#Lift:height=0.6", "The points"),
    "neuron": (f"{SECTION}_2-hidden-layers.html", "Middle"),
    "network of two neurons": (f"{SECTION}_2-hidden-layers.html#Training:epoch=10000", "Epoch"),
    "network of ten neurons": (f"{SECTION}_2-hidden-layers.html#Training:epoch=10000", "Epoch"),
    "two weights": ("beyond/b5-linear-hidden-layer.html#TwoWeights:epochs=5000", "Start"),
}
COUNT_FRAMES = """(() => {
    const frame = window.requestAnimationFrame.bind(window);
    window.spent = 0;
    window.requestAnimationFrame = act => frame(now => {
        const begin = performance.now();
        act(now);
        window.spent += performance.now() - begin;
    });
})()"""
MOVE = """async (node, [x, y]) => {
    const taken = [], next = () => new Promise(done => setTimeout(done, 40));
    for (let i = 0; i < 60; i++) {
        window.spent = 0;
        const begin = performance.now();
        const at = {clientX: x - i, clientY: y + i / 2, bubbles: true};
        node.dispatchEvent(new PointerEvent("pointermove", at));
        const inEvent = performance.now() - begin;
        await next();
        taken.push(inEvent + window.spent);
    }
    return taken;
}"""
LIVE = """async widget => {
    const seen = () => Number(widget.querySelector(".numbers b").textContent.replace(/,/g, ""));
    const pick = (name, value) => {
        const range = [...widget.querySelectorAll("input")].find(one => one.labels[0]?.textContent === name);
        range.value = value;
        range.dispatchEvent(new Event("input"));
    };
    pick("neurons d", 10);
    pick("epoch", 0);
    while (seen() !== 0) await new Promise(requestAnimationFrame);
    const begin = performance.now();
    pick("epoch", 20000);
    while (seen() !== 20000) await new Promise(requestAnimationFrame);
    return 20000 / (performance.now() - begin) * 1000;
}"""


def hands(book):
    """Return the milliseconds of script for each move of a hand, by explorer, and the epochs in a second.

    `book` is the folder of the built pages. The training is that of ten neurons, and is drawn while it runs.
    """
    taken = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=measured.browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.add_init_script(COUNT_FRAMES)
        for name, (file, label) in HANDLES.items():
            page.goto(f"{book.as_uri()}/{file}")
            page.evaluate("dispatchEvent(new Event('beforeprint'))")  # or they would wait to be seen
            handle = page.locator(f'.agml [role="slider"][aria-label^="{label}"]')
            handle.scroll_into_view_if_needed()
            page.wait_for_timeout(1500)  # the network has trained
            if name == "network of ten neurons":
                epochs = page.locator(".widgets", has=handle).evaluate(LIVE)
            box = handle.bounding_box()
            at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            page.mouse.move(*at)
            page.mouse.down()
            taken[name] = handle.evaluate(MOVE, at)
            page.mouse.up()
        browser.close()
    return taken, epochs


def report(missed):
    """Yield the tables in Markdown, line by line, and note the guards that did not hold."""
    yield f"Measured on: {measured.machine()}.\n"
    yield "| what | times as fast | guard | why |\n|---|---:|---:|---|"
    for what, (slow, fast), guard, why in rows():
        times = slow / fast
        yield f"| {what} | {times:,.{0 if times >= 20 else 2}f} | {guard or ''} | {why} |"
        if guard and times < guard:
            missed.append(what)
    yield "\n| samples | surface, in passes over the data | memory beyond one pass, MB |\n|---:|---:|---:|"
    for n, times, memory in growth():
        yield f"| {n:,} | {times:.2f} | {memory:.2f} |"
    taken, epochs = hands(measured.ROOT / "_build" / "html")
    yield "\n| explorer | ms of script for a move, median | worst | at most |\n|---|---:|---:|---:|"
    for name, moves in taken.items():
        yield f"| {name} | {median(moves):.1f} | {max(moves):.1f} | 16 |"
        if median(moves) > 16:
            missed.append(f"explorer {name}")
    yield (
        f"\nTen neurons train {epochs:,.0f} epochs a second in the browser, drawn as they go; at least 5,000."
    )
    if epochs < 5000:
        missed.append("training in the browser")


if __name__ == "__main__":
    lines, missed = [], []
    for line in report(missed):
        print(line, flush=True)
        lines.append(line)
    measured.write("speed.md", "\n".join(lines))
    sys.exit(f"below its guard: {', '.join(missed)}" if missed else 0)
