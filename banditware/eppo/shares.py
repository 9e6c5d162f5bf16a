"""How much of the traffic a split has, from its shards."""

from __future__ import annotations

from fractions import Fraction

from banditware.eppo.flags import Shard, Split


def share_of(split: Split) -> Fraction:
    """Return the share of all subjects who are in the split.

    Shards with different salts are independent, so their shares multiply; of several with one salt
    the smallest counts.
    """
    by_salt: dict[str, Fraction] = {}
    for shard in split.shards:
        by_salt[shard.salt] = min(by_salt.get(shard.salt, Fraction(1)), _covered(shard))
    share = Fraction(1)
    for each in by_salt.values():
        share *= each
    return share


def _covered(shard: Shard) -> Fraction:
    """Return the part of all places that are in one of the ranges."""
    covered, reached = 0, 0
    for start, end in sorted(shard.ranges):
        low, high = max(start, reached), min(end, shard.total)
        covered += max(0, high - low)
        reached = max(reached, high)
    return Fraction(covered, shard.total)
