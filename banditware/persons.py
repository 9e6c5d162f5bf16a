"""People whom an app knows, as visits see those who keep what was decided for them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Protocol, TypeVar

T = TypeVar("T")

#: The pseudo-experiment under which a cookie says whose it is; `*` is in no experiment's name.
PERSON = "*person"

#: The field under which the store keeps which subject a person is.
SUBJECT = "*subject"

Texts = Mapping[str, str]


def lasting(entries: Mapping[str, T], experiments: Container[str]) -> dict[str, T]:
    """Return what a cookie goes on to hold: what is of these experiments, and whose it is."""
    return {n: entry for n, entry in entries.items() if n in experiments or n == PERSON}


class People(Protocol):
    """Keeps what was decided for people, for all their devices. See `banditware.people`."""

    def known_as(self, user_id: str | int) -> str:
        """Return the key under which a person is kept; it does not tell who they are."""
        ...

    def join(self, person: str, texts: Texts) -> Texts | None:
        """Return what is kept of a person, after keeping what was not; waits for a moment.

        Args:
            person: see `known_as`.
            texts: text by field.

        Returns:
            what is kept; None if the store did not answer in time.
        """
        ...

    def recent(self, person: str) -> Texts | None:
        """Return what was kept of a person a moment ago; None if nobody asked lately."""
        ...

    def later(self, person: str, texts: Texts, stale: Texts) -> None:
        """Do what `join` does when there is time, and forget before what is stale."""
        ...
