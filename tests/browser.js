/* What the tests look at in a page of the book, in a browser. */

const seen = selector => [...document.querySelectorAll(selector)].filter(node => node.checkVisibility());
const tooWide = node => node.scrollWidth > node.clientWidth;

/* Wait for pictures and fonts. What is still missing after ten seconds, a check will say. */
export async function settled() {
  for (const image of document.images) image.loading = "eager"; // those below would not come otherwise
  const images = seen("img").map(image => image.decode().catch(() => {}));
  const ready = Promise.all([document.fonts.ready, ...images]);
  await Promise.race([ready, new Promise(resolve => setTimeout(resolve, 10_000))]);
  for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame);
}

/* How far things have moved since the page was opened. */
export function shift() {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  return observer.takeRecords().reduce((sum, entry) => sum + entry.value, 0);
}

/* Wait, two seconds at most, for the theme to let the keyboard reach what scrolls. */
export async function focusable() {
  const reached = node => node.tabIndex === 0 || node.querySelector("[tabindex='0']");
  const scrolling = () => [...document.querySelectorAll("pre, .cell_output, mjx-container")].filter(tooWide);
  for (let i = 0; i < 20 && !scrolling().every(reached); i++) {
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/* What a browser has as its own, and a script of ours has put something else in its place. */
function overwritten() {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const native = value => typeof value === "function" && `${value}`.includes("[native code]");
  const own = Object.entries(Object.getOwnPropertyDescriptors(frame.contentWindow));
  frame.remove();
  return own.filter(([name, {value}]) => native(value) && !native(window[name])).map(([name]) => name);
}

/* What is wrong in any view: the page is too wide, a picture is not there, a line begins with a comma that a
   formula ended with, code doesn't fit, something moves, `print` doesn't print. */
export function faults() {
  const begins = kept => {
    const mark = document.createRange(), formula = kept.querySelector("svg").getBoundingClientRect();
    mark.selectNodeContents(kept.lastChild);
    const {left, top} = mark.getBoundingClientRect();
    return left < formula.right - 5 || top > formula.bottom;
  };
  const moves = ({animationName, transitionDuration, transitionProperty}) =>
    animationName !== "none" || Number.parseFloat(transitionDuration) > 0 && transitionProperty !== "none";
  return [
    ...[document.documentElement].filter(root => root.scrollWidth > innerWidth),
    ...seen("img").filter(image => image.naturalWidth === 0),
    ...seen("article .kept").filter(begins),
    ...seen("article pre").filter(code => innerWidth > 1000 && tooWide(code)),
    ...seen("*").filter(node => moves(getComputedStyle(node))),
  ].map(node => node.outerHTML.slice(0, 200)).concat(overwritten());
}

/* What axe finds. Of texts with the same color, size and weight on the same grounds, it tries one for contrast;
   and formulas are emptied, for good: they are thousands of shapes, in which it finds nothing. */
export async function violations(options) {
  const kinds = new Set();
  for (const node of document.querySelectorAll("body *")) {
    node.removeAttribute("data-kind");
    if (![...node.childNodes].some(child => child.nodeType === 3 && child.data.trim())) continue;
    const {color, fontSize, fontWeight} = getComputedStyle(node);
    const kind = [node.tagName, color, fontSize, fontWeight];
    for (let above = node; above; above = above.parentElement) {
      const {backgroundColor, opacity, visibility, display} = getComputedStyle(above);
      kind.push(backgroundColor, opacity, visibility, display);
    }
    if (!kinds.has(kind.join())) node.setAttribute("data-kind", "");
    kinds.add(kind.join());
  }
  for (const formula of document.querySelectorAll("mjx-container svg, svg.glyphs")) formula.replaceChildren();
  const {axe} = window;
  axe.configure({rules: [{id: "color-contrast", selector: "[data-kind]"}]});
  const found = await axe.run({preload: false, resultTypes: ["violations"], ...options});
  return found.violations.flatMap(({id, nodes}) => nodes.map(({html}) => [id, html.slice(0, 200)]));
}

/* What has no place on paper: pale texts, grounds, controls, code that is cut off, solutions that are folded. */
export function onPaper() {
  const light = color => Math.max(...color.match(/\d+/g).slice(0, 3)) > 128;
  const texts = "article :is(p, h1, h2, li, pre, figcaption span, mjx-container svg)";
  return {
    pale: seen(texts).filter(node => light(getComputedStyle(node).color)).length,
    grounds: seen("html, body, article, article div, article pre, article img").filter(node => {
      const {backgroundColor, filter} = getComputedStyle(node);
      return filter !== "none" || !backgroundColor.endsWith(", 0)") && !light(backgroundColor);
    }).length,
    controls: seen("button, input, .headerlink, nav").length,
    cut: seen("article pre").filter(tooWide).length,
    folded: document.querySelectorAll(".solution p").length - seen(".solution p").length,
    blank:
      seen("canvas").filter(canvas =>
        !canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)
      ).length,
  };
}

/* How many letters the longest line of the paragraphs has. */
export function longest(selector) {
  const lines = {}, range = document.createRange();
  for (const [number, paragraph] of document.querySelectorAll(selector).entries()) {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let text; (text = walker.nextNode());) {
      for (let at = 0; at < text.length; at++) {
        range.setStart(text, at);
        range.setEnd(text, at + 1);
        const line = [number, Math.round(range.getBoundingClientRect().bottom / 10)];
        lines[line] = (lines[line] ?? 0) + 1;
      }
    }
  }
  return Math.max(...Object.values(lines));
}
