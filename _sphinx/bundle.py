"""Give every page that runs as a notebook to download, and all of them together as a bundle.

MyST-NB has executed the pages and left them in jupyter_execute; here their text becomes Markdown that
any notebook program shows, without the directives and roles that only the book understands.
"""

import json
import re
import zipfile
from importlib import metadata
from pathlib import Path

import nbformat
from publish import MODULES, first_cell, notebook_name
from streams import join_streams

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = ("ipywidgets", "jupyterlab", "matplotlib", "numpy", "pillow", "sympy")
NAME = "agml-companion"

README = f"""# Algebraic Geometry & Machine Learning: the notebooks

Every page of the companion that computes, as it was executed. With Python 3.11 or later, in this folder:

    pip install -r requirements.txt
    jupyter lab

Open a notebook, {{first}} for a start, and run it from top to bottom. Keep the modules
{', '.join(f'{name}.py' for name in MODULES)} beside it.

Does your machine print what is saved here? `pip install nbval`, then `pytest --nbval` compares it.
"""

FIRST_CELL = f"""try:
    import {', '.join(MODULES)}
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"This notebook needs {{error.name}}. Download all notebooks, {NAME}.zip, from "
        "the front page of the book, unpack it, follow its README.md, and open it there."
    ) from None"""

DIRECTIVE = re.compile(r"^(`{3,}|:{3,})\{([\w:-]+)\} *([^\n]*)\n((?::[\w-]+:[^\n]*\n)*)(.*?)^\1 *$\n?", re.M | re.S)
ROLE = re.compile(r"\{([\w:-]+)\}`([^`<]*?)(?: *<([^`]*)>)?`")
TARGET = re.compile(r"^(?:\([\w-]+\)=|\{[.#][^`}]*\})(?:\n|\Z)", re.M)
SILENT = ("index", "solution-end")
WORDS = {"figure": "Fig. ", "exercise": "Exercise ", "displaymath": ""}


class Markdown:
    """Turns the text of one page into plain Markdown."""

    def __init__(self, env, doc, names):
        """Take Sphinx's environment, the page, and the file names of all notebooks by their page."""
        self.env, self.doc, self.names = env, doc, names
        self.numbers = {anchor: WORDS[kind] + ".".join(map(str, number)) for kinds in env.toc_fignumbers.values()
                        for kind, anchors in kinds.items() for anchor, number in anchors.items()}

    def convert(self, text):
        text = DIRECTIVE.sub(self.directive, text)
        text = TARGET.sub("", ROLE.sub(self.role, text))
        return re.sub(r"^(\S.*)\n: +", r"- **\1**: ", text, flags=re.M)

    def directive(self, found):
        _, name, argument, options, body = found.groups()
        if name in SILENT:
            return ""
        label = (re.search(r":label: *(\S+)", options) or ["", ""])[1]
        if name == "math":
            tag = f" \\tag{{{self.numbers[f'equation-{label}']}}}" if label else ""
            return f"$$\n{body.strip()}{tag}\n$$\n"
        title = f"**{argument or name.capitalize()}**"
        if name == "exercise":
            title = f"**{self.numbers[label]}**" + (f" ({argument})" if argument else "")
        if name in ("solution", "solution-start"):
            title = f"**Solution to {self.numbers[argument]}**"
        if name == "solution-start":  # cells follow it
            return f"{title}\n\n"
        return "".join(f"> {line}".rstrip() + "\n" for line in [title, "", *self.convert(body).splitlines()])

    def role(self, found):
        name, text, target = found.groups()
        text, std = " ".join(text.split()), self.env.domaindata["std"]
        label = target or text
        if name == "doc":
            page = self.env.relfn2path(f"{label}.md", self.doc)[0].removesuffix(".md")
            return self.link(text if target else self.env.titles[page].astext(), page)
        if name in ("numref", "ref"):
            named = text if target else self.numbers.get(label) or std["labels"][label][2]
            return self.link(named, std["anonlabels"][label][0])
        if name == "eq":
            return f"({self.numbers[f'equation-{label}']})"
        if name in ("cite:p", "cite:t"):
            return self.citation(label, "({}, {})" if name == "cite:p" else "{} ({})")
        return text

    def link(self, text, page):
        return f"[{text}]({self.names[page]})" if page in self.names and page != self.doc else text

    def citation(self, key, form):
        (entry,) = (cited.entry for cited in self.env.domaindata["cite"]["citations"] if cited.key == key)
        authors = [" ".join(person.last_names) for person in entry.persons["author"]]
        authors = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)
        text, doi = form.format(authors, entry.fields["year"]), entry.fields.get("doi")
        return f"[{text}](https://doi.org/{doi})" if doi else text


