/* The explorers of agml_explorers.py, in the browser: first the mathematics, then the drawing, then one
   view for each explorer. A notebook loads this module through anywidget, a page of the book through
   widgets.js; both give `render` a model, which holds the state, and an empty element. */

// Mathematics. Every formula is here once, under the name that it has in agml_helpers.py.

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

/* So many normal numbers of NumPy's RandomState: the Mersenne Twister, and Marsaglia's polar method. */
function normals(seed, count) {
  const state = new Uint32Array(624), found = [];
  let at = 624;
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
  while (found.length < count) {
    const a = uniform(), b = uniform(), square = a * a + b * b;
    const factor = Math.sqrt(-2 * Math.log(square) / square);
    if (square < 1 && square) found.push(factor * b, factor * a);
  }
  return found;
}

export function initNetwork(d, seed) {
  const small = Float64Array.from(normals(seed, 2 * d), value => 0.01 * value);
  return {W1: small.slice(0, d), b1: new Float64Array(d), W2: small.slice(d, 2 * d), b2: new Float64Array(1)};
}

export const copyNetwork = net =>
  Object.fromEntries(Object.entries(net).map(([name, part]) => [name, part.slice()]));

export const predict = (x, net) => net.W1.reduce((sum, _, k) => sum + added(x, net, k), net.b2[0]);

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

const STYLE = `
.agml {
  --ink: #2A2E37; --soft: #595E69; --blue: #0072B2; --green: #00805E; --red: #C1272D;
  --face: "STIX Two Text Variable", "STIX Two Text", STIXGeneral, Georgia, "Times New Roman", serif;
  color: var(--ink); font: .92rem/1.5 var(--face); font-variant-numeric: lining-nums tabular-nums;
  max-width: 46rem; width: 100%; contain: layout style; isolation: isolate; /* what is around it stays */
}
.agml.dark { --ink: #DEE2E6; --soft: #AEB2BA; --blue: #56B4E9; --green: #3CC79A; --red: #FF8A80; }
.agml p { margin: 0; }
.agml sub { font-size: .72em; line-height: 0; }
.agml i, .agml .math { font-style: italic; }
.agml :is(.swatches, .sliders, .keys, .numbers) { display: flex; flex-wrap: wrap; gap: 0 1.3em; }
.agml .swatches { margin: .2em 0 .3em; font-size: .95em; color: var(--soft); }
.agml .swatches .deep { fill-opacity: .4; }
.agml .swatches svg { display: inline-block; width: 26px; height: 12px; margin-right: .35em; }
.agml .panels { display: grid; gap: .4em 1.2em; grid-template-columns: minmax(0, 1fr); }
.agml:not(.narrow) .panels { grid-template-columns: 1fr 1fr; }
.agml .wide, .agml .controls { grid-column: 1 / -1; }
.agml.narrow .panels > :first-child, .agml.narrow .controls { order: -1; }
.agml :is(svg, canvas) { display: block; width: 100%; overflow: visible; user-select: none; -webkit-user-select: none; }
.agml text { fill: var(--ink); font: .93em var(--face); forced-color-adjust: none; }
.agml text.tick { fill: var(--soft); font-size: .83em; }
.agml .axis { stroke: var(--soft); fill: none; }
.agml .halo { paint-order: stroke; stroke: var(--ground); stroke-width: 4px; stroke-linejoin: round; }
.agml .look { fill: none; stroke: var(--ink); stroke-width: 2; stroke-linejoin: round; }
.agml :is(.samples, .inside) { fill: var(--blue); fill-opacity: .75; stroke: none; }
.agml :is(.errors, .before) { stroke: var(--red); stroke-width: 1; stroke-opacity: .75; }
.agml :is(.descent, .loss, .outside, .slope) { stroke: var(--red); stroke-width: 1.5; }
.agml :is(.trained, .path) { stroke: var(--red); stroke-width: 2.5; }
.agml :is(.start, .here) { fill: var(--red); stroke: var(--ground); stroke-width: 1.5; }
.agml .steps { stroke: var(--red); stroke-width: 4.5; stroke-linecap: round; }
.agml :is(.fit, .between, .flow) { stroke: var(--green); stroke-width: 2.5; }
.agml :is(.flow, .slope, .best) { stroke-dasharray: 6 5; }
.agml :is(.floor, .half) { stroke-width: 1; stroke-dasharray: 4 4; }
.agml :is(.activation, .minimizers) { stroke: var(--blue); stroke-width: 2.5; }
.agml .neurons { stroke: var(--blue); stroke-width: 1.8; }
.agml .level { stroke: var(--blue); stroke-width: .8; stroke-opacity: .75; vector-effect: non-scaling-stroke; }
.agml .deep { fill: var(--blue); fill-opacity: .055; }
.agml .handle { cursor: grab; outline: none; }
.agml :is(.handle, .scene):active { cursor: grabbing; }
.agml .handle .area { fill: transparent; }
.agml .handle .dot { stroke: var(--ground); stroke-width: 2; }
.agml .handle .ring { fill: none; stroke-width: 2; }
.agml .handle:hover .ring { stroke: currentcolor; stroke-opacity: .35; }
.agml .handle:focus-visible .ring { stroke: var(--ink); }
.agml .scene { position: relative; width: 100%; max-width: 34rem; justify-self: center; cursor: grab; touch-action: pan-y; }
.agml .scene svg { position: absolute; inset: 0; height: 100%; pointer-events: none; }
.agml :is(.scene, input, button):focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.agml .sliders > :is(.ranged, svg) { flex: 1 0 100%; }
.agml .control { display: grid; grid-template-columns: auto 5.5em; gap: .75em; align-items: center; min-height: 2.4em; }
.agml .ranged { grid-template-columns: 5.2em minmax(4em, 22em) 5.5em; }
.agml.narrow .ranged { grid-template-columns: 4.8em 1fr 4.5em; }
.agml input[type="range"] { accent-color: var(--blue); height: 1.6em; min-width: 0; width: 100%; margin: 0; }
.agml input[type="text"], .agml button { font: inherit; color: var(--ink); background: none;
  border: 1px solid var(--soft); border-radius: .35em; min-height: 2.1em; padding: .05em .5em; }
.agml input[type="text"] { width: 100%; min-width: 0; box-sizing: border-box; }
.agml .keys { gap: .5em; margin: .35em 0; }
.agml button:hover { border-color: var(--ink); cursor: pointer; }
.agml button[aria-pressed="true"] { background: var(--ink); color: var(--ground); }
.agml .numbers { margin: .4em 0 .1em; }
.agml .says { min-height: 1.5em; color: var(--soft); overflow-wrap: anywhere; white-space: pre-line; }
.agml.narrow .says { min-height: 3em; }
@media (forced-colors: active) {
  .agml button[aria-pressed="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
`;

