from __future__ import annotations

import pytest

from benchmarks import pace
from benchmarks.importing import brought, import_costs


def test_what_comes_with_a_module_is_found() -> None:
    """Packages that a module imports are named, and others are not."""
    assert brought("flask", ["django", "flask", "werkzeug"]) == ["flask", "werkzeug"]
    assert brought("banditware", ["flask", "yaml", "pydantic"]) == []


def test_modules_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each run of each module has a figure, however slow the machine is."""
    monkeypatch.setattr(pace, "PATIENCE", 0.0)
    monkeypatch.setenv(pace.BEST, "1e-9")
    costs = import_costs(["json", "csv"], 2)

    assert {module: len(runs) for module, runs in costs.items()} == {"json": 2, "csv": 2}
    assert min(min(runs) for runs in costs.values()) >= 0
