"""`banditware import counts`: what another store has exported, into ours."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click
from click.exceptions import Exit

from banditware.bringing import Brought, bring
from banditware.cli.progress import shown
from banditware.cli.reading import loaded
from banditware.cli.sheets import FORMATS, SheetError, read
from banditware.config import Settings
from banditware.counts import totals
from banditware.errors import StoreError, suggestion
from banditware.rows import CountRow, Provenance, RowError, fields_of, provenance, row_of
from banditware.stores import open_store
from banditware.stores.parts import Part

#: Rows of one part of one ledger.
Groups = Mapping[tuple[str, Provenance], list[CountRow]]


@click.command("counts")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("config", type=click.Path())
@click.option(
    "--format", "asked", type=click.Choice(FORMATS), help="What FILE is.  [default: by its name]"
)
@click.option("--known-only", is_flag=True, help="Leave out experiments that CONFIG does not have.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def import_counts(
    file: Path, config: str | Settings, *, asked: str | None, known_only: bool, as_json: bool
) -> None:
    """Add the counts of FILE, which `banditware export` wrote, to the store of CONFIG.

    A store takes every state of what another one counted a single time: the same FILE again adds
    nothing, and a later one adds what is new. Pulls and rewards go over, not what is excluded, and
    no keys by which rewards count once: import what has ended, and `copy` what goes on.

    Exits with 2 if FILE or CONFIG cannot be used, or CONFIG has not these experiments, and with 1
    if the store cannot be used or something had to be left alone.
    """
    settings = loaded(config)
    try:
        groups = _known(file, _groups(file, asked), settings, known_only=known_only)
        found = list(_brought(settings, {key: fields_of(rows) for key, rows in groups.items()}))
    except (SheetError, RowError) as error:
        raise click.UsageError(str(error)) from error
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    (_print if as_json else _tell)(found)
    raise Exit(1 if any(each.refused for each in found) else 0)


def _groups(file: Path, asked: str | None) -> Groups:
    """Return all rows of a file, by what they are part of."""
    groups: dict[tuple[str, Provenance], list[CountRow]] = {}
    for place, values in read(file, asked):
        try:
            row = row_of(values)
        except RowError as error:
            raise RowError(f"{place}: {error}") from error
        groups.setdefault((f"{row.experiment}@{row.version}", provenance(row)), []).append(row)
    return groups


def _known(file: Path, groups: Groups, settings: Settings, *, known_only: bool) -> Groups:
    """Return what the configuration has experiments for.

    Raises:
        RowError: there is more.
    """
    experiments = {each.name: each for each in settings.experiments}
    names = {ledger.partition("@")[0] for ledger, _ in groups}
    strangers = sorted(names - set(experiments))
    if strangers and not known_only:
        told = [f"there is no experiment {n!r}{suggestion(n, experiments)}" for n in strangers]
        mend = "add them, or leave them out with --known-only"
        raise RowError("\n".join([*(f"{file}: {each}" for each in told), mend]))
    return {key: rows for key, rows in groups.items() if key[0].partition("@")[0] in experiments}


_CONTEXTUAL = "it learns from contexts, which no row has: `banditware copy` takes over all of it"


def _brought(
    settings: Settings, groups: Mapping[tuple[str, Provenance], Mapping[str, float]]
) -> Iterator[Brought]:
    store = open_store(settings.store, settings.folder)
    target = store.copying()
    if target is None:
        mend = "these counts would end with this command: name another store"
        raise StoreError(store.url, mend)
    contextual = {each.name for each in settings.experiments if each.context is not None}
    try:
        store.check()
        for (ledger, where), fields in shown(groups.items(), length=len(groups), label="importing"):
            if ledger.partition("@")[0] in contextual:
                yield Brought(ledger, {}, _CONTEXTUAL)
            else:
                yield bring(store, target, ledger, Part(*where, fields))
    finally:
        store.close()


def _numbers(brought: Brought) -> tuple[int, int]:
    """Return pulls and rewards that were added."""
    arms = totals(brought.added).arms.values()
    rewards = sum(int(goal.rewards) for arm in arms for goal in arm.goals.values())
    return sum(arm.pulls for arm in arms), rewards


def _tell(found: Iterable[Brought]) -> None:
    for each in found:
        pulls, rewards = _numbers(each)
        if each.refused:
            click.echo(f"{each.ledger} was left alone: {each.refused}", err=True)
        elif each.added:
            click.echo(f"{each.ledger}: {pulls:,} pulls, {rewards:,} rewards")
        else:
            click.echo(f"{each.ledger}: nothing is new")


def _print(found: Iterable[Brought]) -> None:
    ledgers = [
        {
            "ledger": each.ledger,
            **dict(zip(("pulls", "rewards"), _numbers(each), strict=True)),
            "refused": each.refused or None,
        }
        for each in found
    ]
    click.echo(json.dumps({"ledgers": ledgers}, indent=2))
