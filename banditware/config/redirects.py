"""Redirects that lead to pages that redirect: a browser must not go round in circles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import unquote, urlsplit

from banditware.config.experiment import ExperimentSection
from banditware.config.faults import Faults
from banditware.config.route import RouteSection
from banditware.routes import Route, Router

#: Which experiments a browser may meet next, by experiment and arm.
_Steps = Mapping[tuple[str, str], frozenset[str]]


def check_redirects(
    experiments: Mapping[str, ExperimentSection], routes: Sequence[RouteSection], faults: Faults
) -> None:
    """Refuse redirects of several experiments that lead to each other.

    One that leads to a page of its own experiment is fine: who is there gets the app.
    """
    steps = dict(_steps(experiments, routes))
    for (name, arm), others in steps.items():
        for other in sorted(others):
            if name in _reached(steps, other):
                message = (
                    f"leads to a page where {other!r} redirects, which leads back: a browser would "
                    "go round in circles"
                )
                faults.add(("experiments", name, "arms", arm, "redirect"), message)
                break


def _steps(
    experiments: Mapping[str, ExperimentSection], routes: Sequence[RouteSection]
) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Yield whom a browser meets where a redirect leads, on any host."""
    targets = {
        (name, arm): long.redirect
        for name, section in experiments.items()
        for arm, long in (section.arms or {}).items()
        if long.redirect is not None
    }
    redirecting = {name for name, _ in targets}
    router = Router(
        Route(each.match.path, each.match.methods, choose=tuple(each.choose)) for each in routes
    )
    for (name, arm), target in targets.items():
        matches = router.match("GET", unquote(urlsplit(target).path) or "/", "")
        met = {each for match in matches for each in match.route.choose}
        yield (name, arm), frozenset((met & redirecting) - {name})


def _reached(steps: _Steps, start: str) -> set[str]:
    """Return the experiments that a browser may meet from the pages of one on."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for (name, _), others in steps.items():
            if name == here:
                waiting += others - found
                found |= others
    return found
