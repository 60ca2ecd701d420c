"""Publishing: the links that the block of _config.yml makes, the workflows, the license and the guides."""

import ast
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

import agml_helpers as ag
from _sphinx import publish
from shared import MAKE_BOOK, ROOT

PLACE = "https://github.com/ada/companion"
FILLED = {
    "url": PLACE,
    "branch": "trunk",
    "baseurl": "https://ada.github.io/companion/",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
    "jupyterhub_url": "https://hub.example.edu",
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def fill_in(folder, values):
    """Write values into the block of the copy's _config.yml."""
    path = folder / "_config.yml"
    text = path.read_text(encoding="utf-8")
    for key, value in values.items():
        text, count = re.subn(rf"^  {key}: \S+", f'  {key}: "{value}"', text, flags=re.M)
        assert count == 1, key
    path.write_text(text, encoding="utf-8")


def links_out(folder, name):
    """Return every address in the markup of a page that doesn't lead into the book, with what it asks for."""
    page = BeautifulSoup(read(folder / "_build" / "html" / f"{name}.html"), "html.parser")
    values = [value for tag in page.find_all(True) for value in tag.attrs.values() if isinstance(value, str)]
    links = {value for value in values if re.match("(https?:)?//", value)}
    return {link.partition("?")[0]: parse_qs(urlsplit(link).query) for link in links}


def test_without_an_address_nothing_leads_out(small):
    folder, run, page = small
    fill_in(folder, {"url": "", "baseurl": ""})
    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    assert links_out(folder, "index") == links_out(folder, page) == {}


def test_filled_in_every_link_leads_where_it_should(small):
    folder, run, page = small
    fill_in(folder, FILLED)
    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    site, notebook = FILLED["baseurl"], f"{page.split('/')[1]}.ipynb"
    for name in "index", page:
        links = links_out(folder, name)
        assert links.pop(f"{PLACE}/issues/new")["title"] == [f"Issue on page /{name}.html"]
        expected = {address: {} for address in (f"{site}{name}.html", f"{site}_static/card.png", PLACE)}
        expected[f"{PLACE}/edit/trunk/{name}.md"] = {}
        if name == page:
            expected |= {
                f"{site}lite/lab/index.html": {"path": [notebook]},
                "https://mybinder.org/v2/gh/ada/companion/notebooks": {"urlpath": [f"lab/tree/{notebook}"]},
                f"https://colab.research.google.com/github/ada/companion/blob/notebooks/{notebook}": {},
                "https://hub.example.edu/hub/user-redirect/git-pull": {
                    "repo": [PLACE],
                    "branch": ["notebooks"],
                    "urlpath": [f"lab/tree/companion/{notebook}"],
                },
            }
        assert links == expected
    listed = re.findall("<loc>(.*?)</loc>", read(folder / "_build" / "html" / "sitemap.xml"))
    assert sorted(listed) == [f"{site}{name}.html" for name in (page, "genindex", "index")]

    code, said = run("bash", "-e", "-c", script("test", "zipfile"))
    assert code == 0, said
    branch = folder / "_build" / "agml-companion"
    first, *_ = nbformat.read(branch / notebook, as_version=4).cells
    assert first.source.startswith(publish.first_cell(PLACE, "import agml_helpers"))
    assert {"README.md", "agml_printed.json", "index.ipynb", "requirements.txt", "runtime.txt"} | {
        path.name for path in ROOT.glob("agml_*.[jp]*")
    } == {path.name for path in branch.iterdir()} - {notebook}


@pytest.mark.parametrize(
    "code, files",
    [
        ("import numpy as np", []),
        ("import agml_helpers as ag\nfrom math import pi", ["agml_checks.py", "agml_helpers.py"]),
        ("import nowhere.at.all", []),
    ],
)
def test_notebook_opened_alone_gets_what_it_needs(tmp_path, monkeypatch, code, files):
    """Its first cell asks pip for packages, in vain without an index, and fetches modules, from here."""
    place = "https://raw.githubusercontent.com/ada/companion/notebooks"
    here = ROOT / "_build" / "notebooks"
    cell = publish.first_cell(PLACE, code).replace(place, here.as_uri())
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    command = [sys.executable, "-m", "IPython", "--colors=nocolor", "-c", cell]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    files = [*files, "agml_printed.py", "agml_printed.json"]
    assert found == {name: (here / name).read_bytes() for name in files}
    if "nowhere" in code:
        assert "No matching distribution found for nowhere\n" in done.stderr
        assert re.search(f"^ImportError: No module named 'nowhere'. All .*: {PLACE}/tree/", done.stdout, re.M)
    else:
        assert (done.stdout, done.stderr) == ("", "")
    ast.parse(re.sub("^%.*", "", cell, flags=re.M))  # no magic stands in a block, for programs without any


@pytest.mark.parametrize("url, baseurl", [("https://github.com/ada", ""), (PLACE, "ada.github.io")])
def test_an_address_in_another_form_is_refused(url, baseurl):
    config = SimpleNamespace(html_theme_options={"repository_url": url}, html_baseurl=baseurl)
    with pytest.raises(ConfigError, match=f"in _config.yml must look like https.*, got {baseurl or url}$"):
        publish.read_addresses(None, config)


def script(job, part):
    """Return the one script of a job of book.yml that has this part."""
    steps = yaml.safe_load(read(".github/workflows/book.yml"))["jobs"][job]["steps"]
    (found,) = [step["run"] for step in steps if part in step.get("run", "")]
    return found


def test_notebooks_are_committed_on_top_of_the_last(tmp_path):
    """The workflow's own script, against a repository in a folder."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)

    commit = ["bash", "-e", "-c", script("notebooks", "git push")]
    given = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "REMOTE": str(remote), "GITHUB_SHA": "abc"}

    def git(*command):
        command = ["git", "--git-dir", remote, *command]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    for count, files in enumerate([{"a": "1", "b": "1"}, {"a": "2", "c": "1"}, {"a": "2", "c": "1"}]):
        folder = tmp_path / str(count)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        subprocess.run(commit, cwd=folder, check=True, env=given)
        assert git("ls-tree", "--name-only", "notebooks").split() == sorted(files)
        assert git("show", "notebooks:a") == files["a"]
    assert git("log", "--format=%s", "notebooks").splitlines() == ["The notebooks of abc"] * 2


def test_citation_says_the_same_as_the_package(built):
    """As the end of a page does."""
    project, citation = tomllib.loads(read("pyproject.toml"))["project"], yaml.safe_load(read("CITATION.cff"))
    assert (citation["version"], citation["license"]) == (ag.__version__, project["license"])
    said = built("appendix/glossary").select_one(".cite").get_text()
    assert f"Glossary.” {citation['title']}, version {ag.__version__}" in said


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_what_a_guide_mentions_exists(name):
    prose = re.sub(r"^(`{3,4})(?:md|yaml|python)\n.*?^\1$", "", read(name), flags=re.M | re.S)
    targets = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.M)[1].split()
    assert {*re.findall(r"(?:`|^)make (\w+)", prose, re.M)} <= {*targets}
    named = (
        r"(?<!`)`([\w./-]+(?:/|\.(?:cff|js|md|py|toml|txt|yml)))`(?!`)",
        r"^\.venv/bin/\w+ (\S+)$",
        r"\]\(([\w./-]+)\)",
    )
    paths = [path for pattern in named for path in re.findall(pattern, prose, re.M)]
    made = ("_build", "notebooks", "beyond/b99", "chapters/2_")
    missing = [path for path in paths if not (path.startswith(made) or (ROOT / path).exists())]
    assert missing == [] and len(paths) >= 10
