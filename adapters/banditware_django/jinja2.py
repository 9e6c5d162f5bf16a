"""The subject's arms in templates of Jinja2: `{{ arm("color_btn") }}`.

`"OPTIONS": {"environment": "banditware_django.jinja2.environment"}` in `TEMPLATES` is all; an
environment of the project's own gets `environment.globals.update(arm=arm, beacon=beacon)`.
"""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from banditware_django.visits import arm as arm_of
from banditware_django.visits import beacon as beacon_of


@pass_context
def arm(context: Context, experiment: str) -> Any:
    """Return the value of the subject's arm; it is decided when a template first asks for it.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
        UnknownExperimentError: no experiment has that name.
    """
    return arm_of(experiment, context.get("request"))


@pass_context
def beacon(context: Context, nonce: str = "") -> str:
    """Return the `<script>` that tells when the page is seen; see `Visit.beacon`.

    Raises:
        NoVisitError: no request is being handled here, or the middleware is not there.
    """
    return beacon_of(nonce, context.get("request"))


def environment(**options: Any) -> Environment:
    """Return an environment of Jinja2 whose templates know `arm` and `beacon`."""
    made = Environment(**options)  # noqa: S701  # Django escapes: `autoescape` is in its options
    made.globals.update(arm=arm, beacon=beacon)
    return made
