"""Start kernels quickly: import what pages need once, then fork for each of them.

Each line that comes in names a connection file and a folder; the number of the new process goes out.
"""

import os
import signal
import sys

os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

import matplotlib.pyplot  # noqa: F401
import sympy  # noqa: F401
from ipykernel.kernelapp import IPKernelApp

import agml_explorers  # noqa: F401
import darkfigures  # noqa: F401

OPTIONS = [
    "--log-level=ERROR",
    f"--IPKernelApp.parent_handle={os.getpid()}",
]  # it ends when this process is gone
OPTIONS += ["--ext", "darkfigures"] if "DARK_FIGURES" in os.environ else []
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    file, folder = line.rstrip("\n").split("\t")
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        os.chdir(folder)
        sys.path[0] = ""
        IPKernelApp.launch_instance(["-f", file, *OPTIONS])
        os._exit(0)
    print(child, flush=True)
