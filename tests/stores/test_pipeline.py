"""What goes to a server in one go: few round trips, with turns of others inside of each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from redis.connection import AbstractConnection, UnixDomainSocketConnection

from banditware import turns
from banditware.stores import Batch, open_store
from tests import redis_servers
from tests.redis_servers import ServerProcess

BATCH = Batch("a@1", "p", 0, 10, {"n/x/0": 1}, (("5:a:g", {"k/x/0/g": 1}),))


@pytest.fixture(params=redis_servers.NAMES)
def process(request: pytest.FixtureRequest) -> ServerProcess:
    """A server of which every test uses a prefix of its own."""
    return redis_servers.shared(request.param)


def test_a_thousand_experiments_take_few_round_trips(
    process: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent in one go is no less where others get turns while it is packed and read."""
    sent, sending = list[int](), AbstractConnection.send_packed_command

    def send(connection: AbstractConnection, command: Any, **options: Any) -> None:
        sent.append(sum(map(len, command)))
        sending(connection, command, **options)  # type: ignore[no-untyped-call]  # theirs

    monkeypatch.setattr(AbstractConnection, "send_packed_command", send)
    store = open_store(process.url(prefix="trips"), tmp_path)
    batches = [BATCH._replace(ledger=f"e{number}@1") for number in range(1_000)]
    taken: list[None] = []
    for known in (0, 1):
        sent.clear()
        with turns.given(lambda: taken.append(None)):
            counts = store.exchange(batches, {each.ledger: known for each in batches}).counts
        batches = [each._replace(start=10, end=20) for each in batches]
    assert {each.version for each in counts.values()} == {2}
    assert len(counts) == 1_000
    assert len(sent) <= 12
    assert len(taken) > 300


@pytest.mark.parametrize("turn", [1, 105, 120, 125])
def test_a_connection_that_was_left_alone_is_not_used_again(
    process: ServerProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    """Whatever ends an exchange in the middle, the next one does not read its answers.

    Also where they come too late to be seen by redis-py, which looks whether any are there.
    """
    monkeypatch.setattr(UnixDomainSocketConnection, "can_read", lambda *_, **__: False)
    store = open_store(process.url(prefix=f"left{turn}"), tmp_path)
    batches = [BATCH._replace(ledger=f"e{number}@1") for number in range(100)]
    left = iter(range(turn))

    def stop() -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    store.check()
    with pytest.raises(KeyboardInterrupt), turns.given(stop):
        store.exchange(batches, {})
    batches = [each._replace(spool="q", end=20) for each in batches]
    assert {*store.exchange(batches, {}).positions.values()} == {20}
