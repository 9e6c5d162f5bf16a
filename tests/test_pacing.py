from __future__ import annotations

import pytest

from banditware import pacing


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
