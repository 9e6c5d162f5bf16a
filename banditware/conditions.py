"""Conditions on attributes: nine operators, with the semantics of Eppo's targeting rules.

`compiled` checks a condition once; `Condition.holds` then answers for the attributes of a subject.
A missing attribute, or one that is None, fails every condition but `IS_NULL`: `NOT_ONE_OF` and
`NOT_MATCHES` too.
"""

from __future__ import annotations

import operator as compare
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from banditware.attribute_text import read_number, text_of
from banditware.errors import suggestion
from banditware.versions import version_order

#: Answers for the value of one attribute; None where it is missing.
Check = Callable[[object], bool]

#: From what is written as value to what is kept as value, and what answers.
_Builder = Callable[[object], tuple[object, Check]]


@dataclass(frozen=True, slots=True)
class Condition:
    """A question about one attribute.

    Attributes:
        attribute: the attribute's name.
        operator: one of `OPERATORS`.
        value: what the attribute is compared with: text (a regular expression or a version), a
            number, a tuple of texts, or a boolean.
    """

    attribute: str
    operator: str
    value: object
    _check: Check = field(repr=False, compare=False)

    def holds(self, attributes: Mapping[str, object]) -> bool:
        """Return True if the attributes fulfil the condition; any value is allowed in them."""
        return self._check(attributes.get(self.attribute))


def compiled(attribute: str, operator: str, value: object) -> Condition:
    """Return the condition that `attribute` is in that relation to `value`.

    Args:
        attribute: the attribute's name.
        operator: one of `OPERATORS`, in capitals.
        value: for `MATCHES` and `NOT_MATCHES` a regular expression in the syntax of Rust's crate
            `regex`, found anywhere in the attribute's text; for `GTE`, `GT`, `LTE` and `LT` a
            number, or text with a number or a version; for `ONE_OF` and `NOT_ONE_OF` a list of
            texts; for `IS_NULL` a boolean.

    Raises:
        ValueError: there is no such operator, or the value is not one that it can use; the message
            says what would be.
    """
    builder = _BUILDERS.get(operator)
    if builder is None:
        known = ", ".join(OPERATORS)
        near = suggestion(str(operator).upper(), OPERATORS)
        raise ValueError(f"there is no operator {operator!r}{near}; there are {known}")
    kept, check = builder(value)
    return Condition(attribute, operator, kept, check)


def _matching(*, wanted: bool) -> _Builder:
    def build(value: object) -> tuple[object, Check]:
        if not isinstance(value, str):
            raise ValueError(f"the value must be a regular expression, not {value!r}")  # noqa: TRY004
        from banditware.patterns import Pattern  # noqa: PLC0415  # few conditions have one

        found_in = Pattern(value).found_in

        def check(attribute: object) -> bool:
            text = text_of(attribute)
            return text is not None and found_in(text) is wanted

        return value, check

    return build


def _comparing(relation: Callable[[Any, Any], bool]) -> _Builder:
    def build(value: object) -> tuple[object, Check]:
        version = version_order(value) if isinstance(value, str) else None
        if version is not None:
            return value, lambda attribute: _is_version(attribute, relation, version)
        number = read_number(value)
        if number is None:
            raise ValueError(f"the value must be a number or a version as 1.5.0, not {value!r}")

        def check(attribute: object) -> bool:
            given = read_number(attribute)
            return given is not None and bool(relation(given, number))

        return number, check

    return build


def _is_version(attribute: object, relation: Callable[[Any, Any], bool], version: object) -> bool:
    given = version_order(attribute) if isinstance(attribute, str) else None
    return given is not None and bool(relation(given, version))


def _membership(*, wanted: bool) -> _Builder:
    def build(value: object) -> tuple[object, Check]:
        if not isinstance(value, list | tuple):
            raise ValueError(f"the value must be a list of texts, not {value!r}")  # noqa: TRY004
        for each in value:
            if not isinstance(each, str):
                raise ValueError(f"the list must hold texts alone; quote {text_of(each) or each}")  # noqa: TRY004
        members = frozenset(value)

        def check(attribute: object) -> bool:
            text = text_of(attribute)
            return text is not None and (text in members) is wanted

        return tuple(value), check

    return build


def _absence(value: object) -> tuple[object, Check]:
    if not isinstance(value, bool):
        raise ValueError(f"the value must be true or false, not {value!r}")  # noqa: TRY004
    return value, lambda attribute: (attribute is None) is value


_BUILDERS: dict[str, _Builder] = {
    "MATCHES": _matching(wanted=True),
    "NOT_MATCHES": _matching(wanted=False),
    "GTE": _comparing(compare.ge),
    "GT": _comparing(compare.gt),
    "LTE": _comparing(compare.le),
    "LT": _comparing(compare.lt),
    "ONE_OF": _membership(wanted=True),
    "NOT_ONE_OF": _membership(wanted=False),
    "IS_NULL": _absence,
}

#: The names of the operators.
OPERATORS = tuple(_BUILDERS)
