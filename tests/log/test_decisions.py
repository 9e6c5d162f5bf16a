from __future__ import annotations

import math
import time

import pytest

from banditware import Bandit
from banditware.errors import ConfigError
from banditware.events.happened import at_once
from banditware.log.decisions import DecisionLog
from banditware.log.opening import begin_log
from banditware.log.settings import LogSettings, ToFunction
from banditware.log.writer import CHUNK
from tests.log.support import PATIENCE, PAYING, Log, logged, shown
from tests.support import CRAWLER, HOUR, Asked, Surfer, Watch, configured
from tests.wires.shop import CONFIG

pytestmark = pytest.mark.usefixtures("calm", "unwritten")


def test_a_visit_and_its_reward() -> None:
    """A visit and its reward are two events that name the same decision and subject."""
    here, log = logged()
    surfer = here.surfer()
    first = surfer.ask()
    here.watch.now += 90.0
    surfer.buy()
    assert shown(log, here) == [
        ("decision", "drawn", True, None),
        ("reward", "reward", True, None),
    ]
    one, two = log
    assert one["decision_id"] == two["decision_id"] == first.decision.id
    assert one["subject"] == two["subject"] == first.visit.subject
    assert (one["arm"], one["propensity"]) == (first.decision.arm, 0.5)
    assert (two["delay"], two["cohort"]) == (90.0, one["cohort"])


def test_nothing_is_told_before_the_response_is_complete() -> None:
    """What a response comes to is told when it is recorded, and not before."""
    here, log = logged()
    visit = here.bandit.begin(Asked())
    effects = here.bandit.finish(visit, 200, ())
    here.bandit.settle(PATIENCE)
    assert log == []
    here.bandit.record(effects.records, effects.events)
    here.bandit.settle(PATIENCE)
    assert len(log) == 1


def test_why_a_decision_is_not_counted() -> None:
    """What is no pull is told with the reason under which it is excluded."""
    here, log = logged()
    here.surfer().ask(status=500)
    here.surfer().ask(sec_purpose="prefetch")
    here.surfer().ask(user_agent=CRAWLER)
    here.surfer().ask(status=304)
    assert shown(log, here) == [
        ("decision", "drawn", False, "status"),
        ("decision", "prefetch", False, "prefetch"),
        ("decision", "bot", False, "bot"),
        ("decision", "drawn", False, "not_modified"),
    ]


def test_a_prefetch_that_is_looked_at() -> None:
    """A page that was fetched ahead is told of twice: when it was fetched, and as a pull."""
    here, log = logged()
    surfer = here.surfer()
    surfer.ask(sec_purpose="prefetch")
    surfer.ask()
    assert shown(log, here) == [
        ("decision", "prefetch", False, "prefetch"),
        ("decision", "sticky", True, None),
    ]
    assert log[0]["decision_id"] == log[1]["decision_id"]


def test_a_decision_that_is_served_again() -> None:
    """By default only new decisions are told; `sticky: true` tells of the others as well."""
    every = Log()
    here, log = logged(
        given=[
            LogSettings(ToFunction(every.append), sticky=True),
            LogSettings(ToFunction(Log().append)),
        ]
    )
    log = every
    surfer = here.surfer()
    for _ in range(3):
        surfer.ask()
    assert shown(log, here) == [
        ("decision", "drawn", True, None),
        ("decision", "sticky", False, None),
        ("decision", "sticky", False, None),
    ]
    assert here.bandit.health().log_written == 3 + 1
    assert here.pulls() == 1


def test_sticky_is_not_told_where_nobody_wants_it() -> None:
    """A visit that decides one experiment anew tells of that one alone."""
    experiments = {"a": {"arms": ["x"]}, "b": {"arms": ["x"], "sticky": False}}
    here, log = logged(experiments=experiments, routes=[])
    surfer = Surfer(here.bandit)
    for _ in range(2):
        surfer.ask("/none", view=lambda visit: (visit["a"], visit["b"]))
    here.bandit.settle(PATIENCE)
    assert [event["experiment"] for event in log] == ["a", "b", "b"]


def test_the_holdout() -> None:
    """The holdout is told as such, in requests and outside of them, with its rewards."""
    here, log = logged({"holdout": 0.999})
    surfer = here.surfer()
    surfer.ask()
    surfer.buy()
    here.bandit.reward(here.bandit.decide("button", subject="u"))
    assert (
        shown(log, here)
        == [
            ("decision", "holdout", False, "holdout"),
            ("reward", "reward", True, None),
        ]
        * 2
    )
    assert [event["holdout"] for event in log.of("reward")] == [True, True]
    assert {event["arm"] for event in log} == {"red"}
    assert log[2]["subject"] == "u"


