"""What operators change, in a running bandit; every way in is in tests/conformance."""

from __future__ import annotations

import pytest

from banditware.control import PROMOTED, RUNNING, STOPPED, Control
from banditware.errors import ControlError, UnknownExperimentError
from banditware.stores.memory import MemoryStore
from tests.support import stand

pytestmark = pytest.mark.usefixtures("calm")


def test_nothing_was_changed() -> None:
    """At first there are no controls, no changes, and everything runs."""
    here = stand()
    controls = here.bandit.controls()
    assert (controls.version, controls.killed, dict(controls.experiments)) == (0, "", {})
    assert controls.of("button") == Control()
    assert here.bandit.changes() == []


def test_a_change_is_in_effect_at_once_and_kept() -> None:
    """Who pauses sees it in the next decision, and in the trail who it was."""
    here = stand()
    change = here.bandit.control("pause", "button", who="ada", note="a look at it")
    assert here.bandit.controls().of("button").state == "paused"
    decision = here.bandit.decide("button")
    assert (decision.arm, decision.reason, decision.counted) == ("red", "paused", False)
    assert here.bandit.changes() == [change]
    assert change[:7] == (1, here.watch.now, "ada", "pause", "button", "", "a look at it")
    assert (change.before["state"], change.after["state"]) == (RUNNING, "paused")
    assert here.excluded() == {"paused": 1}
    assert here.pulls() == 0


def test_another_process_sees_it_with_its_next_refresh() -> None:
    """What one bandit changes, another one of the same store follows."""
    store = MemoryStore()
    one, other = stand(store=store), stand(store=store)
    one.bandit.control("stop", "button", arm="green")
    assert other.bandit.decide("button").reason == "drawn"
    other.bandit.refresh()
    decision = other.bandit.decide("button")
    assert (decision.arm, decision.value, decision.reason) == ("green", "#0f0", STOPPED)
    other.bandit.control("resume", "button")
    one.bandit.refresh()
    assert one.bandit.decide("button").reason == "drawn"


def test_what_cannot_be_done_is_told() -> None:
    """A change that makes no sense is refused with what to do, and leaves no trace."""
    here = stand()
    with pytest.raises(ControlError, match="default"):
        here.bandit.control("pause", "button", arm="red")
    with pytest.raises(UnknownExperimentError):
        here.bandit.control("pause", "botton")
    assert here.bandit.changes() == []


def test_a_promoted_arm_is_for_all() -> None:
    """Everybody gets it, and rewards of earlier decisions are refused."""
    here = stand()
    earlier = here.bandit.decide("button")
    here.bandit.control("promote", "button", arm="green")
    assert here.bandit.decide("button").reason == PROMOTED
    assert here.bandit.reward(earlier) is False
    assert (here.pulls(), here.rewards()) == (1, 0)
    assert here.excluded() == {PROMOTED: 2}
    here.bandit.control("resume", "button")
    assert here.bandit.reward(earlier) is True
