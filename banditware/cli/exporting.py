"""`banditware export`: counts and the decision log as tables for other programs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from banditware.bandit import Bandit
from banditware.cli.completing import experiments_of
from banditware.cli.moments import moment_of, seconds_of
from banditware.cli.progress import shown
from banditware.cli.reading import counting, loaded
from banditware.cli.sheets import FORMATS, Sheet, format_of, write
from banditware.config import Settings
from banditware.copying import copying_of
from banditware.counts import totals
from banditware.errors import StoreError, UnknownExperimentError
from banditware.log.settings import ToFile, ToStream
from banditware.log.tails import tail_of
from banditware.log.wanted import Wanted, events_of
from banditware.rows import COLUMNS, HISTORY, Provenance, history_rows, rows_of
from banditware.stores import Store, open_store


class Source(NamedTuple):
    """Where rows come from.

    Attributes:
        settings: the configuration.
        store: its counts.
        bandit: knows what happened when.
        names: experiments that are wanted; none for all.
        times: from when, until when, and in which steps, of what happened when.
    """

    settings: Settings
    store: Store
    bandit: Bandit
    names: tuple[str, ...]
    times: Mapping[str, float | None]

    def ledgers(self) -> list[str]:
        """Return the ledgers that are wanted: every version of these experiments."""
        found = sorted(name for name in self.store.ledgers() if "@" in name)
        if not self.names:
            return found
        return [name for name in found if name.partition("@")[0] in self.names]


@click.command("export")
@click.argument("config", type=click.Path())
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT]...", shell_complete=experiments_of)
@click.option(
    "--what",
    default="counts",
    show_default=True,
    type=click.Choice(["counts", "history", "excluded", "assignments", "rewards"]),
    help="What the rows are.",
)
@click.option(
    "--format",
    "asked",
    type=click.Choice(FORMATS),
    help="How they are written.  [default: what FILE's name says, or csv]",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to. A file that is there is replaced when all is written.",
)
@click.option("--since", metavar="TIME", help="Of history and the log: 2h ago, or 2026-12-01.")
@click.option("--until", metavar="TIME", help="Of the same: before then.")
@click.option("--step", metavar="TIME", help="Of history: hours of a row, as in 1h or 7d.")
def export(  # noqa: PLR0913 - there is that much to say of a table
    config: str | Settings,
    experiments: tuple[str, ...],
    *,
    what: str,
    asked: str | None,
    out: Path | None,
    since: str | None,
    until: str | None,
    step: str | None,
) -> None:
    """Write what was counted for EXPERIMENTs of CONFIG, or for all, as a table.

    `counts` has a row for each version, arm and goal, `history` one for each hour (or day, of more
    than eight days) in which something happened, `excluded` one for each version and reason.
    Everything that processes on this machine have recorded is counted first. `assignments` has a
    row for each pull in the decision log, and `rewards` one for each reward that was counted; they
    join by decision_id.

    Exits with 2 if CONFIG has mistakes or something is asked for that is not there, and with 1 if
    it cannot be read or written.
    """
    form, now = format_of(asked, out), time.time()
    times = {
        "since": moment_of("--since", since, now),
        "until": moment_of("--until", until, now),
        "step": None if step is None else seconds_of("--step", step),
    }
    settings = loaded(config)
    try:
        if what in _LOGGED:
            wanted = Wanted(frozenset(experiments), since=times["since"], until=times["until"])
            number = write(_LOGGED[what](settings, wanted), form, out)
        else:
            chosen = (experiments, times)
            number = _write_counts(settings, chosen, _COUNTED[what], (form, out))
    except (OSError, StoreError) as error:
        raise click.ClickException(str(error)) from error
    if out is not None:
        click.echo(f"{out}: {number:,} rows", err=True)


def _write_counts(
    settings: Settings,
    chosen: tuple[tuple[str, ...], Mapping[str, float | None]],
    sheet: Callable[[Source], Sheet],
    how: tuple[str, Path | None],
) -> int:
    with counting(settings) as bandit:
        store = open_store(settings.store, settings.folder)
        source = Source(settings, store, bandit, *chosen)
        try:
            _refuse_strangers(source)
            return write(sheet(source), *how)
        finally:
            store.close()


def _refuse_strangers(source: Source) -> None:
    """Refuse names that neither the configuration nor the store has."""
    known = {each.name for each in source.settings.experiments}
    known |= {name.partition("@")[0] for name in source.store.ledgers()}
    for name in source.names:
        if name not in known:
            raise click.UsageError(str(UnknownExperimentError(name, known)))


def _counts(source: Source) -> Sheet:
    goals = {each.name: each.goal for each in source.settings.experiments}
    copying, ledgers = copying_of(source.store), source.ledgers()

    def rows() -> Iterator[tuple[Any, ...]]:
        for ledger in shown(ledgers, length=len(ledgers), label="exporting"):
            own, others = copying.parts(ledger)
            for part in (own, *others.values()):
                where = Provenance(part.origin, part.place, part.version)
                goal = goals.get(ledger.partition("@")[0], "")
                yield from rows_of(ledger, part.fields, where, goal)

    return Sheet(COLUMNS, rows())


def _excluded(source: Source) -> Sheet:
    ledgers = source.ledgers()

    def rows() -> Iterator[tuple[Any, ...]]:
        read = source.store.exchange([], dict.fromkeys(ledgers, -1)).counts
        for ledger in ledgers:
            experiment, _, version = ledger.partition("@")
            for reason, number in sorted(totals(read[ledger].fields).excluded.items()):
                yield experiment, version, reason, number

    return Sheet({"experiment": str, "version": str, "reason": str, "number": int}, rows())


def _history(source: Source) -> Sheet:
    names = source.names or tuple(each.name for each in source.settings.experiments)

    def rows() -> Iterator[tuple[Any, ...]]:
        for name in shown(names, length=len(names), label="exporting"):
            try:
                found = source.bandit.history(name, **source.times)
            except (ValueError, UnknownExperimentError) as error:
                raise click.UsageError(str(error)) from error
            yield from history_rows(found)

    return Sheet(HISTORY, rows())


#: What is written out of the store.
_COUNTED = {"counts": _counts, "history": _history, "excluded": _excluded}


class _Table(NamedTuple):
    """What is written out of the decision log.

    Attributes:
        kind: of which events.
        columns: what stands in each column; all of them are fields of these events.
    """

    kind: str
    columns: Mapping[str, type]

    def __call__(self, settings: Settings, wanted: Wanted) -> Sheet:
        known = [each.name for each in settings.experiments]
        wanted = wanted._replace(kinds=frozenset({self.kind}))
        return Sheet(self.columns, self._rows(_lines(settings), wanted, known))

    def _rows(
        self, lines: Iterable[bytes], wanted: Wanted, known: list[str]
    ) -> Iterator[tuple[Any, ...]]:
        """Yield a row for each event that was counted, once, however often it was told."""
        seen: set[str] = set()
        met = set(known)
        for event, _ in events_of(shown(lines, length=None, label="exporting")):
            met.add(str(event.get("experiment")))
            again = event.get("event_id") in seen
            seen.add(str(event.get("event_id")))
            if event.get("counted") and not again and wanted.holds(event):
                yield tuple(event.get(name) for name in self.columns)
        for name in wanted.experiments - met:
            raise click.UsageError(str(UnknownExperimentError(name, met)))


def _lines(settings: Settings) -> Iterator[bytes]:
    places = [place for place in settings.log if isinstance(place.to, ToFile | ToStream)]
    if not places:
        mend = "add log: {file: decisions.jsonl}"
        raise click.UsageError(f"{settings.source} keeps no decision log to read: {mend}")
    tail = tail_of(places[0])
    try:
        yield from tail.read()
    finally:
        tail.close()


_EVENT = {
    "timestamp": datetime,
    "experiment": str,
    "version": str,
    "subject": str,
    "arm": str,
    "propensity": float,
    "decision_id": str,
    "event_id": str,
}

_LOGGED = {
    "assignments": _Table("decision", {**_EVENT, "policy": str, "reason": str, "snapshot": int}),
    "rewards": _Table(
        "reward", {**_EVENT, "goal": str, "amount": float, "delay": float, "holdout": bool}
    ),
}
