"""What importing takes, and what comes with it."""

from __future__ import annotations

from functools import partial
from importlib import import_module

from benchmarks import tables
from benchmarks.importing import brought, import_costs
from benchmarks.rows.finding import Finding
from benchmarks.rows.optional import made

#: Milliseconds of processor.
BUDGET = 60.0

#: What must not come with `import banditware`.
HEAVY = ("flask", "django", "starlette", "fastapi", "yaml", "pydantic", "redis")

#: Peers by the module that an app imports.
PEERS = {"flask_mab": "Flask-MAB", "growthbook": "GrowthBook"}


def findings(runs: int) -> list[Finding]:
    """Return the rows: milliseconds, and packages that are imported, too."""
    there, missing = made({module: partial(import_module, module) for module in PEERS})
    took = import_costs(["banditware", *there], runs)
    ours = min(took["banditware"])
    lines = []
    for module, name in PEERS.items():
        theirs = shown(took[module]) if module in took else missing[module]
        ratio = tables.figure(min(took[module]) / ours) if module in took else ""
        said = ("`import`, processor", "process", f"{BUDGET:g} ms", shown(took["banditware"]))
        lines.append(Finding(*said, ours <= BUDGET, name, theirs, ratio))
    heavy = brought("banditware", HEAVY)
    names = [
        (name, listed(brought(module, HEAVY))) for module, name in PEERS.items() if module in there
    ]
    said = ("comes with it", "process", "no " + ", ".join(HEAVY), listed(heavy))
    return lines + [Finding(*said, not heavy, name, other) for name, other in names]


def shown(runs: list[float]) -> str:
    """Return the least of some runs, and the quartiles."""
    found = tables.spread(runs)
    return (
        f"{tables.figure(min(runs))} ms at least "
        f"({tables.figure(found.lower)} to {tables.figure(found.upper)})"
    )


def listed(names: list[str]) -> str:
    """Return what comes with a module."""
    return ", ".join(names) or "none of them"
