from __future__ import annotations

import pytest

from banditware import eppo
from banditware.eppo import instance
from tests.eppo.files import Kept, flag, flags


def test_one_client_for_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """`init` makes the client that `get_instance` returns; without it there is none."""
    monkeypatch.setattr(instance, "_instances", [])
    with pytest.raises(RuntimeError, match=r"call banditware\.eppo\.init first"):
        eppo.get_instance()
    kept = Kept()
    config = eppo.ClientConfig(
        assignment_logger=kept,
        initial_configuration=eppo.Configuration.from_files(flags(f=flag())),
        is_graceful_mode=False,
    )
    client = eppo.init(config)
    assert eppo.get_instance() is client
    assert client.get_string_assignment("f", "s", {}, "default") == "yes"
    assert len(kept.events) == 1
    assert not client.is_graceful_mode
    assert eppo.init(eppo.ClientConfig()) is eppo.get_instance() is not client


def test_nothing_is_polled() -> None:
    """Asking for polling is refused, with what to do instead."""
    with pytest.raises(ValueError, match="hand new ones to set_configuration"):
        eppo.ClientConfig(poll_interval_seconds=30)


def test_a_result_as_text() -> None:
    """The action if there is one, else the variation."""
    assert eppo.EvaluationResult("v", "a").to_string() == "a"
    assert eppo.EvaluationResult(5).to_string() == "5"
    assert eppo.BanditResult is eppo.EvaluationResult
    assert repr(eppo.EvaluationResult("v")) == (
        "EvaluationResult(variation='v', action=None, evaluation_details=None)"
    )
