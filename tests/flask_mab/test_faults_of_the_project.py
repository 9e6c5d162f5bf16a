"""What Flask-MAB 3.0.4 says of itself that is not so, and we must not: faults 31 and 32."""

from __future__ import annotations

import ast
import re
from importlib.metadata import requires, version
from pathlib import Path

import pytest

from banditware_flask import Bandits
from tests.flask_mab.processes import ROOT, configure, crew
from tests.flask_mab.test_faults_of_learning import RATES

TESTS = sorted((ROOT / "tests").rglob("*.py"))

#: What makes nothing happen until somebody goes through it.
LAZY = {"map", "filter", "zip"}

#: The tests of Flask-MAB in which nothing ever ran.
THEIRS = """
jobs = [Thread(target=visit) for _ in range(4)]
map(lambda x: x.start(), jobs)
(job.join() for job in jobs)
try:
    check()
except AssertionError(e):
    pass
"""


def never_run(source: str) -> list[str]:
    """Return the lines of a source that look as if they did something and do not."""
    found: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr):
            call = node.value
            name = call.func if isinstance(call, ast.Call) else None
            lazily = isinstance(name, ast.Name) and name.id in LAZY
            if lazily or isinstance(call, ast.GeneratorExp):
                found.append(call)
        elif isinstance(node, ast.ExceptHandler) and isinstance(node.type, ast.Call):
            found.append(node.type)
    return [ast.unparse(each) for each in found]


def test_fault_31_tests_of_concurrency_never_run() -> None:
    """No test of ours leaves its threads to a `map` that nobody goes through, as theirs did."""
    assert never_run(THEIRS) == [
        "map(lambda x: x.start(), jobs)",
        "(job.join() for job in jobs)",
        "AssertionError(e)",
    ]
    wrong = {str(path): found for path in TESTS if (found := never_run(path.read_text("utf-8")))}
    assert wrong == {}
    assert len(TESTS) > 200


def called(source: str) -> list[str]:
    """Return the last name of everything that a source calls."""
    nodes = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    return names + [node.id for node in nodes if isinstance(node, ast.Name)]


def test_fault_31_threads_that_are_made_and_not_started() -> None:
    """Every test file that makes threads or processes starts some."""
    every = {str(path): {*called(path.read_text("utf-8"))} for path in TESTS}
    making = {path: names for path, names in every.items() if names & {"Thread", "Process"}}
    assert [path for path, names in making.items() if "start" not in names] == []
    assert len(making) > 10


def test_fault_31_processes_that_never_start(tmp_path: Path) -> None:
    """Those of the tests about storage are four, each has an id of its own, and all do work."""
    with crew(configure(tmp_path, {"page": {"arms": ["a", "b"]}}), 4) as workers:
        did = [worker.ask("work page 30") for worker in workers]
    assert {each["pid"] for each in did} == {worker.process.pid for worker in workers}
    assert len({each["pid"] for each in did}) == 4
    assert all(each["rewards"] > 0 for each in did)


def test_fault_31_simulations_compare_what_nobody_could_mistake() -> None:
    """Their arms earned 98 % and 1 %, where every mistake finds the better one; ours are close."""
    assert 0 < max(RATES) - min(RATES) <= 0.02


def needed() -> set[str]:
    """Return what is installed with banditware when no extra is asked for."""
    every = requires("banditware") or []
    plain = [each for each in every if "extra ==" not in each]
    return {re.split(r"[^\w-]", each, maxsplit=1)[0].lower() for each in plain}


def test_fault_32_a_debug_toolbar_is_needed_to_run() -> None:
    """Five small packages are needed, and no framework, toolbar or driver among them."""
    assert needed() == {"itsdangerous", "werkzeug", "pyyaml", "pydantic", "click"}


def test_fault_32_three_places_say_three_versions() -> None:
    """One place says it, and the history; whatever else shows it asks the installation."""
    ours = version("banditware")
    assert f'version = "{ours}"' in (ROOT / "pyproject.toml").read_text("utf-8")
    assert f"## [{ours}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
    places = [ROOT / "README.md", ROOT / "Makefile"]
    for folder, pattern in {
        "banditware": "*.py",
        "adapters": "*.py",
        "tests": "*.py",
        "docs": "*.md",
        "examples": "*.*",
    }.items():
        places += (ROOT / folder).rglob(pattern)
    said = re.compile(rf"(?<![\d.]){re.escape(ours)}(?![\d.])")
    texts = {path: path.read_text("utf-8") for path in places if path.is_file()}
    assert [str(path) for path, text in texts.items() if said.search(text)] == []
    assert len(texts) > 300


PAGES = ("README.md", "docs/flask.md", "docs/from-flask-mab.md")


@pytest.mark.parametrize("page", PAGES)
def test_fault_32_decorators_of_the_readme_do_not_exist(page: str) -> None:
    """Everything that the pages call on `bandits` is there, in texts and in examples."""
    text = (ROOT / page).read_text("utf-8")
    names = {*re.findall(r"\bbandits\.(\w+)", text)} - {"db"}  # which is the name of a file
    assert {"choose", "reward"} <= names
    assert [name for name in sorted(names) if not hasattr(Bandits, name)] == []
