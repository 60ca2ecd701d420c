"""`make lab`: a reader's notebooks are the reader's, and a page is read from the place where she is."""

import importlib
import json
import re

import pytest
from playwright.sync_api import expect

from remote import make_lab
from shared import ROOT


def notebook(source, **given):
    return json.dumps({"cells": [{"cell_type": "code", "source": source, **given}]})


def pages(lab):
    return {path.name: path.read_text() for path in lab.OURS.iterdir() if path.is_file()}


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """_lab/bring.py, with folders of its own and a book of two pages."""
    monkeypatch.syspath_prepend(ROOT / "_lab")
    module = importlib.import_module("bring")
    for name, folder in {"BUILT": "built", "OURS": "ours", "BROUGHT": "ours/.brought"}.items():
        monkeypatch.setattr(module, name, tmp_path / folder)
    module.BUILT.mkdir()
    for name, text in {"agml_helpers.py": "", "a.ipynb": notebook("first"), "b.md": "first"}.items():
        (module.BUILT / name).write_text(text)
    module.bring()
    return module


def test_a_build_brings_its_pages_over_nothing_of_the_readers(lab, capsys):
    for mine in notebook("first", outputs=[]), notebook("mine"):
        (lab.OURS / "a.ipynb").write_text(mine)
        lab.bring()
        assert pages(lab) == {"a.ipynb": mine, "b.md": "first"} and capsys.readouterr().out == ""
    (lab.OURS / "b.md").rename(lab.OURS / "copy.md")
    lab.bring()
    kept = {"a.ipynb": mine, "copy.md": "first"}
    assert pages(lab) == kept | {"b.md": "first"}
    for new in "second", "third":  # the copy beside the page is exchanged until somebody writes in it
        (lab.BUILT / "a.ipynb").write_text(notebook(new))
        (lab.BUILT / "b.md").write_text(new)
        lab.bring()
        assert pages(lab) == kept | {"a (new 1).ipynb": notebook(new), "b.md": new}
        assert capsys.readouterr().out.startswith("a.ipynb has your changes, and stays.")
    for name in "a.ipynb", "b.md":
        (lab.BUILT / name).unlink()
    lab.bring()
    assert pages(lab) == kept | {"a (new 1).ipynb": notebook(new)}
    (lab.OURS / "b.md").write_text(new)  # which is the reader's from now on
    lab.bring()
    assert (lab.OURS / "b.md").exists()


@pytest.mark.slow
def test_links_land_and_run_all_cells_stays(browser, tmp_path):
    with make_lab(tmp_path) as (address, _):
        lab = browser.new_page(viewport={"width": 1280, "height": 1000})
        lab.set_default_timeout(180_000)
        lab.goto(address)
        lab.get_by_role("link", name="1.2 Univariate Linear Models").click()
        tab = lab.get_by_role("tab", name="1_2-univariate-linear-models.ipynb")
        page = lab.locator(".jp-NotebookPanel:visible")
        errata = ["A-random-sample,-evenly-spaced", "The-best-fit"]
        for link, number, place in ("weight", 0, "Weight"), *(("erratum", *one) for one in enumerate(errata)):
            page.get_by_role("link", name=link, exact=True).nth(number).click()
            target = lab.locator(f"strong:text-is('{place}'), [data-jupyter-id='{place}']:visible")
            expect(target).to_be_in_viewport(timeout=180_000)
            tab.click()
        context = "jupyterapp.shell.currentWidget.context"  # what is run before there is a kernel is lost
        lab.wait_for_function(f"() => {context}.sessionContext.session?.kernel?.status == 'idle'")
        assert not lab.evaluate(f"{context}.model.dirty")
        place, hidden = lab.locator("[data-jupyter-id=The-model]"), page.locator(".jp-Cell.lm-mod-hidden")
        place.evaluate("heading => heading.scrollIntoView()")
        top, folded = place.bounding_box()["y"], hidden.count()
        lab.evaluate(f"for (const cell of {context}.model.cells) cell.clearExecution?.()")
        for item in "Run", "Run All Cells":
            lab.get_by_role("menuitem", name=item, exact=True).click()
        last = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
        expect(last).to_have_text(re.compile(r"\d+"), timeout=180_000)
        assert abs(place.bounding_box()["y"] - top) < 2 and hidden.count() == folded > 0
    # the bar at the foot, by now the active cell, covers what is behind it
    expect(page.locator(".jp-Cell.jp-mod-active")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
