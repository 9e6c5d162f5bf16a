from __future__ import annotations

from typing import Any

import eppo_client
import pytest

from banditware import eppo
from tests.eppo.files import Kept


def assignment(variation: str, subject: str = "s", allocation: str = "a") -> dict[str, Any]:
    """Return the event of an assignment."""
    return {
        "featureFlag": "f",
        "subject": subject,
        "allocation": allocation,
        "variation": variation,
    }


def act(name: str, model: str = "v1", bandit: str = "b") -> dict[str, Any]:
    """Return the event of an action."""
    return {
        "flagKey": "f",
        "subject": "s",
        "banditKey": bandit,
        "action": name,
        "modelVersion": model,
    }


@pytest.mark.parametrize("package", [eppo, eppo_client])
def test_what_was_logged_last_is_left_out(package: Any) -> None:
    """a, a, b, a, b is logged as a, b, a, b: by us as by Eppo's own."""
    kept = Kept()
    logger = package.AssignmentCacheLogger(kept, assignment_cache={}, bandit_cache={})
    for name in "aabab":
        logger.log_assignment(assignment(name))
        logger.log_bandit_action(act(name))
    assert "".join(each["variation"] for each in kept.events if "variation" in each) == "abab"
    assert "".join(each["action"] for each in kept.events if "action" in each) == "abab"
    logger.log_assignment(assignment("b", subject="other"))
    logger.log_assignment(assignment("b", allocation="other"))
    logger.log_bandit_action(act("b", bandit="other"))
    assert len(kept.events) == 11
    logger.log_bandit_action(act("b", bandit="other", model="v2"))
    assert len(kept.events) == 11


def test_another_model_is_something_new_on_request() -> None:
    """With the model's version, the same action of another model is logged again."""
    kept = Kept()
    logger = eppo.AssignmentCacheLogger(kept, bandit_cache={}, include_model_version=True)
    for event in (act("a"), act("a"), act("a", model="v2"), act("a", model="v2")):
        logger.log_bandit_action(event)
    assert [each["modelVersion"] for each in kept.events] == ["v1", "v2"]


def test_without_a_cache_everything_is_passed_on() -> None:
    """Leaving out is off by default."""
    kept = Kept()
    logger = eppo.AssignmentCacheLogger(kept)
    for _ in range(2):
        logger.log_assignment(assignment("a"))
        logger.log_bandit_action(act("a"))
    assert len(kept.events) == 4


def test_what_failed_is_tried_again() -> None:
    """An event is remembered once it was logged, and not before."""
    tried: list[str] = []

    class Failing(eppo.AssignmentLogger):
        def log_assignment(self, event: dict[str, Any]) -> None:
            tried.append(event["variation"])
            raise ConnectionResetError("away")

    logger = eppo.AssignmentCacheLogger(Failing(), assignment_cache={})
    for _ in range(2):
        with pytest.raises(ConnectionResetError):
            logger.log_assignment(assignment("a"))
    assert tried == ["a", "a"]
