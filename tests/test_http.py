"""Reading, writing and merging of headers and cookies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banditware.http import (
    ASGI_HEADERS,
    MOST_CANDIDATES,
    WSGI_HEADERS,
    Cookie,
    Effects,
    cookie_values,
    header_value,
    without_port,
)

Pairs = list[tuple[str, str]]

# -- merging

#: What stands in lists of tokens, with what means something to us among it.
WORDS = "cookie Cookie * Accept private Private no-store no-cache max-age=60 public s-maxage=1"
TOKENS = st.sampled_from([*WORDS.split(), "x-cookie", "", " ", 'private="set-cookie"', "\xe9"])
LISTS = st.lists(TOKENS, max_size=4).map(", ".join)
LATIN = st.text(st.characters(codec="latin-1"), max_size=12)
NAMES = st.sampled_from(
    ["Vary", "vary", "VARY", "Cache-Control", "cache-control", "Set-Cookie", "X-A", "Date"]
)
HEADERS = st.lists(st.tuples(NAMES | LATIN, LISTS | LATIN), max_size=8)
EFFECTS = st.builds(Effects, st.booleans(), st.sampled_from(["", "bw=1; Path=/"]))


def encoded(headers: Pairs) -> list[tuple[bytes, bytes]]:
    return [(key.encode("latin-1"), value.encode("latin-1")) for key, value in headers]


def tokens(headers: Pairs, name: str) -> list[str]:
    values = (value for key, value in headers if key.lower() == name)
    return [each.strip().lower() for value in values for each in value.split(",") if each.strip()]


@given(HEADERS, EFFECTS)
def test_the_headers_of_the_app_are_all_there_in_order(headers: Pairs, effects: Effects) -> None:
    """Every header of the app is there, in its place, its value kept or only added to."""
    merged = WSGI_HEADERS.apply(headers, effects)
    for (key, value), (merged_key, merged_value) in zip(headers, merged, strict=False):
        assert merged_key == key
        assert merged_value == value or merged_value.startswith(value.strip() and value)
        if key.lower() not in {"vary", "cache-control"}:
            assert merged_value == value
    added = [key for key, _ in merged[len(headers) :]]
    order = ["Vary", "Cache-Control", "Set-Cookie"]
    assert added == [each for each in order if each in added]


@given(HEADERS, EFFECTS)
def test_what_has_to_be_there_is_there(headers: Pairs, effects: Effects) -> None:
    """A response that varies says so to every cache, and our cookie comes last."""
    merged = WSGI_HEADERS.apply(headers, effects)
    if effects.varies:
        assert {"cookie", "*"} & set(tokens(merged, "vary"))
        assert {"private", "no-store"} & set(tokens(merged, "cache-control"))
    if effects.set_cookie:
        assert merged[-1] == ("Set-Cookie", effects.set_cookie)
    else:
        assert len(merged) - len(headers) <= 2


@given(HEADERS)
def test_tokens_are_only_added(headers: Pairs) -> None:
    """No token is lost from Vary or Cache-Control, and at most one is added to each."""
    merged = WSGI_HEADERS.apply(headers, Effects(varies=True))
    for name, token in (("vary", "cookie"), ("cache-control", "private")):
        before, after = tokens(headers, name), tokens(merged, name)
        assert sorted(after) in (sorted(before), sorted([*before, token]))


@given(HEADERS)
def test_merging_twice_changes_nothing_more(headers: Pairs) -> None:
    """What varies already is left as it is."""
    once = WSGI_HEADERS.apply(headers, Effects(varies=True))
    assert WSGI_HEADERS.apply(once, Effects(varies=True)) == once


@given(HEADERS, EFFECTS)
def test_bytes_and_text_are_merged_alike(headers: Pairs, effects: Effects) -> None:
    """ASGI gets what WSGI gets, as bytes, with names of ours in lower case."""
    merged = WSGI_HEADERS.apply(headers, effects)
    ours = [(key.lower(), value) for key, value in merged[len(headers) :]]
    expected = encoded([*merged[: len(headers)], *ours])
    assert ASGI_HEADERS.apply(encoded(headers), effects) == expected


@given(HEADERS, EFFECTS)
def test_text_among_bytes_is_merged_like_bytes(headers: Pairs, effects: Effects) -> None:
    """Headers as text, where bytes are due, get the same tokens and no second line."""
    mistaken: Any = headers
    merged: list[Any] = [*ASGI_HEADERS.apply(mistaken, effects)]
    expected = WSGI_HEADERS.apply(headers, effects)
    assert merged[: len(headers)] == expected[: len(headers)]
    assert len(merged) == len(expected)


@given(HEADERS, EFFECTS)
def test_the_list_of_the_app_is_never_changed(headers: Pairs, effects: Effects) -> None:
    """Merging returns a new list; the app's, and any other iterable, serve as well."""
    before = list(headers)
    merged = WSGI_HEADERS.apply(headers, effects)
    assert merged is not headers
    assert headers == before
    assert WSGI_HEADERS.apply(iter(headers), effects) == merged
    assert WSGI_HEADERS.apply(tuple(headers), effects) == merged


