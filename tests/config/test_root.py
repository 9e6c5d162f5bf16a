from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banditware.config import Cookie, Settings
from banditware.model import DAY

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

NO_PORT = "has a host or port that is none; write special characters of a password as %XX"
NO_DATABASE = "has a database that is no number: write /0 after the host"
FORMS = (
    "memory://, sqlite:///PATH, redis://HOST, rediss://HOST, unix:///SOCKET, "
    "redis+cluster://HOST,HOST, rediss+cluster://HOST,HOST, "
    "redis+sentinel://HOST,HOST/MASTER or rediss+sentinel://HOST,HOST/MASTER"
)


def test_defaults(settle: Settle) -> None:
    """A configuration of keys and experiments has the defaults of the documentation."""
    settings = settle()
    assert settings.secret_keys == ("k",)
    assert settings.store == "sqlite:///banditware.db"
    assert settings.refresh == 1.0
    assert settings.cookie == Cookie()
    assert settings.routes == ()
    assert settings.count_bots is False
    assert settings.folder == Path.cwd()
    assert settings.source == "<mapping>"


def test_everything(settle: Settle) -> None:
    """Every key reaches the settings."""
    settings = settle(
        secret_keys=["old", "${KEY}"],
        store="memory://",
        refresh="500ms",
        cookie={
            "name": "shop",
            "max_age": "1d",
            "secure": True,
            "same_site": "strict",
            "path": "/shop",
            "domain": "example.com",
        },
        bots="count",
        experiments={"b": {"arms": ["x"]}, "a": {"arms": ["x"]}},
    )
    assert settings.secret_keys == ("old", "from the environment")
    assert settings.store == "memory://"
    assert settings.refresh == 0.5
    assert settings.cookie == Cookie("shop", DAY, True, "strict", "/shop", "example.com")
    assert settings.count_bots is True
    assert [each.name for each in settings.experiments] == ["b", "a"]


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///a.db",
        "sqlite:////var/a.db",
        "sqlite:///../a b.db",
        "memory://",
        "redis://u:p%40ss@[::1]:6380/2?prefix=shop&timeout=0.5",
        "rediss://h?ca=ca.pem&cert=me.pem",
        "redis+cluster://u:p@h,g:7?prefix=x",
        "rediss+sentinel://h:1,g/m/2?sentinel_password=p",
        "unix:///run/redis.sock?db=1",
    ],
)
def test_stores(settle: Settle, url: str) -> None:
    """An address of a known store is kept as it is."""
    assert settle(store=url).store == url


@pytest.mark.parametrize(
    ("written", "secure"), [("auto", None), (True, True), (False, False), ("true", True)]
)
def test_secure(settle: Settle, written: object, secure: bool | None) -> None:
    """`secure: auto` decides by the request."""
    assert settle(cookie={"secure": written}).cookie.secure is secure


def test_single_key(settle: Settle) -> None:
    """A single key need not be a list."""
    assert settle(secret_keys="${KEY}").secret_keys == ("from the environment",)


@pytest.mark.parametrize(
    ("parts", "mistakes"),
    [
        ({"secret_keys": []}, ["secret_keys: is empty: give at least one key"]),
        ({"secret_keys": None}, ["secret_keys: has no value: give it one, or remove the key"]),
        ({"secret_keys": ""}, ["secret_keys: is an empty key: '' holds nothing"]),
        (
            {"secret_keys": ["a", "${EMPTY}", 12345, "\udc80"]},
            [
                "secret_keys.1: is an empty key: '${EMPTY}' holds nothing",
                "secret_keys.2: must be text; quote it",
                "secret_keys.3: must be UTF-8",
            ],
        ),
        (
            {"secret_keys": ["${GONE}"]},
            ["secret_keys.0: the environment variable GONE is not set"],
        ),
        (
            {"secret_keys": list("abcdef")},
            ["secret_keys: has 6 keys, 5 at most are allowed: drop the oldest"],
        ),
        (
            {"store": "banditware.db"},
            [f"store: is no address of a store: write {FORMS}"],
        ),
        ({"store": "sqllite:///a"}, ["store: there is no store 'sqllite'; did you mean 'sqlite'?"]),
        (
            {"store": "postgres://u:hunter2@h"},
            [f"store: there is no store 'postgres': write {FORMS}"],
        ),
        ({"store": "memory://x"}, ["store: memory:// takes nothing after it"]),
        ({"store": "sqlite:///:memory:"}, ["store: write memory:// for counts that no file keeps"]),
        ({"store": "redis://u:hunter2@h/x"}, [f"store: {NO_DATABASE}"]),
        (
            {"store": "redis://:hunt/er2@h"},
            [f"store: {NO_PORT}"],
        ),
        ({"store": "redis://h?time=1"}, ["store: has an unknown option; did you mean 'timeout'?"]),
        ({"store": 5}, ["store: must be text, not 5; quote it"]),
        ({"refresh": "5ms"}, ["refresh: must be at least 10ms"]),
        ({"bots": "keep"}, ["bots: must be one of exclude, count, not 'keep'"]),
        (
            {"bots": "cuont"},
            ["bots: must be one of exclude, count, not 'cuont'; did you mean 'count'?"],
        ),
        ({"bots": True}, ["bots: must be one of exclude, count, not True"]),
        ({"bots": []}, ["bots: must be one of exclude, count, not a list"]),
        ({"cookie": "bw"}, ["cookie: must be a mapping, not 'bw'"]),
        (
            {"cookie": {"name": "a b", "path": "shop", "domain": "a/b", "same_site": "LAX"}},
            [
                "cookie.name: must be 1 to 64 letters, digits and the characters _ -, not 'a b'",
                "cookie.path: must be a path that starts with /, without spaces or ;, not 'shop'",
                "cookie.domain: must be the name of a host, not 'a/b'",
                "cookie.same_site: must be one of lax, strict, none, not 'LAX'",
            ],
        ),
        (
            {"cookie": {"name": "__Host-bw"}},
            ["cookie.name: must not start with __Host- or __Secure-: https adds it by itself"],
        ),
        (
            {"cookie": {"same_site": "none", "secure": False}},
            ["cookie.secure: browsers refuse a cookie with same_site: none and secure: false"],
        ),
        ({"experiments": {}}, ["experiments: is empty: declare at least one experiment"]),
        ({"experiments": {"e": ["x"]}}, ["experiments.e: must be a mapping, not a list"]),
        (
            {"experiments": {"a/b": {"arms": ["x"]}}},
            ["experiments.a/b: a name is made of 1 to 64 letters, digits and the characters _ . -"],
        ),
        ({"routes": {}}, ["routes: must be a list, not a mapping"]),
        ({"dashbord": {}}, ["dashbord: is not a known key; did you mean 'dashboard'?"]),
        ({"experiment": {}}, ["experiment: is not a known key; did you mean 'experiments'?"]),
    ],
)
def test_mistakes(complain: Complain, parts: dict[str, Any], mistakes: list[str]) -> None:
    """Every mistake is told at its path, with the mend."""
    assert complain(**parts) == mistakes


@pytest.mark.parametrize("url", ["sqlite://a.db", "sqlite:a.db", "sqlite:///", "sqlite:///folder/"])
def test_sqlite_needs_a_file(complain: Complain, url: str) -> None:
    """An address of SQLite without a file says how one is written."""
    (mistake,) = complain(store=url)
    assert "sqlite:///" in mistake
