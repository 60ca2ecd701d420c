"""Turn the text of a page into plain Markdown, which every notebook program shows, and back again.

What the book knows by its build alone, such as numbers, comes in as facts, which `notebooks.py` gathers.
A page becomes a row of pieces, each of which remembers the source that it was made from; so an edit finds
its way back into the page.
"""

import base64
import difflib
import itertools
import re
import struct
from typing import NamedTuple

import nbformat

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\} *(?P<argument>[^\n]*)|[^\n`]*)\n"
    r"(?P<options>(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P<end>(?P=fence) *(?:\n|\Z))",
    re.M | re.S,
)
ROLE = re.compile(r"\{(?P<name>[\w:-]+)\}`(?P<text>[^`<]*?)(?: *<(?P<target>[^`]*)>)?`")
ADDRESS = re.compile(r'(?P<before>(?:href|src)=")(?P<path>[\w./-]+)"')
SILENT = re.compile(r"^(?:\{\.book-only\}\n(?:.+(?:\n|\Z))+|\([\w-]+\)=|\{[.#][^`}]*\}|%[^\n]*)(?:\n|\Z)")
DEFINITION = re.compile(r"(?P<term>\S[^\n]*)\n: +")
TITLE = re.compile(r"# ")
BOX = '<div class="companion {}" style="border-left: 3px solid {}; padding-left: 1em">\n\n'
WIDGET = "application/vnd.jupyter.widget-view+json"
COLORS = {"exercise": "#007bff", "beyond": "#b7791f"}


RUN = """## Run a page

Every page is a notebook that runs by itself. Open one from the list below; *Run › Run All Cells* runs it
from top to bottom, *Shift+Enter* cell by cell, and then the pictures with sliders move. Change a number,
run the cell again, and see what gives. A solution is folded away: the triangle beside its title opens it."""


class Piece(NamedTuple):
    """Some lines of the source, and the lines that are shown for them.

    `marks` are pairs of source and shown text within the lines. A `fixed` piece belongs to the frame of a
    box; of it only the title can be edited. A piece with a `cell` begins a cell of that kind.
    """

    source: str
    shown: str
    marks: tuple = ()
    fixed: bool = False
    cell: str = ""


