/* Shows a page's ipywidgets without a kernel, from the state that MyST-NB saves in the page: the
   explorers' pictures, whose modules anywidget defines, boxes, sliders, buttons that stay pressed,
   and jslink between them. Jupyter's own viewer can do more, but weighs as much as ten pages, and its sliders
   have no name that a screen reader could say. */
for (const tag of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
  const models = JSON.parse(tag.textContent).state, changed = new EventTarget(), modules = {};
  const byRef = ref => ref.replace("IPY_MODEL_", "");

  function set(id, name, value) {
    if (models[id].state[name] === value) return;
    models[id].state[name] = value;
    changed.dispatchEvent(new Event(`${id} change:${name}`));
  }
  function on(id, name, act) { // now, and again when the value changes
    act(models[id].state[name]);
    changed.addEventListener(`${id} change:${name}`, () => act(models[id].state[name]));
  }
  function element(name, properties, ...children) {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  }
  function button(label, act) {
    const node = element("button", {type: "button", className: "switch", textContent: label});
    node.addEventListener("click", act);
    return node;
  }
  let sliders = 0;
  function slider(id, {min, max, step, description}, text, to = v => v, from = v => v) {
    const range = element("input", {type: "range", id: `slider-${++sliders}`, min, max, step});
    const value = element("span", {ariaHidden: "true"}); // the range says it itself
    range.addEventListener("input", () => set(id, "value", from(Number(range.value))));
    on(id, "value", now => {
      range.value = to(now);
      value.textContent = range.ariaValueText = text(now);
    });
    return element("div", {className: "slider"},
      element("label", {htmlFor: range.id, textContent: description}), range, value);
  }
  const box = className => (id, {children}) => element("div", {className}, ...children.map(view));
  const views = {
    VBox: box(""),
    HBox: box("beside"),
    IntSlider: (id, state) => slider(id, state, value => value.toLocaleString("en-US")),
    FloatSlider: (id, state) => slider(id, state, value => value.toFixed(2).replace("-", "−")),
    FloatLogSlider: (id, state) =>
      slider(id, state, value => String(Number(value.toPrecision(3))), Math.log10, power =>
        state.base ** power),
    ToggleButton(id, state) {
      const toggle = button(state.description, () => set(id, "value", !state.value));
      on(id, "value", value => {
        toggle.ariaPressed = String(value);
      });
      return toggle;
    },
    Any(id, state) { // a page holds a module once, the models that share it name the one that has it
      const el = element("div", {}), owner = state._esm in models ? state._esm : id, listeners = new Map();
      const model = {
        get: name => state[name],
        set: (name, value) => set(id, name, value),
        save_changes() {}, // there is no kernel
        on(event, act) {
          const heard = () => act();
          listeners.set(act, heard);
          changed.addEventListener(`${id} ${event}`, heard);
        },
        off: (event, act) => changed.removeEventListener(`${id} ${event}`, listeners.get(act)),
      };
      modules[owner].then(module => module.default.render({model, el}));
      return el;
    },
  };
  function view(ref) {
    const id = byRef(ref), model = models[id], draw = views[model.model_name.replace(/Model$/, "")];
    return draw
      ? draw(id, model.state)
      : element("p", {textContent: "This control needs a running notebook."});
  }

  for (const [id, {model_name, state}] of Object.entries(models)) {
    if (state._esm && !(state._esm in models)) {
      modules[id] = import(URL.createObjectURL(new Blob([state._esm], {type: "text/javascript"})));
    }
    if (!model_name.endsWith("LinkModel")) continue; // Link: both ways, DirectionalLink: one
    const [[a, from], [b, to]] = [state.source, state.target].map(([ref, name]) => [byRef(ref), name]);
    on(a, from, value => set(b, to, value));
    if (model_name === "LinkModel") on(b, to, value => set(a, from, value));
  }
  /* Pictures are drawn when they are about to be seen, or printed: until then they would only slow the page down. */
  const waiting = new Map(), near = new IntersectionObserver(entries => {
    for (const {isIntersecting, target} of entries) if (isIntersecting) fill(target);
  }, {rootMargin: "100% 0px"});
  function fill(place) {
    near.unobserve(place);
    place.append(view(waiting.get(place)));
    waiting.delete(place);
  }
  addEventListener("beforeprint", () => {
    for (const place of waiting.keys()) fill(place);
  });
  for (const script of document.querySelectorAll(
    'script[type="application/vnd.jupyter.widget-view+json"]',
  )) {
    const id = JSON.parse(script.textContent).model_id, place = element("div", {className: "widgets"});
    if (!(id in models)) continue;
    script.before(place);
    waiting.set(place, id);
    near.observe(place);
  }
}
