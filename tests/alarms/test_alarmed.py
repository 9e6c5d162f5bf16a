"""Alarms of a running bandit: facts from its store, and somebody to tell."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from banditware.alarms.facts import look, under
from banditware.alerting import Alerting
from banditware.control import Controls
from banditware.errors import ConfigError, StoreError
from banditware.guardrails.judge import Breach
from banditware.stores.memory import MemoryStore
from tests.support import HOUR, Stand, configured, stand

pytestmark = pytest.mark.usefixtures("calm")


def kinds(there: Stand) -> list[str]:
    """Return the kinds of alarms that there are."""
    return [each.kind for each in there.bandit.alarms()]


def pull(there: Stand, number: int, *, hours: int) -> None:
    """Let so many decisions be made in each of some hours."""
    for _ in range(hours):
        there.bandit.flush()  # which begins a new spool with the hour
        for _ in range(number):
            there.bandit.decide("button")
        there.bandit.flush()
        there.watch.now += HOUR


def test_nothing_is_wrong() -> None:
    """A new bandit has no alarms, nor has one that decides."""
    there = stand()
    assert kinds(there) == []
    pull(there, 20, hours=3)
    assert kinds(there) == []


def test_pulls_stop() -> None:
    """An hour after the last pull it is told, unless that was meant."""
    there = stand()
    pull(there, 20, hours=26)
    there.watch.now += 2 * HOUR
    [alarm] = there.bandit.alarms()
    assert (alarm.kind, alarm.experiment) == ("no_pulls", "button")
    there.bandit.control("pause", "button")
    assert kinds(there) == []


def test_an_experiment_that_has_not_begun_or_is_over() -> None:
    """Where nobody can take part nobody is missed; the hour in which it begins is not whole."""
    there = stand({"end": "2027-01-17"})
    pull(there, 20, hours=26)
    there.watch.now += 2 * HOUR
    assert kinds(there) == ["no_pulls"]
    there.watch.now += 48 * HOUR
    assert kinds(there) == []


def test_everything_is_excluded() -> None:
    """Pages that all fail are told with their reason."""
    there = stand()
    for _ in range(30):
        there.surfer().ask(status=500)
    there.bandit.flush()
    [alarm] = there.bandit.alarms()
    assert (alarm.kind, alarm.message.endswith("mostly as 'status'")) == ("excluded", True)


def test_rewards_stop() -> None:
    """A day after the last reward it is told; the holdout's pulls are not the arms'."""
    there = stand({"holdout": "1%"})
    for _ in range(20):
        there.bandit.reward(there.bandit.decide("button"))
        there.bandit.decide("button", subject="a")
    pull(there, 20, hours=30)
    assert kinds(there) == ["no_rewards"]


def test_records_of_one_arm_get_lost() -> None:
    """Pulls that do not fit their draws are an alarm about the arm."""
    there = stand({"policy": "uniform"})
    for _ in range(3_000):
        decision = there.bandit.decide("button")
        if decision.arm == "green":
            there.bandit.decide("button")
    fields = there.bandit._store._ledgers  # type: ignore[attr-defined]  # the memory store's own
    there.bandit.flush()
    assert kinds(there) == []
    for name in ("~c/green", "~e/green", "~e/red"):
        fields["button@1"].aside[name] *= 0.7 if name == "~c/green" else 0.9
    [alarm] = there.bandit.alarms()
    assert alarm.kind == "mismatch"


def test_a_default_arm_beyond_a_limit() -> None:
    """What the guard found of a default arm is an alarm."""
    there = stand({"guardrails": {"errors": {}}})
    breach = Breach("button", "red", "errors", default=True, note="red fails")
    there.bandit._guard.alarmed["button", "errors"] = there.watch.now, breach
    [alarm] = there.bandit.alarms()
    assert (alarm.kind, alarm.arm, alarm.message) == ("guardrail", "red", "errors: red fails")


class Away(MemoryStore):
    """A store that can be away, and has a clock."""

    gone = False
    ahead = 0.0
    forbidden = False

    def exchange(self, *arguments: Any) -> Any:
        """See `Store.exchange`."""
        self.aside("")
        return super().exchange(*arguments)

    def aside(self, ledger: str) -> Any:
        """See `Store.aside`."""
        if self.gone:
            raise StoreError("memory://", "is away", passing=True)
        return super().aside(ledger)

    def ask(self, command: str) -> list[list[bytes]]:
        """Answer what time it is, as servers do."""
        if self.forbidden:
            raise StoreError("memory://", "forbids it")
        assert command == "TIME"
        return [[b"%d" % (1_800_000_000 + self.ahead), b"500000"], [b"1800000000", b"0"]]


def test_a_store_that_is_away() -> None:
    """It is told although the store cannot be asked, with since when."""
    store = Away()
    there = stand(store=store)
    since = there.watch.now
    store.gone = True
    for _ in range(4):
        with pytest.raises(StoreError):
            there.bandit.flush()
    there.watch.now += 40
    [alarm] = there.bandit.alarms()
    assert (alarm.kind, alarm.since) == ("store", since)


def test_a_store_that_never_answered() -> None:
    """It is away since it was first asked."""
    store = Away()
    store.gone = True
    there = stand(store=store)
    for _ in range(4):
        with pytest.raises(StoreError):
            there.bandit.flush()
    there.watch.now += 40
    assert [each.kind for each in there.bandit.alarms()] == ["store"]


def test_clocks_that_differ() -> None:
    """A server's clock and pulls of hours to come are told; who forbids the question is not."""
    store = Away()
    there = stand(store=store)
    assert kinds(there) == []
    store.ahead = 100.0
    [alarm] = there.bandit.alarms()
    assert alarm.message.endswith("that of the store by +100 s")
    store.forbidden = True
    assert kinds(there) == []
    there.bandit.decide("button")
    there.bandit.flush()
    there.watch.now -= 3 * HOUR
    [alarm] = there.bandit.alarms()
    assert "that of another host by +" in alarm.message


