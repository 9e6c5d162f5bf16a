"""The hook of the build that fetches the charts; npm is one of the tests' own."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import hatch_build
from hatch_build import FILES, VERSION, ChartsError, ChartsHook, fetch

SOURCE = Path(hatch_build.__file__)

Npm = Callable[[Mapping[str, bytes]], None]

CONTENT = {name: name.encode() for name in FILES}


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return a package of npm with these files."""
    found = io.BytesIO()
    with tarfile.open(fileobj=found, mode="w:gz") as archive:
        for name, content in files.items():
            about = tarfile.TarInfo(name)
            about.size = len(content)
            archive.addfile(about, io.BytesIO(content))
    return found.getvalue()


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    """Put an npm on the path that gives a package, whose hash is the expected one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def install(files: Mapping[str, bytes]) -> None:
        content = packed(files)
        (tmp_path / "package").write_bytes(content)
        script = folder / "npm"
        script.write_text(
            f'#!/bin/sh\necho "$@" > {tmp_path}/asked\ncp {tmp_path}/package uplot.tgz\n'
        )
        script.chmod(0o755)
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        monkeypatch.setattr(hatch_build, "INTEGRITY", f"sha512-{digest}")

    return install


class App:
    """What hatch tells people."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def display_info(self, message: str) -> None:
        """Note what is told."""
        self.told.append(message)

    display_warning = display_info


def hook(root: Path) -> tuple[ChartsHook, App]:
    """Return the hook as hatch makes it."""
    app: Any = App()
    metadata: Any = None
    made = ChartsHook(str(root), {}, metadata, metadata, str(root), "wheel", app)
    return made, app


def test_the_files_are_fetched(npm: Npm, tmp_path: Path) -> None:
    """They are asked for by name and version, checked, put in place, and not fetched again."""
    npm(CONTENT)
    made, app = hook(tmp_path)
    made.initialize("standard", {})
    place = tmp_path / hatch_build.PLACE
    assert {each.name for each in place.iterdir()} == {*FILES.values(), "VERSION"}
    assert (place / "LICENSE").read_bytes() == b"package/LICENSE"
    assert (tmp_path / "asked").read_text().startswith(f"pack uplot@{VERSION} ")
    made.initialize("standard", {})
    assert len(app.told) == 1
    (place / "VERSION").write_text("0.1")
    assert fetch(place)


def test_another_package_is_refused(
    npm: Npm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has another hash is not put in place: the build goes on without charts, and says so."""
    npm(CONTENT)
    monkeypatch.setattr(hatch_build, "INTEGRITY", "sha512-other")
    made, app = hook(tmp_path)
    made.initialize("standard", {})
    assert not (tmp_path / hatch_build.PLACE).exists()
    assert "will have no charts, only tables: what npm fetched is not uplot" in app.told[0]


def test_a_package_without_the_files(npm: Npm, tmp_path: Path) -> None:
    """A package that lacks a file is refused."""
    npm(dict.fromkeys(list(CONTENT)[:-1], b""))
    with pytest.raises(ChartsError):
        fetch(tmp_path / "place")


def test_without_npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without npm builds as well, with a warning."""
    monkeypatch.setenv("PATH", str(tmp_path))
    made, app = hook(tmp_path)
    made.initialize("editable", {})
    assert "there is no npm on this machine" in app.told[0]


@pytest.mark.parametrize("script", ["exit 1", "true"])
def test_without_a_network(npm: Npm, tmp_path: Path, script: str) -> None:
    """So does one whose npm fetches nothing."""
    npm(CONTENT)
    (tmp_path / "bin" / "npm").write_text(f"#!/bin/sh\n{script}\n")
    made, app = hook(tmp_path)
    made.initialize("standard", {})
    assert "no charts" in app.told[0]


def test_what_is_there_is_what_is_pinned() -> None:
    """The version stands in one place, with a hash of npm's kind."""
    assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", hatch_build.INTEGRITY)
    assert re.fullmatch(r"1\.6\.\d+", VERSION)
    assert "://" not in SOURCE.read_text(encoding="utf-8")
