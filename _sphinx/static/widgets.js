/* Shows a page's ipywidgets without a kernel, from the state that MyST-NB saves in the page: boxes,
   stacks, HTML, integer and selection sliders, and jslink between them. Jupyter's own viewer can do
   more, but weighs as much as ten pages, and its sliders have no name that a screen reader could say. */
for (const tag of document.querySelectorAll('script[type="application/vnd.jupyter.widget-state+json"]')) {
  const models = JSON.parse(tag.textContent).state, changed = new EventTarget();
  const byRef = ref => ref.replace("IPY_MODEL_", "");

  function set(id, name, value) {
    if (models[id].state[name] === value) return;
    models[id].state[name] = value;
    changed.dispatchEvent(new Event(id));
  }
  function show(id, draw) {  // now, and again when the model changes
    draw(models[id].state);
    changed.addEventListener(id, () => draw(models[id].state));
  }
  function element(name, properties, ...children) {
    const node = Object.assign(document.createElement(name), properties);
    node.append(...children);
    return node;
  }
  let sliders = 0;
  function slider(id, name, min, max, text) {
    const {description, step = 1} = models[id].state;
    const range = element("input", {type: "range", id: `slider-${++sliders}`, min, max, step});
    const value = element("span", {ariaHidden: "true"});  // the range says it itself
    range.addEventListener("input", () => set(id, name, Number(range.value)));
    show(id, state => { range.value = state[name]; value.textContent = range.ariaValueText = text(state); });
    return element("div", {className: "slider"},
      element("label", {htmlFor: range.id, textContent: description}), range, value);
  }
  const views = {
    VBox: (id, {children}) => element("div", {}, ...children.map(view)),
    HBox: (id, {children}) => element("div", {className: "row"}, ...children.map(view)),
    Stack(id, {children}) {
      const shown = children.map(view);
      show(id, state => shown.forEach((node, i) => { node.hidden = i !== state.selected_index; }));
      return element("div", {}, ...shown);
    },
    HTML: (id, {value}) => element("div", {innerHTML: value}),
    IntSlider: (id, {min, max}) => slider(id, "value", min, max, state => String(state.value)),
    SelectionSlider: (id, {_options_labels: labels}) =>
      slider(id, "index", 0, labels.length - 1, state => labels[state.index]),
  };
  function view(ref) {
    const id = byRef(ref), model = models[id], draw = views[model.model_name.replace(/Model$/, "")];
    return draw ? draw(id, model.state) : element("p", {textContent: "This control needs a running notebook."});
  }

  for (const {model_name, state} of Object.values(models)) {
    if (!/LinkModel$/.test(model_name)) continue;  // Link: both ways, DirectionalLink: one
    const [[a, from], [b, to]] = [state.source, state.target].map(([ref, name]) => [byRef(ref), name]);
    show(a, source => set(b, to, source[from]));
    if (model_name === "LinkModel") show(b, target => set(a, from, target[to]));
  }
  for (const place of document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')) {
    const id = JSON.parse(place.textContent).model_id;
    if (id in models) place.before(element("div", {className: "widgets", ariaLive: "polite"}, view(id)));
  }
}
