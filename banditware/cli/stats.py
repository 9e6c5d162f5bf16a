"""`banditware stats`: what was counted, current to the last response of every process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from banditware.bandit import Bandit
from banditware.cli.tables import Table, percent, show
from banditware.config import Settings, load
from banditware.errors import ConfigError, StoreError, UnknownExperimentError
from banditware.stores import open_store

#: The exit status of a configuration that cannot be used.
WRONG = 2


@click.command()
@click.argument("config", type=click.Path())
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.pass_context
def stats(ctx: click.Context, config: str, experiments: tuple[str, ...], *, as_json: bool) -> None:
    """Show pulls, rewards and propensities of the experiments in CONFIG.

    Everything that processes on this machine have recorded is counted first, so the numbers are
    exact. Exits with 2 if CONFIG has mistakes or no such EXPERIMENT, and with 1 if there are no
    counts to read.
    """
    try:
        settings = load(config)
    except ConfigError as error:
        click.echo(str(error), err=True)
        ctx.exit(WRONG)
    _refuse_strangers(experiments, settings)
    try:
        found = _counted(settings)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    chosen = {name: found[name] for name in experiments or found}
    if as_json:
        click.echo(json.dumps({"experiments": chosen}, indent=2))
    else:
        show([experiment_table(name, report) for name, report in chosen.items()])


def _refuse_strangers(names: tuple[str, ...], settings: Settings) -> None:
    known = [experiment.name for experiment in settings.experiments]
    for name in names:
        if name not in known:
            raise click.UsageError(str(UnknownExperimentError(name, known)))


def _counted(settings: Settings) -> Mapping[str, Any]:
    """Return the report of every experiment, after counting what all processes recorded.

    Raises:
        StoreError: there are no counts, or they cannot be read.
    """
    store = open_store(settings.store, settings.folder)
    if not store.shared:
        mend = (
            "only the app's own process can see them; share them by sqlite:///PATH or redis://HOST"
        )
        raise StoreError(settings.store, f"counts are kept in memory, and {mend}")
    path = settings.folder / settings.store.partition(":///")[2]
    if settings.store.startswith("sqlite:") and not path.exists():
        raise StoreError(settings.store, f"nothing was counted yet: there is no {path}")
    with Bandit(settings) as bandit:
        bandit.drain()
        experiments: Mapping[str, Any] = bandit.stats()["experiments"]
    return experiments


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
        percent(numbers["propensity"]) if "propensity" in numbers else "-",
    )


def _not_counted(excluded: Mapping[str, int]) -> list[str]:
    reasons = ", ".join(f"{reason} {number:,}" for reason, number in excluded.items())
    return [f"not counted: {reasons}"] if reasons else []
