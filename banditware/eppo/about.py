"""Which software writes events."""

from __future__ import annotations

from importlib.metadata import version

_VERSION = version("banditware")

#: `metaData` of every event.
ABOUT = {"sdkName": "banditware", "sdkVersion": _VERSION, "coreVersion": _VERSION}