def test_rewards_that_are_refused() -> None:
    """A reward that is not credited is told with the reason, also if it has no number."""
    here, log = logged(routes=PAYING)
    here.surfer().buy(answer=[("x-total", "3")])
    surfer = here.surfer()
    surfer.ask()
    surfer.buy(answer=[("x-total", "much")])
    surfer.buy(answer=[("x-total", "3")], sec_fetch_site="cross-site")
    here.watch.now += 8 * 24 * HOUR
    surfer.buy(answer=[("x-total", "3")])
    here.bandit.settle(PATIENCE)
    found = [(event["excluded"], event["amount"]) for event in log.of("reward")]
    assert found == [
        ("no_decision", 3.0),
        ("not_a_number", None),
        ("cross_site", None),
        ("late", 3.0),
    ]
    assert log[0]["decision_id"] is None
    assert {event["decision_id"] for event in log[1:]} == {log[1]["decision_id"]}


def test_outside_of_requests() -> None:
    """`Bandit.decide` and `Bandit.reward` are told at once, mistakes of the caller too."""
    here, log = logged({"policy": "thompson"})
    decision = here.bandit.decide("button", subject="user-1")
    here.bandit.reward(decision, 0.5)
    assert not here.bandit.reward(decision._replace(counted=False))
    with pytest.raises(ValueError, match="finite"):
        here.bandit.reward(decision.token, math.nan)
    assert shown(log, here) == [
        ("decision", "drawn", True, None),
        ("reward", "reward", True, None),
        ("reward", "reward", False, "no_decision"),
        ("reward", "reward", False, "not_a_number"),
    ]
    assert {event["decision_id"] for event in log} == {decision.id}
    assert log[0]["subject"] == "user-1"


def test_inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can run, events are written between requests, when it is time."""
    monkeypatch.setattr("banditware.log.writer.launch", lambda *_: None)
    clock = Watch(100.0)
    monkeypatch.setattr(time, "monotonic", clock)
    here, log = logged()
    here.bandit.decide("button")
    between = here.bandit.between
    assert between is not None
    between()
    assert len(log) == 1
    here.bandit.decide("button")
    between()
    assert len(log) == 1
    clock.now += 1.0
    between()
    assert len(log) == 2


def test_inline_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between two requests no more is written than there is time for; the rest comes later."""
    monkeypatch.setattr("banditware.log.writer.launch", lambda *_: None)
    monkeypatch.setattr("banditware.log.decisions.LIMIT", -1.0)
    here, log = logged()
    for _ in range(CHUNK + 1):
        here.bandit.decide("button")
    assert here.bandit.between is not None
    here.bandit.between()
    assert len(log) == CHUNK


def test_inline_after_the_flusher(monkeypatch: pytest.MonkeyPatch) -> None:
    """What must be done between requests anyway is done first."""
    monkeypatch.setattr("banditware.hosting.starved", lambda: True)
    done: list[str] = []
    place = LogSettings(ToFunction(lambda event: done.append("log")))
    log = DecisionLog([place], "secret", Watch())
    assert log.note is not None
    here, _ = logged()
    log.note(at_once(here.bandit.decide("button"), here.bandit.settings.experiments[0], None))
    between = log.start(lambda: done.append("flusher"))
    assert between is not None
    between()
    assert done == ["flusher", "log"]
    log.close(PATIENCE)


def test_no_log() -> None:
    """Without a log there is nothing to put anything into."""
    log = begin_log(configured(), None, Watch())
    assert (log.note, log.sticky) == (None, False)
    assert log.start(None) is None
    assert Bandit(configured()).health().log_written == 0


def test_a_place_that_cannot_be() -> None:
    """A function that is not there is a mistake of the configuration, told at the start."""
    with pytest.raises(ConfigError, match=r"<mapping>: log: 'shop:none' cannot be imported"):
        Bandit.from_config({**CONFIG, "log": {"call": "shop:none"}})


def test_too_early_for_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a process that only loads the app, events wait, and no thread is started."""
    monkeypatch.setattr("banditware.hosting.loading", lambda: True)
    started: list[object] = []
    monkeypatch.setattr("banditware.log.writer.launch", started.append)
    here, _ = logged()
    here.bandit.decide("button")
    assert (started, here.bandit.between) == ([], None)
    assert here.bandit.health().log_waiting == 1
