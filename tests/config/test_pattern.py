from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.config.pattern import Pattern, check_host, read_pattern


@pytest.mark.parametrize(
    ("text", "methods", "path", "variables"),
    [
        ("/", set(), "/", set()),
        ("GET /", {"GET"}, "/", set()),
        ("  GET|POST   /a/<b> ", {"GET", "POST"}, "/a/<b>", {"b"}),
        ("PROPFIND /<path:p>", {"PROPFIND"}, "/<path:p>", {"p"}),
        ("/<int(min=1, max=5):x>", set(), "/<int(min=1, max=5):x>", {"x"}),
        ("GET /<any(a, b):x>/<uuid:y>", {"GET"}, "/<any(a, b):x>/<uuid:y>", {"x", "y"}),
        ("GET /café//..", {"GET"}, "/café//..", set()),
    ],
)
def test_pattern(text: str, methods: set[str], path: str, variables: set[str]) -> None:
    """Methods come first and may be left out; the path is werkzeug's."""
    assert read_pattern(text) == Pattern(path, frozenset(methods), frozenset(variables))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "needs a path"),
        ("GET", "needs a path"),
        ("GET shop", "needs a path"),
        ("shop", "in capitals"),
        ("get /", "in capitals; did you mean 'GET'"),
        ("GET|PSOT /", "did you mean 'POST'"),
        ("GET,POST /", "in capitals"),
        ("GET / HTTP", "without spaces"),
        ("GET /a?b=1", "without spaces"),
        ("/a#b", "without spaces"),
        ("/<int:x", "without its partner"),
        ("/x>", "without its partner"),
        ("/<<x>>", "without its partner"),
        ("/<>", "cannot read"),
        ("/<a b>", "cannot read"),
        ("/<1x>", "cannot read"),
        ("/<int(z=1):x>", "cannot read"),
        ("/<string(length=-1):x>", "cannot read"),
        ("/<integer:x>", "converter that does not exist; did you mean 'int'"),
        ("/<zzz(1):x>", "converter that does not exist$"),
        ("/<int:x>/<x>", "same variable twice"),
    ],
)
def test_no_pattern(text: str, message: str) -> None:
    """What werkzeug or HTTP would not understand is refused."""
    with pytest.raises(ValueError, match=message):
        read_pattern(text)


@pytest.mark.parametrize("host", ["example.com", "<lang>.example.com", "localhost", "10.0.0.1"])
def test_host(host: str) -> None:
    """A host may have variables."""
    assert check_host(host) == host


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("", "host name"),
        ("Example.com", "lower case"),
        ("http://example.com", "no scheme"),
        ("example.com:80", "no scheme, port"),
        ("<a>.<a>", "twice"),
        ("<foo:a>.com", "converter"),
        ("<>", "cannot read"),
    ],
)
def test_no_host(host: str, message: str) -> None:
    """What no `Host` header without its port could match is refused."""
    with pytest.raises(ValueError, match=message):
        check_host(host)


@given(
    st.lists(
        st.sampled_from(
            [
                "/",
                "<",
                ">",
                "int",
                ":",
                "x",
                "(",
                ")",
                "=",
                ",",
                "'",
                "1",
                "GET ",
                "|",
                "?",
                "\\",
                " ",
                "é",
            ]
        )
    ).map("".join)
    | st.text(max_size=30)
)
def test_any_text(text: str) -> None:
    """Text is a pattern or refused with a ValueError, and nothing else."""
    for read in (read_pattern, check_host):
        with suppress(ValueError):
            read(text)
