"""All reading, writing and merging of headers and cookies.

The app's own headers are never lost, reordered or changed in place; nothing sent raises an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, AnyStr, Generic, Literal, NamedTuple, TypeAlias

from banditware.model import DAY

if TYPE_CHECKING:
    from banditware.events.happened import Happened

#: Response headers as either interface has them.
Headers: TypeAlias = "Iterable[tuple[str, str]] | Iterable[tuple[bytes, bytes]]"


class Effects(NamedTuple):
    """What must happen to a response.

    Attributes:
        varies: True if the response depends on the cookie, so that no shared cache may hand it to
            somebody else.
        set_cookie: value of a `Set-Cookie` header, or empty.
        records: what to append to the spool once the response is out.
        events: what to tell the decision log then; see `banditware.events.happened`.
        cookies: values of further `Set-Cookie` headers.
    """

    varies: bool = False
    set_cookie: str = ""
    records: tuple[bytes, ...] = ()
    events: tuple[Happened, ...] = ()
    cookies: tuple[str, ...] = ()


NO_EFFECTS = Effects()

#: The whole effect of serving a remembered arm.
SERVED_AGAIN = Effects(varies=True)


@dataclass(frozen=True, slots=True)
class Cookie:
    """How the cookie that remembers assignments is written.

    Over https the name has a prefix, which makes browsers refuse a cookie of that name that a
    sibling subdomain or a plain http response tries to plant (RFC 6265bis, section 4.1.3).

    Attributes:
        name: name without the `__Host-` that https adds.
        max_age: seconds until the browser forgets it.
        secure: only over https; None decides by the request.
        same_site: value of `SameSite`, in lower case.
        path: value of `Path`.
        domain: value of `Domain`, or None for the host alone.
        names: its name on the wire, by whether the request came by https.
    """

    name: str = "bw"
    max_age: float = 90 * DAY
    secure: bool | None = None
    same_site: Literal["lax", "strict", "none"] = "lax"
    path: str = "/"
    domain: str | None = None
    names: tuple[str, str] = field(init=False, repr=False)
    _attributes: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Build the name that a secure cookie has, and the attributes that all have."""
        own_host = self.path == "/" and self.domain is None
        prefix = "__Host-" if own_host else "__Secure-"
        domain = f"; Domain={self.domain}" if self.domain else ""
        same_site = self.same_site.capitalize()
        attributes = f"; Path={self.path}{domain}; HttpOnly; SameSite={same_site}"
        names = tuple(prefix + self.name if self._secure(s) else self.name for s in (False, True))
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "_attributes", attributes)

    def full_name(self, *, https: bool) -> str:
        """Return the name on the wire."""
        return self.names[https]

    def header(self, value: str, *, https: bool, max_age: float) -> str:
        """Return the `Set-Cookie` value that stores `value` for `max_age` seconds."""
        end = "; Secure" if self._secure(https) else ""
        return f"{self.names[https]}={value}; Max-Age={int(max_age)}{self._attributes}{end}"

    def _secure(self, https: bool) -> bool:  # noqa: FBT001  # one private flag
        return https if self.secure is None else self.secure


#: Browsers send one cookie of a name per path and domain, so a few; every one costs a signature.
MOST_CANDIDATES = 32


def cookie_values(header: str, name: str) -> list[str]:
    """Return the values a `Cookie` header gives for `name`, in order, unquoted and undecoded.

    Parsers disagree about duplicates, quotes and braces; this one splits at `;` and the first `=`
    and leaves the rest to the signature.
    """
    values = []
    if name in header:
        for part in header.split(";"):
            key, _, value = part.partition("=")
            if key.strip() == name:
                values.append(value.strip())
                if len(values) == MOST_CANDIDATES:
                    break
    return values


def without_port(host: str) -> str:
    """Return the host of a `Host` header in lower case."""
    name, _, port = host.rpartition(":")
    bare = ":" not in name or name.endswith("]")  # an IPv6 address has colons of its own
    return (name if name and bare and not port.strip("0123456789") else host).lower()


def header_value(headers: Headers, name: str) -> str:
    """Return the first header of that name in any spelling, or an empty string."""
    wanted = name.lower()
    for key, value in headers:
        if _is(key, wanted):
            return _text(value)
    return ""


