"""`{% load banditware %}`: the subject's arms in templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

from banditware_django.visits import arm as arm_of
from banditware_django.visits import beacon as beacon_of

register = template.Library()


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]  # Django has no types
def arm(context: Mapping[str, Any], experiment: str) -> Any:
    """Show the value of the subject's arm, or keep it: `{% arm "color_btn" as colour %}`.

    The arm is decided when a template first asks for it.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
        UnknownExperimentError: no experiment has that name.
    """
    return arm_of(experiment, context.get("request"))


@register.simple_tag(takes_context=True)  # type: ignore[untyped-decorator]  # Django has no types
def beacon(context: Mapping[str, Any], nonce: str = "") -> str:
    """Show the `<script>` that tells when the page is seen; see `Visit.beacon`.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
    """
    return beacon_of(nonce, context.get("request"))
