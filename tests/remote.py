"""Servers to test: a port, and patience."""

import socket
import time


def free_port():
    """Return a port of this machine that nobody listens to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def answers(host, port):
    """Tell whether somebody listens there."""
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((host, port)) == 0


def wait(until, seconds, what):
    """Return what `until` gives as soon as it is true; fail after so many seconds without it."""
    end = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < end, f"no {what} after {seconds} s"
        time.sleep(0.1)
    return found
