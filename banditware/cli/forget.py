"""`banditware forget`: erase what is kept of somebody."""

from __future__ import annotations

import json
import time

import click

from banditware.cli.reading import loaded
from banditware.config import Settings
from banditware.errors import StoreError
from banditware.events.describing import timestamp
from banditware.forgetting import Forgotten, forget_subjects

#: Exit status if something is left.
LEFT = 1


@click.command()
@click.argument("config", type=click.Path())
@click.argument("subjects", metavar="[SUBJECT]...", nargs=-1)
@click.option(
    "--user",
    "users",
    multiple=True,
    metavar="ID",
    help="Somebody whom the app knows, as it calls them in visit.identify. May be repeated.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
@click.pass_context
def forget(
    ctx: click.Context,
    config: str | Settings,
    *,
    subjects: tuple[str, ...],
    users: tuple[str, ...],
    as_json: bool,
) -> None:
    """Erase what is kept of each SUBJECT: an id, as `visit.subject` has it.

    Erases events from the files and streams of the decision log, and what the store keeps of people
    whom the app knows. Counts hold nobody's data, and the
    browser keeps its cookie until it expires or the visitor refuses. Run it on every machine that
    has such files.

    Exits with 2 if CONFIG has mistakes, and with 1 if something could not be erased.
    """
    if not subjects and not users:
        raise click.UsageError("name a SUBJECT, or somebody by --user")
    settings = loaded(config)
    try:
        found = forget_subjects(settings, subjects, users, time.time())
    except (OSError, StoreError) as error:
        raise click.ClickException(str(error)) from error
    _show(found, as_json=as_json)
    ctx.exit(LEFT if found.unfinished else 0)


def _show(found: Forgotten, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
        return
    if found.people:
        click.echo(f"forgot {found.people} people and what their devices have in common")
    click.echo(f"erased {found.events} events of the decision log")
    if found.decisions:
        click.echo(
            f"the ids of {len(found.decisions)} decisions, which are random numbers, are "
            f"remembered until {timestamp(found.until)[:10]} at most, so that rewards count once"
        )
    for each in found.elsewhere:
        click.echo(f"{each} got events, too: erase them where it keeps them")
    for path in found.unfinished:
        click.echo(f"{path} is being compressed: run this again when it is done", err=True)
