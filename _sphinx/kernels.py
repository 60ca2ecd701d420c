"""Start kernels quickly: import what pages need once, then fork for each of them.

Each line that comes in names a connection file, a folder, and another one for dark figures, if they are
wanted; the number of the new process goes out.
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
    "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', 'pil_kwargs': {'compress_level': 1}}",
]
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
        if dark:
            os.environ["DARK_FIGURES"] = dark
            OPTIONS += ["--ext", "darkfigures"]
        IPKernelApp.launch_instance(["-f", file, *OPTIONS])
        os._exit(0)
    print(child, flush=True)
