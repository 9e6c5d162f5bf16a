"""Opaque ids, drawn so long that no two are ever the same."""

from __future__ import annotations

from random import Random


def new_id(random: Random) -> str:
    """Return the id of a decision: 16 hexadecimal digits."""
    return random.getrandbits(64).to_bytes(8, "big").hex()


def new_subject(random: Random) -> str:
    """Return the id of somebody who was never seen: 24 hexadecimal digits."""
    return random.getrandbits(96).to_bytes(12, "big").hex()
