from __future__ import annotations

from benchmarks.importing import brought, import_costs


def test_what_comes_with_a_module_is_found() -> None:
    """Packages that a module imports are named, and others are not."""
    assert brought("flask", ["django", "flask", "werkzeug"]) == ["flask", "werkzeug"]
    assert brought("banditware", ["flask", "yaml", "pydantic"]) == []


def test_modules_take_turns() -> None:
    """Each run of each module has a figure."""
    costs = import_costs(["json", "csv"], 2)

    assert {module: len(runs) for module, runs in costs.items()} == {"json": 2, "csv": 2}
    assert min(min(runs) for runs in costs.values()) >= 0
