"""`redis://` and its kin: counts for the processes of many machines, on one server or on many.

Everything of a ledger that has to be changed in one step is one hash, so that it is lost as a whole
or not at all, and every change is one script, which a server runs as a whole or not at all. Keys:

| key | type | what |
|---|---|---|
| `PREFIX:schema` | text | version of what the keys mean |
| `PREFIX:ledgers` | set | the ledgers there are |
| `{PREFIX:*controls}` | hash | what operators changed, and its version |
| `{PREFIX:*controls}:changes` | list | every change, newest first |
| `PREFIX:person:KEY` | hash | what was decided for a person; see `banditware.stores.people` |
| `{PREFIX:LEDGER}` | hash | counts, version and positions; see `lua/common.lua` |
| `{PREFIX:LEDGER}:aside` | hash | what is kept aside of the counts; see `Store.aside` |
| `{PREFIX:LEDGER}:excerpt` | hash | its counts, if it has many positions; lives for `EXCERPT` |
| `{PREFIX:LEDGER}:once:COHORT` | set | once-keys; lives until `fold` forgets it |
| `{PREFIX:LEDGER}:calm` | text | no backup is made of the ledger; lives for `CALM` |
| `{PREFIX:LEDGER}:gone:SPOOL` | text | a spool that was released; lives for `TOMBSTONE` |

The braces make a cluster keep the keys of a ledger together. Nothing has to be changed in one step
over two ledgers, nor over a ledger and the set of all: what is missing there is put in again with
the next batch.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from banditware.control import CONTROLS
from banditware.errors import StoreError
from banditware.model import DAY
from banditware.stores import redis_texts as texts
from banditware.stores.address import Address
from banditware.stores.base import (
    DUPLICATE,
    LEAP,
    NAME,
    TRAIL,
    Backup,
    Batch,
    Exchange,
    Mark,
    Verdict,
    cohort_of,
)
from banditware.stores.parts import Copying
from banditware.stores.pipeline import Command, script
from banditware.stores.reaching import reach
from banditware.stores.redis_controls import RedisControls
from banditware.stores.redis_parts import RedisParts
from banditware.stores.redis_people import RedisPeople
from banditware.stores.server import Server
from banditware.turns import spaced

#: Raised when keys change so that an older banditware must not touch them.
SCHEMA = 1

#: Seconds for which a batch of a released spool is refused. A request is on its way for as long as
#: a network keeps it, or until a server that was stopped goes on.
TOMBSTONE = int(DAY)

#: Seconds without backups after a ledger was lost. Every machine looks for losses twice a minute,
#: or, after the server was away, once in 30 seconds at least.
CALM = 90

#: Seconds that a set of once-keys lives without a `fold`, which running processes do every minute
#: and which sets the exact end: only what nobody runs any more ends by this.
ONCE = int(400 * DAY)

#: Positions of a ledger from which on its counts are in an excerpt too. Every worker has a spool or
#: two, and reads at every refresh: what each reads must not grow with how many there are.
MANY = 64

#: Seconds that an excerpt lives; then it is written anew.
EXCERPT = int(DAY)

#: Seconds that a set lives on after `fold` would forget it, in case nobody calls it any more.
_SLACK = int(7 * DAY)


class RedisStore:
    """Counts on a Redis or Valkey server, version 6.2 or later. See `Store`.

    Attributes:
        url: the address without user, password and options.
        shared: True.
        folder: where spools are kept: a folder of its own for every address.
    """

    shared = True

    def __init__(self, address: Address, folder: Path, server: Server | None = None) -> None:
        """Prepare; nothing is opened yet.

        Args:
            address: where the server is.
            folder: what relative paths are relative to.
            server: talks to it; default: connections of its own, as the address wants them.
        """
        self.url = address.public
        self.folder: Path | None = folder / (address.spool or address.folder)
        self._prefix = address.prefix
        self._server = server or reach(address, folder)
        self._heard: frozenset[str] = frozenset()
        self._crowded: frozenset[str] = frozenset()

    def check(self) -> None:
        """See `Store.check`; only writing shows whether everything may be written."""
        key = f"{self._prefix}:schema"
        _, schema = self._server.send([("SETNX", key, SCHEMA), ("GET", key)])
        if schema != str(SCHEMA):
            raise StoreError(
                self.url,
                f"the counts of prefix {self._prefix!r} were written by a newer banditware; "
                "upgrade this one, or choose another ?prefix=",
            )
        # A user who lacks a permission must not find out in the middle of a script.
        probe = f"probe-{secrets.token_hex(8)}"
        once = (("0:probe:g", {"s": 0.5}),)
        commands = [self._apply(Batch(probe, probe, 0, 1, {"n": 1, "m": 0.5, "~n/0": 1}, once))]
        keys = [self._key(probe), self._aside(probe), self._once(probe, 0)]
        keys += [self._tombstone(probe, probe), self._calm(probe), f"{keys[0]}:excerpt"]
        commands.append(script("read", [keys[0], keys[5]], 0, 0, EXCERPT))
        commands.append(script("release", [keys[0], keys[3]], probe, TOMBSTONE))
        commands.append(script("fold", keys[:3], 1, "n", "m", 0, _SLACK))
        self._server.send([*commands, ("DEL", *keys)])

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """See `Store.exchange`; here all is one round trip, and each batch a step of its own."""
        commands: list[Command] = [self._apply(batch) for batch in spaced(batches)]
        commands += [self._read(name, known[name]) for name in spaced(known, 64)]
        if batches:
            commands.append(("SADD", self._registry(), *(batch.ledger for batch in batches)))
        answers = self._server.send(commands) if commands else []
        positions = {batch.ledger: int(answers[i]) for i, batch in enumerate(batches)}
        read = spaced(zip(known, answers[len(batches) :], strict=False), 16)
        found = {name: answer for name, answer in read if answer is not None}
        self._crowded |= {name for name, (_, _, many) in found.items() if many}
        return Exchange(positions, {name: texts.counts(found[name]) for name in spaced(found, 16)})

    def aside(self, ledger: str) -> Mapping[str, float]:
        """See `Store.aside`."""
        keys = [self._key(ledger), self._aside(ledger)]
        (answer,) = self._server.send([script("aside", keys)])
        return texts.aside(answer)

    def positions(self, spool: str) -> Mapping[str, int]:
        """See `Store.positions`."""
        return self._field(f"@{spool}")

    def release(self, spool: str) -> None:
        """See `Store.release`: late batches are refused for `TOMBSTONE` seconds."""

        def forget(ledger: str) -> Command:
            keys = [self._key(ledger), self._tombstone(ledger, spool)]
            return script("release", keys, spool, TOMBSTONE)

        self._of_each(forget)

    def fold(self, ledger: str, moves: Mapping[str, str], expire: int | None) -> None:
        """See `Store.fold`; it also sets when once-keys end should nobody fold any more."""
        keys, ends = [self._key(ledger), self._aside(ledger)], []
        if expire is not None:
            (listed,) = self._server.send([("HGET", keys[0], "#cohorts")])
            cohorts = [int(cohort) for cohort in (listed or "").split()]
            keys += [self._once(ledger, cohort) for cohort in cohorts]
            ends = [(c, 0 if c < expire else c - expire + _SLACK) for c in cohorts]
        arguments = [text for move in moves.items() for text in move]
        arguments += [str(number) for end in ends for number in end]
        self._server.send([script("fold", keys, len(moves), *arguments)])

    def ledgers(self) -> Mapping[str, int]:
        """See `Store.ledgers`."""
        return self._field("#version")

    def marks(self) -> Mapping[str, Mark]:
        """See `Store.marks`."""
        heads = ("#origin", "#backup", "#version", "#trail")
        found = self._of_each(lambda ledger: ("HMGET", self._key(ledger), *heads))
        return {
            name: Mark(origin or "", int(number or 0), int(version), trail or "")
            for name, (origin, number, version, trail) in spaced(found.items(), 64)
            if version is not None
        }

    def back_up(self, ledger: str, kept: Mark) -> Backup | None:
        """See `Store.back_up`."""
        keys = [self._key(ledger), self._calm(ledger), self._aside(ledger)]
        command = script("backup", keys, *texts.known(kept), secrets.token_hex(NAME // 2), TRAIL)
        (answer,) = self._server.send([command])
        return texts.backup(ledger, answer) if answer else None

    def restore(self, backup: Backup, floor: Mark) -> Verdict:
        """See `Store.restore`; once-keys are forgotten by a new epoch."""
        ledger, mark, fields, positions = backup
        keys = [self._key(ledger), self._calm(ledger), self._aside(ledger)]
        head = (*texts.known(mark), *texts.known(floor)[1:], mark.version, mark.trail)
        more = (secrets.token_hex(8), LEAP, CALM)
        spools = texts.pairs({f"@{spool}": position for spool, position in positions.items()})
        command = script("restore", keys, *head, *more, *texts.pairs(fields), *spools)
        answer, _ = self._server.send([command, ("SADD", self._registry(), ledger)])
        return Verdict(answer)

    def people(self) -> RedisPeople:
        """See `Store.people`."""
        return RedisPeople(self._server, self._prefix)

    def controls(self) -> RedisControls:
        """See `Store.controls`."""
        return RedisControls(self._server, self._key(CONTROLS))

    def copying(self) -> Copying:
        """See `Store.copying`."""
        return RedisParts(self._server, self._prefix, life=ONCE, calm=CALM)

    def ask(self, *command: str) -> Sequence[Any]:
        """Return what each server answers to a command about itself.

        Raises:
            StoreError: it cannot be reached, or forbids it.
        """
        return self._server.ask(command)

    def close(self) -> None:
        """See `Store.close`."""
        self._server.close()

    def _field(self, field: str) -> dict[str, int]:
        """Return a whole number of each ledger that has it."""
        answers = self._of_each(lambda ledger: ("HGET", self._key(ledger), field))
        return {name: int(answer) for name, answer in answers.items() if answer is not None}

    def _of_each(self, make: Callable[[str], Command]) -> dict[str, Any]:
        """Send a command for each ledger there is; return the answers.

        Ledgers are never forgotten, so those that were heard of are asked in the same round trip
        that asks which there are, and only new ones cost another.
        """
        names = sorted(self._heard)
        listed, *answers = self._server.send([("SMEMBERS", self._registry()), *map(make, names)])
        if new := sorted({*listed} - self._heard):
            answers += self._server.send([make(name) for name in new])
            self._heard |= {*new}
        return dict(zip([*names, *new], answers, strict=True))

    def _apply(self, batch: Batch) -> Command:
        ledger = batch.ledger
        gains: dict[tuple[str | int, ...], int] = {}
        by_cohort: dict[int, list[str | int]] = {}
        for key, deltas in batch.once:
            # Rewards of one arm and amount add the same: it is sent once for all of them.
            gain = gains.setdefault(tuple(texts.counted(deltas)), len(gains) + 1)
            by_cohort.setdefault(cohort_of(key), []).extend((key.partition(":")[2], gain))
        keys = [self._key(ledger), self._tombstone(ledger, batch.spool), self._calm(ledger)]
        keys += [self._aside(ledger), *self._excerpt(ledger)]
        before = len(keys)
        cohorts = sorted(by_cohort.items())
        keys += [self._once(ledger, cohort) for cohort, _ in cohorts]
        head = (batch.spool, batch.start, batch.end, secrets.token_hex(8), ONCE, DUPLICATE, CALM)
        arguments: list[str | float] = [*head, before, *texts.counted(batch.deltas), len(gains)]
        arguments += chain.from_iterable(gains)
        for cohort, given in cohorts:
            arguments += cohort, len(given) // 2, *given
        return script("apply", keys, *arguments)

    def _read(self, ledger: str, known: int) -> Command:
        return script("read", [self._key(ledger), *self._excerpt(ledger)], known, MANY, EXCERPT)

    def _key(self, ledger: str) -> str:
        return f"{{{self._prefix}:{ledger}}}"

    def _aside(self, ledger: str) -> str:
        return f"{self._key(ledger)}:aside"

    def _excerpt(self, ledger: str) -> list[str]:
        """Return the key of the excerpt of a ledger that was seen to need one."""
        return [f"{self._key(ledger)}:excerpt"] if ledger in self._crowded else []

    def _once(self, ledger: str, cohort: int) -> str:
        return f"{self._key(ledger)}:once:{cohort}"

    def _tombstone(self, ledger: str, spool: str) -> str:
        return f"{self._key(ledger)}:gone:{spool}"

    def _calm(self, ledger: str) -> str:
        return f"{self._key(ledger)}:calm"

    def _registry(self) -> str:
        return f"{self._prefix}:ledgers"
