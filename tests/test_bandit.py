from __future__ import annotations

import asyncio
import gc
import logging
import math
import os
import random
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from scipy import stats

from banditware import ASGIMiddleware, Bandit, Decision, WSGIMiddleware
from banditware.config import Settings, load
from banditware.counts import HOLDOUT
from banditware.errors import (
    ConfigError,
    RewardError,
    StoreError,
    TokenError,
    UnknownExperimentError,
)
from banditware.model import DAY, Policy
from banditware.policies import POLICIES
from banditware.policies.fixed import Fixed
from banditware.snapshot import ExperimentSnapshot
from banditware.stores.memory import MemoryStore
from tests.support import BUTTON, KEY, NOON, PERSON, ROUTES, Asked, Stand, Watch, put, stand

pytestmark = pytest.mark.usefixtures("calm")

THREE = {"arms": ["a", "b", "c"], "default": "a"}

#: Counts that make every policy's vector uneven.
UNEVEN: dict[str, float] = {"n/a/0": 300, "n/b/0": 320, "n/c/0": 280}
for _arm, _won in {"a": 30.0, "b": 45.0, "c": 25.0}.items():
    UNEVEN |= {f"m/{_arm}/0/reward": _won, f"w/{_arm}/0/reward": 3 * _won}
    UNEVEN |= {f"{_kind}/{_arm}/0/reward": _won for _kind in "ksq"}


def configuration(**more: Any) -> dict[str, Any]:
    """Return a configuration as a mapping."""
    return {
        "secret_keys": [KEY],
        "store": "memory://",
        "experiments": {"button": BUTTON},
        "routes": ROUTES,
        **more,
    }


def _settings(store: str) -> Settings:
    return load(configuration(store=store, refresh="10ms"))


def agrees(drawn: Counter[str], vector: dict[str, float]) -> None:
    """Check draws against the probabilities they were logged with."""
    draws = sum(drawn.values())
    assert set(drawn) <= {arm for arm, share in vector.items() if share > 0}
    expected = [draws * share for share in vector.values()]
    observed = [drawn[arm] for arm in vector]
    assert stats.chisquare(observed, expected).pvalue > 1e-4
    for arm, share in vector.items():
        error = math.sqrt((1 / share - 1) / draws)
        assert abs(drawn[arm] / draws / share - 1) <= 3 * error + 1e-12, arm


# Deciding.


@pytest.mark.parametrize("name", POLICIES)
def test_draws_agree_with_the_logged_propensity(name: str) -> None:
    """100,000 decisions of every policy have the frequencies that they log, by a chi-square test.

    So each arm's indicator, divided by the propensity, has the mean 1 within three standard errors.
    """
    policy: Any = name
    if name == Fixed.name:
        policy = {"name": name, "weights": {"a": 0.6, "b": 0.3, "c": 0.1}}
    store = MemoryStore()
    put(store, UNEVEN)
    here = stand({**THREE, "policy": policy}, store=store, seed=name)
    drawn: Counter[str] = Counter()
    vector: dict[str, float] = {}
    for _ in range(100_000):
        decision = here.bandit.decide("button")
        drawn[decision.arm] += 1
        assert vector.setdefault(decision.arm, decision.propensity) == decision.propensity
    assert math.fsum(vector.values()) == pytest.approx(1.0, abs=1e-12)
    assert name == "uniform" or len(set(vector.values())) > 1
    agrees(drawn, vector)


def test_a_decision_is_a_pull() -> None:
    """Outside of requests a decision counts at once."""
    here = stand()
    decision = here.bandit.decide("button", subject="user-1", context={"age": 25})
    assert (decision.reason, decision.counted, decision.time) == ("drawn", True, NOON)
    assert here.report()["arms"][decision.arm]["pulls"] == 1


