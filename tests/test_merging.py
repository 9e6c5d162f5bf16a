"""Merging that keeps faults from the app."""

from __future__ import annotations

import logging

import pytest

from banditware.http import ASGI_HEADERS, NO_EFFECTS, WSGI_HEADERS, Effects
from banditware.merging import Merging


def never(error: Exception) -> None:
    raise AssertionError from error


def test_nothing_to_merge_is_nothing_to_copy() -> None:
    """Without effects on the headers, the app's very list goes out."""
    headers = [("X-A", "1")]
    assert Merging(WSGI_HEADERS, never)(headers, NO_EFFECTS) is headers
    assert Merging(WSGI_HEADERS, never)(headers, Effects(records=(b"r",))) is headers


def test_headers_that_cannot_be_merged_stay() -> None:
    """Headers that are none go out as they are, and the fault is told."""
    told: list[Exception] = []
    headers = [("X-A", "1"), ("Vary", None)]
    merged = Merging(WSGI_HEADERS, told.append)(headers, Effects(varies=True))  # type: ignore[arg-type]  # the app's mistake
    assert merged is headers
    assert len(told) == 1


def test_one_warning_of_shared_pages(caplog: pytest.LogCaptureFixture) -> None:
    """Every app gets the warning once, for its first shared page."""
    with caplog.at_level(logging.WARNING, "banditware"):
        for merging in (Merging(ASGI_HEADERS, never), Merging(ASGI_HEADERS, never)):
            for value in (b"max-age=1", b"Public, max-age=1", b"s-maxage=1"):
                merging([(b"cache-control", value)], Effects(varies=True))
    assert len(caplog.records) == 2