class Page:
    """Turns the text of one page into plain Markdown."""

    def __init__(self, facts, doc, address):
        """Take the facts, the page, and a function from a page or file of the book to its address."""
        self.facts, self.doc, self.address = facts, doc, address
        self.made = iter(facts["made"].get(doc, []))

    def pieces(self, text):
        """Return the pieces of a text, whose sources together are the text."""
        pieces, at = [], 0
        for found in FENCE.finditer(text):
            pieces += self.paragraphs(text[at : found.start()])
            pieces += self.directive(found) if found["name"] else [Piece(found[0], found[0])]
            at = found.end()
        return [*pieces, *self.paragraphs(text[at:])]

    def paragraphs(self, text):
        """Return a piece for every line, or for several where a role goes on from one to the next."""
        at, number = 0, self.facts["pages"].get(self.doc, {}).get("number")
        while at < len(text):
            rest = text[at:]
            if found := SILENT.match(rest):
                yield Piece(found[0], "", fixed=found[0][0] != "(")
                at += found.end()
                continue
            end = rest.find("\n") + 1 or len(rest)
            if found := DEFINITION.match(rest):
                end = max(end, rest.find("\n", found.end()) + 1 or len(rest))
            for role in ROLE.finditer(rest):
                if role.start() >= end:
                    break
                if role.end() > end:
                    end = rest.find("\n", role.end()) + 1 or len(rest)
            line, marks = rest[:end], []
            if number and TITLE.match(line):
                marks.append(("# ", f"# {number} "))
            if found := DEFINITION.match(line):
                marks.append((found[0], f"- **{found['term']}**: "))
            for role in (*ROLE.finditer(line), *ADDRESS.finditer(line)):
                shown = self.role(role) if role.re is ROLE else f'{role["before"]}{self.file(role["path"])}"'
                marks.append((role[0], shown))
            yield Piece(line, replace(line, marks), tuple(marks))
            at += end

    def directive(self, found):
        """Return the pieces of a directive."""
        name, argument, options, body, end = found.group("name", "argument", "options", "body", "end")
        head = found[0][: len(found[0]) - len(body) - len(end)]
        option = dict(re.findall(r"^:([\w-]+): *(.*)$", options, re.M))
        if name in ("index", "solution-end"):
            return [Piece(found[0], "", fixed=True)]
        if name == "solution-start":
            return [
                Piece(
                    found[0], f"##### Solution to {self.label(argument)[2]}\n", fixed=True, cell="solution"
                ),
                Piece("", "", fixed=True, cell="text"),
            ]
        if name in ("grid", "raw"):
            return [Piece(head, "", fixed=True), *self.pieces(body), Piece(end, "", fixed=True)]
        if name == "grid-item-card":
            title = f"- **[{argument}]({self.to(self.beside(option['link']))})**\n"
            return [Piece(head, title, fixed=True), *self.pieces(body), Piece(end, "", fixed=True)]
        if name == "math":
            number = self.facts["equations"].get(option.get("label"), ["", ""])[1]
            first = f"$$\\tag{{{number}}}\n" if number else "$$\n"
            return [Piece(head, first, fixed=True), Piece(body, body), Piece(end, "$$\n", fixed=True)]
        if name == "glossary":
            return [Piece(head, "", fixed=True), *self.terms(body), Piece(end, "", fixed=True)]
        if name == "exercise":
            return [
                Piece(
                    head,
                    BOX.format(name, COLORS[name])
                    + f"#### {self.label(option['label'])[2]} ({argument})\n\n",
                    fixed=True,
                    cell=name,
                ),
                *self.pieces(body),
                Piece(end, "\n</div>\n", fixed=True),
            ]
        if name == "admonition":
            kind = option.get("class", "note")
            return [
                Piece(head, BOX.format(kind, COLORS.get(kind, "gray")) + f"**{argument}**\n\n", fixed=True),
                *self.pieces(body),
                Piece(end, "\n</div>\n", fixed=True),
            ]
        count = len(re.findall(r"^\.\. auto", body, re.M)) if name == "eval-rst" else 1
        made = [self.html(part) for part in itertools.islice(self.made, count)]
        return [Piece(found[0], "\n".join(made), fixed=True)]

    def terms(self, text):
        """Return the pieces of a glossary: each term, and below it what it means."""
        for line in text.splitlines(keepends=True):
            term = line.strip()
            if term and not line.startswith(" "):
                yield Piece(
                    line,
                    f'<a id="{self.facts["terms"].get(term.lower(), ["", ""])[1]}"></a>**{term}**<br>\n',
                    ((term, term),),
                    fixed=True,
                )
            else:
                yield from self.paragraphs(line)

    def role(self, found):
        """Return what is shown for a role."""
        name, text, target = found.group("name", "text", "target")
        text = " ".join(text.split())
        label = " ".join((target or text).split())
        if name == "doc":
            page = self.beside(label)
            return self.link(text if target else self.facts["pages"].get(page, {}).get("title", text), page)
        if name in ("numref", "ref"):
            page, fragment, named = self.label(label)
            return self.link(text if target else named, page, fragment)
        if name == "eq":
            page, number = self.facts["equations"].get(label, ["", ""])
            return self.link(f"({number})", page)
        if name == "term":
            return self.link(text, *self.facts["terms"].get(label.lower(), ["", ""]))
        if name == "py:obj":
            label = label.removeprefix("~")
            code = f"`{label.rpartition('.')[2] if text[0] == '~' else text}`"
            return self.link(code, *self.facts["objects"].get(label, ["", ""]))
        if name in ("cite:p", "cite:t"):
            authors, year, url = self.facts["citations"].get(label, ["", label, ""])
            cited = f"({authors}, {year})" if name == "cite:p" else f"{authors} ({year})"
            return f"[{cited}]({url})" if url else cited
        return text

    def label(self, name):
        """Return the page of a label, the heading that it is below, and what it names there."""
        return self.facts["labels"].get(name, ["", "", name])

    def beside(self, path):
        """Return the page that a path from this page leads to."""
        parts = self.doc.split("/")[:-1]
        for part in path.split("/"):
            parts = parts[:-1] if part == ".." else [*parts, part]
        return "/".join(parts)

    def to(self, page, fragment=""):
        """Return the address of a place in the book, or nothing if no notebook holds it."""
        address = self.address(page) if page in self.facts["pages"] and page != self.doc else ""
        return f"{address}#{fragment}" if fragment and (address or page == self.doc) else address

    def link(self, text, page, fragment=""):
        address = self.to(page, fragment)
        return f"[{text}]({address})" if address else text

    def file(self, path):
        """Return the address of one of the book's files."""
        return self.address(path) or path

    def html(self, made):
        """Return what Sphinx has made of a directive, with links that lead to notebooks."""

        def lead(found):
            address = self.to(found[1], found[2])
            return f'href="{address}"' if address else ""

        return re.sub(r'href="page:([^"#]*)#?([^"]*)"', lead, made)


