"""What of a ledger came from which store, so that stores can be copied into each other exactly.

A ledger has an origin, a random name that it gets where it begins. Beside its counts it notes the
part that every other origin counted, as that was when it was last copied here; what is left of the
counts is its own part. Copying replaces a part by a newer state of the same part, and adds the
difference to the counts in the same atomic step. So it does not matter how often something is
copied, in which direction, over how many stores, or where a copy was interrupted.

Notes are fields of the ledger itself, so they are lost, backed up and restored together with the
counts they speak of. Whoever reads counts is not shown them:

| field | what |
|---|---|
| `~ORIGIN` | version of the part, in the ledger it came from |
| `~ORIGIN@` | the place it came from, as a number |
| `~ORIGIN/FIELD` | how much of the counts under `FIELD` is of this origin |

Fields that are kept aside of the counts begin with the same sign and one letter more, `~n/...`;
see `is_aside`. They are copied as counts are.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

#: What notes begin with; it is behind everything that names of counts begin with.
NOTE = "~"

#: Where the first slash of a field is that is kept aside; names of origins are longer.
_ASIDE = 2


class Part(NamedTuple):
    """What one origin counted in a ledger.

    Attributes:
        origin: where it was counted; empty if the ledger is not known there.
        place: the store that has this origin, as a number.
        version: of the ledger in that store, when this was read.
        fields: number by field.
    """

    origin: str
    place: int
    version: int
    fields: Mapping[str, float]


class Parts(NamedTuple):
    """A ledger, taken apart in one atomic step.

    Attributes:
        own: what this store counted itself; version 0 if it does not know the ledger.
        others: what was copied into it, by origin.
    """

    own: Part
    others: Mapping[str, Part]


class Keys(NamedTuple):
    """Some once-keys of a ledger.

    Attributes:
        cohort: the cohort of all of them.
        ids: the keys, without their cohort.
        life: seconds they still live, or None if nothing but `Store.fold` ends them.
    """

    cohort: int
    ids: Sequence[str]
    life: int | None = None


class Copying(Protocol):
    """What a store offers to copies. Every method raises StoreError."""

    def parts(self, ledger: str) -> Parts:
        """Return a ledger, taken apart."""
        ...

    def merge(self, ledger: str, part: Part, expected: int) -> Mapping[str, float] | None:
        """Replace a part, and add the difference to the counts, in one atomic step.

        Args:
            ledger: the ledger; it is made if the store does not know it.
            part: the new state of the part of another origin; one of version 0, which has no
                fields, takes the part away and forgets it.
            expected: version of the state that is replaced, or 0 if there is none.

        Returns:
            what was added, by field, or None if the version is another one by now.
        """
        ...

    def keys(self, ledger: str) -> Iterator[Keys]:
        """Yield the once-keys of a ledger, a bounded number at a time; some may come twice."""
        ...

    def remember(self, ledger: str, keys: Keys) -> int:
        """Remember once-keys as seen; return how many were new."""
        ...


def is_aside(field: str) -> bool:
    """Return True if a field is kept aside of the counts: `~LETTER/...`, or a note of one."""
    if not field.startswith(NOTE):
        return False
    slash = field.find("/")
    return slash == _ASIDE or (slash > 0 and field.startswith(NOTE, slash + 1))


def is_note(field: str) -> bool:
    """Return True if a field is a note."""
    return field.startswith(NOTE) and field.find("/") != _ASIDE


def split(fields: Mapping[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the fields of the counts, and those that are kept aside."""
    counts: dict[str, float] = {}
    aside: dict[str, float] = {}
    for name, number in fields.items():
        (aside if is_aside(name) else counts)[name] = number
    return counts, aside


def number_of(place: str) -> int:
    """Return a place as a number."""
    return zlib.crc32(place.encode())


def note(part: Part) -> dict[str, float]:
    """Return the fields under which a part is noted; none if its version is 0."""
    if not part.version:
        return {}
    head = f"{NOTE}{part.origin}"
    fields = {f"{head}/{name}": number for name, number in part.fields.items()}
    return {head: part.version, f"{head}@": part.place, **fields}


def taken_apart(fields: Mapping[str, float], own: Part) -> Parts:
    """Return a ledger's fields, notes among them, as parts.

    Args:
        fields: counts and notes.
        own: what else is known of the own part.
    """
    left = {name: number for name, number in fields.items() if not is_note(name)}
    noted: dict[str, dict[str, float]] = {
        name[1:]: {} for name in fields if is_note(name) and not set(name) & {"/", "@"}
    }
    for name, number in fields.items():
        origin, slash, field = name[1:].partition("/")
        if slash and is_note(name):
            noted[origin][field] = number
            left[field] = left.get(field, 0) - number
    others = {
        origin: Part(
            origin, int(fields[f"{NOTE}{origin}@"]), int(fields[f"{NOTE}{origin}"]), amounts
        )
        for origin, amounts in noted.items()
    }
    return Parts(own._replace(fields={k: v for k, v in left.items() if v}), others)


def noted_moves(fields: Iterable[str], moves: Mapping[str, str]) -> dict[str, str]:
    """Return how to fold notes when counts are folded; see `Store.fold`.

    Args:
        fields: names of all fields of the ledger.
        moves: which counts are folded into which.
    """
    found = (name.partition("/") for name in fields if is_note(name))
    return {
        f"{origin}/{field}": f"{origin}/{moves[field]}"
        for origin, _, field in found
        if field in moves
    }
