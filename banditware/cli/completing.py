"""Names for a shell that completes a command line.

They are read from the file as it is written. It need not be right, its variables need not be set,
and nothing is checked: whoever presses TAB wants an answer at once, or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click


def experiments_of(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Return the experiments of CONFIG whose names begin so, without those that are there."""
    there = ctx.params.get("experiments") or ()
    return _begun([name for name in _experiments(ctx) if name not in there], begun)


def arms_of(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Return the arms of EXPERIMENT in CONFIG whose names begin so."""
    return _begun(_arms(_experiments(ctx).get(ctx.params.get("experiment"))), begun)


def any_arm_of(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Return the arms of all experiments of CONFIG whose names begin so, each name once."""
    found = (arm for each in _experiments(ctx).values() for arm in _arms(each))
    return _begun(dict.fromkeys(found), begun)


def pairs_of(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """Return EXPERIMENT=ARM for all arms of CONFIG, as far as they begin so."""
    found = _experiments(ctx).items()
    return _begun([f"{name}={arm}" for name, each in found for arm in _arms(each)], begun)


def _begun(names: Iterable[object], begun: str) -> list[str]:
    return [str(name) for name in names if str(name).startswith(begun)]


def _arms(experiment: Any) -> Iterable[Any]:
    arms = experiment.get("arms") if isinstance(experiment, dict) else None
    return arms if isinstance(arms, dict | list) else ()


def _experiments(ctx: click.Context) -> dict[Any, Any]:
    """Return what stands below `experiments` in CONFIG; nothing if that cannot be read."""
    from banditware.config.reader import from_text  # noqa: PLC0415 - brings yaml

    # While the value of an option is typed, click has not told the arguments apart yet.
    file = ctx.params.get("config") or next(iter(ctx.args), None)
    if not isinstance(file, str):
        return {}
    try:
        data = from_text(Path(file).read_text(encoding="utf-8-sig"), file).data
    except (OSError, ValueError):
        return {}
    found = data.get("experiments") if isinstance(data, dict) else None
    return found if isinstance(found, dict) else {}
