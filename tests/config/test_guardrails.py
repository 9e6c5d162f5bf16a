"""Guardrails as they are written."""

from __future__ import annotations

from typing import Any

import pytest

from banditware.config import load
from banditware.errors import ConfigError
from banditware.limits import Latency, Limits
from tests.support import configured


def test_limits_as_they_are_written() -> None:
    """Shares and durations are numbers, and what is left out has its default."""
    written = {
        "alpha": "0.1%",
        "errors": {"margin": "2%"},
        "latency": {},
        "goals": {"signup": {"margin": "3%"}},
    }
    assert configured({"guardrails": written}).guardrails == {
        "button": Limits(0.001, 0.02, Latency(0.2, 0.95), {"signup": 0.03})
    }
    assert configured({"guardrails": {"errors": {}}}).guardrails["button"] == Limits(errors=0.01)
    assert configured().guardrails == {}


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ({}, "is empty: declare errors, latency or goals"),
        ({"errors": {}, "alpha": 0}, "must be above 0"),
        ({"latency": {"quantile": "0%"}}, "must be above 0"),
        ({"erors": {}}, "did you mean 'errors'"),
    ],
)
def test_mistakes(written: dict[str, Any], why: str) -> None:
    """A mistake is refused with its mend."""
    with pytest.raises(ConfigError, match=why):
        configured({"guardrails": written})


def test_arms_that_only_the_app_knows() -> None:
    """Without arms there is no default to compare with."""
    shoe = {"policy": "igw", "guardrails": {"errors": {}}}
    with pytest.raises(ConfigError, match="the app alone knows them: declare arms"):
        load({"secret_keys": "k", "store": "memory://", "experiments": {"shoe": shoe}})
