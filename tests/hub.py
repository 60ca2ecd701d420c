"""`make hub-test`: open the hub of hub/ for two readers, and try to get in where one must not.

It runs in a mount namespace of its own, with a copy of /etc: the accounts that it makes are seen by
nobody else and are gone when it ends. That takes Linux and root.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
from conftest import read_page
from load import memory
from matrix import ROOT
from remote import answers, free_port, open_notebook, run_page, wait

PAGE = "chapters/1_linear_regression/1_2_1_2-descent-and-backward-propagation.md"


def run(command, said=None):
    return subprocess.run(command, input=said, text=True, check=True, capture_output=True).stdout


class Visitor:
    """Someone with a browser of their own."""

    def __init__(self, address):
        self.address, self.browser = address, requests.Session()

    def get(self, path):
        return self.browser.get(self.address + path, timeout=30)

    def log_in(self, name, password):
        """Fill in the form, and tell whether that opened the hub."""
        self.get("/hub/login")
        token = self.browser.cookies.get("_xsrf", path="/hub/")
        self.browser.post(self.address + "/hub/login?next=/hub/home", timeout=30,
                          data={"username": name, "password": password, "_xsrf": token})
        return self.get("/hub/home").url.endswith("/hub/home")

    def start_server(self, name):
        self.get("/hub/spawn")
        wait(lambda: self.get(f"/user/{name}/lab").url.endswith(f"/user/{name}/lab"), 60, "server")

    def stop_server(self, name):
        token = self.browser.cookies.get("_xsrf", path="/hub/")
        self.browser.delete(f"{self.address}/hub/api/users/{name}/server", headers={"X-XSRFToken": token}, timeout=30)
        wait(lambda: not self.get("/hub/api/user").json()["server"], 30, "end of the server")

    def server(self, name):
        """Return the address of a reader's server, with the token that our cookie for it holds."""
        for cookie in self.browser.cookies:
            if cookie.name == "_xsrf" and cookie.path == f"/user/{name}/":
                self.browser.headers["X-XSRFToken"] = cookie.value
        return f"{self.address}/user/{name}"


def try_out(address, passwords, home):
    """Do what readers do, and what they must not."""
    port = int(address.rsplit(":", 1)[1])
    assert not answers("127.0.0.2", port)  # a hub open to the network listens at every address of the machine
    print("listens at the address it was given, and at no other")

    for name, password in (("anna", passwords["berta"]), ("anna", ""), ("nobody-knows", "x")):
        assert not Visitor(address).log_in(name, password)
    run(["chpasswd"], "root:of the machine\nclara:not in the class\n")
    for name, password in (("root", "of the machine"), ("clara", "not in the class")):
        assert not Visitor(address).log_in(name, password)
    print("refuses a wrong password, and accounts of the machine that are not the class's")

    anna, berta, stranger = (Visitor(address) for _ in range(3))
    for visitor, name in ((anna, "anna"), (berta, "berta")):
        assert visitor.log_in(name, passwords[name])
        visitor.start_server(name)
        execute = open_notebook(visitor.browser, visitor.server(name), PAGE)
        assert execute("import os; print(os.geteuid(), os.path.expanduser('~'))")[0] == (
            f"{(home / name).stat().st_uid} {home / name}\n")
    assert "/hub/admin" not in anna.get("/hub/home").text
    assert anna.get("/hub/admin").status_code == 403
    print("lets two readers in, each with a server under their own account")

    hub = run(["pgrep", "-f", "bin/jupyterhub -f|configurable-http-proxy"])
    servers = run(["pgrep", "-u", "anna,berta", "-f", "bin/jupyterhub-singleuser"])
    print(f"takes {sum(map(memory, hub.split())):.0f} MB itself, {sum(map(memory, servers.split())) / 2:.0f} MB for a server")

    lines = run_page(open_notebook(anna.browser, anna.server("anna"), PAGE), read_page(ROOT / PAGE))
    assert lines
    print(f"runs {PAGE.rsplit('/', 1)[1]} to its end, with its {lines} printed lines")

    for path in ("/lab", "/api/contents", "/api/kernels", f"/files/{PAGE}"):
        assert anna.get(f"/user/anna{path}").ok
        assert berta.get(f"/user/anna{path}").status_code == 403
        answer = stranger.get(f"/user/anna{path}")
        assert answer.status_code == 403 or "/hub/login" in answer.url
    execute = open_notebook(berta.browser, berta.server("berta"), PAGE)
    for secret in (home / "anna" / "pages" / "README.md", ROOT / "hub" / "state" / "jupyterhub.sqlite"):
        assert secret.exists() and execute(f"open({str(secret)!r})") == ("", "PermissionError")
    for shared in (ROOT / "agml_helpers.py", ROOT / "hub" / "start"):
        assert execute(f"open({str(shared)!r}, 'a')") == ("", "PermissionError")
    print("keeps one reader out of the other's server and files, of the hub's, and strangers out of all")

    assert execute("import numpy as np; len(np.ones(10**9))") == ("", "MemoryError")
    assert execute("print(len(np.ones(10**7)))") == ("10000000\n", None)
    print("refuses a kernel more memory than its share")

    pages = home / "anna" / "pages"
    (pages / "index.md").write_text("mine\n")
    (pages / "README.md").unlink()
    anna.stop_server("anna")
    anna.start_server("anna")
    assert (pages / "index.md").read_text() == "mine\n"
    assert (pages / "README.md").read_bytes() == (ROOT / "README.md").read_bytes()
    print("keeps what a reader wrote, and brings back what they deleted")


