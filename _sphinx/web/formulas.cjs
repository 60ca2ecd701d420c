// Draws formulas: a list of {tex, display} comes in, their markup goes out, and the glyphs that they share.
const read = () => JSON.parse(require("fs").readFileSync(0, "utf8"));

async function main() {
  require("mathjax");
  await MathJax.init({
    loader: {load: ["adaptors/liteDOM", "input/tex", "output/svg", "a11y/assistive-mml"],
      paths: {fonts: `${__dirname}/node_modules/@mathjax`}},
    output: {font: "mathjax-stix2", displayOverflow: "scroll"},
    svg: {fontCache: "global"},
    tex: {packages: {"[-]": ["noundefined"]}, formatError: (tex, error) => {
      throw Error(error.message);
    }},
  });
  const {adaptor, document} = MathJax.startup;
  const formulas = [];
  for (const {tex, display} of read()) {
    try {
      formulas.push(adaptor.outerHTML(await MathJax.tex2svgPromise(tex, {display})));
    } catch (error) {
      formulas.push({error: error.message});
    }
  }
  const glyphs = adaptor.childNodes(document.outputJax.fontCache.getCache()).map(node =>
    adaptor.outerHTML(node)
  );
  const style = adaptor.textContent(MathJax.svgStylesheet());
  process.stdout.write(JSON.stringify({formulas, glyphs, style}));
}
console.warn = () => {}; // the newest fonts are older than the newest MathJax
main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
