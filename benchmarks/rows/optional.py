"""Peers that may be missing: the row of one that cannot be had says so."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def made(makers: Mapping[str, Callable[[], T]]) -> tuple[dict[str, T], dict[str, str]]:
    """Return what could be made of peers, and for the others why they could not."""
    there: dict[str, T] = {}
    missing: dict[str, str] = {}
    for name, make in makers.items():
        try:
            there[name] = make()
        except ImportError as error:  # noqa: PERF203  # each peer may be missing by itself
            missing[name] = f"not installed on CPython {platform.python_version()} ({error.name})"
    return there, missing
