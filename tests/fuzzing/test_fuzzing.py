"""A thousand hostile requests: a wrapped app answers as the bare one does.

`tests/live/test_fuzz.py` sends as many as one likes, also through real servers.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from banditware import Bandit
from tests.fuzzing.comparing import Response, differences
from tests.fuzzing.hostile import Fuzzer
from tests.fuzzing.interfaces import CONFIG, asks, compare
from tests.wires.shop import counted, shops

NUMBER = 1_000


@pytest.fixture
def bandit() -> Iterator[Bandit]:
    """Return a bandit that reads all that it can of requests."""
    with shops() as open_shop:
        yield open_shop(**CONFIG)


@pytest.mark.parametrize("interface", ["wsgi", "asgi"])
def test_responses_are_those_of_the_bare_app(bandit: Bandit, interface: str) -> None:
    """Status, headers but for ours, body and exceptions are the app's, and no fault is hidden."""
    with asks(interface, bandit) as (bare, wrapped):
        seen = compare(bare, wrapped, NUMBER, interface)
    assert bandit.health().faults == 0
    assert min(seen["cookies"], seen["app raised"], seen["status 500"]) > 0
    totals = counted(bandit)
    assert totals.pulls > 0
    assert {"bot", "head", "method", "prefetch", "status"} <= {*totals.excluded}
    for learning in ("price", "shoe"):
        assert min(counted(bandit, learning)[:2]) > 0


def test_the_same_seed_makes_the_same_requests() -> None:
    """What failed once can be sent again."""
    one, two = ([fuzzer.request() for _ in range(50)] for fuzzer in (Fuzzer(3), Fuzzer(3)))
    assert one == two
    assert len({*one}) > 40


FINE = Response("200 OK", [("Vary", "Accept"), ("X-A", "1"), ("Set-Cookie", "a=b")], b"hello")

BROKEN = {
    "status": FINE._replace(status="500"),
    "body": FINE._replace(body=b""),
    "raised": FINE._replace(raised="Error()"),
    "a header lost": FINE._replace(headers=FINE.headers[:2]),
    "another order": FINE._replace(headers=[*reversed(FINE.headers)]),
    "a header more": FINE._replace(headers=[*FINE.headers, ("x-debug", "1")]),
    "vary lost": FINE._replace(headers=FINE.headers[1:]),
    "vary of more": FINE._replace(headers=[*FINE.headers, ("vary", "Origin")]),
    "two cookies": FINE._replace(headers=[*FINE.headers, *[("set-cookie", "bw=1")] * 2]),
}


@pytest.mark.parametrize("case", BROKEN)
def test_any_difference_is_found(case: str) -> None:
    """A response that lacks something, or has more than is ours, is another one."""
    assert differences(FINE, BROKEN[case])


def test_what_is_ours_is_no_difference() -> None:
    """Our cookie, and what we add to Vary and to Cache-Control, may be there."""
    ours = [("vary", "Accept, Cookie"), *FINE.headers[1:], ("cache-control", "private")]
    assert differences(FINE, FINE) == []
    assert (
        differences(FINE, FINE._replace(headers=[*ours, ("set-cookie", "__Host-bw=1; Path=/")]))
        == []
    )
