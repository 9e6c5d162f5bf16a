"""Who is a program rather than a person, by what it calls itself.

A short list of our own: it names the tools and crawlers that call themselves what they are. Those
that pretend to be browsers are another matter, and no list of agents stops them.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: How much of a User-Agent is looked at: browsers send up to 300 characters, and neither a pattern
#: search nor a cache must be fed kilobytes.
LONGEST = 512

#: Alternatives without repetition, so that the search is linear whatever is sent. `cubot` is a
#: brand of telephones.
_PATTERN = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|archiver|transcoder|preview|monitor|uptime|pingdom"
    r"|headless|phantomjs|lighthouse|pagespeed|scrapy|curl/|wget|python-|python/|aiohttp|httpx"
    r"|java/|go-http-client|libwww|lwp-|node-fetch|axios|undici|guzzle|apache-httpclient|restsharp"
    r"|postman|insomnia|httpie|facebookexternalhit|embedly|mediapartners|feedfetcher|kube-probe"
    r"|googlehc|elb-healthchecker",
    re.IGNORECASE,
)


def is_bot(user_agent: str) -> bool:
    """Return True if the `User-Agent` is empty or names a crawler, a probe or an HTTP tool."""
    return _names_bot(user_agent[:LONGEST])


@lru_cache(2_048)
def _names_bot(user_agent: str) -> bool:
    return not user_agent or _PATTERN.search(user_agent) is not None
