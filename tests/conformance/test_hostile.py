"""Hostile requests through every way in: the wrapped view answers as the bare one does.

`tests/fuzzing` has the requests, and sends more of them where no framework stands in between.
"""

from __future__ import annotations

import urllib.parse
import zlib

from tests.fuzzing.comparing import Response, differences, set_by_us
from tests.fuzzing.hostile import Fuzzer, Hostile
from tests.fuzzing.interfaces import CONFIG, path_of
from tests.wires.shop import OpenShop, counted
from tests.wires.visitors import Ask, Door, Pairs, Reply, Request, Seen

NUMBER = 300

TEXT = ("content-type", "text/plain")

COOKIES: Pairs = (TEXT, ("set-cookie", "session=1; Path=/"), ("set-cookie", "theme=dark"))

REPLIES = (
    *(Reply(), Reply(headers=COOKIES), Reply(204, (), ()), Reply(302, (("location", "/x"),), ())),
    *(
        Reply(404),
        Reply(500),
        Reply(headers=(TEXT, ("vary", "accept"), ("cache-control", "no-store"))),
    ),
    Reply(headers=(TEXT, ("x-total", "nan")), chunks=(b"one", b"two")),
)


def answer(seen: Seen) -> Reply:
    """Answer in a way that depends on the path alone."""
    return REPLIES[zlib.crc32(seen.path.encode("utf-8", "surrogatepass")) % len(REPLIES)]


def asked(request: Hostile) -> Request:
    """Return a hostile request as every way in takes it; of headers of one name, WSGI has one."""
    path, query = path_of(request)
    headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in request.headers}
    return Request(
        request.method.decode(),
        urllib.parse.unquote(path.decode("latin-1")),
        query.decode("latin-1").encode("ascii", "ignore").decode(),
        tuple(headers.items()),
        user_agent="",
    )


def respond(ask: Ask, hostile: Hostile) -> Response:
    """Return what comes back, whatever it is."""
    request = asked(hostile)
    try:
        reply = ask(request)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
        return Response(raised=repr(error))
    return Response(str(reply.status), reply.headers, reply.body)


def test_hostile_requests_are_answered_as_without_us(door: Door, open_shop: OpenShop) -> None:
    """Status, headers but for ours and body are the bare view's, and no fault is hidden."""
    shop, fuzzer = open_shop(**CONFIG), Fuzzer("every way in")
    bare, wrapped = door.bare(answer), door.ask(shop, answer)
    for _ in range(NUMBER):
        request = fuzzer.request()
        found = respond(wrapped, request)
        assert differences(respond(bare, request), found) == [], request
        fuzzer.cookies += [each.encode() for each in set_by_us(found.headers)]
    assert fuzzer.cookies
    assert counted(shop).pulls > 0
    assert shop.health().faults == 0
