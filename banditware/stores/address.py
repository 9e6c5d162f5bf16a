"""How the address of a Redis or Valkey server is written.

```
redis://[[USER]:PASSWORD@]HOST[:PORT][/DB][?OPTIONS]
rediss://...                                          the same over TLS
unix://[[USER]:PASSWORD@]/PATH/OF/SOCKET[?OPTIONS]
```

Messages never show what was written, because a password may be in any part of a mistaken address.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from banditware.errors import suggestion

#: Every scheme, and how its address is written.
FORMS = {"redis": "redis://HOST", "rediss": "rediss://HOST", "unix": "unix:///SOCKET"}

#: The port of `redis://HOST`.
PORT = 6379

#: Seconds to wait for a connection, and for each answer.
TIMEOUT = 1.0

_OPTIONS = ("prefix", "timeout", "spool", "db")
_CERTIFICATES = ("ca", "cert", "key")
_TIMEOUTS = (0.001, 60.0)


class Address(NamedTuple):
    """Where a server is and how to talk to it.

    Attributes:
        scheme: `redis`, `rediss` or `unix`.
        host: name or number of the host; empty for a socket.
        port: port of the host; 0 for a socket.
        path: path of the socket, or nothing.
        user: name of the user, or nothing for the default one.
        password: the password, or nothing.
        db: number of the database.
        prefix: what every key begins with.
        timeout: seconds to wait for a connection, and for each answer.
        spool: folder of the spools, or nothing for the usual one.
        ca: file with the authorities that may have signed the server's certificate, or nothing for
            those of the system.
        cert: file with a certificate for the server to see, or nothing.
        key: file with the key of that certificate, or nothing.
    """

    scheme: str
    host: str = ""
    port: int = 0
    path: str = ""
    user: str = ""
    password: str = ""
    db: int = 0
    prefix: str = "banditware"
    timeout: float = TIMEOUT
    spool: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def public(self) -> str:
        """The address without user, password and options."""
        if self.path:
            return f"{self.scheme}://{self.path}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/{self.db}"

    @property
    def folder(self) -> str:
        """The usual name of the folder of spools.

        It is a name of its own for every set of counts: spools of one must never be drained into
        another, which a neighbouring configuration may use.
        """
        place = f"{self.path or self.host.lower()} {self.port} {self.db} {self.prefix}"
        return f"banditware-{zlib.crc32(place.encode()):08x}.spool"


def parse(url: str) -> Address:
    """Return what an address says.

    Raises:
        ValueError: it is mistaken; the message has the mend and shows nothing of the address.
    """
    parts = _split(url)
    options = _options(parts)
    address = Address(
        parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        db=_db(parts, options),
        prefix=_prefix(options.get("prefix", "banditware")),
        timeout=_timeout(options.get("timeout", str(TIMEOUT))),
        spool=options.get("spool", ""),
        ca=options.get("ca", ""),
        cert=options.get("cert", ""),
        key=options.get("key", ""),
    )
    if address.key and not address.cert:
        raise ValueError("has a key without its certificate: add &cert=FILE")
    if parts.scheme == "unix":
        return address._replace(path=unquote(parts.path))
    return address._replace(host=parts.hostname or "", port=parts.port or PORT)


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - only asking for it shows whether it is one
    except ValueError:
        # A slash in a password ends the host's part, and a colon before it begins a port.
        raise ValueError(
            "has a host or port that is none; write special characters of a password as %XX"
        ) from None
    if parts.fragment:
        raise ValueError("has a #; write it as %23")
    if parts.scheme == "unix" and (parts.hostname or len(parts.path) < 2):
        raise ValueError("needs three slashes and the path of a socket: unix:///run/redis.sock")
    if parts.scheme != "unix" and not parts.hostname:
        raise ValueError(f"names no host: write {FORMS[parts.scheme]}")
    return parts


def _options(parts: SplitResult) -> Mapping[str, str]:
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(pairs)
    known = _OPTIONS + _CERTIFICATES * (parts.scheme == "rediss")
    for name, value in options.items():
        if name in _CERTIFICATES and name not in known:
            raise ValueError(f"has the option {name}, which needs rediss://")
        if name not in known:
            near = suggestion(name, known) or f"; there are {', '.join(known)}"
            raise ValueError(f"has an unknown option{near}")
        if not value:
            raise ValueError(f"has the option {name} without a value")
    if len(options) < len(pairs):
        raise ValueError("has an option twice")
    return options


def _db(parts: SplitResult, options: Mapping[str, str]) -> int:
    path = "" if parts.scheme == "unix" else parts.path.strip("/")
    if path and "db" in options:
        raise ValueError("names the database twice")
    text = path or options.get("db", "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise ValueError("has a database that is no number: write /0 after the host")
    return int(text)


def _prefix(text: str) -> str:
    if not all(sign.isprintable() and sign not in "{} " for sign in text):
        raise ValueError("has a prefix with spaces or braces")
    return text


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    least, most = _TIMEOUTS
    if not least <= seconds <= most:
        raise ValueError(f"has a timeout that is not from {least:g} to {most:g} seconds")
    return seconds
