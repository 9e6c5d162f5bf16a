"""How the experiments of a group share its subjects, so that nobody is in two of them.

A group has 10,000 places, and a hash gives every subject one of them. Every experiment has a home
among the places; in the order of the file, each takes the free places nearest to its home, as many
as its share. The homes are the first place, the last one, the middle, and then the middles between
(the van der Corput sequence in base 2), so that experiments get in each other's way late.

So a new experiment at the end of the file moves nobody, and one that grows keeps whom it has. One
that shrinks moves nobody else unless a later experiment had to go around it: with up to two
experiments never, nor where there is room between them. Where it does, no later experiment loses
more than what was given up. No rule can do without: of three experiments that may each have half of
the places, two have to share some.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import count

from banditware.targeting import GROUP, RANGE, Share

PLACES = 10_000


def grouped(group: str, shares: Iterable[float]) -> list[Share]:
    """Return the subjects of each experiment of a group, in the order of the file.

    Args:
        group: name of the group.
        shares: the experiments' shares of the subjects; together at most 1.
    """
    salt = f"\0group\0{group}\0".encode()
    return [Share(GROUP, salt, _edges(places)) for places in taken(shares)]


def taken(shares: Iterable[float]) -> Iterator[list[int]]:
    """Yield the places of each experiment, rising."""
    free = list(range(PLACES))
    for home, share in zip(_homes(), shares, strict=False):
        middle = home - 0.5
        free.sort(key=lambda place: (abs(place - middle), place))
        size = round(share * PLACES)
        yield sorted(free[:size])
        del free[:size]


def _homes() -> Iterator[float]:
    """Yield where experiments are at home, in places."""
    yield 0
    yield PLACES
    yield from map(_middle, count(1))


def _middle(number: int) -> float:
    """Return the middles of all, of the halves, of the quarters and so on, from number 1."""
    digits = f"{number:b}"
    return PLACES * int(digits[::-1], 2) / (1 << len(digits))


def _edges(places: list[int]) -> tuple[int, ...]:
    """Return where runs of neighbouring places begin and end, as hashes."""
    edges: list[int] = []
    for place in places:
        if not edges or edges[-1] != place:
            edges += (place, place + 1)
        else:
            edges[-1] = place + 1
    return tuple(-(-edge * RANGE // PLACES) for edge in edges)
