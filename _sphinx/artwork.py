"""Draw the title image from the book's own mathematics: descents on its loss."""

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

NIGHT, GOLD, CREAM = "#10202c", "#f2b84b", "#fdfaf3"


def draw_title(*files):
    """Draw gradient descents from many starting points, the print's own among them, over level sets."""
    import agml_helpers as ag  # not before the pages have run, which say best what is wrong with it

    x, _, y_data = ag.make_data()
    W, B = np.meshgrid(np.linspace(-6, 29, 300), np.linspace(-40, 12, 200))
    loss = ag.loss_surface(x, y_data, W, B)
    levels = loss.min() + np.geomspace(2e-4, 1, 22) * np.ptp(loss)
    w, b = (side.ravel() for side in np.meshgrid([-5.5, 28.5], np.linspace(-39, 11, 14)))
    paths = [(w, b)]
    for _ in range(6000):  # all at once
        dw, db = ag.gradient_field(x, y_data, w, b)
        w, b = w - 0.001 * dw, b - 0.001 * db
        paths.append((w, b))
    # nothing of the builder's own settings, or of today
    with style.context(["default", {"svg.hashsalt": "agml"}]):
        figure = Figure(figsize=(12, 4.2), facecolor=NIGHT)
        ax = figure.add_axes((0, 0, 1, 1))
        ax.set_axis_off()
        ax.set(xlim=(-6, 29), ylim=(-40, 12))
        ax.contour(W, B, loss, levels, cmap="viridis_r", norm="log", linewidths=0.9, alpha=0.85)
        ax.plot(*np.transpose(paths, (1, 0, 2)), color=CREAM, linewidth=0.6, alpha=0.35)
        w, b, _ = ag.gradient_descent(x, y_data, ag.W_START, ag.B_START, 0.001, 2000)
        ax.plot(w, b, color=GOLD, linewidth=2.6, solid_capstyle="round")
        ax.plot(w[[0, -1]], b[[0, -1]], "o", color=GOLD, markersize=8)
        for file in files:
            figure.savefig(file, metadata={"Date" if file.suffix == ".svg" else "CreationDate": None})


def draw(app, env):
    static = app.outdir / "_static"
    static.mkdir(parents=True, exist_ok=True)
    # what shows a link to a published page reads no SVG
    draw_title(*(static / name for name in ["title.svg", *["card.png"] * bool(app.config.html_baseurl)]))


def setup(app):
    app.connect("env-updated", draw)
