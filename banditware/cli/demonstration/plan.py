"""What is to be played."""

from __future__ import annotations

from dataclasses import dataclass

from banditware.wrap import Interface


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played.

    Attributes:
        visitors: how many come.
        seed: of their ways; the server's draws are its own.
        workers: processes that serve them.
        interface: how the app is served.
    """

    visitors: int
    seed: int
    workers: int
    interface: Interface
