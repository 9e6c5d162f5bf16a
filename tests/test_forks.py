from __future__ import annotations

import gc

from banditware import forks


class Aware(forks.ForkAware):
    """Writes down what it is told."""

    def __init__(self, name: str, told: list[str]) -> None:
        self.name = name
        self.told = told

    def before_fork(self) -> None:
        """See `ForkAware.before_fork`."""
        self.told.append(f"{self.name} before")

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`."""
        self.told.append(f"{self.name} {'child' if child else 'parent'}")


def test_who_was_made_later_is_asked_first() -> None:
    """Locks are taken in the order in which an exchange takes them, from the outside in."""
    told: list[str] = []
    inner, outer = Aware("inner", told), Aware("outer", told)
    forks.watch(inner)
    forks.watch(outer)
    forks._before()
    assert told == ["outer before", "inner before"]
    told.clear()
    forks._after_in_parent()
    assert sorted(told) == ["inner parent", "outer parent"]
    told.clear()
    forks._after_in_child()
    assert sorted(told) == ["inner child", "outer child"]


def test_the_dead_are_not_asked() -> None:
    """Being watched keeps nothing alive."""
    told: list[str] = []
    thing = Aware("thing", told)
    forks.watch(thing)
    del thing
    gc.collect()
    forks._before()
    forks._after_in_parent()
    assert told == []


def test_nothing_needs_to_be_done() -> None:
    """What has no lock needs no answer."""
    thing = forks.ForkAware()
    thing.before_fork()
    thing.after_fork(child=True)
