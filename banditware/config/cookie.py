"""The `cookie` section as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from banditware.config.base import Section, optional
from banditware.config.document import WRITTEN
from banditware.config.faults import Faults, RefusedError
from banditware.config.fields import Duration, one_of

_SECURE: dict[str, bool | None] = {"auto": None, "true": True, "false": False}
_SAME_SITE = {word: word for word in ("lax", "strict", "none")}


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", text):
        raise RefusedError(f"must be 1 to 64 letters, digits and the characters _ -, not {WRITTEN}")
    if text.lower().startswith(("__host-", "__secure-")):
        raise RefusedError("must not start with __Host- or __Secure-: https adds it by itself")
    return text


def _path(text: str) -> str:
    if not re.fullmatch(r"/[!-:<-~]*", text):
        raise RefusedError(f"must be a path that starts with /, without spaces or ;, not {WRITTEN}")
    return text


def _domain(text: str) -> str:
    if not re.fullmatch(r"\.?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", text):
        raise RefusedError(f"must be the name of a host, not {WRITTEN}")
    return text


_Secure = Annotated[
    Any, BeforeValidator(one_of(_SECURE)), WithJsonSchema({"enum": ["auto", True, False]})
]
_SameSite = Annotated[
    Any, BeforeValidator(one_of(_SAME_SITE)), WithJsonSchema({"enum": list(_SAME_SITE)})
]


class CookieSection(Section):
    """How the cookie that remembers assignments is written."""

    name: Annotated[str, AfterValidator(_name)] = optional(
        "bw", "Its name; https adds __Host- where path and domain allow it."
    )
    max_age: Duration = optional("90d", "How long browsers keep it.")
    secure: _Secure = optional("auto", "Only over https; auto: if the request was.")
    same_site: _SameSite = optional("lax", "Value of SameSite.")
    path: Annotated[str, AfterValidator(_path)] = optional("/", "Value of Path.")
    domain: Annotated[str, AfterValidator(_domain)] | None = optional(
        None, "Value of Domain; the host alone if left out."
    )

    @classmethod
    def check(cls, data: Mapping[str, Any], faults: Faults) -> None:
        """Refuse what browsers refuse."""
        if data.get("same_site") == "none" and data.get("secure") is False:
            faults.add(
                ("secure",), "browsers refuse a cookie with same_site: none and secure: false"
            )
