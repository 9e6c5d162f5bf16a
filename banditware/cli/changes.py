"""`banditware changes`: who changed what runs, when and why."""

from __future__ import annotations

import json

import click

from banditware.bandit import Bandit
from banditware.cli.completing import experiments_of
from banditware.cli.reading import loaded, refuse_strangers, refuse_unreadable
from banditware.cli.steering import plain, what
from banditware.cli.tables import Table, show
from banditware.cli.watching import stamp
from banditware.config import Settings
from banditware.control import Change
from banditware.errors import StoreError

#: Changes that are shown unless somebody asks for more.
MANY = 20


@click.command()
@click.argument("config", type=click.Path())
@click.argument("experiment", required=False, shell_complete=experiments_of)
@click.option(
    "--limit", default=MANY, show_default=True, type=click.IntRange(1), help="How many at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of a table.")
def changes(config: str | Settings, experiment: str | None, *, limit: int, as_json: bool) -> None:
    """Show what operators changed of EXPERIMENT in CONFIG, or of all of them, newest first.

    Exits with 2 if CONFIG has mistakes or no such EXPERIMENT, and with 1 if the store cannot be
    read.
    """
    settings = loaded(config)
    refuse_strangers([experiment] if experiment else [], settings)
    try:
        refuse_unreadable(settings)
        with Bandit(settings) as bandit:
            found = bandit.changes(experiment, limit=limit)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"changes": [plain(each) for each in found]}, indent=2))
    elif found:
        show([_table(found)])
    else:
        click.echo("nothing was changed")


def _table(found: list[Change]) -> Table:
    rows = [
        (stamp(each.time), each.who or "-", each.experiment or "*", what(each), each.note)
        for each in found
    ]
    heads = ("when", "who", "experiment", "what", "why")
    return Table("changes, newest first", heads, tuple(rows), words=len(heads))
