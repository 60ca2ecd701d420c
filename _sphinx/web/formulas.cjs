// Draws formulas: those of each page come in, as \(…\) or \[…\]; their markup goes out, and the glyphs of the page.
const read = () => JSON.parse(require("fs").readFileSync(0, "utf8"));

async function main() {
  require("mathjax");
  await MathJax.init({
    loader: {load: ["adaptors/liteDOM", "input/tex", "output/svg", "a11y/assistive-mml"],
      paths: {fonts: `${__dirname}/node_modules/@mathjax`}},
    output: {font: "mathjax-stix2", displayOverflow: "scroll"},
    svg: {fontCache: "global", useXlink: false},
    tex: {packages: {"[-]": ["noundefined"]}, formatError: (tex, error) => {
      throw Error(error.message);
    }},
  });
  const {adaptor, document} = MathJax.startup, {fontCache} = document.outputJax;
  const draw = text =>
    MathJax.tex2svgPromise(text.trim().slice(2, -2), {display: text.trim().startsWith("\\[")}).then(
      node => ({svg: adaptor.outerHTML(node)}),
      ({message}) => ({error: message}),
    );
  const pages = [];
  for (const texts of read()) {
    fontCache.clearCache();
    const formulas = [];
    for (const text of texts) formulas.push(await draw(text));
    pages.push({formulas, glyphs: adaptor.outerHTML(fontCache.getCache())});
  }
  const style = adaptor.textContent(MathJax.svgStylesheet());
  process.stdout.write(JSON.stringify({pages, style}));
}
console.warn = () => {}; // the newest fonts are older than the newest MathJax
main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
