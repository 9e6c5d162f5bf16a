"""What an ASGI scope says of a request."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from banditware.facts import PURPOSES
from banditware.http import without_port


class ScopeFacts(dict[str, Any]):
    """What an ASGI scope says of a request: a copy of it, read when asked for.

    A copy, because the scope will hold the visit, and the visit these facts. Cycles cost garbage
    collections, and keep what a request held until one comes. Its headers are found by their names
    once one was asked for.
    """

    __slots__ = ()

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.get("method"), self.get("path"), self.get("root_path")

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        return self.get("method") or ""

    @property
    def path(self) -> str:
        """The path as text; it includes `root_path`, as the specification has it."""
        return self.get("path") or "/"

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        server = self.get("server") or ("",)
        return without_port(self.header("host") or str(server[0]))

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        return bool(self.get("scheme") == "https")

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        query = self.get("query_string")
        return _text(query) if query else ""

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        headers = self._named()
        return b"if-none-match" in headers or b"if-modified-since" in headers

    @property
    def purpose(self) -> str:
        """The headers in which browsers say that nobody looks at it yet, in one."""
        headers = self._named()
        return "".join([_text(headers[name]) for name in _PURPOSES if name in headers])

    def asking(self) -> tuple[str, str, bool, str]:
        """Return what tells who asks; see `Facts`."""
        headers, query = self._named(), self.get("query_string")
        cookie, agent = headers.get(b"cookie", b""), headers.get(b"user-agent", b"")
        return (
            cookie.decode("latin-1") if type(cookie) is bytes else _text(cookie),
            agent.decode("latin-1") if type(agent) is bytes else _text(agent),
            self.get("scheme") == "https",
            _text(query) if query else "",
        )

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string.

        HTTP/2 may split the cookie header; its parts are joined again.
        """
        value = self._named().get(name.encode())
        return _text(value) if value else ""

    def _named(self) -> Mapping[bytes, bytes | str]:
        headers: Any = self["headers"]
        if type(headers) is not dict:
            headers = self["headers"] = _by_name(headers)
        return headers  # type: ignore[no-any-return]  # see `_by_name`


class ScopeFactsBelowMount(ScopeFacts):
    """The same with the path below the app's mount point."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path as text, without the mount point."""
        return (self.get("path") or "")[len(mount(self)) :] or "/"


_PURPOSES = tuple(name.encode() for name in PURPOSES)


def mount(scope: Mapping[str, Any]) -> str:
    """Return the mount point, if the path lies below it as the specification has it.

    `/shopping` does not lie below `/shop`; and old servers leave the mount point out of the path.
    """
    path, mount = scope.get("path") or "", scope.get("root_path") or ""
    below = path.startswith(mount) and path[len(mount) :][:1] in {"", "/"}
    return mount if below else ""


def _by_name(headers: Sequence[tuple[Any, Any]]) -> Mapping[bytes, bytes | str]:
    """Return headers by lower-case name; nearly all requests have each name once, and spell it so.

    The rest, and names that are not bytes, take twice the time. A server that spells one name as
    the specification has it does so with all of them.
    """
    plain = dict(headers)
    try:
        if len(plain) == len(headers) and (b"cookie" in plain or b"".join(plain).islower()):
            return plain
    except TypeError:
        pass
    found: dict[bytes, bytes] = {}
    for key, value in headers:
        name, text = _bytes(key).lower(), _bytes(value)
        found[name] = found[name] + b"; " + text if name in found else text
    return found


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", "replace")


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
