"""One place of the `log` section as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import AT_KEY, Faults, RefusedError
from banditware.config.fields import VARIABLE, one_of
from banditware.config.units import SIZE, size
from banditware.errors import suggestion
from banditware.stores import address

#: The keys that name a place, and which others belong to each.
PLACES = {
    "file": ("rotate", "keep", "compress"),
    "stream": ("name", "maxlen"),
    "logging": (),
    "call": (),
}

_SUBJECT = {word: word for word in ("hashed", "plain", "none")}
_ATTRIBUTES = {"true": "chosen", "false": "none", "all": "all"}

#: A file smaller than this would be rotated with nearly every event.
_SMALLEST = 1_000


def _file(path: str) -> str:
    if not path or path.endswith("/") or "\0" in path:
        raise RefusedError(f"must be the path of a file, not {WRITTEN}")
    return path


def _rotate(written: object) -> int:
    found = size(written)
    if found < _SMALLEST:
        raise RefusedError("must be at least 1KB")
    return found


def _stream(url: str) -> str:
    """Check the address of a server; no message may show its password."""
    kind, separator, _ = url.partition("://")
    if not separator or kind not in address.FORMS:
        near = suggestion(kind, address.FORMS) if separator else ""
        forms = ", ".join(address.FORMS.values())
        raise RefusedError(f"is no address of a Redis or Valkey server{near or f': write {forms}'}")
    try:
        address.parse(url)
    except ValueError as error:
        raise RefusedError(str(error)) from None
    return url


def _logger(name: str) -> str:
    if not name.strip():
        raise RefusedError("must be the name of a logger, as in banditware.decisions")
    return name


def function_name(named: str) -> str:
    """Return the name of a function of the app's.

    Raises:
        RefusedError: it is none.
    """
    if not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*", named):
        raise RefusedError(f"must be MODULE:FUNCTION, as in shop.analytics:seen, not {WRITTEN}")
    return named


def _key(name: str) -> str:
    if not name:
        raise RefusedError("must be the key of a stream")
    return name


def _from_one(most: int) -> Callable[[int], int]:
    def check(number: int) -> int:
        if not 1 <= number <= most:
            raise RefusedError(f"must be from 1 to {most}")
        return number

    return check


_Size = Annotated[
    int,
    BeforeValidator(_rotate),
    WithJsonSchema({"type": "string", "pattern": f"{SIZE}|{VARIABLE}"}),
]
_Subject = Annotated[
    Any, BeforeValidator(one_of(_SUBJECT)), WithJsonSchema({"enum": list(_SUBJECT)})
]
_Attributes = Annotated[
    Any, BeforeValidator(one_of(_ATTRIBUTES)), WithJsonSchema({"enum": [True, False, "all"]})
]


class LogSection(Section):
    """Where the decision log goes, and how much it tells."""

    file: Annotated[str, AfterValidator(_file)] | None = optional(
        None, "A file of JSON Lines, which all processes of a machine share."
    )
    rotate: _Size = optional("100MB", "Size at which a new file is begun.")
    keep: Annotated[int, AfterValidator(_from_one(100_000))] = optional(
        10, "How many of the files before are kept."
    )
    compress: bool = optional(False, "Whether the files before are compressed.")
    stream: Annotated[str, AfterValidator(_stream)] | None = optional(
        None, "Address of a Redis or Valkey server with a stream."
    )
    name: Annotated[str, AfterValidator(_key)] = optional("banditware", "Key of the stream.")
    maxlen: Annotated[int, AfterValidator(_from_one(10**12))] = optional(
        1_000_000, "About how many events the stream keeps."
    )
    logging: Annotated[str, AfterValidator(_logger)] | None = optional(
        None, "Name of a logger of Python's; level INFO."
    )
    call: Annotated[str, AfterValidator(function_name)] | None = optional(
        None, "MODULE:FUNCTION that is called with each event."
    )
    subject: _Subject = optional("hashed", "How subjects are shown.")
    attributes: _Attributes = optional(
        True, "Whether attributes are shown; all: those of every action."
    )
    sticky: bool = optional(False, "Tell also of decisions that are served again.")
    queue: Annotated[int, AfterValidator(_from_one(10**7))] = optional(
        10_000, "How many events may wait in memory."
    )

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Want exactly one place, and only what belongs to it."""
        places = [key for key in PLACES if key in data]
        if not any(suggestion(key, PLACES) for key in data):
            faults.add((), f"goes nowhere: add one of {', '.join(PLACES)}")
        for second in places[1:]:
            message = f"is another place than {places[0]}: make log a list of both"
            faults.add((second,), message, AT_KEY)
        for place, options in PLACES.items():
            for option in options:
                if places and option in data and place not in places:
                    faults.add((option,), f"belongs to {place}, not to {places[0]}", AT_KEY)
