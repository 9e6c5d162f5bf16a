"""From a request to an answer: who may see it, and which page it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from banditware.answer import Answer
from banditware.dashboard import answers
from banditware.dashboard.changes_page import changes_page
from banditware.dashboard.changing import action
from banditware.dashboard.confirming import Wanted, confirming_page
from banditware.dashboard.desk import Desk
from banditware.dashboard.experiment import SPAN, SPANS, experiment_data, plain_change
from banditware.dashboard.experiment_page import experiment_page
from banditware.dashboard.layout import Viewer
from banditware.dashboard.overview import overview
from banditware.dashboard.overview_page import overview_page
from banditware.dashboard.requests import Request
from banditware.dashboard.sessions import Session
from banditware.dashboard.signing_in import message_page
from banditware.errors import ControlError, UnknownExperimentError
from banditware.ground import Ground

#: Pages by the method and the place; `/` at the end: all places below it.
Page = Callable[["Asked"], Answer]

#: Changes that a page shows.
MOST_CHANGES = 200


@dataclass(frozen=True)
class Asked:
    """One request of somebody who may look.

    Attributes:
        desk: what pages are made from.
        ground: what the app's visits stand on, with the counts.
        request: what is asked.
        session: who asks.
    """

    desk: Desk
    ground: Ground
    request: Request
    session: Session

    @property
    def viewer(self) -> Viewer:
        """Who asks, as pages take it."""
        key = self.desk.sessions.form_key(self.session)
        return Viewer(self.session, self.request.root, key)

    def missing(self) -> Answer:
        """Return the answer where there is nothing."""
        if self.request.wants_json:
            return answers.data({"error": "there is nothing here"}, 404)
        return answers.html(message_page("Not found", "There is nothing here.", self.viewer), 404)


def page_of(asked: Asked) -> Answer:
    """Return the page that is asked for.

    Raises:
        StoreError: it needs the store, which cannot be reached.
    """
    request = asked.request
    folder = request.place[: request.place.rfind("/") + 1] or None
    by_method = _PAGES.get(request.place) or _PAGES.get(folder) or {}
    found = by_method.get(request.method)
    if found is not None:
        answer = found(asked)
        asked.desk.lookout.begin()
        return answer
    if not by_method:
        return asked.missing()
    allowed = ("Allow", ", ".join(sorted(by_method)))
    answer = answers.data({"error": f"{request.method} is not for this"}, 405)
    return answer._replace(headers=(*answer.headers, allowed))


def _overview(asked: Asked) -> dict[str, Any]:
    archived = asked.request.query.get("archived") == "1"
    ground, desk = asked.ground, asked.desk
    return overview(desk, ground.snapshot, ground.clock(), archived=archived)


def _overview_page(asked: Asked) -> Answer:
    query, viewer = asked.request.query, asked.viewer._replace(refreshes=True)
    wanted, archived = query.get("q", ""), query.get("archived") == "1"
    return answers.html(overview_page(_overview(asked), viewer, wanted=wanted, archived=archived))


def _overview_data(asked: Asked) -> Answer:
    return answers.data(_overview(asked))


def _experiment(asked: Asked) -> dict[str, Any] | None:
    name = asked.request.place.rpartition("/")[2]
    snapshot = asked.ground.snapshot
    if name not in snapshot.experiments:
        return None
    span = asked.request.query.get("span", SPAN)
    ground, desk = asked.ground, asked.desk
    span = span if span in SPANS else SPAN
    return experiment_data(desk, snapshot, name, ground.clock(), span)


def _experiment_page(asked: Asked) -> Answer:
    found = _experiment(asked)
    if found is None:
        return asked.missing()
    done = asked.request.query.get("changed", "")
    last = next((each for each in found["changes"] if str(each["id"]) == done), None)
    said = f"Done: {last['action']} {last['arm']}".strip() if last else ""
    return answers.html(experiment_page(found, asked.viewer, done=said))


def _experiment_data(asked: Asked) -> Answer:
    found = _experiment(asked)
    return asked.missing() if found is None else answers.data(found)


def _changes(asked: Asked) -> list[dict[str, Any]]:
    return [plain_change(each) for each in asked.desk.bandit.changes(limit=MOST_CHANGES)]


def _changes_page(asked: Asked) -> Answer:
    return answers.html(changes_page(_changes(asked), asked.viewer))


def _changes_data(asked: Asked) -> Answer:
    return answers.data({"changes": _changes(asked)})


def _confirm(asked: Asked) -> Answer:
    wanted = _wanted(asked, asked.request.query)
    if wanted is None:
        return asked.missing()
    return answers.html(confirming_page(wanted, asked.viewer, arms=_arms(asked, wanted)))


def _change(asked: Asked) -> Answer:
    """Change something, by the form of the page that says what it means."""
    form, sessions = asked.request.form or {}, asked.desk.sessions
    if not sessions.made_here(asked.session, form.get("key", "")):
        text = "This form is not of this session: go back, load the page anew and try again."
        return answers.html(message_page("Not changed", text, asked.viewer), 403)
    wanted = _wanted(asked, form)
    if wanted is None:
        return asked.missing()
    try:
        change = _made(asked, wanted)
    except (ControlError, UnknownExperimentError) as error:
        arms, problem = _arms(asked, wanted), str(error)
        return answers.html(confirming_page(wanted, asked.viewer, arms=arms, problem=problem), 409)
    if not wanted.experiment:
        return answers.see_other("./")
    return answers.see_other(f"experiments/{quote(wanted.experiment)}?changed={change['id']}")


def _change_data(asked: Asked) -> Answer:
    """Change something, by a token that came with the request."""
    if asked.session.value:
        return answers.data({"error": "send the writing token: Authorization: Bearer TOKEN"}, 403)
    wanted = _wanted(asked, asked.request.form or {})
    if wanted is None:
        return answers.data(
            {"error": "name an action, and an experiment and an arm it is for"}, 400
        )
    try:
        return answers.data(_made(asked, wanted))
    except (ControlError, UnknownExperimentError) as error:
        return answers.data({"error": str(error)}, 409)


def _wanted(asked: Asked, said: Mapping[str, str]) -> Wanted | None:
    """Return the change that is asked for; None for none there is, and who may not change it."""
    experiment, arm = said.get("experiment", ""), said.get("arm", "")
    found = action(said.get("action", ""), experiment, arm)
    if found is None or not asked.session.writes:
        return None
    if experiment and experiment not in asked.ground.snapshot.experiments:
        return None
    return Wanted(found, experiment, arm, said.get("value", ""), said.get("note", "")[:200])


def _arms(asked: Asked, wanted: Wanted) -> list[str]:
    snapshot = asked.ground.snapshot.experiments.get(wanted.experiment)
    return [] if snapshot is None else [arm.name for arm in snapshot.experiment.arms]


def _made(asked: Asked, wanted: Wanted) -> dict[str, Any]:
    change = asked.desk.bandit.control(
        wanted.action.name,
        wanted.experiment or None,
        arm=wanted.arm or None,
        value=wanted.value or None,
        who=asked.session.who or "dashboard",
        note=wanted.note,
    )
    return plain_change(change)


_PAGES: Mapping[str | None, Mapping[str, Page]] = {
    "": {"GET": _overview_page},
    "experiments/": {"GET": _experiment_page},
    "changes": {"GET": _changes_page},
    "change": {"GET": _confirm, "POST": _change},
    "api/overview": {"GET": _overview_data},
    "api/experiments/": {"GET": _experiment_data},
    "api/changes": {"GET": _changes_data, "POST": _change_data},
}
