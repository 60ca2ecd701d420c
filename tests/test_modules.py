"""The modules as the tools of Python see them: installers, inspectors, and a reader's own environment."""

import doctest
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

import agml_algebra as alg
import agml_explorers as ex
import agml_figures as fig
import agml_helpers as ag
from shared import ROOT, find


@pytest.mark.slow
def test_alone_the_modules_bring_what_they_need_and_their_types(tmp_path):
    uv, python = find(f"{sys.prefix}/bin/uv"), tmp_path / "bin" / "python"

    def run(*command):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run(uv, "venv", "--quiet", "--clear", tmp_path)
    run(uv, "pip", "install", "--quiet", "--python", python, ROOT)
    imports = f"import {', '.join(path.stem for path in ROOT.glob('agml_*.py'))}"
    run(python, "-c", imports)
    run(sys.executable, "-m", "mypy", f"--python-executable={python}", "-c", imports)


@pytest.mark.parametrize("module", [ag, alg, ex, fig], ids=lambda module: module.__name__)
def test_completing_a_module_offers_its_own_and_no_more(module):
    here = {name for name, it in vars(module).items() if getattr(it, "__module__", "") == module.__name__}
    offered = {name for name in dir(module) if name[0] != "_"}
    numbers = {name for name in offered if isinstance(getattr(module, name), (float, list))}
    assert offered - numbers == {name for name in here if name[0] != "_"} and len(offered) > 5


def test_every_name_but_a_few_has_its_entry_in_the_reference(built):
    entries = {entry["id"] for entry in built("appendix/helpers").select("dt.sig[id]")}
    public = {f"{module.__name__}.{name}" for module in (ag, alg, ex, fig) for name in dir(module)}
    few = {name.rpartition(".")[2] for name in public - entries if "._" not in name}
    assert few == {"W_START", "B_START", "PALETTE", "Listing", "Number", "Explorer"}


@pytest.mark.parametrize("module", [ag, alg, fig], ids=lambda module: module.__name__)
def test_a_function_with_rules_is_where_it_is_written(module):
    lines = Path(module.__file__).read_text(encoding="utf-8").splitlines()
    wrapped = [value for value in vars(module).values() if hasattr(value, "__wrapped__")]
    checked = [function for function in wrapped if function.__name__ != "in_style"]
    assert len(checked) > 5
    for function in checked:
        code, bare = function.__code__, inspect.unwrap(function)
        assert inspect.getsourcefile(function) == code.co_filename == module.__file__
        assert lines[code.co_firstlineno - 1].startswith("@check.takes(")
        assert code.co_name == function.__name__ == bare.__name__
        assert str(inspect.signature(function)) == str(inspect.signature(bare))
        assert pickle.loads(pickle.dumps(function)) is function
    found = {test.name.rpartition(".")[2] for test in doctest.DocTestFinder().find(module) if test.examples}
    assert found >= {function.__name__ for function in checked if ">>>" in function.__doc__}


# What a reader writes, and what the last line that she sees has.
REFUSED = {
    "ag.mse_loss([1, 2], [1])": "mse_loss(): y_pred and y_true must have the same shape, got (2,) and (1,)",
    "ag.plot_fit([1], [2], ax=3)": "plot_fit(): ax must be a Matplotlib Axes, got int",
    "ag.labeled_axes(3, '', '')": "labeled_axes(): ax must be a Matplotlib Axes, got int",
    "alg.minimizer([1, 1], [1, 2])": "minimizer(): x must have two different values, got x = 1.0",
    "ag.gradient_descent([1], [2], 0)": "gradient_descent() missing 3 required positional arguments: 'b', ",
    "ag.gradient_descent([1], [2], epoch=1)": "gradient_descent() got an unexpected keyword argument 'epoch'",
    "ag.mse_loss(1, 2, 3)": "mse_loss() takes 2 positional arguments but 3 were given",
    "ag.mse_loss(1, y_pred=3)": "mse_loss() got multiple values for argument 'y_pred'",
    "ex.Neuron('one')": "Neuron(): w must hold real numbers, got dtype <U3",
    "ex.Lift()": "Lift.__init__() missing 2 required positional arguments: 'X' and 'inside'",
    "descent.w = 'three'": "Descent: w must hold real numbers, got dtype <U5",
    "descent.alhpa = 0.02": "Descent: a name must be one of w, b, alpha, epochs, running, got alhpa",
    "descent.running = 'yes'": "Descent: The 'running' trait ",
}


def test_a_wrong_call_ends_in_a_short_traceback(capsys):
    """The reader's line, and one line that names function, rule and value: nothing in between."""
    shell = InteractiveShell.instance(colors="nocolor")
    shell.push({"ag": ag, "alg": alg, "ex": ex, "descent": ex.Descent([0, 1, 2], [1, 3, 5])})
    for cell in REFUSED:
        shell.run_cell(cell)
    InteractiveShell.clear_instance()
    _, *shown = capsys.readouterr().out.split(f"{'-' * 75}\n")
    assert len(shown) == len(REFUSED), shown
    for traceback, (call, said) in zip(shown, REFUSED.items()):
        lines = traceback.strip().splitlines()  # with the line of dashes they are six
        assert len(lines) == 5 and lines[2] == f"----> 1 {call}" and said in lines[-1], traceback
