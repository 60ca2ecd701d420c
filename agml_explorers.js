/* The explorers of agml_explorers.py, in the browser: first the mathematics, then the drawing, then one
   view for each explorer. A notebook loads this module through anywidget, a page of the book through
   widgets.js; both give `render` a model, which holds the state, and an empty element. */

// Mathematics. Every formula stands here once, under the name that it has in agml_helpers.py.

function mean(n, term) {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += term(i);
  return sum / n;
}

export const linearModel = (x, w, b) => w * x + b;

/* The loss as a quadric, which costs one pass over the data: its minimum, the means ⟨x²⟩ and ⟨x⟩, and the
   eigenvalues of its second derivatives, the larger first, with the direction of the larger one's eigenvector. */
export function quadric(x, y) {
  const n = x.length, x1 = mean(n, i => x[i]), y1 = mean(n, i => y[i]), xx = mean(n, i => x[i] ** 2);
  const spread = mean(n, i => (x[i] - x1) ** 2), w = mean(n, i => (x[i] - x1) * (y[i] - y1)) / spread,
    b = y1 - w * x1;
  const lowest = mean(n, i => (linearModel(x[i], w, b) - y[i]) ** 2);
  const large = xx + 1 + Math.hypot(xx - 1, 2 * x1), angle = Math.atan2(2 * x1, xx - 1) / 2;
  return {w, b, lowest, xx, x1, eigenvalues: [large, 4 * spread / large], angle};
}

/* How far the loss lies above its minimum, its derivatives, and the path of a descent. */
export function above(q, w, b) {
  const dw = w - q.w, db = b - q.b;
  return q.xx * dw * dw + 2 * q.x1 * dw * db + db * db;
}

export const meanSquare = (q, w, b) => q.lowest + above(q, w, b);

export function gradients(q, w, b) {
  const dw = w - q.w, db = b - q.b;
  return [2 * (q.xx * dw + q.x1 * db), 2 * (q.x1 * dw + db)];
}

export function descent(q, w, b, alpha, epochs) {
  const path = [[w, b]];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const [dw, db] = gradients(q, w, b);
    path.push([w -= alpha * dw, b -= alpha * db]);
  }
  return path;
}

/* The half-axes of the level set, an ellipse, at a height above the minimum. */
export const halfAxes = ({eigenvalues}, height) => eigenvalues.map(value => Math.sqrt(2 * height / value));

export const sigmoid = z => 1 / (1 + Math.exp(-z));

export function sigmoidDerivative(z) {
  const s = sigmoid(z);
  return s * (1 - s);
}

/* NumPy's RandomState: the Mersenne Twister, and normal numbers by Marsaglia's polar method. */
function normals(seed) {
  const state = new Uint32Array(624);
  let at = 624, spare = null;
  state[0] = seed;
  for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ state[i - 1] >>> 30) + i;
  function word() {
    if (at === 624) {
      for (let i = at = 0; i < 624; i++) {
        const both = state[i] & 0x80000000 | state[(i + 1) % 624] & 0x7fffffff;
        state[i] = state[(i + 397) % 624] ^ both >>> 1 ^ (both & 1 ? 0x9908b0df : 0);
      }
    }
    let bits = state[at++];
    bits ^= bits >>> 11;
    bits ^= bits << 7 & 0x9d2c5680;
    bits ^= bits << 15 & 0xefc60000;
    return (bits ^ bits >>> 18) >>> 0;
  }
  const uniform = () => 2 * (((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53) - 1;
  return () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    let a, b, square;
    do {
      a = uniform();
      b = uniform();
      square = a * a + b * b;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt(-2 * Math.log(square) / square);
    spare = factor * a;
    return factor * b;
  };
}

export function initNetwork(d, seed) {
  const normal = normals(seed), draw = () => Float64Array.from({length: d}, () => 0.01 * normal());
  const W1 = draw(), W2 = draw();
  return {W1, b1: new Float64Array(d), W2, b2: new Float64Array(1)};
}

export const copyNetwork = net =>
  Object.fromEntries(Object.entries(net).map(([name, part]) => [name, part.slice()]));

export function predict(x, net) {
  let sum = net.b2[0];
  for (let k = 0; k < net.W1.length; k++) sum += added(x, net, k);
  return sum;
}

/* What neuron k adds to the prediction. */
export const added = (x, net, k) => sigmoid(linearModel(x, net.W1[k], net.b1[k])) * net.W2[k];

export const networkLoss = (x, y, net) => mean(x.length, i => (predict(x[i], net) - y[i]) ** 2) / 2;

/* The derivatives of the network's loss by every parameter, and the loss itself. */
export function backward(x, y, net) {
  const n = x.length, {W1, b1, W2} = net, d = W1.length, A1 = new Float64Array(d);
  const dW1 = new Float64Array(d), db1 = new Float64Array(d), dW2 = new Float64Array(d),
    db2 = new Float64Array(1);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    let Z2 = net.b2[0];
    for (let k = 0; k < d; k++) {
      A1[k] = sigmoid(linearModel(x[i], W1[k], b1[k]));
      Z2 += A1[k] * W2[k];
    }
    const error = Z2 - y[i], dZ2 = error / n;
    squares += error * error;
    db2[0] += dZ2;
    for (let k = 0; k < d; k++) {
      const dZ1 = dZ2 * W2[k] * A1[k] * (1 - A1[k]);
      dW1[k] += dZ1 * x[i];
      db1[k] += dZ1;
      dW2[k] += A1[k] * dZ2;
    }
  }
  return {loss: squares / (2 * n), W1: dW1, b1: db1, W2: dW2, b2: db2};
}

/* One epoch: move the network against its gradient, and return the loss that it had before. */
export function trainEpoch(x, y, net, alpha) {
  const by = backward(x, y, net);
  for (const name of ["W1", "b1", "W2", "b2"]) {
    for (let k = 0; k < net[name].length; k++) net[name][k] -= alpha * by[name][k];
  }
  return by.loss;
}

export function midpoint(one, other) {
  return Object.fromEntries(
    Object.entries(one).map(([name, part]) => [name, part.map((value, k) => (value + other[name][k]) / 2)]),
  );
}

export const lift = (x1, x2) => x1 * x1 + x2 * x2;

/* Where the eye, `elev` degrees high and turned by `azim`, sees a point: to the right, up, and how near. */
export function seen(elev, azim) {
  const [e, a] = [elev * Math.PI / 180, azim * Math.PI / 180];
  const [ce, se, ca, sa] = [Math.cos(e), Math.sin(e), Math.cos(a), Math.sin(a)];
  return (x, y, z) => [ca * y - sa * x, ce * z - se * (ca * x + sa * y), ce * (ca * x + sa * y) + se * z];
}

/* The loss of the product of two weights, less its minimum, and its derivative by the product. */
export const productLoss = (xx, xy, w1, w2) => xx * (w1 * w2 - xy / xx) ** 2;
export const productSlope = (xx, xy, w1, w2) => 2 * (xx * w1 * w2 - xy);
export const productCurvature = (xx, w1, w2) => 2 * xx * (w1 * w1 + w2 * w2);

export function productDescent(xx, xy, w1, w2, alpha, epochs) {
  const path = [[w1, w2]];
  for (let epoch = 0; epoch < epochs; epoch++) {
    const g = productSlope(xx, xy, w1, w2);
    path.push([w1, w2] = [w1 - alpha * g * w2, w2 - alpha * g * w1]);
  }
  return path;
}

/* The gradient flow from a start to its end, along w1² − w2² = (w1 + w2)(w1 − w2) = u v. It runs to
   w1 w2 = w, which is u² − v² = 4 w; from the diagonal u = 0 it runs into the saddle. */
export function productFlow(w, w1, w2, points = 60) {
  const u = w1 + w2, v = w1 - w2, c = u * v;
  const end = u && Math.sign(u) * Math.sqrt(2 * w + Math.hypot(2 * w, c));
  return Array.from({length: points + 1}, (_, i) => {
    const now = u && u * (end / u) ** (i / points), across = u ? c / now : v * (1 - i / points);
    return [(now + across) / 2, (now - across) / 2];
  });
}

