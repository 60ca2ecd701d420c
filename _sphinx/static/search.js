// Searches the places of the book, which places.js lists: words without their accents, with one letter wrong
// or two swapped, Greek letters by sign or by name, numbers of the print and printed values.
const GREEK =
  ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma"
    + " tau upsilon phi chi psi omega").split(" ");
const WORD = /\(\p{N}[\p{L}\p{N}.]*\)|[\p{L}\p{N}\p{M}_]+(?:\.[\p{L}\p{N}_]+)*|[∇∂∑∞]/gu;
for (const place of PLACES) { // braces of formulas are for tips.js
  for (const part of ["title", "text"]) place[part] = place[part].replace(/([_^])\{([^{}]+)\}/gu, "$1$2");
}
const pages = Object.groupBy(PLACES, ({page}) => page);

const fold = text =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/\bfigure (?=\p{L}?\d)/gu, "fig. ")
    .replace(/[α-ω]/gu, letter => ` ${GREEK[letter.codePointAt() - 0x3b1]} `);
// (1.1) is found as 1.1 as well, ag.mse_loss as mse_loss
function also(word) {
  if (word.startsWith("(")) return [word, word.slice(1, -1)];
  return /^\p{L}{2,}.*\./u.test(word) ? [word, word.split(".").at(-1)] : [word];
}
const words = text => (fold(text).match(WORD) ?? []).flatMap(also);
const name = text => ` ${words(text.replace(/^(equation|eq\.?) /i, "")).join(" ")} `;

const index = new MiniSearch({fields: ["title", "text"], tokenize: words, processTerm: term => term});
index.addAll(PLACES.map(({title, text}, id) => ({id, title, text})));
const titles = PLACES.map(({title}) => name(title));
// terms, functions, solutions and literature
const kinds = [[/^term-/, 2], [/^agml_/, 0.5], [/^\w+\/|^id\d/, 0.3], [/^/, 1]];
const weights = PLACES.map(({names: [id]}) => kinds.find(([kind]) => kind.test(id))[1]);
// α belongs to “The number α by which …”
const letters = PLACES.map(({names: [id], text}) =>
  id.startsWith("term-") ? words(text.slice(0, 20)).filter(word => GREEK.includes(word)) : []
);

// Each word with two neighbors swapped, in all ways: MiniSearch counts a swap as two wrong letters.
const swapped = text =>
  words(text).flatMap(word =>
    [...word].slice(1).map((letter, i) => word.slice(0, i) + letter + word[i] + word.slice(i + 2))
  );

function lookUp(typed) {
  const query = typed.replace(/\bag\./g, "");
  const options = {
    boost: {title: 4},
    prefix: term => term.length > 1,
    fuzzy: term => /^\p{L}{4,}$/u.test(term) && 1, // one letter
    weights: {prefix: 0.3, fuzzy: 0.1},
    boostDocument(id, term) { // a place that has this very name, or begins with it, comes first
      const asked = words(query).length > 1 ? name(query) : name(term), title = titles[id];
      return weights[id]
        * (title === asked || letters[id].includes(term)
          ? 20
          : title.startsWith(asked)
          ? 10
          : title.includes(asked)
          ? 3
          : 1);
    },
  };
  for (const tried of [{combineWith: "AND"}, {tokenize: swapped, prefix: false, fuzzy: false}, {}]) {
    const found = index.search(query, {...options, ...tried});
    if (found.length) return found;
  }
  return [];
}

const element = (name, properties, ...children) => {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
};

// The line that has most of the words, around the first of them, which it gives as the page has it.
function line(text, terms) {
  const found = [...text.matchAll(WORD)].map(({0: word, index: start}) => ({word, start,
    end: start + word.length, term: words(word).find(term => terms.has(term))})
  );
  const hits = found.filter(({term}) => term);
  const near = ({start, end}) => hits.filter(hit => hit.start >= start && hit.start < end + 110);
  const count = hit => new Set(near(hit).map(({term}) => term)).size;
  const counts = hits.map(count), hit = hits[counts.indexOf(Math.max(...counts))];
  if (!hit) return [text.slice(0, 170)];
  const start = text.lastIndexOf(" ", Math.max(0, hit.start - 60)) + 1;
  const before = (start ? "… " : "") + text.slice(start, hit.start);
  return [before, element("mark", {}, hit.word), `${text.slice(hit.end, hit.end + 110)} …`];
}

function show({id, match}) {
  const {page, names, title, text} = PLACES[id], whole = pages[page][0].title;
  const context = line(text, new Set(Object.keys(match))),
    word = context.find(part => part.tagName)?.textContent;
  // the page marks the word by itself, only where it was asked to, and between the words that are beside it here
  const code = words => encodeURIComponent(words.join(" ")).replaceAll("-", "%2D");
  const before = code(context[0].trim().split(/\s+/).slice(-2));
  const after = code(context.at(-1).trim().split(/\s+/).slice(0, 2));
  const mark = word ? `:~:text=${before ? `${before}-,` : ""}${code([word])},-${after}` : "";
  return element("li", {}, element("a", {href: `${page}.html#${names[0]}${mark}`}, title),
    element("span", {className: "of-page"}, title === whole ? "" : whole), element("p", {}, ...context));
}

const field = document.querySelector(".bd-search-container input");
const results = document.getElementById("search-results");
function search() {
  const asked = field.value.trim(), found = asked ? lookUp(asked) : [];
  const said = found.length ? `${found.length} ${found.length === 1 ? "place" : "places"}` : "Nothing found.";
  const list = element("ol", {}, ...found.slice(0, 50).map(show));
  results.replaceChildren(element("p", {role: "status"}, asked ? said : ""), list);
}
field.value = new URLSearchParams(location.search).get("q") ?? "";
field.addEventListener("input", search);
search();
