"""Attributes of subjects and actions, numeric and categorical."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from banditware.attribute_text import number_of

#: What an attribute may be; None is as good as missing.
Attribute: TypeAlias = "str | int | float | bool | None"
Attributes: TypeAlias = "dict[str, Attribute]"


class ContextAttributes:
    """Attributes told apart by what they mean: a scale, or one of some levels.

    What cannot be a value is missing rather than refused, because callers of dynamically typed
    files have it: anything but a number among the numeric ones (True and False are 1 and 0), None
    and containers among the categorical ones.

    Args:
        numeric_attributes: numbers that mean more or less of something.
        categorical_attributes: texts, booleans, and numbers that are names.
    """

    __slots__ = ("categorical", "numeric")

    def __init__(
        self,
        numeric_attributes: Mapping[str, Any],
        categorical_attributes: Mapping[str, Any],
    ) -> None:
        numbers = {name: _number(value) for name, value in numeric_attributes.items()}
        #: What is scored; not to be changed by anybody.
        self.numeric = {name: value for name, value in numbers.items() if value is not None}
        levels = {name: _level(value) for name, value in categorical_attributes.items()}
        self.categorical = {name: value for name, value in levels.items() if value is not None}

    @staticmethod
    def empty() -> ContextAttributes:
        """Return no attributes at all."""
        return ContextAttributes({}, {})

    @staticmethod
    def from_dict(attributes: Mapping[str, Any]) -> ContextAttributes:
        """Tell attributes apart by their types: numbers are numeric, text and booleans are not.

        None is dropped.

        Raises:
            TypeError: an attribute is none of these.
        """
        made = ContextAttributes.__new__(ContextAttributes)
        made.numeric, made.categorical = {}, {}
        for name, value in as_attributes(attributes).items():
            if type(value) is float:
                made.numeric[name] = value
            elif value is not None:
                made.categorical[name] = value
        return made

    @property
    def numeric_attributes(self) -> dict[str, float]:
        """A copy of the numeric attributes."""
        return dict(self.numeric)

    @property
    def categorical_attributes(self) -> dict[str, str | float | bool]:
        """A copy of the categorical attributes; numbers among them are doubles."""
        return dict(self.categorical)

    def merged(self) -> dict[str, Any]:
        """Return all attributes in one mapping; of two with the same name the categorical one."""
        return {**self.numeric, **self.categorical}

    def __repr__(self) -> str:
        return f"ContextAttributes({self.numeric!r}, {self.categorical!r})"


#: What callers may give for the attributes of a subject or of an action.
Given: TypeAlias = "ContextAttributes | Mapping[str, Any] | None"


def as_context(given: Given) -> ContextAttributes:
    """Return attributes in any form as `ContextAttributes`.

    Raises:
        TypeError: it is no mapping, or holds what no attribute can be.
    """
    if isinstance(given, ContextAttributes):
        return given
    return ContextAttributes.from_dict({} if given is None else given)


def as_actions(given: Mapping[str, Given] | Iterable[str]) -> dict[str, ContextAttributes]:
    """Return actions by name: from a mapping to attributes in any form, or from names alone.

    Raises:
        TypeError: it is neither, or the attributes of an action cannot be used.
    """
    if isinstance(given, str | bytes):
        raise TypeError(f"actions must be a mapping or a list of names, not {given!r}")
    pairs = given.items() if isinstance(given, Mapping) else ((name, None) for name in given)
    actions = {}
    for name, attributes in pairs:
        if not isinstance(name, str):
            raise TypeError(f"the name of an action must be text, not {name!r}")
        actions[name] = as_context(attributes)
    return actions


def as_attributes(given: Given) -> dict[str, Any]:
    """Return attributes in one mapping, numbers as doubles, None kept.

    Raises:
        TypeError: it is no mapping, or an attribute is neither text, number, boolean nor None.
    """
    if isinstance(given, ContextAttributes):
        return given.merged()
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"attributes must be a mapping, not {given!r}")
    return {_name(name): _attribute(name, value) for name, value in given.items()}


def loggable(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as an event has them: NaN and infinities, which JSON lacks, are None."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in attributes.items()
    }


def _name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"the name of an attribute must be text, not {name!r}")
    return name


def _attribute(name: str, value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int | float):
        return number_of(value)
    raise TypeError(f"attribute {name!r} must be text, number, boolean or None, not {value!r}")


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, bool) else number_of(value)


def _level(value: object) -> str | float | bool | None:
    return value if isinstance(value, str | bool) else number_of(value)
