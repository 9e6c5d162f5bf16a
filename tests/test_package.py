from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import version
from pathlib import Path

import pytest

import banditware

PUBLIC = {
    "ASGIMiddleware",
    "Bandit",
    "Decision",
    "Visit",
    "WSGIMiddleware",
    "current_visit",
    "wrap",
}

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(banditware.__path__, "banditware.")
    if not module.name.endswith("__main__")
)


def test_what_is_public() -> None:
    """The package offers what the design fixed, each of it importable, and nothing else."""
    assert set(banditware.__all__) == PUBLIC
    assert len(banditware.__all__) == len(PUBLIC)
    assert all(getattr(banditware, name).__name__ == name for name in PUBLIC)
    offered = {
        name
        for name, value in vars(banditware).items()
        if not name.startswith("_") and getattr(value, "__module__", None)
    }
    assert offered - PUBLIC <= {"annotations"}


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported_and_keeps_its_promise(name: str) -> None:
    """Every module imports on its own, and what its `__all__` names is there."""
    module = importlib.import_module(name)
    assert [each for each in getattr(module, "__all__", ()) if not hasattr(module, each)] == []
    assert module.__doc__


def test_the_package_is_typed_and_installed() -> None:
    """Type checkers see the annotations, and the distribution knows its version."""
    assert Path(banditware.__file__).with_name("py.typed").is_file()
    assert version("banditware").count(".") == 2