def test_the_function_of_the_configuration_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong is told from a thread beside the exchange, once over two processes."""
    told: list[dict[str, Any]] = []
    done = threading.Event()

    def tell(message: dict[str, Any]) -> None:
        told.append(message)
        done.set()

    monkeypatch.setitem(sys.modules, "shop_of_the_test", SimpleNamespace(tell=tell))
    store, alarms = MemoryStore(), {"call": "shop_of_the_test:tell"}
    one, other = stand(store=store, alarms=alarms), stand(store=store, alarms=alarms)
    pull(one, 20, hours=26)
    one.watch.now += 2 * HOUR
    other.watch.now = one.watch.now
    for there in (one, other, one):
        there.bandit.refresh()
        teller = there.bandit._teller
        assert teller is not None
        with teller._busy:  # the round of this refresh is over
            there.watch.now += 120
    assert done.wait(60)
    assert [(each["event"], each["kind"]) for each in told] == [("begin", "no_pulls")]


def test_alarms_are_told_to_whom_the_file_says_now() -> None:
    """When the configuration changes, those it names now are told; and nobody, if it says so."""
    there = stand(alarms={"call": "one:tell"})
    steering = there.bandit._steering
    there.bandit.refresh()
    first = there.bandit._teller
    assert first is not None
    steering.settings = steering.settings._replace(alarms=Alerting(call="other:tell"))
    there.bandit.refresh()
    second = there.bandit._teller
    assert second is not None
    assert second.alerting.call == "other:tell"
    steering.settings = steering.settings._replace(alarms=Alerting())
    there.bandit.refresh()
    third = there.bandit._teller
    assert third is not None
    assert third.alerting.silent


def test_experiments_that_operators_changed() -> None:
    """Facts are of experiments as they are, and of none where there is none."""
    settings = configured()
    assert under(settings.experiments, Controls()) == [*settings.experiments]
    [killed] = under(settings.experiments, Controls(killed="controls"))
    [known] = look(MemoryStore(), [killed], lambda: 0.0).experiments
    assert not known.running


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({"webhook": "ftp://x/secret"}, "must be a URL"),
        ({"webhook": "https://"}, "must be a URL"),
        ({"webhook": "https://x:port/"}, "must be a URL"),
        ({"webhook": "https://x/a b"}, "must be a URL"),
        ({"webhook": "https://x", "every": "10ms"}, "must be at least 1s"),
        ({"call": "no function"}, "alarms.call"),
        ({"hook": "https://x"}, "did you mean 'webhook'"),
    ],
)
def test_mistakes_of_the_configuration(written: dict[str, Any], why: str) -> None:
    """A mistake is told with its mend, and without what may be secret."""
    with pytest.raises(ConfigError, match=why) as caught:
        configured(alarms=written)
    assert "secret" not in str(caught.value)


def test_whom_to_tell() -> None:
    """Addresses and times are as they were written."""
    alerting = configured(alarms={"webhook": "https://x/y", "every": "5m"}).alarms
    assert (alerting.webhook, alerting.call, alerting.every) == ("https://x/y", "", 300.0)
    assert configured().alarms.silent
