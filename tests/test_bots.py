from __future__ import annotations

import re
import sys
from collections.abc import Iterator

import pytest

from banditware import bots
from banditware.bots import LONGEST, LONGEST_OF_EXTRA, is_bot
from tests.support import CRAWLER, PERSON, stand

PEOPLE = (
    PERSON,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/138.0 Mobile",
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/138.0 Mobile",
    "Dalvik/2.1.0 (Linux; U; Android 13; CUBOT/P60)",
    "ShopApp/3.2 (robotics fan edition)",
)

#: What the extra knows, and our list does not.
KNOWN = (
    "GoogleOther",
    "Mozilla/5.0 (compatible; Google-InspectionTool/1.0)",
    "HTTrack 3.0x",
    "APIs-Google (+https://developers.google.com/webmasters/APIs-Google.html)",
)

PROGRAMS = (
    CRAWLER,
    "",
    "Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "my_bot_v2",
    "GPTBot",
    "facebookexternalhit/1.1",
    "curl/8.9.1",
    "Wget/1.24.5",
    "python-requests/2.32.3",
    "Python/3.12 aiohttp/3.9",
    "Go-http-client/2.0",
    "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0",
    "kube-probe/1.30",
    "ELB-HealthChecker/2.0",
    "Java/21.0.4",
)


@pytest.fixture(params=["with the extra", "without it"])
def extra(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """Have the extra `bots` installed, or not; nothing that was asked before is remembered."""
    if request.param == "without it":
        monkeypatch.setitem(sys.modules, "crawleruseragents", None)
    caches = (bots._names_bot, bots.known_crawlers)
    for cache in caches:
        cache.cache_clear()
    yield request.param == "with the extra"
    for cache in caches:
        cache.cache_clear()


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_no_bots(agent: str, extra: bool) -> None:
    """Browsers and apps are people, even on telephones of a brand called Cubot."""
    assert not is_bot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_that_say_so_are_bots(agent: str, extra: bool) -> None:
    """Crawlers, probes, HTTP tools and those who send no name are bots."""
    assert is_bot(agent)


@pytest.mark.parametrize("agent", KNOWN)
def test_the_extra_knows_more_crawlers(agent: str, extra: bool) -> None:
    """Crawlers without a telling name are bots where the extra `bots` is installed."""
    assert is_bot(agent) is extra


def test_the_extra_gets_less_of_an_agent(extra: bool) -> None:
    """What the extra alone knows is found at the beginning, and not beyond its length."""
    last = LONGEST_OF_EXTRA - len("GoogleOther")
    assert is_bot("x" * last + "GoogleOther") is extra
    assert not is_bot("x" * (last + 1) + "GoogleOther")


def test_the_clients_of_apps(extra: bool) -> None:
    """The HTTP client of Android's apps is a program to the extra, and not to our own list."""
    assert is_bot("okhttp/4.12.0") is extra


def test_crawlers_are_loaded_before_there_are_requests(extra: bool) -> None:
    """A bandit has the patterns of the extra loaded, unless bots count like anybody."""
    stand(bots="count").bandit.close()
    assert bots.known_crawlers.cache_info().currsize == 0
    stand().bandit.close()
    assert bots.known_crawlers.cache_info().currsize == 1


def test_our_own_pattern_repeats_nothing() -> None:
    """No part of the pattern can match in more than one way, so a search takes linear time."""
    assert not re.search(r"[*+{]", bots._PATTERN)


def test_only_the_beginning_of_an_agent_is_looked_at(extra: bool) -> None:
    """What is beyond the longest agent is neither searched nor kept in memory."""
    assert is_bot("x" * (LONGEST - 4) + " bot")
    assert not is_bot("x" * LONGEST + " bot")
    before = bots._names_bot.cache_info().currsize
    assert not is_bot("y" * LONGEST + "first")
    assert not is_bot("y" * LONGEST + "second")
    assert bots._names_bot.cache_info().currsize == before + 1
