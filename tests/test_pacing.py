from __future__ import annotations

import threading

import pytest

from banditware import pacing, turns


def test_without_a_limit_there_is_time() -> None:
    """Threads of our own may take as long as they need."""
    pacing.breathe()


def test_a_limit_ends_work_between_chunks() -> None:
    """Work goes on while there is time, ends when it is up, and has it again outside."""
    with pacing.limited(60.0):
        pacing.breathe()
        with pacing.limited(-1.0), pytest.raises(pacing.LateError):
            pacing.breathe()
        pacing.breathe()


def test_green_threads_get_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where threads are green, work stands back between two chunks."""
    slept: list[float] = []
    monkeypatch.setattr("banditware.pacing.time.sleep", slept.append)
    pacing.breathe()
    assert slept == []
    monkeypatch.setattr("banditware.hosting.cooperative", lambda: True)
    pacing.breathe()
    assert slept == [0]


def test_a_slice_ends_with_a_rest() -> None:
    """Work goes on until its slice is over; then others get their turn, and the next begins."""
    now, slept = [100.0], list[float]()
    turn = pacing.Slices(lambda: now[0], slept.append)
    turn()
    now[0] += pacing.SLICE / 2
    turn()
    assert slept == []
    now[0] += pacing.SLICE
    turn()
    turn()
    assert slept == [pacing.REST]
    now[0] += pacing.SLICE * 1.1
    turn()
    assert slept == [pacing.REST] * 2


def test_a_slice_rests_as_the_server_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without saying how to sleep, it is by whatever the server has put in its place."""
    slept: list[float] = []
    monkeypatch.setattr("banditware.pacing.time.sleep", slept.append)
    now = [0.0]
    turn = pacing.Slices(lambda: now[0])
    now[0] = 1.0
    turn()
    assert slept == [pacing.REST]


def test_only_threads_beside_the_main_one_are_considerate() -> None:
    """The main thread has nobody to consider; others have, and once is enough."""
    found: list[object] = []

    def beside() -> None:
        with pacing.considerate():
            found.append(turns.asked())
            with pacing.considerate():
                found.append(turns.asked())
        found.append(turns.asked())

    with pacing.considerate():
        assert turns.asked() is None
    thread = threading.Thread(target=beside)
    thread.start()
    thread.join()
    assert isinstance(found[0], pacing.Slices)
    assert found[1] is found[0]
    assert found[2] is None
