"""Turn the text of a page into plain Markdown, which every notebook program shows, and back again.

What the book knows by its build alone, such as numbers, comes in as facts, which `facts.py` gathers.
A page becomes a row of pieces, each of which remembers the source that it was made from; so an edit finds
its way back into the page.
"""

import base64
import difflib
import itertools
import posixpath
import re
import struct
from typing import NamedTuple

import nbformat

FENCE = re.compile(
    r"^(?P<before>(?P<fence>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\} *)?)(?P<title>(?(name)[^\n]*|[^\n`]*))"
    r"(?P<after>\n(?::[\w-]+:[^\n]*\n)*)(?P<body>.*?)^(?P<end>(?P=fence) *(?:\n|\Z))",
    re.M | re.S,
)
ROLE = r"\{(?P<role>[\w:-]+)\}`(?P<text>[^`<]*?)(?: *<(?P<target>[^`]*)>)?`"
ADDRESS = r'(?P<attribute>href|src)="(?P<path>[\w./-]+)"'
MARK = re.compile(rf"\A(?P<heading># )|\A(?P<term>\S.*)\n: +|{ROLE}|{ADDRESS}")
# a term goes on with its definition, and a line where a role does
LINE = re.compile(
    r"(?P<silent>\{\.book-only\}\n(?:.+\n)+|(?:\([\w-]+\)=|\{[.#][^`}\n]*\}|%.*)\n)"
    r"|(?:\S.*\n: +)?(?:\{[\w:-]+\}`[^`]*`|.)*\n|.+"
)
BOX = '<div class="companion {}" style="border-left: 3px solid {}; padding-left: 1em">\n\n'
WIDGET = "application/vnd.jupyter.widget-view+json"
COLORS = {"exercise": "#007bff", "beyond": "#b7791f"}


RUN = """## Run a page

Every page is a notebook that runs by itself. Open one from the list below; *Run › Run All Cells* runs it
from top to bottom, *Shift+Enter* cell by cell, and then the pictures with sliders move. Change a number,
run the cell again, and see what gives. A solution is folded away: the triangle beside its title opens it."""


class Piece(NamedTuple):
    """A line of the source, or the frame of a box, and what is shown for it.

    `marks` are the parts of both that differ, pairs of source and shown text. Of a `fixed` piece nothing
    can be edited but what stands between two marks. A piece with a `cell` begins a cell of that kind.
    """

    source: str
    shown: str = ""
    marks: tuple = ()
    fixed: bool = True
    cell: str = ""


def titled(title, source, shown, cell=""):
    """Return the head of a box with its title, between what stands there in the source and what is shown."""
    return Piece(title.join(source), title.join(shown), (*zip(source, shown),), cell=cell)


