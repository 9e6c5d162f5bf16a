"""What must be put in order around a fork.

A lock that another thread holds while a process forks stays locked in the child forever. Whoever
owns a lock is asked before a fork to wait for it, and afterwards, in the child, to begin anew.
"""

from __future__ import annotations

import os
import threading
import weakref

#: Seconds a fork waits for one lock; a fork that hangs would be worse than what the lock guards.
PATIENCE = 1.0


class ForkAware:
    """Something that holds locks, threads or files of its process."""

    def before_fork(self) -> None:
        """Wait, for `PATIENCE` at most, until nothing is half done."""

    def after_fork(self, *, child: bool) -> None:
        """Go on in the parent, or begin anew in the child."""


# Not a WeakSet: its iteration fails when another thread adds; valuerefs copies in one step.
_watched: weakref.WeakValueDictionary[int, ForkAware] = weakref.WeakValueDictionary()


def watch(thing: ForkAware) -> None:
    """Tell `thing` of every fork, for as long as somebody else keeps it."""
    _watched[id(thing)] = thing


def _living() -> list[ForkAware]:
    return [thing for reference in _watched.valuerefs() if (thing := reference()) is not None]


def _before() -> None:
    # Who was made later uses who was made earlier, and waits for it with its own lock held.
    for thing in reversed(_living()):
        thing.before_fork()


def _after_in_parent() -> None:
    for thing in _living():
        thing.after_fork(child=False)


def _after_in_child() -> None:
    global _process, _heeding  # noqa: PLW0603  # which process this is
    _process = os.getpid()
    _heeding = threading.Lock()
    _begin_anew()


def _begin_anew() -> None:
    for thing in _living():
        thing.after_fork(child=True)


_process = os.getpid()
_heeding = threading.Lock()


def heed() -> None:
    """Begin anew if this is a child of a fork that nobody told us of.

    Servers written in C fork without Python's knowing; uWSGI does unless it is asked not to.
    """
    global _process  # noqa: PLW0603  # which process this is
    if os.getpid() == _process:
        return
    with _heeding:
        if os.getpid() != _process:
            _begin_anew()
            _process = os.getpid()


os.register_at_fork(
    before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child
)