// Drawing

const SVG = "http://www.w3.org/2000/svg";
const STYLE = `
.agml { --ink: #2A2E37; --soft: #595E69; --blue: #0072B2; --orange: #A86400; --green: #00805E; --red: #C1272D;
  --face: "STIX Two Text Variable", "STIX Two Text", STIXGeneral, Georgia, "Times New Roman", serif;
  color: var(--ink); font: 15px/1.5 var(--face); max-width: 46rem; }
.agml.dark { --ink: #DEE2E6; --soft: #AEB2BA; --blue: #56B4E9; --orange: #F2B84B; --green: #3CC79A; --red: #FF8A80; }
.agml .panels { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17.5rem), 1fr)); gap: .4rem 1.2rem; }
.agml .wide { grid-column: 1 / -1; }
.agml svg { display: block; width: 100%; overflow: visible; user-select: none; -webkit-user-select: none; }
.agml text { fill: var(--ink); font: 14px var(--face); font-variant-numeric: lining-nums tabular-nums; }
.agml text.tick { fill: var(--soft); font-size: 12.5px; }
.agml .axis { stroke: var(--soft); stroke-width: 1; fill: none; }
.agml sub { font-size: .72em; line-height: 0; }
.agml i, .agml .math { font-style: italic; }
.agml .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.agml .handle { cursor: grab; outline: none; }
.agml .handle:active { cursor: grabbing; }
.agml .handle .area { fill: transparent; stroke: none; }
.agml .handle .dot { stroke: var(--ground); stroke-width: 2; }
.agml .handle .ring { fill: none; stroke: none; stroke-width: 2; }
.agml .handle:hover .ring { stroke: currentcolor; stroke-opacity: .35; }
.agml .handle:focus-visible .ring { stroke: var(--ink); }
.agml .scene { position: relative; width: 100%; max-width: 34rem; justify-self: center; cursor: grab; outline-offset: 2px; }
.agml .scene:active { cursor: grabbing; }
.agml .scene:focus-visible { outline: 2px solid var(--ink); }
.agml .scene canvas { display: block; width: 100%; }
.agml .scene svg { position: absolute; inset: 0; height: 100%; pointer-events: none; }
.agml .numbers { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; margin: .5rem 0 .2rem; font-variant-numeric: lining-nums tabular-nums; }
.agml .numbers span { white-space: nowrap; }
.agml .says { margin: .1rem 0; color: var(--soft); }
.agml .says:not([hidden]) { min-height: 1.5em; }
.agml .keys { display: flex; flex-wrap: wrap; gap: .5rem; margin: .35rem 0; }
.agml button { font: inherit; color: var(--ink); background: none; border: 1px solid var(--soft); border-radius: .35rem;
  min-height: 2rem; padding: .05rem .7rem; cursor: pointer; }
.agml button:hover { border-color: var(--ink); }
.agml button:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.agml .swatches { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; color: var(--soft); margin: 0 0 .3rem; font-size: 14px; }
.agml .swatches svg { display: inline-block; width: 26px; height: 12px; margin-right: .35rem; vertical-align: baseline; }
`;

function svg(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  change(node, attributes);
  node.append(...children);
  return node;
}

function change(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

function html(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

const clamp = (value, [low, high]) => Math.min(high, Math.max(low, value));
const formats = {};

const raised = power => String(power).replace(/./g, sign => sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]);

/* A number as text: with so many decimals, or as many as it has, or, when it is huge, with a power of ten. */
export function text(value, decimals = 2) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "no number";
  if (Math.abs(value) >= 1e7) {
    const [digits, power] = value.toExponential(2).replace("-", "−").split("e+");
    return `${digits} · 10${raised(power)}`;
  }
  const format = formats[decimals] ??= new Intl.NumberFormat("en-US", {minimumFractionDigits: decimals ?? 0,
    maximumFractionDigits: decimals ?? 3, signDisplay: "negative"});
  return format.format(value).replace("-", "−");
}

function ticks(low, high, count = 5) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) {
    found.push(Number((k * step).toPrecision(12)));
  }
  return found;
}

/* A tick as text: far from 1 as a power of ten. */
function short(value) {
  const power = Math.log10(Math.abs(value));
  if (value && (power > 4 || power < -2) && Number.isInteger(power)) return `10${raised(power)}`;
  return text(value, null);
}

/* Labels with _letters_ in italics and ~indices~ below the line, for pictures and for text. */
const marked = label =>
  label.split(/(_[^_]+_|~[^~]+~)/).filter(Boolean).map(part => [part, part.replace(/[_~]/g, "")]);
const labeled = label =>
  marked(label).map(([part, letters]) =>
    svg("tspan", part[0] === "_" ? {class: "math"} : part[0] === "~" ? {dy: 3, "font-size": 10} : {}, letters)
  );
const spelled = label =>
  marked(label).map(([part, letters]) =>
    part[0] === "_"
      ? html("i", {textContent: letters})
      : part[0] === "~"
      ? html("sub", {textContent: letters})
      : letters
  );

