"""Measure what one reader and what many take from a machine: `make load` writes it into appendix/class.md.

A reader is a JupyterLab, and a kernel for every page that is open. All of it ends with this program.
"""

import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from urllib.request import urlopen

import jupytext
from jupyter_client.manager import KernelManager

import measured
from matrix import ROOT, pages

READERS = (1, 2, 4, 8)
TIMES = 2  # other programs can only add time, and no memory: the least is taken


def memory(pid):
    """Return the megabytes that a process had at most, with its part of what it shares with others."""
    text = "".join(Path(f"/proc/{pid}/{name}").read_text() for name in ("smaps_rollup", "status"))
    size = {name: int(kilobytes) for name, kilobytes in re.findall(r"^(\w+):\s+(\d+) kB$", text, re.M)}
    return (size["VmHWM"] - size["VmRSS"] + size["Pss"]) * 1.024 / 1000


def open_lab(end):
    """Start a JupyterLab that ends with `end`; return its process when its page is there."""
    folder = end.enter_context(tempfile.TemporaryDirectory())
    options = (
        "--no-browser",
        "--allow-root",
        "--port=0",
        "--IdentityProvider.token=load",
        f"--ServerApp.root_dir={ROOT}",
        "--ServerApp.shutdown_no_activity_timeout=600",
    )  # it ends even if nobody stops it
    lab = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": folder},
    )
    end.callback(lab.wait)
    end.callback(lab.terminate)
    while lab.poll() is None:
        with suppress(OSError, ValueError):  # not yet told, or not yet there
            address = json.loads(Path(folder, f"jpserver-{lab.pid}.json").read_text())["url"]
            urlopen(f"{address}lab?token=load", timeout=300).close()
            return lab
        time.sleep(0.05)
    raise RuntimeError("JupyterLab ended")


def run(page, end):
    """Run a page in a kernel that ends with `end`; return seconds, those of a core, and the process."""
    begin = time.perf_counter()
    folder = end.enter_context(tempfile.TemporaryDirectory())
    kernel = KernelManager(transport="ipc", ip=f"{folder}/kernel")  # a port may be taken before it is used
    kernel.start_kernel(cwd=page.parent)
    end.callback(kernel.shutdown_kernel, now=True)
    client = kernel.blocking_client()
    end.callback(client.stop_channels)
    client.start_channels()
    client.wait_for_ready(timeout=300)
    for cell in jupytext.read(page).cells:
        if cell.cell_type == "code":
            reply = client.execute_interactive(
                cell.source, output_hook=lambda message: None, allow_stdin=False, timeout=1800
            )["content"]
            assert reply["status"] == "ok", (page, cell.source, reply)
    seconds = time.perf_counter() - begin
    pid = kernel.provisioner.pid
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return seconds, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), pid


def alone():
    """Return what each page takes, then the memory of JupyterLab alone and of all together, none closed."""
    with ExitStack() as end:
        processes = [open_lab(end).pid]
        empty, taken = memory(*processes), {}
        for page in pages():
            seconds, work, pid = run(page, end)
            processes.append(pid)
            taken[page] = seconds, work, memory(pid)
        return taken, empty, sum(map(memory, processes))


def together(count, page):
    """Return the seconds until so many readers have run the page."""
    with ExitStack() as end, ThreadPoolExecutor(count) as pool:
        begin = time.perf_counter()
        list(pool.map(run, [page] * count, [end] * count))
        return time.perf_counter() - begin


def title(page):
    """Return the number of a page, if it has one, and its title."""
    return " ".join(re.findall(r'^(?:number: "|# )([^"\n]+)', page.read_text(encoding="utf-8"), re.M)[:2])


def report():
    """Return the tables in Markdown."""
    already = f"{os.getloadavg()[0]:.1f} programs were at work on it already"
    yield f"Measured on: {measured.machine()}; {already}.\n"
    runs = [alone() for _ in range(TIMES)]
    least = {
        page: [min(values) for values in zip(*(taken[page] for taken, *_ in runs))] for page in runs[0][0]
    }
    empty, whole = (median(run[i] for run in runs) for i in (1, 2))
    busy = [sum(values) for values in zip(*least.values())]
    yield "| one reader | seconds | of a core | memory, MB |\n|---|---:|---:|---:|"
    yield f"| JupyterLab, before the first page |  |  | {empty:.0f} |"
    for page, (seconds, work, size) in least.items():
        yield f"| {title(page)} | {seconds:.1f} | {work:.1f} | {size:.0f} |"
    yield f"| All pages, one after the other, none closed | {busy[0]:.0f} | {busy[1]:.0f} | {whole:,.0f} |\n"

    by_work = sorted(least, key=lambda page: least[page][1])
    chosen = by_work[len(by_work) // 2], by_work[-1]
    middle, heavy = (f"*{title(page)}*" for page in chosen)
    yield f"The page in the middle by work is {middle}, the one with most work {heavy}.\n"
    yield "| readers at once | until all have run the middle page, s | the page with most work, s |"
    yield "|---:|---:|---:|"
    for count in READERS:
        times = [min(together(count, page) for _ in range(TIMES)) for page in chosen]
        yield f"| {count} | {times[0]:.1f} | {times[1]:.1f} |"

    three = empty + 3 * median(size for *_, size in least.values())
    plan = 100 * math.ceil(three / 80)  # a quarter more, for a hub's part and for what nobody measured
    busy = [30 * least[page][1] / 4 for page in chosen]
    yield (
        f"\n**Memory.** A reader with three pages open takes {three:.0f} MB. Plan with {plan} MB, and with "
        f"2 GB for the machine itself: 8 GB have room for {6000 // plan} readers, "
        f"32 GB for {30000 // plan}.\n"
    )
    yield (
        f"**Processor.** Work waits for a core. When thirty readers run {middle} at the same moment, four "
        f"cores are busy for {busy[0]:.0f} s; with {heavy}, for {busy[1]:.0f} s."
    )


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the cores are for many
    measured.write("class.md", "\n".join(report()))
