"""What a process has seen of responses by arm, on its way to the store, and what the store has.

It is kept in a ledger of its own beside that of the counts, `EXPERIMENT@VERSION:guard`, which is
read with them: only experiments with guardrails have one.

| field | what is added |
|---|---|
| `r/ARM/s/CLASS` | 1 for a response of that class: 5 for a status of 5xx, and for none at all |
| `r/ARM/t/BUCKET` | 1 for a response that started after so long, in buckets of 9 % |
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from banditware.counts import Fields, line

#: What follows the name of an experiment's ledger.
GUARD = ":guard"

#: Buckets for every doubling of the time, the shortest time that is told apart, and the last one.
_FINE, _SHORTEST, _LAST = 8, 0.001, 8 * 17

#: Responses that are kept between two exchanges; more of them are left out.
_MOST = 100_000

#: The class of status of a response that failed.
FAILED = 5


#: See `Tally`.
Note: TypeAlias = list[Any]


def bucket_of(seconds: float) -> int:
    """Return the bucket of a time: 0 up to a millisecond, 136 from two minutes on."""
    if seconds <= _SHORTEST:
        return 0
    return min(_LAST, math.ceil(_FINE * math.log2(seconds / _SHORTEST) - 1e-9))


def longest(bucket: int) -> float:
    """Return the longest time of a bucket, in seconds."""
    return _SHORTEST * math.pow(2.0, bucket / _FINE)


class Tally:
    """Takes a note of every response, on the request path, and makes records of them elsewhere.

    A note is a list `[decision, status, seconds]`, so that a response that starts anew can correct
    its own. Adding one takes no lock.
    """

    def __init__(self) -> None:
        self.notes: deque[Note] = deque(maxlen=_MOST)

    def records(self) -> Iterator[bytes]:
        """Yield spool records of what was noted since it was last asked, one for each ledger."""
        counts: dict[str, Counter[str]] = {}
        for _ in range(len(self.notes)):
            decision, status, seconds = self.notes.popleft()
            ledger = f"{decision.experiment}@{decision.version}{GUARD}"
            deltas = counts.setdefault(ledger, Counter())
            deltas[f"r/{decision.arm}/s/{status // 100}"] += 1
            deltas[f"r/{decision.arm}/t/{bucket_of(seconds)}"] += 1
        for ledger, deltas in counts.items():
            yield line(ledger, "", *(f"{name} {number}" for name, number in deltas.items()))


class Responses(NamedTuple):
    """What is known of an arm's responses.

    Attributes:
        number: how many there were.
        errors: how many of them failed.
        times: how many started within each bucket of time.
    """

    number: float = 0.0
    errors: float = 0.0
    times: Mapping[int, float] = {}

    def since(self, before: Responses) -> Responses:
        """Return what came after an earlier reading."""
        times = {each: n - before.times.get(each, 0.0) for each, n in self.times.items()}
        return Responses(self.number - before.number, self.errors - before.errors, times)

    def slower(self, bucket: int) -> float:
        """Return how many started later than a bucket's longest time."""
        return math.fsum(number for each, number in self.times.items() if each > bucket)

    def quantile(self, share: float) -> int:
        """Return the bucket within which at least this share has started."""
        reached, wanted = 0.0, share * math.fsum(self.times.values())
        for bucket in sorted(self.times):
            reached += self.times[bucket]
            if reached >= wanted:
                return bucket
        return _LAST


def together(all_of_them: Iterator[Responses]) -> Responses:
    """Return the responses of several arms as one."""
    number, errors, times = 0.0, 0.0, Counter[int]()
    for each in all_of_them:
        number, errors = number + each.number, errors + each.errors
        for bucket, count in each.times.items():
            times[bucket] += count  # type: ignore[assignment]  # counts of stores are floats
    return Responses(number, errors, times)


def responses(fields: Fields) -> dict[str, Responses]:
    """Return what a ledger says of responses, by arm."""
    numbers: dict[str, list[float]] = {}
    times: dict[str, dict[int, float]] = {}
    for name, number in fields.items():
        kind, _, rest = name.partition("/")
        arm, _, told = rest.partition("/")
        if kind != "r":
            continue
        seen = numbers.setdefault(arm, [0.0, 0.0])
        if told.startswith("s/"):
            seen[0] += number
            seen[1] += number if told == f"s/{FAILED}" else 0.0
        else:
            times.setdefault(arm, {})[int(told[2:])] = number
    return {arm: Responses(n, bad, times.get(arm, {})) for arm, (n, bad) in numbers.items()}