/* A line through pixels; what is nearer than half a pixel to what came before it is left out. */
const line = points => {
  let d = "", a, b;
  points.forEach(([x, y], i) => {
    if (d && i < points.length - 1 && Math.abs(x - a) + Math.abs(y - b) < 0.5) return;
    [a, b] = [x, y];
    d += `${d ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  return d;
};

const plain = {to: v => v, from: v => v, ticks};
const logarithmic = {
  to: v => Math.log10(v),
  from: v => 10 ** v,
  ticks(low, high) {
    const step = Math.ceil((Math.log10(high) - Math.log10(low)) / 5), found = [];
    for (let k = Math.ceil(Math.log10(low)); k <= Math.log10(high); k += step) found.push(10 ** k);
    return found;
  },
};
const fromZero = {to: v => Math.log10(1 + v), from: v => 10 ** v - 1,
  ticks: (low, high) => [0, 1, 10, 100, 1000, 10000, 1e5].filter(v => v <= high)};

/* What all explorers share: the state, the place to draw, numbers, buttons, and when to draw. */
class Stage {
  constructor(model, el) {
    this.model = model;
    this.gone = new AbortController();
    this.parts = [];
    this.shown = {};
    this.panels = html("div", {className: "panels"});
    this.numbers = html("div", {className: "numbers"});
    this.says = html("p", {className: "says", role: "status", hidden: true});
    this.keys = html("div", {className: "keys"});
    this.root = html("div", {className: "agml"}, html("style", {textContent: STYLE}), this.panels,
      this.numbers, this.says, this.keys);
    el.append(this.root);
    const size = new ResizeObserver(() => this.dress()), theme = new MutationObserver(() => this.dress());
    size.observe(this.panels);
    for (const node of [document.documentElement, document.body]) theme.observe(node, {attributes: true});
    const wish = matchMedia("(prefers-color-scheme: dark)");
    wish.addEventListener("change", () => this.dress(), {signal: this.gone.signal});
    this.gone.signal.addEventListener("abort", () => {
      size.disconnect();
      theme.disconnect();
    });
  }
  get(...names) {
    return names.map(name => this.model.get(name));
  }
  set(values) {
    const limits = this.model.get("limits");
    for (const [name, value] of Object.entries(values)) {
      this.model.set(name, name in limits ? clamp(value, limits[name]) : value);
    }
    this.model.save_changes();
  }
  /* Draw now, and again, once in a frame, when one of the values changes. */
  start(names, lay, draw) {
    this.lay = () => {
      this.ready = this.panels.clientWidth > 0;
      if (!this.ready) return;
      for (const part of this.parts) part.lay();
      lay();
      draw();
    };
    this.redraw = () => {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = null;
        if (this.ready && !this.gone.signal.aborted) draw();
      });
    };
    for (const name of names) this.model.on(`change:${name}`, this.redraw);
    this.gone.signal.addEventListener("abort", () => {
      for (const name of names) this.model.off(`change:${name}`, this.redraw);
    });
    this.button("back to the first values", () => this.set(this.model.get("home")));
    this.dress();
  }
  /* The ground is what lies behind, and the text on it tells whether it is dark. JupyterLab gives an element
     that joins the page later: then its size changes. */
  dress() {
    if (!this.root.isConnected) return;
    let behind = this.root, ground;
    do {
      behind = behind.parentElement;
      ground = behind ? getComputedStyle(behind).backgroundColor : "#fff";
    } while (/, 0\)|transparent/.test(ground));
    const [r, g, b] = getComputedStyle(this.root.parentElement).color.match(/[\d.]+/g).map(Number);
    this.root.classList.toggle("dark", 0.3 * r + 0.6 * g + 0.1 * b > 128);
    this.root.style.setProperty("--ground", ground);
    this.lay();
  }
  color(name) {
    return getComputedStyle(this.root).getPropertyValue(`--${name}`);
  }
  panel(options) {
    const panel = new Panel(this, options);
    this.parts.push(panel);
    return panel;
  }
  button(label, act) {
    const button = html("button", {type: "button", textContent: label});
    button.addEventListener("click", act);
    this.keys.append(button);
    return button;
  }
  /* Show numbers as text; each keeps its place. */
  show(values) {
    for (const [label, value] of Object.entries(values)) {
      this.shown[label] ??= this.number(label);
      const [place, number] = this.shown[label];
      place.hidden = value === null;
      if (number.textContent !== value) number.textContent = value;
    }
  }
  number(label) {
    const number = html("b", {style: "font-weight: 600"}),
      place = html("span", {}, ...spelled(label), " ", number);
    this.numbers.append(place);
    return [place, number];
  }
  /* Let epochs pass while `running`: slowly at first and faster later, as descents are, by even numbers, so
     that all pictures lie on one side of a valley, and none while the picture is behind, nor when somebody else
     has moved them: another view of the picture plays too. Readers who want no motion get two pictures a second. */
  player(name, behind = () => false) {
    const [first, last] = this.model.get("limits")[name], now = () => this.get(name)[0];
    let timer, seen;
    const step = () => {
      clearTimeout(timer);
      if (!this.get("running")[0] || this.gone.signal.aborted) return;
      const quiet = calm();
      timer = setTimeout(step, quiet ? 500 : 20);
      const moved = now() !== seen;
      if (!moved && !behind()) {
        if (now() === last) this.set({running: false});
        else this.set({[name]: now() + (2 * Math.round(now() / (quiet ? 8 : 160)) || 1)});
      }
      seen = now();
    };
    const begin = () => {
      if (this.get("running")[0] && now() === last) this.set({[name]: first});
      step();
    };
    this.model.on("change:running", begin);
    this.gone.signal.addEventListener("abort", () => this.model.off("change:running", begin));
    this.button("start again", () => this.set({running: false, [name]: first}));
    step();
  }
  say(words) {
    this.says.hidden = false;
    if (this.says.textContent !== words) this.says.textContent = words;
  }
  swatches(...entries) {
    this.panels.before(html("div", {className: "swatches"}, ...entries.map(([label, look, d = "M0 8H26"]) => {
      const picture = svg("svg", {viewBox: "0 0 26 12", "aria-hidden": "true"},
        svg("path", {d, fill: "none", "stroke-width": 2, ...look}));
      return html("span", {}, picture, ...spelled(label));
    })));
  }
}

/* What a hand does to a node: `grab` it and `move` it with a pointer, each giving what the next move starts
   from, or `press` the arrow keys. */
function draggable(node, {grab, move, press}) {
  let held = null;
  node.addEventListener("touchstart", event => event.preventDefault(), {passive: false}); // or the page would scroll
  node.addEventListener("pointerdown", event => {
    if (event.button) return;
    held = grab(event);
    node.setPointerCapture(event.pointerId);
    node.focus({preventScroll: true});
    event.preventDefault();
  });
  node.addEventListener("pointermove", event => {
    if (held) held = move(event, held);
  });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    node.addEventListener(name, () => {
      held = null;
    });
  }
  node.addEventListener("keydown", event => {
    const arrow = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]}[event.key];
    if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    press(...arrow, event.shiftKey ? 10 : 1);
  });
}

/* A plane with axes. Its coordinates are pixels, so that text has one size on every screen. */
class Panel {
  constructor(stage,
    {label, x, y, xlabel, ylabel, xscale = plain, yscale = plain, square = false, flat = false, height = null,
      wide = false})
  {
    Object.assign(this, {stage, x, y, xlabel, ylabel, xscale, yscale, square, flat, height});
    const clip = `agml-${Math.random().toString(36).slice(2)}`;
    this.window = svg("rect");
    this.axes = svg("g", {"aria-hidden": "true"});
    this.inside = svg("g", {"clip-path": `url(#${clip})`});
    this.above = svg("g");
    this.svg = svg("svg", {role: "group", "aria-label": label, class: wide ? "wide" : ""},
      svg("clipPath", {id: clip}, this.window), this.axes, this.inside, this.above);
    stage.panels.append(this.svg);
  }
  lay() {
    const width = this.svg.parentElement && this.svg.getBoundingClientRect().width;
    const [left, right, bottom, top] = [46, 14, 42, 26], {xscale, yscale} = this;
    const across = width - left - right;
    const [x0, x1] = this.x.map(xscale.to), [y0, y1] = this.y.map(yscale.to);
    const alone = width > 0.6 * this.stage.panels.clientWidth; // in its row, as on a phone
    const down = this.height
      ? this.height - top - bottom
      : across * (this.square ? (y1 - y0) / (x1 - x0) : alone ? 0.6 : 1);
    this.unit = [across / (x1 - x0), down / (y1 - y0)];
    this.X = v => left + (xscale.to(v) - x0) * this.unit[0];
    this.Y = v => top + (y1 - yscale.to(v)) * this.unit[1];
    this.back = (px,
      py) => [xscale.from(x0 + (px - left) / this.unit[0]), yscale.from(y1 - (py - top) / this.unit[1])];
    change(this.svg, {viewBox: `0 0 ${width} ${top + down + bottom}`, height: top + down + bottom});
    change(this.window, {x: left, y: top, width: across, height: down});
    const floor = top + down;
    this.axes.replaceChildren(
      svg("path", {class: "axis", d: `M${left} ${this.flat ? floor : top}V${floor}H${left + across}`}),
    );
    for (const v of xscale.ticks(...this.x)) {
      this.tick(this.X(v), floor + (this.flat ? 23 : 18), "middle", short(v), `M${this.X(v)} ${floor}v4`);
    }
    if (!this.flat) {
      for (const v of yscale.ticks(...this.y)) {
        this.tick(left - 8, this.Y(v) + 4, "end", short(v), `M${left} ${this.Y(v)}h-4`);
      }
    }
    this.axes.append(
      svg("text", {x: left + across / 2, y: floor + (this.flat ? 42 : 38), "text-anchor": "middle"},
        ...labeled(this.xlabel)),
      svg("text", {x: left - 8, y: 12}, ...labeled(this.ylabel)),
    );
  }
  tick(x, y, anchor, label, d) {
    this.axes.append(svg("path", {class: "axis", d}),
      svg("text", {class: "tick", x, y, "text-anchor": anchor}, label));
  }
  add(name, attributes = {}) {
    const node = svg(name, attributes);
    this.inside.append(node);
    return node;
  }
  path(look) {
    return this.add("path", {fill: "none", "stroke-width": 2, "stroke-linejoin": "round", ...look});
  }
  /* Points as one path of lines without length, whose round ends are the dots. */
  dots(points) {
    let d = "";
    for (const [x, y] of points) d += `M${this.X(x).toFixed(1)} ${this.Y(y).toFixed(1)}h0`;
    return d;
  }
  line(points) {
    return line(points.map(([x, y]) => [this.X(x), this.Y(y)]));
  }
  /* A path that may run away: its line, its first steps as dots, and the end. */
  trail(path, line, steps, here) {
    const reach = 100 * Math.max(...this.x.map(Math.abs), ...this.y.map(Math.abs)), end = path.at(-1);
    const far = path.findIndex(([u, v]) => !(Math.abs(u) < reach && Math.abs(v) < reach));
    const drawn = far < 0
      ? path
      : path.slice(0, far + 1).map(point => point.map(v => clamp(v, [-reach, reach])));
    change(line, {d: this.line(drawn)});
    change(steps, {d: this.dots(drawn.slice(0, 300))});
    change(here, {x: (this.X(drawn.at(-1)[0]) - 6).toFixed(1), y: (this.Y(drawn.at(-1)[1]) - 6).toFixed(1)});
    return {end, escapes: far >= 0};
  }
  /* A line of values that may be huge or no numbers. */
  curve(points) {
    return this.line(
      points.filter(([, value]) => value === value).map((
        [k, value],
      ) => [k, clamp(value, [this.y[0] / 1e3, 1e3 * this.y[1]])]),
    );
  }
  pixels(event) {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  /* A point that can be dragged, moved by the arrow keys, and put where one clicks. One that moves along a
     line, as no step leads across, goes forward by either of two keys. */
  handle({label, color, at, move, says, step = [0.1, 0.1], shape = "circle", anywhere = false}) {
    const dot = shape === "circle"
      ? svg("circle", {class: "dot", r: 7.5, fill: color})
      : svg("rect", {class: "dot", x: -7, y: -7, width: 14, height: 14, rx: 2, fill: color});
    const along = step[0] ? 0 : 1, [low, high] = along ? this.y : this.x;
    const node = svg("g", {class: "handle", style: `color: ${color}`, tabindex: 0, role: "slider",
      "aria-label": label, "aria-valuemin": low, "aria-valuemax": high},
      svg("circle", {class: "area", r: 18}), svg("circle", {class: "ring", r: 12}), dot);
    this.above.append(node);
    const to = (px, py) => {
      const [x, y] = this.back(px, py);
      move([clamp(x, this.x), clamp(y, this.y)]);
    };
    draggable(node, {
      grab: event => { // where the hand is, seen from the middle
        const [px, py] = this.pixels(event), [x, y] = at(), [across, down] = this.bounds();
        return [clamp(this.X(x), across) - px, clamp(this.Y(y), down) - py];
      },
      move: (event, held) => {
        const [px, py] = this.pixels(event);
        to(px + held[0], py + held[1]);
        return held;
      },
      press: (right, up, times) => {
        const [x, y] = at(), {xscale, yscale} = this, both = step[0] && step[1];
        move([clamp(xscale.from(xscale.to(x) + times * (both ? right : right + up) * step[0]), this.x),
          clamp(yscale.from(yscale.to(y) + times * (both ? up : right + up) * step[1]), this.y)]);
      },
    });
    if (anywhere) {
      this.svg.addEventListener("click", event => {
        const [px, py] = this.pixels(event), [[left, right], [top, bottom]] = this.bounds();
        if (node.contains(event.target) || px < left || px > right || py < top || py > bottom) return;
        to(px, py);
      });
    }
    return () => {
      const [x, y] = at(), [across, down] = this.bounds();
      change(node, {
        transform: `translate(${clamp(this.X(x), across).toFixed(2)} ${clamp(this.Y(y), down).toFixed(2)})`,
        "aria-valuenow": Number((along ? y : x).toPrecision(5)),
        "aria-valuetext": says(),
      });
    };
  }
  bounds() {
    return [[this.X(this.x[0]), this.X(this.x[1])], [this.Y(this.y[1]), this.Y(this.y[0])]];
  }
  /* The level sets of a quadric, exact ellipses, each deeper one a shade darker. */
  levels(q, count = 11) {
    const top = Math.max(...this.x.flatMap(w => this.y.map(b => above(q, w, b))));
    const ellipses = Array.from({length: count}, (_, i) => {
      const [rx, ry] = halfAxes(q, top * 10 ** (-0.3 * i));
      return svg("ellipse", {rx: rx * this.unit[0], ry: ry * this.unit[0], stroke: "var(--blue)",
        "stroke-opacity": 0.45, fill: "var(--blue)", "fill-opacity": 0.055,
        transform: `translate(${this.X(q.w)} ${this.Y(q.b)}) rotate(${-q.angle * 180 / Math.PI})`});
    });
    this.ellipses ??= this.inside.insertBefore(svg("g"), this.inside.firstChild);
    this.ellipses.replaceChildren(...ellipses);
  }
}

/* The values of as many epochs as a screen has columns, the last one included. */
function thinned(epochs, value) {
  const found = [];
  for (let k = 0; k < epochs; k += 1 + Math.floor(k / 80)) found.push([k, value(k)]);
  found.push([epochs, value(epochs)]);
  return found;
}

const END = {fill: "var(--red)", stroke: "var(--ground)", "stroke-width": 1.5};

const cross = (px, py, r = 6) => `M${px - r} ${py}H${px + r}M${px} ${py - r}V${py + r}`;
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Views

/* The look of samples, which several views show. */
const DATA = {stroke: "var(--blue)", "stroke-opacity": 0.5, "stroke-width": 5, "stroke-linecap": "round"};

function dataPanel(stage, x, y, options = {}) {
  const low = Math.min(...y), high = Math.max(...y), room = 0.2 * (high - low || 1);
  return stage.panel({x: [Math.min(...x), Math.max(...x)], y: [low - room, high + room], xlabel: "_x_",
    ylabel: "_y_", ...options});
}

/* The loss by epochs, both on scales that show small and large, and the epoch, a handle on the curve. */
function lossPanel(stage, name, at, says, options) {
  const panel = stage.panel({x: stage.model.get("limits")[name], xlabel: "epoch", xscale: fromZero,
    yscale: logarithmic, ...options});
  const curve = panel.path({stroke: "var(--red)"}),
    handle = panel.handle({label: "Epoch", color: "var(--red)", shape: "square", step: [0.02, 0], says, at() {
      const [epoch, loss] = at();
      return [epoch, Number.isFinite(loss) ? clamp(loss, panel.y) : panel.y[1]];
    }, move([value]) { // a key leads to the next epoch at least
      const [old] = stage.get(name), near = Math.round(value);
      stage.set({[name]: near === old ? old + Math.sign(value - old) : near,
        ...stage.model.get("running") && {running: false}});
    }});
  return [panel, curve, handle];
}

/* The learning rate on a scale of its own, to be dragged along, with the rate that nothing may pass. */
function ratePanel(stage, border = null, label = "") {
  const panel = stage.panel({label: "The learning rate", x: stage.model.get("limits").alpha, y: [0, 1],
      xlabel: "rate _α_", ylabel: "", xscale: logarithmic, flat: true, height: 92, wide: true}),
    mark = svg("g", {"aria-hidden": "true"});
  panel.above.append(mark);
  const handle = panel.handle({label: "Learning rate", color: "var(--red)", step: [0.02, 0],
    says: () => `rate ${text(stage.get("alpha")[0], 5)}`, at: () => [stage.get("alpha")[0], 0],
    move: ([alpha]) => stage.set({alpha})});
  const lay = panel.lay.bind(panel);
  panel.lay = () => {
    lay();
    if (!border) return;
    const [px, py] = [panel.X(border), panel.Y(0)];
    mark.replaceChildren(
      svg("path", {d: `M${px} ${py - 22}V${py + 5}`, stroke: "var(--ink)", "stroke-width": 1.5}),
      svg("text", {x: px, y: py - 27, "text-anchor": "middle"}, ...labeled(label)),
    );
  };
  return handle;
}

/* The plane of weight and bias, as wide as the limits of both. */
function weightPanel(stage) {
  const {w, b} = stage.model.get("limits");
  return stage.panel({label: "The plane of weight and bias, with level sets of the loss", x: w, y: b,
    xlabel: "weight _w_", ylabel: "bias _b_", square: true});
}

const pair = (w, b) => `w = ${text(w)}, b = ${text(b)}`;

function Line(stage) {
  const [x, y] = stage.get("x", "y"), q = quadric(x, y);
  const data = dataPanel(stage, x, y, {label: "The samples, the line and its errors"}),
    plane = weightPanel(stage);
  const errors = data.path({stroke: "var(--red)", "stroke-width": 0.9, "stroke-opacity": 0.6}),
    dots = data.path(DATA);
  const ideal = data.path({stroke: "var(--ink)", "stroke-dasharray": "6 5"}),
    fit = data.path({stroke: "var(--green)", "stroke-width": 2.5});
  const lowest = plane.path({stroke: "var(--ink)"});
  const loss = () => meanSquare(q, ...stage.get("w", "b"));
  const says = () => `${pair(...stage.get("w", "b"))}: the loss is ${text(loss(), 1)}`;
  const [left, right] = [0.15, 0.85].map(part => data.x[0] + part * (data.x[1] - data.x[0]));
  const end = (here, other, label) =>
    data.handle({label, color: "var(--green)", step: [0, (data.y[1] - data.y[0]) / 190], says,
      at: () => [here, linearModel(here, ...stage.get("w", "b"))], move([, value]) {
      const w = (value - linearModel(other, ...stage.get("w", "b"))) / (here - other);
      stage.set({w, b: value - w * here});
    }});
  const handles = [end(left, right, "Left end of the line"), end(right, left, "Right end of the line"),
    plane.handle({label: "The point of the line in the plane of weight and bias", color: "var(--green)",
      anywhere: true, says, at: () => stage.get("w", "b"), move: ([w, b]) => stage.set({w, b})})];
  stage.start(["w", "b", "best"], () => {
    plane.levels(q);
    change(dots, {d: data.dots(x.map((v, i) => [v, y[i]]))});
    change(ideal, {d: data.line(data.x.map(v => [v, linearModel(v, q.w, q.b)]))});
    change(lowest, {d: cross(plane.X(q.w), plane.Y(q.b))});
  }, () => {
    const [w, b, best] = stage.get("w", "b", "best"), now = loss();
    let d = "";
    for (let i = 0; i < x.length; i++) {
      d += `M${data.X(x[i]).toFixed(1)} ${data.Y(y[i]).toFixed(1)}V${
        data.Y(linearModel(x[i], w, b)).toFixed(1)
      }`;
    }
    change(errors, {d});
    change(fit, {d: data.line(data.x.map(v => [v, linearModel(v, w, b)]))});
    for (const node of [ideal, lowest]) change(node, {visibility: best ? "visible" : "hidden"});
    for (const handle of handles) handle();
    stage.show({"_w_ =": text(w), "_b_ =": text(b), "loss": text(now, 1),
      "above the best by": best ? text(above(q, w, b), 1) : null});
    stage.say(
      best
        ? `The best line, dashed, has w = ${text(q.w)} and b = ${text(q.b)}; its loss is ${
          text(q.lowest, 1)
        }.`
        : "",
    );
  });
}

function Descent(stage) {
  const q = quadric(...stage.get("x", "y")), border = 2 / q.eigenvalues[0];
  const plane = weightPanel(stage), [{w: w0, b: b0}] = stage.get("home"), top = 40 * meanSquare(q, w0, b0);
  let words = "", last = top;
  const says = () => words;
  const [curve, falls, epoch] = lossPanel(stage, "epochs", () => [...stage.get("epochs"), last], says, {
    label: "The loss, epoch by epoch",
    y: [0.7 * q.lowest || 1e-6 * top, top],
    ylabel: "loss",
  });
  const lowest = plane.path({stroke: "var(--ink)"}), red = {stroke: "var(--red)"};
  const trail = plane.path({...red, "stroke-width": 1.6}),
    steps = plane.path({...red, "stroke-width": 4.5, "stroke-linecap": "round"});
  const here = plane.add("rect", {width: 12, height: 12, ...END});
  const floor = curve.path({stroke: "var(--ink)", "stroke-width": 1, "stroke-dasharray": "5 4"});
  const handles = [
    plane.handle({label: "Start of the descent", color: "var(--red)", anywhere: true, says,
      at: () => stage.get("w", "b"), move: ([w, b]) => stage.set({w, b})}),
    epoch,
    ratePanel(stage, border, "2/_λ_~max~"),
  ];
  stage.player("epochs");
  stage.start(["w", "b", "alpha", "epochs"], () => {
    plane.levels(q);
    change(lowest, {d: cross(plane.X(q.w), plane.Y(q.b))});
    change(floor, {d: curve.line(curve.x.map(v => [v, q.lowest]))});
  }, () => {
    const [w, b, alpha, epochs] = stage.get("w", "b", "alpha", "epochs"),
      path = descent(q, w, b, alpha, epochs);
    const {end} = plane.trail(path, trail, steps, here),
      losses = thinned(epochs, k => meanSquare(q, ...path[k]));
    last = losses.at(-1)[1];
    change(falls, {d: curve.curve(losses)});
    const diverges = alpha > border && !(last <= losses[0][1]);
    words = `Start at ${pair(w, b)}, rate ${text(alpha, 5)}: after ${text(epochs, 0)} epochs the loss is ${
      text(last, 1)
    }`;
    for (const handle of handles) handle();
    stage.show({"after epoch": text(epochs, 0), "_w_ =": text(end[0]), "_b_ =": text(end[1]),
      "loss": text(last, 1), "rate _α_ =": text(alpha, 5), "border 2/_λ_~max~ =": text(border, 5)});
    stage.say(diverges
      ? "The descent diverges: every step ends higher up than it began."
      : alpha > border
      ? "The rate is beyond the border: sooner or later this descent diverges."
      : alpha > border / 2
      ? "Across the valley every step is too long and ends on the other side."
      : "");
  });
}

/* Something in space, turned by dragging or by the arrow keys: points go to a canvas, text and lines above it. */
class Scene {
  constructor(stage, label, ratio) {
    Object.assign(this, {stage, ratio});
    this.canvas = html("canvas");
    this.over = svg("svg", {"aria-hidden": "true"});
    this.root = html("div", {className: "scene wide", tabIndex: 0}, this.canvas, this.over);
    change(this.root, {role: "slider", "aria-label": label, "aria-valuemin": -180, "aria-valuemax": 180});
    stage.panels.append(this.root);
    stage.parts.push(this);
    const turn = (right, up) => {
      const [elev, azim] = stage.get("elev", "azim");
      stage.set({elev: elev + up, azim: (azim + right + 540) % 360 - 180});
    };
    draggable(this.root, {
      grab: event => event,
      move(event, before) {
        turn((before.clientX - event.clientX) * 0.5, (event.clientY - before.clientY) * 0.4);
        return event;
      },
      press: (right, up) => turn(5 * right, 5 * up),
    });
  }
  lay() {
    this.width = this.root.clientWidth;
    this.height = Math.round(this.width * this.ratio);
    this.dots = Math.min(2, window.devicePixelRatio || 1);
    Object.assign(this.canvas, {width: this.width * this.dots, height: this.height * this.dots});
    change(this.over, {viewBox: `0 0 ${this.width} ${this.height}`});
    this.paint = this.canvas.getContext("2d");
    this.colors = Object.fromEntries(
      ["ink", "blue", "green", "red"].map(name => [name, this.stage.color(name)]),
    );
  }
  /* Look from the chosen side; the box to see is [−1, 1]² × [−tall, tall]. */
  look(tall) {
    const [elev, azim] = this.stage.get("elev", "azim"), eye = seen(elev, azim),
      scale = (this.width - 56) / 3.2;
    this.at = (x, y, z) => {
      const [right, up, near] = eye(x, y, z);
      return [this.width / 2 + scale * right, this.height / 2 - scale * up, near];
    };
    this.tall = tall;
    change(this.root, {"aria-valuenow": Math.round(azim),
      "aria-valuetext": `seen from ${text(elev, 0)} degrees above, turned to ${text(azim, 0)} degrees`});
    this.paint.setTransform(this.dots, 0, 0, this.dots, 0, 0);
    this.paint.clearRect(0, 0, this.width, this.height);
    this.over.replaceChildren();
    return elev;
  }
  fill(points, color, alpha) {
    const {paint} = this;
    paint.globalAlpha = alpha;
    paint.fillStyle = color;
    paint.beginPath();
    for (const [x, y] of points) paint.lineTo(x, y);
    paint.fill();
    paint.globalAlpha = 1;
  }
  /* The floor, and the three axes on the edges where nothing hides their labels. */
  box({x, y, z, floor = false}) {
    const {tall} = this,
      corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => [u, v, ...this.at(u, v, -tall)]);
    const center = this.at(0, 0, -tall),
      put = (label, px, py, anchor = "middle", kind = "") =>
        this.over.append(
          svg("text", {x: px.toFixed(1), y: (py + 5).toFixed(1), "text-anchor": anchor,
            class: `halo ${kind}`}, ...labeled(label)),
        );
    if (floor) {
      this.over.append(
        svg("path", {class: "axis", "stroke-opacity": 0.55, d: `${line(corners.map(c => c.slice(2)))}Z`}),
      );
    }
    const away = (px, py, by) => { // from the middle of the floor outward
      const [dx, dy] = [px - center[0], py - center[1]], size = Math.hypot(dx, dy) || 1;
      return [px + by * dx / size, py + by * dy / size + 3];
    };
    const edge = (flat, name, ends) => {
      const [a, b] = flat.toSorted((one, other) => other[4] + other[5] - one[4] - one[5])[0].points;
      this.over.append(svg("path", {class: "axis", d: line([a.slice(2), b.slice(2)])}));
      const mid = [(a[2] + b[2]) / 2, (a[3] + b[3]) / 2];
      put(name, ...away(...mid, 30));
      for (const [corner, value] of [[a, ends[0]], [b, ends[1]]]) {
        const [px, py] = away(corner[2] + 0.16 * (mid[0] - corner[2]),
          corner[3] + 0.16 * (mid[1] - corner[3]), 16);
        put(short(value), px, py, "middle", "tick");
      }
    };
    const side = (i, k) =>
      Object.assign([0, 0, 0, 0, corners[i][4], corners[k][4]], {points: [corners[i], corners[k]]});
    edge([side(0, 1), side(3, 2)], x.name, x.ends);
    edge([side(0, 3), side(1, 2)], y.name, y.ends);
    if (!z) return;
    const post = corners.reduce((one, other) => one[2] < other[2] ? one : other);
    const foot = post.slice(2, 4), head = this.at(post[0], post[1], tall);
    this.over.append(svg("path", {class: "axis", d: line([foot, head])}));
    put(short(z.ends[0]), foot[0] - 8, foot[1], "end", "tick");
    put(short(z.ends[1]), head[0] - 8, head[1], "end", "tick");
    put(z.name, head[0], head[1] - 18);
  }
}

/* The colormap viridis, of which a theme shows the part that its ground does not swallow. */
const VIRIDIS = ["440154", "482878", "3e4989", "31688e", "26828e", "1f9e89", "35b779", "6ece58", "b5de2b",
  "fde725"]
  .map(code => [0, 2, 4].map(i => parseInt(code.slice(i, i + 2), 16)));

function viridis(part, dark) {
  const at = clamp(dark ? 0.25 + 0.75 * part : 0.85 * part, [0, 1]) * (VIRIDIS.length - 1),
    i = Math.min(Math.floor(at), VIRIDIS.length - 2);
  return `rgb(${VIRIDIS[i].map((v, k) => Math.round(v + (at - i) * (VIRIDIS[i + 1][k] - v)))})`;
}

function Surface(stage) {
  const q = quadric(...stage.get("x", "y")), {w: side, b: other} = stage.model.get("limits"), N = 36,
    TALL = 0.62;
  const scene = new Scene(stage, "The surface of the loss, to be turned", 0.88);
  // for each theme as many as Matplotlib's colormaps have: a new one for every value takes as long as drawing it
  const themes = [false, true].map(dark => Array.from({length: 256}, (_, i) => viridis(i / 255, dark)));
  let made = "", path, sides, heights, top, base;
  function compute() {
    const values = stage.get("w", "b", "alpha", "epochs"), key = values.join();
    if (key === made) return;
    made = key;
    path = descent(q, ...values);
    const within = path.findIndex(([w, b]) => !(clamp(w, side) === w && clamp(b, other) === b));
    if (within >= 0) path = path.slice(0, Math.max(1, within));
    sides = [0, 1].map(i => [Math.min(...path.map(p => p[i])) - 1, Math.max(...path.map(p => p[i])) + 1]);
    const at = (i, part) => sides[i][0] + (sides[i][1] - sides[i][0]) * part;
    heights = Array.from({length: N + 1},
      (_, i) => Array.from({length: N + 1}, (_, k) => meanSquare(q, at(0, i / N), at(1, k / N))));
    path = path.map(([w, b]) => [w, b, meanSquare(q, w, b)]);
    top = Math.max(...heights.flat());
    base = Math.min(...heights.flat());
  }
  stage.start(["w", "b", "alpha", "epochs", "elev", "azim"], () => {}, () => {
    compute();
    const shades = themes[Number(stage.root.classList.contains("dark"))], shade = 255 / (top - base);
    const elev = scene.look(TALL), unit = (v, [low, high]) => 2 * (v - low) / (high - low) - 1;
    const rise = value => TALL * unit(value, [base, top]);
    const grid = heights.flatMap((row, i) =>
      row.map((value, k) => scene.at(2 * i / N - 1, 2 * k / N - 1, rise(value)))
    );
    const [, , near0] = scene.at(1, 0, 0), [, , near1] = scene.at(0, 1, 0), paint = scene.paint;
    const quads = near => Array.from({length: N}, (_, i) => near > 0 ? i : N - 1 - i); // what is far is drawn first
    for (const i of quads(near0)) {
      for (const k of quads(near1)) {
        const a = i * (N + 1) + k, p = grid[a], q = grid[a + N + 1], r = grid[a + N + 2], s = grid[a + 1];
        const mx = 0.045 * (p[0] + r[0]), my = 0.045 * (p[1] + r[1]); // grown a little, over the seams
        paint.fillStyle = shades[Math.round(shade * ((heights[i][k] + heights[i + 1][k + 1]) / 2 - base))];
        paint.beginPath();
        paint.moveTo(1.09 * p[0] - mx, 1.09 * p[1] - my);
        paint.lineTo(1.09 * q[0] - mx, 1.09 * q[1] - my);
        paint.lineTo(1.09 * r[0] - mx, 1.09 * r[1] - my);
        paint.lineTo(1.09 * s[0] - mx, 1.09 * s[1] - my);
        paint.fill();
      }
    }
    scene.box({x: {name: "_w_", ends: sides[0].map(Math.round)},
      y: {name: "_b_", ends: sides[1].map(Math.round)},
      z: elev < 75 && {name: "loss", ends: [Math.round(base), Math.round(top)]}});
    const points = path.map(([w, b, loss]) => scene.at(unit(w, sides[0]), unit(b, sides[1]), rise(loss)));
    const red = {stroke: "var(--red)", "stroke-width": 2.5, fill: "none", "stroke-linejoin": "round"},
      last = points.at(-1),
      d = line(points);
    scene.over.append(
      svg("path", {...red, stroke: "var(--ground)", "stroke-width": 5, "stroke-opacity": 0.7, d}),
      svg("path", {...red, d}),
      svg("circle", {r: 6, cx: points[0][0], cy: points[0][1], fill: "var(--red)", stroke: "var(--ground)",
        "stroke-width": 1.5}),
      svg("rect", {x: last[0] - 6, y: last[1] - 6, width: 12, height: 12, fill: "var(--red)",
        stroke: "var(--ground)", "stroke-width": 1.5}),
    );
    const [w, b, loss] = path.at(-1), azim = stage.get("azim")[0];
    stage.show({"height of the eye": `${text(elev, 0)}°`, "turned to": `${text(azim, 0)}°`,
      "the path ends at _w_ =": text(w), "_b_ =": text(b), "loss": text(loss, 1)});
  });
}

function Lift(stage) {
  const bytes = Uint8Array.from(atob(stage.get("points")[0]), letter => letter.charCodeAt(0)),
    X = new Float32Array(bytes.buffer);
  const inside = Array.from(stage.get("inside")[0], Number), n = inside.length, TALL = 0.75, REACH = 1.5,
    TOP = 4.5;
  const z = Array.from(inside, (_, i) => lift(X[2 * i], X[2 * i + 1]));
  const scene = new Scene(stage, "The points in space, to be turned", 0.88);
  stage.swatches(["inside", {stroke: "var(--blue)", "stroke-width": 6, "stroke-linecap": "round"}, "M13 6h0"],
    ["outside", {stroke: "var(--red)", "stroke-width": 1.5}, "M9 2l8 8M17 2l-8 8"], ["the plane between them",
    {stroke: "var(--green)", "stroke-width": 5}]);
  stage.start(["height", "elev", "azim"], () => {}, () => {
    const height = stage.get("height")[0], elev = scene.look(TALL),
      rise = value => TALL * (2 * value / TOP - 1);
    const paint = scene.paint, blue = new Path2D(), red = new Path2D();
    // the projection is linear: three of its columns serve all points
    const [ox, oy] = scene.at(0, 0, rise(0)), [ax, ay] = scene.at(1 / REACH, 0, rise(0)),
      [bx, by] = scene.at(0, 1 / REACH, rise(0));
    const [cx, cy] = scene.at(0, 0, rise(height));
    for (let i = 0; i < n; i++) {
      const px = ox + X[2 * i] * (ax - ox) + X[2 * i + 1] * (bx - ox) + z[i] * (cx - ox);
      const py = oy + X[2 * i] * (ay - oy) + X[2 * i + 1] * (by - oy) + z[i] * (cy - oy);
      if (inside[i]) {
        blue.rect(px - 1.4, py - 1.4, 2.8, 2.8);
      } else {
        red.moveTo(px - 1.8, py - 1.8);
        red.lineTo(px + 1.8, py + 1.8);
        red.moveTo(px + 1.8, py - 1.8);
        red.lineTo(px - 1.8, py + 1.8);
      }
    }
    paint.globalAlpha = 0.75;
    paint.fillStyle = scene.colors.blue;
    paint.fill(blue);
    paint.globalAlpha = 1;
    if (height) {
      scene.fill([[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => scene.at(u, v, rise(height))),
        scene.colors.green, 0.4);
    }
    paint.globalAlpha = 0.75;
    paint.strokeStyle = scene.colors.red;
    paint.lineWidth = 0.9;
    paint.stroke(red);
    paint.globalAlpha = 1;
    scene.box({x: {name: "_x_₁", ends: [-REACH, REACH]}, y: {name: "_x_₂", ends: [-REACH, REACH]},
      z: elev < 65 && {name: "_z_", ends: [0, TOP]}, floor: true});
    let below = 0, above = 0;
    for (let i = 0; i < n; i++) {
      if (inside[i]) below += height * z[i] < height;
      else above += height * z[i] > height;
    }
    const count = inside.reduce((sum, one) => sum + one, 0);
    stage.show({"lift": `${text(100 * height, 1)} %`,
      "inside, below the plane": `${text(below, 0)} of ${text(count, 0)}`,
      "outside, above it": `${text(above, 0)} of ${text(n - count, 0)}`,
      "height of the eye": `${text(elev, 0)}°`});
    stage.say(
      below === count && above === n - count
        ? "The plane has one class on each side."
        : "No plane lies between the classes, and no line in theirs.",
    );
  });
}

function Neuron(stage) {
  const panel = stage.panel({label: "The activation of one neuron", x: [-8, 8], y: [-0.05, 1.05],
    xlabel: "_x_", ylabel: "", height: 300, wide: true});
  const slope = panel.path({stroke: "var(--red)", "stroke-dasharray": "7 5"}),
    value = panel.path({stroke: "var(--blue)", "stroke-width": 2.5});
  const guide = panel.path({stroke: "var(--soft)", "stroke-width": 1, "stroke-dasharray": "2 4"}), AWAY = 1.5;
  stage.swatches(["_σ_(_wx_ + _b_), what the neuron gives", {stroke: "var(--blue)"}], ["_σ_′(_wx_ + _b_)", {
    stroke: "var(--red)",
    "stroke-dasharray": "7 5",
  }]);
  let middle = 0;
  const says = () =>
    `${pair(...stage.get("w", "b"))}: ${
      stage.get("w")[0] ? `one half at x = ${text(middle)}` : "the same for every x"
    }`;
  const handles = [
    panel.handle({label: "Middle of the step", color: "var(--blue)", says, step: [0.1, 0],
      at: () => [middle, stage.get("w")[0] ? 0.5 : sigmoid(stage.get("b")[0])], move([x]) {
      middle = x;
      const [w] = stage.get("w");
      stage.set({b: -w * x});
    }}),
    panel.handle({label: "Slope of the step", color: "var(--blue)", shape: "square", says, step: [0, 0.02],
      at: () => [middle + AWAY, sigmoid(linearModel(middle + AWAY, ...stage.get("w", "b")))],
      move([, height]) { // the middle stays where it is
        const part = clamp(height, [1e-6, 1 - 1e-6]),
          w = clamp(Math.log(part / (1 - part)) / AWAY, stage.model.get("limits").w);
        stage.set({w, b: -w * middle});
      }}),
  ];
  stage.start(["w", "b"], () => change(guide, {d: `${panel.line([[-8, 0.5], [8, 0.5]])}`}), () => {
    const [w, b] = stage.get("w", "b"), xs = Array.from({length: 321}, (_, i) => i / 20 - 8);
    if (w) middle = -b / w;
    change(value, {d: panel.line(xs.map(x => [x, sigmoid(linearModel(x, w, b))]))});
    change(slope, {d: panel.line(xs.map(x => [x, sigmoidDerivative(linearModel(x, w, b))]))});
    for (const handle of handles) handle();
    stage.show({"_w_ =": text(w), "_b_ =": text(b), "middle −_b_/_w_ =": w ? text(middle) : "none",
      "steepness there, _w_/4 =": text(w / 4)});
    stage.say(w ? "" : `Without a weight the neuron gives ${text(sigmoid(b), 3)} for every x.`);
  });
}

function Network(stage) {
  const [x, y] = stage.get("x", "y"), EVERY = 96;
  const fit = dataPanel(stage, x, y, {label: "The samples and the fit of the network", height: 270}),
    units = dataPanel(stage, x, y, {label: "What each neuron adds", ylabel: "what each neuron adds",
      height: 270});
  const [curve, history, handle] = lossPanel(stage, "epoch", () => [epoch, losses[epoch]],
    () => `epoch ${text(epoch, 0)}: the loss is ${text(losses[epoch])}`, {label: "The loss so far",
    y: [10, 3000], ylabel: "loss", height: 190, wide: true});
  change(history, {"stroke-width": 1.2});
  const dots = fit.path(DATA), red = {stroke: "var(--red)"};
  const sides = [0, 1].map(() => fit.path({...red, "stroke-width": 1, "stroke-opacity": 0.75})),
    main = fit.path({...red, "stroke-width": 2.5});
  const parts = units.path({stroke: "var(--blue)", "stroke-width": 1.8}),
    still = curve.path({stroke: "var(--ink)", "stroke-width": 1.6});
  stage.swatches(["this epoch", {...red, "stroke-width": 2.5}], ["the epoch before", {...red,
    "stroke-width": 1}], ["midpoint of the two, on request", {stroke: "var(--ink)"}]);
  const xs = Array.from({length: 121}, (_, i) => fit.x[0] + (fit.x[1] - fit.x[0]) * i / 120);
  let made, net, before, epoch, losses, kept;
  function restart() {
    const values = stage.get("d", "seed", "alpha"), key = values.join();
    if (key === made) return;
    made = key;
    net = initNetwork(values[0], values[1]);
    [epoch, losses, kept, before] = [0, [networkLoss(x, y, net)], [[copyNetwork(net), copyNetwork(net)]],
      copyNetwork(net)];
  }
  function goto(target, until) { // by the nearest network that was kept
    const near = Math.min(Math.floor(target / EVERY), kept.length - 1);
    if (target < epoch || near * EVERY > epoch) {
      [net, before] = kept[near].map(copyNetwork);
      epoch = near * EVERY;
    }
    const [alpha] = stage.get("alpha");
    while (epoch < target && performance.now() < until) {
      const stop = Math.min(target, epoch + 8 - epoch % 8);
      while (epoch < stop - 1) losses[epoch++] = trainEpoch(x, y, net, alpha);
      before = copyNetwork(net);
      losses[epoch++] = trainEpoch(x, y, net, alpha);
      if (epoch === kept.length * EVERY) kept.push([copyNetwork(net), before]);
    }
    losses[epoch] ??= networkLoss(x, y, net);
  }
  stage.player("epoch", () => epoch !== stage.get("epoch")[0]);
  stage.button("one epoch", () => stage.set({running: false, epoch: stage.get("epoch")[0] + 1}));
  stage.start(["d", "seed", "alpha", "epoch", "midpoint"],
    () => change(dots, {d: fit.dots(x.map((v, i) => [v, y[i]]))}), () => {
    restart();
    const [target, between, d, alpha, seed] = stage.get("epoch", "midpoint", "d", "alpha", "seed");
    goto(target, performance.now() + 8);
    if (epoch !== target) stage.redraw();
    const here = between ? midpoint(net, before) : net, value = losses[epoch];
    [net, before].forEach((side, i) =>
      change(sides[i], {d: i || between ? fit.line(xs.map(v => [v, predict(v, side)])) : ""})
    );
    change(main, {d: fit.line(xs.map(v => [v, predict(v, here)])),
      stroke: between ? "var(--ink)" : "var(--red)"});
    let shares = "";
    for (let k = 0; k < d; k++) shares += units.line(xs.map(v => [v, added(v, here, k)]));
    change(parts, {d: shares});
    const points = [], column = (curve.x[1] + 1) ** (1 / 400);
    for (let k = 0; k < epoch; k = Math.max(k + 1, Math.floor(k * column) | 1)) {
      points.push([k, losses[k]], [k + 1, losses[k + 1]]);
    }
    change(history, {d: curve.curve(points)});
    const middle = between ? networkLoss(x, y, here) : null;
    change(still, {d: between ? `M${curve.X(epoch) - 7} ${curve.Y(middle).toFixed(1)}h14` : ""});
    handle();
    stage.show({"epoch": text(epoch, 0), "_d_ =": text(d, 0), "_α_ =": text(alpha, 4), "seed": String(seed),
      "loss": text(value, 2), "one epoch before": text(losses[Math.max(0, epoch - 1)], 2),
      "at the midpoint": between ? text(middle, 2) : null});
    stage.say(Number.isFinite(value) ? "" : "The training diverges: its numbers have overflowed.");
  });
}

function TwoWeights(stage) {
  const [xx, xy] = stage.get("xx", "xy"), slope = xy / xx, limits = stage.model.get("limits"),
    side = limits.w1;
  const plane = stage.panel({label: "The plane of both weights, with level sets of the loss", x: side,
    y: side, xlabel: "_w_₁", ylabel: "_w_₂", square: true});
  let words = "", last = 1;
  const says = () => words;
  const [curve, falls, epoch] = lossPanel(stage, "epochs", () => [...stage.get("epochs"), last], says, {
    label: "The loss above its minimum, epoch by epoch",
    y: [1e-6, 10 * productLoss(xx, xy, ...side)],
    ylabel: "loss above the minimum",
  });
  const shades = Array.from({length: 7},
    () => plane.path({stroke: "var(--blue)", "stroke-width": 1, "stroke-opacity": 0.4}));
  const minima = plane.path({stroke: "var(--blue)", "stroke-width": 3}),
    saddle = plane.path({stroke: "var(--ink)", "stroke-width": 2.5});
  const flow = plane.path({stroke: "var(--green)", "stroke-width": 2.5, "stroke-dasharray": "7 5"}),
    red = {stroke: "var(--red)"};
  const trail = plane.path({...red, "stroke-width": 1.4}),
    steps = plane.path({...red, "stroke-width": 4.5, "stroke-linecap": "round"});
  const here = plane.add("rect", {width: 12, height: 12, ...END});
  stage.swatches(["minimizers", {stroke: "var(--blue)", "stroke-width": 3}], ["gradient flow", {
    stroke: "var(--green)",
    "stroke-dasharray": "7 5",
  }], ["gradient descent", red]);
  const handles = [
    plane.handle({label: "Start of flow and descent", color: "var(--red)", anywhere: true, says,
      step: [0.05, 0.05], at: () => stage.get("w1", "w2"), move: ([w1, w2]) => stage.set({w1, w2})}),
    epoch,
    ratePanel(stage),
  ];
  const branches = product => { // of w1 w2 = product
    const across = Array.from({length: 61},
      (_, i) => side[1] * (Math.abs(product) / side[1] ** 2) ** (i / 60));
    return [1, -1].map(sign => plane.line(across.map(v => [sign * v, sign * product / v]))).join("");
  };
  stage.start(["w1", "w2", "alpha", "epochs"], () => {
    shades.forEach((shade, i) =>
      change(shade, {d: [1, -1].map(sign => branches(slope * (1 + sign * 0.2236 * 3 ** (i / 2)))).join("")})
    );
    change(minima, {d: branches(slope)});
    change(saddle, {d: `M${plane.X(0) - 5} ${plane.Y(0) - 5}l10 10m0 -10l-10 10`});
  }, () => {
    const [w1, w2, alpha, epochs] = stage.get("w1", "w2", "alpha", "epochs"),
      path = productDescent(xx, xy, w1, w2, alpha, epochs);
    const calmly = productFlow(slope, w1, w2), goal = calmly.at(-1),
      {end, escapes} = plane.trail(path, trail, steps, here);
    change(flow, {d: plane.line(calmly)});
    const losses = thinned(epochs, k => productLoss(xx, xy, ...path[k]));
    last = losses.at(-1)[1];
    change(falls, {d: curve.curve(losses)});
    const at = ([u, v]) => `(${text(u)}, ${text(v)})`, kept = ([u, v]) => text(u * u - v * v);
    words = `Start at ${at([w1, w2])}: the flow ends at ${at(goal)}, after ${
      text(epochs, 0)
    } epochs the descent is at ${at(end)}`;
    for (const handle of handles) handle();
    const steep = productCurvature(xx, ...goal);
    stage.show({"start": at([w1, w2]), "the flow ends at": at(goal),
      "the descent is at": escapes ? "no end" : at(end), "_w_₁² − _w_₂² along the flow": kept([w1, w2]),
      "_w_₁² − _w_₂² of the descent": escapes ? "no end" : kept(end),
      "curvature where the flow ends": text(steep, 0),
      "curvature where the descent is": escapes ? "no end" : text(productCurvature(xx, ...end), 0),
      "2/_α_ =": text(2 / alpha, 0)});
    stage.say(escapes ? "The descent diverges." : steep > 2 / alpha
      ? "Where the flow ends, the valley is too steep for a descent with this rate."
      : "");
  });
}

const VIEWS = {Line, Descent, Surface, Lift, Neuron, Network, TwoWeights};

export default {
  render({model, el}) {
    const stage = new Stage(model, el);
    VIEWS[model.get("kind")](stage);
    return () => {
      stage.gone.abort();
      stage.root.remove();
    };
  },
};