def test_an_unknown_experiment() -> None:
    """A name that is no experiment is an error with a hint, unless a default stands in."""
    here = stand()
    with pytest.raises(UnknownExperimentError, match="did you mean 'button'"):
        here.bandit.decide("buton")
    with pytest.raises(UnknownExperimentError):
        here.bandit.stats("buton")
    decision = here.bandit.decide("buton", default="plain")
    assert (decision.value, decision.reason) == ("plain", "unknown")
    assert here.bandit.decide("button", default="plain").reason == "drawn"


def test_the_holdout_outside_of_requests() -> None:
    """A subject of the holdout gets the default each time, counted apart, also its reward."""
    here = stand({"holdout": "50%"})
    decisions = {n: here.bandit.decide("button", subject=f"user-{n}") for n in range(100)}
    held = [decision for decision in decisions.values() if decision.reason == "holdout"]
    assert 25 <= len(held) <= 75
    assert all((each.arm, each.counted) == ("red", False) for each in held)
    assert here.bandit.reward(held[0])
    assert here.bandit.reward(held[1].token)
    report = here.report()
    assert (report["holdout"]["pulls"], report["holdout"]["rewards"]) == (len(held), 2)
    assert report["excluded"] == {"holdout": len(held)}
    assert here.pulls() == 100 - len(held)
    assert here.bandit.decide("button").reason == "drawn"


# Rewarding.


def test_a_decision_and_its_token_earn_once() -> None:
    """A decision is credited once for a goal, whether by itself or by its token."""
    here = stand()
    decision = here.bandit.decide("button")
    assert here.bandit.reward(decision)
    assert here.bandit.reward(decision.token)
    assert here.bandit.reward(decision, goal="cart")
    assert (here.rewards(), here.excluded()) == (1, {"duplicate": 1})
    assert here.bandit.reward(decision, once=False)
    assert here.rewards() == 2


def test_a_token_is_good_elsewhere() -> None:
    """Another process with the same secret and store credits a token; one without refuses it."""
    store = MemoryStore()
    here, there = stand(store=store), stand(store=store)
    token = here.bandit.decide("button").token
    assert there.bandit.reward(token, 0.5)
    here.bandit.flush()
    assert (there.pulls(), there.rewards(), there.earned()) == (1, 1, 0.5)
    with pytest.raises(TokenError):
        stand(secret_keys=["other"]).bandit.reward(token)
    with pytest.raises(TokenError):
        here.bandit.reward(token[:-1] + ("a" if token[-1] != "a" else "b"))


def test_a_decision_of_a_request_can_be_credited_later() -> None:
    """The token of a page's decision is good for a webhook; what was no pull is not."""
    here = stand()
    surfer = here.surfer()
    assert not here.bandit.reward(surfer.ask(sec_purpose="prefetch").decision.token)
    assert here.bandit.reward(surfer.ask().decision.token)
    assert here.bandit.reward(surfer.ask().decision)
    assert here.excluded() == {"duplicate": 1, "no_decision": 1, "prefetch": 1}


def test_a_decision_that_is_too_old_earns_nothing() -> None:
    """After `attribution` a reward is refused, counted, and no error."""
    here = stand()
    decision = here.bandit.decide("button")
    here.watch.now += 7 * DAY + 1
    assert not here.bandit.reward(decision)
    assert (here.rewards(), here.excluded()) == (0, {"late": 1})


def test_what_no_decision_made_earns_nothing() -> None:
    """A decision that a failure or an unknown name made is nobody's to credit."""
    here = stand()
    unknown = here.bandit.decide("nope", default="x")
    with pytest.raises(UnknownExperimentError):
        here.bandit.reward(unknown)
    other = stand(experiments={"headline": BUTTON}, routes=[]).bandit.decide("headline").token
    with pytest.raises(UnknownExperimentError):
        here.bandit.reward(other)


