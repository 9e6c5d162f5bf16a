"""What is left on the screen when the visitors have gone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from banditware.cli.demonstration.play import Ending
from banditware.cli.demonstration.tally import Tally
from banditware.cli.tables import Table, percent

_TENTHS = 10
_BAR = 20


def tallies(ending: Ending) -> list[Tally]:
    """Return what the visitors know of every experiment."""
    return [
        Tally(name, tuple(report["arms"]), ending.visitors)
        for name, report in ending.reports.items()
    ]


def arms_table(tally: Tally, report: Mapping[str, Any]) -> Table:
    """Return the arms of an experiment: what they are worth, what they earned, what they get."""
    best = tally.best
    rows = tuple(_arm(tally, arm, numbers) for arm, numbers in report["arms"].items())
    whole, late = tally.share(best), tally.late_share(best)
    return Table(
        f"{tally.experiment} ({report['policy']})",
        ("arm", "true rate", "pulls", "rewards", "rate", "last quarter", "propensity"),
        rows,
        (f"{best}, the best arm, got {whole:.1%} of all visitors, {late:.1%} of the last quarter",),
    )


def _arm(tally: Tally, arm: str, numbers: Mapping[str, Any]) -> tuple[str, ...]:
    pulls, rewards = numbers["pulls"], numbers["rewards"]
    return (
        arm,
        percent(tally.true_rate(arm)),
        f"{pulls:,}",
        f"{rewards:,}",
        percent(rewards, pulls),
        percent(tally.late_share(arm)),
        percent(numbers["propensity"]),
    )


def chart(known: list[Tally]) -> Table:
    """Return the best arms' shares of the visitors over time, as bars."""
    total = len(known[0].visitors)
    return Table(
        "Share of the visitors who got the best arm",
        ("visitors", *(f"{tally.experiment}: {tally.best}" for tally in known)),
        tuple(_tenth(known, total, number) for number in range(_TENTHS)),
    )


def _tenth(known: list[Tally], total: int, number: int) -> tuple[str, ...]:
    start, end = (total * each // _TENTHS for each in (number, number + 1))
    shares = [tally.share(tally.best, start, end) for tally in known]
    return (f"{start + 1:,} to {end:,}", *map(_bar, shares))


def _bar(share: float) -> str:
    full, empty = "█·" if (sys.stdout.encoding or "").lower().startswith("utf") else "#."
    return f"{full * round(share * _BAR):{empty}<{_BAR}} {share:6.1%}"


def checks(ending: Ending, known: list[Tally]) -> Iterator[str]:
    """Yield the lines that compare what visitors did with what was stored."""
    for tally in known:
        yield tally.verdict(ending.reports[tally.experiment])
    came = sum(visitor.came for visitor in ending.visitors)
    surprises = sum(visitor.surprises for visitor in ending.visitors)
    yield (
        f"visitors returned {came - len(ending.visitors)} times and saw another button "
        f"{surprises} times; they clicked again {known[0].again} times, which counts nothing"
    )


def is_exact(ending: Ending, known: list[Tally]) -> bool:
    """Return True if all that was seen and done was counted, once, and nobody saw two buttons."""
    return all(tally.matches(ending.reports[tally.experiment]) for tally in known) and not any(
        visitor.surprises for visitor in ending.visitors
    )
