from __future__ import annotations

import threading

import pytest

from banditware.faults import Faults


def test_threads_count_faults_exactly(caplog: pytest.LogCaptureFixture) -> None:
    """Faults of many threads at once are all counted, and logged once, also without the GIL."""
    faults, threads, times = Faults(lambda: 5.0), 8, 10_000
    begin = threading.Barrier(threads)

    def fail() -> None:
        begin.wait()
        for _ in range(times):
            faults(ValueError("no"))

    running = [threading.Thread(target=fail) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert faults.number == threads * times
    assert len(caplog.records) == 1


def test_a_child_counts_although_a_thread_of_its_parent_was_at_it() -> None:
    """A lock that was held while the process forked is nobody's in the child, only there."""
    faults = Faults(lambda: 5.0)
    held = faults._counting
    with held:
        faults.after_fork(child=True)
        faults(ValueError("no"))
        faults._counting = held
        faults.after_fork(child=False)
        assert faults._counting is held
    assert faults.number == 1
