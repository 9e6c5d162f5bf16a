"""What operators change, in a running bandit; every way in is in tests/conformance."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from banditware import Bandit, Decision
from banditware.control import PROMOTED, RUNNING, STOPPED, Control
from banditware.errors import ContextError, ControlError, StoreError, UnknownExperimentError
from banditware.stores import Batch, Exchange
from banditware.stores.controls import KeptControls
from banditware.stores.memory import MemoryStore
from banditware.stores.memory_controls import MemoryControls
from banditware.testing import forced
from tests.shoes import shoes
from tests.support import Surfer, Watch, configured, stand

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


class Losing(MemoryStore):
    """A store whose controls can be lost, and which can be away.

    Attributes:
        away: nobody can reach it.
    """

    away = False

    def lose(self) -> None:
        """Lose all controls."""
        self._controls = MemoryControls()

    def exchange(self, batches: Sequence[Batch], known: Mapping[str, int]) -> Exchange:
        """See `Store.exchange`."""
        if self.away:
            raise StoreError(self.url, "it is away", passing=True)
        return super().exchange(batches, known)


def test_controls_that_a_store_loses_are_put_back(caplog: pytest.LogCaptureFixture) -> None:
    """What was stopped stays stopped, in every process, and the trail tells of it."""
    store = Losing()
    one, other = stand(store=store), stand(store=store)
    one.bandit.control("pause", "button", arm="green")
    one.bandit.control("stop", "button")
    other.bandit.refresh()
    store.lose()
    for here in (one, other, one):
        here.bandit.refresh()
        assert here.bandit.decide("button").reason == STOPPED
    assert [change.action for change in one.bandit.changes()] == ["restore"]
    assert one.bandit.controls() == other.bandit.controls()
    assert caplog.text.count("had lost what operators changed") == 1
    other.bandit.control("resume", "button")
    one.bandit.refresh()
    assert one.bandit.decide("button").arm == "red"


def test_a_change_that_cannot_be_taken_in_yet_is_made() -> None:
    """The store that is away the moment after does not turn a change into an error."""
    store = Losing()
    here = stand(store=store)
    store.away = True
    change = here.bandit.control("pause", "button")
    assert here.bandit.decide("button").reason == "drawn"
    store.away = False
    here.bandit.refresh()
    assert here.bandit.decide("button").reason == "paused"
    assert here.bandit.controls().version == change.id == here.bandit.health().controls


def test_everything_is_switched_off_while_the_store_is_away(tmp_path: Path) -> None:
    """The file works without it, at the start and later."""
    store, file = Losing(), tmp_path / "off"
    store.away = True
    here = stand(store=store, kill_switch=str(file))
    assert here.bandit.decide("button").reason == "drawn"
    file.touch()
    here.bandit._flusher.idle()
    assert here.bandit.decide("button").reason == "killed"
    assert stand(store=store, kill_switch=str(file)).bandit.decide("button").reason == "killed"
    file.unlink()
    here.bandit._flusher.idle()
    assert here.bandit.decide("button").reason == "drawn"


def test_controls_that_cannot_be_read_change_nothing() -> None:
    """What is in effect goes on, is tried again with each refresh, and the health tells."""
    store = Losing()
    here = stand(store=store)
    here.bandit.control("pause", "button")
    store.controls().write(KeptControls(2, "[]"), "{}")
    for number in (1, 2):
        here.bandit.refresh()
        assert here.bandit.health().publish_errors == number
    assert here.bandit.decide("button").reason == "paused"


def test_a_policy_that_fails_is_in_nobodys_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """An experiment whose counts its policy cannot use is changed all the same."""
    here = stand()
    here.bandit.decide("button")
    here.bandit.flush()

    def fail(*arguments: object, **more: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr("banditware.steering.carried", fail)
    here.bandit.control("stop", "button")
    assert here.bandit.decide("button").reason == STOPPED
    assert here.bandit.health().faults == 1


def test_counts_are_carried_over_a_change() -> None:
    """What was learnt goes on to decide, without reading it again."""
    here = stand({"policy": {"name": "epsilon-greedy", "epsilon": 0.1}})
    decision = here.bandit.decide("button")
    here.bandit.reward(decision)
    here.bandit.flush()
    before = here.bandit._ground.snapshot.experiments["button"]
    here.bandit.control("add", "button", arm="blue")
    after = here.bandit._ground.snapshot.experiments["button"]
    assert (after.pulls, after.version, after.batch) == (1, before.version, before.batch)
    assert after.fields == before.fields
    assert len(after.probabilities) == 3


def test_why_says_so() -> None:
    """Details name the state as the rule that kept an arm from being drawn."""
    here = stand()
    here.bandit.control("pause", "button")
    details = here.bandit.decide("button", details=True).details
    assert details is not None
    assert [(r.name, r.reason) for r in details.rules][-1] == ("control", "paused")
    said = []
    here.surfer().ask(view=lambda visit: said.append(visit.why("button")))
    assert (said[0].rules[-1].name, said[0].rules[-1].found) == ("control", "it is paused")


def test_a_paused_action_is_left_out() -> None:
    """What callers offer is drawn from without it, in and outside of requests."""
    here = shoes({"arms": None})
    offer = {"a": {"price": 1}, "b": {"price": 2}, "c": {"price": 3}}

    def shown(surfer: Surfer) -> str:
        arms: list[str] = []
        surfer.ask(view=lambda visit: arms.append(visit.decide("button", actions=offer).arm))
        return arms[0]

    keepers = [here.surfer() for _ in range(30)]
    before = [shown(surfer) for surfer in keepers]
    assert set(before) == {"a", "b", "c"}
    here.bandit.control("pause", "button", arm="b")
    drawn = [here.bandit.decide("button", actions=offer) for _ in range(30)]
    assert {decision.arm for decision in drawn} == {"a", "c"}
    assert {*drawn[0].basis.actions} == {"a", "c"}
    assert {here.bandit.decide("button", actions=["a", "b"]).arm for _ in range(9)} == {"a"}
    after = [shown(surfer) for surfer in keepers]
    assert "b" not in after
    assert all(was in ("b", now) for was, now in zip(before, after, strict=True))


def test_all_actions_are_paused() -> None:
    """Callers get the default, and no error that only an operator could mend."""
    here = shoes({"arms": None})
    here.bandit.control("retire", "button", arm="a")
    assert here.bandit.decide("button", actions=["a"]).reason == "paused"
    decision = here.bandit.decide("button", actions=["a"], default="plain")
    assert (decision.arm, decision.counted) == ("plain", False)
    said: list[Decision] = []
    here.surfer().ask(view=lambda visit: said.append(visit.decide("button", actions=["a"])))
    assert said[0].reason == "paused"
    assert here.excluded() == {"paused": 3}
    with pytest.raises(ContextError):
        here.bandit.decide("button", actions=[])


def test_an_arm_in_context_is_paused() -> None:
    """The arms of a contextual experiment are left out like any other, and decided anew."""
    here = shoes()
    keepers = [here.surfer() for _ in range(20)]
    assert {keeper.ask().decision.arm for keeper in keepers} == {"green", "red"}
    default = here.bandit._ground.snapshot.experiments["button"].experiment.default
    (other,) = {"green", "red"} - {default}
    here.bandit.control("pause", "button", arm=other)
    assert {keeper.ask().decision.arm for keeper in keepers} == {default}
    assert {here.bandit.decide("button", actions=["green", "red"]).arm for _ in range(9)} == {
        default
    }


def test_what_is_kept_of_people_outlives_a_pause() -> None:
    """Who logs in while it is paused gets the default, and afterwards what was kept of them."""
    here = stand()
    first = here.surfer()
    arm = "green"
    while first.ask().decision.arm != arm:
        first = here.surfer()
    first.ask("/login", method="POST", view=lambda visit: visit.identify("anna"))
    here.bandit.control("pause", "button")
    second = here.surfer()
    assert second.ask(view=lambda visit: visit.identify("anna")).decision.arm == "red"
    here.bandit.control("resume", "button")
    again = second.ask(view=lambda visit: visit.identify("anna"))
    assert again.visit.decisions["button"].arm == arm


@pytest.mark.parametrize(("action", "pulls"), [("pause", 1), ("stop", 0), ("kill", 0)])
def test_pages_that_are_seen_afterwards(action: str, pulls: int) -> None:
    """What was decided before a pause may become a pull; nothing does once data are frozen."""
    here = stand({"count": "beacon", "page_goals": ["read"]})
    surfer, tags = here.surfer(), list[str]()
    surfer.ask(view=lambda visit: tags.append(visit.beacon()))
    token = tags[0].partition('data-decisions="')[2].partition('"')[0]
    here.bandit.control(action, None if action == "kill" else "button")
    surfer.ask("/.banditware", method="POST", status=204, query=f"seen={token}")
    assert here.pulls() == pulls
    surfer.ask("/.banditware", method="POST", status=204, query="reward=button&goal=read")
    earned = here.report()["arms"]
    assert sum(arm["goals"].get("read", {}).get("rewards", 0) for arm in earned.values()) == pulls


def test_consent_that_comes_while_it_is_paused() -> None:
    """A decision of an earlier page is not taken over, as nothing of it may be shown."""
    here = stand(consent={"cookie": {"name": "ok", "granted": "yes"}, "undecided": "stateless"})
    tokens: list[str] = []
    here.surfer().ask(view=lambda visit: tokens.append(visit.decide("button").token))
    here.bandit.control("pause", "button")
    seen = here.surfer().ask(
        "/consent", method="POST", view=lambda visit: visit.consent(True, *tokens)
    )
    assert not seen.visit.decisions


def test_the_decision_log_tells_of_it() -> None:
    """A decision that was halted is told with why it does not count."""
    told: list[dict[str, Any]] = []
    watch = Watch()
    bandit = Bandit(configured(), clock=watch, log=told.append)
    bandit.control("stop", "button")
    bandit.decide("button")
    bandit.close()
    assert [(each["arm"], each["reason"]) for each in told if each["kind"] == "decision"] == [
        ("red", STOPPED)
    ]


def test_forced_arms_of_tests_go_on() -> None:
    """What a test forces is in effect until something is changed."""
    here = stand()
    with forced(here.bandit, {"button": "green"}):
        here.bandit.refresh()
        assert {here.bandit.decide("button").arm for _ in range(9)} == {"green"}


def test_two_operators_lose_nothing(tmp_path: Path) -> None:
    """Whoever changes another experiment at the same moment, both changes are there."""
    config = {
        "secret_keys": ["k"],
        "store": f"sqlite:///{tmp_path}/counts.db",
        "experiments": {name: {"arms": ["x", "y"]} for name in "abcdefgh"},
    }

    def operate(name: str) -> None:
        with Bandit.from_config(config) as bandit:
            bandit.control("pause", name, who=name)

    threads = [threading.Thread(target=operate, args=(name,)) for name in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Bandit.from_config(config) as bandit:
        assert {*bandit.controls().experiments} == {*"abcdefgh"}
        assert sorted(change.who for change in bandit.changes()) == [*"abcdefgh"]
        assert [change.who for change in bandit.changes("c")] == ["c"]
