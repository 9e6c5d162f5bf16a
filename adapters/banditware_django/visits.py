"""What code inside of a request of Django gets hold of."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest

from banditware import Visit
from banditware.current import NoVisitError, current_visit

#: Where the middleware is found.
MIDDLEWARE = "banditware_django.middleware.BanditsMiddleware"


def visit_of(request: HttpRequest) -> Visit:
    """Return the visit of a request.

    Raises:
        ImproperlyConfigured: the middleware is not there.
    """
    visit: Visit | None = getattr(request, "bandits", None)
    if visit is None:
        raise ImproperlyConfigured(
            f"the request has no `bandits`: put {MIDDLEWARE!r} first in MIDDLEWARE"
        )
    return visit


def arm(experiment: str, request: HttpRequest | None = None) -> Any:
    """Return the value of the subject's arm, for templates; it is decided when first asked for.

    A template that does not know its request belongs to the one that is being handled.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
        UnknownExperimentError: no experiment has that name.
    """
    return _visit(request)[experiment]


def beacon(nonce: str = "", request: HttpRequest | None = None) -> str:
    """Return the `<script>` that tells when the page is seen, for templates; see `Visit.beacon`.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
    """
    return _visit(request).beacon(nonce)


def _visit(request: HttpRequest | None) -> Visit:
    visit: Visit | None = getattr(request, "bandits", None)
    return current_visit() if visit is None else visit


__all__ = ["MIDDLEWARE", "NoVisitError", "arm", "beacon", "visit_of"]
