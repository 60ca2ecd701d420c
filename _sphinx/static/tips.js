// Links in the text show what they lead to when one points at them or tabs to them: what places.js, the list for
// the search, says of it. (sphinx-tippy fetches the pages for that, which can't be done in a folder.)
{
  const base = new URL(document.documentElement.dataset.content_root, location);
  const tip = Object.assign(document.createElement("div"), {id: "tip", role: "tooltip", popover: "manual"});
  document.body.append(tip);
  let list, described, timer;

  const places = () =>
    list ??= new Promise(resolve => {
      const script = Object.assign(document.createElement("script"), {src: `${base}_static/places.js`});
      script.addEventListener("load", () => resolve(PLACES));
      document.head.append(script);
    });

  const element = (name, ...children) => {
    const node = document.createElement(name);
    node.append(...children);
    return node;
  };
  // The list has formulas as plain text: w_1 and ∑_{i=1}^N; a program has y_true, and an address 8_2.
  const SCRIPT = /((?:\^|(?<!\p{N})_)(?:\{[^{}]+\}|(?:\p{N}+|[\p{L}*])(?![\p{L}\p{N}_])))/u;
  const formulas = text =>
    text.split(SCRIPT).map((part, odd) =>
      odd % 2
        ? element(part[0] === "_" ? "sub" : "sup", ...formulas(part.slice(1).replace(/[{}]/g, "")))
        : part
    );

  const fill = ({title, text, picture}) => {
    const [prose] = text.split(" import ");
    const short = prose.length > 260 ? `${prose.slice(0, 260).replace(/\s\S*$/, "")} …` : prose;
    tip.replaceChildren(element("b", ...formulas(title)));
    if (short) tip.append(element("p", ...formulas(short)));
    if (!picture) return;
    const image = Object.assign(new Image(), {alt: "", src: `${base}_images/${picture}.webp`});
    tip.append(image);
    return image.decode();
  };

  const show = async link => {
    const {pathname, hash} = link, name = decodeURIComponent(hash.slice(1));
    const page = decodeURIComponent(pathname.slice(base.pathname.length)).replace(/\.html$/, "");
    const place = (await places()).find(one => one.page === page && (!name || one.names.includes(name)));
    if (!place || described !== link) return;
    await fill(place);
    if (described !== link) return;
    link.removeAttribute("title");
    link.setAttribute("aria-describedby", "tip");
    tip.showPopover();
    // below the line, or above it where there is no room
    const {left, top, bottom} = link.getClientRects()[0],
      {clientWidth, clientHeight} = document.documentElement;
    const above = bottom + tip.offsetHeight + 12 > clientHeight && top > tip.offsetHeight + 12;
    tip.style.left = `${scrollX + Math.max(8, Math.min(left, clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${scrollY + (above ? top - tip.offsetHeight - 6 : bottom + 6)}px`;
  };
  const hide = () => {
    described?.removeAttribute("aria-describedby");
    described = undefined;
    if (tip.matches(":popover-open")) tip.hidePopover();
  };
  const soon = (link, wait) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (link === described) return;
      hide();
      described = link;
      if (link) show(link);
    }, wait);
  };
  const linked = ({target}) => target.closest("article a.internal:not(.sd-stretched-link)"); // cards say it

  document.addEventListener("pointerover", event => {
    if (event.pointerType === "touch") return;
    if (tip.contains(event.target)) clearTimeout(timer); // it can be read at leisure
    else if (linked(event) || described) soon(linked(event), 250);
  });
  document.addEventListener("focusin",
    event => event.target.matches(":focus-visible") && soon(linked(event), 0));
  document.addEventListener("focusout", () => soon(null, 0));
  document.addEventListener("pointerdown", () => soon(null, 0));
  document.addEventListener("keydown", ({key}) => key === "Escape" && soon(null, 0));
}
