from __future__ import annotations

import uuid
from contextlib import suppress
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banditware.attributes import LONGEST, LONGEST_LIST, Source, attributes_of
from banditware.routes import Match, Route
from tests.support import Asked

SOURCES = {
    "country": Source("header", "cf-ipcountry"),
    "plan": Source("cookie", "plan"),
    "source": Source("query", "utm_source"),
    "item": Source("path", "item"),
}


def matches(**values: Any) -> tuple[Match, ...]:
    """Return the match of a route with these variables."""
    return (Match(Route("/<any>"), values),)


def read(
    found: tuple[Match, ...] = (), *, query: str = "", path: str = "/", **headers: str
) -> dict[str, Any]:
    """Return the attributes of a request with these headers, with `_` for `-`."""
    sent = {name.replace("_", "-"): text for name, text in headers.items()}
    return dict(attributes_of(SOURCES, Asked(query=query, path=path, headers=sent), found))


def test_every_source() -> None:
    """Attributes come from headers, cookies, the query and the path."""
    found = read(
        matches(item=7),
        query="a=b&utm_source=news+letter%21&utm_source=other",
        cf_ipcountry="GB",
        cookie="bw=1!x; plan=pro; plan=old",
    )
    assert found == {"country": "GB", "plan": "pro", "source": "news letter!", "item": 7}


def test_what_is_missing_is_not_there() -> None:
    """What a request does not have, or has without a value, is not among its attributes."""
    assert read() == {}
    assert read(query="utm_source=&utm_source", cf_ipcountry="", cookie="plan=; planet=x") == {}
    assert read(matches(other=1)) == {}


def test_the_first_value_that_says_something() -> None:
    """Of several parameters of one name the first that is not empty counts."""
    assert read(query="utm_source=&utm_source=a&utm_source=b") == {"source": "a"}


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        (7, 7),
        (2.5, 2.5),
        ("shoe", "shoe"),
        (uuid.UUID(int=5), "00000000-0000-0000-0000-000000000005"),
    ],
)
def test_variables_of_a_path(value: object, attribute: object) -> None:
    """Numbers stay numbers, what is none is text."""
    assert read(matches(item=value)) == {"item": attribute}


def test_the_first_route_counts() -> None:
    """Of two matching routes with a variable of the same name, the first counts."""
    assert read((*matches(item="a"), *matches(item="b"))) == {"item": "a"}


@pytest.mark.parametrize(
    "cookie",
    [
        f"plan={'x' * 10_000}",
        f'plan="{"x" * 10_000}"',
        "; ;=;" + "\\" * 40_000,
        "plan" * 1_000,
        f"plan=pro; x={'y' * LONGEST_LIST}",
    ],
)
def test_long_and_broken_headers_are_missing(cookie: str) -> None:
    """What is longer than any attribute, or no cookie at all, is missing and not cut."""
    assert read(cookie=cookie, cf_ipcountry="x" * 10_000) == {}


@pytest.mark.parametrize(
    "query",
    [
        f"utm_source={'x' * (LONGEST + 1)}",
        f"utm_source=x&{'y' * LONGEST_LIST}",
        f"utm_source={'%20' * (LONGEST + 1)}",
        "&" * 100,
        "=x",
        "%75tm_sourc=x",
    ],
)
def test_long_and_broken_queries_are_missing(query: str) -> None:
    """What is longer than any attribute, or no query at all, is missing and not cut."""
    assert read(query=query) == {}


@pytest.mark.parametrize("value", [10**400, -(10**400), float("inf"), float("nan"), ""])
def test_numbers_without_sense_are_missing(value: object) -> None:
    """A path may hold more digits than any number has."""
    assert read(matches(item=value)) == {}


def test_the_longest_is_read() -> None:
    """A value of just the allowed length is an attribute."""
    assert read(cf_ipcountry="x" * LONGEST) == {"country": "x" * LONGEST}
    assert read(query=f"utm_source={'%20' * LONGEST}") == {"source": " " * LONGEST}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("São Paulo".encode().decode("latin-1"), "São Paulo"),
        ("S\xe3o Paulo", "S\xe3o Paulo"),
        ("\u0142", "\u0142"),
    ],
)
def test_text_is_utf8(sent: str, meant: str) -> None:
    """Bytes that are UTF-8 are read so, others as latin-1, in every place."""
    assert read(cf_ipcountry=sent, cookie=f"plan={sent}", query=f"utm_source={sent}") == {
        "country": meant,
        "plan": meant,
        "source": meant,
    }


