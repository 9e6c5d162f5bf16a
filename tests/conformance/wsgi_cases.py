"""What a WSGI middleware must get right, one case a function.

A case gets something that wraps an app and raises if the wrapped app is wrong. Ours passes all of
them; `test_wsgi_cases` says which naive wrapper fails which.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING
from wsgiref.util import FileWrapper
from wsgiref.validate import validator

from tests.wires.apps import TEXT, Body, LazyBody, answering, buying, sending, with_front
from tests.wires.shop import counted
from tests.wires.unraisable import unraisable
from tests.wires.wrapping import Case, Wrap, arm_here
from tests.wires.wsgi import HeaderList, Served, environ, serve

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def raised(call: Callable[[], object]) -> BaseException:
    """Return what a call raises."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  # whatever it is, it is compared
        return error
    raise AssertionError("nothing was raised")


def lazy_start_response_inside_a_generator(wrap: Wrap) -> None:
    """A generator calls `start_response` when it is first asked: it counts and sets its cookie."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [TEXT])
        yield b"one"
        yield b"two"

    wrapped = wrap(app)
    served = serve(wrapped, environ())
    assert (served.status, served.written) == ("200 OK", [b"one", b"two"])
    assert len(served.values("Set-Cookie")) == 1
    assert counted(wrapped.bandit)[:2] == (1, 0)


def the_first_chunk_goes_out_before_the_second_is_made(wrap: Wrap) -> None:
    """No more of a body is made than what was asked for, whichever way the response starts."""
    for body in (Body(b"a", b"b"), LazyBody(b"a", b"b")):
        result = iter(wrap(sending(body))(environ(), Served().start_response))
        assert next(result) == b"a"
        assert body.made == 1


def a_second_start_with_exc_info_counts(wrap: Wrap) -> None:
    """An app that fails after `start_response` and starts anew earns by the last status."""

    def checkout(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [TEXT])
        try:
            raise RuntimeError("too late")  # noqa: TRY301  # an app as they are
        except RuntimeError:
            start_response("500 Oh", [TEXT, ("X-Error", "1")], sys.exc_info())
        return [b"sorry"]

    wrapped = wrap(with_front(checkout))
    served = serve(wrapped, buying(wrapped))
    assert (served.status, served.values("X-Error")) == ("500 Oh", ["1"])
    assert counted(wrapped.bandit).rewards == 0


def the_write_callable_writes(wrap: Wrap) -> None:
    """What an old app hands to `write()` goes out before what it returns."""

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        write = start_response("200 OK", [TEXT])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    wrapped = wrap(app)
    served = serve(wrapped, environ())
    assert served.written == [b"one ", b"two ", b"three"]
    assert len(served.values("Set-Cookie")) == 1


def close_is_called_exactly_once(wrap: Wrap) -> None:
    """The app's body is closed once when it has ended."""
    for body in (Body(b"a"), LazyBody(b"a")):
        serve(wrap(sending(body)), environ())
        assert body.closed == 1


def close_is_called_when_the_client_leaves_and_on_an_error(wrap: Wrap) -> None:
    """The app's body is closed once also if it is not asked to its end, or fails."""
    for kind in (Body, LazyBody):
        left = kind(b"a", b"b", b"c")
        serve(wrap(sending(left)), environ(), chunks=1)
        assert (left.closed, left.made) == (1, 1)
        error = OSError("disk")
        failing = kind(b"a", error)
        assert raised(partial(serve, wrap(sending(failing)), environ())) is error
        assert failing.closed == 1


def a_list_is_returned_as_it_is(wrap: Wrap) -> None:
    """A list of one is handed on, so that the server can say how long the body is."""
    for body in ([b"hello"], (b"hello",), []):
        assert serve(wrap(answering(body)), environ()).result is body


def a_file_wrapper_is_returned_as_it_is(wrap: Wrap) -> None:
    """The server's file wrapper is handed on by identity, so that it can use sendfile."""
    file = FileWrapper(io.BytesIO(b"file"))
    wrapped = wrap(answering(file))
    served = serve(wrapped, environ("GET", "/", **{"wsgi.file_wrapper": FileWrapper}))
    assert served.result is file
    assert served.body == b"file"
    assert counted(wrapped.bandit)[:2] == (1, 0)


def a_header_list_that_is_used_again_stays_clean(wrap: Wrap) -> None:
    """An app that hands over one module-level list of headers finds it as it was."""
    headers: HeaderList = [TEXT, ("Vary", "Accept"), ("Cache-Control", "max-age=1")]
    before = list(headers)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [b"hello"]

    wrapped = wrap(app)
    for _ in range(3):
        assert len(serve(wrapped, environ()).values("Set-Cookie")) == 1
    assert headers == before


def several_cookies_of_the_app_are_kept(wrap: Wrap) -> None:
    """The app's own Set-Cookie headers all go out, in order, with every other header."""
    own: HeaderList = [TEXT, ("Set-Cookie", "b=1"), ("X-A", "1"), ("Set-Cookie", "a=2")]

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", list(own))
        return [b"hello"]

    served = serve(wrap(app), environ())
    assert [pair for pair in served.headers if pair in own] == own
    assert len(served.values("Set-Cookie")) == 3


def an_exception_before_the_start_is_raised_again(wrap: Wrap) -> None:
    """What the app raises before it starts is the very exception that comes out; no pull."""
    error = ValueError("the app's own")

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        raise error

    wrapped = wrap(app)
    assert raised(lambda: serve(wrapped, environ())) is error
    assert counted(wrapped.bandit) == (0, 0, 0, {})


