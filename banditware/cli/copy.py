"""`banditware copy`: from one store to another and back, while workers run."""

from __future__ import annotations

import contextlib
import json
import random
import time
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any, NamedTuple

import click
from click.exceptions import Exit

from banditware.backlog import backlog
from banditware.breaker import Breaker
from banditware.cli.progress import shown
from banditware.config import load
from banditware.copying import ADD, LEAVE, REPLACE, Copied, copy_all, copying_of
from banditware.counts import totals
from banditware.errors import ConfigError, StoreError
from banditware.operating import carry_controls
from banditware.outbox import Outbox
from banditware.stores import Store, open_store


class Tally:
    """What has been copied.

    Attributes:
        ledgers: ledgers in which something was new.
        pulls: pulls that were new.
        rewards: rewards that were new.
        keys: once-keys that were new.
        lost: ledgers that were left alone.
    """

    def __init__(self) -> None:
        self.ledgers: set[str] = set()
        self.pulls = 0
        self.rewards = 0
        self.keys = 0
        self.lost: set[str] = set()

    def add(self, copied: Copied) -> None:
        """Add one ledger."""
        if copied.news:
            self.ledgers.add(copied.ledger)
        if copied.lost:
            self.lost.add(copied.ledger)
        arms = totals(copied.added).arms.values()
        self.pulls += sum(arm.pulls for arm in arms)
        self.rewards += sum(int(goal.rewards) for arm in arms for goal in arm.goals.values())
        self.keys += copied.keys

    def plain(self) -> dict[str, Any]:
        """Return the numbers, JSON-ready."""
        numbers = {"pulls": self.pulls, "rewards": self.rewards, "once_keys": self.keys}
        return {**numbers, "ledgers": sorted(self.ledgers), "left_alone": sorted(self.lost)}

    def __str__(self) -> str:
        return (
            f"{self.pulls:,} pulls, {self.rewards:,} rewards and {self.keys:,} once-keys "
            f"in {len(self.ledgers):,} ledgers"
        )


@click.command()
@click.argument("origin", metavar="FROM")
@click.argument("target", metavar="TO")
@click.option("--drain", is_flag=True, help="First carry what this machine's spools hold to FROM.")
@click.option(
    "--anew",
    default=LEAVE,
    show_default=True,
    type=click.Choice([LEAVE, ADD, REPLACE]),
    help="What to do with ledgers that FROM has lost and begun anew since they were copied.",
)
@click.option(
    "--follow",
    is_flag=False,
    flag_value=1.0,
    type=click.FloatRange(0.01),
    metavar="[SECONDS]",
    help="Go on copying what is new, every second if no other number is given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")
def copy(  # noqa: PLR0913  # click passes one by one
    origin: str, target: str, *, drain: bool, anew: str, follow: float | None, as_json: bool
) -> None:
    """Copy all counts and once-keys of the store FROM into the store TO.

    Both are addresses of stores, or configurations that name one. What TO has counted itself is
    kept, and nothing is ever copied twice: interrupt it, repeat it, copy back. Workers may go on
    meanwhile; copy once more when the last of them has gone over to TO.

    Exits with 1 if a store cannot be used or a ledger had to be left alone, and with 2 if FROM or
    TO cannot be read.
    """
    source, sink = _opened(origin), _opened(target)
    if source.folder == sink.folder:
        raise click.UsageError(f"FROM and TO share the spools in {source.folder}; name two stores")
    tally = Tally()
    try:
        if drain and source.folder is not None:
            Outbox(source.folder).drain_all(source, source.ledgers())
        run = Run(source, sink, tally, {}, anew)
        run.first()
        carry_controls(source, sink, time.time())
        if follow:
            click.echo(f"copied {tally}; following, interrupt to end", err=as_json)
            run.follow(Breaker(follow, random.Random()))
        _tell(source, sink, tally, as_json=as_json)
    except StoreError as error:
        raise click.ClickException(str(error)) from error
    if tally.lost:
        raise Exit(1)


def _opened(place: str) -> Store:
    """Return the store of an address or of a configuration."""
    try:
        if "://" in place:
            store = open_store(place, Path.cwd())
        else:
            settings = load(place)
            store = open_store(settings.store, settings.folder)
        copying_of(store)
    except (ConfigError, StoreError) as error:
        raise click.UsageError(str(error)) from error
    return store


class Run(NamedTuple):
    """One copy after the other.

    Attributes:
        source: where from.
        sink: where to.
        tally: what has been copied.
        seen: version of each ledger when it was copied last.
        anew: what to do with ledgers that the source has lost and begun anew.
    """

    source: Store
    sink: Store
    tally: Tally
    seen: MutableMapping[str, int]
    anew: str

    def first(self) -> None:
        """Copy everything, with a bar where a person looks at it."""
        self.source.check()
        self.sink.check()
        length = len(self.source.ledgers())
        for copied in shown(self._copies(), length=length, label="copying"):
            self.tally.add(copied)

    def follow(self, breaker: Breaker) -> None:
        """Copy what is new until interrupted; a store that is away is waited for."""
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                _pause(breaker.pause())
                try:
                    for copied in self._copies():
                        self.tally.add(copied)
                except StoreError as error:
                    breaker.failed()
                    click.echo(f"trying again: {error}", err=True)
                else:
                    breaker.succeeded()

    def _copies(self) -> Iterator[Copied]:
        return copy_all(self.source, self.sink, self.seen, anew=self.anew)


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _tell(source: Store, sink: Store, tally: Tally, *, as_json: bool) -> None:
    news = f"copied {tally}" if tally.ledgers else "nothing is new"
    text = f"{news}: {sink.url} has what {source.url} has"
    plain = {"from": source.url, "to": sink.url, **tally.plain()}
    click.echo(json.dumps(plain, indent=2) if as_json else text)
    for ledger in sorted(tally.lost):
        click.echo(
            f"{ledger} was left alone: {source.url} lost it since it was copied and has begun it "
            "anew; if its spools have brought everything back, copy with --anew replace, and if "
            "nothing, with --anew add",
            err=True,
        )
    waiting = backlog(source, source.folder) if source.folder is not None else None
    if waiting and waiting.records:
        click.echo(
            f"{waiting.records:,} records wait in {waiting.spools:,} spools of FROM, in "
            f"{source.folder}: copy again when its workers have ended, with --drain",
            err=True,
        )
