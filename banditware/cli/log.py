"""`banditware log`: read, filter and follow the decision log."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from banditware.cli.completing import any_arm_of, experiments_of
from banditware.cli.logged import readable
from banditware.cli.moments import moment_of
from banditware.cli.reading import loaded
from banditware.cli.tables import on_terminal
from banditware.config import Settings
from banditware.errors import StoreError, suggestion
from banditware.events.describing import Event
from banditware.log.settings import LogSettings, ToFile, ToStream
from banditware.log.sinks import UnusableError
from banditware.log.tails import Tail, tail_of
from banditware.log.wanted import Wanted, events_of, shown_subjects

KINDS = ("decision", "reward", "identity")

#: Events that are shown at first if somebody only wants to follow.
FEW = 10

#: Seconds between two looks for new events.
PAUSE = 0.5


class Opened(NamedTuple):
    """Where to read.

    Attributes:
        tail: the log.
        experiments: names that a configuration has.
        secrets: with which subjects may be hashed.
    """

    tail: Tail
    experiments: Sequence[str] = ()
    secrets: Sequence[str] = ()


class Way(NamedTuple):
    """How events are shown.

    Attributes:
        write: shows one, given it and its line.
        last: only so many of those that are there; None for all.
        follow: go on with those that come.
    """

    write: Callable[[Event, bytes], None]
    last: int | None
    follow: bool


@click.command()
@click.argument("config", type=click.Path(), metavar="CONFIG|FILE")
@click.option(
    "--experiment",
    "experiments",
    multiple=True,
    metavar="NAME",
    help="Events of this experiment. May be repeated, as all of these.",
    shell_complete=experiments_of,
)
@click.option(
    "--arm",
    "arms",
    multiple=True,
    metavar="NAME",
    help="Events of this arm.",
    shell_complete=any_arm_of,
)
@click.option("--subject", "subjects", multiple=True, metavar="ID", help="Events of this subject.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    metavar="KIND",
    help=f"One of {', '.join(KINDS)}.",
    shell_complete=lambda _ctx, _parameter, begun: [k for k in KINDS if k.startswith(begun)],
)
@click.option("--since", metavar="TIME", help="From then on: 2h ago, 2026-12-01, or a time.")
@click.option("--until", metavar="TIME", help="Before then.")
@click.option("--last", type=click.IntRange(1), metavar="NUMBER", help="Only the last of these.")
@click.option("--follow", is_flag=True, help="Go on with what comes, until interrupted.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines on a terminal, too.")
@click.option("--text", "as_text", is_flag=True, help="A line to be read in a pipe, too.")
def log(  # noqa: PLR0913 - a filter has that many parts
    config: str | Settings,
    *,
    since: str | None,
    until: str | None,
    last: int | None,
    follow: bool,
    as_json: bool,
    as_text: bool,
    **names: tuple[str, ...],
) -> None:
    """Show events of the decision log of CONFIG, or of a FILE of one, the oldest first.

    Rotated and compressed files before are read as well, and of several places the first that can
    be read. A terminal gets a line to be read for each event, and a pipe JSON Lines as they were
    written. Subjects are found by their ids, even hashed. With --follow, and without --since and
    --last, the last 10 events come first.

    Exits with 2 if CONFIG has mistakes or its log is kept where it cannot be read, and with 1 if it
    cannot be read now.
    """
    now, opened = time.time(), _opened(config)
    wanted = Wanted(
        frozenset(names["experiments"]),
        frozenset(names["arms"]),
        shown_subjects(names["subjects"], opened.secrets),
        frozenset(map(_kind, names["kinds"])),
        moment_of("--since", since, now),
        moment_of("--until", until, now),
    )
    if last is None and follow and since is None:
        last = FEW
    text = as_text or (on_terminal() and not as_json)
    try:
        with contextlib.suppress(KeyboardInterrupt):
            _show(opened, wanted, Way(_write_text if text else _write_line, last, follow))
    except (OSError, StoreError) as error:
        raise click.ClickException(str(error)) from error
    finally:
        opened.tail.close()


def _kind(name: str) -> str:
    if name not in KINDS:
        hint = suggestion(name, KINDS) or f"; there are {', '.join(KINDS)}"
        raise click.UsageError(f"--kind: no event is a {name!r}{hint}")
    return name


def _opened(config: str | Settings) -> Opened:
    """Return where the log of a configuration, or of a file of one, is read."""
    if isinstance(config, str) and _is_log(Path(config)):
        return Opened(tail_of(LogSettings(ToFile(Path(config)))))
    settings = loaded(config)
    if not settings.log:
        raise click.UsageError(
            f"{settings.source} keeps no decision log: add log: {{file: decisions.jsonl}}"
        )
    files = [place for place in settings.log if isinstance(place.to, ToFile | ToStream)]
    try:
        tail = tail_of((files or settings.log)[0])
    except UnusableError as error:
        raise click.UsageError(str(error)) from error
    names = [each.name for each in settings.experiments]
    return Opened(tail, names, settings.secret_keys)


def _is_log(path: Path) -> bool:
    """Tell a file of the log from a configuration: by its name, or by its first event."""
    if path.suffix in {".yaml", ".yml"}:
        return False
    if ".jsonl" in path.suffixes:
        return True
    try:
        with path.open("rb") as file:
            return any("event_id" in event for event, _ in events_of([file.readline()]))
    except OSError:
        return False


def _show(opened: Opened, wanted: Wanted, way: Way) -> None:
    met: set[str] = set()
    there = _chosen(opened.tail, wanted, met)
    found = there if way.last is None else deque(there, maxlen=way.last)
    number = 0
    for event, line in found:
        way.write(event, line)
        number += 1
    if not number:
        _hint(wanted.experiments, {*met, *opened.experiments})
    while way.follow:
        time.sleep(PAUSE)
        for event, line in _chosen(opened.tail, wanted, met):
            way.write(event, line)


def _chosen(tail: Tail, wanted: Wanted, met: set[str]) -> Iterator[tuple[Event, bytes]]:
    """Yield the events that are wanted and new; note all experiments that are met."""
    for event, line in events_of(tail.read()):
        met.add(str(event.get("experiment")))
        if wanted.holds(event):
            yield event, line


def _hint(names: Iterable[str], known: set[str]) -> None:
    """Tell of experiments that nobody has heard of, where nothing was found."""
    for name in names:
        if name not in known:
            near = suggestion(name, known)
            click.echo(f"no event is of an experiment called {name!r}{near}", err=True)


def _write_line(_event: Event, line: bytes) -> None:
    click.echo(line.rstrip(b"\n"))


def _write_text(event: Event, _line: bytes) -> None:
    click.echo(readable(event))
