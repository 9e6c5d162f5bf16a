"""What a visit answers by itself, without the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

#: Statuses of responses that have no body, and say no length of one (RFC 9110, section 8.6).
_BODILESS = frozenset({204, 304})


class Answer(NamedTuple):
    """A whole response.

    Attributes:
        status: its status; from 200.
        headers: names and values, without a length.
        body: its content; HEAD gets the headers alone.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def status_line(self) -> str:
        """The status with its phrase, as WSGI wants it."""
        from http import HTTPStatus  # noqa: PLC0415  # few apps ask for it, and all would wait

        phrases = {each.value: each.phrase for each in HTTPStatus}
        return f"{self.status} {phrases.get(self.status, 'Unknown')}"

    @property
    def whole_headers(self) -> list[tuple[str, str]]:
        """The headers with the length, as a new list."""
        if self.status in _BODILESS:
            return list(self.headers)
        return [*self.headers, ("Content-Length", str(len(self.body)))]

    def content(self, method: str) -> bytes:
        """Return the body for a request of this method."""
        return b"" if method == "HEAD" or self.status in _BODILESS else self.body


class Received(NamedTuple):
    """What of a request is not among its facts, because nobody else asks for it.

    Attributes:
        body: its content; None if there is more of it than `Later.most`.
        client: address of who sent it, or of the proxy; may be empty.
        mount: the app's mount point, without a slash at the end.
    """

    body: bytes | None = b""
    client: str = ""
    mount: str = ""


class Later(NamedTuple):
    """A response that takes time to make: it reads files or a store.

    Attributes:
        respond: returns it; never raises. Called where waiting holds up nobody else: under ASGI,
            in a thread.
        most: bytes of the request's content that it can do with.
    """

    respond: Callable[[Received], Answer]
    most: int = 0


class Diverted:
    """What a request may come to instead of the app's response to the path that was asked for.

    Defaults stand in the class: most requests are the app's, and one look at `diverted` says so.
    """

    #: The path the app shall see instead of the requested one, if a chosen arm names one.
    rewrite: str | None = None
    #: What is answered instead of calling the app; it goes before `rewrite`.
    answer: Answer | Later | None = None
    #: True if there is either of them.
    diverted: bool = False

    #: True if there may be something to do for the response.
    touched: bool

    def divert(self, to: str | Answer | Later | None) -> None:
        """Let the app see another path, or answer without it; None changes nothing."""
        if to is None:
            return
        self.diverted = self.touched = True
        if isinstance(to, str):
            self.rewrite = to
        else:
            self.answer = to
