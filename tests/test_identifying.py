"""Devices of one person, as visits see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from banditware import Visit
from banditware.errors import StoreError
from banditware.log.decisions import DecisionLog
from banditware.log.settings import LogSettings, ToFunction
from banditware.people import person_of
from banditware.persons import PERSON
from banditware.stores.memory import MemoryStore
from banditware.stores.people import Offer
from tests.log.support import until
from tests.stores.table import STORES
from tests.support import BUTTON, CRAWLER, HOUR, KEY, Stand, Surfer, stand

pytestmark = pytest.mark.usefixtures("calm")

DAY = 86_400.0


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a login wait for as long as a busy machine takes."""
    monkeypatch.setattr("banditware.people.WAIT", 60.0)


def login(user_id: str | int = "anna") -> Callable[[Visit], object]:
    """Return a view that knows who asks."""
    return lambda visit: visit.identify(user_id)


def logged_in(here: Stand, user_id: str | int = "anna", *, visits: int = 1) -> Surfer:
    """Return a device that has seen the page before its owner logged in."""
    surfer = here.surfer()
    for _ in range(visits):
        surfer.ask()
    surfer.ask("/login", method="POST", view=login(user_id))
    return surfer


def kept(
    here: Stand, user_id: str = "anna", texts: Mapping[str, str] = MappingProxyType({})
) -> Mapping[str, str]:
    """Return what the store keeps of a person, after adding to it."""
    offer = Offer(person_of(user_id, KEY), texts, {}, here.watch.now, 90 * DAY)
    return here.bandit._store.people().join(offer)


def differing(here: Stand) -> tuple[Surfer, Surfer]:
    """Return two devices to which different arms were shown."""
    first = here.surfer()
    arm = first.ask().decision.arm
    while True:
        second = here.surfer()
        if second.ask().decision.arm != arm:
            return first, second


def test_the_first_decision_holds_on_all_devices() -> None:
    """Who was shown an arm and logs in elsewhere, is shown it there; the conflict is counted."""
    here = stand()
    first, second = differing(here)
    before = here.pulls()
    decision = first.ask(view=login()).decision
    assert decision.reason == "sticky"
    first.ask("/login", view=login())
    seen = second.ask("/login", method="POST", view=login())
    assert seen.effects.set_cookie
    again = second.ask()
    assert (again.decision.id, again.reason) == (decision.id, "sticky")
    assert again.visit.subject == first.ask().visit.subject
    assert (here.pulls(), here.excluded()) == (before, {"conflict": 1})
    second.buy()
    assert here.report()["arms"][decision.arm]["rewards"] == 1
    second.ask("/account", view=login())
    assert here.excluded() == {"conflict": 1}


def test_a_new_device_gets_what_there_is() -> None:
    """A device that has seen nothing is shown what the person was shown, and is no pull."""
    here = stand()
    first = logged_in(here)
    second = logged_in(here, visits=0)
    assert second.ask().decision.id == first.ask().decision.id
    assert (here.pulls(), here.excluded()) == (1, {})


def test_a_decision_of_this_very_request_gives_way() -> None:
    """Where the page with the login has decided already, the person's decision replaces it."""
    here = stand()
    first, second = differing(here)
    first.ask("/login", view=login())
    pulls = here.pulls()
    values: list[Any] = []

    def view(visit: Visit) -> None:
        visit.identify("anna")
        values.append(visit["button"])

    third = here.surfer()
    for surfer in (second, third):
        seen = surfer.ask(view=view)
        assert (seen.decision.id, seen.reason) == (first.ask().decision.id, "sticky")
    assert values == [first.ask().decision.value] * 2
    assert here.pulls() == pulls


def test_what_is_decided_later_gets_to_the_other_devices() -> None:
    """A decision after the login is kept too, and found by a device that was there before."""
    here = stand()
    first, second = logged_in(here, visits=0), logged_in(here, visits=0)
    decision = first.ask().decision
    assert decision.reason == "drawn"
    until(lambda: "button@1" in kept(here))
    here.bandit._people._answers.clear()  # as after a minute
    second.ask("/account", view=login())
    until(lambda: here.bandit._people.recent(person_of("anna", KEY)))
    second.ask("/account", view=login())
    assert second.ask().decision.id == decision.id
    assert (here.pulls(), here.excluded()) == (1, {})


