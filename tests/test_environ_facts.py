"""What is read of a WSGI environ."""

from __future__ import annotations

import pytest

from banditware.environ_facts import EnvironFacts, EnvironFactsBelowMount

#: What servers make of a request line: SCRIPT_NAME, PATH_INFO, and the path as text.
PATHS = {
    "/caf%C3%A9": ("", "/caf\xc3\xa9", "/café"),
    "/a%2Fb": ("", "/a/b", "/a/b"),
    "//x by gunicorn": ("", "//x", "//x"),
    "//x by waitress": ("", "/x", "/x"),
    "/%FF": ("", "/\xff", "/\ufffd"),
    "http://h/abs": ("", "/abs", "/abs"),
    "/r/x below /r": ("/r", "/x", "/r/x"),
    "/r below /r": ("/r", "", "/r"),
    "/caf%C3%A9/x below it": ("/caf\xc3\xa9", "/x", "/café/x"),
    "half a character": ("", "/\xc3", "/\ufffd"),
    "no path": ("", "", "/"),
    "dots": ("", "/a/../b/./c//", "/a/../b/./c//"),
    "not latin-1": ("", "/\u20ac", "/?"),
}


def facts(*, below_mount: bool = False, **environ: str) -> EnvironFacts:
    """Return what an environ says."""
    return (EnvironFactsBelowMount if below_mount else EnvironFacts)(environ)


@pytest.mark.parametrize("line", PATHS)
def test_the_path_of_every_server(line: str) -> None:
    """Whatever a server makes of a request line, the path is text with the mount point in it."""
    mount, info, expected = PATHS[line]
    assert facts(SCRIPT_NAME=mount, PATH_INFO=info).path == expected


@pytest.mark.parametrize(
    ("info", "expected"), [("/x", "/x"), ("", "/"), ("/caf\xc3\xa9", "/café"), ("//x", "//x")]
)
def test_the_path_below_the_mount_point(info: str, expected: str) -> None:
    """Below the mount point the path is what is left of it."""
    assert facts(SCRIPT_NAME="/r", PATH_INFO=info, below_mount=True).path == expected


def test_the_path_may_be_missing() -> None:
    """A server may leave out what is empty."""
    assert facts().path == facts(below_mount=True).path == "/"


def test_the_other_facts() -> None:
    """Method, host, scheme, query and headers are read from where PEP 3333 has them."""
    known = EnvironFacts(
        {
            "REQUEST_METHOD": "GET",
            "HTTP_HOST": "Shop.Example:8080",
            "SERVER_NAME": "internal",
            "wsgi.url_scheme": "https",
            "QUERY_STRING": "a=%20b",
            "HTTP_COOKIE": "bw=1",
            "HTTP_SEC_FETCH_SITE": "cross-site",
            "CONTENT_TYPE": "text/plain",
            "CONTENT_LENGTH": "5",
        }
    )
    assert (known.header("content-type"), known.header("content-length")) == ("text/plain", "5")
    assert (known.method, known.host, known.secure) == ("GET", "shop.example", True)
    assert (known.query, known.header("cookie")) == ("a=%20b", "bw=1")
    assert known.header("sec-fetch-site") == "cross-site"
    assert known.header("x-moz") == ""


def test_the_facts_of_a_bare_environ() -> None:
    """Without a Host header the server's name stands in; what is missing is empty."""
    known = facts(SERVER_NAME="Internal")
    assert (known.host, known.secure, known.query) == ("internal", False, "")
    assert facts().host == ""


def test_who_asks() -> None:
    """What tells who asks is read in one go."""
    known = EnvironFacts(
        {
            "HTTP_COOKIE": "bw=1",
            "HTTP_USER_AGENT": "Browser",
            "wsgi.url_scheme": "https",
            "QUERY_STRING": "a=1",
            "HTTP_PURPOSE": "prefetch",
        }
    )
    assert known.asking() == ("bw=1", "Browser", True, "a=1")
    assert known.purpose == "prefetch"
    assert facts().asking() == ("", "", False, "")
