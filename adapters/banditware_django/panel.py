"""A panel of django-debug-toolbar: what was decided for the request, and why.

`"banditware_django.panel.BanditsPanel"` in `DEBUG_TOOLBAR_PANELS`.
"""

from __future__ import annotations

from debug_toolbar.panels import Panel
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.html import format_html, format_html_join

from banditware import Decision

#: What stands above the table where arms are forced.
_FORCED = (
    "<p>Shown by force, counted nowhere: {} (<code>banditware link --clear</code> ends it).</p>"
)

_HEADS = ("experiment", "arm", "value", "reason", "propensity", "counts")


class BanditsPanel(Panel):  # type: ignore[misc]  # Django has no type information
    """Shows the decisions of the request."""

    title = "Experiments"
    is_async = True

    @property
    def nav_subtitle(self) -> str:
        """The arms, in a line."""
        rows = self.get_stats().get("rows", ())
        return ", ".join(f"{experiment}: {arm}" for experiment, arm, *_ in rows)

    @property
    def content(self) -> str:
        """A table of the decisions."""
        rows = self.get_stats().get("rows", ())
        if not rows:
            return str(format_html("<p>{}</p>", "Nothing was decided for this request."))
        cells = [format_html_join("", "<td>{}</td>", ((cell,) for cell in row)) for row in rows]
        heads = format_html_join("", "<th>{}</th>", ((head,) for head in _HEADS))
        body = format_html_join("", "<tr>{}</tr>", ((each,) for each in cells))
        forced = self.get_stats().get("forced", "")
        note = format_html(_FORCED, forced) if forced else ""
        table = "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>"
        return str(note + format_html(table, heads, body))

    def generate_stats(self, request: HttpRequest, response: HttpResponseBase) -> None:  # noqa: ARG002  # the toolbar calls it so
        """Keep what was decided; called when the view has answered."""
        visit = getattr(request, "bandits", None)
        decisions = () if visit is None else visit.decisions.values()
        arms = {} if visit is None else visit.forced
        forced = " ".join(f"{name}={arm}" for name, arm in arms.items())
        self.record_stats({"rows": [_row(each) for each in decisions], "forced": forced})


def _row(decision: Decision) -> list[str]:
    return [
        decision.experiment,
        decision.arm,
        str(decision.value),
        decision.reason,
        f"{decision.propensity:.1%}",
        "yes" if decision.counted else "no",
    ]
