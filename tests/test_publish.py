"""Publishing: the links that the block of _config.yml makes, the workflows, the license and the guides."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import nbformat
import publish
import pytest
import yaml
from bs4 import BeautifulSoup
from sphinx.errors import ConfigError

import agml_helpers as ag
from conftest import MAKE_BOOK, PAGES, ROOT

WORKFLOWS = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in (ROOT / ".github" / "workflows").glob("*.yml")
}
TARGETS = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split())

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
    """Return every address in the markup of a page that doesn't lead into the book."""
    page = BeautifulSoup(
        (folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8"), "html.parser"
    )
    return sorted(
        {
            value
            for tag in page.find_all(True)
            for value in tag.attrs.values()
            if isinstance(value, str) and re.match("(https?:)?//", value)
        }
    )


def test_without_an_address_nothing_leads_out(small):
    folder, run, page = small
    fill_in(folder, {"url": "", "baseurl": ""})
    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    assert links_out(folder, "index") == links_out(folder, page) == []
    assert not (folder / "_build" / "html" / "sitemap.xml").exists()


def test_filled_in_every_link_leads_where_it_should(small):
    folder, run, page = small
    fill_in(folder, FILLED)
    code, said = run(*MAKE_BOOK)
    assert code == 0, said
    site, notebook = FILLED["baseurl"], f"{page.split('/')[1]}.ipynb"
    for name, runs in ("index", False), (page, True):
        links = {
            (urlsplit(link).netloc, urlsplit(link).path): parse_qs(urlsplit(link).query)
            for link in links_out(folder, name)
        }
        assert links.pop(("ada.github.io", f"/companion/{name}.html")) == {}
        assert links.pop(("github.com", "/ada/companion")) == {}
        assert links.pop(("github.com", f"/ada/companion/edit/trunk/{name}.md")) == {}
        issue = links.pop(("github.com", "/ada/companion/issues/new"))
        assert issue["title"] == [f"Issue on page /{name}.html"]
        if runs:
            assert links.pop(("mybinder.org", "/v2/gh/ada/companion/notebooks")) == {
                "urlpath": [f"lab/tree/{notebook}"]
            }
            assert (
                links.pop(("colab.research.google.com", f"/github/ada/companion/blob/notebooks/{notebook}"))
                == {}
            )
            assert links.pop(("hub.example.edu", "/hub/user-redirect/git-pull")) == {
                "repo": [PLACE],
                "branch": ["notebooks"],
                "urlpath": [f"lab/tree/companion/{notebook}"],
            }
        assert links == {}
    listed = re.findall("<loc>(.*)</loc>", (folder / "_build" / "html" / "sitemap.xml").read_text())
    assert listed == [f"{site}{name}.html" for name in (page, "index")]

    (script,) = [step["run"] for step in steps(WORKFLOWS["book"]) if "zipfile" in step.get("run", "")]
    code, said = run("bash", "-e", "-c", script)
    assert code == 0, said
    branch = folder / "_build" / "agml-companion"
    _, code = nbformat.read(branch / notebook, as_version=4).cells[0].source.split("\n", 1)
    assert code.startswith(publish.first_cell(PLACE))
    assert {"README.md", "index.ipynb", "requirements.txt", "runtime.txt", "title.svg"} | {
        path.name for path in ROOT.glob("agml_*.[jp]*")
    } == {path.name for path in branch.iterdir()} - {notebook}


def test_notebook_opened_alone_gets_the_modules(tmp_path):
    """Its first cell, in a Python that has nothing installed, with the modules here instead of on the web."""
    place = "https://raw.githubusercontent.com/ada/companion/notebooks"
    cell = publish.first_cell(PLACE)
    assert cell.count(place) == 1
    cell = cell.replace(place, ROOT.as_uri())
    subprocess.run([sys.executable, "-ISc", cell], cwd=tmp_path, check=True)
    modules = {path.name: path.read_bytes() for path in ROOT.glob("agml_*.[jp]*")}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == modules


@pytest.mark.parametrize(
    "url, baseurl, said",
    [
        ("github.com/ada/companion", "", "repository.url {} https://github.com/NAME/REPOSITORY, got github"),
        ("https://github.com/ada", "", "repository.url {} https://github.com/NAME/REPOSITORY, got https://g"),
        (PLACE, "ada.github.io", "html.baseurl {} https://NAME.github.io/REPOSITORY/, got ada"),
    ],
)
def test_an_address_in_another_form_is_refused(url, baseurl, said):
    with pytest.raises(ConfigError, match=said.format("in _config.yml must look like")):
        publish.read_addresses(
            None, SimpleNamespace(html_theme_options={"repository_url": url}, html_baseurl=baseurl)
        )


def steps(workflow):
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


def made(workflow):
    """Return the targets that a workflow makes, those that a matrix names among them."""
    runs = "\n".join(step.get("run", "") for step in steps(workflow))
    matrices = (job.get("strategy", {}).get("matrix", {}) for job in workflow["jobs"].values())
    return set(re.findall(r"\bmake (\w+)", runs)).union(*(matrix.get("target", []) for matrix in matrices))


def test_workflows_make_every_target_that_needs_no_person():
    assert made(WORKFLOWS["book"]) == {"book", "pdf", "slow", "test"}
    assert made(WORKFLOWS["book"]) | made(WORKFLOWS["weekly"]) == TARGETS - {
        "help",
        "lab",
        "clean",
        "load",
        "lint",
    }


def test_workflows_may_do_no_more_than_they_must():
    allowed = {
        name: job["permissions"] for workflow in WORKFLOWS.values() for name, job in workflow["jobs"].items()
    }
    assert allowed == {
        "test": {"contents": "read"},
        "newest": {"contents": "read"},
        "slow": {"contents": "read"},
        "pages": {"pages": "write", "id-token": "write"},
        "notebooks": {"contents": "write"},
        "report": {"issues": "write"},
    }
    for workflow in WORKFLOWS.values():
        assert workflow["permissions"] == {}
        assert "secrets." not in yaml.dump(workflow)
        for job in workflow["jobs"].values():
            assert job["timeout-minutes"]
        for step in steps(workflow):
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step.get("uses", "actions/x@" + 40 * "0"))


