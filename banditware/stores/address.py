"""How the address of a Redis or Valkey server, or of several, is written.

```
redis://[[USER]:PASSWORD@]HOST[:PORT][/DB][?OPTIONS]
redis+cluster://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...][?OPTIONS]
redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT][,HOST[:PORT]...]/MASTER[/DB][?OPTIONS]
rediss://... rediss+cluster://... rediss+sentinel://...           the same over TLS
unix://[[USER]:PASSWORD@]/PATH/OF/SOCKET[?OPTIONS]
```

Messages never show what was written, because a password may be in any part of a mistaken address.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from banditware.errors import suggestion

#: Every scheme, and how its address is written.
FORMS = {
    "redis": "redis://HOST",
    "rediss": "rediss://HOST",
    "unix": "unix:///SOCKET",
    "redis+cluster": "redis+cluster://HOST,HOST",
    "rediss+cluster": "rediss+cluster://HOST,HOST",
    "redis+sentinel": "redis+sentinel://HOST,HOST/MASTER",
    "rediss+sentinel": "rediss+sentinel://HOST,HOST/MASTER",
}

#: The port of a host that is named without one, of a server and of a sentinel.
PORT = 6379
SENTINEL_PORT = 26379

#: Seconds to wait for a connection, and for each answer.
TIMEOUT = 1.0

_OPTIONS = ("prefix", "timeout", "spool", "db")
_CERTIFICATES = ("ca", "cert", "key")
_SENTINEL = ("sentinel_username", "sentinel_password")
_TIMEOUTS = (0.001, 60.0)

#: A host and its port.
Place = tuple[str, int]


class Address(NamedTuple):
    """Where a server is and how to talk to it.

    Attributes:
        scheme: one of `FORMS`.
        host: name or number of the host, of the first one if there are several; empty for a socket.
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
        others: more nodes of the cluster, or more sentinels.
        master: name by which the sentinels know the servers, or nothing.
        sentinel_username: name of the user of the sentinels, or nothing for the default one.
        sentinel_password: password of the sentinels, or nothing.
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
    others: tuple[Place, ...] = ()
    master: str = ""
    sentinel_username: str = ""
    sentinel_password: str = ""

    @property
    def kind(self) -> str:
        """What stands at the address: `cluster`, `sentinel`, or nothing for a single server."""
        return self.scheme.partition("+")[2]

    @property
    def secure(self) -> bool:
        """True if everything goes over TLS."""
        return self.scheme.startswith("rediss")

    @property
    def places(self) -> tuple[Place, ...]:
        """The host, or all of them."""
        return ((self.host, self.port), *self.others)

    @property
    def public(self) -> str:
        """The address without user, password and options."""
        if self.path:
            return f"{self.scheme}://{self.path}"
        hosts = ",".join(map(written, self.places))
        tail = {"cluster": "", "sentinel": f"/{self.master}/{self.db}"}
        return f"{self.scheme}://{hosts}{tail.get(self.kind, f'/{self.db}')}"

    @property
    def folder(self) -> str:
        """The usual name of the folder of spools.

        It is a name of its own for every set of counts: spools of one must never be drained into
        another, which a neighbouring configuration may use.
        """
        place = f"{self.path or self.host.lower()} {self.port} {self.db} {self.prefix}"
        if self.kind:
            hosts = sorted(f"{host.lower()} {port}" for host, port in self.places)
            place = " ".join((*hosts, self.kind, self.master, str(self.db), self.prefix))
        return f"banditware-{zlib.crc32(place.encode()):08x}.spool"


def written(place: Place) -> str:
    """Return a host and its port as an address has them."""
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parse(url: str) -> Address:
    """Return what an address says.

    Raises:
        ValueError: it is mistaken; the message has the mend and shows nothing of the address.
    """
    alone, others = _separate(url)
    parts = _split(alone)
    options = _options(parts)
    master, db = _path(parts, options)
    address = Address(
        parts.scheme,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        db=db,
        prefix=_prefix(options.get("prefix", "banditware")),
        timeout=_timeout(options.get("timeout", str(TIMEOUT))),
        spool=options.get("spool", ""),
        ca=options.get("ca", ""),
        cert=options.get("cert", ""),
        key=options.get("key", ""),
        master=master,
        sentinel_username=options.get("sentinel_username", ""),
        sentinel_password=options.get("sentinel_password", ""),
    )
    if address.key and not address.cert:
        raise ValueError("has a key without its certificate: add &cert=FILE")
    if parts.scheme == "unix":
        return address._replace(path=unquote(parts.path))
    port = SENTINEL_PORT if address.kind == "sentinel" else PORT
    first, *rest = (
        (each.hostname or "", each.port or port)
        for each in (parts, *(_split(f"{parts.scheme}://{host}") for host in others))
    )
    return address._replace(host=first[0], port=first[1], others=tuple(rest))


def _separate(url: str) -> tuple[str, list[str]]:
    """Return an address with its first host alone, and the other hosts."""
    scheme, sign, rest = url.partition("://")
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    login, at, hosts = authority.rpartition("@")
    first, *others = hosts.split(",")
    if others and "+" not in scheme:
        raise ValueError("names several hosts: write redis+cluster:// or redis+sentinel://")
    return f"{scheme}{sign}{login}{at}{first}{tail}", others


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
    secure, sentinel = parts.scheme.startswith("rediss"), parts.scheme.endswith("+sentinel")
    known = _OPTIONS + _CERTIFICATES * secure + _SENTINEL * sentinel
    for name, value in options.items():
        if name in _CERTIFICATES and name not in known:
            raise ValueError(f"has the option {name}, which needs {_over_tls(parts.scheme)}")
        if name not in known:
            near = suggestion(name, known) or f"; there are {', '.join(known)}"
            raise ValueError(f"has an unknown option{near}")
        if not value:
            raise ValueError(f"has the option {name} without a value")
    if len(options) < len(pairs):
        raise ValueError("has an option twice")
    return options


def _over_tls(scheme: str) -> str:
    return f"rediss{scheme[len('redis') :]}://" if scheme.startswith("redis") else "rediss://"


def _path(parts: SplitResult, options: Mapping[str, str]) -> tuple[str, int]:
    """Return the name of the master and the number of the database."""
    path = "" if parts.scheme == "unix" else parts.path.strip("/")
    if parts.scheme.endswith("+cluster"):
        if path or "db" in options:
            raise ValueError("names a database; a cluster has only one")
        return "", 0
    if not parts.scheme.endswith("+sentinel"):
        return "", _db(path, options)
    master, _, rest = path.partition("/")
    if not master:
        raise ValueError(f"names no master: write {FORMS[parts.scheme]}")
    return unquote(master), _db(rest, options)


def _db(path: str, options: Mapping[str, str]) -> int:
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
