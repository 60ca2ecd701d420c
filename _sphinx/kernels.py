"""Start kernels quickly: import what pages need once, then fork for each of them.

Each line that comes in names a connection file, a folder, and another one for dark figures, or none for
paper, which gets its figures as PDF too. The number of the new process goes out.
"""

import os
import signal
import sys

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

import matplotlib.pyplot as plt
import sympy  # noqa: F401
from ipykernel.kernelapp import IPKernelApp

import agml_explorers  # noqa: F401
import darkfigures  # noqa: F401

sys.modules["debugpy"] = None  # every kernel would take a fifth of a second to import its debugger
plt._draw_all_if_interactive = lambda: None  # a figure is drawn when it is shown, and not once before
OPTIONS = [
    "--log-level=ERROR",
    f"--IPKernelApp.parent_handle={os.getpid()}",  # it ends when this process is gone
    "--HistoryManager.enabled=False",
]
SCREEN = [
    "--ext=darkfigures",
    "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', 'pil_kwargs': {'compress_level': 1}}",
]
PAPER = ["--InlineBackend.figure_formats={'png', 'pdf'}"]
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    file, folder, dark = line.rstrip("\n").split("\t")
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.chdir(folder)
        sys.path[0] = ""
        os.environ["DARK_FIGURES"] = dark
        IPKernelApp.launch_instance(["-f", file, *OPTIONS, *(SCREEN if dark else PAPER)])
        os._exit(0)
    print(child, flush=True)
