"""Puts the charts of the dashboard into what is built: uPlot, from npm, by name, version and hash.

It is a dependency like any other, only that Python's installers do not know npm: nothing of it is
committed. Without npm, or without a network, the build succeeds with a warning, and the dashboard
shows its tables alone.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The version, and the hash of its package as npm has it.
PACKAGE, VERSION = "uplot", "1.6.32"
INTEGRITY = (
    "sha512-"
    "KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw=="
)

#: The files that are used, by where they are in the package.
FILES = {
    "package/dist/uPlot.iife.min.js": "uPlot.iife.min.js",
    "package/dist/uPlot.min.css": "uPlot.min.css",
    "package/LICENSE": "LICENSE",
}

#: Where they go.
PLACE = Path("banditware", "dashboard", "static", "uplot")

#: Seconds that npm may take.
PATIENCE = 90.0


class ChartsError(Exception):
    """The charts cannot be had."""


class ChartsHook(BuildHookInterface[Any]):
    """Runs before a wheel, an editable install or a source distribution is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatch calls it so
        """Fetch the files, unless they are there."""
        place = Path(self.root) / PLACE
        try:
            if fetch(place):
                self.app.display_info(f"{PACKAGE} {VERSION} is in {PLACE}")
        except ChartsError as error:
            self.app.display_warning(
                f"the dashboard will have no charts, only tables: {error}. With npm and a network, "
                "build again"
            )


def fetch(place: Path) -> bool:
    """Put the files in place; return False if they were there.

    Raises:
        ChartsError: they cannot be had.
    """
    mark = place / "VERSION"
    if mark.is_file() and mark.read_text() == VERSION:
        return False
    npm = shutil.which("npm")
    if npm is None:
        raise ChartsError("there is no npm on this machine")
    with tempfile.TemporaryDirectory() as folder:
        _unpack(_packed(npm, Path(folder)), place)
    mark.write_text(VERSION)
    return True


def _packed(npm: str, folder: Path) -> Path:
    """Return the package as npm has it."""
    command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--fetch-retries=1"]
    try:
        subprocess.run(  # noqa: S603  # of a name and a version that stand above
            command, cwd=folder, check=True, capture_output=True, timeout=PATIENCE
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ChartsError(f"npm could not fetch {PACKAGE}: {error}") from error
    found = list(folder.glob("*.tgz"))
    if len(found) != 1:
        raise ChartsError(f"npm fetched no package of {PACKAGE}")
    digest = base64.b64encode(hashlib.sha512(found[0].read_bytes()).digest()).decode()
    if f"sha512-{digest}" != INTEGRITY:
        raise ChartsError(
            f"what npm fetched is not {PACKAGE} {VERSION}: its hash is sha512-{digest}"
        )
    return found[0]


def _unpack(package: Path, place: Path) -> None:
    """Copy the files that are used."""
    place.mkdir(parents=True, exist_ok=True)
    with tarfile.open(package) as archive:
        for name, target in FILES.items():
            content = archive.extractfile(name) if name in archive.getnames() else None
            if content is None:
                raise ChartsError(f"{PACKAGE} {VERSION} has no {name}")
            (place / target).write_bytes(content.read())
