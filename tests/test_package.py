from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import banditware
from banditware import config
from banditware.config import settings

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


def test_what_is_needed_later_is_imported_later() -> None:
    """Importing the package brings nothing that only a configuration, or a rare request, needs."""
    later = "pydantic", "yaml", "pathlib", "banditware.config.settings", "banditware.route_index"
    code = "import sys, banditware; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "banditware.bandit" in run.stdout.split()
    assert {*later}.isdisjoint(run.stdout.split())


def test_the_settings_are_there_when_they_are_asked_for() -> None:
    """`banditware.config` offers what it names, and nothing else."""
    assert config.Settings is settings.Settings
    with pytest.raises(AttributeError, match=r"banditware\.config' has no attribute 'Nothing'"):
        _ = config.Nothing  # type: ignore[attr-defined]


def test_the_package_is_typed_and_installed() -> None:
    """Type checkers see the annotations, and the distribution knows its version."""
    assert Path(banditware.__file__).with_name("py.typed").is_file()
    assert version("banditware").count(".") == 2
