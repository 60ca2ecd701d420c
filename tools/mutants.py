"""Print the mutants of our modules that no test kills, and fail when they are too many.

Runs after mutmut, from the top folder. What draws figures is left out: tests that restate colors and sizes
prove nothing. mutmut tries a mutant when the modules are imported, and so kills none of what runs then.
"""

import json
import subprocess
import sys
from pathlib import Path

LEAST = 0.9


def main():
    codes = {
        name: code
        for path in sorted(Path("mutants").glob("*.py.meta"))
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items()
        if ".x_plot_" not in name
    }
    unchecked = sum(code is None for code in codes.values())
    survived = [name for name, code in codes.items() if code in (0, 33)]  # 33: no test reaches it
    for name in survived:
        subprocess.run([Path(sys.executable).with_name("mutmut"), "show", name], check=True)
    killed = len(codes) - unchecked - len(survived)
    print(f"{len(codes)} mutants: {killed} killed, {len(survived)} survived, {unchecked} not tried")
    return unchecked or killed < LEAST * len(codes)


if __name__ == "__main__":
    sys.exit(bool(main()))
