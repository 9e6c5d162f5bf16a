"""The page with all ways in and all cases: `python tests/conformance/table.py FILE... > PAGE`.

Files are those of `noting.py`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs/conformance.md"

#: By case and column, how often the case was to pass, and how often it did.
Cells = Mapping[str, Mapping[str, Sequence[int]]]

HEAD = """\
# Conformance

Every way into an app, on the oldest and the newest version of its framework, and every case that
holds for all of them. A number says with how many inputs the case was tried, and passed each time;
`1/2` would be a case that failed once. `make conformance PYTHON=python3.12` runs all of it and
writes this page.
"""


def merged(files: Sequence[Cells]) -> dict[str, dict[str, Sequence[int]]]:
    """Return what several runs noted, as one."""
    cells: dict[str, dict[str, Sequence[int]]] = {}
    for file in files:
        for case, columns in file.items():
            cells.setdefault(case, {}).update(columns)
    return cells


def order(column: str) -> tuple[int, str, str, tuple[int, ...]]:
    """Return by what columns are sorted: plain ones first, then by framework, and by version."""
    package, _, rest = column.partition(" ")
    number, _, interface = rest.partition(" ")
    parts = tuple(int(part) for part in number.split(".") if part)
    names = ["WSGI", "ASGI", "Flask", "Django", "Starlette", "FastAPI"]
    return names.index(package), package, interface, parts


def cell(noted: Sequence[int]) -> str:
    """Return what a cell says."""
    tried, passed = noted
    return str(passed) if tried == passed else f"{passed}/{tried}"


def page(cells: Cells) -> str:
    """Return the page."""
    columns = sorted({column for row in cells.values() for column in row}, key=order)
    lines = [HEAD, f"| case | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    for case, row in cells.items():
        file, _, name = case.partition("::")
        words = name.removeprefix("test_").replace("_", " ")
        numbers = " | ".join(cell(row.get(column, (1, 0))) for column in columns)
        lines.append(f"| [{words}](../tests/conformance/{file}) | {numbers} |")
    sums = (sum(row.get(column, (1, 0))[1] for row in cells.values()) for column in columns)
    lines.append(f"| **all** | {' | '.join(f'**{each}**' for each in sums)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(merged([json.loads(Path(name).read_text()) for name in sys.argv[1:]])))
