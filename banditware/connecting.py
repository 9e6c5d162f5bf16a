"""Connections to a site, of whichever kind its URL wants; where it redirects to is not followed."""

from __future__ import annotations

import http.client
import ssl
from urllib.parse import urlsplit


def connection_to(url: str, patience: float) -> tuple[http.client.HTTPConnection, str]:
    """Return a connection, not yet made, and the target to ask it for.

    Args:
        url: what is asked for, by http or https.
        patience: seconds that it may take to answer.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        secure = http.client.HTTPSConnection(host, parts.port, timeout=patience, context=context)
        return secure, target
    return http.client.HTTPConnection(host, parts.port, timeout=patience), target