class HeaderMerge(Generic[AnyStr]):
    """Merges effects into the headers of one interface: `str` for WSGI, `bytes` for ASGI."""

    def __init__(self, encode: Callable[[str], AnyStr], spell: Callable[[str], str] = str) -> None:
        self._encode: Callable[[str], AnyStr] = encode
        self._spell: Callable[[str], str] = spell
        self._set_cookie: AnyStr = encode(spell("Set-Cookie"))
        self._vary: tuple[AnyStr, AnyStr] = (encode(spell("Vary")), encode("Cookie"))
        self._private: tuple[AnyStr, AnyStr] = (encode(spell("Cache-Control")), encode("private"))
        self._varying: tuple[tuple[AnyStr, AnyStr], ...] = (self._vary, self._private)

    def pair(self, name: str, value: str) -> tuple[AnyStr, AnyStr]:
        """Return a header as the interface has it."""
        return self._encode(self._spell(name)), self._encode(value)

    def apply(
        self,
        headers: Iterable[tuple[AnyStr, AnyStr]],
        effects: Effects,
        shared: Callable[[], None] | None = None,
        marked: Callable[[str], str] | None = None,
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Return the app's headers with the effects merged in, as a new list.

        `Vary` gets `Cookie` unless it has it or `*`; `Cache-Control` gets `private` unless it has
        that or `no-store`, and keeps all it had; a `Set-Cookie` goes behind the app's own.

        Args:
            headers: the app's headers; a name or value of the other string type is looked at too.
            effects: what to merge.
            shared: called if the app lets shared caches keep what is made private here.
            marked: returns an ETag of the app with the mark of what is shown.
        """
        merged = self.varying(headers, shared, marked) if effects.varies else list(headers)
        if effects.set_cookie:
            merged.append((self._set_cookie, self._encode(effects.set_cookie)))
        if effects.cookies:
            merged += [(self._set_cookie, self._encode(each)) for each in effects.cookies]
        return merged

    def varying(
        self,
        headers: Iterable[tuple[AnyStr, AnyStr]],
        shared: Callable[[], None] | None,
        marked: Callable[[str], str] | None,
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Return what `apply` does for effects that only vary."""
        merged = list(headers)
        for key, _ in merged:
            if len(key) in _SIZES:
                self._mark_varying(merged, shared, marked)
                return merged
        merged += self._varying  # as with nearly all apps
        return merged

    def _mark_varying(
        self,
        headers: list[tuple[AnyStr, AnyStr]],
        shared: Callable[[], None] | None,
        marked: Callable[[str], str] | None,
    ) -> None:
        """Add `Cookie` to `Vary` and `private` to `Cache-Control`, where they are not satisfied."""
        vary = caching = None  # the last header of each name, or False if one satisfies
        for index, (key, value) in enumerate(headers):
            size = len(key)  # settles nearly all
            if size == _VARY_SIZE:
                if vary is not False and _is(key, _VARY):
                    vary = _VARYING.isdisjoint(_tokens(value)) and (index, key, value)
                elif marked is not None and _is(key, _ETAG):
                    headers[index] = (key, self._encode(marked(_text(value))))
            elif size == _CACHING_SIZE and caching is not False and _is(key, _CACHING):
                caching = _UNSHARED.isdisjoint(_tokens(value)) and (index, key, value)
        if caching and shared is not None and self.is_shared(headers):
            shared()
        for found, addition in ((vary, self._vary), (caching, self._private)):
            _satisfy(headers, found, addition)

    def is_shared(self, headers: Iterable[tuple[AnyStr, AnyStr]]) -> bool:
        """Return True if the app allows shared caches to keep this response."""
        values = (value for key, value in headers if _is(key, _CACHING))
        return any(part.partition("=")[0] in _SHARED for value in values for part in _tokens(value))


_VARY = "vary"
_CACHING = "cache-control"
_VARY_SIZE, _CACHING_SIZE = _SIZES = len(_VARY), len(_CACHING)
#: As long as `vary`.
_ETAG = "etag"

#: What in these headers says what we would say, and what contradicts it.
_VARYING = frozenset({"cookie", "*"})
_UNSHARED = frozenset({"private", "no-store"})
_SHARED = frozenset({"public", "s-maxage"})


def _satisfy(headers: list[Any], found: Any, addition: tuple[Any, Any]) -> None:
    """Add a header, or its value to the last one of its name; one that is False satisfies."""
    if found is None:
        headers.append(addition)
    elif found:
        index, key, value = found
        headers[index] = (key, _joined(value, addition[1]))


def _is(key: str | bytes, name: str) -> bool:
    return len(key) == len(name) and _text(key).lower() == name


def _tokens(value: str | bytes) -> set[str]:
    return {part.strip().lower() for part in _text(value).split(",")}


def _joined(value: str | bytes, token: str | bytes) -> Any:
    """Return a list with one more token, in the string type that it has."""
    known, added = _text(value), _text(token)
    joined = f"{known}, {added}" if known.strip() else added
    return joined if isinstance(value, str) else joined.encode("latin-1")


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


WSGI_HEADERS: HeaderMerge[str] = HeaderMerge(str)
ASGI_HEADERS: HeaderMerge[bytes] = HeaderMerge(lambda text: text.encode("latin-1"), str.lower)
