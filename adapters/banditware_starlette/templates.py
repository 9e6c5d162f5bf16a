"""Arms in templates: `Jinja2Templates(directory, context_processors=[bandits])`."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from banditware_starlette.visits import visit_of


def bandits(request: Request) -> dict[str, Any]:
    """Let templates say `{{ arm("color_btn") }}`: the value of the visitor's arm.

    It is decided when the template first asks, so a page that does not ask counts nothing. And
    `{{ beacon() }}` is the script that tells when the page is seen; see `Visit.beacon`. Without a
    visit, asking raises `NoVisitError`.
    """

    def arm(experiment: str) -> Any:
        return visit_of(request)[experiment]

    def beacon(nonce: str = "") -> str:
        return visit_of(request).beacon(nonce)

    return {"arm": arm, "beacon": beacon}