function svg(name, attributes = {}, ...children) {
  const node = change(document.createElementNS("http://www.w3.org/2000/svg", name), attributes);
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

/* What two intervals have in common; the ends of the second come in any order. */
const common = ([low, high], [a, b]) => [Math.max(low, Math.min(a, b)), Math.min(high, Math.max(a, b))];

// Numbers and labels

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

/* Three digits of a number. */
const brief = value => String(Number(value.toPrecision(3))).replace("-", "−");

function ticks(low, high, count = 5) {
  const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find(factor => factor * power >= rough), found = [];
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

/* Labels with _letters_ in italics and ~indices~ below the line, for pictures, for text, and to be said. */
const marked = label =>
  label.split(/(_[^_]+_|~[^~]+~)/).filter(Boolean).map(part => [part[0], part.replace(/[_~]/g, "")]);
const labeled = label =>
  marked(label).map(([mark, letters]) =>
    svg("tspan", mark === "_" ? {class: "math"} : mark === "~" ? {dy: ".2em", "font-size": ".72em"} : {},
      letters)
  );
const spelled = label =>
  marked(label).map(([mark, letters]) =>
    mark === "_" ? html("i", {}, letters) : mark === "~" ? html("sub", {}, letters) : letters
  );
const spoken = label => label.replace(/[_~]/g, "");

const plain = {to: v => v, from: v => v, ticks};
const logarithmic = {to: v => Math.log10(v), from: v => 10 ** v, ticks(low, high) {
  const step = Math.ceil((Math.log10(high) - Math.log10(low)) / 5), found = [];
  for (let k = Math.ceil(Math.log10(low)); k <= Math.log10(high); k += step) found.push(10 ** k);
  return found;
}};
const fromZero = {to: v => Math.log10(1 + v), from: v => 10 ** v - 1,
  ticks: (low, high) => [0, ...logarithmic.ticks(1, high)]};

// The stage: what all explorers share, that is the state, its controls, and when to draw

let controls = 0;

class Stage {
  constructor(model, el) {
    const [kind, home, limits] = ["kind", "home", "limits"].map(name => model.get(name));
    Object.assign(this, {model, kind, home, limits, gone: new AbortController(), seen: true});
    // what is laid out in another size, what shows a value beside the picture, the values before each gesture
    [this.parts, this.shows, this.past] = [[], [], []];
    this.sliders = html("div", {className: "sliders"});
    this.keys = html("div", {className: "keys"});
    this.numbers = html("div", {className: "numbers"});
    this.says = html("p", {className: "says", role: "status"});
    this.controls = html("div", {className: "controls"}, this.sliders, this.keys, this.numbers, this.says);
    this.panels = html("div", {className: "panels"}, this.controls);
    const words = kind.replace(/\B[A-Z]/g, letter => ` ${letter.toLowerCase()}`);
    const name = `Explorer ${el.dataset.number ?? ""}`.trim() + `: ${words}`;
    const head = html("p", {className: "task"}, html("b", {}, `${name}.`), " ", model.get("task"));
    this.root = html("div", {className: "agml"}, html("style", {}, STYLE), head, this.panels);
    change(this.root, {role: "group", "aria-label": name});
    el.append(this.root);
    this.watch();
  }
  /* See when the size changes, the theme, and whether somebody looks. */
  watch() {
    const {signal} = this.gone, again = () => this.dress();
    const size = new ResizeObserver(again), theme = new MutationObserver(again);
    size.observe(this.panels);
    for (const node of [document.documentElement, document.body]) theme.observe(node, {attributes: true});
    const eye = new IntersectionObserver(([...entries]) => {
      this.seen = entries.at(-1).isIntersecting;
      if (this.late) this.redraw();
    });
    eye.observe(this.root);
    for (const wish of ["(prefers-color-scheme: dark)", "(forced-colors: active)"]) {
      matchMedia(wish).addEventListener("change", again, {signal});
    }
    window.addEventListener("beforeprint", () => this.late && this.draw(true), {signal});
    signal.addEventListener("abort", () => [size, theme, eye].forEach(one => one.disconnect()));
  }
  listen(name, act) {
    this.model.on(`change:${name}`, act);
    this.gone.signal.addEventListener("abort", () => this.model.off(`change:${name}`, act));
  }
  get(...names) {
    return names.map(name => this.model.get(name));
  }
  get now() {
    return Object.fromEntries(Object.keys(this.home).map(name => [name, this.model.get(name)]));
  }
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      this.model.set(name, name in this.limits ? clamp(value, this.limits[name]) : value);
    }
    this.model.save_changes();
  }
  /* Draw now, and again, once in a frame, when one of the values changes; unseen pictures wait. */
  start(lay, draw) {
    this.draw = (wanted = this.seen || this.late === undefined) => {
      if (!this.ready) return;
      this.late = !wanted;
      if (this.late) return;
      draw();
      for (const show of this.shows) show();
      const words = this.note || this.words || "";
      if (this.says.textContent !== words) this.says.textContent = words;
    };
    this.lay = () => {
      this.ready = this.panels.clientWidth > 0;
      if (!this.ready) return;
      for (const part of this.parts) part.lay();
      lay();
      this.draw(this.seen || !this.late); // a canvas is empty now
    };
    this.redraw = () => {
      this.frame ??= requestAnimationFrame(() => {
        this.frame = null;
        if (!this.gone.signal.aborted) this.draw();
      });
    };
    for (const name of Object.keys(this.home)) this.listen(name, this.redraw);
    this.button("undo", () => {
      if (!this.past.length) return this.tell("There is nothing to undo.");
      this.tell("");
      this.set(this.past.pop());
      this.settled();
    });
    this.button("start over", () => this.gesture(() => this.set(this.home)));
    this.button("copy as Python", () => this.copy());
    this.dress();
  }
  /* The ground is what lies behind, and the text on it tells whether it is dark. JupyterLab gives an element
     that joins the page later: then its size changes. */
  dress() {
    if (!this.root.isConnected) return;
    let behind = this.root, ground;
    do {
      behind = behind.parentElement;
      ground = behind ? getComputedStyle(behind).backgroundColor : "Canvas";
    } while (/, 0\)|transparent/.test(ground));
    const [r, g, b] = getComputedStyle(this.root.parentElement).color.match(/[\d.]+/g).map(Number);
    this.root.classList.toggle("dark", 0.3 * r + 0.6 * g + 0.1 * b > 128);
    this.root.style.setProperty("--ground", ground);
    const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.unit = Number.parseFloat(getComputedStyle(this.root).fontSize) / 15;
    this.root.classList.toggle("narrow", this.panels.clientWidth < 35 * rem + 18 * this.unit);
    this.lay();
  }

  // Gestures: each can be undone, and the page keeps where it led

  begin() {
    this.before = {...this.now, ..."running" in this.home && {running: false}};
    this.tell("");
  }
  end() {
    const {now, before} = this, moved = name => name !== "running" && now[name] !== before[name];
    if (!Object.keys(now).some(moved)) return;
    this.past.push(before);
    this.settled();
  }
  gesture(act) {
    this.begin();
    act();
    this.end();
  }
  settled() {
    this.root.dispatchEvent(new CustomEvent("settled", {bubbles: true, detail: this.now}));
  }
  copy() {
    const names = Object.keys(this.home).filter(one => one !== "running"),
      python = {true: "True", false: "False"};
    const name = this.kind.toLowerCase(), values = this.get(...names).map(value => python[value] ?? value);
    const code = `import agml_explorers as ex\n\n${name} = ex.${this.kind}(${this.model.get("data")})\n`
      + `${names.map(one => `${name}.${one}`).join(", ")} = ${values.join(", ")}\n${name}`;
    const copied = navigator.clipboard?.writeText(code) ?? Promise.reject(new Error("no clipboard"));
    copied.then(() => this.tell("Copied: paste it into a cell of this page's notebook."),
      () => this.tell(code));
  }

  // Controls

  button(label, act) {
    const button = html("button", {type: "button"}, label);
    button.addEventListener("click", act);
    this.keys.append(button);
    return button;
  }
  /* A button that stays pressed while a value is true. */
  toggle(name, label) {
    const button = this.button(label, () => this.gesture(() => this.set({[name]: !this.now[name]})));
    this.shows.push(() => Object.assign(button, {ariaPressed: String(this.now[name])}));
  }
  /* A value, to be typed, and to be moved by a slider, unless a handle in the picture does that. */
  control(name, label, {scale = plain, decimals = 2, slides = true} = {}) {
    const id = `agml-${controls++}`, [low, high] = this.limits[name].map(scale.to), whole = decimals === 0;
    const field = html("input", {type: "text", inputMode: "decimal", autocomplete: "off"});
    field.dataset.lmSuppressShortcuts = "true"; // or JupyterLab would take letters for its commands
    const range = html("input", {type: "range", min: low, max: high, step: whole ? 1 : (high - low) / 500});
    const moves = value => this.set({[name]: value, ..."running" in this.home && {running: false}});
    const words = value => decimals === null ? brief(value) : text(value, decimals);
    let held = false;
    range.addEventListener("input", () => {
      if (!held) this.begin();
      held = true;
      moves(scale.from(Number(range.value)));
    });
    range.addEventListener("change", () => held = this.end()); // which returns nothing
    range.addEventListener("pointercancel", () => held &&= this.set(this.before)); // the finger scrolls the page
    field.addEventListener("change", () => {
      const value = Number(field.value.replace("−", "-").replace(/,(?=\d{3})/g, "").trim() || NaN);
      // a limit may be typed as the field shows it
      const ends = this.limits[name], fine = Number.isFinite(value) && !(whole && value % 1);
      if (fine && words(value) === words(clamp(value, ends))) return this.gesture(() => moves(value));
      const rule = `${spoken(label)} must be a ${whole ? "whole number" : "number"}`;
      this.tell(`${rule} between ${ends.map(words).join(" and ")}, got ${field.value || "nothing"}`);
    });
    (slides ? range : field).id = id;
    if (slides) field.ariaLabel = `${spoken(label)}, typed`;
    const row = html("div", {className: slides ? "control ranged" : "control"});
    row.append(html("label", {htmlFor: id}, ...spelled(label)), ...slides ? [range] : [], field);
    this.sliders.append(row);
    this.shows.push(() => {
      const value = this.now[name];
      range.value = scale.to(value);
      range.ariaValueText = words(value);
      if (document.activeElement !== field) field.value = words(value);
    });
  }
  /* Let epochs pass while `running`: slowly at first and faster later, as descents are, by even numbers, so
     that all pictures lie on one side of a valley, and none while the picture is behind, nor when somebody else
     has moved them: another view of the picture plays too. Readers who want no motion get two pictures a second. */
  player(name, behind = () => false) {
    const [first, last] = this.limits[name], now = () => this.now[name];
    const play = this.button("play", () => this.set({running: !this.now.running}));
    this.shows.push(() => Object.assign(play, {textContent: this.now.running ? "pause" : "play"}));
    let timer, seen;
    const step = () => {
      clearTimeout(timer);
      if (!this.now.running || this.gone.signal.aborted) return;
      const quiet = calm();
      timer = setTimeout(step, quiet ? 500 : 20);
      if (now() === seen && !behind()) {
        if (now() === last) this.set({running: false});
        else this.set({[name]: now() + (2 * Math.round(now() / (quiet ? 8 : 160)) || 1)});
      }
      seen = now();
    };
    this.listen("running", () => {
      if (!this.now.running) return this.before && this.end();
      this.begin();
      if (now() === last) this.set({[name]: first});
      step();
    });
    step();
  }

  // Words

  /* Show numbers as text. */
  show(values) {
    const shown = Object.entries(values).filter(([, value]) => value !== null);
    const row = ([label, value]) => html("span", {}, ...spelled(label), " ", html("b", {}, value));
    this.numbers.replaceChildren(...shown.map(row));
  }
  /* Say the first of several things that is the case, or, until the next gesture, an answer to the last one. */
  say(...cases) {
    this.words = cases.find(([holds]) => holds)?.[1];
  }
  tell(words) {
    this.note = words;
    this.redraw();
  }
  /* What each look means. */
  key(entries) {
    const entry = ([look, label]) => {
      const mark = svg("path", {class: `look ${look}`, d: MARKS[look] ?? "M0 6H26"});
      return html("span", {}, svg("svg", {viewBox: "0 0 26 12", "aria-hidden": "true"}, mark),
        ...spelled(label));
    };
    this.panels.before(html("div", {className: "swatches"}, ...Object.entries(entries).map(entry)));
  }
}

