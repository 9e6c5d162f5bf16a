"""What is read of an ASGI scope."""

from __future__ import annotations

import pytest

from banditware.scope_facts import ScopeFacts, ScopeFactsBelowMount
from tests.wires.asgi import scope

#: What uvicorn makes of a request line: `path` and `root_path`.
PATHS = {
    "/caf%C3%A9": ("/café", ""),
    "/a%2Fb": ("/a/b", ""),
    "//x": ("//x", ""),
    "/%FF": ("/\ufffd", ""),
    "http://h/abs": ("http://h/abs", ""),
    "/x with --root-path /r": ("/r/x", "/r"),
    "dots": ("/a/../b/./c//", ""),
}


@pytest.mark.parametrize("line", PATHS)
def test_the_path_of_every_request_line(line: str) -> None:
    """The path is what the server says, mount point included, nothing collapsed."""
    path, mount = PATHS[line]
    assert ScopeFacts(scope(path=path, root_path=mount)).path == path


@pytest.mark.parametrize(
    ("path", "mount", "expected"),
    [
        ("/r/x", "/r", "/x"),
        ("/r", "/r", "/"),
        ("/r/", "/r", "/"),
        ("/r//x", "/r", "//x"),
        ("/r//x", "/r/", "/x"),
        ("/rest", "/r", "/rest"),
        ("/x", "/r", "/x"),
        ("/x", "", "/x"),
        ("", "", "/"),
    ],
)
def test_the_path_below_the_mount_point(path: str, mount: str, expected: str) -> None:
    """Below the mount point the path is what is left of it, if it lies below it at all."""
    assert ScopeFactsBelowMount(scope(path=path, root_path=mount)).path == expected


def test_a_mount_point_may_be_missing() -> None:
    """A server may leave `root_path` out, or empty."""
    bare = {"method": "GET", "path": "/x"}
    assert ScopeFactsBelowMount(bare).path == "/x"
    assert ScopeFactsBelowMount({**bare, "root_path": None}).path == "/x"


def test_the_other_facts() -> None:
    """Method, host, scheme, query and headers are read from where ASGI has them."""
    facts = ScopeFacts(
        scope(
            scheme="https",
            query_string=b"a=%20b",
            headers=[(b"host", b"Shop.Example:8080"), (b"X-A", b"\xe9"), (b"x-a", b"2")],
        )
    )
    assert (facts.method, facts.host, facts.secure) == ("GET", "shop.example", True)
    assert (facts.query, facts.header("x-a")) == ("a=%20b", "\xe9; 2")
    assert facts.header("cookie") == ""


@pytest.mark.parametrize(
    ("name", "conditional"),
    [(b"if-none-match", True), (b"If-Modified-Since", True), (b"if-match", False)],
)
def test_conditions_of_a_request(name: bytes, conditional: bool) -> None:
    """A request has conditions if it says so by one of two headers, whatever was asked before."""
    facts = ScopeFacts(scope(headers=[(b"host", b"shop"), (name, b"1")]))
    assert facts.conditional is conditional
    assert facts.header("host") == "shop"
    assert facts.conditional is conditional


def test_the_facts_of_a_bare_scope() -> None:
    """What is missing is empty, and the server's name stands in for the Host header."""
    facts = ScopeFacts({"headers": [], "server": ("Internal", 80)})
    assert (facts.host, facts.secure, facts.query) == ("internal", False, "")
    assert ScopeFacts({"headers": [], "server": None, "query_string": None}).host == ""
    assert ScopeFacts({"headers": [], "query_string": "a=1"}).query == "a=1"


@pytest.mark.parametrize("text", [False, True])
def test_who_asks(text: bool) -> None:  # a case
    """What tells who asks is read in one go, whether a server gives bytes or text."""
    pairs = [("cookie", "bw=\xe9"), ("user-agent", "Browser"), ("x-moz", "prefetch")]
    raw = [(key.encode(), value if text else value.encode("latin-1")) for key, value in pairs]
    facts = ScopeFacts(scope(scheme="https", query_string=b"a=1", headers=raw))
    assert facts.asking() == ("bw=\xe9", "Browser", True, "a=1")
    assert facts.purpose == "prefetch"
    assert ScopeFacts({"headers": []}).asking() == ("", "", False, "")


@pytest.mark.parametrize("name", [b"Cookie", b"COOKIE"])
def test_names_in_capitals(name: bytes) -> None:
    """A server that does not spell names as the specification has it is understood."""
    facts = ScopeFacts(
        scope(headers=[(b"Host", b"shop"), (name, b"bw=1"), (b"If-None-Match", b"1")])
    )
    assert (facts.asking()[0], facts.host, facts.conditional) == ("bw=1", "shop", True)


def test_a_cookie_in_parts() -> None:
    """HTTP/2 may split the header; its parts are joined again."""
    facts = ScopeFacts(scope(headers=[(b"cookie", b"a=1"), (b"cookie", b"bw=1")]))
    assert facts.asking()[0] == facts.header("cookie") == "a=1; bw=1"
