"""All pages in a browser, in `make lab`: they read like the book, and run; test_elsewhere.py has the zip."""

import re
import urllib.error
import urllib.request

import pytest

from remote import answers, differs, faults, look, make_lab
from shared import DOCS, ROOT

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
    assert not answers("127.0.0.2", port)
    assert not (home / ".jupyter").exists() and not (home / ".config" / "jupyter").exists()


def test_every_page_reads_like_the_book_in_make_lab(browser, ours):
    address, _ = ours
    pages = sorted(
        path for path in (ROOT / "_build" / "notebooks").iterdir() if path.suffix in (".ipynb", ".md")
    )
    seen = look(browser, address, [path.name for path in pages])
    wrong = {path.name: faults(path.name, seen) + differs(seen[path.name], path) for path in pages}
    for path, page in seen.items():
        coarse = [picture for picture in page["pictures"] if picture[1] < 1.5 * picture[0]]
        wrong[path] += [f"{fine} pixels for {width}" for width, fine in coarse]
        wrong[path] += ["another font"] * ("STIX Two Text Variable" not in page["fonts"])
    assert {path: found for path, found in wrong.items() if found} == {} and len(seen) == len(DOCS)