/* What a hand does to a node: `grab` it and `move` it with a pointer, each giving what the next move starts
   from, or `press` keys: arrows, and those that lead far. */
const KEYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10],
  PageDown: [0, -10], Home: [-1e6, 0], End: [1e6, 0]};

function draggable(stage, node, {grab, move, press}) {
  let held = null;
  node.addEventListener("pointerdown", event => {
    if (event.button) return;
    stage.begin();
    held = grab(event);
    node.setPointerCapture(event.pointerId);
    node.focus({preventScroll: true});
    event.preventDefault();
  });
  node.addEventListener("pointermove", event => held &&= move(event, held));
  node.addEventListener("pointercancel", () => held &&= stage.set(stage.before)); // the finger scrolls the page
  for (const name of ["pointerup", "lostpointercapture"]) {
    node.addEventListener(name, () => held &&= stage.end()); // once: it returns nothing
  }
  node.addEventListener("keydown", event => {
    const way = KEYS[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    stage.gesture(() => press(...way.map(steps => steps * (event.shiftKey ? 10 : 1))));
  });
}

// Pictures in the plane

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

/* A plane with axes. Its coordinates are pixels, so that text has one size on every screen. */
class Panel {
  constructor(stage, {label, wide = false, flat = false, ...more}) {
    Object.assign(this, {stage, flat, xlabel: "", ylabel: "", xscale: plain, yscale: plain, ...more});
    const clip = `agml-${controls++}`;
    this.window = svg("rect");
    this.axes = svg("g", {"aria-hidden": "true"});
    this.inside = svg("g", {"clip-path": `url(#${clip})`});
    this.above = svg("g");
    this.svg = svg("svg", {role: "group", "aria-label": label, class: wide ? "wide" : ""},
      svg("clipPath", {id: clip}, this.window), this.axes, this.inside, this.above);
    if (flat) stage.sliders.append(this.svg);
    else stage.panels.insertBefore(this.svg, stage.controls);
    stage.parts.push(this);
  }
  lay() {
    const {unit} = this.stage, {xscale, yscale, flat} = this, width = this.svg.getBoundingClientRect().width;
    const [left, across, bottom, top] = [46 * unit, Math.max(width - 60 * unit, 1), 42 * unit, 26 * unit];
    const [x0, x1] = this.x.map(xscale.to), [y0, y1] = this.y.map(yscale.to);
    const alone = width > 0.6 * this.stage.panels.clientWidth; // in its row, as on a phone
    const shape = this.square ? (y1 - y0) / (x1 - x0) : alone ? 0.6 : 1;
    const down = this.height ? this.height * unit - top - bottom : across * shape, floor = top + down;
    this.per = [across / (x1 - x0), down / (y1 - y0)]; // pixels for a unit
    this.X = v => left + (xscale.to(v) - x0) * this.per[0];
    this.Y = v => top + (y1 - yscale.to(v)) * this.per[1];
    const [fromX, fromY] = [v => x0 + (v - left) / this.per[0], v => y1 - (v - top) / this.per[1]];
    this.back = ([px, py]) => [xscale.from(fromX(px)), yscale.from(fromY(py))];
    this.bounds = [[left, left + across], [top, floor]];
    change(this.svg, {viewBox: `0 0 ${width} ${floor + bottom}`, height: floor + bottom});
    change(this.window, {x: left, y: top, width: across, height: down});
    let d = `M${left} ${flat ? floor : top}V${floor}H${left + across}`;
    const put = (px, py, label, look) =>
      this.axes.append(svg("text", {x: px, y: py, ...look}, ...labeled(label)));
    this.axes.replaceChildren();
    for (const v of xscale.ticks(...this.x)) {
      d += `M${this.X(v)} ${floor}v4`;
      put(this.X(v), floor + (flat ? 23 : 18) * unit, short(v), {class: "tick", "text-anchor": "middle"});
    }
    for (const v of flat ? [] : yscale.ticks(...this.y)) {
      d += `M${left} ${this.Y(v)}h-4`;
      put(left - 8, this.Y(v) + 4 * unit, short(v), {class: "tick", "text-anchor": "end"});
    }
    put(left + across / 2, floor + (flat ? 41 : 38) * unit, this.xlabel, {"text-anchor": "middle"});
    put(left - 8, 12 * unit, this.ylabel);
    this.axes.append(svg("path", {class: "axis", d}));
  }
  /* Paths, one for each look. */
  paths(...looks) {
    const paths = looks.map(look => svg("path", {class: `look ${look}`}));
    this.inside.append(...paths);
    return paths;
  }
  /* Points as circles of one path, which all browsers fill alike. */
  dots(points, r = 2.4) {
    const ring = `a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
    return points.map(([x, y]) => `M${(this.X(x) - r).toFixed(1)} ${this.Y(y).toFixed(1)}${ring}`).join("");
  }
  line(points) {
    return line(points.map(([x, y]) => [this.X(x), this.Y(y)]));
  }
  /* What draws a path that may run away: its line, its steps as dots, and the end. Where steps leap, the first
     of them and the last are lines, and the others dots alone: thousands of lines would be a slab. */
  trail() {
    const [way, steps, here] = this.paths("descent", "steps", "here");
    const apart = (one, other = [Infinity, 0]) => Math.hypot(one[0] - other[0], one[1] - other[1]);
    const reach = 100 * Math.max(...[...this.x, ...this.y].map(Math.abs)), room = [-reach, reach];
    return path => {
      const far = path.findIndex(point => !point.every(v => Math.abs(v) < reach)), seen = [];
      const drawn = far < 0 ? path : path.slice(0, far + 1).map(point => point.map(v => clamp(v, room)));
      let d = "", dots = "", leaps = 0, lifted = false, last, before;
      drawn.forEach(([u, v], i, {length}) => {
        const now = [this.X(u), this.Y(v)], step = apart(now, last), goes = step > 0.5 || i === length - 1;
        const alone = apart(now, seen[i % 2]) > 0.5; // one dot for all on one spot, on either side of a valley
        if (!alone && !goes) return;
        const spot = now.map(part => part.toFixed(1)).join(" ");
        if (alone) [seen[i % 2], dots] = [now, `${dots}M${spot}h0`];
        if (!goes) return;
        const late = step > 5 && ++leaps > 40 && i < length - 3;
        if (!late) d += d ? `${lifted ? `M${before}` : ""}L${spot}` : `M${spot}`;
        [last, before, lifted] = [now, spot, late];
      });
      change(way, {d});
      change(steps, {d: dots});
      change(here, {d: `M${before}m-6 -6h12v12h-12z`});
      return far >= 0;
    };
  }
  /* A line of values that may be huge or no numbers. */
  curve(points) {
    const room = [this.y[0] / 1e3, 1e3 * this.y[1]],
      numbers = points.filter(([, value]) => !Number.isNaN(value));
    return this.line(numbers.map(([k, value]) => [k, clamp(value, room)]));
  }
  pixels(event) {
    const box = this.svg.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
  /* A point that can be dragged, moved by keys, and put where one clicks. One that moves along a line, as no
     step leads across, goes forward by either of two keys. `hold` is told when a gesture begins. */
  handle({label, color, at, move, says, hold, shape, anywhere, step = [0.1, 0.1]}) {
    const square = {x: -7, y: -7, width: 14, height: 14, rx: 2};
    const [name, form] = shape === "square" ? ["rect", square] : ["circle", {r: 7.5}];
    const dot = svg(name, {class: "dot", fill: color, ...form});
    const along = step[0] ? 0 : 1, [low, high] = along ? this.y : this.x, both = step[0] && step[1];
    const node = svg("g", {class: "handle", style: `color: ${color}`, tabindex: 0, role: "slider",
      "aria-label": label, "aria-valuemin": low, "aria-valuemax": high},
      svg("circle", {class: "area", r: 18}), svg("circle", {class: "ring", r: 12}), dot);
    this.above.append(node);
    node.addEventListener("touchstart", event => event.preventDefault(), {passive: false}); // or the page would scroll
    const to = pixels => move(this.back(pixels).map((v, i) => clamp(v, i ? this.y : this.x)));
    const place = () => {
      const [x, y] = at();
      return [clamp(this.X(x), this.bounds[0]), clamp(this.Y(y), this.bounds[1])];
    };
    draggable(this.stage, node, {
      grab: event => { // where the handle is, seen from the hand
        hold?.();
        const pixels = this.pixels(event);
        return place().map((v, i) => v - pixels[i]);
      },
      move: (event, held) => {
        to(this.pixels(event).map((pixel, i) => pixel + held[i]));
        return held;
      },
      press: (right, up) => {
        const [x, y] = at(), {xscale, yscale} = this;
        hold?.();
        move([clamp(xscale.from(xscale.to(x) + (both ? right : right + up) * step[0]), this.x),
          clamp(yscale.from(yscale.to(y) + (both ? up : right + up) * step[1]), this.y)], true);
      },
    });
    if (anywhere) {
      this.svg.addEventListener("click", event => {
        const pixels = this.pixels(event), inside = pixels.every((v, i) => clamp(v, this.bounds[i]) === v);
        if (inside && !node.contains(event.target)) this.stage.gesture(() => to(pixels));
      });
    }
    this.stage.shows.push(() => {
      const [x, y] = at(), value = along ? y : x;
      change(node, {transform: `translate(${place().map(v => v.toFixed(2)).join(" ")})`,
        "aria-valuenow": Number(clamp(value, [low, high]).toPrecision(5)), "aria-valuetext": says()});
    });
  }
  /* The level sets of a quadric, exact ellipses, each deeper one a shade darker. */
  levels(q) {
    const top = Math.max(...this.x.flatMap(w => this.y.map(b => above(q, w, b)))), [wide, high] = this.per;
    const place = `translate(${this.X(q.w)} ${this.Y(q.b)}) scale(${wide} ${-high})`;
    this.ellipses ??= this.inside.insertBefore(svg("g"), this.inside.firstChild);
    change(this.ellipses, {transform: `${place} rotate(${q.angle * 180 / Math.PI})`});
    this.ellipses.replaceChildren(...Array.from({length: 11}, (_, i) => {
      const [rx, ry] = halfAxes(q, top * 10 ** (-0.3 * i));
      return svg("ellipse", {class: "look level deep", rx, ry});
    }));
  }
}

/* The values of as many epochs as a screen has columns, the last one included. */
function thinned(epochs, value) {
  const found = [];
  for (let k = 0; k < epochs; k += 1 + Math.floor(k / 80)) found.push([k, value(k)]);
  found.push([epochs, value(epochs)]);
  return found;
}

// Pictures in space

/* Something in space, turned by dragging or by keys: points go to a canvas, text and lines above it. A finger
   turns it sideways alone, as a swipe up or down scrolls the page. */
class Scene {
  constructor(stage, label) {
    this.stage = stage;
    this.canvas = html("canvas");
    this.over = svg("svg", {"aria-hidden": "true"});
    this.root = html("div", {className: "scene wide", tabIndex: 0}, this.canvas, this.over);
    change(this.root, {role: "slider", "aria-label": label, "aria-valuemin": -180, "aria-valuemax": 180});
    stage.panels.insertBefore(this.root, stage.controls);
    stage.parts.push(this);
    const turn = (right, up) => {
      const [elev, azim] = stage.get("elev", "azim"), far = Math.abs(right) > 1e3; // to either end
      stage.set({elev: elev + up, azim: far ? azim + right : (azim + right + 540) % 360 - 180});
    };
    draggable(stage, this.root, {
      grab: event => event,
      move(event, before) {
        const up = event.pointerType === "touch" ? 0 : event.clientY - before.clientY;
        turn((before.clientX - event.clientX) * 0.5, up * 0.4);
        return event;
      },
      press: (right, up) => turn(5 * right, 5 * up),
    });
    stage.shows.push(() => {
      const [elev, azim] = stage.get("elev", "azim").map(Math.round);
      change(this.root, {"aria-valuenow": azim,
        "aria-valuetext": `seen from ${text(elev, 0)} degrees above, turned to ${text(azim, 0)} degrees`});
    });
  }
  lay() {
    this.width = this.root.clientWidth;
    this.height = Math.round(this.width * 0.88);
    const fine = Math.min(2, window.devicePixelRatio || 1);
    Object.assign(this.canvas, {width: this.width * fine, height: this.height * fine});
    change(this.over, {viewBox: `0 0 ${this.width} ${this.height}`});
    const style = getComputedStyle(this.root);
    this.paint = this.canvas.getContext("2d");
    this.paint.setTransform(fine, 0, 0, fine, 0, 0);
    this.color = name => style.getPropertyValue(`--${name}`);
    this.painted = "";
  }
  /* Look from the chosen side, and let the canvas be painted anew if it isn't what was seen before; the box to
     see is [−1, 1]² × [−tall, tall]. */
  look(tall, act, state = 0) {
    const {stage, width} = this, {elev, azim} = stage.now, eye = seen(elev, azim);
    const scale = (width - 56 * stage.unit) / 3.2;
    this.at = (x, y, z) => {
      const [right, up, near] = eye(x, y, z);
      return [this.width / 2 + scale * right, this.height / 2 - scale * up, near];
    };
    this.tall = tall;
    this.over.replaceChildren();
    const view = [elev, azim, state].join();
    if (view === this.painted) return;
    this.painted = view;
    this.paint.clearRect(0, 0, this.width, this.height);
    act(this);
  }
  /* The floor, and the three axes on the edges where nothing hides their labels. */
  box({x, y, z, floor = false}) {
    const {tall, over} = this, {unit} = this.stage, center = this.at(0, 0, -tall);
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => ({u, v, at: this.at(u, v, -tall)}));
    const axis = (points, more = {}) => over.append(svg("path", {class: "axis", d: line(points), ...more}));
    const put = (label, px, py, anchor = "middle", kind = "") =>
      over.append(
        svg("text", {x: px.toFixed(1), y: (py + 5 * unit).toFixed(1), "text-anchor": anchor,
          class: `halo ${kind}`}, ...labeled(label)),
      );
    const away = (px, py, by) => { // from the middle of the floor outward, and down where it is a line
      const [dx, dy] = [px - center[0], py - center[1] + 2 * by * unit], size = Math.hypot(dx, dy);
      return [px + by * unit * dx / size, py + by * unit * dy / size + 3];
    };
    const edge = ([one, other], name, ends) => { // the nearer of two
      const nearness = ([i, k]) => corners[i].at[2] + corners[k].at[2];
      const [a, b] = (nearness(one) > nearness(other) ? one : other).map(i => corners[i].at);
      const mid = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
      axis([a, b]);
      if (Math.hypot(a[0] - b[0], a[1] - b[1]) < 70 * unit) return; // seen from its end
      put(name, ...away(...mid, 30));
      for (const [corner, value] of [[a, ends[0]], [b, ends[1]]]) {
        const inward = [0, 1].map(i => corner[i] + 0.16 * (mid[i] - corner[i]));
        put(short(value), ...away(...inward, 16), "middle", "tick");
      }
    };
    if (floor) axis([...corners, corners[0]].map(corner => corner.at));
    edge([[0, 1], [3, 2]], x.name, x.ends);
    edge([[0, 3], [1, 2]], y.name, y.ends);
    if (!z) return;
    const post = corners.reduce((one, other) => one.at[0] < other.at[0] ? one : other);
    const foot = post.at, head = this.at(post.u, post.v, tall);
    axis([foot, head]);
    put(short(z.ends[0]), foot[0] - 8, foot[1], "end", "tick");
    put(short(z.ends[1]), head[0] - 8, head[1], "end", "tick");
    put(z.name, head[0], head[1] - 18 * unit);
  }
}

/* The colormap viridis, of which a theme shows the part that stands out from its ground. */
const VIRIDIS = "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725".split(" ")
  .map(code => [0, 2, 4].map(i => Number.parseInt(code.slice(i, i + 2), 16)));

export function viridis(part, dark) {
  const at = (dark ? 0.37 + 0.63 * part : 0.55 * part) * (VIRIDIS.length - 1);
  const i = Math.min(Math.floor(at), VIRIDIS.length - 2);
  return `rgb(${VIRIDIS[i].map((v, k) => Math.round(v + (at - i) * (VIRIDIS[i + 1][k] - v)))})`;
}

// Views

/* The marks of a key that are no lines, and what several keys say. */
const [DISK, SQUARE] = ["M9 6a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "M7 0h12v12h-12z"];
const MARKS = {samples: DISK, inside: DISK, start: DISK, here: SQUARE, steps: "M3 6h0M10 6h0M17 6h0M24 6h0",
  outside: "M9 2l8 8M17 2l-8 8", saddle: "M8 1l10 10m0 -10l-10 10", lowest: "M7 6H19M13 0V12",
  "level deep": "M2 1h22v10h-22z"};
const DEEP = {"level deep": "the bluer, the smaller the loss"};

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
const cross = (px, py) => `M${px - 6} ${py}h12m-6 -6v12`;
const pair = ({w, b}) => `w = ${text(w)}, b = ${text(b)}`;
const [GREEN, BLUE, RED] = ["green", "blue", "red"].map(name => `var(--${name})`);

function dataPanel(stage, x, y, options) {
  const [low, high] = [Math.min(...y), Math.max(...y)], room = 0.2 * (high - low || 1);
  const [from, to] = [Math.min(...x), Math.max(...x)];
  return new Panel(stage, {x: [from, to], y: [low - room, high + room], xlabel: "_x_", ylabel: "_y_",
    ...options});
}

/* The plane of weight and bias, as wide as the limits of both. */
function weightPanel(stage, square) {
  const {w, b} = stage.limits, label = "The plane of weight and bias, with level sets of the loss";
  return new Panel(stage, {label, x: w, y: b, xlabel: "weight _w_", ylabel: "bias _b_", square});
}

/* The loss by epochs, both on scales that show small and large, and the epoch, a handle on the curve. */
function lossPanel(stage, name, at, says, options) {
  const scales = {xscale: fromZero, yscale: logarithmic};
  const panel = new Panel(stage, {x: stage.limits[name], xlabel: "epoch", ylabel: "loss", ...scales,
    ...options});
  const [curve] = panel.paths("loss");
  const place = () => at().map((v, i) => i ? clamp(Number.isFinite(v) ? v : Infinity, panel.y) : v);
  const move = ([value], pressed) => { // a key leads to the next epoch at least
    const old = stage.now[name], near = Math.round(value);
    stage.set({[name]: pressed && near === old ? old + Math.sign(value - old) : near, running: false});
  };
  panel.handle({label: "Epoch", color: RED, shape: "square", step: [0.02, 0], says, at: place, move});
  return [panel, curve];
}

/* The learning rate on a scale of its own, to be dragged along, with the rate that nothing may pass. */
function ratePanel(stage, border) {
  const label = "The learning rate", x = stage.limits.alpha, height = border ? 92 : 70;
  const panel = new Panel(stage, {label, x, y: [0, 1], xlabel: "rate _α_", xscale: logarithmic, flat: true,
    height});
  const mark = svg("g", {"aria-hidden": "true"});
  panel.above.append(mark);
  panel.handle({label: "Learning rate", color: RED, step: [0.02, 0], at: () => [stage.now.alpha, 0],
    says: () => `rate ${brief(stage.now.alpha)}`, move: ([alpha]) => stage.set({alpha})});
  return () => {
    const [px, py] = [panel.X(border), panel.Y(0)], {unit} = stage;
    mark.replaceChildren(svg("path", {class: "look", d: `M${px} ${py - 22 * unit}V${py + 5}`}),
      svg("text", {x: px, y: py - 27 * unit, "text-anchor": "middle"}, ...labeled("2/_λ_~max~")));
  };
}

/* What the two descents share: a start in the plane, the rate, and the loss by epochs. */
function walk(stage, plane, names, labels, loss, border = null) {
  const trail = plane.trail(), found = {words: "", last: 1}, says = () => found.words;
  const [curve, falls] = lossPanel(stage, "epochs", () => [stage.now.epochs, found.last], says, loss);
  plane.handle({label: "Start", color: RED, anywhere: true, says, at: () => stage.get(...names),
    move: point => stage.set(Object.fromEntries(names.map((name, i) => [name, point[i]])))});
  const mark = ratePanel(stage, border);
  stage.control("epochs", "epoch", {decimals: 0});
  stage.control("alpha", "rate _α_", {decimals: null, slides: false});
  names.forEach((name, i) => stage.control(name, labels[i], {slides: false}));
  stage.player("epochs");
  found.draw = (path, lossOf) => {
    const losses = thinned(path.length - 1, k => lossOf(...path[k]));
    found.last = losses.at(-1)[1];
    change(falls, {d: curve.curve(losses)});
    return [path.at(-1), trail(path)];
  };
  return [found, curve, mark];
}

function Line(stage) {
  const [x, y] = stage.get("x", "y"), q = quadric(x, y), {limits} = stage;
  const data = dataPanel(stage, x, y, {label: "The samples, the line and its errors"});
  const [errors, dots, ideal, fit] = data.paths("errors", "samples", "best", "fit");
  const plane = weightPanel(stage), [lowest] = plane.paths("lowest");
  stage.key({samples: "samples", fit: "the line, a point in the plane", errors: "its errors", ...DEEP,
    best: "the best line", lowest: "its point, both on request"});
  const says = () => `${pair(stage.now)}: the loss is ${text(meanSquare(q, ...stage.get("w", "b")), 1)}`;
  const [left, right] = [0.15, 0.85].map(part => data.x[0] + part * (data.x[1] - data.x[0]));
  const height = v => linearModel(v, ...stage.get("w", "b")), step = [0, (data.y[1] - data.y[0]) / 190];
  const end = (here, other, label) => {
    let kept; // where the other end is, and stays
    const move = ([, value]) => {
      const far = limits.b.map(b => (kept - b) / (other || 1e-300));
      const w = clamp((value - kept) / (here - other), common(limits.w, far));
      stage.set({w, b: kept - w * other});
    };
    const hold = () => (kept = height(other));
    data.handle({label, color: GREEN, step, says, at: () => [here, height(here)], hold, move});
  };
  end(left, right, "Left end of the line");
  end(right, left, "Right end of the line");
  plane.handle({label: "The point of the line in the plane of weight and bias", color: GREEN, anywhere: true,
    says, step: [0.1, 0.5], at: () => stage.get("w", "b"), move: ([w, b]) => stage.set({w, b})});
  stage.control("w", "weight _w_");
  stage.control("b", "bias _b_");
  stage.toggle("best", "compare with the best");
  stage.start(() => {
    plane.levels(q);
    change(dots, {d: data.dots(x.map((v, i) => [v, y[i]]))});
    change(ideal, {d: data.line(data.x.map(v => [v, linearModel(v, q.w, q.b)]))});
    change(lowest, {d: cross(plane.X(q.w), plane.Y(q.b))});
  }, () => {
    const {w, b, best} = stage.now, at = v => data.Y(v).toFixed(1);
    const d = x.map((v, i) => `M${data.X(v).toFixed(1)} ${at(y[i])}V${at(linearModel(v, w, b))}`);
    change(errors, {d: d.join("")});
    change(fit, {d: data.line(data.x.map(v => [v, linearModel(v, w, b)]))});
    for (const node of [ideal, lowest]) change(node, {visibility: best ? "visible" : "hidden"});
    const more = best ? text(above(q, w, b), 1) : null;
    stage.show({"loss": text(meanSquare(q, w, b), 1), "above the best by": more});
    stage.say([best, `The best line has ${pair(q)}; its loss is ${text(q.lowest, 1)}.`]);
  });
}

function Descent(stage) {
  const q = quadric(...stage.get("x", "y")), border = 2 / q.eigenvalues[0], plane = weightPanel(stage, true);
  const top = 40 * meanSquare(q, stage.home.w, stage.home.b), y = [0.7 * q.lowest || 1e-6 * top, top];
  const loss = {label: "The loss, epoch by epoch", y};
  const [found, curve, mark] = walk(stage, plane, ["w", "b"], ["start _w_", "_b_"], loss, border);
  const [lowest] = plane.paths("lowest"), [floor] = curve.paths("floor");
  stage.key({start: "start", steps: "steps", here: "now", lowest: "the minimum", floor: "its loss", ...DEEP});
  stage.start(() => {
    mark();
    plane.levels(q);
    change(lowest, {d: cross(plane.X(q.w), plane.Y(q.b))});
    change(floor, {d: curve.line(curve.x.map(v => [v, q.lowest]))});
  }, () => {
    const {w, b, alpha, epochs} = stage.now, path = descent(q, w, b, alpha, epochs);
    const [end] = found.draw(path, (...point) => meanSquare(q, ...point)), loss = text(found.last, 1);
    const begun = `Start at ${pair({w, b})}, rate ${brief(alpha)}`;
    found.words = `${begun}: at epoch ${text(epochs, 0)} the loss is ${loss}`;
    stage.show({"now at _w_ =": text(end[0]), "_b_ =": text(end[1]), loss,
      "border 2/_λ_~max~ =": text(border, 5)});
    stage.say([alpha > border && !(found.last <= meanSquare(q, w, b)),
      "The descent diverges: by now every step climbs."], [alpha > border,
      "The rate is beyond the border: sooner or later this descent diverges."], [alpha > border / 2,
      "Across the valley every step is too long and ends on the other side."]);
  });
}

function Surface(stage) {
  const q = quadric(...stage.get("x", "y")), N = 36, TALL = 0.62, sides = [stage.limits.w, stage.limits.b];
  const scene = new Scene(stage, "The surface of the loss, to be turned");
  // for each theme as many as Matplotlib's colormaps have: a new one for every value takes as long as drawing
  const themes = [false, true].map(dark => Array.from({length: 256}, (_, i) => viridis(i / 255, dark)));
  const along = ([low, high]) => Array.from({length: N + 1}, (_, i) => low + (high - low) * i / N);
  const heights = along(sides[0]).map(w => along(sides[1]).map(b => meanSquare(q, w, b)));
  const top = Math.max(...heights.flat()), base = Math.min(...heights.flat());
  const unit = (v, [low, high]) => 2 * (v - low) / (high - low) - 1;
  const rise = loss => TALL * unit(loss, [base, top]);
  const place = (w, b, loss) => scene.at(unit(w, sides[0]), unit(b, sides[1]), rise(loss));
  stage.key({start: "start", path: "the descent", here: "now"});
  stage.control("elev", "eye’s height", {decimals: 0});
  stage.control("azim", "turned to", {decimals: 0});
  function paintSurface({paint}) {
    const shades = themes[Number(stage.root.classList.contains("dark"))], [ws, bs] = sides.map(along);
    const grid = heights.flatMap((row, i) => row.map((loss, k) => place(ws[i], bs[k], loss)));
    const order = near => near > 0 ? [...ws.keys()].slice(0, N) : [...ws.keys()].slice(0, N).toReversed();
    for (const i of order(scene.at(1, 0, 0)[2])) { // what is far is drawn first
      for (const k of order(scene.at(0, 1, 0)[2])) {
        const a = i * (N + 1) + k, corners = [a, a + N + 1, a + N + 2, a + 1].map(corner => grid[corner]);
        const [mx, my] = [0, 1].map(axis => 0.045 * (corners[0][axis] + corners[2][axis])); // grown, over the seams
        const part = ((heights[i][k] + heights[i + 1][k + 1]) / 2 - base) / (top - base);
        paint.fillStyle = shades[Math.round(255 * Math.sqrt(part))]; // more of them for the floor of the valley
        paint.beginPath();
        for (const [px, py] of corners) paint.lineTo(1.09 * px - mx, 1.09 * py - my);
        paint.fill();
      }
    }
  }
  stage.start(() => {}, () => {
    const {w, b, alpha, epochs, elev} = stage.now, path = descent(q, w, b, alpha, epochs);
    scene.look(TALL, paintSurface);
    const [x, y] = sides.map((ends, i) => ({name: i ? "_b_" : "_w_", ends: ends.map(Math.round)}));
    scene.box({x, y, z: elev < 75 && {name: "loss", ends: [base, top].map(Math.round)}});
    const out = path.findIndex(point => point.some((v, i) => clamp(v, sides[i]) !== v));
    const inside = out < 0 ? path : path.slice(0, Math.max(1, out)), end = inside.at(-1);
    const points = inside.map(point => place(...point, meanSquare(q, ...point))), d = line(points);
    const [[x0, y0], [x1, y1]] = [points[0], points.at(-1)], box = `M${x1 - 6} ${y1 - 6}h12v12h-12z`;
    scene.over.append(svg("path", {class: "look halo", d}), svg("path", {class: "look path", d}),
      svg("circle", {class: "start", r: 6, cx: x0, cy: y0}), svg("path", {class: "here", d: box}));
    stage.show({"now at _w_ =": text(end[0]), "_b_ =": text(end[1]), "loss": text(meanSquare(q, ...end), 1)});
  });
}

function Lift(stage) {
  const bytes = Uint8Array.from(atob(stage.get("points")[0]), letter => letter.charCodeAt(0));
  const X = new Float32Array(bytes.buffer), inside = Array.from(stage.get("inside")[0], Number);
  const TALL = 0.75, REACH = 1.5, TOP = 4.5, z = inside.map((_, i) => lift(X[2 * i], X[2 * i + 1]));
  const scene = new Scene(stage, "The points in space, to be turned"), n = inside.length;
  const rise = value => TALL * (2 * value / TOP - 1);
  stage.key({inside: "inside", outside: "outside", between: "the plane between them"});
  stage.control("height", "lift", {decimals: null});
  stage.control("elev", "eye’s height", {decimals: 0});
  stage.control("azim", "turned to", {decimals: 0, slides: false});
  function paintPoints({paint, color}) {
    const {height} = stage.now, blue = new Path2D(), red = new Path2D(), up = rise(height);
    // the projection is linear: three of its columns serve all points
    const [ox, oy] = scene.at(0, 0, rise(0)), [cx, cy] = scene.at(0, 0, up);
    const [ax, ay] = scene.at(1 / REACH, 0, rise(0)), [bx, by] = scene.at(0, 1 / REACH, rise(0));
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
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([u, v]) => scene.at(u, v, up));
    Object.assign(paint, {globalAlpha: 0.8, fillStyle: color("blue")}).fill(blue);
    if (height) {
      const sheet = new Path2D(`${line(corners)}Z`), green = color("green");
      Object.assign(paint, {globalAlpha: 0.4, fillStyle: green}).fill(sheet);
      Object.assign(paint, {globalAlpha: 1, strokeStyle: green, lineWidth: 1.5}).stroke(sheet);
    }
    Object.assign(paint, {globalAlpha: 0.8, strokeStyle: color("red"), lineWidth: 0.9}).stroke(red);
  }
  const count = (kind, holds) => {
    const all = inside.reduce((sum, one) => sum + (one === kind), 0);
    const found = z.reduce((sum, value, i) => sum + (inside[i] === kind && holds(value)), 0);
    return [`${text(found, 0)} of ${text(all, 0)}`, found === all];
  };
  stage.start(() => {}, () => {
    const {height, elev} = stage.now, ends = [-REACH, REACH];
    scene.look(TALL, paintPoints, height);
    scene.box({x: {name: "_x_₁", ends}, y: {name: "_x_₂", ends},
      z: elev < 65 && {name: "_z_", ends: [0, TOP]}, floor: true});
    const [low, allLow] = count(1, value => height * value < height);
    const [high, allHigh] = count(0, value => height * value > height);
    stage.show({"inside, below the plane": low, "outside, above it": high});
    stage.say([allLow && allHigh, "The plane has one class on each side."], [true,
      "Flat, no line separates the classes."]);
  });
}

function Neuron(stage) {
  const {limits} = stage, AWAY = 1.5, label = "The activation of one neuron";
  const size = {x: [-8, 8], y: [-0.05, 1.05], height: 300, wide: true};
  const panel = new Panel(stage, {label, xlabel: "_x_", ...size});
  const [guide, slope, value] = panel.paths("half", "slope", "activation");
  stage.key({activation: "the neuron’s _σ_(_wx_ + _b_)", slope: "_σ_′(_wx_ + _b_)", half: "one half"});
  // The point that the hand moves: the middle, or the end of the picture that is nearest to it, or where
  // the hand has left it.
  let px = 0, pz = 0, side = AWAY;
  function point() {
    const [w, b] = stage.get("w", "b");
    if (Math.abs(linearModel(px, w, b) - pz) > 1e-9) {
      if (w) px = clamp(-b / w, panel.x);
      pz = linearModel(px, w, b);
    }
    return [px, sigmoid(pz)];
  }
  const beside = () => point()[0] + (px + AWAY <= panel.x[1] ? AWAY : -AWAY);
  const middle = ({w, b}) => w ? text(-b / w) : "none";
  const says = () => `${pair(stage.now)}, middle ${middle(stage.now)}`;
  const shift = ([x]) => {
    const {w} = stage.now, b = clamp(pz - w * x, limits.b);
    px = w ? (pz - b) / w : x;
    stage.set({b});
    stage.redraw(); // a curve without a weight stays as it is, and the handle moves
  };
  const tilt = ([, height]) => { // about the other point, which stays where it is
    const part = clamp(height, [1e-6, 1 - 1e-6]), z = Math.log(part / (1 - part));
    const w = clamp((z - pz) / side, common(limits.w, limits.b.map(b => (pz - b) / (px || 1e-300))));
    stage.set({w, b: pz - w * px});
  };
  const hold = () => (side = beside() - px);
  const tilted = () => [beside(), sigmoid(linearModel(beside(), ...stage.get("w", "b")))];
  panel.handle({label: "Middle of the step", color: BLUE, says, step: [0.1, 0], at: point, move: shift});
  panel.handle({label: "Slope of the step", color: BLUE, shape: "square", says, step: [0, 0.02], at: tilted,
    hold, move: tilt});
  stage.control("w", "weight _w_");
  stage.control("b", "bias _b_");
  stage.start(() => change(guide, {d: panel.line([[-8, 0.5], [8, 0.5]])}), () => {
    const {w, b} = stage.now, xs = Array.from({length: 321}, (_, i) => i / 20 - 8);
    change(value, {d: panel.line(xs.map(x => [x, sigmoid(linearModel(x, w, b))]))});
    change(slope, {d: panel.line(xs.map(x => [x, sigmoidDerivative(linearModel(x, w, b))]))});
    stage.show({"middle −_b_/_w_ =": middle({w, b}), "steepness there, _w_/4 =": text(w / 4)});
    stage.say([!w, `Without a weight the neuron gives ${text(sigmoid(b), 3)} for every x.`]);
  });
}

function Training(stage) {
  const [x, y] = stage.get("x", "y"), EVERY = 96, height = 270;
  const fit = dataPanel(stage, x, y, {label: "The samples and the fit of the network", height});
  const units = dataPanel(stage, x, y, {label: "What each neuron adds", ylabel: "each neuron", height});
  let made, net, before, epoch, losses, kept;
  const says = () => `epoch ${text(epoch, 0)}: the loss is ${text(losses[epoch])}`;
  const size = {label: "The loss so far", y: [10, 3000], height: 190, wide: true};
  const [curve, history] = lossPanel(stage, "epoch", () => [epoch, losses[epoch]], says, size);
  const [dots, last, main, still] = fit.paths("samples", "before", "trained", "midpoint");
  const [parts] = units.paths("neurons"), [mark] = curve.paths("midpoint");
  stage.key({samples: "samples", trained: "this epoch", before: "the epoch before", neurons: "each neuron",
    midpoint: "the midpoint of the two, on request"});
  stage.control("epoch", "epoch", {decimals: 0});
  stage.control("d", "neurons _d_", {decimals: 0});
  stage.control("alpha", "rate _α_", {scale: logarithmic, decimals: null});
  stage.control("seed", "seed", {decimals: 0});
  const xs = Array.from({length: 121}, (_, i) => fit.x[0] + (fit.x[1] - fit.x[0]) * i / 120);
  const drawn = (panel, value) => panel.line(xs.map(v => [v, value(v)]));
  function restart() {
    const values = stage.get("d", "seed", "alpha"), key = values.join();
    if (key === made) return;
    made = key;
    net = initNetwork(values[0], values[1]);
    before = copyNetwork(net);
    [epoch, losses, kept] = [0, [networkLoss(x, y, net)], [[copyNetwork(net), copyNetwork(net)]]];
  }
  function goto(target, until) { // by the nearest network that was kept
    const near = Math.min(Math.floor(target / EVERY), kept.length - 1), {alpha} = stage.now;
    if (target < epoch || near * EVERY > epoch) {
      [net, before] = kept[near].map(copyNetwork);
      epoch = near * EVERY;
    }
    while (epoch < target && performance.now() < until) {
      const stop = Math.min(target, epoch + 8 - epoch % 8);
      while (epoch < stop - 1) losses[epoch++] = trainEpoch(x, y, net, alpha);
      before = copyNetwork(net);
      losses[epoch++] = trainEpoch(x, y, net, alpha);
      if (epoch === kept.length * EVERY) kept.push([copyNetwork(net), before]);
    }
    losses[epoch] ??= networkLoss(x, y, net);
  }
  stage.player("epoch", () => epoch !== stage.now.epoch);
  const next = () => stage.set({running: false, epoch: stage.now.epoch + 1});
  stage.button("one epoch", () => stage.gesture(next));
  stage.toggle("midpoint", "midpoint");
  stage.start(() => change(dots, {d: fit.dots(x.map((v, i) => [v, y[i]]))}), () => {
    restart();
    const {epoch: target, midpoint: between, d} = stage.now;
    goto(target, performance.now() + 8);
    if (epoch !== target) stage.redraw();
    const here = between ? midpoint(net, before) : net, value = losses[epoch];
    change(last, {d: epoch ? drawn(fit, v => predict(v, before)) : ""});
    change(main, {d: drawn(fit, v => predict(v, net))});
    change(still, {d: between ? drawn(fit, v => predict(v, here)) : ""});
    change(parts, {d: Array.from({length: d}, (_, k) => drawn(units, v => added(v, here, k))).join("")});
    const points = [], column = (curve.x[1] + 1) ** (1 / 400);
    for (let k = 0; k < epoch; k = Math.max(k + 1, Math.floor(k * column) | 1)) {
      points.push([k, losses[k]], [k + 1, losses[k + 1]]);
    }
    change(history, {d: curve.curve(points)});
    const middle = between ? networkLoss(x, y, here) : null;
    change(mark, {d: between ? `M${curve.X(epoch) - 7} ${curve.Y(middle).toFixed(1)}h14` : ""});
    stage.show({"epoch": text(epoch, 0), "loss": text(value),
      "at the midpoint": between ? text(middle) : null,
      "one epoch before": text(losses[Math.max(0, epoch - 1)])});
    stage.say([!Number.isFinite(value), "The training diverges: its numbers have overflowed."]);
  });
}

function TwoWeights(stage) {
  const [xx, xy] = stage.get("xx", "xy"), slope = xy / xx, side = stage.limits.w1;
  const label = "The plane of both weights, with level sets of the loss";
  const plane = new Panel(stage, {label, x: side, y: side, xlabel: "_w_₁", ylabel: "_w_₂", square: true});
  const [level, minima, saddle, flow] = plane.paths("level", "minimizers", "saddle", "flow");
  const loss = {label: "The loss above its minimum, epoch by epoch",
    y: [1e-6, 10 * productLoss(xx, xy, ...side)]};
  const [found] = walk(stage, plane, ["w1", "w2"], ["start _w_₁", "_w_₂"], {...loss,
    ylabel: "loss above the minimum"});
  stage.key({start: "start", flow: "gradient flow", steps: "steps of the descent", here: "now",
    minimizers: "minimizers", level: "level sets", saddle: "saddle"});
  const branches = product => { // of w1 w2 = product
    const [far, ratio] = [side[1], Math.abs(product) / side[1] ** 2];
    const across = Array.from({length: 61}, (_, i) => far * ratio ** (i / 60));
    return [1, -1].map(sign => plane.line(across.map(v => [sign * v, sign * product / v]))).join("");
  };
  stage.start(() => {
    const apart = Array.from({length: 7}, (_, i) => 0.2236 * 3 ** (i / 2));
    const pairs = apart.map(part => branches(slope * (1 + part)) + branches(slope * (1 - part)));
    change(level, {d: pairs.join("")});
    change(minima, {d: branches(slope)});
    change(saddle, {d: `M${plane.X(0) - 5} ${plane.Y(0) - 5}l10 10m0 -10l-10 10`});
  }, () => {
    const {w1, w2, alpha, epochs} = stage.now, path = productDescent(xx, xy, w1, w2, alpha, epochs);
    const calmly = productFlow(slope, w1, w2), goal = calmly.at(-1), steep = productCurvature(xx, ...goal);
    const [end, escapes] = found.draw(path, (...point) => productLoss(xx, xy, ...point));
    change(flow, {d: plane.line(calmly)});
    const at = ([u, v]) => `(${text(u)}, ${text(v)})`, kept = ([u, v]) => text(u * u - v * v);
    const [now, keeps] = escapes ? ["no end", "no end"] : [at(end), kept(end)];
    found.words = `Start at ${at([w1, w2])}: the flow ends at ${at(goal)}, at epoch ${text(epochs, 0)} `
      + `the descent is at ${now}`;
    stage.show({"_w_₁² − _w_₂² along the flow": kept([w1, w2]), "of the descent": keeps,
      "curvature where the flow ends": text(steep, 0)});
    stage.say([escapes, "The descent diverges."], [steep > 2 / alpha,
      `There, the valley is too steep for this rate: 2/α is ${text(2 / alpha, 0)}.`]);
  });
}

const VIEWS = {Line, Descent, Surface, Lift, Neuron, Training, TwoWeights};

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
