"""How validators say what is wrong, and our words for what pydantic finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from banditware.config.document import WRITTEN
from banditware.errors import suggestion

#: Error types whose message is final: about the value, about its key, about a key that is absent.
AT_VALUE, AT_KEY, ABSENT = "at_value", "at_key", "absent"
FINAL = frozenset({AT_VALUE, AT_KEY, ABSENT})


# pydantic takes messages of ValueErrors alone, also where a type is wrong.
class RefusedError(ValueError):
    """A value that a configuration may not have; the message says what it should be."""


_SCALARS = (bool, int, float)


class Faults:
    """Collects mistakes, so that a validator can raise all of them."""

    def __init__(self) -> None:
        self._details: list[InitErrorDetails] = []

    @contextmanager
    def at(self, *loc: Any) -> Iterator[None]:
        """Note what is refused within, at `loc`."""
        try:
            yield
        except RefusedError as error:
            self.add(loc, str(error))

    def add(self, loc: tuple[Any, ...], message: str, kind: str = AT_VALUE) -> None:
        """Note a mistake at `loc`, which starts where the validator stands."""
        error = PydanticCustomError(kind, message)
        self._details.append(InitErrorDetails(type=error, loc=loc, input=None))

    def settle(self) -> None:
        """Raise what was noted, if anything was.

        Raises:
            ValidationError: with every mistake; pydantic puts it below the place of the validator.
        """
        if self._details:
            raise self.error()

    def error(self) -> ValidationError:
        """Return what was noted, to be raised."""
        return ValidationError.from_exception_data("faults", self._details)

    def adopt(self, error: ValidationError) -> None:
        """Note the mistakes of an error that another part has raised in our words."""
        for each in error.errors(include_url=False):
            self.add(each["loc"], each["msg"], each["type"])


def reword(error: ErrorDetails, known: Iterable[str], hint: str) -> tuple[str, str]:
    """Return the kind and the message of an error that pydantic found in a model.

    Args:
        error: the error, with its place relative to the model.
        known: the model's keys.
        hint: what to add about a key that is none of them.
    """
    kind, loc = error["type"], error["loc"]
    if kind in FINAL:
        return kind, error["msg"]
    if kind == "extra_forbidden":
        return AT_KEY, f"is not a known key{suggestion(str(loc[-1]), known) or hint}"
    if kind == "missing":
        return ABSENT, _ABSENT.get(str(loc[-1]), "is missing")
    if kind == "value_error":
        return AT_VALUE, str(error["ctx"]["error"])
    wanted = _WANTED.get(kind, _as_pydantic_says)(error)
    if error["input"] is None:
        return AT_VALUE, f"has no value; it {wanted}"
    return AT_VALUE, wanted + _not_this(kind, error["input"])


def _not_this(kind: str, value: object) -> str:
    quote = "; quote it" if kind == "string_type" and isinstance(value, _SCALARS) else ""
    return f", not {WRITTEN}{quote}"


def _as_pydantic_says(error: ErrorDetails) -> str:
    return error["msg"].replace("Input should", "must", 1)


def _says(text: str) -> Callable[[ErrorDetails], str]:
    return lambda _: text


_WANTED: dict[str, Callable[[ErrorDetails], str]] = {
    "string_type": _says("must be text"),
    "bool_type": _says("must be true or false"),
    "int_type": _says("must be a whole number"),
    "float_type": _says("must be a number"),
    "finite_number": _says("must be a finite number"),
    "list_type": _says("must be a list"),
    "dict_type": _says("must be a mapping"),
    "mapping_type": _says("must be a mapping"),
    "model_type": _says("must be a mapping"),
}

NO_ARMS = "is missing: name the arms between which the experiment chooses"

_MAKE_A_KEY = 'python -c "import secrets; print(secrets.token_urlsafe(32))"'

_ABSENT = {
    "secret_keys": (
        "is missing, and without it anyone could forge assignments; make a key with "
        f"`{_MAKE_A_KEY}`, keep it in the environment, and write "
        'secret_keys: ["${BANDITWARE_SECRET_KEY}"]'
    ),
    "experiments": "is missing: declare at least one experiment",
    "match": "is missing: write which requests the route is for, such as GET /checkout",
}
