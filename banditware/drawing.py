"""The shares that pulls were drawn from, as spools and stores keep them.

A policy moves traffic, so that pulls can only be compared with the probabilities of all arms at
their own draws (see `banditware.analysis.srm`). A pull that is counted with its draw says in the
spool which shares it was drawn from, as a text that is made with the snapshot; on the way to the
store the text becomes sums, which are kept aside of the counts and as exactly once as the pull:

| field | what is added |
|---|---|
| `V/ARM/SHARES` | in a spool: 1 for a pull of ARM; SHARES is `ARM:SHARE,ARM:SHARE,...` |
| `~c/ARM` | 1 for such a pull |
| `~e/ARM` | the probability of ARM, for every such pull of any arm |
| `~v/ARM` | the same times one less itself |
| `~g/ARM/I` | `log(1 + p * (exp(theta) - 1))` of it, with the I-th of `THETAS` |

A pull that is counted later than it is drawn (by a beacon, or in a later request) says nothing:
its cookie knows the share of its own arm alone. Whether that happens depends on the request and not
on the arm, so the others can be compared without it. Contextual experiments have shares for every
subject, which are in the decision log.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from banditware.counts import Fields

#: What is bet on: a share that is off by a tenth, a fifth or a half, up or down.
THETAS = (-0.5, -0.2, -0.1, 0.1, 0.2, 0.5)

_GROWTHS = tuple(math.expm1(theta) for theta in THETAS)

#: More arms than this, or a longer text, are not worth their room in every record.
MOST_ARMS = 50
_LONGEST = 1_500


class Drawn(NamedTuple):
    """One arm's sums over the recorded pulls of all arms.

    Attributes:
        pulls: how many of them are the arm's.
        expected: sum of the arm's probability.
        variance: sum of `p * (1 - p)`.
        logs: sum of `log(1 + p * (exp(theta) - 1))` for each of `THETAS`.
    """

    pulls: float = 0.0
    expected: float = 0.0
    variance: float = 0.0
    logs: tuple[float, ...] = (0.0,) * len(THETAS)


def shares_text(arms: Iterable[str], shares: Iterable[float]) -> str:
    """Return the shares of all arms as text, to six digits; nothing if that would be too long.

    A single arm has nothing to be compared with.
    """
    parts = [f"{arm}:{share:.6g}" for arm, share in zip(arms, shares, strict=True)]
    text = ",".join(parts)
    return text if 1 < len(parts) <= MOST_ARMS and len(text) <= _LONGEST else ""


def pull_shares(arm: str, text: str) -> str:
    """Return what a pull with these shares adds beside `counts.pull`, as `counts.line` takes it."""
    return f"V/{arm}/{text} 1"


def unfolded(deltas: Fields) -> Fields:
    """Return deltas with the sums that shares come to in the place of their texts.

    Raises:
        ValueError: a text holds no shares.
    """
    if not any(name.startswith("V/") for name in deltas):
        return deltas
    result: dict[str, float] = {}
    for name, number in deltas.items():
        if not name.startswith("V/"):
            result[name] = result.get(name, 0) + number
            continue
        arm, _, text = name[2:].partition("/")
        for field, value in ((f"~c/{arm}", 1), *_sums(text)):
            result[field] = result.get(field, 0) + value * number
    return result


@lru_cache(1_024)
def _sums(text: str) -> tuple[tuple[str, float], ...]:
    """Return what one pull adds to the sums of all arms; all pulls of a snapshot add the same."""
    added: list[tuple[str, float]] = []
    for part in text.split(","):
        arm, _, share = part.partition(":")
        expected, variance, logs = terms(float(share))
        added += [(f"~e/{arm}", expected), (f"~v/{arm}", variance)]
        added += [(f"~g/{arm}/{index}", log) for index, log in enumerate(logs)]
    return tuple(added)


def terms(share: float) -> tuple[float, float, tuple[float, ...]]:
    """Return what one recorded pull adds to an arm's sums, given the arm's probability then.

    Raises:
        ValueError: it is no probability.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{share!r} is no probability")
    return share, share * (1.0 - share), tuple(math.log1p(share * growth) for growth in _GROWTHS)


def drawn_sums(aside: Fields) -> Mapping[str, Drawn]:
    """Return every arm's sums from what a ledger keeps aside."""
    arms = sorted(name[3:] for name in aside if name.startswith("~e/"))
    return {
        arm: Drawn(
            aside.get(f"~c/{arm}", 0.0),
            aside[f"~e/{arm}"],
            aside.get(f"~v/{arm}", 0.0),
            tuple(aside.get(f"~g/{arm}/{index}", 0.0) for index in range(len(THETAS))),
        )
        for arm in arms
    }
