"""What all parts of a configuration have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.functional_validators import ModelWrapValidatorHandler

from banditware.config.faults import ABSENT, AT_KEY, Faults, reword
from banditware.errors import suggestion


def optional(default: Any, description: str) -> Any:
    """Return a key that may be left out; the default is in the form that a file would have."""
    return Field(default, description=description)


class Section(BaseModel):
    """A mapping of the configuration: known keys only, nothing converted, errors in our words."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True
    )

    #: What to say about a key that is unknown and resembles none that is known.
    hint: ClassVar[str] = ""

    #: Keys whose value may be null.
    nullable: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Note mistakes that concern several keys; runs even if single keys are wrong."""

    @model_validator(mode="wrap")
    @classmethod
    def _reword(cls, data: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        """Turn pydantic's errors into ours while it is known which keys were possible."""
        faults = Faults()
        empty: list[str] = []
        if isinstance(data, dict):
            cls.check(data, faults)
            empty = [key for key in data if data[key] is None and key not in cls.nullable]
            data = {key: item for key, item in data.items() if key not in empty}
        for key in empty:
            faults.add((key,), "has no value: give it one, or remove the key", AT_KEY)
        try:
            section = handler(data)
        except ValidationError as error:
            cls._collect(error, faults, empty)
            section = None
        faults.settle()
        return section

    @classmethod
    def _collect(cls, error: ValidationError, faults: Faults, empty: Iterable[str]) -> None:
        found = error.errors(include_url=False)
        known = list(cls.model_fields)
        strangers = [str(each["loc"][-1]) for each in found if each["type"] == "extra_forbidden"]
        for each in found:
            kind, message = reword(each, known, cls.hint)
            if kind != ABSENT or not _is_meant(each["loc"][-1], [*strangers, *empty]):
                faults.add(each["loc"], message, kind)


def _is_meant(missing: object, written: Iterable[str]) -> bool:
    """Tell whether a key that was written, though wrong, is the one that is missing."""
    return any(suggestion(key, [str(missing)]) for key in written)
