"""`banditware plan`: what would a changed configuration do to what was counted?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby

import click
from click.exceptions import Exit

from banditware.cli.reading import loaded
from banditware.config import Settings
from banditware.control import Controls
from banditware.errors import StoreError
from banditware.operating import controls_in
from banditware.planning.differences import ADDED, AFRESH, CHANGED, GONE, OVERRIDDEN, Difference
from banditware.planning.planned import Plan, planned
from banditware.planning.used import Use, used
from banditware.stores import open_store

#: The exit status of a plan that changes something, if somebody asks for it.
CHANGES = 1

_COLOURS = {ADDED: "green", GONE: "red", CHANGED: "yellow", AFRESH: "magenta", OVERRIDDEN: "cyan"}

_UNSEEN = (
    "compared with what was counted, which tells of versions, arms and goals; "
    "--against OLD.yaml compares everything"
)


@click.command()
@click.argument("config", type=click.Path())
@click.option(
    "--against",
    type=click.Path(),
    metavar="OLD",
    help="The configuration in use: compare with it, not with what the store tells of it.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 1 if something changes.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def plan(config: str | Settings, *, against: str | None, exit_code: bool, as_json: bool) -> None:
    """Show, like a diff, what CONFIG does to what was counted, before it is applied.

    Which experiments, versions and arms are in use is known from the counts in CONFIG's store;
    everything else is compared if the configuration in use is given by --against. Nothing is
    written, and what still waits in spools is not counted.

    Exits with 0, with --exit-code and changes 1, and with 2 if a configuration has mistakes; with 1
    as well if the store cannot be read.
    """
    new = loaded(config)
    old = None if against is None else loaded(against)
    try:
        found = _planned(new, old)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        click.echo(json.dumps({"against": against, **found.as_dict()}, indent=2))
    else:
        _show(found)
        if against is None:
            click.echo(_UNSEEN, err=True)
    raise Exit(CHANGES if exit_code and found.differences else 0)


def _planned(new: Settings, old: Settings | None) -> Plan:
    counted, controls = _kept(old or new)
    return planned(new, counted, old, controls)


def _kept(settings: Settings) -> tuple[Mapping[str, list[Use]], Controls]:
    """Return what the store of a configuration knows; nothing if it has not begun.

    Raises:
        StoreError: it cannot be read.
    """
    store = open_store(settings.store, settings.folder)
    path = settings.folder / settings.store.partition(":///")[2]
    if not store.shared or (settings.store.startswith("sqlite:") and not path.exists()):
        return {}, Controls()
    try:
        ledgers = dict.fromkeys(store.ledgers(), -1)
        read, controls = store.exchange([], ledgers).counts, controls_in(store)
    finally:
        store.close()
    return used({ledger: counts.fields for ledger, counts in read.items()}), controls


def _show(found: Plan) -> None:
    for experiment, group in groupby(found.differences, lambda each: each.experiment):
        click.secho(experiment or "the file", bold=True)
        _list(*group)
    if not found.differences:
        click.echo("nothing changes")
    if found.standing:
        click.secho("what operators decided stays", bold=True)
        for each in found.standing:
            _list(each, head=f"{each.experiment} " if each.experiment else "")


def _list(*differences: Difference, head: str = "") -> None:
    for each in differences:
        click.secho(f"  {head}{each}", fg=_COLOURS[each.kind])
