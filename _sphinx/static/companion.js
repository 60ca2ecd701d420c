// Formulas wider than the page scroll; let the keyboard reach exactly those.
const width = new ResizeObserver(entries => entries.forEach(({target}) => {
  target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
}));
document.querySelectorAll('mjx-container[display="true"]').forEach(node => width.observe(node));
