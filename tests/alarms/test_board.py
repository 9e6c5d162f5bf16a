"""Who tells of an alarm: one of all processes, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from banditware.alarms.board import Board, Told
from banditware.alarms.rules import Alarm
from banditware.stores import Store
from tests.stores.table import STORES

ALARM = Alarm("no_pulls", "button", "", 0.0, "no pull", "look")
OVER = Alarm("no_pulls", "button", "", None, "is over", "")


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store that several boards share."""
    return STORES[request.param](tmp_path).open()


def test_an_alarm_is_told_once_when_it_begins_and_once_when_it_is_over(store: Store) -> None:
    """Of three processes one tells each; that an alarm is gone for a moment is not told."""
    boards = [Board(store) for _ in range(3)]
    looks = [*[[ALARM]] * 3, [], [ALARM], *[[]] * 6, [ALARM]]
    told = [event for look in looks for board in boards for event in board.changes(look)]
    assert told == [Told("begin", ALARM), Told("end", OVER), Told("begin", ALARM)]


def test_who_is_slower_does_not_tell(store: Store) -> None:
    """Two that have seen the same board cannot both change it."""
    one, other = Board(store), Board(store)
    before = one._fields()
    assert one._claimed("a/no_pulls/button/", before)
    assert not other._claimed("a/no_pulls/button/", before)


def test_several_alarms_at_once(store: Store) -> None:
    """Alarms of several experiments and arms are told apart."""
    others = [ALARM, ALARM._replace(experiment="other"), ALARM._replace(arm="green")]
    assert {each.alarm for each in Board(store).changes(others)} == {*others}
    assert list(Board(store).changes(others)) == []


def test_who_was_faster_tells(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process has claimed in the same moment is not told here."""
    slow = Board(store)
    monkeypatch.setattr(slow, "_claimed", lambda *_: False)
    assert list(slow.changes([ALARM])) == []
    assert list(Board(store).changes([ALARM])) == [Told("begin", ALARM)]
    assert [event for _ in range(9) for event in slow.changes([])] == []
