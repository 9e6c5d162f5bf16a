"""`banditware stats`: what was counted, current to the last response of every process."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import click

from banditware.bandit import Bandit
from banditware.cli.completing import experiments_of
from banditware.cli.moments import seconds_of
from banditware.cli.reading import counting, loaded, refuse_strangers
from banditware.cli.tables import Table, percent, show
from banditware.cli.watching import Display, InLines, Pace, display, keep_showing
from banditware.config import Settings
from banditware.control import ARCHIVED, RUNNING


@click.command()
@click.argument("config", type=click.Path())
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...", shell_complete=experiments_of)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--watch", is_flag=True, help="Show it again and again, until interrupted.")
@click.option(
    "--every", default="2s", show_default=True, metavar="TIME", help="With --watch: how often."
)
def stats(
    config: str | Settings,
    experiments: tuple[str, ...],
    *,
    as_json: bool,
    watch: bool = False,
    every: str = "2s",
) -> None:
    """Show pulls, rewards and propensities of the experiments in CONFIG.

    Everything that processes on this machine have recorded is counted first, so the numbers are
    exact. With --watch, a terminal shows them current, and a pipe gets them one after the other
    (with --json, one object a line). Exits with 2 if CONFIG has mistakes or no such EXPERIMENT, and
    with 1 if there are no counts to read.
    """
    seconds = seconds_of("--every", every)
    settings = loaded(config)
    refuse_strangers(experiments, settings)
    with counting(settings) as bandit:
        if watch:
            pace = Pace(seconds, time.time, time.sleep)
            keep_showing(lambda: _current(bandit, experiments), _display(as_json=as_json), pace)
            return
        found = _read(bandit, experiments)
    if as_json:
        click.echo(json.dumps({"experiments": found.reports}, indent=2))
    else:
        show(found.tables())


class Reading(NamedTuple):
    """What is known at one moment.

    Attributes:
        reports: reports by experiment.
        states: what each of them is: `running`, `paused` and so on.
        named: somebody asked for just these.
    """

    reports: Mapping[str, Any]
    states: Mapping[str, str]
    named: bool

    def tables(self) -> list[Table]:
        """Return a table for each experiment; those archived only if they were asked for."""
        return [
            _titled(experiment_table(name, report), self.states[name])
            for name, report in self.reports.items()
            if self.named or self.states[name] != ARCHIVED
        ]


def _current(bandit: Bandit, names: Sequence[str]) -> Reading:
    """Return what is known after everybody's records were counted."""
    bandit.drain()
    return _read(bandit, names)


def _read(bandit: Bandit, names: Sequence[str]) -> Reading:
    found, controls = bandit.stats()["experiments"], bandit.controls()
    reports = {name: found[name] for name in names or found}
    return Reading(reports, {name: controls.of(name).state for name in reports}, bool(names))


def _titled(table: Table, state: str) -> Table:
    return table if state == RUNNING else replace(table, title=f"{table.title}, {state}")


def _display(*, as_json: bool) -> Display:
    """Return what shows one reading after the other."""
    if as_json:
        return InLines(lambda found, now: json.dumps({"time": now, "experiments": found.reports}))
    return display(Reading.tables)


def experiment_table(name: str, report: Mapping[str, Any]) -> Table:
    """Return one experiment's report as a table; rewards are those of its goal."""
    rows = dict(report["arms"])
    if "holdout" in report:
        rows |= {"(total)": report["total"], "(holdout)": report["holdout"]}
    goals = sorted({goal for arm in rows.values() for goal in arm["goals"]} - {report["goal"]})
    amounts = any(arm["reward_sum"] != arm["rewards"] for arm in rows.values())
    return Table(
        f"{name}: {report['policy']}, goal {report['goal']}",
        ("arm", "pulls", "rewards", "rate", *_AMOUNTS * amounts, *goals, "propensity"),
        tuple(_row(arm, numbers, goals, amounts=amounts) for arm, numbers in rows.items()),
        tuple(_not_counted(report["excluded"])),
    )


#: Columns for rewards that are not all 1.
_AMOUNTS = ("sum", "mean")


def _row(
    arm: str, numbers: Mapping[str, Any], goals: list[str], *, amounts: bool
) -> tuple[str, ...]:
    pulls, rewards, total = numbers["pulls"], numbers["rewards"], numbers["reward_sum"]
    sums = (f"{total:,.2f}", f"{total / pulls:.4g}" if pulls else "-") if amounts else ()
    others = [numbers["goals"].get(goal, {"rewards": 0}) for goal in goals]
    return (
        arm,
        f"{pulls:,}",
        f"{rewards:,}",
        percent(rewards, pulls),
        *sums,
        *(f"{other['rewards']:,}" for other in others),
        "-" if numbers.get("propensity") is None else percent(numbers["propensity"]),
    )


def _not_counted(excluded: Mapping[str, int]) -> list[str]:
    reasons = ", ".join(f"{reason} {number:,}" for reason, number in excluded.items())
    return [f"not counted: {reasons}"] if reasons else []
