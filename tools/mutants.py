"""Count the mutants of agml_helpers.py and agml_algebra.py that the tests kill, and hold every survivor against its reason.

Runs after mutmut, from the top folder. A survivor is known by its function and the lines that it
changes; its number would shift with every edit.
"""

import json
import subprocess
import sys
from pathlib import Path

import yaml

TESTS = Path(__file__).resolve().parent
LEAST = 0.95


def change(name):
    """Return the function of a mutant, the lines it removes and the lines it adds."""
    mutmut = Path(sys.executable).with_name("mutmut")
    shown = subprocess.run([mutmut, "show", name], capture_output=True, text=True, check=True).stdout.splitlines()
    lines = [line for line in shown if not line.startswith(("---", "+++", "#"))]
    removed, added = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return name.split(".x_")[1].rpartition("__mutmut")[0], removed, added


def main():
    codes = {name: code for module in ("agml_algebra", "agml_helpers") for name, code in
             json.loads(Path(f"mutants/{module}.py.meta").read_text())["exit_code_by_key"].items()}
    unchecked = [name for name, code in codes.items() if code is None]
    survived = [change(name) for name, code in codes.items() if code in (0, 33)]  # 33: no test reaches it
    killed = len(codes) - len(unchecked) - len(survived)
    known = yaml.safe_load((TESTS / "survivors.yml").read_text(encoding="utf-8"))
    reasons = {(entry["function"], entry["before"], entry["after"]): entry["why"] for entry in known}
    print(f"{len(codes)} mutants: {killed} killed, {len(survived)} survived ({killed / len(codes):.1%} killed)")
    wrong = len(unchecked)
    for mutant in survived:
        if not reasons.get(mutant):
            wrong += 1
            print("survives without a reason: " + json.dumps(mutant, ensure_ascii=False))
    for mutant in reasons.keys() - set(survived):
        wrong += 1
        print("has a reason and does not survive: " + json.dumps(mutant, ensure_ascii=False))
    return wrong or killed < LEAST * len(codes)


if __name__ == "__main__":
    sys.exit(bool(main()))
