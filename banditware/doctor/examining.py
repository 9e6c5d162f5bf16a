"""Everything that can be looked at for a configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from banditware.backlog import Backlog, backlog
from banditware.config import Settings
from banditware.doctor import alarmed, databases, disks, keys, ledgers, servers, workers
from banditware.doctor.findings import Finding, Level, judged
from banditware.doctor.servers import Clocks
from banditware.errors import StoreError
from banditware.stores import Store, open_store

_AWAY = "while it is away, counts wait on the disks of the app, and nobody learns from them"

_SEE = "see that it runs, and that this host and user may use it"


def examine(settings: Settings, clocks: Clocks) -> list[Finding]:
    """Return everything that was found, in the order in which it was looked at.

    Args:
        settings: the configuration.
        clocks: how time is told.
    """
    found: list[Finding] = []
    try:
        store = open_store(settings.store, settings.folder)
        found.extend(_store(store, settings, clocks))
        store.close()
    except StoreError as error:
        found.append(Finding(Level.DANGER, "store", str(error), _AWAY, _SEE))
    for facts in keys.gather(settings.secret_keys):
        found += judged(keys.RULES, facts)
    return [*found, *judged(workers.RULES, workers.gather())]


def _store(store: Store, settings: Settings, clocks: Clocks) -> Iterator[Finding]:
    if not store.shared or store.folder is None:
        yield Finding(
            Level.WARNING,
            "store",
            "counts are kept in memory",
            "every worker learns by itself, and all is forgotten when it ends",
            "share them by sqlite:///PATH or redis://HOST",
        )
        return
    path = getattr(store, "path", None)
    there = True
    if path is not None:
        facts = databases.gather(path)
        there = facts.known["there"]
        yield from judged(databases.RULES, facts)
        yield from judged(disks.DISK_RULES, disks.gather(path))
    reached = _reached(store) if there else None
    answers = reached is not None and reached.level is Level.FINE
    if reached is not None:
        yield reached
    if answers:
        yield from _counts(store, settings, clocks)
    yield from _spools(store, store.folder, clocks, away=not answers)


def _reached(store: Store) -> Finding:
    try:
        store.check()
    except StoreError as error:
        return Finding(Level.DANGER, "store", str(error), _AWAY, _SEE)
    return Finding(Level.FINE, "store", f"{store.url} answers and can be written")


def _counts(store: Store, settings: Settings, clocks: Clocks) -> Iterator[Finding]:
    ask = getattr(store, "ask", None)
    if ask is not None:
        for facts in servers.gather(ask, clocks):
            yield from judged(servers.RULES, facts)
    yield from alarmed.findings(store, settings.experiments, clocks.clock)
    for facts in ledgers.gather(settings.experiments, store.ledgers()):
        yield from judged(ledgers.RULES, facts)


def _spools(store: Store, folder: Path, clocks: Clocks, *, away: bool) -> Iterator[Finding]:
    waiting: Backlog | None = Backlog()
    if folder.exists():
        waiting = None if away else backlog(store, folder)
    facts = disks.spool_facts(folder, waiting, clocks.clock())
    yield from judged(disks.SPOOL_RULES, facts)
    if getattr(store, "path", None) is None:
        yield from judged(disks.DISK_RULES, disks.gather(folder))
