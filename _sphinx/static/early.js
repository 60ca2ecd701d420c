// Before anything is painted: the theme is known, boxes that can be folded are folded, and the fonts of the
// style sheet are unpacked, or text would be set twice. Every page has this in its head.
{
  const root = document.documentElement, theme = root.dataset.theme;
  if (theme !== "dark" && theme !== "light") {
    root.dataset.theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }
  root.classList.add("folds");
  document.fonts.forEach(font => font.load());
}
