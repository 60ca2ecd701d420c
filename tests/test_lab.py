"""`make lab`: a reader's notebooks are the reader's, and a page is read from the place where she is."""

import importlib.util
import json
import re

import pytest
from playwright.sync_api import expect

from remote import make_lab
from shared import ROOT


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """_lab/bring.py, with folders of its own and a book of two pages."""
    spec = importlib.util.spec_from_file_location("bring", ROOT / "_lab" / "bring.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, folder in {"BUILT": "built", "OURS": "ours", "BROUGHT": "ours/.brought"}.items():
        monkeypatch.setattr(module, name, tmp_path / folder)
    module.BUILT.mkdir()
    (module.BUILT / "agml_helpers.py").touch()
    write(module.BUILT / "a.ipynb", "first")
    (module.BUILT / "b.md").write_text("# B\n")
    module.bring()
    return module


def write(path, *sources):
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources]}))


def pages(lab):
    """What a reader has, by name: the code of a notebook, the text of a page."""
    texts = {path.name: path.read_text() for path in lab.OURS.iterdir() if path.is_file()}
    return {
        name: [cell["source"] for cell in json.loads(text)["cells"]] if name.endswith(".ipynb") else text
        for name, text in texts.items()
    }


def test_a_build_brings_its_pages_over_nothing_of_the_readers(lab, capsys):
    page, ran = lab.OURS / "a.ipynb", '{"cells": [{"cell_type": "code", "source": "first", "outputs": []}]}'
    page.write_text(ran)
    lab.bring()
    assert page.read_text() == ran
    write(page, "first", "mine")
    (lab.OURS / "b.md").rename(lab.OURS / "copy.md")
    lab.bring()
    assert pages(lab) == {"a.ipynb": ["first", "mine"], "b.md": "# B\n", "copy.md": "# B\n"}
    assert capsys.readouterr().out == ""
    kept = {"a.ipynb": ["first", "mine"], "copy.md": "# B\n"}
    for new in "second", "third":  # the copy beside the page is exchanged until somebody writes in it
        write(lab.BUILT / "a.ipynb", new)
        (lab.BUILT / "b.md").write_text(new)
        lab.bring()
        assert pages(lab) == kept | {"a (new).ipynb": [new], "b.md": new}
        assert capsys.readouterr().out.startswith("a.ipynb has your changes, and stays.")
    (lab.BUILT / "a.ipynb").unlink()
    (lab.BUILT / "b.md").unlink()
    lab.bring()
    assert pages(lab) == kept | {"a (new).ipynb": ["third"]}
    (lab.OURS / "b.md").write_text("third")  # which is the reader's from now on
    lab.bring()
    assert (lab.OURS / "b.md").exists()


def test_a_page_is_restored_and_what_was_there_stays(lab):
    for name in "mine", "more":
        write(lab.OURS / "a.ipynb", name)
        lab.restore("a")
    kept = {"a (mine).ipynb": ["mine"], "a (mine 2).ipynb": ["more"]}
    assert pages(lab) == kept | {"a.ipynb": ["first"], "b.md": "# B\n"}
    with pytest.raises(SystemExit, match="^PAGE must be one of a, b; got 'agml_helpers'$"):
        lab.restore("agml_helpers")


@pytest.mark.slow
def test_links_land_and_run_all_cells_stays(browser, tmp_path):
    with make_lab(tmp_path) as (address, _):
        lab = browser.new_page(viewport={"width": 1280, "height": 1000})
        lab.goto(address, timeout=180_000)
        lab.get_by_role("link", name="1.2 Univariate Linear Models").click(timeout=180_000)
        tab = lab.get_by_role("tab", name="1_2-univariate-linear-models.ipynb")
        page = lab.locator(".jp-NotebookPanel:visible")
        errata = "[data-jupyter-id='A-random-sample,-evenly-spaced']"
        for link, place in ("weight", "strong:text-is('Weight')"), ("erratum", errata):
            page.get_by_role("link", name=link, exact=True).first.click(timeout=180_000)
            expect(lab.locator(place)).to_be_in_viewport(timeout=180_000)
            tab.click()
        lab.wait_for_function(  # JupyterLab loses what is run before it has a kernel
            "() => jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status == 'idle'"
        )
        model = "jupyterapp.shell.currentWidget.context.model"
        assert not lab.evaluate(f"{model}.dirty")
        place = lab.locator("[data-jupyter-id=The-model]")
        place.evaluate("heading => heading.scrollIntoView()")
        top, hidden = place.bounding_box()["y"], page.locator(".jp-Cell.lm-mod-hidden").count()
        lab.evaluate(f"for (const cell of {model}.cells) cell.clearExecution?.()")
        lab.get_by_role("menuitem", name="Run", exact=True).click()
        lab.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        last = page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
        expect(last).to_have_text(re.compile(r"\d+"), timeout=180_000)
        assert abs(place.bounding_box()["y"] - top) < 2
        assert page.locator(".jp-Cell.lm-mod-hidden").count() == hidden > 0
        lab.close()
