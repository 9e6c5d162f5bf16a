"""Requests that nobody of good will sends: made of random parts, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from tests.wires.shop import BROWSER

Headers = tuple[tuple[bytes, bytes], ...]


class Hostile(NamedTuple):
    """One request, as the bytes that a server reads.

    Attributes:
        method: the method.
        target: what is asked for, as it stands in the first line.
        headers: the headers, without those that say how long the body is.
        chunks: the body, in the parts in which it is sent.
        chunked: whether it is sent without saying how long it is.
    """

    method: bytes
    target: bytes
    headers: Headers
    chunks: tuple[bytes, ...]
    chunked: bool

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    @property
    def sized(self) -> Headers:
        """All headers, with those that say how long the body is."""
        if self.chunked:
            return (*self.headers, (b"Transfer-Encoding", b"chunked"))
        length = (b"Content-Length", str(len(self.body)).encode())
        return (*self.headers, length) if self.chunks else self.headers

    def raw(self) -> bytes:
        """Return what a client sends that wants one answer."""
        lines = [b"%s %s HTTP/1.1" % (self.method, self.target)]
        lines += [b"%s: %s" % each for each in (*self.sized, (b"Connection", b"close"))]
        head = b"\r\n".join([*lines, b"", b""])
        if not self.chunked:
            return head + self.body
        parts = [b"%x\r\n%s\r\n" % (len(part), part) for part in self.chunks if part]
        return head + b"".join([*parts, b"0\r\n\r\n"])


COMMON = (b"GET", b"GET", b"GET", b"POST", b"POST", b"HEAD")

METHODS = (
    *(b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"TRACE", b"CONNECT", b"PROPFIND", b"MKCALENDAR"),
    *(b"get", b"GeT", b"BREW", b"M-SEARCH", b"-", b"!#$%&'*+.^_`|~", b"X" * 300, b"QUERY", b"PRI"),
)

TARGETS = (
    *(b"/", b"/", b"/", b"/pay/3.5", b"/pay/1e400", b"/pay/-1", b"/pay/nan", b"/thanks"),
    *(b"//", b"///", b"//evil.example/x", b"/..", b"/../..", b"/a/../b", b"/./", b"/a//b", b"/a/"),
    *(b"/%00", b"/a%00b", b"/%2e%2e/%2f", b"/%", b"/%zz", b"/%c3%28", b"/caf%C3%A9", b"/%E2%98%83"),
    *(b"/caf\xe9", b"/\xff\xfe", b"/\x80", b"/a;b=c", b"/a:b@c", b"/" + b"a" * 4000, b"/a" * 900),
    *(b"http://evil.example/", b"http://u:p@evil.example:99/x?y", b"https://[::1]/", b"*", b"/#x"),
    *(b"/{}", b"/<script>", b'/"', b"/\\", b"/a|b", b"/%0d%0aX-Injected:%20yes", b"/[x]", b"/~"),
)

QUERIES = (
    *(b"age=30", b"age=", b"age=1e309", b"age=-0", b"age=abc&age=3", b"total=5", b"total=nan"),
    *(b"total=inf", b"total=-1e308", b"total=%00", b"total=1&total=2", b"", b"&&&", b"=", b"%"),
    *(b"a" * 3000, b"%ff%fe", b"\xe9", b"a=b;c=d", b"?", b"age=%D9%A3", b"total=1_0", b"x=" * 500),
)

AGENTS = (
    *(BROWSER.encode(), BROWSER.encode(), BROWSER.encode(), BROWSER.encode(), b"curl/8.5", b""),
    *(
        b"Googlebot/2.1",
        b"A" * 6000,
        b"bo" * 3000,
        b"\xff\xfe\xe9",
        b"(" * 3000,
        b"cubot cubot bot_",
    ),
)

COOKIES = (
    *(b"bw=", b"bw", b"=", b";;;;", b'bw="a.b"', b"bw=forged", b"plan=\xe9", b"plan=; plan=x"),
    *(b'x={"bw":[1,2]}', b'{"color": ["red", true]}', b"\\" * 2000, b'"' * 999, b"a=b" * 1500),
    *(
        b"bw=%00",
        b"bw=a.b.c.d",
        b"__Host-bw=x",
        b"BW=1",
        b" \t ",
        b"bw=\xff\xfe",
        b"bw=" + b"A" * 5000,
    ),
)

#: Headers that something of ours reads, or that are odd for another reason.
OTHERS: Headers = (
    *((b"Sec-Purpose", b"prefetch;prerender"), (b"Purpose", b"preview"), (b"X-Moz", b"prefetch")),
    *((b"Sec-Fetch-Site", b"cross-site"), (b"Sec-Fetch-Site", b"none"), (b"Sec-GPC", b"1")),
    *(
        (b"CF-IPCountry", b"GB"),
        (b"CF-IPCountry", b"\xff" * 50),
        (b"CF-IPCountry", b"((((((a+)+)+"),
    ),
    *((b"Origin", b"null"), (b"Referer", b"//"), (b"Accept", b"*/*;q=\xbd"), (b"DNT", b"1")),
    *((b"Forwarded", b"for=_x;proto=https"), (b"X-Forwarded-Proto", b"https"), (b"X-A", b"")),
    *(
        (b"x_under_score", b"1"),
        (b"X-Long", b"y" * 3000),
        (b"If-None-Match", b'W/"x"'),
        (b"Via", b"1"),
    ),
    *((b"Cache-Control", b"no-cache"), (b"Range", b"bytes=0-,-1"), (b"Expect", b"something")),
    *((b"X Bad", b"1"), (b"", b"x"), (b"Content-Length", b"-1"), (b"Content-Length", b"1e3")),
    *(
        (b"Transfer-Encoding", b"gzip"),
        (b"X-\xe9", b"1"),
        (b"X-Tab", b"\t1\t"),
        (b"X-Null", b"a\x00b"),
    ),
)

HOSTS = (
    *(b"shop.example", b"shop.example", b"shop.example", b"SHOP.example:80", b"[::1]:8000"),
    *(b"evil.example", b"a" * 250, b"shop.example.", b"xn--caf-dma.example", b"127.0.0.1"),
)

BODIES = (
    *(
        (),
        (b"",),
        (b"a=b&c=d",),
        (b'{"x": ', b"1}"),
        (b"\x00" * 1000,),
        (b"\xff\xfe", b"x" * 20_000),
    ),
    ((b"--b\r\nContent-Disposition: form-data\r\n\r\n",)),
)


class Fuzzer:
    """Makes requests; visitors who come back bring the cookies that it was told of, or ruins.

    Attributes:
        cookies: values of our cookie that were set so far, as `name=value`.
    """

    def __init__(self, seed: object) -> None:
        self._random = random.Random(str(seed))
        self.cookies: list[bytes] = []

    def request(self) -> Hostile:
        """Return the next request."""
        choice, chance = self._random.choice, self._random.random
        method = choice(COMMON if chance() < 0.7 else METHODS)
        target = choice(TARGETS)
        if chance() < 0.4:
            target += b"?" + choice(QUERIES)
        body = choice(BODIES) if chance() < 0.4 else ()
        return Hostile(method, target, self._headers(), body, chunked=bool(body) and chance() < 0.5)

    def _headers(self) -> Headers:
        choice, chance = self._random.choice, self._random.random
        headers = [(b"Host", choice(HOSTS)), (b"User-Agent", choice(AGENTS))]
        headers += [(b"Cookie", self._cookie()) for _ in range(choice((0, 1, 1, 1, 2, 3)))]
        headers += self._random.sample(OTHERS, choice((0, 0, 1, 2, 5)))
        if chance() < 0.02:
            headers += [(b"X-Many-%d" % number, b"v") for number in range(60)]
        self._random.shuffle(headers)
        return tuple(headers)

    def _cookie(self) -> bytes:
        parts = [self._random.choice(COOKIES)] if self._random.random() < 0.5 else []
        if self.cookies and self._random.random() < 0.7:
            known = self._random.choice(self.cookies[-50:])
            parts.append(self._random.choice(RUINS)(self._random, known))
        self._random.shuffle(parts)
        return b"; ".join(parts) or b"x=y"


Ruin = Callable[[random.Random, bytes], bytes]


def intact(_: random.Random, cookie: bytes) -> bytes:
    """Leave it."""
    return cookie


def cut(generator: random.Random, cookie: bytes) -> bytes:
    """Cut its end off."""
    return cookie[: generator.randrange(len(cookie))]


def flipped(generator: random.Random, cookie: bytes) -> bytes:
    """Change one character."""
    at = generator.randrange(len(cookie))
    return cookie[:at] + bytes([generator.choice(b"AZaz09-_.;=\x7f\xe9")]) + cookie[at + 1 :]


def doubled(_: random.Random, cookie: bytes) -> bytes:
    """Send it twice."""
    return cookie + b"; " + cookie


def mixed(generator: random.Random, cookie: bytes) -> bytes:
    """Put its halves together the other way round."""
    at = generator.randrange(len(cookie))
    return b"bw=" + cookie[at:] + cookie[:at]


#: What may have happened to a cookie on its way; mostly nothing.
RUINS: tuple[Ruin, ...] = (intact, intact, intact, intact, cut, flipped, doubled, mixed)
