"""What a visit answers by itself, without the app."""

from __future__ import annotations

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


class Diverted:
    """What a request may come to instead of the app's response to the path that was asked for.

    Defaults stand in the class: most requests are the app's, and one look at `diverted` says so.
    """

    #: The path the app shall see instead of the requested one, if a chosen arm names one.
    rewrite: str | None = None
    #: What is answered instead of calling the app; it goes before `rewrite`.
    answer: Answer | None = None
    #: True if there is either of them.
    diverted: bool = False

    #: True if there may be something to do for the response.
    touched: bool

    def divert(self, to: str | Answer | None) -> None:
        """Let the app see another path, or answer without it; None changes nothing."""
        if to is None:
            return
        self.diverted = self.touched = True
        if isinstance(to, Answer):
            self.answer = to
        else:
            self.rewrite = to
