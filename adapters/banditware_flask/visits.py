"""What code inside of a Flask request gets hold of."""

from __future__ import annotations

from typing import Any

from flask import has_request_context, request

from banditware import Visit
from banditware import current_visit as visit_of_context
from banditware.current import VISIT_KEY


def current_visit() -> Visit:
    """Return the visit of the request that Flask is handling.

    The request knows its visit wherever Flask knows the request: in views of either kind, in
    templates, and in a response that is streamed `with_context`.

    Raises:
        NoVisitError: nothing is being handled here, or the app has no experiments.
    """
    visit: Visit | None = request.environ.get(VISIT_KEY) if has_request_context() else None
    return visit_of_context() if visit is None else visit


def arm(experiment: str) -> Any:
    """Return the value of the subject's arm, for templates; it is decided when first asked for.

    Raises:
        NoVisitError: no request is being handled here.
        UnknownExperimentError: no experiment has that name.
    """
    return current_visit()[experiment]


def beacon(nonce: str = "") -> str:
    """Return the `<script>` that tells when the page is seen, for templates; see `Visit.beacon`.

    Raises:
        NoVisitError: no request is being handled here.
    """
    return current_visit().beacon(nonce)