def test_nobody_else_is_merged() -> None:
    """Two people stay two, also on one device: who logs in there next begins anew."""
    here = stand()
    shared = logged_in(here, "anna")
    anna = shared.ask()
    shared.ask("/login", method="POST", view=login("bert"))
    bert = shared.ask()
    assert bert.visit.subject != anna.visit.subject
    assert bert.decision.id != anna.decision.id
    assert here.pulls() == 2
    shared.ask("/login", method="POST", view=login("anna"))
    assert shared.ask().decision.id == anna.decision.id
    until(lambda: "button@1" in kept(here, "bert"))


def test_somebody_else_on_a_page_that_chose_for_the_one_before() -> None:
    """What was decided for the one before is not shown to, or counted for, who logs in."""
    here = stand()
    shared = logged_in(here, "anna")
    anna = shared.ask().decision

    def view(visit: Visit) -> None:
        visit.identify("bert")
        visit.decide("button")

    seen = shared.ask(view=view)
    assert seen.decision.id != anna.id
    assert seen.reason == "drawn"
    assert here.pulls() == 2


def test_numbers_are_ids_too() -> None:
    """The id of an app's users may be a number, and is stored as neither that nor text."""
    assert person_of(7, KEY) == person_of("7", KEY) != person_of("8", KEY) != person_of("8", "k")
    here = stand()
    surfer = logged_in(here, 4_711)
    assert "4711" not in surfer.cookie
    assert "4711" not in str(here.bandit._store.people()._kept)  # type: ignore[attr-defined]  # of memory


class _Away(MemoryStore):
    """A store whose people are away."""

    away = True

    def people(self) -> Any:
        if self.away:
            raise StoreError("memory://", "away")
        return super().people()


def test_a_store_that_is_away_leaves_the_device_alone() -> None:
    """Without the store the device keeps its arms; it is merged by the next call that can."""
    store = _Away()
    here = stand(store=store)
    surfer = here.surfer()
    first = surfer.ask().decision
    answers: list[bool] = []

    def view(visit: Visit) -> None:
        answers.append(visit.identify("anna"))

    for _ in range(2):
        assert surfer.ask(view=view).decision.id == first.id
    store.away = False
    here.bandit._people._resume = 0.0
    surfer.ask(view=view)
    surfer.ask(view=view)
    assert answers == [False, False, True, True]
    assert (here.bandit.health().faults, here.excluded()) == (0, {})
    assert "button@1" in kept(here)


def test_who_is_not_remembered_is_not_merged() -> None:
    """Bots, who refused and who was not asked yet are brought together with nobody."""
    consent = {"cookie": {"name": "c", "granted": "yes", "denied": "no"}, "undecided": "stateless"}
    here = stand(consent=consent)
    answers: list[bool] = []

    def view(visit: Visit) -> None:
        answers.append(visit.identify("anna"))

    here.surfer().ask(view=view, user_agent=CRAWLER)
    for said in ("no", "", "yes"):
        here.surfer().ask(view=view, cookie=f"c={said}")
    assert answers == [False, False, False, True]


def test_it_may_come_too_late() -> None:
    """What is said when the response has started is told, and lost."""
    here = stand()
    assert here.surfer().ask().visit.identify("anna") is False
    assert here.bandit.health().faults == 1


def test_what_is_over_makes_room() -> None:
    """What is not served again any more, or is no text of ours, makes room for the next one."""
    button, banner = {**BUTTON, "sticky": "1d"}, {"arms": ["x", "y"]}
    here = stand(experiments={"button": button, "banner": banner})
    first = logged_in(here)
    old = first.ask().decision
    here.watch.now += 1.5 * DAY
    assert "button@1" in kept(here)
    second = logged_in(here, visits=0)
    until(lambda: "button@1" not in kept(here))
    new = second.ask().decision
    assert (new.reason, new.id != old.id) == ("drawn", True)
    until(lambda: new.id in kept(here).get("button@1", ""))
    first.ask("/account", view=login())
    assert first.ask().decision.id == new.id
    strange = {"button@1": "no text of ours", "gone@1": "x"}
    here.bandit._store.people().leave(person_of("anna", KEY))
    kept(here, texts=strange)
    third = logged_in(here, visits=0)
    until(lambda: set(kept(here)) == {"gone@1", "*subject"})
    assert third.ask().reason == "drawn"


