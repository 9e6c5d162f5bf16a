"""Arms that are another address: the browser is sent there."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit, urlunsplit

from banditware.answer import Answer
from banditware.facts import Facts
from banditware.http import without_port

#: Only what is read may be asked for elsewhere: browsers turn anything else into GET.
_READING = frozenset({"GET", "HEAD"})

#: Not a permanent one, which browsers and caches keep.
_FOUND = 302


def redirection(target: str, facts: Facts, *, below_mount: bool) -> Answer | None:
    """Return the answer that sends a request to `target`, with the query that it came with.

    None if it is there already, so that the app answers, or if it does more than read.

    Args:
        target: a path from the root of the host, or a URL.
        facts: what is known of the request.
        below_mount: the path of the request lacks the app's mount point.
    """
    scheme, netloc, path, query, fragment = urlsplit(target)
    here = not netloc or without_port(netloc) == facts.host
    asked = unquote(path) or "/"
    there = asked.endswith(facts.path) if below_mount else asked == facts.path
    if facts.method not in _READING or (here and there):
        return None
    joined = "&".join(filter(None, (query, facts.query)))
    location = urlunsplit((scheme, netloc, path, joined, fragment))
    return Answer(_FOUND, (("Location", location),))