@given(HEADERS)
def test_shared_pages_are_told_of_when_they_are_made_private(headers: Pairs) -> None:
    """Who asks is told of a shared page exactly if `private` was added to its header."""
    told: list[bool] = []
    merged = WSGI_HEADERS.apply(headers, Effects(varies=True), lambda: told.append(True))
    found = tokens(headers, "cache-control")
    shared = any(token.split("=")[0] in {"public", "s-maxage"} for token in found)
    changed = tokens(merged, "cache-control") != found
    assert told == [True] * (shared and changed)
    assert WSGI_HEADERS.is_shared(headers) == shared


# -- headers of the app that are read


@given(HEADERS, NAMES)
def test_a_header_is_found_in_any_spelling(headers: Pairs, name: str) -> None:
    """The first header of that name is found, as text or as bytes; none is an empty string."""
    expected = next((value for key, value in headers if key.lower() == name.lower()), "")
    assert header_value(headers, name.upper()) == expected
    assert header_value(encoded(headers), name) == expected


# -- cookies

NOT_OURS = st.text(st.characters(codec="latin-1", exclude_characters=";"), max_size=20).filter(
    lambda part: part.partition("=")[0].strip() != "bw"
)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters=";"), max_size=20).map(str.strip)
BLANKS = st.text(st.sampled_from(" \t"), max_size=2)
OURS = st.tuples(BLANKS, BLANKS, BLANKS, VALUES)


@given(st.text())
def test_no_header_raises(header: str) -> None:
    """Whatever stands in a Cookie header, the values are parts of it, without blanks around."""
    for value in cookie_values(header, "bw"):
        assert value in header
        assert ";" not in value
        assert value == value.strip()


@given(st.lists(NOT_OURS | OURS, max_size=8))
def test_exactly_our_cookies_are_found(parts: list[str | tuple[str, str, str, str]]) -> None:
    """The values that were put in come out, in order, whatever stands between them."""
    written = [
        part if isinstance(part, str) else f"{part[0]}bw{part[1]}={part[2]}{part[3]}"
        for part in parts
    ]
    expected = [part[3] for part in parts if not isinstance(part, str)]
    assert cookie_values(";".join(written), "bw") == expected


def test_few_of_many_cookies_are_looked_at() -> None:
    """Every candidate costs a signature: of thousands of our name the first ones are taken."""
    values = cookie_values(";".join(f"bw={number}" for number in range(5_000)), "bw")
    assert values == [str(number) for number in range(MOST_CANDIDATES)]


COOKIES = {
    "plain": (Cookie(), False, "bw", "Path=/; HttpOnly; SameSite=Lax"),
    "https": (Cookie(), True, "__Host-bw", "Path=/; HttpOnly; SameSite=Lax; Secure"),
    "never secure": (Cookie(secure=False), True, "bw", "Path=/; HttpOnly; SameSite=Lax"),
    "always secure": (
        Cookie(secure=True),
        False,
        "__Host-bw",
        "Path=/; HttpOnly; SameSite=Lax; Secure",
    ),
    "below a path": (
        Cookie("ab", path="/shop", same_site="strict"),
        True,
        "__Secure-ab",
        "Path=/shop; HttpOnly; SameSite=Strict; Secure",
    ),
    "for a domain": (
        Cookie(domain="shop.example", same_site="none"),
        True,
        "__Secure-bw",
        "Path=/; Domain=shop.example; HttpOnly; SameSite=None; Secure",
    ),
}


@pytest.mark.parametrize("case", COOKIES)
def test_how_the_cookie_is_written(case: str) -> None:
    """The name has the prefix that path, domain and scheme allow, the attributes follow."""
    cookie, https, name, attributes = COOKIES[case]
    assert cookie.names[https] == name
    expected = f"{name}=value; Max-Age=59; {attributes}"
    assert cookie.header("value", https=https, max_age=59.9) == expected


# -- hosts and purposes


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("Shop.Example", "shop.example"),
        ("shop.example:8080", "shop.example"),
        ("shop.example:", "shop.example"),
        ("[::1]:80", "[::1]"),
        ("[::1]", "[::1]"),
        ("::1", "::1"),
        ("", ""),
        ("a:b", "a:b"),
    ],
)
def test_a_host_without_its_port(host: str, expected: str) -> None:
    """The port goes, an IPv6 address and whatever is no port stay."""
    assert without_port(host) == expected


@given(st.text())
def test_no_host_raises(host: str) -> None:
    """Whatever stands in a Host header, what is left is a beginning of it in lower case."""
    assert host.lower().startswith(without_port(host))
