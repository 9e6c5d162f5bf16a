"""Asking a running site as a browser does, without following where it sends."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

from banditware.connecting import connection_to

#: Seconds that a site may take: enough for a slow page, and a person waits.
PATIENCE = 20.0

#: Called a browser, because a bot gets the default arm and no cookie; and by its name, for logs.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) banditware-doctor"

#: So much of a page is read: who looks for arms reads headers.
_LONGEST = 1_000_000


class Reply(NamedTuple):
    """An answer of the site.

    Attributes:
        status: its status.
        headers: names in lower case, and values, in order.
        body: the beginning of the page.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def all(self, name: str) -> str:
        """Return all lines of a header as one, or nothing."""
        return ", ".join(self.lines(name))

    def lines(self, name: str) -> list[str]:
        """Return the lines of a header."""
        return [value for key, value in self.headers if key == name]


#: Asks for a URL with request headers; raises OSError or HTTPException if there is no answer.
Ask = Callable[[str, Mapping[str, str]], Reply]


def ask(url: str, headers: Mapping[str, str]) -> Reply:
    """Return what a site answers to GET.

    Raises:
        OSError: it cannot be reached, or its certificate is not good.
        http.client.HTTPException: it speaks no HTTP.
    """
    connection, target = connection_to(url, PATIENCE)
    sent = {"User-Agent": AGENT, "Accept": "text/html,*/*;q=0.8", **headers}
    with contextlib.closing(connection):
        connection.request("GET", target, headers=sent)
        answer = connection.getresponse()
        pairs = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Reply(answer.status, pairs, answer.read(_LONGEST))
