/* What test_explorers.py has the module compute, in node, and what it has a browser do with an explorer. */

// Mathematics, of the module `m`

export function linear(m, cases) {
  return cases.map(([x, y, w, b, alpha]) => {
    const q = m.quadric(x, y), path = m.descent(q, w, b, alpha, 200);
    return [q, m.meanSquare(q, w, b), m.gradients(q, w, b), path, m.halfAxes(q, 3)];
  });
}

export function network(m, cases) {
  return cases.map(([x, y, parts]) => {
    const net = Object.fromEntries(parts.map(([name, part]) => [name, Float64Array.from(part)]));
    return [x.map(v => m.predict(v, net)), x.map(v => m.added(v, net, net.W1.length - 1)),
      m.networkLoss(x, y, net), m.backward(x, y, net), m.trainEpoch(x, y, net, 0.01), net];
  });
}

export function training(m, [x, y, d, epochs]) {
  const net = m.initNetwork(d, 42), losses = [];
  let before;
  for (let k = 0; k < epochs; k++) {
    before = m.copyNetwork(net);
    losses.push(m.trainEpoch(x, y, net, 0.01));
  }
  return [losses, m.networkLoss(x, y, net), m.networkLoss(x, y, m.midpoint(before, net))];
}

export function weights(m, [xx, xy, starts]) {
  return starts.map(
    start => [m.productDescent(xx, xy, ...start, 1e-4, 40000), m.productFlow(xy / xx, ...start),
      m.productLoss(xx, xy, ...start), m.productSlope(xx, xy, ...start)],
  );
}

export const saddle = m => m.productFlow(8, 2, -2).at(-1);
export const sigmoids = (m, z) => [z.map(m.sigmoid), z.map(m.sigmoidDerivative)];
export const networks = (m, starts) => starts.map(start => m.initNetwork(...start));
export const lifts = (m, points) => points.map(point => m.lift(...point));
export const views = (m, points) => points.map(point => m.seen(32, -62)(...point));
export const shades = m =>
  [false, true].map(dark => [...Array(256).keys()].map(i => m.viridis(i / 255, dark)));

// Explorers on a page

const within = kind => document.querySelector(`#${kind} .agml`);
const frames = async count => {
  for (let i = 0; i < count; i++) await new Promise(requestAnimationFrame);
};

/* Render so many views of a state by the text of their module, with `model` as the state. */
export async function play([text, state, views]) {
  const heard = new EventTarget(), acts = new Map();
  const {default: {render}} = await import(URL.createObjectURL(new Blob([text], {type: "text/javascript"})));
  const set = (name, value) => {
    state[name] = value;
    heard.dispatchEvent(new Event(`change:${name}`));
  };
  const on = (name, act) => {
    acts.set(act, () => act());
    heard.addEventListener(name, acts.get(act));
  };
  const off = (name, act) => heard.removeEventListener(name, acts.get(act));
  window.model = {get: name => state[name], set, save_changes() {}, on, off};
  for (let view = 0; view < views; view++) {
    const el = document.createElement("div");
    document.body.append(el);
    render({model: window.model, el});
  }
}

/* The numbers of the state, which the address holds after a gesture. */
export function state(kind) {
  const [name, values] = location.hash.slice(1).split(":");
  if (name !== kind) throw new Error(`${name} where ${kind} was expected`);
  const pairs = values.split(",").map(pair => pair.split("=")).map(([one, value]) => [one, Number(value)]);
  return Object.fromEntries(pairs.filter(([, value]) => !Number.isNaN(value)));
}

/* Drag each handle from each address in each of the ways. Give where all handles were before and after, where
   the hand went, as far as the panel reaches, and the state there. */
export async function drag([kind, states, ways]) {
  const handles = [...within(kind).querySelectorAll(".handle")], found = [];
  const places = () => handles.map(node => node.getAttribute("transform").match(/[-\d.]+/g).map(Number));
  Element.prototype.setPointerCapture = () => {};
  async function settled() {
    for (let before; before !== (before = JSON.stringify(places()));) await frames(2);
    return places();
  }
  const curve = within(kind).querySelector(".panels .activation"); // of a neuron: the handles are on it
  if (curve) Object.assign(curve.style, {strokeLinecap: "round", strokeWidth: 4});
  const onCurve = ([x, y]) => curve?.isPointInStroke(new DOMPoint(x, y)) ?? true;
  for (const address of states) {
    for (const [held, node] of handles.entries()) {
      for (const way of ways) {
        history.replaceState(null, "", address);
        dispatchEvent(new Event("hashchange"));
        const before = await settled(), svg = node.closest("svg"), {left, top} = svg.getBoundingClientRect();
        const area = svg.querySelector("rect"),
          [x0, y0, wide, high] = ["x", "y", "width", "height"].map(name => Number(area.getAttribute(name)));
        const target = [[x0, x0 + wide], [y0, y0 + high]].map(([low, most], i) =>
          Math.min(most, Math.max(low, before[held][i] + way[i]))
        );
        for (const [type, part] of [["down", 0], ["move", 0.5], ["move", 1], ["up", 1]]) {
          const [x, y] = [0, 1].map(i => before[held][i] + part * way[i]);
          const at = {bubbles: true, clientX: left + x, clientY: top + y};
          node.dispatchEvent(new PointerEvent(`pointer${type}`, at));
        }
        const after = await settled();
        found.push({held, before, after, target, wide, state: state(kind), curve: after.every(onCurve)});
      }
    }
  }
  if (curve) curve.style = "";
  return [handles.map(node => node.getAttribute("aria-label").split(" ")[0]), found];
}

/* In a text size of the reader's: the smallest text, how far it is from the top of the first picture to the end
   of the last slider, and how wide the page is. */
export async function measure([kind, size]) {
  document.documentElement.style.fontSize = size;
  await new Promise(done => setTimeout(done, 200));
  const root = within(kind), top = root.querySelector(".panels > :first-child").getBoundingClientRect().top;
  const sliders = [...root.querySelectorAll(".sliders > :is(.ranged, svg)")].at(-1).getBoundingClientRect();
  const sizes = [...root.querySelectorAll("text")].map(node =>
    Number.parseFloat(getComputedStyle(node).fontSize)
  );
  document.documentElement.style.fontSize = "";
  return [Math.min(...sizes), sliders.bottom - top, document.documentElement.scrollWidth];
}

/* The marks and the text that have less contrast with their ground than 3. */
export function faint(kind) {
  const rgb = color => color.match(/[\d.]+/g).map(Number), found = [];
  const ground = rgb(getComputedStyle(within(kind)).getPropertyValue("--ground"));
  const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const light = color =>
    [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => sum + part * linear(color[i] / 255), 0.05);
  for (const node of within(kind).querySelectorAll("svg :is(path, circle, rect, ellipse, text)")) {
    const style = getComputedStyle(node), shown = [];
    if (node.closest("clipPath") || node.matches(".area, .ring, .deep, .look.halo")) continue;
    for (const part of ["fill", "stroke"]) { // strokes in the color of the ground only set a mark off
      if (style[part] === "none" || part === "stroke" && node.matches(".halo, .start, .here, .dot")) continue;
      const alpha = Number(style[`${part}Opacity`]);
      const one = light(rgb(style[part]).map((v, i) => alpha * v + (1 - alpha) * ground[i])),
        other = light(ground);
      shown.push(Math.max(one, other) / Math.min(one, other));
    }
    if (Math.max(...shown) < 3) found.push(`${shown} ${node.outerHTML.slice(0, 150)}`);
  }
  return found;
}
