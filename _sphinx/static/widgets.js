/* Shows a page's explorers without a kernel, from the state that MyST-NB saves in the page: widgets whose
   modules anywidget defines, and jslink between them. Jupyter's own viewer can do more, but weighs as much as
   ten pages. The address holds what the reader's last gesture led to, as in #Lift:height=0.5,elev=90. */
const places = new Map(); // the places of the explorers that are not drawn yet, and how to draw them
const names = new Map(); // the explorers by their names in an address

function show(tag, number) {
  const models = JSON.parse(tag.textContent).state, changed = new EventTarget(), modules = {};
  const byRef = ref => ref.replace("IPY_MODEL_", "");

  function set(id, name, value) {
    if (models[id].state[name] === value) return;
    models[id].state[name] = value;
    changed.dispatchEvent(new Event(`${id} change:${name}`));
  }
  function view(id, el) {
    const {state} = models[id], listeners = new Map();
    const model = {get: name => state[name], set: (name, value) => set(id, name, value), save_changes() {}, // no kernel
      on(event, act) {
        const heard = () => act();
        listeners.set(act, heard);
        changed.addEventListener(`${id} ${event}`, heard);
      }, off: (event, act) => changed.removeEventListener(`${id} ${event}`, listeners.get(act))};
    // a page holds a module once, the models that share it name the one that has it
    modules[state._esm in models ? state._esm : id].then(module => module.default.render({model, el}));
  }

  for (const [id, {model_name, state}] of Object.entries(models)) {
    if (state._esm && !(state._esm in models)) {
      modules[id] = import(URL.createObjectURL(new Blob([state._esm], {type: "text/javascript"})));
    }
    if (!model_name.endsWith("LinkModel")) continue; // Link: both ways, DirectionalLink: one
    const [[a, from], [b, to]] = [state.source, state.target].map(([ref, name]) => [byRef(ref), name]);
    const follow = (one, name, other, trait) =>
      changed.addEventListener(`${one} change:${name}`, () => set(other, trait, models[one].state[name]));
    set(b, to, models[a].state[from]);
    follow(a, from, b, to);
    if (model_name === "LinkModel") follow(b, to, a, from);
  }
  let count = 0;
  for (const script of document.querySelectorAll("script[type='application/vnd.jupyter.widget-view+json']")) {
    const id = JSON.parse(script.textContent).model_id, place = document.createElement("div");
    if (!(id in models)) continue;
    const {kind} = models[id].state, name = names.has(kind) ? `${kind}${names.size + 1}` : kind;
    place.className = "widgets";
    place.id = name;
    place.dataset.number = number ? `${number}-${++count}` : "";
    place.addEventListener("settled", ({detail}) => {
      const values = Object.entries(detail).filter(([one]) => one !== "running");
      history.replaceState(null, "", `#${name}:${values.map(pair => pair.join("=")).join(",")}`);
    });
    names.set(name, {place, state: models[id].state, set: (one, value) => set(id, one, value)});
    script.before(place);
    places.set(place, () => view(id, place));
    near.observe(place);
  }
}

/* Pictures are drawn when they are about to be seen, or printed: until then they would only slow the page down. */
const near = new IntersectionObserver(entries => {
  for (const {isIntersecting, target} of entries) if (isIntersecting) fill(target);
}, {rootMargin: "100% 0px"});

function fill(place) {
  near.unobserve(place);
  places.get(place)();
  places.delete(place);
}

/* Go where an address leads; what an explorer doesn't have, or can't be, stays as it is. */
function follow() {
  const [name, ...values] = decodeURIComponent(location.hash.slice(1)).split(/[:,]/), found = names.get(name);
  if (!found || values.length === 0) return;
  const {place, state, set} = found;
  for (const [one, text] of values.map(pair => pair.split("="))) {
    const [low, high] = state.limits[one] ?? [], value = Number(text || Number.NaN);
    if (low <= value && value <= high) set(one, value);
    else if (typeof state.home[one] === "boolean") set(one, text === "true");
  }
  place.scrollIntoView({block: "center"});
}

const number = document.querySelector("h1 .section-number")?.textContent.trim().replace(/\.$/, "");
for (const tag of document.querySelectorAll("script[type='application/vnd.jupyter.widget-state+json']")) {
  show(tag, number);
}
addEventListener("beforeprint", () => [...places.keys()].forEach(fill));
addEventListener("hashchange", follow);
follow();