def test_what_is_not_sticky_or_not_counted_is_not_kept() -> None:
    """Neither a decision that is not served again nor one that nobody saw is kept of a person."""
    here = stand({"sticky": False})
    logged_in(here)
    assert set(kept(here)) == {"*subject"}
    seen = stand()
    surfer = seen.surfer()
    surfer.ask(sec_purpose="prefetch")
    surfer.ask("/login", view=login())
    assert set(kept(seen)) == {"*subject"}


def test_shares_stay_what_they_were() -> None:
    """Who was in the traffic or the holdout is there on the next device, too."""
    here = stand({"traffic": "50%", "holdout": "30%"})
    for number in range(30):
        first = logged_in(here, number)
        second = logged_in(here, number, visits=0)
        one, other = first.ask(), second.ask()
        assert one.visit.subject == other.visit.subject
        assert (one.decision.arm, one.reason) == (other.decision.arm, other.reason)


def test_a_path_that_was_rewritten_already() -> None:
    """Where an arm has chosen the path of this very response, the person's holds from the next."""
    arms = {"green": {"rewrite": "/green"}, "red": {"rewrite": "/red"}}
    here = stand({"arms": arms})
    first, second = differing(here)
    first.ask("/login", view=login())
    pulls = here.pulls()
    seen = second.ask(view=login())
    assert (seen.visit.rewrite, seen.reason) == (f"/{seen.decision.arm}", "conflict")
    assert second.ask().decision.id == first.ask().decision.id
    assert (here.pulls(), here.excluded()) == (pulls, {"conflict": 1})


def test_an_arm_by_force_stays() -> None:
    """What is shown by force is shown, whoever logs in."""
    here = stand(debug={"force": True})
    first, second = differing(here)
    first.ask("/login", view=login())
    arm = "red" if first.ask().decision.arm == "green" else "green"
    seen = second.ask(query=f"bw_force=button:{arm}", view=login())
    assert (seen.decision.arm, seen.reason) == (arm, "forced")
    assert second.ask(query="bw_force=none", cookie=second.cookie).reason == "sticky"


def test_an_experiment_that_is_gone_stays_away() -> None:
    """What is kept of another version or an experiment of long ago is left alone."""
    store = MemoryStore()
    logged_in(stand(store=store))
    newer = stand({"version": 2}, store=store)
    second = logged_in(newer, visits=0)
    assert second.ask().reason == "drawn"
    until(lambda: set(kept(newer)) == {"*subject", "button@1", "button@2"})


def test_the_log_gets_both_subjects() -> None:
    """The decision log tells who turned out to be whom, once, and of which conflicts."""
    events: list[dict[str, Any]] = []
    here = stand()
    log = DecisionLog([LogSettings(ToFunction(events.append), "plain")], KEY, here.watch)
    here.bandit._ground.note = log.note
    first, second = differing(here)
    subjects = [surfer.ask().visit.subject for surfer in (first, second)]
    for surfer in (first, second, second):
        surfer.ask("/login", view=login())
    log.close(10.0)
    (told,) = [event for event in events if event["kind"] == "identity"]
    assert (told["subject"], told["known"]) == (subjects[1], subjects[0])
    assert told["conflicts"] == ["button"]


def test_the_cookie_says_whose_it_is_and_not_who() -> None:
    """The mark in the cookie is a keyed hash, and survives new decisions."""
    here = stand()
    surfer = logged_in(here)
    here.watch.now += HOUR
    surfer.ask()
    assert f"{PERSON}~1~{person_of('anna', KEY)}~" in surfer.cookie
    assert "anna" not in surfer.cookie


@pytest.mark.parametrize("kind", ["sqlite", "fakeredis"])
def test_two_workers_agree(kind: str, tmp_path: Path) -> None:
    """What one worker kept of a person, another one serves, whatever the store."""
    world = STORES[kind](tmp_path)
    workers = [stand(store=world.open(), seed=seed) for seed in range(2)]
    devices = [worker.surfer() for worker in workers for _ in range(4)]
    arms = [device.ask().decision.arm for device in devices]
    assert set(arms) == {"green", "red"}
    for device in devices:
        device.ask("/login", method="POST", view=login())
    assert [device.ask().decision.arm for device in devices] == [arms[0]] * 8
    for worker in workers:
        worker.bandit.flush()
    conflicts = sum(arm != arms[0] for arm in arms)
    assert (workers[0].pulls(), workers[0].excluded()) == (8, {"conflict": conflicts})
    for worker in workers:
        worker.bandit.close()
