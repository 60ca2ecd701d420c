"""Print the mutants of our modules that no test kills, and fail when they are too many.

Runs after mutmut, from the top folder. What draws figures is left out: tests that restate colors and sizes
prove nothing. So is `guard` with its doors, which are built when a module is imported: mutmut puts a mutant
in its place only later.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

LEAST = 0.95
LEFT_OUT = re.compile(r"\.x_(plot_\w+|_draw_\w+|tick_style|level_colors|axes_in_space|door|guard)__mutmut")


def main():
    codes = {
        name: code
        for path in sorted(Path("mutants").glob("*.py.meta"))
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items()
        if not LEFT_OUT.search(name)
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
