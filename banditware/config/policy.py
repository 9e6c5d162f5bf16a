"""The `policy` of an experiment: a name, or a name with parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from banditware.config.document import WRITTEN
from banditware.config.faults import ABSENT, Faults
from banditware.config.parameters import AnyPolicy, parameters
from banditware.contextual.policies import DEFAULT as CONTEXTUAL_DEFAULT
from banditware.contextual.policies import POLICIES as CONTEXTUAL
from banditware.errors import suggestion
from banditware.policies import DEFAULT, POLICIES, check_arms

Kinds = Mapping[str, type[AnyPolicy]]

#: What makes an experiment contextual, whatever its policy.
_DECLARED = ("context", "action_context", "hashed")


def is_contextual(experiment: Mapping[str, Any]) -> bool:
    """Return True if an experiment, as far as it is known, learns from a context."""
    if any(experiment.get(key) is not None for key in _DECLARED):
        return True
    policy = experiment.get("policy")
    name = policy.get("name") if isinstance(policy, dict) else policy
    return isinstance(name, str) and name in CONTEXTUAL and name not in POLICIES


def read_policy(
    value: object, arms: Iterable[str] | None, *, contextual: bool = False
) -> AnyPolicy:
    """Return the policy that `value` describes.

    Args:
        value: a name, or a mapping with `name` and parameters; None for the default.
        arms: names of the experiment's arms, or None if they are wrong themselves.
        contextual: whether the experiment learns from a context.

    Raises:
        ValidationError: there is no such policy, or its parameters are wrong; holds every mistake.
    """
    faults = Faults()
    kinds: Kinds = CONTEXTUAL if contextual else POLICIES
    if value is None:
        value = CONTEXTUAL_DEFAULT if contextual else DEFAULT
    if not isinstance(value, dict):
        return _Maker(_find(kinds, value, (), faults), arms, faults).make({})
    if "name" not in value:
        faults.add(("name",), f"is missing; {_listed(kinds)}", ABSENT)
        raise faults.error()
    kind = _find(kinds, value["name"], ("name",), faults)
    given = {key: item for key, item in value.items() if key != "name"}
    return _Maker(kind, arms, faults).make(_typed(kind, given, faults))


def _find(kinds: Kinds, name: object, loc: tuple[str, ...], faults: Faults) -> type[AnyPolicy]:
    if isinstance(name, str) and name in kinds:
        return kinds[name]
    if not isinstance(name, str):
        message = f"must be the name of a policy, not {WRITTEN}; {_listed(kinds)}"
    elif name in POLICIES:
        message = (
            f"policy {WRITTEN} learns from no context: take one of {', '.join(kinds)}, or remove "
            f"{', '.join(_DECLARED)}"
        )
    else:
        message = f"there is no policy {WRITTEN}{suggestion(name, kinds) or f'; {_listed(kinds)}'}"
    faults.add(loc, message)
    raise faults.error()


def _listed(kinds: Iterable[str]) -> str:
    return f"the policies are {', '.join(kinds)}"


def _typed(kind: type[AnyPolicy], given: dict[str, Any], faults: Faults) -> dict[str, Any]:
    """Return the parameters whose types are right, and note the others."""
    try:
        return _validated(kind, given)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors(include_url=False)}
        faults.adopt(error)
    try:
        return _validated(kind, {key: value for key, value in given.items() if key not in wrong})
    except ValidationError:
        # One that is required is wrong or missing, so that no policy can be made to ask for more.
        raise faults.error() from None


def _validated(kind: type[AnyPolicy], given: dict[str, Any]) -> dict[str, Any]:
    return parameters(kind).model_validate(given).model_dump(include=set(given))


class _Maker:
    """Makes a policy; what it refuses is set aside and tried without, to find all of it."""

    def __init__(self, kind: type[AnyPolicy], arms: Iterable[str] | None, faults: Faults) -> None:
        self._kind = kind
        self._arms = arms
        self._faults = faults
        self._noted: set[str] = set()

    def make(self, given: dict[str, Any]) -> AnyPolicy:
        """Return the policy with these parameters.

        Raises:
            ValidationError: it refuses some of them.
        """
        complaint = self._complaint(given)
        while complaint:
            given = self._set_aside(given, complaint)
            complaint = self._complaint(given)
        self._faults.settle()
        return self._kind(**given)

    def _complaint(self, given: dict[str, Any]) -> str:
        """Return what the policy says against these parameters, or nothing."""
        try:
            policy = self._kind(**given)
            if self._arms is not None:
                check_arms(policy, self._arms)
        except ValueError as error:
            return str(error)
        return ""

    def _set_aside(self, given: dict[str, Any], message: str) -> dict[str, Any]:
        """Note what was refused at the parameter it begins with, and return the rest."""
        loc = _subject(given, message)
        said = message.removeprefix(".".join(loc)).lstrip()
        if not loc:
            self._faults.add((), message)
            raise self._faults.error()
        head = loc[0]
        if len(loc) > 1:
            self._noted.add(head)
            self._faults.add(loc, said)
            items = {key: value for key, value in given[head].items() if key != loc[1]}
            return {**given, head: items}
        # What is said of the whole after an item was set aside follows from that item.
        if head not in self._noted:
            self._faults.add(loc, said)
        return {key: value for key, value in given.items() if key != head}


def _subject(given: dict[str, Any], message: str) -> tuple[str, ...]:
    """Return the parameter, or the item of one, with which a policy begins its complaint."""
    found: tuple[str, ...] = ()
    for name, value in given.items():
        items = value if isinstance(value, dict) else ()
        for loc in ((name,), *((name, item) for item in items)):
            if message.startswith(".".join(loc) + " ") and len(loc) >= len(found):
                found = loc
    return found
