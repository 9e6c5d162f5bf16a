"""What an evaluation looked at, as Eppo's SDKs tell it: codes, sentences and every shard."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

from banditware.attribute_text import decimal
from banditware.conditions import Condition
from banditware.eppo.evaluation import (
    MATCHED,
    AllocationLook,
    Evaluation,
    RuleLook,
    SplitLook,
    Subject,
)
from banditware.eppo.flags import Shard
from banditware.eppo.times import written


class Setting(NamedTuple):
    """What was asked, when, and of which files.

    Attributes:
        flag: key of the flag.
        subject: for whom.
        now: when, in nanoseconds since 1970.
        fetched: when the files were read, likewise, or None.
        published: when the flags were written, likewise, or None.
        environment: name of the environment they are for, or None.
    """

    flag: str
    subject: Subject
    now: int
    fetched: int | None = None
    published: int | None = None
    environment: str | None = None


class BanditSide(NamedTuple):
    """What a bandit has to say in details: the code, the bandit's key and its action."""

    code: str | None = None
    bandit: str | None = None
    action: str | None = None


def details_of(
    setting: Setting, evaluation: Evaluation | None, bandit: BanditSide | None = None
) -> dict[str, Any]:
    """Return the details of an evaluation; `evaluation` is None where none was tried."""
    side = bandit or BanditSide()
    found = evaluation or Evaluation()
    split, value = found.split, found.value
    failure = found.failure
    code = None if evaluation is None else MATCHED if failure is None else failure.code
    return {
        "flagKey": setting.flag,
        "subjectKey": setting.subject.key,
        "subjectAttributes": dict(setting.subject.attributes),
        "timestamp": written(setting.now),
        "configFetchedAt": _written(setting.fetched),
        "configPublishedAt": _written(setting.published),
        "environmentName": setting.environment,
        "banditEvaluationCode": side.code,
        "flagEvaluationCode": code,
        "flagEvaluationDescription": _description(setting, evaluation),
        "variationKey": None if split is None else split.variation,
        "variationValue": value and {"type": value.type, "value": value.served()},
        "banditKey": side.bandit,
        "banditAction": side.action,
        "allocations": _allocations(found),
    }


def quoted(text: str) -> str:
    """Return text in quotes, with escapes as Rust's `{:?}` writes them."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    simple = _ESCAPES.get(character)
    if simple is not None:
        return simple
    # Marks would combine with the character before them.
    if character.isprintable() and unicodedata.category(character) not in {"Mn", "Me"}:
        return character
    return f"\\u{{{ord(character):x}}}"


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}


def _written(time: int | None) -> str | None:
    return None if time is None else written(time)


def _description(setting: Setting, evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "Flag evaluation was not attempted"
    if evaluation.failure is not None:
        return evaluation.failure.description
    return _how_matched(setting.subject.key, evaluation.looks[-1])


def _how_matched(subject: str, look: AllocationLook) -> str:
    split = look.splits[-1].split
    allocation, variation = quoted(look.allocation.key), quoted(split.variation)
    exposed = f"{subject} belongs to the range of traffic assigned to {variation}"
    if not look.allocation.rules:
        return f"{exposed} defined in allocation {allocation}."
    matches = f"Supplied attributes match rules defined in allocation {allocation}"
    if len(look.allocation.splits) > 1 or len(split.shards) > 1:
        return f"{matches} and {exposed}."
    return f"{matches}."


def _allocations(evaluation: Evaluation) -> list[dict[str, Any]]:
    if evaluation.flag is None:
        return []
    looks = evaluation.looks
    unseen = evaluation.flag.allocations[len(looks) :]
    return [
        {
            "key": look.allocation.key,
            "orderPosition": position,
            "allocationEvaluationCode": look.code,
            "evaluatedRules": [_rule(each) for each in look.rules],
            "evaluatedSplits": [_split(each) for each in look.splits],
        }
        for position, look in enumerate([*looks, *map(AllocationLook, unseen)], 1)
    ]


def _rule(look: RuleLook) -> dict[str, Any]:
    return {
        "matched": look.matched,
        "conditions": [
            {"condition": _condition(condition), "attributeValue": value, "matched": holds}
            for condition, value, holds in look.conditions
        ],
    }


def _condition(condition: Condition) -> dict[str, Any]:
    value = condition.value
    if isinstance(value, float):
        value = decimal(value)
    elif isinstance(value, tuple):
        value = list(value)
    return {"attribute": condition.attribute, "operator": condition.operator, "value": value}


def _split(look: SplitLook) -> dict[str, Any]:
    return {
        "variationKey": look.split.variation,
        "matched": look.matched,
        "shards": [
            {"matched": inside, "shard": _shard(shard), "shardValue": place}
            for shard, place, inside in look.shards
        ],
    }


def _shard(shard: Shard) -> dict[str, Any]:
    return {"ranges": [{"start": start, "end": end} for start, end in shard.ranges]}
