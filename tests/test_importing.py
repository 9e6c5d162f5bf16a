"""What the house rules say of imports, docstrings and sizes, checked over the whole repository."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SOURCES = sorted((ROOT / "banditware").rglob("*.py"))

TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

EVERYTHING = sorted(
    path
    for folder in ("banditware", "adapters", "tests", "examples", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
)

#: What `import banditware` must not bring: frameworks, drivers, and what only a part of us needs.
HEAVY = (
    "flask",
    "django",
    "starlette",
    "fastapi",
    "yaml",
    "pydantic",
    "pydantic_core",
    "redis",
    "click",
    "werkzeug",
    "rich",
    "gunicorn",
    "uvicorn",
    "asyncio",
    "sqlite3",
    "numpy",
)

LONGEST_FILE = 300

LONGEST_FUNCTION = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    """Return what a file is called in the list of tests."""
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def python(code: str, *flags: str) -> str:
    """Return what a fresh interpreter prints for some code."""
    ran = subprocess.run(
        [sys.executable, *flags, "-c", code],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True,
        timeout=60,
    )
    return ran.stdout


def test_importing_us_imports_little() -> None:
    """`import banditware` brings no framework, driver, YAML, pydantic, click or werkzeug."""
    # In isolation, because plugins of an environment may import anything at start.
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); before = set(sys.modules); "
    code += "import banditware; print(*sorted(set(sys.modules) - before))"
    loaded = python(code, "-I").split()
    assert "banditware.bandit" in loaded
    assert [name for name in loaded if name.partition(".")[0] in HEAVY] == []


def test_a_bandit_needs_no_framework() -> None:
    """A bandit that decides and rewards needs YAML and pydantic to load, and no framework."""
    code = (
        "import sys, banditware\n"
        "with banditware.Bandit.from_config({'secret_keys': ['k'], 'store': 'memory://', "
        "'experiments': {'e': {'arms': ['a']}}}) as bandit: bandit.reward(bandit.decide('e'))\n"
        "print(*sys.modules)"
    )
    loaded = {name.partition(".")[0] for name in python(code).split()}
    assert not loaded & {"flask", "django", "starlette", "fastapi", "redis", "click", "numpy"}


def public(body: list[ast.stmt], path: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Yield every public class, function and method with its name."""
    for node in body:
        kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, kinds) and not node.name.startswith("_"):
            name = f"{path}{node.name}"
            yield name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{name}.")


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_every_public_name_has_a_docstring(path: Path) -> None:
    """Modules, public classes, functions and methods say what they are for."""
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module"
    bare = [name for name, node in public(tree.body) if not ast.get_docstring(node)]
    assert bare == []


@pytest.mark.parametrize("path", TESTS, ids=named)
def test_every_test_says_what_it_claims(path: Path) -> None:
    """The docstring of a test is its claim: a sentence."""
    claims = {
        each.name: ast.get_docstring(each) or ""
        for each in functions(path)
        if each.name.startswith("test_")
    }
    silent = [
        name
        for name, claim in claims.items()
        if not claim or not claim.rstrip().endswith((".", ":", "`", "?", "!"))
    ]
    assert silent == []


@pytest.mark.parametrize("path", SOURCES, ids=named)
def test_sources_are_short(path: Path) -> None:
    """A source file has at most 300 lines, a function at most 40 with its docstring."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    long = {
        each.name: lines
        for each in functions(path)
        if (lines := (each.end_lineno or 0) - each.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", EVERYTHING, ids=named)
def test_a_file_of_python_is_not_a_leftover(path: Path) -> None:
    """No file is empty or unfinished."""
    text = path.read_text(encoding="utf-8")
    assert text.strip()
    # Put together here, so that this file does not hold them itself.
    marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error", "breakpoint" + "("]
    assert [mark for mark in marks if mark in text] == []
