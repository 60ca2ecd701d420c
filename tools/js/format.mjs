/* Lays scripts out in one way: `node format.mjs FILE…` names those that are not, `--write` rewrites them. */
import { createFromBuffer } from "@dprint/formatter";
import { readFileSync, writeFileSync } from "node:fs";

const formatter = createFromBuffer(
  readFileSync(new URL(import.meta.resolve("@dprint/typescript/plugin.wasm"))),
);
formatter.setConfig({lineWidth: 110, indentWidth: 2}, {
  "arrowFunction.useParentheses": "preferNone",
  "objectExpression.spaceSurroundingProperties": false,
  "objectPattern.spaceSurroundingProperties": false,
  preferHanging: true,
  quoteStyle: "preferDouble",
});
const [write, files] = [process.argv.includes("--write"),
  process.argv.slice(2).filter(name => name[0] !== "-")];
for (const filePath of files) {
  const fileText = readFileSync(filePath, "utf8"), formatted = formatter.formatText({filePath, fileText});
  if (formatted === fileText) continue;
  if (write) writeFileSync(filePath, formatted);
  else console.error(`${filePath} is not laid out as make format does it`);
  process.exitCode = write ? 0 : 1;
}
