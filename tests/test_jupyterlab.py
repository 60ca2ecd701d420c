"""All pages in a browser, in `make lab`: they read like the book, and run; test_elsewhere.py has the zip."""

import re
import socket
import urllib.error
import urllib.request

import pytest

from remote import make_lab, read_all
from shared import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    with make_lab(tmp_path_factory.mktemp("project")) as (address, home):
        yield address, home


def test_the_server_is_for_its_reader_alone(ours):
    address, home = ours
    port = int(re.search(r":(\d+)/", address)[1])
    token = re.search(r"token=(\w+)", address)[1]
    contents = f"http://127.0.0.1:{port}/api/contents"
    with urllib.request.urlopen(f"{contents}?token={token}") as answer:
        assert answer.status == 200
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(contents)
    # a server that listened to the network would listen at all of the machine's addresses
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port))
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


def test_every_page_reads_like_the_book_in_make_lab(browser, ours):
    folder = ROOT / "_build" / "notebooks"
    pages = sorted(path for path in folder.iterdir() if path.suffix in (".ipynb", ".md"))
    seen, wrong = read_all(browser, ours[0], pages)
    assert wrong == {}
    pictures = [size for page in seen.values() for size in page["pictures"]]
    assert [size for size in pictures if size[1] < 1.5 * size[0]] == [] and len(pictures) > 20
    assert all("STIX Two Text Variable" in page["fonts"] for page in seen.values())
