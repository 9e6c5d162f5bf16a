from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from banditware.config import Settings, load, schema
from banditware.log.settings import LogSettings, ToFile, ToFunction, ToLogger, ToStream

Settle = Callable[..., Settings]
Complain = Callable[..., list[str]]

HERE = Path.cwd()

RIGHT: list[tuple[Any, LogSettings]] = [
    ({"file": "d.jsonl"}, LogSettings(ToFile(HERE / "d.jsonl"))),
    (
        {"file": "/var/d.jsonl", "rotate": "1.5MB", "keep": 3, "compress": True},
        LogSettings(ToFile(Path("/var/d.jsonl"), 1_500_000, 3, True)),
    ),
    ({"logging": "shop.log"}, LogSettings(ToLogger("shop.log"))),
    ({"call": "shop.analytics:seen"}, LogSettings(ToFunction("shop.analytics:seen"))),
    (
        {"stream": "redis://h", "name": "x", "maxlen": 5},
        LogSettings(ToStream("redis://h", HERE, "x", 5)),
    ),
    (
        {
            "logging": "l",
            "subject": "plain",
            "attributes": "all",
            "sticky": True,
            "queue": 7,
        },
        LogSettings(ToLogger("l"), "plain", "all", True, 7),
    ),
    (
        {"logging": "l", "subject": "none", "attributes": False},
        LogSettings(ToLogger("l"), "none", "none"),
    ),
    ({"logging": "l", "attributes": True}, LogSettings(ToLogger("l"))),
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """Return a validator of the schema of configurations."""
    return Draft202012Validator(schema())


@pytest.mark.parametrize(("keys", "place"), RIGHT)
def test_places(
    settle: Settle, validator: Draft202012Validator, keys: Any, place: LogSettings
) -> None:
    """Every key reaches the settings, one place as well as a list, and the schema takes it."""
    assert settle(log=keys).log == (place,)
    assert settle(log=[keys, keys]).log == (place, place)
    whole = {"secret_keys": "k", "experiments": {"e": {"arms": ["a"]}}}
    validator.validate({**whole, "log": keys})
    validator.validate({**whole, "log": [keys]})


def test_none(settle: Settle) -> None:
    """Without `log` there is none."""
    assert settle().log == settle(log=[]).log == ()


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"subject": "plain"}, "log: goes nowhere: add one of file, stream, logging, call"),
        ({"fiel": "x"}, "log.fiel: is not a known key; did you mean 'file'?"),
        (
            {"file": "x", "logging": "y"},
            "log.logging: is another place than file: make log a list of both",
        ),
        ({"logging": "x", "rotate": "1MB"}, "log.rotate: belongs to file, not to logging"),
        ({"file": "x", "maxlen": 5}, "log.maxlen: belongs to stream, not to file"),
        (
            {"file": "x", "rotate": "100"},
            "log.rotate: a size is a number with KB, MB or GB, as in 100MB",
        ),
        ({"file": "x", "rotate": "0.5KB"}, "log.rotate: must be at least 1KB"),
        ({"file": "x", "rotate": "9999999GB"}, "log.rotate: must be at most 1000000GB"),
        ({"file": "x/"}, "log.file: must be the path of a file, not 'x/'"),
        ({"file": "x", "keep": 0}, "log.keep: must be from 1 to 100000"),
        ({"file": "x", "keep": True}, "log.keep: must be a whole number, not True"),
        ({"logging": " "}, "log.logging: must be the name of a logger, as in banditware.decisions"),
        (
            {"call": "shop.seen"},
            "log.call: must be MODULE:FUNCTION, as in shop.analytics:seen, not 'shop.seen'",
        ),
        ({"stream": "redis://h", "name": ""}, "log.name: must be the key of a stream"),
        ({"stream": "redis://h/x"}, "log.stream: has a database that is no number: write /0"),
        (
            {"stream": "rediss+clustr://h"},
            "log.stream: is no address of a Redis or Valkey server; did you mean 'rediss+cluster'?",
        ),
        (
            {"stream": "secret"},
            "log.stream: is no address of a Redis or Valkey server: write redis://HOST, ",
        ),
        (
            {"file": "x", "subject": "hash"},
            "log.subject: must be one of hashed, plain, none, not 'hash'; did you mean 'hashed'?",
        ),
        (
            {"file": "x", "attributes": "some"},
            "log.attributes: must be one of true, false, all, not 'some'",
        ),
        ({"file": "x", "queue": -1}, "log.queue: must be from 1 to 10000000"),
        ("x.jsonl", "log: must be a mapping, not 'x.jsonl'"),
    ],
)
def test_mistakes(complain: Complain, keys: Any, complaint: str) -> None:
    """A mistake is told with its place and its mend, alone."""
    (found,) = complain(log=keys)
    assert found.startswith(complaint)


def test_positions(complain: Complain) -> None:
    """Mistakes of several places are told together, each with its number."""
    found = complain(log=[{"file": "x", "keep": 0}, {"call": "x"}])
    assert [each.partition(":")[0] for each in found] == ["log.0.keep", "log.1.call"]


def test_no_password_is_shown(complain: Complain) -> None:
    """A mistaken address of a stream never shows."""
    assert "hidden" not in " ".join(complain(log={"stream": "redis://:hidden@h:x"}))


def test_beside_the_file(tmp_path: Path) -> None:
    """A relative path starts at the folder of the configuration."""
    file = tmp_path / "banditware.yaml"
    file.write_text("secret_keys: k\nexperiments: {e: {arms: [a]}}\nlog: {file: log/d.jsonl}\n")
    assert load(file).log[0].to == ToFile(tmp_path / "log" / "d.jsonl")