@pytest.mark.parametrize(
    ("amount", "goal", "reason"),
    [
        (math.nan, None, "not_a_number"),
        (math.inf, "cart", "not_a_number"),
        ("1", None, "not_a_number"),
        (1.5, None, "out_of_range"),
        (1.0, "a goal", "bad_goal"),
    ],
)
def test_a_callers_mistake_is_an_error(amount: Any, goal: str | None, reason: str) -> None:
    """A caller is told of a reward that cannot be credited, and it is counted."""
    here = stand({"policy": "thompson"})
    decision = here.bandit.decide("button")
    with pytest.raises(RewardError):
        here.bandit.reward(decision, amount, goal=goal)
    assert (here.rewards(), here.excluded()) == (0, {reason: 1})


def test_with_a_range_any_number_can_be_learnt() -> None:
    """With `reward_range` a policy of unit rewards takes any number, and cuts what is outside."""
    here = stand({"policy": "thompson", "reward_range": [0, 100]})
    assert here.bandit.reward(here.bandit.decide("button"), 250.0)
    assert (here.earned(), here.excluded()) == (250.0, {"clipped": 1})


# Changing the configuration.


def test_a_removed_arm_keeps_its_counts() -> None:
    """An arm that is gone is still reported, at propensity 0, and its late rewards are credited."""
    store = MemoryStore()
    old = stand(THREE, store=store)
    decisions = [old.bandit.decide("button") for _ in range(100)]
    gone = next(decision for decision in decisions if decision.arm == "b")
    before = old.report()
    new = stand({"arms": ["a", "c"], "default": "a"}, store=store)
    assert new.bandit.reward(gone.token)
    arms = new.report()["arms"]
    assert list(arms) == ["a", "c", "b"]
    assert (arms["b"]["propensity"], arms["b"]["rewards"]) == (0.0, 1)
    assert [arms[arm]["pulls"] for arm in "abc"] == [before["arms"][arm]["pulls"] for arm in "abc"]


def test_another_policy_learns_from_the_same_counts() -> None:
    """Policy and values may change: the counts stay, and the new policy decides from them."""
    store = MemoryStore()
    put(store, UNEVEN)
    even = stand({**THREE, "policy": "uniform"}, store=store).report()
    greedy = stand({**THREE, "policy": "thompson"}, store=store).report()
    assert [arm["pulls"] for arm in greedy["arms"].values()] == [300, 320, 280]
    assert [arm["propensity"] for arm in even["arms"].values()] == [1 / 3] * 3
    assert greedy["arms"]["b"]["propensity"] > 0.8


def test_a_new_version_begins_anew() -> None:
    """`version` starts the counts afresh and leaves the old ones alone."""
    store = MemoryStore()
    put(store, UNEVEN)
    assert stand({**THREE, "version": 2}, store=store).pulls() == 0
    assert stand(THREE, store=store).pulls() == 900


def test_statistics_of_all_experiments() -> None:
    """Without a name, statistics are of all experiments, under one key."""
    here = stand()
    here.bandit.decide("button")
    found = here.bandit.stats()
    assert list(found) == ["experiments"]
    assert found["experiments"] == {"button": here.bandit.stats("button")}


def test_refreshing_takes_in_what_others_counted() -> None:
    """A refresh brings the store's counts and leaves this process's records where they are."""
    store = MemoryStore()
    here = stand({**THREE, "policy": "thompson"}, store=store)
    first = {here.bandit.decide("button").propensity for _ in range(20)}
    put(store, UNEVEN)
    here.bandit.refresh()
    assert first == {1 / 3}
    assert 1 / 3 not in {here.bandit.decide("button").propensity for _ in range(20)}
    assert here.pulls() == 940


