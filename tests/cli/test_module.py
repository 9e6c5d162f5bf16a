"""`python -m banditware` is the command `banditware`."""

from __future__ import annotations

import runpy
import sys
from importlib.metadata import version

import pytest


def test_the_package_runs_as_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m banditware --version` prints the version and ends well."""
    monkeypatch.setattr(sys, "argv", ["banditware", "--version"])

    with pytest.raises(SystemExit) as end:
        runpy.run_module("banditware", run_name="__main__")

    assert end.value.code == 0
    assert version("banditware") in capsys.readouterr().out


def test_importing_the_module_runs_nothing() -> None:
    """A tool that imports every module of the package starts no command."""
    assert "main" in runpy.run_module("banditware.__main__", run_name="elsewhere")
