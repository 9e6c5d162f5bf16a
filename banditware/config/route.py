"""One route as it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)
from pydantic_core import CoreSchema

from banditware.config import amount, pattern, status
from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import NAME_SCHEMA, Name, OrOne, as_list
from banditware.errors import suggestion
from banditware.routes import Amount

_FORM = "must be as in GET /checkout, or POST|PUT /cart/<int:item>"


def _known(value: str, info: ValidationInfo) -> str:
    """Refuse an experiment that is not declared; one that is declared wrongly will do."""
    known: Iterable[str] | None = (info.context or {}).get("experiments")
    if known is not None and value not in known:
        near = suggestion(value, known)
        raise RefusedError(f"there is no experiment {WRITTEN}{near}")
    return value


def _different(names: list[str]) -> list[str]:
    faults = Faults()
    for index, each in enumerate(names):
        if each in names[:index]:
            faults.add((index,), f"the experiment {WRITTEN} is there twice")
    faults.settle()
    return names


def _match(value: object) -> object:
    if not isinstance(value, str):
        raise RefusedError(f"{_FORM}, not {WRITTEN}")
    return pattern.read_pattern(value)


def _long(value: object) -> object:
    """Return a reward that is the name of an experiment in its long form."""
    return value if isinstance(value, dict | None) else {"experiment": value}


_Experiment = Annotated[Name, AfterValidator(_known)]
_Match = Annotated[Any, BeforeValidator(_match), WithJsonSchema({"type": "string", "pattern": "/"})]
_Amount = Annotated[Any, BeforeValidator(amount.read_amount), WithJsonSchema(amount.SCHEMA)]
_ONE_STATUS = {
    "anyOf": [
        {"type": "integer", "minimum": 100, "maximum": 599},
        {"type": "string", "pattern": status.RANGE},
    ]
}
_Status = Annotated[
    Any,
    BeforeValidator(status.read_status),
    WithJsonSchema(
        {"anyOf": [_ONE_STATUS, {"type": "array", "items": _ONE_STATUS, "minItems": 1}]}
    ),
]


class RewardSection(Section):
    """What a matching response credits."""

    experiment: _Experiment = Field(description="The experiment whose decision is credited.")
    goal: Name | None = optional(
        None, "Name under which it is counted; the experiment's own goal if left out."
    )
    amount: _Amount = optional(1, "The number that is counted, or where to find it.")
    once: bool = optional(True, "Credit a decision a single time.")
    cross_site: bool = optional(
        False, "Credit requests that another site caused, as a payment provider does."
    )


class _OrName:
    def __get_pydantic_json_schema__(
        self, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Allow the name of an experiment beside the long form."""
        return {"anyOf": [NAME_SCHEMA, handler(core)]}


_Reward = Annotated[RewardSection, BeforeValidator(_long), _OrName()]


class RouteSection(Section):
    """Which requests choose arms, and which responses credit rewards."""

    match: _Match = Field(description="[METHOD[|METHOD...]] /path, in werkzeug's rule syntax.")
    host: Annotated[str, AfterValidator(pattern.check_host)] | None = optional(
        None, "Host, in werkzeug's rule syntax; any if left out."
    )
    choose: Annotated[
        list[_Experiment], AfterValidator(_different), BeforeValidator(as_list), OrOne()
    ] = optional([], "Experiments to decide.")
    reward: Annotated[list[_Reward], BeforeValidator(as_list), OrOne()] = optional(
        [], "What to credit."
    )
    status: _Status = optional("200-399", "What the status of the response must be.")

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Refuse a route that does nothing."""
        verbs = ("choose", "reward")
        said = (key for key in data if key in verbs or suggestion(key, verbs))
        if not any(data[key] != [] for key in said):
            faults.add((), "does nothing: add choose or reward")

    @field_validator("reward")
    @classmethod
    def _reward(cls, rewards: list[RewardSection], info: ValidationInfo) -> list[RewardSection]:
        """Compare the variables that rewards read with those of the path."""
        match = info.data.get("match")
        faults = Faults()
        for index, each in enumerate(rewards):
            read: Amount = each.amount
            if match is not None and read.source == "path" and read.name not in match.variables:
                near = suggestion(read.name, match.variables)
                message = f"the path has no variable {WRITTEN}{near}"
                faults.add((index, "amount", "path"), message)
        faults.settle()
        return rewards