def test_a_policy_that_fails_is_reported_and_the_last_vector_stays(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Counts that a policy cannot digest are a fault that is logged; decisions go on."""
    here = stand()

    def fail(*arguments: Any, **more: Any) -> ExperimentSnapshot:
        raise ArithmeticError("no vector")

    monkeypatch.setattr("banditware.snapshot.updated", fail)
    here.bandit.decide("button")
    here.bandit.flush()
    assert here.bandit.health().faults == 1
    assert "hidden from the app" in caplog.text
    assert here.bandit.decide("button").propensity == 0.5


# Requests.


def test_requests_of_a_wrapped_app_draw_what_they_log() -> None:
    """20,000 new visitors of a WSGI app see the arms as often as the logged propensities say."""
    store = MemoryStore()
    put(store, UNEVEN)
    here = stand({**THREE, "policy": "softmax"}, store=store, seed="wsgi")
    drawn: Counter[str] = Counter()
    vector: dict[str, float] = {}

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        decision = environ["banditware.visit"].decide("button")
        drawn[decision.arm] += 1
        vector[decision.arm] = decision.propensity
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    wrapped = WSGIMiddleware(app, here.bandit)
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_USER_AGENT": PERSON}
    for _ in range(20_000):
        wrapped(dict(environ), lambda status, headers, info=None: bytes)
    agrees(drawn, vector)
    assert here.pulls() == 20_900


def test_requests_of_an_asynchronous_app_draw_what_they_log() -> None:
    """20,000 new visitors of an ASGI app see the arms as often as the logged propensities say."""
    store = MemoryStore()
    put(store, UNEVEN)
    here = stand({**THREE, "policy": "epsilon-greedy"}, store=store, seed="asgi")
    drawn: Counter[str] = Counter()
    vector: dict[str, float] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        decision = scope["banditware.visit"].decide("button")
        drawn[decision.arm] += 1
        vector[decision.arm] = decision.propensity
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def visits() -> None:
        wrapped = ASGIMiddleware(app, here.bandit)
        headers = [(b"user-agent", PERSON.encode())]

        async def receive() -> dict[str, Any]:
            return {"type": "http.request"}

        async def send(message: Any) -> None:
            assert message

        for _ in range(20_000):
            scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
            await wrapped(scope, receive, send)

    asyncio.run(visits())
    agrees(drawn, vector)
    assert here.pulls() == 20_900


def test_a_replayed_cookie_earns_once_over_http(tmp_path: Path) -> None:
    """The same cookie sent a hundred times to a reward route of a WSGI app is one reward."""
    path = f"sqlite:///{tmp_path}/counts.db"
    watch = Watch()
    here = Stand(Bandit(_settings(path), clock=watch), watch)
    headers: list[tuple[str, str]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b""]

    def start(status: str, given: list[tuple[str, str]], info: Any = None) -> Any:
        headers[:] = given

    wrapped = WSGIMiddleware(app, here.bandit)
    wrapped({"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_USER_AGENT": PERSON}, start)
    cookie = dict(headers)["Set-Cookie"].partition(";")[0]
    for _ in range(100):
        environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/buy", "HTTP_COOKIE": cookie}
        wrapped({**environ, "HTTP_USER_AGENT": PERSON}, start)
    assert (here.pulls(), here.rewards(), here.excluded()) == (1, 1, {"duplicate": 99})
    here.bandit.close()


def test_settling_without_threads_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """If no thread can be started at shutdown, who asks for it flushes."""
    store = MemoryStore()
    here = stand(store=store)

    def start(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    here.bandit.decide("button")
    here.bandit.settle()
    assert store.exchange((), {"button@1": 0}).counts["button@1"].fields
    assert here.bandit.health().faults == 0


def test_settling_flushes_and_leaves_the_bandit_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server's shutdown carries the records off; a store that fails then is a fault of ours."""
    store = MemoryStore()
    here = stand(store=store)
    here.bandit.decide("button")
    here.bandit.settle(10.0)
    assert store.exchange((), {"button@1": 0}).counts["button@1"].fields
    here.bandit.decide("button")

    def fail(*arguments: Any) -> None:
        raise StoreError("memory://", "is away")

    monkeypatch.setattr(store, "exchange", fail)
    here.bandit.settle(10.0)
    assert here.bandit.health().faults == 1
    monkeypatch.undo()
    assert here.pulls() == 2


@pytest.mark.parametrize("status", ["OK", "", "2x0"])
def test_a_status_that_is_no_number_is_a_fault_without_effects(status: str) -> None:
    """Whatever an app says for a status, nothing of ours is raised and nothing is counted."""
    here = stand()
    visit = here.bandit.begin(Asked())
    assert here.bandit.finish(visit, status, ()).records == ()
    assert (here.bandit.health().faults, here.pulls()) == (1, 0)


def test_faults_in_the_request_are_hidden(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Faults in matching and recording are counted, and logged once a minute."""
    here = stand()

    def fail(*arguments: Any) -> None:
        raise OSError("no disk")

    monkeypatch.setattr(here.bandit._ground.router, "_at", fail)
    assert here.bandit.begin(Asked()).decisions == {}
    monkeypatch.setattr(here.bandit._flusher, "record", fail)
    here.bandit.record([b"x"])
    assert here.bandit.health().faults == 2
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 1
    here.watch.now += 60
    here.bandit.record([b"x"])
    assert len([r for r in caplog.records if r.levelno == logging.ERROR]) == 2


def test_hosts_are_looked_at_if_a_route_names_one() -> None:
    """A route for one host chooses there and nowhere else."""
    here = stand(routes=[{"match": "GET /", "host": "shop.example", "choose": "button"}])
    assert here.bandit.begin(Asked(host="shop.example")).decisions
    assert not here.bandit.begin(Asked(host="blog.example")).decisions


# Opening and closing.


def test_a_mapping_or_a_file(tmp_path: Path) -> None:
    """A bandit comes from a mapping or a path; leaving it closes and so flushes."""
    path = tmp_path / "banditware.yaml"
    path.write_text(
        "secret_keys: [a key]\nstore: sqlite:///counts.db\nexperiments: {button: {arms: [a, b]}}\n",
        encoding="utf-8",
    )
    with Bandit.from_config(path) as bandit:
        bandit.reward(bandit.decide("button"))
        bandit.flush()
    with Bandit.from_config(str(path)) as bandit:
        arms = bandit.stats("button")["arms"].values()
        assert (sum(a["pulls"] for a in arms), sum(a["rewards"] for a in arms)) == (1, 1)
    with Bandit.from_config(configuration()) as bandit, pytest.raises(ConfigError):
        bandit.from_config({"experiments": {}})


def test_draining_takes_what_other_processes_wrote(tmp_path: Path) -> None:
    """`drain` carries off the records of every process of the machine."""
    settings = _settings(f"sqlite:///{tmp_path}/counts.db")
    writing, reading = Bandit(settings), Bandit(settings)
    writing.decide("button")
    assert sum(arm["pulls"] for arm in reading.stats("button")["arms"].values()) == 0
    reading.drain()
    assert sum(arm["pulls"] for arm in reading.stats("button")["arms"].values()) == 1
    writing.close()
    reading.close()


@pytest.mark.parametrize("prepare", ["missing", "corrupt", "folder"])
def test_a_store_that_cannot_be_used_is_an_error_at_the_start(tmp_path: Path, prepare: str) -> None:
    """A store that is missing or corrupt at the start is a StoreError with its address."""
    path = tmp_path / "counts.db"
    if prepare == "missing":
        path = tmp_path / "nowhere" / "counts.db"
    elif prepare == "corrupt":
        path.write_bytes(b"this is no database" * 100)
    else:
        path.mkdir()
    with pytest.raises(StoreError) as raised:
        Bandit(_settings(f"sqlite:///{path}"))
    assert raised.value.url == f"sqlite:///{path}"
    gc.collect()


@pytest.mark.parametrize("trouble", ["locked", "corrupt"])
def test_decisions_go_on_while_the_store_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    """While the store fails, decisions come from the last snapshot and records wait for it."""
    monkeypatch.setattr("banditware.stores.sqlite.BUSY", 0.01)
    path = tmp_path / "counts.db"
    bandit = Bandit(_settings(f"sqlite:///{path}"), generator=random.Random(1))
    bandit.decide("button")
    bandit.flush()
    holder = None
    good = path.read_bytes()
    if trouble == "locked":
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
    else:
        path.write_bytes(b"garbage" * 1_000)
    for _ in range(20):
        decision = bandit.decide("button")
        assert decision.propensity == 0.5
        assert bandit.reward(decision)
    for call in (bandit.flush, bandit.refresh, bandit.stats):
        with pytest.raises(StoreError):
            call()
    assert bandit.begin(Asked()).decide("button").reason == "drawn"
    if holder is not None:
        holder.close()
    else:
        path.write_bytes(good)
    arms = bandit.stats("button")["arms"].values()
    assert (sum(a["pulls"] for a in arms), sum(a["rewards"] for a in arms)) == (21, 20)
    bandit.close()


def test_what_is_recorded_after_closing_is_not_lost(tmp_path: Path) -> None:
    """A closed bandit still decides, and the next process finds what it recorded."""
    settings = _settings(f"sqlite:///{tmp_path}/counts.db")
    bandit = Bandit(settings)
    bandit.close()
    bandit.decide("button")
    other = Bandit(settings)
    other.drain()
    assert sum(arm["pulls"] for arm in other.stats("button")["arms"].values()) == 1
    other.close()


def test_every_policy_can_be_configured() -> None:
    """Every policy of the registry can stand in an experiment of the configuration."""
    for name, kind in POLICIES.items():
        policy: Any = {"name": name, "weights": {"green": 1, "red": 3}} if kind is Fixed else name
        here = stand({"policy": policy})
        made: Policy = here.bandit.settings.experiments[0].policy
        assert isinstance(made, kind)
        assert here.report()["policy"] == name


FORKING = """
import os, sys
from banditware import Bandit

bandit = Bandit.from_config({
    "secret_keys": ["k"], "store": "memory://", "refresh": "1h",
    "experiments": {"button": {"arms": ["a", "b"], "sticky": False}},
})

def drawn():
    return " ".join(d.id + d.arm for d in (bandit.decide("button") for _ in range(20)))

drawn()
sys.stdout.flush()
for _ in range(3):
    child = os.fork()
    if not child:
        os.write(1, drawn().encode() + b"\\n")
        os._exit(0)
    os.waitpid(child, 0)
os.write(1, drawn().encode() + b"\\n")
"""


def test_forked_processes_draw_numbers_of_their_own() -> None:
    """Children of a preloaded process share neither draws nor ids with it or with each other."""
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(FORKING)],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        text=True,
        timeout=60,
    )
    lines = ran.stdout.splitlines()
    assert len(lines) == 4
    decisions = [decision for line in lines for decision in line.split()]
    assert len(set(decisions)) == len({each[:16] for each in decisions}) == 80
    assert len({"".join(each[16:] for each in line.split()) for line in lines}) == 4


def test_a_bandit_that_forks_starts_anew_with_the_next_request() -> None:
    """In a child the next request starts what a process needs, and the parent goes on."""
    here = stand()
    here.bandit.begin(Asked())
    here.bandit.after_fork(child=False)
    started = []

    def start() -> bool:
        started.append(True)
        return True

    here.bandit._flusher.start = start  # type: ignore[method-assign]  # seen
    here.bandit.begin(Asked())
    here.bandit.after_fork(child=True)
    here.bandit.begin(Asked())
    here.bandit.begin(Asked())
    assert started == [True]


def test_the_whole_of_a_decision() -> None:
    """What a decision offers is what the design promises."""
    decision = stand().bandit.decide("button")
    assert isinstance(decision, Decision)
    offered = (
        decision.arm,
        decision.value,
        decision.propensity,
        decision.reason,
        decision.counted,
        decision.id,
        decision.token,
    )
    assert all(each is not None for each in offered)
    assert HOLDOUT not in decision.token
