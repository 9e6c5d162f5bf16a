"""Changes in a store, by several operators at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from banditware.control import PAUSED, Control, Controls, text_of
from banditware.controlling import Wanted
from banditware.errors import ControlError, StoreError
from banditware.operating import carry_controls, changes_in, controls_in, kept_in, operate
from banditware.stores.controls import KeptControls
from banditware.stores.memory import MemoryStore
from banditware.stores.memory_controls import MemoryControls
from tests.support import NOON, experiment

EXPERIMENTS = {"button": experiment(), "other": experiment(name="other")}

PAUSE = Wanted("pause", "button", who="ada")


class Busy(MemoryControls):
    """Controls that somebody else changes in the middle of our change, so many times."""

    times = 0

    def write(self, kept: KeptControls, change: str) -> bool:
        """Write what somebody else wants first."""
        if self.times:
            self.times -= 1
            super().write(KeptControls(self.kept.version + 1, self.kept.text), "{}")
        return super().write(kept, change)


class BusyStore(MemoryStore):
    """A store with such controls."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.busy = self._controls = Busy()
        self.busy.times = times


def test_changes_follow_each_other() -> None:
    """Each is made of what was before, and all are there."""
    store = MemoryStore()
    first = operate(store, EXPERIMENTS, PAUSE, NOON)
    second = operate(store, EXPERIMENTS, Wanted("kill"), NOON + 1)
    third = operate(store, EXPERIMENTS, Wanted("stop", "other"), NOON + 2)
    found = controls_in(store)
    assert (found.version, found.killed) == (3, "controls")
    assert found.of("button") == Control(PAUSED)
    assert changes_in(store, None, 10) == [third, second, first]
    assert changes_in(store, None, 2) == [third, second]
    assert changes_in(store, "button", 10) == [second, first]
    assert changes_in(store, None, -1) == []


def test_who_is_slower_begins_anew() -> None:
    """A change goes on top of what others made meanwhile; after too many of them it is given up."""
    store = BusyStore(3)
    assert operate(store, EXPERIMENTS, PAUSE, NOON).id == 4
    assert controls_in(store).of("button") == Control(PAUSED)
    with pytest.raises(ControlError, match="others keep changing"):
        operate(BusyStore(1_000), EXPERIMENTS, PAUSE, NOON)


def test_all_changes_can_be_read() -> None:
    """However many there are, they come in the right order."""
    store = MemoryStore()
    made = [
        operate(store, EXPERIMENTS, Wanted(("pause", "resume")[n % 2], "button"), NOON + n)
        for n in range(1_200)
    ]
    assert changes_in(store, None, 10_000) == made[::-1]
    assert changes_in(store, "button", 700) == made[:-701:-1]
    assert changes_in(store, "other", 700) == []


def test_what_is_no_control_is_told() -> None:
    """A store that keeps something else there cannot be used for it."""
    store = MemoryStore()
    store.controls().write(KeptControls(1, "{"), "{}")
    with pytest.raises(StoreError, match="memory://"):
        controls_in(store)


KNOWN = Controls(5, "controls", {"button": Control(PAUSED)})


def texts(store: MemoryStore) -> Sequence[str]:
    """Return the actions of all changes."""
    return [change.action for change in changes_in(store, None, 10)]


def test_what_a_store_has_lost_is_put_back() -> None:
    """Whoever notices first puts it back; the next one finds it there."""
    store = MemoryStore()
    found = kept_in(store, KNOWN, NOON)
    assert found == KNOWN._replace(version=1)
    assert controls_in(store) == found
    assert kept_in(store, KNOWN, NOON) == found
    assert texts(store) == ["restore"]


def test_what_is_newer_is_taken() -> None:
    """A store that has more than is known has lost nothing."""
    store = MemoryStore()
    operate(store, EXPERIMENTS, PAUSE, NOON)
    assert kept_in(store, Controls(), NOON) == controls_in(store)
    assert kept_in(store, Controls(1), NOON) == controls_in(store)
    assert texts(store) == ["pause"]


def test_another_one_may_put_it_back_first() -> None:
    """Who is slower takes what is there then."""
    store = BusyStore(0)
    store.controls().write(KeptControls(1, text_of(Controls())), "{}")
    store.busy.times = 1
    assert kept_in(store, KNOWN, NOON) == Controls(2)


def test_controls_are_carried_into_a_store_that_has_none() -> None:
    """A copy begins with what was changed; whatever is changed there afterwards is left alone."""
    source, target = MemoryStore(), MemoryStore()
    assert not carry_controls(source, target, NOON)
    operate(source, EXPERIMENTS, PAUSE, NOON)
    operate(source, EXPERIMENTS, Wanted("kill"), NOON)
    assert carry_controls(source, target, NOON)
    assert controls_in(target) == controls_in(source)._replace(version=1)
    assert texts(target) == ["copy"]
    operate(target, EXPERIMENTS, Wanted("revive"), NOON)
    assert not carry_controls(source, target, NOON)
    assert not controls_in(target).killed
