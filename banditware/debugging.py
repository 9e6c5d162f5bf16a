"""What an app shows of its decisions while it is made, and never in production by itself."""

from __future__ import annotations

from typing import NamedTuple


class Debug(NamedTuple):
    """What the configuration's `debug` allows.

    Attributes:
        header: the response header `X-Banditware` names the arms of a response.
        server_timing: `Server-Timing` says what they took.
        force: anybody may force an arm by a parameter of the query.
    """

    header: bool = False
    server_timing: bool = False
    force: bool = False


#: The default: nothing is shown to anybody.
NO_DEBUG = Debug()

#: What `debug: true` stands for.
ALL = Debug(header=True, server_timing=True, force=True)
