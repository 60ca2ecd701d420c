"""How pytest runs the pages of the book: each cell is a test, which nbval compares with its `prints:`."""

import pytest
from jupyter_client.manager import KernelManager
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile

from _sphinx.execution import environment, find_fonts, kernel
from agml_printed import differences
from shared import is_page, read_page


def kind(output):
    """Tell a figure and a listing from all else, which no cell can declare."""
    data = output.get("data", {})
    if "image/png" in data:
        return "figure"
    listed = output.output_type == "execute_result" and set(data) == {"text/markdown", "text/plain"}
    return "listing" if listed else str(data)


class Cell(IPyNbCell):
    """A cell that must print, draw and list what its metadata declare, and nothing else."""

    compared = False

    def compare_outputs(self, test, ref, skip_compare=None):
        self.compared = True
        metadata, tags = self.cell.metadata, self.cell.metadata.get("tags", [])
        declared = ["figure"] * ("mystnb" in metadata) + ["listing"] * ("listing" in tags)
        shown = [kind(output) for output in test if output.output_type != "stream"]
        printed = "".join(output.text for output in test if output.output_type == "stream")
        self.comparison_traceback = differences(printed, metadata.get("prints", ""))
        if shown != declared:
            self.comparison_traceback.append(f"{shown} where {declared} is declared")
        return not self.comparison_traceback

    def runtest(self):
        super().runtest()
        assert self.compared, "nbval ran the cell and compared nothing"


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
