from __future__ import annotations

import itertools

import pytest

from banditware.versions import version_order

#: In their order: pre-releases first, then the release, then its builds.
RISING = [
    "0.0.0",
    "0.0.9",
    "0.0.10",
    "0.10.0",
    "1.0.0-0.1",
    "1.0.0--",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "1.0.0+0",
    "1.0.0+00",
    "1.0.0+1",
    "1.0.0+01",
    "1.0.0+2",
    "1.0.0+10",
    "1.0.0+10.1",
    "1.0.0+build",
    "1.0.1",
    "18446744073709551615.0.0",
]

NO_VERSIONS = [
    "",
    "1",
    "1.2",
    "1.2.3.4",
    "01.2.3",
    "1.2.03",
    "v1.2.3",
    " 1.2.3",
    "1.2.3\n",
    "1.2.3-",
    "1.2.3-01",
    "1.2.3-a..b",
    "1.2.3+",
    "1.2.3+ü",
    "1.2.3-a_b",
    "18446744073709551616.0.0",
    "1.2.٣",
]


def test_versions_have_an_order() -> None:
    """Versions order as Semantic Versioning says, and builds behind their release."""
    for low, high in itertools.combinations(RISING, 2):
        assert version_order(low) < version_order(high), (low, high)  # type: ignore[operator]  # none is None


@pytest.mark.parametrize("text", NO_VERSIONS)
def test_what_is_no_version(text: str) -> None:
    """Missing parts, leading zeros, spaces and too large numbers make no version."""
    assert version_order(text) is None
