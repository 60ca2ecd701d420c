"""Pictures that move under the reader's hand, with a running notebook and without.

An explorer draws all its pictures beforehand; its sliders only choose the one that is seen. The
links between them (`jslink`) live in the browser, so a page needs no server. Every picture
carries an alternative text with the numbers that it shows.
"""

import base64
import functools
import hashlib
import html
import io

import ipywidgets as widgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from PIL import Image

import agml_checks as check
import agml_helpers as ag


class Film:
    """A figure of which one part stands still while the other changes from picture to picture.

    The part that stands still is stored once, and every picture is a transparent sheet over it.
    """

    def __init__(self, size, dpi=160, layout="constrained"):
        """Make an empty figure of the given size in inches, with room for a line of text on top."""
        self.figure = Figure(figsize=size, dpi=dpi, layout=layout)
        self.canvas = FigureCanvasAgg(self.figure)
        self.text = self.figure.suptitle(" ", fontsize=13, animated=True)

    def develop(self):
        """Fix the layout and return what stands still, as a PNG."""
        self.canvas.draw()
        self.figure.set_layout_engine("none")
        return self._png()

    def picture(self, text, artists):
        """Return the artists and the text on a transparent sheet, as a PNG."""
        self.canvas.get_renderer().clear()
        self.text.set_text(text)
        for artist in [*artists, self.text]:
            self.figure.draw_artist(artist)
        return self._png()

    def _png(self):
        file = io.BytesIO()
        sheet = Image.fromarray(np.asarray(self.canvas.buffer_rgba()))
        opaque = sheet.getextrema()[3] == (255, 255)
        # figures have few colors; with these alone a picture weighs a quarter
        if opaque:
            sheet = sheet.convert("RGB").quantize(64, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        else:  # the one method that knows transparency; it would gray white a little
            sheet = sheet.quantize(32, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        sheet.save(file, "png", optimize=not opaque)
        return file.getvalue()


class Explorer(widgets.VBox):
    """One or two sliders above the picture that they choose.

    On paper, where nothing moves, an explorer is the picture that it starts with.
    """

    def __init__(self, sliders, pictures, still=None):
        """Put sliders and pictures together.

        Parameters
        ----------
        sliders : list of SelectionSlider
        pictures : dict
            The text and the PNG of every picture, by the values of the sliders as a tuple.
        still : bytes, optional
            The PNG that lies below every picture.
        """
        self.sliders, self.pictures, self.still = sliders, pictures, still
        self._pattern = widgets.HTML()  # its layout serves all pictures, or each would bring its own
        self._name = f"still-{hashlib.sha256(still).hexdigest()[:12]}" if still else ""
        below = f"<style>.{self._name} {{ background: url({_url(still)}) 0 0 / 100% 100% }}</style>"
        super().__init__([*sliders, *([widgets.HTML(below)] if still else []), self._stack(())])

    def _stack(self, chosen):
        """Return what there is to see when the first sliders have the chosen values."""
        if len(chosen) == len(self.sliders):
            text, png = self.pictures[chosen]
            image = (f'<img class="{self._name}" style="width: 100%; max-width: 44rem" '
                     f'alt="{html.escape(text)}" src="{_url(png)}">')
            return widgets.HTML(image, layout=self._pattern.layout, style=self._pattern.style)
        slider = self.sliders[len(chosen)]
        children = [self._stack((*chosen, value)) for _, value in slider.options]
        stack = widgets.Stack(children, selected_index=slider.index)
        widgets.jslink((slider, "index"), (stack, "selected_index"))
        return stack

    def paper(self):
        """Return the picture that the sliders choose now, in one piece, as a PNG."""
        _, png = self.pictures[tuple(slider.value for slider in self.sliders)]
        sheets = [Image.open(io.BytesIO(sheet)).convert("RGBA") for sheet in (self.still, png) if sheet]
        file = io.BytesIO()
        functools.reduce(Image.alpha_composite, sheets).convert("RGB").save(file, "png")
        return file.getvalue()

    def _repr_mimebundle_(self, **kwargs):
        paper = base64.b64encode(self.paper()).decode()
        return super()._repr_mimebundle_(**kwargs) | {"image/png": paper}


def _url(png):
    """Return a PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png or b'').decode()}"


def _slider(name, values, start, label="{:.4g}"):
    """Return a slider over the values, which shows each as the label says."""
    options = [(label.format(value), value) for value in values]
    return widgets.SelectionSlider(options=options, value=start, description=name,
                                   layout=widgets.Layout(width="auto", max_width="36rem"))


def explore_line(x, y_data):
    """Choose weight and bias by hand and see the line, its errors and its loss (section 1.2).

    Parameters
    ----------
    x, y_data : array_like of shape (N,)

    Returns
    -------
    Explorer, which starts at the weight and bias of the print
    """
    with ag.in_style() as palette:
        weights = _slider("weight w", [-4, ag.W_START, 2, 4, 6, 8, 10, 12, 14], ag.W_START)
        biases = _slider("bias b", [-24, -20, -16, -12, -8, -4, ag.B_START, 4, 8], ag.B_START)
        film = Film((7, 3.8))
        ax = ag.plot_fit(x, y_data, ax=film.figure.add_subplot())
        ax.set_ylim(-40, 150)
        line, = ax.plot([], [], color=palette.green, animated=True)
        errors = ax.add_collection(LineCollection([], colors=palette.red, alpha=0.4, linewidths=0.8, animated=True))
        still, pictures = film.develop(), {}
        for _, w in weights.options:
            for _, b in biases.options:
                y_pred = ag.linear_model(x, w, b)
                line.set_data(x, y_pred)
                errors.set_segments(np.stack([np.column_stack([x, x]), np.column_stack([y_data, y_pred])], axis=2))
                loss = ag.mse_loss(y_pred, y_data)
                text = f"w = {w:.4g}, b = {b:.4g}: the loss is {loss:,.1f}"
                pictures[w, b] = text, film.picture(text, [errors, line])
        return Explorer([weights, biases], pictures, still)


def explore_descent(x, y_data):
    """Choose learning rate and epoch and see path and loss of the descent (section 1.2.1.2).

    Parameters
    ----------
    x, y_data : array_like of shape (N,)

    Returns
    -------
    Explorer, which starts at the learning rate and the last epoch of the print
    """
    with ag.in_style() as palette:
        x, y_data = check.same_shape(x=x, y_data=y_data)
        slow, steep = np.linalg.eigvalsh(ag.loss_hessian(x))
        fastest, too_large = 2 / (slow + steep), 1.01 * 2 / steep
        rates = _slider("rate α", [0.0001, 0.001, 0.003, 0.01, 0.02, fastest, too_large], 0.001, "{:.3g}")
        epochs = _slider("epoch", [0, 1, 2, 5, 10, 50, 100, 500, 1000, 2000], 2000, "{}")
        film = Film((7.6, 3.9))
        plane, curve = film.figure.subplots(1, 2, width_ratios=[1, 1])
        ag.labeled_axes(plane, "weight $w$", "bias $b$")
        W, B = np.meshgrid(np.linspace(-10, 20, 100), np.linspace(-20, 10, 100))
        loss = ag.loss_surface(x, y_data, W, B)
        levels = loss.min() + np.geomspace(1e-3, 1, 11)[:-1] * np.ptp(loss)
        plane.contour(W, B, loss, levels, cmap=ag.level_colors(), norm="log", linewidths=1)
        ag.labeled_axes(curve, "epoch", "loss")
        curve.set(xscale="symlog", yscale="log", xlim=(0, 2500), ylim=(60, 2e5))
        path, = plane.plot([], [], ".-", color=palette.red, linewidth=1, markersize=3, animated=True)
        here, = plane.plot([], [], "s", color=palette.red, markersize=8, animated=True)
        falls, = curve.plot([], [], color=palette.red, animated=True)
        now, = curve.plot([], [], "s", color=palette.red, markersize=8, animated=True)
        still, pictures = film.develop(), {}
        for label, alpha in rates.options:
            w, b, losses = ag.gradient_descent(x, y_data, ag.W_START, ag.B_START, alpha, 2000)
            for _, epoch in epochs.options:
                left = np.flatnonzero((np.abs(w - 5) > 15) | (np.abs(b + 5) > 15))
                seen = min([epoch, *left[:1]]) + 1  # a path that leaves the plane would come back as a blur
                path.set_data(w[:seen], b[:seen])
                here.set_data(w[epoch:epoch + 1], b[epoch:epoch + 1])
                falls.set_data(np.arange(epoch + 1), losses[:epoch + 1])
                now.set_data([epoch], [losses[epoch]])
                text = f"α = {label}, epoch {epoch}: the loss is {losses[epoch]:,.5g}"
                if losses[epoch] > losses[0]:
                    text += ", the descent diverges"
                pictures[alpha, epoch] = text, film.picture(text, [path, here, falls, now])
        return Explorer([rates, epochs], pictures, still)


def explore_lift(X, inside):
    """Lift the circle from the plane, step by step (section 1.2.2, between Figs. 1.7 and 1.8).

    Parameters
    ----------
    X : array_like of shape (n, 2)
    inside : array_like of bool, shape (n,)

    Returns
    -------
    Explorer, which starts fully lifted
    """
    with ag.in_style() as palette:
        heights = _slider("lift", np.linspace(0, 1, 6), 1.0, "{:.0%}")
        film, pictures = Film((6, 4.6), dpi=110, layout="none"), {}
        ax = film.figure.add_axes((0, 0, 0.94, 0.93), projection="3d", computed_zorder=False)
        ax.set_box_aspect(None, zoom=0.9)
        film.text.set_animated(False)
        for label, height in reversed(heights.options):  # the last one is seen from above, without ticks of z
            for artist in [*ax.collections]:  # axes cost more than points: one pair serves all pictures
                artist.remove()
            ag.plot_lifted_circle(X, inside, height=height, elev=90 - 80 * height, azim=-90 + 30 * height, ax=ax)
            apart = "the plane has one class on each side" if height else "no line separates the classes"
            film.text.set_text(f"lift {label}: {apart}")
            pictures[height,] = film.text.get_text(), film.develop()
        return Explorer([heights], dict(reversed(pictures.items())))


def explore_neuron():
    """Choose weight and bias of one neuron and see its activation (section 1.2.2, Fig. 1.9).

    Returns
    -------
    Explorer, which starts at w = 1 and b = 0, the sigmoid itself
    """
    with ag.in_style() as palette:
        weights = _slider("weight w", [-4, -2, -1, 0, 0.5, 1, 2, 4], 1)
        biases = _slider("bias b", [-4, -2, 0, 2, 4], 0)
        x = np.linspace(-8, 8, 401)
        film = Film((7, 3.6))
        ax = ag.labeled_axes(film.figure.add_subplot(), "$x$", "")
        ax.set(xlim=(-8, 8), ylim=(-0.05, 1.05))
        activation, = ax.plot([], [], color=palette.blue, label=r"$\sigma(wx + b)$", animated=True)
        slope, = ax.plot([], [], "--", color=palette.red, label=r"$\sigma'(wx + b)$", animated=True)
        film.figure.legend(loc="outside right upper")
        still, pictures = film.develop(), {}
        for _, w in weights.options:
            for _, b in biases.options:
                activation.set_data(x, ag.sigmoid(w * x + b))
                slope.set_data(x, ag.sigmoid_derivative(w * x + b))
                middle = f"one half at x = {0.0 - b / w:.4g}" if w else f"the same {ag.sigmoid(b):.3f} for every x"
                text = f"w = {w}, b = {b}: {middle}"
                pictures[w, b] = text, film.picture(text, [activation, slope])
        return Explorer([weights, biases], pictures, still)


def explore_network(x, y_data):
    """Choose hidden dimension and epoch and see the fit and its hidden units (section 1.2.2).

    Parameters
    ----------
    x, y_data : array_like of shape (N,)

    Returns
    -------
    Explorer, which starts at d = 2 after 10,000 epochs, as in Fig. 1.10
    """
    with ag.in_style() as palette:
        dimensions = _slider("neurons d", [1, 2, 3, 5, 10], 2)
        epochs = _slider("epoch", [0, 10, 30, 100, 300, 1000, 3000, 10000], 10000, "{}")
        v, y = np.reshape(x, (-1, 1)), np.reshape(y_data, (-1, 1))
        film = Film((7.6, 3.8))
        fit, units = film.figure.subplots(1, 2)
        ag.plot_fit(x, y_data, ax=fit)
        ag.labeled_axes(units, "$x$", "what each neuron adds")
        units.set(xlim=fit.get_xlim(), ylim=(-40, 150))
        curve, = fit.plot([], [], color=palette.red, animated=True)
        parts = units.add_collection(LineCollection([], colors=palette.blue, linewidths=1.5, animated=True))
        still, pictures = film.develop(), {}
        for _, d in dimensions.options:
            net, trained = ag.init_network(d), 0
            for _, epoch in epochs.options:
                net, _ = ag.train_network(v, y, net, alpha=0.01, epochs=epoch - trained)
                trained = epoch
                _, A1, Z2 = ag.forward(v, net)
                curve.set_data(x, Z2.ravel())
                parts.set_segments([np.column_stack([x, part]) for part in (A1 * net.W2.T).T])
                text = f"d = {d}, epoch {epoch}"
                pictures[d, epoch] = text, film.picture(text, [curve, parts])
        return Explorer([dimensions, epochs], pictures, still)
