"""What has to fit together in a contextual experiment, and what others may not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from banditware.config.context import AttributeSection
from banditware.config.document import WRITTEN
from banditware.config.faults import AT_KEY, Faults
from banditware.contextual.attributes import level_in, number_in
from banditware.contextual.features import MOST_LEVELS
from banditware.errors import suggestion

#: Features for attributes that are not declared, where none is; of a shared model, which has the
#: products of the subject's and the action's as well.
HASHED, HASHED_SHARED = 32, 16

#: Beyond, the sums of a model would take seconds of every refresh. A model uses the 64 (with numpy
#: 128) that are seen most.
MOST_FEATURES = 1_024

#: What an arm has for contextual policies alone.
_OF_ARMS = ("attributes", "available")

_PLAIN = "is for contextual experiments: declare `context`, or take a policy such as igw"


def check_plain(data: Mapping[str, Any], faults: Faults) -> None:
    """Note what an experiment has that only a contextual one may have."""
    if "model" in data:
        faults.add(("model",), _PLAIN, AT_KEY)
    arms = data.get("arms")
    for name, arm in arms.items() if isinstance(arms, dict) else ():
        for key in _OF_ARMS:
            if isinstance(arm, dict) and key in arm:
                faults.add(("arms", name, key), _PLAIN, AT_KEY)


def check_contextual(section: Any, faults: Faults) -> None:
    """Note what does not fit together in a contextual experiment, whose parts are right."""
    for key in ("context", "action_context"):
        if getattr(section, key) == {}:
            faults.add((key,), "is empty: declare an attribute, or remove the key", AT_KEY)
    if section.hashed == 0 and not section.context and not section.action_context:
        faults.add(
            ("hashed",), "is 0, and no attribute is declared: there is nothing to learn from"
        )
    if section.holdout and section.arms is None and section.default is None:
        faults.add(("holdout",), "needs a `default`: the app alone knows what there is to serve")
    _check_size(section, faults)
    for name, arm in (section.arms or {}).items():
        for attribute, value in (arm.attributes or {}).items():
            declared = (section.action_context or {}).get(attribute)
            loc = ("arms", name, "attributes", attribute)
            if declared is not None:
                _check_value(declared, value, loc, faults)
            elif not hashed(section):
                near = suggestion(attribute, section.action_context or ())
                faults.add(loc, f"is not declared in `action_context`{near}", AT_KEY)


def hashed(section: Any) -> int:
    """Return the number of features for attributes that are not declared."""
    if section.hashed is not None:
        return int(section.hashed)
    if section.context is not None or section.action_context is not None:
        return 0
    return HASHED_SHARED if section.model else HASHED


def _check_value(
    declared: AttributeSection, value: object, loc: tuple[str, ...], faults: Faults
) -> None:
    if declared.type == "numeric":
        if number_in(value) is None:
            faults.add(loc, f"must be a number, not {WRITTEN}")
    elif declared.levels is not None and level_in(value) not in declared.levels:
        near = suggestion(str(value), declared.levels)
        faults.add(loc, f"is {WRITTEN}, which is none of its levels{near}")


def _check_size(section: Any, faults: Faults) -> None:
    subject = _features((section.context or {}).values()) + hashed(section)
    action = _features((section.action_context or {}).values()) + hashed(section)
    number = subject + action + (subject * action if section.model else 0)
    if number > MOST_FEATURES:
        mend = ", or take `model: per-arm`" if section.model else ""
        faults.add(
            ("hashed",) if section.hashed else ("context",),
            f"comes to {number} features with all that is declared, {MOST_FEATURES} at most are "
            f"allowed: declare fewer attributes or levels, lower `hashed`{mend}",
        )


def _features(attributes: Iterable[AttributeSection]) -> int:
    """Return how many features attributes can come to, with `other` and missing ones."""
    return sum(
        2 if each.type == "numeric" else 2 + len(each.levels or range(MOST_LEVELS))
        for each in attributes
    )
