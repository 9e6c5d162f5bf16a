"""The routes of the dashboard, which answer instead of the app."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from banditware.answer import Answer, Later, Received
from banditware.dashboard import answers
from banditware.dashboard.desk import Desk
from banditware.dashboard.entering import answered
from banditware.dashboard.judging import Judge
from banditware.dashboard.layout import Viewer
from banditware.dashboard.limiting import Limiter
from banditware.dashboard.lookout import Lookout
from banditware.dashboard.requests import MOST, read
from banditware.dashboard.sessions import Sessions
from banditware.dashboard.signing_in import message_page
from banditware.dashboard.source import Source
from banditware.dashboard_settings import DashboardSettings
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.http import NO_EFFECTS, Effects
from banditware.routes import Route


def dashboard_routes(
    settings: DashboardSettings,
    bandit: Source,
    secrets: Sequence[str],
    clock: Callable[[], float],
) -> tuple[Route, ...]:
    """Return the routes of a dashboard: its path, and all that is below it.

    Args:
        settings: where it is, and who may see it.
        bandit: whose experiments it shows.
        secrets: keys of signatures, oldest first: the last signs, all verify.
        clock: seconds since the epoch.
    """
    lookout = Lookout(bandit.alarms, clock, bandit.hidden)
    desk = Desk(bandit, Sessions(secrets, settings), Limiter(clock), Judge(), lookout)
    path = settings.path

    def serve(ground: Ground, facts: Facts) -> tuple[Later, Effects]:
        def respond(received: Received) -> Answer:
            home = settings.url or received.mount * ground.below_mount + path
            request = read(facts, facts.path[len(path) + 1 :], received, home)
            try:
                return answered(desk, ground, request)
            except Exception as error:  # noqa: BLE001  # whatever it was, somebody waits for a page
                bandit.hidden(error)
                text = "Something went wrong; banditware's log says what."
                page = message_page("Not now", text, Viewer(None, request.root))
                return answers.html(page, 500)

        return Later(respond, MOST), NO_EFFECTS

    def into(_ground: Ground, _facts: Facts) -> tuple[Answer, Effects]:
        # Relative, so that it holds behind any proxy; pages link to what is below a slash.
        return answers.see_other(f"{path.rpartition('/')[2]}/"), NO_EFFECTS

    below = (Route(f"{path}/", serve=serve), Route(f"{path}/<path:place>", serve=serve))
    return (Route(path, serve=into), *below) if path else below
