"""Measure what one reader and what many take from a machine: `make load` writes it into appendix/class.md.

Every reader has a JupyterLab of their own, as on a hub, and runs pages in it as JupyterLab does: each
page in its own kernel, cell after cell. All of it is on this machine, and ends by itself.
"""

import itertools
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import requests
from bench import machine
from conftest import read_page
from matrix import ROOT, pages
from remote import open_notebook, run_page

READERS = (1, 2, 4, 8)
TIMES = 2  # other programs can only add time, and no memory: the least is taken
LONGEST = 3600  # seconds
TOKEN = "load"


def processes():
    """Return the children of every process of this machine."""
    children = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    return children


def memory(pid):
    """Return the megabytes that a process had at most, with its part of what it shares with others."""
    kilobytes = {}
    for file in ("smaps_rollup", "status"):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            name, _, value = line.partition(":")
            if value.endswith(" kB"):
                kilobytes[name] = int(value.split()[0])
    return (kilobytes["VmHWM"] - kilobytes["VmRSS"] + kilobytes["Pss"]) * 1.024 / 1000


def seconds(pid):
    """Return the seconds that a process has kept a core busy."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Reader:
    """A JupyterLab of its own."""

    def __init__(self, folder):
        self.folder = Path(tempfile.mkdtemp(dir=folder))
        names = ("CONFIG", "DATA", "RUNTIME")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
             f"--ServerApp.root_dir={ROOT}",
             f"--IdentityProvider.token={TOKEN}", "--ServerApp.shutdown_no_activity_timeout=600",
             "--MappingKernelManager.cull_idle_timeout=600"],  # they end even if nobody stops them
            env=os.environ | {f"JUPYTER_{name}_DIR": str(self.folder) for name in names}
                | {"IPYTHONDIR": str(self.folder), "OPENBLAS_NUM_THREADS": "1"},
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.browser = requests.Session()
        self.browser.headers["Authorization"] = f"token {TOKEN}"
        self.address = None

    def wait(self):
        """Return when the page of JupyterLab is there."""
        told = self.folder / f"jpserver-{self.process.pid}.json"
        while not self.address:
            time.sleep(0.05)
            assert self.process.poll() is None, "JupyterLab ended"
            try:
                address = json.loads(told.read_text())["url"].rstrip("/")
                assert self.browser.get(f"{address}/lab", timeout=300).ok
                self.address = address
            except (OSError, ValueError):  # not yet told, or not yet there
                continue

    def kernels(self):
        return processes().get(self.process.pid, [])

    def run(self, page):
        """Run a page in a new kernel; return the seconds until its last cell is done."""
        begin = time.perf_counter()
        run_page(open_notebook(self.browser, self.address, str(page.relative_to(ROOT))), read_page(page))
        return time.perf_counter() - begin

    def close_pages(self):
        for kernel in self.browser.get(f"{self.address}/api/kernels", timeout=60).json():
            self.browser.delete(f"{self.address}/api/kernels/{kernel['id']}", timeout=60)
        while self.kernels():
            time.sleep(0.05)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


def alone(folder):
    """Return, for a reader who is alone and closes nothing, what each page takes, and what all take together."""
    reader = Reader(folder)
    try:
        reader.wait()
        empty = memory(reader.process.pid)
        taken = {}
        for page in pages():
            before = set(reader.kernels())
            wall = reader.run(page)
            kernel, = set(reader.kernels()) - before
            taken[page] = wall, seconds(kernel), memory(kernel)
        return taken, empty, sum(map(memory, [reader.process.pid, *reader.kernels()]))
    finally:
        reader.stop()


def together(readers, page):
    """Return the seconds until every reader has run the page, and the memory and cores that they took."""
    def used():
        return sum(map(seconds, itertools.chain(*([r.process.pid, *r.kernels()] for r in readers))))

    before, begin = used(), time.perf_counter()
    with ThreadPoolExecutor(len(readers)) as pool:
        list(pool.map(Reader.run, readers, [page] * len(readers)))
    wall = time.perf_counter() - begin
    cores = (used() - before) / wall
    size = sum(map(memory, itertools.chain(*([r.process.pid, *r.kernels()] for r in readers)))) / len(readers)
    for reader in readers:
        reader.close_pages()
    return wall, size, cores


def measure_together(count, chosen, folder):
    """Return the seconds until every reader has a JupyterLab, and for each page the least of several runs."""
    begin = time.perf_counter()
    readers = [Reader(folder) for _ in range(count)]
    try:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(Reader.wait, readers))
        ready = time.perf_counter() - begin
        return ready, [min(together(readers, page) for _ in range(TIMES)) for page in chosen]
    finally:
        for reader in readers:
            reader.stop()


def title(page):
    """Return the number of a page, if it has one, and its title."""
    lines = page.read_text(encoding="utf-8").splitlines()
    number = [line.split('"')[1] for line in lines if line.startswith("number: ")]
    return " ".join([*number, next(line for line in lines if line.startswith("# "))[2:]])


def report():
    """Return the tables in Markdown."""
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for _ in range(TIMES):
            runs.append(alone(folder))
            print(f"alone: {sum(wall for wall, *_ in runs[-1][0].values()):.0f} s", file=sys.stderr, flush=True)
        least = {page: [min(run[0][page][i] for run in runs) for i in range(3)] for page in pages()}
        by_work = sorted(least, key=lambda page: least[page][1])
        chosen = by_work[len(by_work) // 2], by_work[-1]

        lines = [f"Measured on: {machine()}; {load:.1f} programs were at work on it already.", "",
                 "| one reader | seconds | of a core | memory, MB |", "|---|---:|---:|---:|",
                 f"| JupyterLab, before the first page |  |  | {median(run[1] for run in runs):.0f} |"]
        for page, (wall, work, size) in least.items():
            lines.append(f"| {title(page)} | {wall:.1f} | {work:.1f} | {size:.0f} |")
        lines.append(f"| All pages, one after the other, none closed | {sum(row[0] for row in least.values()):.0f} | "
                     f"{sum(row[1] for row in least.values()):.0f} | {median(run[2] for run in runs):,.0f} |")

        names = [f"*{title(page)}*" for page in chosen]
        lines += ["", f"The page in the middle by work is {names[0]}, the one with most work {names[1]}.", "",
                  "| readers at once | until all have JupyterLab, s | until all have run the middle page, s | the page with "
                  "most work, s | cores busy with it | memory of each, MB |", "|---:|---:|---:|---:|---:|---:|"]
        for count in READERS:
            ready, ((middle, *_), (heavy, size, cores)) = measure_together(count, chosen, folder)
            lines.append(f"| {count} | {ready:.1f} | {middle:.1f} | {heavy:.1f} | {cores:.1f} | {size:.0f} |")
            print(lines[-1], file=sys.stderr, flush=True)
        three = median(run[1] for run in runs) + 3 * median(size for *_, size in least.values())
        (_, work, _), (_, most, _) = (least[page] for page in chosen)
        plan = 100 * math.ceil(three / 80)  # a quarter more, for the hub's own part of a server and for what nobody measured
        lines += ["", f"**Memory.** A reader with three pages open takes {three:.0f} MB. Plan with {plan} MB, and with 2 GB "
                      f"for the machine itself: 8 GB have room for {6000 // plan} readers, 32 GB for {30000 // plan}.",
                  "", f"**Processor.** Work waits for a core. When thirty readers run {names[0]} at the same moment, four "
                      f"cores are busy for {30 * work / 4:.0f} s; with {names[1]}, for {30 * most / 4:.0f} s."]
    return "\n".join(lines)


def stop(number, _):
    raise SystemExit(f"not done after {LONGEST} s" if number == signal.SIGALRM else "stopped")


if __name__ == "__main__":
    for number in (signal.SIGALRM, signal.SIGTERM):  # or the servers would outlive it
        signal.signal(number, stop)
    signal.alarm(LONGEST)
    tables = report()
    print(tables)
    page = ROOT / "appendix" / "class.md"
    before, begin, rest = page.read_text(encoding="utf-8").partition("% measured\n")
    _, end, after = rest.partition("% end\n")
    page.write_text(f"{before}{begin}\n{tables}\n\n{end}{after}", encoding="utf-8")