def inside(folder):
    """In the namespace: make accounts, start the hub, try it, stop it."""
    home = folder / "home"
    home.mkdir()
    run(["mount", "-t", "tmpfs", "tmpfs", folder / "etc"])
    for name in ("upper", "work"):
        (folder / "etc" / name).mkdir()
    layers = f"lowerdir=/etc,upperdir={folder}/etc/upper,workdir={folder}/etc/work"
    run(["mount", "-t", "overlay", "overlay", "-o", layers, "/etc"])
    run(["useradd", "--defaults", "--base-dir", home])
    # from a file that Windows wrote, with an empty line, and with names that the machine knows
    made = run([ROOT / "hub" / "accounts"], "anna\r\nroot\r\nberta\r\n\r\nanna\r\n").splitlines()
    passwords = dict(line.split() for line in made)
    assert len(made) == 2 and sorted(passwords) == ["anna", "berta"]
    assert len(set(passwords.values())) == 2 and all(len(password) == 16 for password in passwords.values())
    run(["useradd", "--create-home", "clara"])

    state = ROOT / "hub" / "state"
    state.mkdir(mode=0o700, exist_ok=True)
    run(["mount", "-t", "tmpfs", "tmpfs", state])
    address = f"http://127.0.0.1:{free_port()}"
    log = folder / "log"
    with log.open("w") as stream:
        hub = subprocess.Popen(["make", "hub", f"ADDRESS={address}", "-o", "hub/.venv/.ready"], cwd=ROOT,
                               stdout=stream, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        wait(lambda: hub.poll() is not None or f"is now running at {address}" in log.read_text(), 30, "hub")
        assert hub.poll() is None
        try_out(address, passwords, home)
    except BaseException:
        print(log.read_text())
        raise
    finally:
        os.killpg(hub.pid, signal.SIGTERM)
        hub.wait(30)  # make, that is: the hub itself stops its servers first
    wait(lambda: subprocess.run(["pgrep", "-u", "anna,berta"], capture_output=True).returncode == 1, 30, "end")
    print("leaves no server behind when it stops")


if __name__ == "__main__":
    if sys.argv[1:]:
        inside(Path(sys.argv[1]))
    else:
        if os.geteuid() != 0 or not shutil.which("unshare"):
            sys.exit("make hub-test needs Linux and root: sudo make hub-test")
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            (Path(folder) / "etc").mkdir()
            done = subprocess.run(["unshare", "--mount", "--propagation", "private", sys.executable, __file__, folder])
        sys.exit(done.returncode)
