"""Why the decision of a request is what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from banditware.consent import REFUSED, STATELESS, UNKNOWN
from banditware.deciding import again, undecided
from banditware.details import Details, Rule
from banditware.excluding import barred, uncounted
from banditware.explaining import described
from banditware.facts import Facts
from banditware.forcing import FORCED
from banditware.model import Decision
from banditware.tokens import Assignment
from banditware.trying import Asked, choosable, held, remembered, settled, targeted

#: So much of a User-Agent is told.
_LONGEST_AGENT = 120

#: What was found of consent, by why nothing may be remembered.
_CONSENT = {
    REFUSED: "they said no",
    UNKNOWN: "nobody said anything",
    STATELESS: "nobody said anything, so what is drawn is not remembered",
}


class Standing(NamedTuple):
    """How a request stands to an experiment.

    Attributes:
        facts: what is known of the request.
        bot: True if it is a bot's; None if nobody looks, because bots are counted.
        forced: the arm that is asked for by force, or nothing.
        objection: why nothing may be remembered of the subject; None if it may.
        started: True if the response had started when it was decided, or has by now.
        assignment: what the cookie says of the experiment, if anything.
    """

    facts: Facts
    bot: bool | None
    objection: str | None
    forced: str
    started: bool
    assignment: Assignment | None


def details(standing: Standing, asked: Asked) -> Details:
    """Return why the decision of a request is what it is, or what would be decided."""
    repeated = _repeated(standing, asked)
    return described(asked, settled(_rules(standing, asked, repeated)), repeated)


def _rules(standing: Standing, asked: Asked, repeated: Decision | None) -> Iterator[Rule]:
    facts = standing.facts
    if standing.forced:
        found = f"{standing.forced}, by a link or by the query"
        yield Rule("forced", "no arm is asked for by force", found, FORCED)
    if standing.bot is not None:
        agent = facts.header("user-agent")[:_LONGEST_AGENT]
        yield Rule("bots", "no bot asks", repr(agent), "bot" if standing.bot else "")
    if standing.objection is not None:
        found, reason = _CONSENT[standing.objection], standing.objection
        yield Rule("consent", "somebody said yes", found, "" if reason == STATELESS else reason)
    yield from targeted(asked)
    yield remembered(standing.assignment, repeated)
    if standing.started:
        yield Rule("started", "the response has not started", "it has", "started")
    yield from held(asked)
    yield from choosable(asked)
    methods = " or ".join(sorted(asked.experiment.methods))
    found = f"it is {facts.method}"
    yield Rule(
        "count", f"the request is {methods}, and no prefetch", found, _uncounted(standing, asked)
    )


def _repeated(standing: Standing, asked: Asked) -> Decision | None:
    """Return what is shown by force, or what the cookie remembers, if it may be served again."""
    if standing.forced:
        return undecided(asked.experiment, FORCED, seal=repr, default=standing.forced)
    if standing.assignment is None:
        return None
    why = _uncounted(standing, asked) or ("started" if standing.started else "")
    return again(asked.snapshot, standing.assignment, now=asked.now, seal=repr, uncounted=why)


def _uncounted(standing: Standing, asked: Asked) -> str:
    facts = standing.facts
    why = standing.objection or barred(facts, bot=bool(standing.bot))
    return uncounted(facts, asked.experiment, why)
