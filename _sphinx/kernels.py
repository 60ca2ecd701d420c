"""Start kernels quickly: one process imports what pages need, and is forked for each of them."""

import os
import signal
import subprocess
import sys
from importlib import import_module
from threading import Lock

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner


class Process:
    """A process that somebody else has started, with what Jupyter uses of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0

    def wait(self):
        return 0

    def send_signal(self, number):
        os.kill(self.pid, number)


class Forked(LocalProvisioner):
    """Has a kernel forked, with options of IPython's, instead of starting one."""

    async def launch_kernel(self, cmd, **kwargs):
        told = self.parent.connection_file, kwargs["cwd"], *self.options
        self.process = Process(self.kernels.fork(told))
        return self.connection_info


class Kernels:
    """The process that kernels are forked from."""

    def __init__(self):
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([sys.executable, __file__], text=True, stdin=pipe, stdout=pipe)
        self.lock = Lock()

    def fork(self, told):
        """Tell the process a connection file, a folder, and options; return the number of the kernel's."""
        with self.lock:
            print(*told, sep="\t", file=self.process.stdin, flush=True)
            return int(self.process.stdout.readline())

    def manager(self, kind=AsyncKernelManager, options=()):
        """Return what Jupyter manages a kernel by, which has not yet begun."""
        manager = kind(kernel_name="python3")
        # its keys are for kernels that get an environment of their own
        manager.transport_encryption = "disabled"
        manager.provisioner = Forked(kernel_id="", kernel_spec=manager.kernel_spec, parent=manager)
        manager.provisioner.kernels, manager.provisioner.options = self, options
        return manager

    def close(self):
        self.process.communicate()


def serve():
    """Fork a kernel for every line that comes in, and answer by its number."""
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"

    import matplotlib.pyplot as plt
    from ipykernel.kernelapp import IPKernelApp

    for module in "sympy", "agml_explorers", "darkfigures":
        import_module(module)
    sys.modules["debugpy"] = None  # every kernel would take a fifth of a second to import its debugger
    plt._draw_all_if_interactive = lambda: None  # a figure is drawn when it is shown, and not once before
    ours = [
        "--log-level=ERROR",
        f"--IPKernelApp.parent_handle={os.getpid()}",  # it ends when this process is gone
        "--HistoryManager.enabled=False",
    ]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        file, folder, *options = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            os.chdir(folder)
            sys.path[0] = ""
            IPKernelApp.launch_instance(["-f", file, *ours, *options])
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    serve()
