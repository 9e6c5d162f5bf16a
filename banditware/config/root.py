"""The whole configuration as it is written."""

from __future__ import annotations

from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from banditware.config.attributes import Attributes, check_variables
from banditware.config.base import Section, optional
from banditware.config.beacon import BeaconSection, check_cookie
from banditware.config.consent import ConsentSection
from banditware.config.cookie import CookieSection
from banditware.config.debug import DebugOrFlag
from banditware.config.document import WRITTEN
from banditware.config.experiment import ExperimentSection
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import ByName, Duration, Key, OrOne, as_list, one_of
from banditware.config.groups import check_groups
from banditware.config.log import LogSection
from banditware.config.methods import WAYS
from banditware.config.redirects import check_redirects
from banditware.config.route import RouteSection
from banditware.errors import suggestion
from banditware.stores import address

#: Every kind of store, and how its address is written.
STORES = {"memory": "memory://", "sqlite": "sqlite:///PATH", **address.FORMS}

#: Verifying a forged cookie costs one signature per key.
_MOST_KEYS = 5

_SHORTEST_REFRESH = 0.01

_BOTS = {"exclude": False, "count": True}
_WAYS = {way: way for way in WAYS}

_CACHING = {"private": False, "by_arm": True}


def _secret(key: object) -> str:
    """Check a key; no message may show it, so what is shown is at most a variable's name."""
    if not isinstance(key, str):
        raise RefusedError("must be text; quote it")
    if not key.strip():
        raise RefusedError(f"is an empty key: {WRITTEN} holds nothing")
    if not _is_utf8(key):
        raise RefusedError("must be UTF-8")
    return key


def _is_utf8(text: str) -> bool:
    """Tell text from bytes of the environment that Python could not decode (PEP 383)."""
    return text == text.encode(errors="replace").decode()


def _secrets(keys: list[str]) -> list[str]:
    if not keys:
        raise RefusedError("is empty: give at least one key")
    if len(keys) > _MOST_KEYS:
        raise RefusedError(
            f"has {len(keys)} keys, {_MOST_KEYS} at most are allowed: drop the oldest"
        )
    return keys


def _store(url: str) -> str:
    """Check the address of a store; no message may show its password."""
    kind, separator, rest = url.partition("://")
    if not separator:
        raise RefusedError(f"is no address of a store: write {_forms()}")
    if kind not in STORES:
        near = suggestion(kind, STORES)
        raise RefusedError(f"there is no store {kind!r}{near or f': write {_forms()}'}")
    if kind == "memory" and rest:
        raise RefusedError("memory:// takes nothing after it")
    if kind == "sqlite" and (not rest.startswith("/") or rest.endswith("/")):
        raise RefusedError(
            "needs three slashes and a file: sqlite:///counts.db is beside the configuration, "
            "sqlite:////var/lib/counts.db is anywhere"
        )
    if rest == "/:memory:":
        raise RefusedError("write memory:// for counts that no file keeps")
    if kind in address.FORMS:
        try:
            address.parse(url)
        except ValueError as error:
            raise RefusedError(str(error)) from None
    return url


def _forms() -> str:
    *others, last = STORES.values()
    return f"{', '.join(others)} or {last}"


def _refresh(seconds: float) -> float:
    if seconds < _SHORTEST_REFRESH:
        raise RefusedError("must be at least 10ms")
    return seconds


def _declared(experiments: dict[str, ExperimentSection]) -> dict[str, ExperimentSection]:
    if not experiments:
        raise RefusedError("is empty: declare at least one experiment")
    check_groups(experiments)
    return experiments


class Configuration(Section):
    """A banditware configuration."""

    secret_keys: Annotated[
        list[Annotated[str, BeforeValidator(_secret)]],
        AfterValidator(_secrets),
        BeforeValidator(as_list),
        OrOne(),
    ] = Field(description="Keys of the cookie's signature, oldest first: the last signs.")
    store: Annotated[str, AfterValidator(_store)] = optional(
        "sqlite:///banditware.db", f"Address of the shared counts: {_forms()}."
    )
    refresh: Annotated[Duration, AfterValidator(_refresh)] = optional(
        "1s", "How often processes exchange counts with the store."
    )
    cookie: CookieSection = optional({}, "How the cookie is written.")
    consent: ConsentSection | None = optional(None, "Whether subjects may be remembered.")
    bots: Annotated[bool, BeforeValidator(one_of(_BOTS)), WithJsonSchema({"enum": list(_BOTS)})] = (
        optional("exclude", "Whether decisions for bots are counted.")
    )
    count: Annotated[str, BeforeValidator(one_of(_WAYS)), WithJsonSchema({"enum": list(WAYS)})] = (
        optional("response", "What is a pull of experiments that do not say it themselves.")
    )
    beacon: BeaconSection = optional({}, "Where pages tell that they are seen.")
    below_mount: bool = optional(False, "Whether routes are matched below the app's mount point.")
    experiments: Annotated[dict[Key, ExperimentSection], AfterValidator(_declared), ByName()] = (
        Field(description="The experiments, by name.")
    )
    routes: list[RouteSection] = optional([], "Which requests choose and reward.")
    attributes: Attributes = optional({}, "Where the attributes of a request stand, by name.")

    @field_validator("attributes")
    @classmethod
    def _attributes(cls, sources: Attributes, info: ValidationInfo) -> Attributes:
        """Compare the path variables that attributes read with those of the routes."""
        routes = info.data.get("routes")
        if routes is not None:
            check_variables(sources, routes)
        return sources

    @model_validator(mode="after")
    def _beacon(self) -> Configuration:
        """Compare where beacons go with where the cookie does."""
        check_cookie(self)
        return self

    @model_validator(mode="after")
    def _redirects(self) -> Configuration:
        """Compare where redirects lead with what is chosen there."""
        faults = Faults()
        check_redirects(self.experiments, self.routes, faults)
        faults.settle()
        return self

    log: Annotated[list[LogSection], BeforeValidator(as_list), OrOne()] = optional(
        [], "Where every decision and reward is told."
    )
    caching: Annotated[
        bool, BeforeValidator(one_of(_CACHING)), WithJsonSchema({"enum": list(_CACHING)})
    ] = optional("private", "Whether shared caches may keep a page for each arm.")
    kill_switch: str | None = optional(
        None, "A file whose existence switches everything off; see `docs/lifecycle.md`."
    )
    debug: DebugOrFlag = optional(False, "What is shown of decisions while an app is made.")