class Page:
    """Turns the text of one page into plain Markdown."""

    def __init__(self, facts, doc, address):
        """Take the facts, the page, and a function from a page or file of the book to its address."""
        self.facts, self.doc, self.address = facts, doc, address
        self.number = facts["pages"].get(doc, {}).get("number")
        self.made = iter(facts["made"].get(doc, []))

    def pieces(self, text):
        """Return the pieces of a text, whose sources together are the text."""
        pieces, at = [], 0
        for found in FENCE.finditer(text):
            pieces += map(self.line, LINE.finditer(text, at, found.start()))
            if found["name"]:
                pieces += self.directive(found)
            else:
                pieces += [Piece(line, line, fixed=False) for line in found[0].splitlines(True)]
            at = found.end()
        return [*pieces, *map(self.line, LINE.finditer(text, at))]

    def line(self, found):
        """Return a line, or several that belong together."""
        if found["silent"]:
            return Piece(found[0])
        marks = tuple((mark[0], self.inline(mark)) for mark in MARK.finditer(found[0]))
        return Piece(found[0], replace(found[0], marks), marks, fixed=False)

    def directive(self, found):
        """Return the pieces of a directive."""
        names = ("name", "before", "title", "after", "body", "end")
        name, before, title, after, body, end = found.group(*names)
        head, option = before + title + after, dict(re.findall(r"^:([\w-]+): *(.*)$", after, re.M))
        if name in ("index", "solution-end"):
            return [Piece(found[0])]
        if name == "solution-start":
            heading = f"##### Solution to {self.label(title)[2]}\n"
            return [Piece(found[0], heading, cell="solution"), Piece("", cell="text")]
        if name == "math":
            number = self.facts["equations"].get(option.get("label"), ["", ""])[1]
            lines = [Piece(line, line, fixed=False) for line in body.splitlines(True)]
            return [Piece(head, f"$$\\tag{{{number}}}\n" if number else "$$\n"), *lines, Piece(end, "$$\n")]
        if name == "glossary":
            return [Piece(head), *self.terms(body), Piece(end)]
        if name in ("grid", "raw"):
            return [Piece(head), *self.pieces(body), Piece(end)]
        if name == "grid-item-card":
            shown = "- **[", f"]({self.to(self.beside(option['link']))})**\n"
            return [titled(title, (before, after), shown), *self.pieces(body), Piece(end)]
        if name in ("exercise", "admonition"):
            kind, cell, start, stop = option.get("class", "note"), "", "**", "**\n\n"
            if name == "exercise":
                kind, cell, start, stop = name, name, f"#### {self.label(option['label'])[2]} (", ")\n\n"
            start = BOX.format(kind, COLORS.get(kind, "gray")) + start
            box = titled(title, (before, after), (start, stop), cell)
            return [box, *self.pieces(body), Piece(end, "\n</div>\n")]
        count = len(re.findall(r"^\.\. auto", body, re.M)) if name == "eval-rst" else 1
        made = [self.html(part) for part in itertools.islice(self.made, count)]
        return [Piece(found[0], "\n".join(made))]

    def terms(self, text):
        """Return the pieces of a glossary: each term, and below it what it means."""
        for line in text.splitlines(keepends=True):
            term = line.strip()
            if term and not line.startswith(" "):
                anchor = self.facts["terms"].get(term.lower(), ["", ""])[1]
                yield titled(term, ("", "\n"), (f'<a id="{anchor}"></a>**', "**<br>\n"))
            else:
                yield from self.pieces(line)

    def inline(self, found):
        """Return what is shown for a mark within a line."""
        if found["heading"]:
            return f"# {self.number} " if self.number else "# "
        if found["term"]:
            return f"- **{found['term']}**: "
        if found["path"]:
            return f'{found["attribute"]}="{self.address(found["path"]) or found["path"]}"'
        return self.role(found)

    def role(self, found):
        """Return what is shown for a role."""
        name, text, target = found.group("role", "text", "target")
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
        return posixpath.normpath(posixpath.join(self.doc, "..", path))

    def to(self, page, fragment=""):
        """Return the address of a place in the book, or nothing if no notebook holds it."""
        address = self.address(page) if page in self.facts["pages"] and page != self.doc else ""
        return f"{address}#{fragment}" if fragment and (address or page == self.doc) else address

    def link(self, text, page, fragment=""):
        address = self.to(page, fragment)
        return f"[{text}]({address})" if address else text

    def html(self, made):
        """Return what Sphinx has made of a directive, with links that lead to notebooks."""

        def lead(found):
            address = self.to(found[1], found[2])
            return f'href="{address}"' if address else ""

        return re.sub(r'href="page:([^"#]*)#?([^"]*)"', lead, made)


def replace(text, marks):
    """Exchange the first of each pair for the second, in turn."""
    done = ""
    for old, new in marks:
        if old and old in text:
            before, _, text = text.partition(old)
            done += before + new
    return done + text


def shown(pieces):
    """Return what is shown for all pieces together."""
    return "".join(piece.shown for piece in pieces).strip("\n")


def source(pieces):
    return "".join(piece.source for piece in pieces)


def restore(pieces, text):
    """Return the source of an edited text: what was not edited, line by line, as it was."""
    before = "".join(piece.shown for piece in pieces)
    if before.strip() and not text.strip():
        return ""
    text = before.replace(before.strip("\n"), text.strip("\n"), 1)  # with the empty lines that no cell shows
    pieces = [retitled(piece, text, {piece.shown for piece in pieces}) for piece in pieces]
    frames = [re.escape(piece.shown) for piece in pieces if piece.fixed and piece.shown]
    lines = re.findall("|".join([*frames, r".*\n", ".+"]), text)
    diff = difflib.SequenceMatcher(None, [piece.shown for piece in pieces], lines, autojunk=False)
    done = "".join(
        source(pieces[a:b]) if same == "equal" else edited(pieces[a:b], lines[c:d])
        for same, a, b, c, d in diff.get_opcodes()
    )
    end = source(pieces)
    return done.rstrip("\n") + end[len(end.rstrip("\n")) :]


