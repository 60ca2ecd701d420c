const root = document.documentElement;

// On paper a page is light, whatever the screen shows. Some browsers say that they print, others change the
// medium.
let onScreen;
function putOnPaper(paper) {
  if (paper) onScreen ??= root.dataset.theme;
  root.dataset.theme = paper ? "light" : onScreen ?? root.dataset.theme;
  if (!paper) onScreen = undefined;
}
matchMedia("print").addEventListener("change", ({matches}) => putOnPaper(matches));
addEventListener("beforeprint", ({isTrusted}) => isTrusted && putOnPaper(true));
addEventListener("afterprint", () => putOnPaper(false));

// Solutions are folded. The browser's own search looks into them, and opens what it finds.
const folds = [...document.querySelectorAll(".dropdown.admonition")].map(box => {
  const title = box.querySelector(".admonition-title"), body = document.createElement("div");
  const button = Object.assign(document.createElement("button"), {type: "button", className: "fold"});
  const open = yes => {
    if (yes) body.removeAttribute("hidden");
    else body.setAttribute("hidden", "until-found");
    button.ariaExpanded = String(yes);
  };
  button.ariaLabel = title.textContent.trim();
  while (title.nextSibling) body.append(title.nextSibling);
  title.append(button);
  box.append(body);
  box.classList.add("folding");
  title.addEventListener("click", ({target}) => target.closest("a") || open(body.hidden !== false));
  body.addEventListener("beforematch", () => open(true));
  open(false);
  return {box, open};
});
function openAsked() {
  const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (const {open} of folds.filter(({box}) => box.contains(asked))) {
    open(true);
    asked.scrollIntoView();
  }
}
openAsked();
addEventListener("hashchange", openAsked);
addEventListener("beforeprint", () => folds.forEach(({open}) => open(true)));

// What is wider than the page scrolls: the keyboard reaches exactly that, and its edge shows that it goes on.
// The theme looks after code, but not when a solution is opened.
const watch = ({target}) => {
  target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  target.classList.toggle("goes-on", target.scrollLeft + target.clientWidth < target.scrollWidth - 1);
};
const width = new ResizeObserver(entries => entries.forEach(watch));
const wide = 'mjx-container[display="true"], article pre, .pst-scrollable-table-container, '
  + ".cell_output:has(> img), .cell_output figure";
for (const node of document.querySelectorAll(wide)) {
  width.observe(node);
  node.addEventListener("scroll", () => watch({target: node}), {passive: true});
}
