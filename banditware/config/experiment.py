"""One experiment as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from banditware.config import moments, units
from banditware.config.arms import Arms
from banditware.config.base import Section, optional
from banditware.config.context import ContextSection, Hashed, Shared
from banditware.config.contextual import check_contextual, check_plain
from banditware.config.document import WRITTEN
from banditware.config.faults import ABSENT, NO_ARMS, Faults, RefusedError
from banditware.config.fields import DURATION_SCHEMA, VARIABLE, Duration, Name, OrOne, as_list, name
from banditware.config.guardrails import GuardrailsSection, check_guardrails
from banditware.config.methods import WAYS, alone, counted
from banditware.config.only_if import OnlyIf
from banditware.config.page_goals import PageGoals
from banditware.config.parameters import policy_schema
from banditware.config.policy import is_contextual, read_policy
from banditware.contextual.policies import DEFAULT as CONTEXTUAL
from banditware.errors import suggestion
from banditware.model import ContextualPolicy, Policy
from banditware.policies import DEFAULT


class _PolicySchema:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe every policy with its parameters."""
        return policy_schema()


def _sticky(value: object) -> float | None:
    if value is False:
        return None
    try:
        return units.duration(value)
    except RefusedError as error:
        raise RefusedError(f"{error}; or false, to decide anew on every request") from None


# A name has 64 characters.
_HIGHEST_VERSION = 10**64


def _version(value: object) -> str:
    number = type(value) is int and 0 <= value < _HIGHEST_VERSION
    return str(value) if number else name(value)


def _range(bounds: list[float]) -> list[float]:
    if len(bounds) != 2 or not bounds[0] < bounds[1]:
        raise RefusedError("must be the lowest and the highest reward, as in [0, 100]")
    return bounds


_Sticky = Annotated[
    float | None,
    BeforeValidator(_sticky),
    WithJsonSchema({"anyOf": [{"const": False}, DURATION_SCHEMA]}),
]
_Share = Annotated[
    float,
    BeforeValidator(units.share),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"{units.PERCENT}|{VARIABLE}"},
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            ]
        }
    ),
]
_Traffic = Annotated[
    float,
    BeforeValidator(units.traffic),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"{units.PERCENT}|{VARIABLE}"},
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            ]
        }
    ),
]
_MOMENT = {"type": "string", "pattern": f"{moments.MOMENT}|{VARIABLE}"}
_Start = Annotated[float, BeforeValidator(moments.first_moment), WithJsonSchema(_MOMENT)]
_End = Annotated[float, BeforeValidator(moments.last_moment), WithJsonSchema(_MOMENT)]
_Version = Annotated[
    str, BeforeValidator(_version), WithJsonSchema({"type": ["string", "integer"]})
]
_NUMBERS = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
_Range = Annotated[list[float], AfterValidator(_range), WithJsonSchema(_NUMBERS)]
_METHOD = f"^([A-Z-]+|{'|'.join(WAYS)})$"
_Method = Annotated[
    str, BeforeValidator(counted), WithJsonSchema({"type": "string", "pattern": _METHOD})
]


class ExperimentSection(Section):
    """A named choice between arms, with the policy that chooses and the rules of counting."""

    arms: Arms | None = optional(
        None,
        "The options, by name; or a list of names. A contextual one may leave them to the app.",
    )
    context: ContextSection | None = optional(
        None, "Attributes of the subject that a contextual policy learns from."
    )
    action_context: ContextSection | None = optional(
        None, "Attributes of each arm or action that a contextual policy learns from."
    )
    hashed: Hashed | None = optional(
        None,
        "So many features stand for attributes that are not declared. Default: 0 if any is "
        "declared, else 32; of a shared model 16.",
    )
    model: Shared = optional(
        "per-arm", "Whether each arm is learnt about by itself, or all from their attributes."
    )
    policy: Annotated[Any, _PolicySchema()] = optional(
        None,
        f"What moves traffic: a name, or a name with parameters. Default: {DEFAULT}; of a "
        f"contextual one {CONTEXTUAL}.",
    )
    goal: Name = optional("reward", "What the policy maximises.")
    sticky: _Sticky = optional("90d", "How long an assignment is served again.")
    attribution: Duration = optional("7d", "Rewards later than this are not credited.")
    default: Name | None = optional(
        None, "Arm served when nothing may be decided; the first one if left out."
    )
    holdout: _Share = optional(0, "Share that always gets `default`, counted apart.")
    only_if: OnlyIf | None = optional(
        None, "Who takes part: conditions that must all hold, or lists of which one must."
    )
    traffic: _Traffic = optional("100%", "Share of these subjects who take part.")
    group: Name | None = optional(
        None, "Experiments of one group share its subjects: nobody is in two of them."
    )
    start: _Start | None = optional(None, "When it starts: a date, or a time with its zone.")
    end: _End | None = optional(None, "When it ends: a date, or a time with its zone.")
    version: _Version = optional("1", "Changing it starts the counts afresh.")
    reward_range: _Range | None = optional(
        None, "Lowest and highest reward, for policies that learn from [0, 1]."
    )
    count: (
        Annotated[list[_Method], AfterValidator(alone), BeforeValidator(as_list), OrOne()] | None
    ) = optional(
        None,
        "What is a pull: the response to these request methods (response: to GET), or the beacon "
        "of a page that is seen. Default: `count` of the whole file.",
    )
    guardrails: GuardrailsSection | None = optional(
        None, "Limits beyond which an arm is paused by itself; see `docs/guardrails.md`."
    )
    page_goals: PageGoals = optional(
        {}, "Goals that a page's script may reward; or with the range of their amounts."
    )

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Ask for arms, unless the app may say what there is to choose from."""
        meant = any(suggestion(key, ["arms"]) for key in data if key not in cls.model_fields)
        if "arms" not in data and not meant and not is_contextual(data):
            faults.add(("arms",), NO_ARMS, ABSENT)
        if not is_contextual(data):
            check_plain(data, faults)

    @field_validator("policy", mode="before")
    @classmethod
    def _policy(cls, value: object, info: ValidationInfo) -> Policy | ContextualPolicy:
        contextual = is_contextual({**info.data, "policy": value})
        return read_policy(value, info.data.get("arms"), contextual=contextual)

    @model_validator(mode="after")
    def _contextual(self) -> ExperimentSection:
        """Compare what only makes sense together."""
        faults = Faults()
        if hasattr(self.policy, "weigher"):
            check_contextual(self, faults)
        check_guardrails(self, faults)
        faults.settle()
        return self

    @field_validator("end")
    @classmethod
    def _end(cls, value: float | None, info: ValidationInfo) -> float | None:
        start = info.data.get("start")
        if value is not None and start is not None and value <= start:
            raise RefusedError(f"{WRITTEN} is not after start")
        return value

    @field_validator("default")
    @classmethod
    def _default(cls, value: str | None, info: ValidationInfo) -> str | None:
        arms = info.data.get("arms")
        if value is not None and arms is not None and value not in arms:
            raise RefusedError(f"there is no arm {WRITTEN}{suggestion(value, arms)}")
        return value
