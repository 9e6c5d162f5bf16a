"""As much of a browser as a shop with one button needs."""

from __future__ import annotations

import random
from http.client import HTTPConnection, HTTPResponse
from http.cookies import SimpleCookie

from banditware.cli.demonstration.errors import DemoError

#: Browsers as they call themselves.
AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/138.0.0.0 Safari/537.36"
    ),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/18.5 Safari/605.1.15"
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/138.0.0.0 Mobile Safari/537.36"
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
        "Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
    ),
)

_LANGUAGES = ("en-GB,en;q=0.8", "en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.6", "fr-FR,fr;q=0.9")

#: What browsers send along when somebody typed the address, and when somebody pressed the button.
_TYPED = {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
_PRESSED = {**_TYPED, "Sec-Fetch-Site": "same-origin"}

#: Seconds to wait for an answer.
PATIENCE = 15.0

_SEE_OTHER = 303


class Browser:
    """One visitor's browser: a cookie jar of its own, and one connection a visit.

    Attributes:
        cookies: the jar: values by name.
    """

    def __init__(self, address: tuple[str, int], generator: random.Random) -> None:
        self.cookies: dict[str, str] = {}
        self._address = address
        self._origin = "http://{}:{}".format(*address)
        self._connection: HTTPConnection | None = None
        self._headers = {
            "User-Agent": generator.choice(AGENTS),
            "Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8",
            "Accept-Language": generator.choice(_LANGUAGES),
        }

    def open(self, path: str) -> str:
        """Return the page behind an address that was typed."""
        return self._exchange("GET", path, _TYPED)

    def press(self, path: str) -> str:
        """Send an empty form, and return the page that it leads to."""
        form = {
            **_PRESSED,
            "Origin": self._origin,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        return self._exchange("POST", path, form)

    def leave(self) -> None:
        """Close the connection; the jar stays."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, method: str, path: str, headers: dict[str, str]) -> str:
        response, page = self._request(method, path, headers)
        if response.status == _SEE_OTHER:
            where = response.headers["Location"].partition("#")[0]
            response, page = self._request("GET", where, _PRESSED)
        if response.status != 200:
            raise DemoError(f"{method} {path} was answered with status {response.status}")
        return page

    def _request(self, method: str, path: str, headers: dict[str, str]) -> tuple[HTTPResponse, str]:
        if self._connection is None:
            self._connection = HTTPConnection(*self._address, timeout=PATIENCE)
        sent = {**self._headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        body = b"" if method == "POST" else None
        self._connection.request(method, path, body, sent)
        response = self._connection.getresponse()
        page = response.read().decode()
        for line in response.headers.get_all("Set-Cookie", ()):
            self.cookies.update({name: each.value for name, each in SimpleCookie(line).items()})
        return response, page
