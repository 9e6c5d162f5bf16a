from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from banditware.alarms import Alarm
from banditware.dashboard import lookout
from banditware.dashboard.lookout import EVERY, FEW, REST, Found, Lookout
from tests.dashboard.test_alarms import ALARMS
from tests.support import NOON, Watch


class Sea:
    """Something to look at."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.looks = 0
        self.takes = 0.0
        self.faults: list[Exception] = []

    def look(self) -> list[Alarm]:
        """Return what is wrong; the second time, fail."""
        self.looks += 1
        self.watch.now += self.takes
        if self.looks == 2:
            raise ValueError("fog")
        return ALARMS[: self.looks]


def at_once(call: Callable[[], None]) -> None:
    """Do it now."""
    call()


def test_looks_from_time_to_time() -> None:
    """There is a look at first, and then no more often than is said, whoever asks."""
    watch = Watch()
    sea = Sea(watch)
    out = Lookout(sea.look, watch, sea.faults.append, at_once)
    for _ in range(9):
        assert out.found(1) == Found((ALARMS[0],), NOON)
    watch.now += EVERY - 1
    out.found(1)
    assert sea.looks == 1
    watch.now += 1
    assert out.found(1) == Found((ALARMS[0],), NOON)
    assert [str(fault) for fault in sea.faults] == ["fog"]
    watch.now += EVERY
    assert out.found(1) == Found(tuple(ALARMS[:3]), watch.now)


def test_a_look_that_takes_long_is_rare() -> None:
    """Who needs ten seconds for a look rests for minutes; a clock that is set back ends that."""
    watch = Watch()
    sea = Sea(watch)
    sea.takes = 10.0
    out = Lookout(sea.look, watch, sea.faults.append, at_once)
    out.found(1)
    watch.now += 10 * REST - 1
    out.found(1)
    assert sea.looks == 1
    watch.now += 1
    out.found(1)
    assert sea.looks == 2
    watch.now -= 99_999
    out.found(1)
    assert sea.looks == 3


def test_nobody_waits_for_a_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody looks, pages show what was found before, and nobody else begins to look."""
    monkeypatch.setattr(lookout, "PATIENCE", 0.0)
    watch, waiting, looks = Watch(), threading.Event(), []

    def look() -> list[Alarm]:
        looks.append(1)
        waiting.wait(60)
        return ALARMS

    out = Lookout(look, watch, lambda error: None)
    assert [out.found(1) for _ in range(3)] == [Found()] * 3
    monkeypatch.setattr(lookout, "PATIENCE", 60.0)
    waiting.set()
    assert out.found(1) == Found(tuple(ALARMS), NOON)
    assert len(looks) == 1


def test_of_many_experiments_nobody_waits() -> None:
    """With many experiments a page begins no look: it does that when it is made."""
    watch = Watch()
    sea = Sea(watch)
    out = Lookout(sea.look, watch, sea.faults.append, at_once)
    assert out.found(FEW + 1) == Found()
    assert sea.looks == 0
    out.begin()
    assert out.found(FEW + 1) == Found((ALARMS[0],), NOON)
