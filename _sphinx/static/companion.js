/* What axe-core finds in the theme. Names are put right before any other script runs. */
const each = (selector, change) => document.querySelectorAll(selector).forEach(change);

document.addEventListener("readystatechange", () => {
  if (document.readyState !== "interactive") return;
  // A control's name must contain its visible text: let the text be the name.
  each(".search-button-field, summary[aria-label]", node => node.removeAttribute("aria-label"));
  // Icons are glyphs of a font: nothing to read out.
  each("[class*='fa-']", icon => { icon.ariaHidden = "true"; });
  // The arrows beside chapters have no name at all.
  each("nav li > details > summary", node => {
    node.ariaLabel = `Sections of ${node.parentNode.previousElementSibling.textContent.trim()}`;
  });
});

// Equations wider than the page scroll; let the keyboard reach exactly those.
window.addEventListener("load", () => window.MathJax?.startup?.promise?.then(() => {
  const width = new ResizeObserver(entries => entries.forEach(({target}) => {
    target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  }));
  each('mjx-container[display="true"]', node => width.observe(node));
}));
