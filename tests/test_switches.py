"""Switching everything off from outside of the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from banditware.switches import switched_off


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("1", "environment"),
        ("yes", "environment"),
        ("", ""),
        ("0", ""),
        (" False ", ""),
        ("no", ""),
        ("off", ""),
    ],
)
def test_the_environment(monkeypatch: pytest.MonkeyPatch, value: str, found: str) -> None:
    """Anything but a no switches off."""
    monkeypatch.setenv("BANDITWARE_KILL", value)
    assert switched_off(None) == found


def test_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there switches off, whatever it is; what is not, or cannot be looked at, does not."""
    monkeypatch.delenv("BANDITWARE_KILL", raising=False)
    assert switched_off(None) == ""
    assert switched_off(tmp_path / "off") == ""
    (tmp_path / "off").touch()
    assert switched_off(tmp_path / "off") == "file"
    assert switched_off(tmp_path) == "file"
    assert switched_off(tmp_path / "off" / "below") == ""
    monkeypatch.setenv("BANDITWARE_KILL", "1")
    assert switched_off(tmp_path / "off") == "environment"
