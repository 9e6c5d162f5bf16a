from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import pytest

from banditware.errors import StoreError
from banditware.events.writing import Written
from banditware.log.settings import ToFile, ToFunction, ToLogger, ToStream
from banditware.log.sinks import UnusableError, opener
from banditware.log.sinks.file import FileSink
from tests.log.support import refused
from tests.redis_servers import NAMES, shared

EVENTS = [Written({"n": n}, json.dumps({"n": n})) for n in range(5)]


SEEN: list[dict[str, Any]] = []


def seen(event: dict[str, Any]) -> None:
    """Take an event, but not the third."""
    if event["n"] == 3:
        raise SystemExit
    SEEN.append(event)


def test_a_function(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function gets every event, and one that it raises for costs only this event."""
    monkeypatch.setitem(sys.modules, "shop_of_this_test", sys.modules[__name__])
    lost: list[BaseException] = []
    SEEN.clear()
    sink = opener(ToFunction("shop_of_this_test:seen"))()
    assert sink.write(EVENTS, lost.append) == 5
    assert [event["n"] for event in SEEN] == [0, 1, 2, 4]
    assert [type(error) for error in lost] == [SystemExit]
    sink.close()


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("no_such_module:seen", "'no_such_module:seen' cannot be imported: ModuleNotFoundError"),
        ("json:no_such_function", "cannot be imported: AttributeError"),
        ("json:__doc__", "'json:__doc__' is no function"),
    ],
)
def test_no_function(named: str, message: str) -> None:
    """A name that is none of a function is told at once."""
    with pytest.raises(UnusableError, match=message):
        opener(ToFunction(named))


def test_a_logger(caplog: pytest.LogCaptureFixture) -> None:
    """A logger gets JSON as the message, and the values beside it."""
    with caplog.at_level(logging.INFO, "shop.log"):
        sink = opener(ToLogger("shop.log"))()
        assert sink.write(EVENTS, refused) == 5
        sink.close()
    assert [json.loads(record.message)["n"] for record in caplog.records] == [0, 1, 2, 3, 4]
    assert caplog.records[0].banditware == {"n": 0}  # type: ignore[attr-defined]  # of `extra`
    assert {record.levelname for record in caplog.records} == {"INFO"}


def test_a_logger_that_fails() -> None:
    """What a handler raises costs the event, and goes no further."""

    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            raise OSError("no")

    logger = logging.getLogger("shop.broken")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(Broken())
    lost: list[BaseException] = []
    assert opener(ToLogger("shop.broken"))().write(EVENTS, lost.append) == 5
    assert len(lost) == 5


def test_a_file(tmp_path: Path) -> None:
    """A file is a sink, too."""
    assert isinstance(opener(ToFile(tmp_path / "x"))(), FileSink)


@pytest.mark.parametrize("server", NAMES)
def test_a_stream(server: str, tmp_path: Path) -> None:
    """Every event is an entry of the stream, in order, and the oldest are forgotten."""
    process = shared(server)
    sink = opener(ToStream(process.url(), tmp_path, "shop:log", 100))()
    for _ in range(100):
        assert sink.write(EVENTS, refused) == 5
    with process.client() as client:
        entries: Any = client.xrange("shop:log")
        client.delete("shop:log")
    assert 100 <= len(entries) < 500
    last = [json.loads(fields[b"event"])["n"] for _, fields in entries[-5:]]
    assert last == [0, 1, 2, 3, 4]
    sink.close()


def test_a_key_that_is_no_stream(tmp_path: Path) -> None:
    """Where the key holds something else, the error has the mend."""
    process = shared(NAMES[0])
    with process.client() as client:
        client.set("shop:taken", "text")
        sink = opener(ToStream(process.url(), tmp_path, "shop:taken"))()
        with pytest.raises(StoreError, match="'shop:taken' holds something else; give the stream"):
            sink.write(EVENTS, refused)
        client.delete("shop:taken")


def test_a_server_that_is_away(tmp_path: Path) -> None:
    """A server that does not answer is an error: the events are brought again."""
    sink = opener(ToStream(f"unix://{tmp_path}/none", tmp_path))()
    with pytest.raises(StoreError) as caught:
        sink.write(EVENTS, refused)
    assert caught.value.passing


def test_without_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without redis-py the mend is told at once."""
    monkeypatch.setitem(sys.modules, "redis", None)
    for name in [*sys.modules]:
        if name.startswith(("banditware.log.sinks.stream", "banditware.stores.")):
            monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UnusableError, match=r"pip install \"banditware\[redis\]\""):
        opener(ToStream("redis://h", tmp_path))
