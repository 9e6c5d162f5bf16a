"""`Copying` for Redis and Valkey; the keys are listed in `banditware.stores.redis`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping

from banditware.stores import redis_texts as texts
from banditware.stores.parts import NOTE, Keys, Part, Parts, note, number_of, taken_apart
from banditware.stores.pipeline import script
from banditware.stores.server import Server

#: Once-keys that are read or written in one step, about.
KEYS = 1000


class RedisParts:
    """See `Copying`."""

    def __init__(self, server: Server, prefix: str, *, life: int, calm: int) -> None:
        """Prepare.

        Args:
            server: talks to the server.
            prefix: what every key begins with.
            life: seconds that sets of once-keys live if nobody folds.
            calm: seconds without backups of a ledger that is made.
        """
        self._server = server
        self._prefix = prefix
        self._life = life
        self._calm = calm
        self._place = number_of(f"{server.address.public} {prefix}")

    def parts(self, ledger: str) -> Parts:
        """See `Copying.parts`."""
        key = self._key(ledger)
        ((counts, aside),) = self._server.send([script("parts", [key, f"{key}:aside"])])
        pairs = [*counts, *aside]
        found = dict(zip(pairs[::2], pairs[1::2], strict=True))
        origin = found.get("#origin") or found.get("#epoch", "")
        own = Part(origin, self._place, int(found.get("#version", 0)), {})
        return taken_apart(texts.numbers(pairs), own)

    def merge(self, ledger: str, part: Part, expected: int) -> Mapping[str, float] | None:
        """See `Copying.merge`."""
        head = (
            secrets.token_hex(8),
            self._calm,
            f"{NOTE}{part.origin}",
            expected,
            len(part.fields),
        )
        amounts, notes = texts.pairs(part.fields), texts.pairs(note(part))
        key = self._key(ledger)
        command = script("merge", [key, f"{key}:calm", f"{key}:aside"], *head, *amounts, *notes)
        answer, _ = self._server.send([command, ("SADD", f"{self._prefix}:ledgers", ledger)])
        return None if answer is None else texts.numbers(answer)

    def keys(self, ledger: str) -> Iterator[Keys]:
        """See `Copying.keys`."""
        key = self._key(ledger)
        ((listed, epoch),) = self._server.send([("HMGET", key, "#cohorts", "#epoch")])
        for cohort in map(int, (listed or "").split()):
            place = f"{key}:once:{cohort}"
            life, known = self._server.send([("TTL", place), ("SISMEMBER", place, epoch)])
            # A set that is older than the ledger says nothing of it: see `lua/common.lua`.
            cursor = "0" if known else ""
            while cursor:
                (answer,) = self._server.send([("SSCAN", place, cursor, "COUNT", KEYS)])
                cursor = "" if answer[0] in (0, "0") else str(answer[0])
                ids = [id_ for id_ in answer[1] if id_ != epoch]
                if ids:
                    yield Keys(cohort, ids, max(1, int(life)))

    def remember(self, ledger: str, keys: Keys) -> int:
        """See `Copying.remember`."""
        key, life = self._key(ledger), keys.life or self._life
        head = (secrets.token_hex(8), self._calm, keys.cohort, life)
        places = [key, f"{key}:calm", f"{key}:once:{keys.cohort}"]
        (new,) = self._server.send([script("remember", places, *head, *keys.ids)])
        return int(new)

    def _key(self, ledger: str) -> str:
        return f"{{{self._prefix}:{ledger}}}"
