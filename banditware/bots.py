"""Who is a program rather than a person, by what it calls itself.

A short list of our own names the tools and crawlers that call themselves what they are; where the
extra `bots` is installed, so do some 1,500 patterns of crawler-user-agents. Those that pretend to
be browsers are another matter, and no list of agents stops them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

#: How much of a User-Agent is looked at: browsers send up to 300 characters, and neither a pattern
#: search nor a cache must be fed kilobytes.
LONGEST = 320

#: How much of it the extra gets. Some of its patterns take more than linear time; all of the 2,123
#: agents that it lists are found in less.
LONGEST_OF_EXTRA = 224

#: Alternatives without repetition, so that the search is linear whatever is sent. `cubot` is a
#: brand of telephones.
_PATTERN = (
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|transcoder|preview|monitor|uptime|pingdom"
    r"|headless|phantomjs|lighthouse|pagespeed|scrapy|curl/|wget|python-|python/|aiohttp|httpx"
    r"|java/|go-http-client|libwww|lwp-|node-fetch|axios|undici|guzzle|apache-httpclient|restsharp"
    r"|postman|insomnia|httpie|facebookexternalhit|embedly|mediapartners|feedfetcher|kube-probe"
    r"|googlehc|elb-healthchecker"
)


def is_bot(user_agent: str) -> bool:
    """Return True if the `User-Agent` is empty or names a crawler, a probe or an HTTP tool."""
    return _names_bot(user_agent[:LONGEST])


@lru_cache(2_048)
def _names_bot(user_agent: str) -> bool:
    if not user_agent or _bots().search(user_agent) is not None:
        return True
    is_crawler = known_crawlers()
    return is_crawler is not None and is_crawler(user_agent[:LONGEST_OF_EXTRA])


@lru_cache(1)
def _bots() -> re.Pattern[str]:
    """Return the pattern, compiled with the first agent and not with the import."""
    return re.compile(_PATTERN, re.IGNORECASE)


@lru_cache(1)
def known_crawlers() -> Callable[[str], bool] | None:
    """Return what knows the crawlers of the extra `bots`; None where it is not installed.

    Loading them takes 50 ms of a processor, so that is done before there are requests, and once.
    """
    try:
        from crawleruseragents import is_crawler  # noqa: PLC0415  # an extra, and slow to load
    except ImportError:
        return None
    known: Callable[[str], bool] = is_crawler
    known("")  # which compiles the patterns
    return known
