"""Find what an author has forgotten before anything runs, and say it in one line each, with its place."""

import re
from pathlib import Path

from .execution import Fault

DIRECTIVE = re.compile(r"^`{3,}\{(exercise|solution-start|solution-end)\} *(.*)((?:\n:.*)*)", re.M)


def check(app, env, docnames):
    """Look at the table of contents, and at every exercise and its solution."""
    toc, exercises, solutions, wrong = app.srcdir / "_toc.yml", {}, {}, []
    for found, place in places(r"\bfile: *([\w./-]+)", toc, toc.name):
        if found[1] not in env.found_docs:
            wrong.append(f"{place}: there is no page {found[1]}.md")
    for doc in sorted(env.found_docs):
        path, opened = Path(env.doc2path(doc)), None
        for found, place in places(DIRECTIVE, path, path.relative_to(app.srcdir)):
            kind, target, options = found.groups()
            if opened and kind != "solution-end":
                wrong.append(f"{opened}: this solution needs a solution-end before what follows")
            opened = place if kind == "solution-start" else None
            if kind == "exercise":
                label = re.search(r":label: *(\S+)|$", options)[1]
                if label in exercises:
                    wrong.append(f"{place}: the label {label} is that of the exercise in {exercises[label]}")
                exercises[label] = place
            elif opened:
                solutions[target] = place
        if opened:
            wrong.append(f"{opened}: this solution needs a solution-end")
    for label in exercises.keys() - solutions:
        wrong.append(f"{exercises[label]}: the exercise {label} needs a solution-start with its label")
    for label in solutions.keys() - exercises:
        wrong.append(f"{solutions[label]}: no exercise has the label {label}")
    if wrong:
        raise Fault("\n".join(sorted(wrong)))


def places(pattern, path, name):
    """Yield what is found in a file, and the place of each."""
    text = path.read_text(encoding="utf-8")
    for found in re.finditer(pattern, text):
        yield found, f"{name}, line {text.count(chr(10), 0, found.start()) + 1}"


def setup(app):
    app.connect("env-before-read-docs", check, priority=100)  # before pages run
