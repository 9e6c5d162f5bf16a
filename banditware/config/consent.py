"""The `consent` section as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import AT_KEY, Faults, RefusedError
from banditware.config.fields import OrOne, as_list, one_of
from banditware.config.log import function_name
from banditware.config.source import TOKEN
from banditware.consent import ConsentSettings

#: The keys that say where consent stands; one at most.
PLACES = ("cookie", "header", "call")

_UNDECIDED = {"default": False, "stateless": True}

_Undecided = Annotated[
    Any, BeforeValidator(one_of(_UNDECIDED)), WithJsonSchema({"enum": list(_UNDECIDED)})
]


def _token(text: str) -> str:
    if not TOKEN.fullmatch(text):
        raise RefusedError(f"{WRITTEN} cannot be the name of a cookie or a header")
    return text


def _pattern(text: str) -> str:
    if not text:
        raise RefusedError("is empty: say which values, as in [yes, all]")
    return text


_Patterns = Annotated[
    list[Annotated[str, AfterValidator(_pattern)]], BeforeValidator(as_list), OrOne()
]


def _some(patterns: list[str]) -> list[str]:
    if not patterns:
        raise RefusedError("is empty: say which values mean yes, as in [yes, all]")
    return patterns


class AnswerSection(Section):
    """A cookie or a header that says whether somebody consents."""

    name: Annotated[str, AfterValidator(_token)] = Field(description="Its name.")
    granted: Annotated[_Patterns, AfterValidator(_some)] = Field(
        description="Values that mean yes; * stands for anything."
    )
    denied: _Patterns = optional([], "Values that mean no; * stands for anything.")


class ConsentSection(Section):
    """Whether subjects may be remembered."""

    cookie: AnswerSection | None = optional(None, "A cookie of the site that says so.")
    header: AnswerSection | None = optional(None, "A header of the request that says so.")
    call: Annotated[str, AfterValidator(function_name)] | None = optional(
        None, "MODULE:FUNCTION that returns True, False or None for the facts of a request."
    )
    undecided: _Undecided = optional("default", "What is served to who has said nothing so far.")
    respect_gpc: bool = optional(True, "Whether Sec-GPC: 1 means no.")

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Want one place at most."""
        places = [key for key in PLACES if key in data]
        for second in places[1:]:
            faults.add((second,), f"is another place than {places[0]}: name one", AT_KEY)

    def settings(self) -> ConsentSettings:
        """Return the same, frozen."""
        common = {"stateless": self.undecided, "respect_gpc": self.respect_gpc}
        if self.call is not None:
            return ConsentSettings("call", self.call, **common)
        for kind, said in (("cookie", self.cookie), ("header", self.header)):
            if said is not None:
                granted, denied = tuple(said.granted), tuple(said.denied)
                return ConsentSettings(kind, said.name, granted, denied, **common)  # type: ignore[arg-type]  # one of the kinds
        return ConsentSettings(**common)
