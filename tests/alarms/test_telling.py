"""Telling of alarms: to a function and a real webhook, again if it fails, without secrets."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import Any

import pytest

from banditware.alarms import telling
from banditware.alarms.board import Board
from banditware.alarms.rules import Alarm
from banditware.alarms.telling import BACKOFF, REST, Teller, post
from banditware.alerting import Alerting
from banditware.errors import StoreError
from banditware.stores.memory import MemoryStore

ALARM = Alarm("no_pulls", "button", "", 0.0, "no pull since long ago", "look")
AWAY = Alarm("store", "", "", 0.0, "redis://x is away", "see")

TOLD: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def forget() -> None:
    """Begin with no message."""
    TOLD.clear()


class Hook:
    """A webhook on this machine: what it got, and how it answers the first ones."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.refuse = 0


@pytest.fixture
def hook() -> Iterator[Hook]:
    """A webhook that runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name that http.server calls
            body = self.rfile.read(int(self.headers["content-length"]))
            found.got.append((self.path, json.loads(body)))
            found.refuse -= 1
            self.send_response(503 if found.refuse >= 0 else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Hook(f"http://127.0.0.1:{server.server_address[1]}/hook?token=secret")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


def teller(alerting: Alerting, found: Callable[[], list[Alarm]]) -> tuple[Teller, list[float]]:
    """Return a teller with the list of how long it has waited."""
    waited: list[float] = []
    return Teller(alerting, Board(MemoryStore()), found, waited.append), waited


def test_a_look_that_takes_long_is_rare() -> None:
    """After a look, a process rests for many times as long as it took."""
    now, looks = [0.0], []

    def slow() -> list[Alarm]:
        looks.append(now[0])
        now[0] += 4.0
        return []

    mine = Teller(Alerting(call="x:y"), Board(MemoryStore()), slow, timer=lambda: now[0])
    for _ in range(100):
        mine.look(now[0])
        with mine._busy:  # the round is over
            now[0] += 1.0
    assert looks == [0.0]
    now[0] = 4.0 + 4.0 * REST
    mine.look(now[0])
    with mine._busy:
        assert looks == [0.0, 4.0 + 4.0 * REST]


def test_a_webhook_gets_a_message_when_an_alarm_begins_and_when_it_is_over(hook: Hook) -> None:
    """Each is posted once, as JSON."""
    found = [ALARM]
    mine, waited = teller(Alerting(webhook=hook.url), lambda: found)
    mine.round()
    mine.round()
    found = []
    for _ in range(6):
        mine.round()
    assert [path for path, _ in hook.got] == ["/hook?token=secret"] * 2
    begun, ended = (body for _, body in hook.got)
    assert begun == {"event": "begin", **ALARM._asdict()}
    assert (ended["event"], ended["kind"], ended["message"]) == ("end", "no_pulls", "is over")
    assert waited == []


def test_a_webhook_that_refuses_is_tried_again(
    hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    """It gets the message with the second try, and nothing secret is logged."""
    hook.refuse = 1
    mine, waited = teller(Alerting(webhook=hook.url), lambda: [ALARM])
    mine.round()
    assert len(hook.got) == 2
    assert waited == [*BACKOFF[:1]]
    assert "no pull since long ago" in caplog.text
    assert "secret" not in caplog.text


def test_the_last_try_counts(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    """A webhook that takes the message in the end was told."""
    hook.refuse = len(BACKOFF)
    mine, waited = teller(Alerting(webhook=hook.url), lambda: [ALARM])
    mine.round()
    assert len(hook.got) == len(BACKOFF) + 1
    assert waited == [*BACKOFF]
    assert "could not be told" not in caplog.text


def test_a_webhook_that_is_not_there_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    """After some tries the log says what kind of error it was, without the address."""
    mine, waited = teller(Alerting(webhook="http://127.0.0.1:1/?token=secret"), lambda: [ALARM])
    mine.round()
    assert waited == [*BACKOFF]
    assert "the webhook could not be told: ConnectionRefusedError" in caplog.text
    assert "secret" not in caplog.text


def test_https_is_spoken_where_it_is_asked_for(hook: Hook) -> None:
    """A server that speaks no TLS is an error, not a message in the clear."""
    with pytest.raises(OSError, match=r"SSL|ssl|wrong|record"):
        post(hook.url.replace("http:", "https:"), {})
    assert hook.got == []


def test_a_function_is_called(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A function of the app gets the same message; of one that is not there the log tells."""
    monkeypatch.setitem(sys.modules, "shop_of_the_test", SimpleNamespace(told=TOLD.append))
    mine, _ = teller(Alerting(call="shop_of_the_test:told"), lambda: [ALARM])
    mine.round()
    assert [{"event": "begin", **ALARM._asdict()}] == TOLD
    broken, waited = teller(Alerting(call="nowhere_at_all:told"), lambda: [ALARM])
    broken.round()
    assert waited == [*BACKOFF]
    assert "the function could not be told: ModuleNotFoundError" in caplog.text


def test_a_store_that_is_away_is_told_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each process tells that the store is away, once, and that it is back."""
    found = [AWAY]
    mine, _ = teller(Alerting(call="tests:nothing"), lambda: found)
    events: list[tuple[str, str]] = []
    monkeypatch.setattr(mine, "_tell", lambda each: events.append((each.event, each.alarm.kind)))
    mine.round()
    mine.round()
    found = [ALARM]
    mine.round()
    assert events == [("begin", "store"), ("end", "store"), ("begin", "no_pulls")]


def test_rounds_run_beside_everything_else() -> None:
    """A round is started when it is time, never two at once, and what fails is only logged."""
    going, looks = threading.Event(), []

    def slow() -> list[Alarm]:
        looks.append(1)
        assert going.wait(60)
        raise StoreError("memory://", "is away")

    mine, _ = teller(Alerting(call="a:b", every=10.0), slow)
    mine.look(0.0)
    mine.look(5.0)
    mine.look(20.0)  # the first one is still on its way
    going.set()
    assert mine._busy.acquire(timeout=60)
    mine._busy.release()
    assert looks == [1]
    mine.after_fork(child=False)
    mine.after_fork(child=True)
    mine.look(40.0)
    assert mine._busy.acquire(timeout=60)
    assert looks == [1, 1]


def test_nobody_is_told_where_nobody_wants_to_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a function and a webhook no round begins; nor where no thread can be started."""
    mine, _ = teller(Alerting(), lambda: [ALARM])
    mine.look(0.0)
    monkeypatch.setattr(telling, "launch", lambda _: None)
    other, _ = teller(Alerting(call="a:b"), lambda: [ALARM])
    other.look(0.0)
    assert other._busy.acquire(blocking=False)
    assert (
        repr(Alerting(webhook="https://x/secret")) == "Alerting(call='', webhook=True, every=60.0)"
    )
