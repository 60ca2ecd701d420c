"""What only the network can show: a published page runs in the browser, and prints what was saved in it.

weekly.yml runs this, once the block of _config.yml that begins with `repository` has the published address.
"""

import pytest
import yaml

from remote import READY, WITH_EXPLORERS, call
from shared import ROOT


def test_a_published_page_prints_what_was_saved_in_it(browser):
    base = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["html"]["baseurl"]
    if not base:
        pytest.skip("the book is not published: html.baseurl in _config.yml is empty")
    tab = browser.new_page()
    tab.set_default_timeout(600_000)
    tab.goto(f"{base.rstrip('/')}/lite/lab/index.html?path={WITH_EXPLORERS}")
    tab.wait_for_function(READY)
    saved, printed = call(tab, "runAll", module="jupyterlab")
    assert printed == saved and sum(text.count("\n") for text in saved) > 10
    tab.locator(".agml .numbers").first.wait_for()
