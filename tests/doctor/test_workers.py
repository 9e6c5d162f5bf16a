from __future__ import annotations

import threading
from importlib.metadata import PackageNotFoundError

import pytest

from banditware.doctor import workers
from banditware.doctor.findings import judged


def levels() -> dict[str, str]:
    found = judged(workers.RULES, workers.gather())
    return {finding.check: finding.level.value for finding in found}


def test_threads_that_cannot_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no thread can be had, counts come late, and that is said."""
    assert levels()["threads"] == "fine"

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert levels()["threads"] == "warning"


@pytest.mark.parametrize(
    ("installed", "level"), [("uwsgi", "note"), ("pyuwsgi", "note"), ("", "fine")]
)
def test_uwsgi_is_worth_a_word(monkeypatch: pytest.MonkeyPatch, installed: str, level: str) -> None:
    """A server that may forbid threads is found by its package."""

    def version(name: str) -> str:
        if name != installed:
            raise PackageNotFoundError
        return "2"

    monkeypatch.setattr(workers, "version", version)
    assert levels()["server software"] == level
