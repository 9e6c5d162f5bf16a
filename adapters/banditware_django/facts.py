"""A request of Django as the core sees it."""

from __future__ import annotations

import weakref
from collections.abc import Hashable, Mapping
from typing import Any

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest
from django.http.request import HttpHeaders

from banditware.facts import PURPOSES
from banditware.http import without_port


class RequestFacts:
    """What Django makes of a request, under either interface.

    Its settings for proxies hold: `SECURE_PROXY_SSL_HEADER` says whether a request came by https,
    `USE_X_FORWARDED_HOST` which host was asked, and `FORCE_SCRIPT_NAME` where the project lies.

    Attributes:
        method: the request method, in capitals.
        path: the path as text, mount point included.
        secure: True if the request came by https.
    """

    __slots__ = ("_meta", "_request", "method", "path", "secure")

    def __init__(self, request: HttpRequest, *, below_mount: bool = False) -> None:
        """Read the request; `below_mount` takes the mount point from the path."""
        self._meta: Mapping[str, Any] = request.META
        self.method: str = request.method or ""
        self.path: str = (request.path_info if below_mount else request.path) or "/"
        self.secure: bool = request.is_secure()
        # Weak, because the request holds the visit, which holds these facts: cycles cost garbage
        # collections, and keep what a request held until one comes.
        self._request = weakref.ref(request)

    def key(self) -> Hashable:
        """Return what tells this method and path from others."""
        return self.method, self.path

    @property
    def host(self) -> str:
        """The requested host without its port, in lower case; empty if it is not allowed."""
        request = self._request()
        try:
            return "" if request is None else without_port(request.get_host())
        except DisallowedHost:
            return ""

    @property
    def query(self) -> str:
        """The query string, still encoded."""
        return str(self._meta.get("QUERY_STRING", ""))

    @property
    def conditional(self) -> bool:
        """True if it asks for a page only if that is another one than the browser has."""
        return "HTTP_IF_NONE_MATCH" in self._meta or "HTTP_IF_MODIFIED_SINCE" in self._meta

    @property
    def purpose(self) -> str:
        """The headers in which browsers say that nobody looks at it yet, in one."""
        return "".join(map(self.header, PURPOSES))

    def asking(self) -> tuple[str, str, bool, str]:
        """Return what tells who asks; see `Facts`."""
        meta = self._meta
        agent = meta.get("HTTP_USER_AGENT") or ""
        return meta.get("HTTP_COOKIE") or "", agent, self.secure, self.query

    def header(self, name: str) -> str:
        """Return a request header by its lower-case name, or an empty string."""
        return self._meta.get(HttpHeaders.to_wsgi_name(name)) or ""
