"""`banditware check`: is this configuration right, and if not, where is it wrong?"""

from __future__ import annotations

import json
from typing import Any

import click

from banditware.cli.given import read
from banditware.config import Settings
from banditware.errors import ConfigError
from banditware.model import Experiment

#: The exit status of a configuration that cannot be used.
WRONG = 2


@click.command()
@click.argument("config", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.pass_context
def check(ctx: click.Context, config: str | Settings, *, as_json: bool) -> None:
    """Check CONFIG and list every mistake with its line and column.

    Exits with 0 if there is none, and with 2 otherwise. Variables are read from the environment, as
    when the configuration is used.
    """
    try:
        settings = read(config)
    except ConfigError as error:
        _show_problems(error, as_json=as_json)
        ctx.exit(WRONG)
    _show_summary(settings, as_json=as_json)


def _show_problems(error: ConfigError, *, as_json: bool) -> None:
    if as_json:
        problems = [problem._asdict() for problem in error.problems]
        click.echo(json.dumps({"problems": problems, "experiments": {}}, indent=2))
        return
    for problem in error.problems:
        click.echo(str(problem), err=True)
    count = len(error.problems)
    click.echo(f"{count} mistake{'s' if count > 1 else ''}", err=True)


def _show_summary(settings: Settings, *, as_json: bool) -> None:
    facts = {each.name: _facts(each, settings) for each in settings.experiments}
    if as_json:
        click.echo(json.dumps({"problems": [], "experiments": facts}, indent=2))
        return
    for name, fact in facts.items():
        click.echo(
            f"{name}: {fact['policy']} over {', '.join(fact['arms']) or 'what the app names'}; "
            f"default {fact['default'] or 'none'}, "
            f"goal {fact['goal']}; routes: {fact['chosen_by']} choose, {fact['rewarded_by']} reward"
        )


def _facts(experiment: Experiment, settings: Settings) -> dict[str, Any]:
    """Return what the summary says about an experiment."""
    chosen = [route for route in settings.routes if experiment.name in route.choose]
    rewarded = [
        route
        for route in settings.routes
        if any(rule.experiment == experiment.name for rule in route.rewards)
    ]
    return {
        "policy": (experiment.context or experiment).policy.name,
        "arms": [arm.name for arm in experiment.arms],
        "default": experiment.default,
        "goal": experiment.goal,
        "version": experiment.version,
        "chosen_by": len(chosen),
        "rewarded_by": len(rewarded),
    }
