"""How pytest runs the pages of the book: each cell is a test, which nbval compares with its `prints:`."""

from collections import Counter

import pytest
from jupyter_client.manager import KernelManager
from nbformat.v4 import new_output
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from _sphinx.execution import environment, find_fonts, kernel
from agml_printed import differences
from shared import is_page, read_page


class Cell(IPyNbCell):
    """A cell that must print, draw and list what its metadata declare, and nothing else."""

    compared = False

    def compare_outputs(self, test, ref, skip_compare=None):
        self.compared = True
        metadata, texts, found = self.cell.metadata, [], Counter()
        for output in test:
            data = output.get("data", {})
            if "image/png" in data:
                found["figure"] += 1
            elif output.output_type == "execute_result" and set(data) == {"text/markdown", "text/plain"}:
                found["listing"] += 1
            elif data:
                texts.append(new_output("stream", name="stdout", text=f"{data}\n"))
            else:
                texts.append(output)
        declared = Counter(
            ["figure"] * ("mystnb" in metadata) + ["listing"] * ("listing" in metadata.get("tags", []))
        )
        if found != declared:
            self.comparison_traceback = [f"{dict(found)} where {dict(declared)} is declared"]
            return False
        streams = ["".join(output.text for output in outputs) for outputs in (texts, ref)]
        self.comparison_traceback = differences(*streams)
        return not self.comparison_traceback

    def runtest(self):
        super().runtest()
        assert self.compared, "nbval ran the cell and compared nothing"
        lines = self.cell.metadata.get("prints", "").splitlines()
        self.user_properties.append(("compared", (str(self.parent.path), len(lines))))


class Kernel(RunningKernel):
    """A kernel as the build starts it, of this very Python and without anybody's settings."""

    def __init__(self, folder):
        find_fonts()
        self.km = kernel(KernelManager)
        # figures are counted, not looked at
        told = ["--log-level=ERROR", "--InlineBackend.print_figure_kwargs={'dpi': 20}"]
        self.km.start_kernel(cwd=str(folder), env=environment(), extra_arguments=told)
        self.kc = self.km.client()
        self.kc.start_channels()
        self.kc.wait_for_ready(timeout=60)


class Page(IPyNbFile):
    """A page, with one test for each of its cells."""

    def collect(self):
        for number, cell in enumerate(read_page(self.path)):
            options = {"skip": False, "check": True, "check_exception": False}
            yield Cell.from_parent(self, name=f"Cell {number}", cell_num=number, cell=cell, options=options)

    def setup(self):
        self.kernel = Kernel(self.path.parent)


# Hooks


def pytest_collect_file(file_path, parent):
    if is_page(file_path):
        return Page.from_parent(parent, path=file_path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep the cells of a page together, however tests are distributed: they share a kernel."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log) if config.getvalue("dist") != "each" else None


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed")
    compared = [value for report in reports for name, value in report.user_properties if name == "compared"]
    if compared:
        lines, pages = sum(count for _, count in compared), {page for page, _ in compared}
        terminalreporter.write_line(f"{lines} printed lines compared on {len(pages)} pages")