def test_broken_percents() -> None:
    """A percent sign that stands for nothing stays, bytes that are no text are replaced."""
    assert read(query="utm_source=100%&x=%zz") == {"source": "100%"}
    assert read(query="utm_source=%ff%fe") == {"source": "\ufffd\ufffd"}
    assert read(query="utm%5Fsource=a") == {"source": "a"}
    assert read(query="utm_source=%C3%83%C2%A9") == {"source": "Ã©"}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (r'"a\054b \"c\" \\"', 'a,b "c" \\'),
        (r'"\303\245"', "å"),
        (r'"\777"', "777"),
        ('"', '"'),
        ('"a', '"a'),
        (r"a\054b", r"a\054b"),
    ],
)
def test_quoted_cookies(sent: str, meant: str) -> None:
    """What stands in quotes has escapes, what does not has none."""
    assert read(cookie=f"plan={sent}") == {"plan": meant}


#: What every Python writes into a cookie; newer ones refuse control characters.
PRINTABLE = st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f")


@given(st.text(PRINTABLE, max_size=60))
@settings(max_examples=100)
def test_cookies_are_what_the_app_wrote(value: str) -> None:
    """What Python's own cookies write is what is read, if it is no longer than it may be."""
    jar: SimpleCookie = SimpleCookie()
    jar["plan"] = value
    sent = jar["plan"].OutputString().partition("=")[2]
    meant = value
    with suppress(UnicodeDecodeError):  # text whose bytes happen to be UTF-8 is taken for that
        meant = value.encode("latin-1").decode()
    assert read(cookie=f"plan={sent}") == ({"plan": meant} if meant else {})


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=6))
@settings(max_examples=100)
def test_queries_are_what_was_written(parameters: dict[str, str]) -> None:
    """Whatever the standard library writes as a query is read back."""
    sources = {name: Source("query", name) for name in parameters}
    found = attributes_of(sources, Asked(query=urlencode(parameters)), ())
    assert dict(found) == {name: text for name, text in parameters.items() if text}


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
@settings(max_examples=200)
def test_anything_can_be_sent(header: str, cookie: str, query: str) -> None:
    """No request raises, whatever it holds."""
    for value in read(query=query, cf_ipcountry=header, cookie=cookie).values():
        assert 0 < len(value) <= LONGEST


class Counting(Asked):
    """A request that knows what was asked of it."""

    asked: list[str]

    def header(self, name: str) -> str:
        """Note the name."""
        self.__dict__.setdefault("asked", []).append(name)
        return super().header(name)


def test_attributes_are_read_when_they_are_asked_for() -> None:
    """Nothing is read beforehand, and everything once."""
    request = Counting(headers={"cf-ipcountry": "GB", "cookie": "plan=pro"})
    found = attributes_of(SOURCES, request, ())
    assert "asked" not in request.__dict__
    assert (found["country"], found.get("country"), found.get("source")) == ("GB", "GB", None)
    assert request.asked == ["cf-ipcountry"]
    assert (found["plan"], found["plan"]) == ("pro", "pro")
    assert request.asked == ["cf-ipcountry", "cookie"]


def test_a_mapping_like_others() -> None:
    """Attributes are a mapping: of a length, with an order, and an error for what is missing."""
    request = Asked(headers={"cf-ipcountry": "GB"})
    found = attributes_of(SOURCES, request, (), {"id": "s1", "country": "unknown"})
    assert (len(found), list(found), dict(found)) == (
        2,
        ["country", "id"],
        {"country": "GB", "id": "s1"},
    )
    assert repr(found) == "{'country': 'GB', 'id': 's1'}"
    assert found.get("plan", "none") == "none"
    assert "plan" not in found
    with pytest.raises(KeyError):
        found["plan"]


def test_what_holds_otherwise() -> None:
    """What the request does not say, or says without sense, is what holds otherwise."""
    request = Asked(headers={"cf-ipcountry": "x" * 5_000})
    assert attributes_of(SOURCES, request, (), {"country": "unknown"})["country"] == "unknown"
