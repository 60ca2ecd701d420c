// Makes one style sheet: what the pages use of several sheets, with the letters and icons that they show as fonts in it.
const {createHash} = require("crypto");
const {readFileSync} = require("fs");
const path = require("path");
const {PurgeCSS} = require("purgecss");
const subset = require("subset-font");

const {static: root, sheets, ours, letters, fonts, icons, content} = JSON.parse(readFileSync(0, "utf8"));

// A sheet with what it imports; addresses lead from the folder of the new one.
function read(file) {
  const text = readFileSync(file, "utf8").replace(/^\ufeff|@charset[^;]*;/g, "").replace(
    /\/\*# sourceMappingURL[^]*?\*\//g,
    "",
  );
  const moved = address =>
    path.relative(root, path.resolve(path.dirname(file), address)).split(path.sep).join("/");
  return text
    .replace(/@import\s+(?:url\()?["']?([^"')]+)["']?\)?;/g,
      (_, name) => read(path.resolve(path.dirname(file), name)))
    .replace(/url\((["']?)(?!data:|#|https?:)([^"')]+)\1\)/g,
      (_, quote, address) => `url("${moved(address)}")`);
}

const embed = async (file, text) => {
  const font = await subset(readFileSync(file), text, {targetFormat: "woff2"});
  return `url(data:font/woff2;base64,${font.toString("base64")}) format("woff2")`;
};

// The text font comes in parts, each for a range of letters: the letters of the book that are in it.
async function textFaces(file) {
  const faces = [];
  for (const [face] of readFileSync(file, "utf8").matchAll(/@font-face\s*\{[^}]*\}/g)) {
    const ranges = face.match(/unicode-range:\s*([^;]+);/)[1].split(",").map(range =>
      range.trim().slice(2).split("-").map(end => parseInt(end, 16))
    );
    const used = [...letters].filter(letter =>
      ranges.some(([from, to = from]) => from <= letter.codePointAt() && letter.codePointAt() <= to)
    );
    if (!used.some(letter => letter > " ")) continue;
    const source = face.match(/url\(([^)]+)\)/)[1];
    faces.push(
      face.replace(/src:[^;]+;/,
        `src: ${await embed(path.resolve(path.dirname(file), source), used.join(""))};`)
        .replace(/font-display:[^;]+;/, "font-display: optional;"),
    ); // it is in the sheet: nothing is set twice, and nothing moves
  }
  return faces.join("\n");
}

async function main() {
  const raw = sheets.map(name => read(path.join(root, name))).join("\n");
  const withoutIcons = raw.replace(/@font-face\s*\{[^}]*Font ?Awesome[^}]*\}/g, "");
  const [{css}, {rejected}] = await new PurgeCSS().purge({
    content,
    css: [{raw: withoutIcons}, {raw: read(path.join(root, ours))}],
    rejected: true,
    fontFace: false,
    variables: false,
    keyframes: true,
    dynamicAttributes: ["data-theme", "data-mode", "aria-expanded", "aria-pressed", "open", "hidden"],
    safelist: {standard: [/^(show|active|collapsed|folds|folding|hidden|goes-on)$/]},
  });
  const shown = [...new Set(css.match(/\\[ef][0-9a-f]{3}\b|[\ue000-\uf8ff]/gi))].map(code =>
    code.length > 1 ? String.fromCodePoint(parseInt(code.slice(1), 16)) : code
  ).join("");
  const faces = [];
  for (const file of fonts) faces.push(await textFaces(file));
  for (const [weight, name] of [[900, "solid-900"], [400, "regular-400"]]) {
    faces.push(
      `@font-face { font-family: "Font Awesome 6 Free"; font-weight: ${weight}; font-display: block; `
        + `src: ${await embed(path.join(icons, `fa-${name}.woff2`), shown)}; }`,
    );
  }
  const made = `${faces.join("\n")}\n${css}`;
  process.stdout.write(
    JSON.stringify({css: made, rejected, hash: createHash("sha256").update(made).digest("hex").slice(0, 8)}),
  );
}
main().catch(error => {
  console.error(error.message);
  process.exitCode = 1;
});
