"""What a visit answers by itself, without the app."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banditware import Bandit, Visit
from banditware.answer import Answer
from banditware.facts import Facts
from tests.wires.shop import OpenShop, Totals, counted
from tests.wires.visitors import Door, Reply, Request, Seen

Answered = Callable[[Bandit, Answer], Bandit]

FOUND = Answer(302, (("Location", "/new?a=b"), ("X-Own", "1")), b"elsewhere")
NOTHING = Answer(204, (("Cache-Control", "no-store"),))


def untouched(seen: Seen) -> Reply:
    raise AssertionError("the app was called")


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Answered:
    """Let every visit of a bandit have this answer."""

    def answer(bandit: Bandit, to: Answer) -> Bandit:
        begin = bandit.begin

        def diverting(facts: Facts) -> Visit:
            visit = begin(facts)
            visit.divert(to)
            return visit

        monkeypatch.setattr(bandit, "begin", diverting)
        return bandit

    return answer


def test_a_visit_answers_without_the_app(
    door: Door, open_shop: OpenShop, answered: Answered
) -> None:
    """The answer of a visit goes out as it is, and the app is not called."""
    shop = answered(open_shop(), FOUND)
    reply = door.ask(shop, untouched)(Request(path="/elsewhere"))
    assert (reply.status, reply.body) == (302, b"elsewhere")
    assert sorted(reply.headers) == [
        ("content-length", "9"),
        ("location", "/new?a=b"),
        ("x-own", "1"),
    ]
    assert counted(shop) == Totals(0, 0, 0, {})


def test_an_answer_counts_like_any_response(
    door: Door, open_shop: OpenShop, answered: Answered
) -> None:
    """An answer on a route that chooses is private, sets the cookie, and is the pull."""
    shop = answered(open_shop(), FOUND)
    visitor = door.visitor(shop, untouched)
    reply = visitor.get()
    assert (reply.values("vary"), reply.values("cache-control")) == (["Cookie"], ["private"])
    assert len(reply.values("set-cookie")) == 1
    assert visitor.get().values("set-cookie") == []
    assert counted(shop) == Totals(1, 0, 0, {})


def test_head_gets_the_headers_of_an_answer(
    door: Door, open_shop: OpenShop, answered: Answered
) -> None:
    """HEAD gets the headers that GET gets, the length among them, and no body."""
    shop = answered(open_shop(), FOUND)
    reply = door.ask(shop, untouched)(Request("HEAD", "/elsewhere"))
    assert (reply.status, reply.body) == (302, b"")
    assert reply.values("content-length") == ["9"]


def test_an_answer_without_a_body(door: Door, open_shop: OpenShop, answered: Answered) -> None:
    """An answer of no content has neither body nor length nor type."""
    shop = answered(open_shop(), NOTHING)
    reply = door.ask(shop, untouched)(Request("POST", "/elsewhere"))
    assert (reply.status, reply.headers, reply.body) == (204, (("cache-control", "no-store"),), b"")
