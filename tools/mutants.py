"""Count the mutants of our modules that the tests kill, and hold every survivor against its reason.

Runs after mutmut, from the top folder. A mutant that changes how large, thick or transparent something is
drawn is not counted: tests that restate such numbers prove nothing. A survivor is known by its function and
the lines that it changes; its number would shift with every edit.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

LEAST = 0.95
# keywords and keys of what is a matter of taste
LOOKS = {
    *(
        "alpha",
        "bbox_to_anchor",
        "ccount",
        "edgecolor",
        "figsize",
        "figure.dpi",
        "font.size",
        "labelpad",
        "labelsize",
    ),
    *(
        "linewidth",
        "linewidths",
        "lines.linewidth",
        "loc",
        "lw",
        "markeredgewidth",
        "markerscale",
        "markersize",
        "ncols",
    ),
    *("axes.linewidth", "rcount", "s", "size", "width", "zorder"),
}


def change(name):
    """Return the function of a mutant, the lines it removes and the lines it adds."""
    mutmut = Path(sys.executable).with_name("mutmut")
    shown = subprocess.run(
        [mutmut, "show", name], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    lines = [line for line in shown if not line.startswith(("---", "+++", "#"))]
    removed, added = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return name.split(".x_")[1].rpartition("__mutmut")[0], removed, added


def is_look(removed, added):
    """Tell whether two lines differ first within an argument or an entry that is a matter of taste."""
    common = next(
        (i for i, (a, b) in enumerate(zip(removed, added)) if a != b), min(len(removed), len(added))
    )
    starts = [0]  # of the argument at hand, and of those that it is in
    for place, letter in enumerate(removed[:common], start=1):
        if letter in "([{":
            starts.append(place)
        elif letter in ")]}" and len(starts) > 1:
            starts.pop()
        elif letter == ",":
            starts[-1] = place
    names = (re.match(r"""\s*["']?([\w.]+)["']?\s*[=:]""", removed[start:]) for start in starts)
    return any(name and name[1] in LOOKS for name in names)


def main():
    codes = {
        name: code
        for path in sorted(Path("mutants").glob("*.py.meta"))
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items()
    }
    unchecked = [name for name, code in codes.items() if code is None]
    survived = [change(name) for name, code in codes.items() if code in (0, 33)]  # 33: no test reaches it
    looks = [mutant for mutant in survived if is_look(*mutant[1:])]
    survived = [mutant for mutant in survived if mutant not in looks]
    counted = len(codes) - len(looks)
    killed = counted - len(unchecked) - len(survived)
    known = yaml.safe_load(Path(__file__).with_name("survivors.yml").read_text(encoding="utf-8")) or []
    reasons = {(entry["function"], entry["before"], entry["after"]): entry["why"] for entry in known}
    print(f"{counted} mutants: {killed} killed, {len(survived)} survived ({killed / counted:.1%} killed)")
    print(f"{len(looks)} more survived that change the looks of a figure alone")
    wrong = len(unchecked)
    for mutant in survived:
        if not reasons.get(mutant):
            wrong += 1
            print("survives without a reason: " + json.dumps(mutant, ensure_ascii=False))
    for mutant in reasons.keys() - set(survived):
        wrong += 1
        print("has a reason and does not survive: " + json.dumps(mutant, ensure_ascii=False))
    return wrong or killed < LEAST * counted


if __name__ == "__main__":
    sys.exit(bool(main()))
