"""How typed code uses us. mypy checks every line; `test_usage_runs` shows that it is true."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import assert_type

from banditware import (
    ASGIMiddleware,
    Bandit,
    Decision,
    Visit,
    WSGIMiddleware,
    current_visit,
    wrap,
)
from banditware.current import NoVisitError
from banditware.details import Details
from banditware.errors import BanditwareError, ConfigError, Problem
from tests.support import stand

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from banditware.asgi import ASGIApplication, Receive, Scope, Send


def use_of_a_decision(decision: Decision) -> None:
    """What a decision holds."""
    assert_type(decision.experiment, str)
    assert_type(decision.arm, str)
    assert_type(decision.value, Any)
    assert_type(decision.propensity, float)
    assert_type(decision.reason, str)
    assert_type(decision.counted, bool)
    assert_type(decision.id, str)
    assert_type(decision.time, float)
    assert_type(decision.token, str)


def use_of_a_bandit(bandit: Bandit) -> None:
    """What a bandit takes and gives outside of requests."""
    decision = bandit.decide(
        "button", subject="user-1", context={"age": 25, "country": "GB"}, default="green"
    )
    assert_type(decision, Decision)
    use_of_a_decision(decision)
    assert_type(bandit.decide("button", details=True).details, Details | None)
    assert_type(bandit.reward(decision, 1.0, goal="purchase"), bool)
    assert_type(bandit.reward(decision.token, 0.5, once=False), bool)
    assert_type(bandit.stats(), dict[str, Any])
    assert_type(bandit.stats("button"), dict[str, Any])
    assert_type(bandit.health().faults, int)
    bandit.flush()
    bandit.refresh()


def use_of_a_visit(visit: Visit) -> None:
    """What a view takes and gives."""
    assert_type(visit["button"], Any)
    assert_type(visit.decide("button", context={"age": 3}, default="red"), Decision)
    assert_type(visit.why("button", context={"age": 3}), Details)
    assert_type(visit.decisions, Mapping[str, Decision])
    assert_type(visit.subject, str)
    assert_type(visit.rewrite, str | None)
    visit.reward("button", 2.0, goal="purchase", once=False)


def use_of_an_error(error: ConfigError) -> None:
    """What the error of a configuration carries."""
    assert_type(error.problems, tuple[Problem, ...])
    assert_type(error.problems[0].line, int)


def opened(source: str | os.PathLike[str] | Mapping[str, Any]) -> None:
    """Every source of a configuration is good for a bandit."""
    with Bandit.from_config(source) as bandit:
        assert_type(bandit, Bandit)


def wsgi(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """A typed WSGI app."""
    assert_type(current_visit(), Visit)
    start_response("200 OK", [])
    return [b""]


async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
    """A typed ASGI app."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


def wrapped(bandit: Bandit) -> tuple[WSGIApplication, ASGIApplication]:
    """Middleware is an app of its own interface, and keeps the bandit."""
    one, other = WSGIMiddleware(wsgi, bandit), ASGIMiddleware(asgi, bandit)
    assert_type(one.bandit, Bandit)
    assert_type(other.bandit, Bandit)
    assert_type(wrap(wsgi, bandit), Any)
    return one, other


@pytest.mark.usefixtures("calm")
def test_usage_runs(tmp_path: Path) -> None:
    """What type checkers were promised is what happens."""
    here = stand()
    use_of_a_bandit(here.bandit)
    use_of_a_visit(here.surfer().ask("/else").visit)
    assert len(wrapped(here.bandit)) == 2
    with pytest.raises(ConfigError) as raised:
        opened({})
    use_of_an_error(raised.value)
    with pytest.raises(BanditwareError):
        opened(tmp_path / "nothing.yaml")
    with pytest.raises(NoVisitError):
        current_visit()