def test_only_what_passed_on_the_default_branch_is_published():
    jobs = WORKFLOWS["book"]["jobs"]
    for name in ("pages", "notebooks"):
        assert jobs[name]["needs"] == "test"
        assert jobs[name]["if"] == (
            "github.event_name != 'pull_request' && github.ref_name == github.event.repository.default_branch"
        )
    runs = [step.get("run") or step["uses"].split("@")[0] for step in jobs["test"]["steps"]]
    assert runs.index("make test") < runs.index("actions/upload-pages-artifact")
    assert "github-pages" not in yaml.dump(WORKFLOWS["weekly"])


def test_notebooks_are_committed_on_top_of_the_last(tmp_path):
    """The workflow's own script, against a repository in a folder."""
    (script,) = [step["run"] for step in WORKFLOWS["book"]["jobs"]["notebooks"]["steps"] if "run" in step]
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", remote], check=True)

    def git(*command):
        return subprocess.run(
            ["git", "--git-dir", remote, *command], check=True, capture_output=True, text=True
        ).stdout

    for count, files in enumerate([{"a": "1", "b": "1"}, {"a": "2", "c": "1"}, {"a": "2", "c": "1"}]):
        folder = tmp_path / str(count)
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.ipynb").write_text(text)
        subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=folder,
            check=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "REMOTE": str(remote), "GITHUB_SHA": "abc"},
        )
        assert git("ls-tree", "--name-only", "notebooks").split() == [
            f"{name}.ipynb" for name in sorted(files)
        ]
        assert git("show", "notebooks:a.ipynb") == files["a"]
    assert git("log", "--format=%s", "notebooks").splitlines() == ["The notebooks of abc"] * 2


def test_license_and_citation_say_the_same_as_the_package():
    project = tomllib.loads(read("pyproject.toml"))["project"]
    citation = yaml.safe_load(read("CITATION.cff"))
    assert (citation["version"], citation["license"]) == (ag.__version__, project["license"])
    (license,) = project["license-files"]
    text = read(license)
    assert "BSD 3-Clause License" in text and "\nAttribution 4.0 International\n" in text
    assert "Neither part covers the printed book" in text


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "README.md"])
def test_what_a_guide_mentions_exists(name):
    prose = re.sub(r"^(`{3,4})(?:md|yaml|python)\n.*?^\1$", "", read(name), flags=re.M | re.S)
    mentioned = set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose))
    paths = {
        word
        for word in mentioned
        if re.fullmatch(r"[\w./-]+(/|\.\w+)", word) and not word.startswith("_build")
    }
    assert len(paths) >= 10
    missing = {path for path in paths if not (ROOT / path).exists()}
    assert missing <= {"beyond/b14-two-points.md"}
    assert set(re.findall(r"(?:`|^)make (\w+)", prose, re.M)) <= TARGETS
    for program, name in re.findall(r"^\.venv/bin/(\w+) (\S+)$", prose, re.M):
        assert Path(sys.prefix, "bin", program).exists()
        assert (ROOT / name).exists()
    for link in re.findall(r"\]\(([\w./-]+)\)", prose):
        assert (ROOT / unquote(link)).exists(), link


def test_roles_stay_on_one_line():
    """The next Jupyter Book doesn't read a link with a line break."""
    broken = [
        (path.name, role)
        for path in PAGES
        for role in re.findall(r"\{(?:doc|ref)\}`[^`\n]*\n[^`]*`", path.read_text(encoding="utf-8"))
    ]
    assert broken == []
