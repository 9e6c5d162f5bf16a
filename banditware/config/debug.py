"""The `debug` section as it is written: true, false, or which of its parts."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError
from banditware.debugging import ALL, NO_DEBUG


class DebugSection(Section):
    """What is shown of decisions while an app is made."""

    header: bool = optional(False, "Whether `X-Banditware` names the arms of a response.")
    server_timing: bool = optional(False, "Whether `Server-Timing` says what they took.")
    force: bool = optional(False, "Whether anybody may force an arm by the query.")


def _long(value: object) -> object:
    """Return any form as the long one."""
    if isinstance(value, bool):
        return (ALL if value else NO_DEBUG)._asdict()
    if value is not None and not isinstance(value, dict):
        keys = ", ".join(DebugSection.model_fields)
        raise RefusedError(f"must be true, false or a mapping with {keys}, not {WRITTEN}")
    return value


class _OrFlag:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the flag beside the long form."""
        return {"anyOf": [{"type": "boolean"}, handler(core)]}


DebugOrFlag = Annotated[DebugSection, BeforeValidator(_long), _OrFlag()]
