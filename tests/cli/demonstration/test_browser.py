from __future__ import annotations

import random

import pytest

from banditware.bots import is_bot
from banditware.cli.demonstration.browser import AGENTS, Browser
from banditware.cli.demonstration.errors import DemoError
from tests.cli.demonstration.shop import PAGE, Answer, Shop


def test_a_visit(shop: Shop) -> None:
    """A browser keeps cookies over connections, follows the form, and says where it was."""
    browser = Browser(shop.address, random.Random(1))
    assert browser.open("/") == PAGE
    browser.leave()
    browser.leave()
    assert browser.press("/btnclick") == PAGE
    browser.leave()
    assert browser.cookies == {"bw": "1!a~b", "x": "1"}
    asked = [(each.method, each.path) for each in shop.requests]
    assert asked == [("GET", "/"), ("POST", "/btnclick"), ("GET", "/")]
    first, form, after = (each.headers for each in shop.requests)
    assert "Cookie" not in first
    assert form["Cookie"] == after["Cookie"] == "bw=1!a~b; x=1"
    sites = [headers["Sec-Fetch-Site"] for headers in (first, form, after)]
    assert sites == ["none", "same-origin", "same-origin"]
    assert len({headers["User-Agent"] for headers in (first, form, after)}) == 1


def test_an_error_is_told(shop: Shop) -> None:
    """A page that does not come ends the demonstration, with its status."""
    shop.answers["GET /"] = Answer(500)
    browser = Browser(shop.address, random.Random(1))
    with pytest.raises(DemoError, match="GET / was answered with status 500"):
        browser.open("/")
    browser.leave()


def test_browsers_are_no_bots() -> None:
    """Every browser is taken for one."""
    assert not any(map(is_bot, AGENTS))