def replace(text, marks, back=False):
    """Exchange the source of each mark for what is shown, in turn, or the other way."""
    done = ""
    for mark in marks:
        old, new = reversed(mark) if back else mark
        before, found, after = text.partition(old)
        if found and old:
            done, text = done + before + new, after
    return done + text


def shown(pieces):
    """Return what is shown for all pieces together."""
    return "".join(piece.shown for piece in pieces).strip("\n")


def restore(pieces, text):
    """Return the source of an edited text: what was not edited, line by line, as it was."""
    whole = "".join(piece.shown for piece in pieces)
    source = "".join(piece.source for piece in pieces)
    if text.strip() == whole.strip():
        return source
    if not text.strip():
        return ""
    frame = re.fullmatch(r"(\n*)(.*?)(\n*)", whole, re.S)
    old, new = (
        whole.splitlines(True),
        f"{frame[1]}{text.strip(chr(10))}{frame[3] or chr(10)}".splitlines(True),
    )
    same = {}
    for a, b, size in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        same |= {a + i: b + i for i in range(size)}
    parts, waiting, line, at = [], [], 0, 0
    for piece in [*pieces, None]:
        lines = range(line, line + (piece.shown.count("\n") or bool(piece.shown))) if piece else ()
        line += len(lines)
        kept = (
            bool(lines)
            and all(number in same for number in lines)
            and same[lines[-1]] - same[lines[0]] == len(lines) - 1
        )
        if piece and not kept:
            waiting.append(piece)
            continue
        parts += edited(waiting, new[at : same[lines[0]] if piece else len(new)])
        waiting = []
        if piece:
            parts.append(piece.source)
            at = same[lines[-1]] + 1
    done = "".join(parts)
    return done.rstrip("\n") + source[len(source.rstrip("\n")) :]


def edited(pieces, lines):
    """Return the source of lines that stand where those of the pieces stood."""
    fixed = {
        line: piece
        for piece in pieces
        if piece.fixed
        for line in piece.shown.splitlines(True)
        if line.strip()
    }
    heads = {}
    for line in list(lines):
        like = difflib.get_close_matches(line, fixed, 1, 0.6)
        if like:
            heads[id(fixed[like[0]])] = titled(
                heads.get(id(fixed[like[0]]), fixed[like[0]].source), like[0], line
            )
            lines.remove(line)
    text = "".join(lines).lstrip("\n") if heads else "".join(lines)
    seen = [number for number, piece in enumerate(pieces) if piece.shown and not piece.fixed]
    first, last = (seen[0], seen[-1]) if seen else (len(pieces), -1)
    before, after = [], []
    for number, piece in enumerate(pieces):
        if piece.fixed or not piece.shown and (text.strip() or number > last):
            (before if number < first else after).append(heads.get(id(piece), piece.source))
    marks = [mark for number in seen for mark in pieces[number].marks]
    return [*before, replace(text, marks, back=True), *after]


def titled(source, before, after):
    """Return the head of a box with the edited title: what stands in brackets or stars."""
    old, new = (re.search(r"\((.*)\)$|^\*\*(.*)\*\*", line.strip()) for line in (before, after))
    old, new = (found and (found[1] or found[2]) for found in (old, new))
    return source.replace(old, new, 1) if old and new else source


