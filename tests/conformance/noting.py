"""Runs the cases that hold for every way in, and notes in a file which passed, with which versions.

`PYTHONPATH=.:adapters python tests/conformance/noting.py FRAMEWORK FILE` runs those of the ways in
through one framework, or through `every` one; `make conformance` does so for all versions.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

#: Every way in, and the package that it goes through.
PACKAGES = {
    "wsgi": "",
    "asgi": "",
    "flask": "Flask",
    "django-wsgi": "Django",
    "django-asgi": "Django",
    "starlette": "Starlette",
    "fastapi": "FastAPI",
}

#: The ways in that are new with a version of a framework.
WAYS = {
    "flask": ("flask",),
    "django": ("django-wsgi", "django-asgi"),
    "starlette": ("starlette", "fastapi"),
    "every": tuple(PACKAGES),
}


def column(entry: str) -> str:
    """Return what a way in is called in the table, with the version that is installed."""
    package = PACKAGES[entry]
    if not package:
        return entry.upper()
    short = ".".join(version(package).split(".")[:2])
    interface = entry.partition("-")[2].upper()
    return " ".join(filter(None, (package, short, interface)))


class Noting:
    """Notes what became of each case, as `pytest` runs it.

    Attributes:
        cells: by case and column, how often the case was to pass, and how often it did.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        self._entries = entries
        self.cells: dict[str, dict[str, list[int]]] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[Any]) -> None:
        """Keep the cases of these ways in."""
        kept = [item for item in items if self._entry(item) in self._entries]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
        for item in items:
            self._cell(item)[0] += 1

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        """Note a case that passed."""
        report = yield
        if report.when == "call" and report.passed:
            self._cell(item)[1] += 1
        return report

    def _cell(self, item: Any) -> list[int]:
        case = f"{Path(item.path).name}::{item.originalname}"
        columns = self.cells.setdefault(case, {})
        return columns.setdefault(column(self._entry(item)), [0, 0])

    @staticmethod
    def _entry(item: Any) -> str:
        return str(item.callspec.params.get("door", "")) if hasattr(item, "callspec") else ""


def main(framework: str, file: str) -> int:
    """Run the cases and write the file; return the exit status."""
    noting = Noting(WAYS[framework])
    folder = str(Path(__file__).parent)
    status = pytest.main([folder, "-q", "--no-cov", "-p", "no:xdist"], plugins=[noting])
    Path(file).write_text(json.dumps(noting.cells))
    return int(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