def retitled(piece, text, known):
    """Return the head of a box with the title that it has now."""
    if piece.fixed and piece.marks and piece.shown not in text:
        (before, start), (after, end) = piece.marks
        for found in re.finditer(f"^{re.escape(start)}(.*){re.escape(end)}", text, re.M):
            if found[0] not in known:
                return piece._replace(source=before + found[1] + after, shown=found[0])
    return piece


def edited(pieces, lines):
    """Return the source of lines that stand where the pieces stood; frames stay, and what isn't shown."""
    frames = [line for piece in pieces if piece.fixed for line in piece.shown.split("\n") if line]
    kept = [line for line in lines if not difflib.get_close_matches(line.strip(), frames, 1, 0.6)]
    marks = [mark[::-1] for piece in pieces if not piece.fixed for mark in piece.marks]
    first = next((at for at, piece in enumerate(pieces) if piece.shown and not piece.fixed), 0)
    before, after = (
        source(piece for piece in part if piece.fixed) for part in (pieces[:first], pieces[first:])
    )
    return before + replace("".join(kept), marks) + after


def split(pieces):
    """Return the pieces of each cell with its kind: the heading of a solution has a cell of its own."""
    cells = [["", []]]
    for piece in pieces:
        if piece.cell and shown(cells[-1][1]):
            cells.append([piece.cell, []])
        elif piece.cell:
            cells[-1][0] = piece.cell
        cells[-1][1].append(piece)
    if len(cells) > 1 and not shown(cells[-1][1]):
        cells[-2][1].extend(cells.pop()[1])
    return cells


def prepare(page, cells):
    """Return the cells of a page as they are shown; their metadata `companion` say what `saved` needs."""
    ready = []
    for number, cell in enumerate(cells):
        if cell.cell_type == "markdown":
            for kind, pieces in split(page.pieces(cell.source + "\n")):
                if not shown(pieces) and ready:  # an empty cell would ask to be written in
                    ready[-1].metadata.setdefault("companion", {})["after"] = cell.source
                    continue
                ready.append(new(shown(pieces), {"cell": number, "pieces": pieces}))
                if kind == "solution":
                    ready[-1].metadata["jp-MarkdownHeadingCollapsed"] = True
            continue
        if {"remove-input", "hide-input"} & {*cell.metadata.get("tags", [])}:
            cell.metadata["jupyter"] = {"source_hidden": True}
        ready.append(cell)
        if figure := cell.metadata.get("mystnb", {}).get("figure"):
            pieces = page.pieces(figure["caption"])
            ready.append(new(f"**{page.label(figure['name'])[2]}** {shown(pieces)}", {"caption": pieces}))
    return ready


def new(text, companion):
    """Return a cell of Markdown that remembers what it was made from."""
    return nbformat.v4.new_markdown_cell(text, metadata={"companion": companion})


def saved(cells):
    """Return the cells of the page from those that are shown, which somebody may have edited."""
    page, last = [], None
    for cell in cells:
        companion = cell["metadata"].pop("companion", {})
        cell["metadata"].pop("jp-MarkdownHeadingCollapsed", None)
        cell["metadata"].pop("jupyter", None)
        number = companion.get("cell")
        pieces, caption = (
            [Piece(*piece) for piece in companion.get(kind, [])] for kind in ("pieces", "caption")
        )
        if caption:
            figure = page[-1]["metadata"].get("mystnb", {}).get("figure") if page else None
            text = restore(caption, re.sub(r"^\*\*[^*]*\*\* *", "", cell["source"]))
            if figure and text:
                figure["caption"] = text
        elif not companion.get("made"):
            if pieces:
                cell["source"] = restore(pieces, cell["source"])
            if pieces and number == last:
                page[-1]["source"] += cell["source"]
            else:
                page.append(cell)
            last = number
        if "after" in companion:
            page.append(nbformat.v4.new_markdown_cell(companion["after"]))
    for cell in page:
        if cell["cell_type"] == "markdown":
            cell["source"] = cell["source"].strip("\n")
    return page


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
