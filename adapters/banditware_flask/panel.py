"""A panel for Flask-DebugToolbar: what was decided in this request, and why.

`DEBUG_TB_PANELS = [*DEBUG_TB_PANELS, "banditware_flask.panel.BanditPanel"]` shows it. Nobody else
imports this module, so that the toolbar need not be installed.
"""

from __future__ import annotations

from pathlib import Path

from flask_debugtoolbar.panels import DebugPanel

from banditware import Visit
from banditware.current import NoVisitError
from banditware_flask.apps import current_bandit
from banditware_flask.visits import current_visit

_PAGE = Path(__file__).with_name("panel.html").read_text(encoding="utf-8")


class BanditPanel(DebugPanel):
    """Experiments, arms, probabilities and reasons, as the request left them.

    Looking decides nothing and counts nothing.
    """

    name = "Banditware"
    has_content = True

    def nav_title(self) -> str:
        """Return what the panel is called in the list of panels."""
        return "Experiments"

    def nav_subtitle(self) -> str:
        """Return how many experiments were decided."""
        visit = _visit()
        return "none" if visit is None else f"{len(visit.decisions)} decided"

    def title(self) -> str:
        """Return what stands above the panel."""
        return "Experiments"

    def url(self) -> str:
        """Return where the panel leads to without JavaScript: nowhere."""
        return ""

    def content(self) -> str:
        """Return every experiment of the app, with its arms and the rules that were tried."""
        visit = _visit()
        experiments = () if visit is None else current_bandit().settings.experiments
        found = [visit.why(each.name) for each in experiments if visit is not None]
        return self.jinja_env.from_string(_PAGE).render(visit=visit, experiments=found)


def _visit() -> Visit | None:
    try:
        return current_visit()
    except NoVisitError:
        return None
