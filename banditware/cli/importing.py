"""`banditware import`: what others have counted, into our store."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path

import click
from click.exceptions import Exit

from banditware.cli.flask_mab import PastError, fields_of, known_of, read_past, strangers
from banditware.cli.import_counts import import_counts
from banditware.cli.reading import loaded
from banditware.config import Settings
from banditware.counts import totals
from banditware.errors import StoreError
from banditware.stores import Batch, Store, open_store

#: The name under which the store remembers, beside the counts, that they were brought in.
SPOOL = "flask-mab"


@click.group()
def imports() -> None:
    """Take over what others have counted."""


imports.add_command(import_counts)


@imports.command("flask-mab")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("config", type=click.Path())
@click.option(
    "--amount", default=1.0, show_default=True, metavar="NUMBER", help="What one reward was."
)
@click.option(
    "--known-only", is_flag=True, help="Leave out experiments and arms that CONFIG does not have."
)
def flask_mab(file: Path, config: str | Settings, *, amount: float, known_only: bool) -> None:
    """Add what Flask-MAB has counted in FILE, of its JSONBanditStorage, to the store of CONFIG.

    Experiments and arms are those of the same names. What a store has taken over once, it does not
    take over again; do it before its counts are copied to another store. Stop the old app first:
    what it counts later is lost.

    Exits with 2 if FILE or CONFIG cannot be used, or their names differ, and with 1 if the store
    cannot be used or has taken over an experiment before.
    """
    settings = loaded(config)
    try:
        ledgers = _ledgers(file, settings, amount, known_only=known_only)
    except PastError as error:
        raise click.UsageError(str(error)) from error
    try:
        taken = _taken_over(settings, ledgers)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    _tell(ledgers, taken)


def _ledgers(
    file: Path, settings: Settings, amount: float, *, known_only: bool
) -> dict[str, dict[str, float]]:
    """Return what to add to each ledger."""
    past = read_past(file)
    unknown = strangers(past, settings)
    if unknown and not known_only:
        mend = "add them, or leave them out with --known-only"
        raise PastError("\n".join([*(f"{file}: {each}" for each in unknown), mend]))
    if not amount or not math.isfinite(amount):
        raise PastError(f"--amount is what one reward was: a number other than 0, not {amount:g}")
    experiments = {each.name: each for each in settings.experiments}
    return {
        experiments[name].ledger: fields_of(experiments[name], counts, amount)
        for name, counts in known_of(past, settings).items()
    }


def _taken_over(settings: Settings, ledgers: Mapping[str, Mapping[str, float]]) -> set[str]:
    """Add what is new, and return the ledgers that had it already.

    A store applies a batch if the position it knows of its spool is where the batch starts, and
    keeps the end in the same step. So whoever brings it, it is in there once.
    """
    store = open_store(settings.store, settings.folder)
    _refuse_memory(store)
    try:
        store.check()
        known = {ledger for ledger in ledgers if store.positions(SPOOL).get(ledger)}
        new = {name: fields for name, fields in ledgers.items() if name not in known}
        store.exchange([Batch(name, SPOOL, 0, 1, fields) for name, fields in new.items()], {})
    finally:
        store.close()
    return known


def _refuse_memory(store: Store) -> None:
    if not store.shared:
        raise StoreError(store.url, "these counts would end with this command: name another store")


def _tell(ledgers: Mapping[str, Mapping[str, float]], known: Iterable[str]) -> None:
    for ledger, fields in ledgers.items():
        if ledger in known:
            click.echo(f"{ledger} was left alone: it was taken over before", err=True)
            continue
        arms = totals(fields).arms.values()
        rewards = sum(goal.rewards for arm in arms for goal in arm.goals.values())
        click.echo(f"{ledger}: {sum(arm.pulls for arm in arms):,} pulls, {rewards:,} rewards")
    if known:
        raise Exit(1)
