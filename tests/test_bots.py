from __future__ import annotations

import pytest

from banditware import bots
from banditware.bots import LONGEST, is_bot
from tests.support import CRAWLER, PERSON

PEOPLE = (
    PERSON,
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 9; CUBOT_X18_Plus) AppleWebKit/537.36 Chrome/138.0 Mobile",
    "Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20) AppleWebKit/537.36 Chrome/138.0 Mobile",
    "Dalvik/2.1.0 (Linux; U; Android 13; CUBOT/P60)",
    "ShopApp/3.2 (robotics fan edition)",
    "okhttp/4.12.0",
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


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_no_bots(agent: str) -> None:
    """Browsers and apps are people, even on telephones of a brand called Cubot."""
    assert not is_bot(agent)


@pytest.mark.parametrize("agent", PROGRAMS)
def test_programs_that_say_so_are_bots(agent: str) -> None:
    """Crawlers, probes, HTTP tools and those who send no name are bots."""
    assert is_bot(agent)


def test_only_the_beginning_of_an_agent_is_looked_at() -> None:
    """What is beyond the longest agent is neither searched nor kept in memory."""
    assert is_bot("x" * (LONGEST - 4) + " bot")
    assert not is_bot("x" * LONGEST + " bot")
    before = bots._names_bot.cache_info().currsize
    assert not is_bot("y" * LONGEST + "first")
    assert not is_bot("y" * LONGEST + "second")
    assert bots._names_bot.cache_info().currsize == before + 1
