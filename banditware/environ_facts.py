"""What a WSGI environ says of a request (PEP 3333)."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from banditware.facts import PURPOSES
from banditware.http import without_port


class EnvironFacts(dict[str, Any]):
    """What a WSGI environ says of a request: a copy of it, read when asked for.

    A copy, because the environ will hold the visit, and the visit these facts. Cycles cost garbage
    collections, and keep what a request held until one comes.
    """

    __slots__ = ()

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.get("REQUEST_METHOD"), self.get("SCRIPT_NAME"), self.get("PATH_INFO")

    @property
    def method(self) -> str:
        """The request method, in capitals."""
        return self.get("REQUEST_METHOD") or ""

    @property
    def path(self) -> str:
        """The path as text, mount point included."""
        return _path((self.get("SCRIPT_NAME") or "") + (self.get("PATH_INFO") or ""))

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case."""
        return without_port(self.get("HTTP_HOST") or self.get("SERVER_NAME", ""))

    @property
    def secure(self) -> bool:
        """True if the request came by https."""
        return bool(self.get("wsgi.url_scheme") == "https")

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        return str(self.get("QUERY_STRING", ""))

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        return "HTTP_IF_NONE_MATCH" in self or "HTTP_IF_MODIFIED_SINCE" in self

    @property
    def purpose(self) -> str:
        """The headers in which browsers say that nobody looks at it yet, in one."""
        said = map(self.get, _PURPOSES)
        return "".join(filter(None, said))

    def asking(self) -> tuple[str, str, bool, str]:
        """Return what tells who asks; see `Facts`."""
        return (
            self.get("HTTP_COOKIE") or "",
            self.get("HTTP_USER_AGENT") or "",
            self.get("wsgi.url_scheme") == "https",
            self.get("QUERY_STRING") or "",
        )

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string."""
        return self.get(_KEYS.get(name) or _key(name)) or ""


class EnvironFactsBelowMount(EnvironFacts):
    """The same with the path below the app's mount point."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """The path as text, without the mount point."""
        return _path(self.get("PATH_INFO") or "")


def _path(path: str) -> str:
    """Return a path as text: servers hand over its bytes as latin-1, whatever they mean."""
    if not path.isascii():
        path = path.encode("latin-1", "replace").decode("utf-8", "replace")
    return path or "/"


def _key(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


#: What CGI calls otherwise, and what is asked for by its name with every reward.
_KEYS = {
    "content-type": "CONTENT_TYPE",
    "content-length": "CONTENT_LENGTH",
    "sec-fetch-site": _key("sec-fetch-site"),
}
_PURPOSES = tuple(map(_key, PURPOSES))
