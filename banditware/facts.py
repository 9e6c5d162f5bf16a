"""What the core may know of a request, whichever way it came in."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

#: Headers in which browsers say that nobody looks at a page yet.
PURPOSES = ("sec-purpose", "purpose", "x-moz")

#: Values of them with which browsers mark what nobody looks at yet.
_SPECULATIVE = ("prefetch", "prerender", "preview")


class Facts(Protocol):
    """What the core may know of a request; each interface has its own reading of it."""

    def key(self) -> Hashable:
        """Return what tells its method and path from others, as the interface has them."""
        ...

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        ...

    @property
    def path(self) -> str:
        """The path as text, mount point included, nothing collapsed."""
        ...

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        ...

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        ...

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        ...

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        ...

    @property
    def purpose(self) -> str:
        """The headers in which browsers say that nobody looks at it yet, in one."""
        ...

    def asking(self) -> tuple[str, str, bool, str]:
        """Return what tells who asks: the headers `Cookie` and `User-Agent`, `secure` and `query`.

        In one call, because nearly every request needs all of them.
        """
        ...

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string."""
        ...


def is_speculative(facts: Facts) -> bool:
    """Return True for a prefetch, prerender or preview: a page that nobody looks at yet."""
    purpose = facts.purpose
    return bool(purpose) and any(word in purpose.lower() for word in _SPECULATIVE)
