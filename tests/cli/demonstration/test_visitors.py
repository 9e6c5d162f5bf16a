from __future__ import annotations

import random

import pytest

from banditware.cli.demonstration.browser import Browser
from banditware.cli.demonstration.errors import DemoError
from banditware.cli.demonstration.visitors import APPEAL, OTHER, Visitor, appeal, read_page
from tests.cli.demonstration.shop import PAGE, VALUES, Answer, Shop


def visitor(shop: Shop, **ways: float) -> Visitor:
    """Return somebody who comes twice and clicks once, on the second visit, unless told."""
    usual = {"reluctance": 0.0, "visits": 2, "click_on": 2, "clicks": 1}
    return Visitor(Browser(shop.address, random.Random(1)), **{**usual, **ways})  # type: ignore[arg-type]  # numbers of two kinds


@pytest.mark.parametrize(("reluctance", "clicked"), [(0.27, 2), (0.29, 0)])
def test_what_is_seen_decides(shop: Shop, reluctance: float, clicked: int) -> None:
    """A visitor clicks on their visit if what they see appeals more than they are reluctant."""
    somebody = visitor(shop, reluctance=reluctance, clicks=2)
    somebody.visit(VALUES)
    assert (somebody.seen, somebody.came, somebody.clicked) == (
        {"color_btn": "red", "txt_btn": "formal"},
        1,
        0,
    )
    assert somebody.chance == pytest.approx(0.28)
    somebody.visit(VALUES)
    assert (somebody.came, somebody.clicked, somebody.surprises) == (2, clicked, 0)


def test_another_button_is_a_surprise(shop: Shop) -> None:
    """A visitor notices that the button is not the one they saw first."""
    somebody = visitor(shop, reluctance=1.0)
    somebody.visit(VALUES)
    shop.answers["GET /"] = Answer(body=PAGE.replace("#c62828", "#1a7f37"))
    somebody.visit(VALUES)
    assert (somebody.surprises, somebody.seen["color_btn"]) == (1, "red")


def test_escaped_text_is_read() -> None:
    """The button's text is compared as people read it."""
    values = {"color_btn": {"#1": "one"}, "txt_btn": {'a "b" & c': "odd"}}
    page = '<button style="--button: #1">a &quot;b&quot; &amp; c</button>'
    assert read_page(page, values) == {"color_btn": "one", "txt_btn": "odd"}


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("<p>sold out</p>", "the page has no button"),
        (PAGE.replace("#c62828", "#000000"), "'#000000', which is the value of no arm"),
    ],
)
def test_another_page(page: str, message: str) -> None:
    """A page without a button that is known ends the demonstration."""
    with pytest.raises(DemoError, match=message):
        read_page(page, VALUES)


def test_appeal() -> None:
    """Each experiment has one best arm, and arms of one's own are neither best nor worst."""
    for name, arms in APPEAL.items():
        assert len({*arms.values()}) == len(arms)
        assert min(arms.values()) < appeal(name, "my own") == OTHER < max(arms.values())


def test_new_visitors_differ(shop: Shop) -> None:
    """Visitors come once to thrice, click once or twice, and a seed makes the same ones again."""

    def ways(seed: int) -> list[tuple[float, ...]]:
        generator = random.Random(seed)
        people = [Visitor.new(shop.address, generator) for _ in range(200)]
        return [(each.reluctance, each.visits, each.click_on, each.clicks) for each in people]

    assert ways(1) == ways(1) != ways(2)
    assert {(visits, clicks) for _, visits, _, clicks in ways(1)} == {
        (visits, clicks) for visits in (1, 2, 3) for clicks in (1, 2)
    }
    assert all(1 <= on <= visits for _, visits, on, _ in ways(1))