def an_exception_in_the_stream_is_raised_again(wrap: Wrap) -> None:
    """What the app raises between chunks comes out after them, and earns nothing."""
    error = OSError("disk")
    body = LazyBody(b"one", error)
    wrapped = wrap(with_front(sending(body)))
    request = buying(wrapped)
    served = Served()
    result = iter(wrapped(request, served.start_response))
    assert next(result) == b"one"
    assert raised(lambda: next(result)) is error
    result.close()
    assert body.closed == 1
    assert counted(wrapped.bandit)[:2] == (1, 0)


def both_sides_keep_to_the_specification(wrap: Wrap) -> None:
    """The validator of wsgiref, inside and outside, has no objection to any shape of response."""
    for shape in shapes():
        errors = io.StringIO()
        with unraisable() as complaints:
            served = serve(
                validator(wrap(validator(shape))), environ("GET", "/", **{"wsgi.errors": errors})
            )
            assert served.status.startswith("20")
            del served
        assert (errors.getvalue(), complaints) == ("", [])


def shapes() -> Iterator[WSGIApplication]:
    """Yield an app for every shape of response that the specification knows."""

    def writing(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [TEXT])(b"one")
        return [b"two"]

    def generating(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [TEXT])
        yield b"one"

    def empty(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("204 No Content", [("X-A", "1")])
        return []

    def reading(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [TEXT])
        return [environ["wsgi.input"].read(10) + b"."]

    yield from (writing, generating, empty, reading)
    yield answering([b"hello"])
    yield answering((b"hello",))
    yield answering(iter([b"a", b"b"]))
    yield sending(Body(b"a", b"b"))
    yield sending(LazyBody(b"a", b"b"))
    yield answering(FileWrapper(io.BytesIO(b"file")))


def responses_without_a_body_stay_without(wrap: Wrap) -> None:
    """204, 304 and HEAD get neither a body nor a length; 304 and HEAD no cookie, and no pull."""
    for method, status, cookies, pulls in (
        ("GET", "204 No Content", 1, 1),
        ("GET", "304 Not Modified", 0, 0),
        ("HEAD", "200 OK", 0, 0),
    ):
        wrapped = wrap(answering([], status))
        served = serve(wrapped, environ(method))
        assert (served.status, served.body) == (status, b"")
        assert served.values("Content-Length") == []
        assert len(served.values("Set-Cookie")) == cookies
        assert counted(wrapped.bandit).pulls == pulls


def a_reward_is_counted_once(wrap: Wrap) -> None:
    """One decision earns once, whatever the body is and however often the request comes."""
    apps = itertools.cycle(
        [answering([b"a"]), sending(Body(b"a", b"b")), sending(LazyBody(b"a", b"b"))]
    )

    def checkout(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return next(apps)(environ, start_response)

    wrapped = wrap(with_front(checkout))
    request = buying(wrapped)
    for _ in range(6):
        serve(wrapped, dict(request))
    assert counted(wrapped.bandit)[:3] == (1, 1, 1.0)


def interleaved_bodies_each_see_their_own_visit(wrap: Wrap) -> None:
    """Generators that a server asks in turns each find the arm of their own request."""
    found: list[tuple[str, str, str]] = []

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [TEXT])
        first = arm_here(wrapped)
        yield b"one"
        second = arm_here(wrapped)
        yield b"two"
        found.append((first, second, arm_here(wrapped)))

    wrapped = wrap(app)
    bodies = [iter(wrapped(environ(), Served().start_response)) for _ in range(12)]
    for _ in range(3):
        for body in bodies:
            next(body, None)
    assert {len(set(arms)) for arms in found} == {1}
    assert len({arms[0] for arms in found}) == 2


def ten_megabytes_are_never_held_at_once(wrap: Wrap) -> None:
    """A long stream passes chunk by chunk: none is made before the one before it is out."""
    chunks = (b"x" * 65_536,) * 160
    for body in (Body(*chunks), LazyBody(*chunks)):
        sent = 0
        for chunk in wrap(sending(body))(environ(), Served().start_response):
            sent += 1
            assert (body.made, len(chunk)) == (sent, 65_536)
        assert sent == 160


def wrapping_twice_counts_once(wrap: Wrap) -> None:
    """An app that was wrapped before counts once, in the outer wrapper."""
    inner = wrap(answering([b"hello"]))
    outer = wrap(inner)
    served = serve(outer, environ())
    assert len(served.values("Set-Cookie")) == 1
    assert (counted(outer.bandit).pulls, counted(inner.bandit).pulls) == (1, 0)


#: The fifteen of the design.
CASES: tuple[Case, ...] = (
    lazy_start_response_inside_a_generator,
    the_first_chunk_goes_out_before_the_second_is_made,
    a_second_start_with_exc_info_counts,
    the_write_callable_writes,
    close_is_called_exactly_once,
    close_is_called_when_the_client_leaves_and_on_an_error,
    a_list_is_returned_as_it_is,
    a_file_wrapper_is_returned_as_it_is,
    a_header_list_that_is_used_again_stays_clean,
    several_cookies_of_the_app_are_kept,
    an_exception_before_the_start_is_raised_again,
    an_exception_in_the_stream_is_raised_again,
    both_sides_keep_to_the_specification,
    responses_without_a_body_stay_without,
    a_reward_is_counted_once,
)

MORE: tuple[Case, ...] = (
    interleaved_bodies_each_see_their_own_visit,
    ten_megabytes_are_never_held_at_once,
    wrapping_twice_counts_once,
)