def split(pieces):
    """Return the pieces of each cell with its kind: the heading of a solution has a cell of its own."""
    cells = [("", [])]
    for piece in pieces:
        if piece.cell:
            kind, last = cells[-1]
            cells = [*cells[:-1], (piece.cell, last)] if not shown(last) else [*cells, (piece.cell, [])]
        cells[-1][1].append(piece)
    if len(cells) > 1 and not shown(cells[-1][1]):
        _, last = cells.pop()
        cells[-1][1].extend(last)
    return cells


def prepare(page, cells):
    """Return the cells of a page as they are shown; their metadata `companion` say what `source` needs."""
    ready = []
    for number, cell in enumerate(cells):
        if cell.cell_type == "code":
            if {"remove-input", "hide-input"} & {*cell.metadata.get("tags", [])}:
                cell.metadata["jupyter"] = {"source_hidden": True}
            ready.append(cell)
            figure = cell.metadata.get("mystnb", {}).get("figure")
            if figure:
                pieces = page.pieces(figure["caption"])
                ready.append(new(f"**{page.label(figure['name'])[2]}** {shown(pieces)}", {"caption": pieces}))
        if cell.cell_type == "markdown":
            for kind, pieces in split(page.pieces(cell.source)):
                if not shown(pieces) and ready:  # an empty cell would ask to be written in
                    ready[-1].metadata.setdefault("companion", {})["after"] = cell.source
                    continue
                ready.append(new(shown(pieces), {"cell": number, "pieces": pieces}))
                if kind == "solution":
                    ready[-1].metadata["jp-MarkdownHeadingCollapsed"] = True
    return ready


def new(text, companion):
    """Return a cell of Markdown that remembers what it was made from."""
    return nbformat.v4.new_markdown_cell(text, metadata={"companion": companion})


def source(cells):
    """Return the cells of the page from those that are shown, which somebody may have edited."""
    page, last = [], None
    for cell in cells:
        companion = cell["metadata"].pop("companion", {})
        number, pieces = companion.get("cell"), [Piece(*piece) for piece in companion.get("pieces", [])]
        cell["metadata"].pop("jp-MarkdownHeadingCollapsed", None)
        cell["metadata"].pop("jupyter", None)
        if "caption" not in companion and not companion.get("made"):
            if pieces:
                cell["source"] = restore(pieces, cell["source"])
            if pieces and number == last:
                page[-1]["source"] += cell["source"]
            else:
                page.append(cell)
            last = number
        if "caption" in companion:
            edit(page[-1], [Piece(*piece) for piece in companion["caption"]], cell["source"])
        if "after" in companion:
            page.append(nbformat.v4.new_markdown_cell(companion["after"]))
    for cell in page:
        if cell["cell_type"] == "markdown":
            cell["source"] = cell["source"].strip("\n")
    return page


def edit(cell, pieces, text):
    """Give a figure the caption that was edited below it."""
    figure = cell["metadata"].get("mystnb", {}).get("figure", {})
    caption = restore(pieces, re.sub(r"^\*\*[^*]*\*\* *", "", text))
    if caption and figure:
        figure["caption"] = caption


def sized(outputs):
    """Return outputs whose pictures have the width of the book: they are drawn twice as fine."""
    for output in outputs:
        picture = output.get("data", {}).get("image/png")
        if picture and WIDGET not in output.data:  # an explorer has its own
            width, height = struct.unpack(">II", base64.b64decode(picture[:64])[16:24])
            shown = min(width // 2, 720)
            output.metadata["image/png"] = {"width": shown, "height": height * shown // width}
    return outputs


def contents(facts, address):
    """Return the table of contents, with a link to every page."""
    lines = ["## Contents"]
    for caption, pages in facts["contents"]:
        lines += ["", f"**{caption}**", ""]
        for depth, doc in pages:
            if doc in facts["pages"]:
                title = " ".join(filter(None, (facts["pages"][doc]["number"], facts["pages"][doc]["title"])))
                lines.append(f"{'  ' * depth}- [{title}]({address(doc)})")
    return "\n".join(lines)