def notebook(env, doc, executed, names):
    """Return an executed page as a notebook for any program, that says what it needs."""
    url = env.config.html_theme_options["repository_url"]
    first = first_cell(url) if url else FIRST_CELL
    cells, plain = [nbformat.v4.new_code_cell(first)], Markdown(env, doc, names)
    for cell in executed.cells:
        if cell.cell_type == "markdown":
            cell.source = plain.convert(cell.source).strip()
        cells += [cell] if cell.source else []
        figure = cell.metadata.get("mystnb", {}).get("figure")
        if figure:
            caption = f"**{plain.numbers[figure['name']]}** {plain.convert(figure['caption'])}"
            cells.append(nbformat.v4.new_markdown_cell(caption))
        if "mystnb" in cell.metadata:  # pictures, of which nbval could compare the size only
            cell.metadata = {"tags": ["nbval-ignore-output"]}
    number = env.metadata[doc].get("number")
    title = next(cell for cell in cells if cell.cell_type == "markdown")
    title.source = re.sub("^# ", f"# {number} " if number else "# ", title.source, count=1, flags=re.M)
    for count, cell in enumerate((cell for cell in cells if cell.cell_type == "code"), start=1):
        cell.execution_count = count
        cell.outputs = join_streams(cell.outputs)
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    for count, cell in enumerate(cells):
        cell.id = f"cell-{count}"
        cell.metadata.pop("prints", None)
    kept = {key: executed.metadata[key] for key in ("kernelspec", "language_info", "widgets") if key in executed.metadata}
    return nbformat.v4.new_notebook(cells=cells, metadata=kept)


def text_of(notebook):
    """Return a notebook as text, with the models of widgets numbered: their own names are random."""
    state = notebook.metadata.get("widgets", {}).get("application/vnd.jupyter.widget-state+json", {}).get("state", {})
    numbers = {}

    def text(part):
        return re.sub("[0-9a-f]{32}", lambda found: numbers.get(found[0], found[0]), json.dumps(part, sort_keys=True))

    def number(part):
        for name in re.findall("[0-9a-f]{32}", json.dumps(part, sort_keys=True)):
            if name in state and name not in numbers:
                numbers[name] = f"{len(numbers):032x}"
                number(state[name])

    number(notebook.cells)
    for name in sorted(state.keys() - numbers.keys(), key=lambda name: text(state[name])):  # the links between them
        number(name)
    return json.dumps(json.loads(text(notebook)), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def requirements():
    """Return the lines of the lock that the notebooks need, on every platform."""
    needed, new = set(), [(name, "") for name in PACKAGES]
    while new:
        name, extra = asked = new.pop()
        if asked in needed:
            continue
        needed.add(asked)
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:  # of another platform
            continue
        for line in lines:
            of_extra = re.search(r"""extra *== *['"]([^'"]+)""", line)
            if (of_extra[1] if of_extra else "") == extra:
                wanted = re.match(r"([\w.-]+)(?:\[([^]]*)\])?", line)
                name = re.sub("[-_.]+", "-", wanted[1]).lower()
                new += [(name, also.strip()) for also in ["", *(wanted[2] or "").split(",")]]
    names = {name for name, _ in needed}
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lock if line.split("==")[0] in names)


def bundle(app, error):
    """Write the notebooks and the bundle into the book."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    executed = {path.relative_to(out.parent / "jupyter_execute").with_suffix("").as_posix(): path
                for path in (out.parent / "jupyter_execute").rglob("*.ipynb")}
    docs = [doc for doc in executed if doc in app.env.found_docs]
    names = {doc: notebook_name(doc) for doc in docs}
    files = {f"{name}.py": (ROOT / f"{name}.py").read_text(encoding="utf-8") for name in MODULES}
    for doc in docs:
        page = notebook(app.env, doc, nbformat.read(executed[doc], as_version=4), names)
        files[names[doc]] = text_of(page)
        (out / "_sources" / doc).with_suffix(".ipynb").write_text(files[names[doc]], encoding="utf-8")
    files["README.md"] = README.format(first=min(names.values()))
    files["requirements.txt"] = requirements()
    (out / "_downloads").mkdir(exist_ok=True)
    with zipfile.ZipFile(out / "_downloads" / f"{NAME}.zip", "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{NAME}/{name}")  # of 1980, the same whenever it is made
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, files[name])


def offer(app, pagename, templatename, context, doctree):
    """Let the theme's menu offer the page as a notebook, if it is one."""
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        context["ipynb_source"] = f"{pagename}.ipynb"


def offer_all(app, pagename, templatename, context, doctree):
    """Add the bundle to the same menu."""
    for group in context["header_buttons"]:
        if group["label"] == "download-buttons":
            group["buttons"].append({
                "type": "link", "url": context["pathto"](f"_downloads/{NAME}.zip", 1), "text": "all .ipynb",
                "tooltip": "Download all pages as notebooks", "icon": "fas fa-box-archive",
                "label": "download-bundle-button"})


def setup(app):
    app.connect("html-page-context", offer)
    app.connect("html-page-context", offer_all, priority=502)  # the theme makes the menu at 501
    app.connect("build-finished", bundle)
    return {"parallel_read_safe": True}
