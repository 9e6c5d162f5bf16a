from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator

import pytest

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


def test_a_fork_that_nobody_told_of_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that finds itself under another number begins anew, once."""
    told: list[str] = []
    thing = Aware("thing", told)
    forks.watch(thing)
    forks.heed()
    assert told == []
    monkeypatch.setattr(forks, "_process", -1)
    forks.heed()
    forks.heed()
    assert told == ["thing child"]


def test_threads_that_notice_a_fork_at_once_begin_anew_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who waited for another thread's beginning finds it done."""
    told: list[str] = []
    thing = Aware("thing", told)
    forks.watch(thing)

    @contextlib.contextmanager
    def waiting() -> Iterator[None]:
        monkeypatch.setattr(forks, "_process", os.getpid())
        yield

    monkeypatch.setattr(forks, "_heeding", waiting())
    monkeypatch.setattr(forks, "_process", -1)
    forks.heed()
    assert told == []
