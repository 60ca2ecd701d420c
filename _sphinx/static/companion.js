// What is wider than the page scrolls; let the keyboard reach exactly that. The theme looks after code, but not
// when a solution is opened.
const width = new ResizeObserver(entries => entries.forEach(({target}) => {
  target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
}));
document.querySelectorAll('mjx-container[display="true"], article pre').forEach(node => width.observe(node));
