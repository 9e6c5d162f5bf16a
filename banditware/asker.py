"""Who asks: what a request says of its subject, found out when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banditware.attributes import NOTHING, attributes_of
from banditware.bots import is_bot
from banditware.excluding import barred, uncounted
from banditware.ground import Ground
from banditware.http import Facts
from banditware.model import Experiment
from banditware.recognising import recognised
from banditware.routes import NO_MATCHES, Matches
from banditware.targeting import Targeting, kept_out
from banditware.tokens import Assignments


class Asker:
    """The subject of one request. A visit is one."""

    # Defaults stand in the class: one is made for every request, and most never set them.

    _attributes: Mapping[str, Any] | None = None
    _assignments: Assignments | None = None
    _is_bot: bool = False
    _time: float = 0.0
    _barred: str | None = None
    #: True if the cookie or a count may change.
    _unsettled: bool = False

    def __init__(self, ground: Ground, facts: Facts, matches: Matches = NO_MATCHES) -> None:
        self._ground = ground
        self._facts = facts
        self._matches = matches
        #: True once the response has started: what is decided later cannot be remembered.
        self.started = False
        #: True if there may be something to do for the response.
        self.touched = False

    @property
    def subject(self) -> str:
        """The opaque id of whom this request belongs to; new unless the cookie named one."""
        return (self._assignments or self._known()).subject

    @property
    def attributes(self) -> Mapping[str, Any]:
        """What the request says of its subject, as `attributes` of the configuration has it.

        Read when it is asked for; what is missing is not in it. `id` is the subject's opaque id,
        unless the configuration says where to find another one.
        """
        if self._attributes is None:
            ground = self._ground
            known = {"id": self.subject}
            self._attributes = attributes_of(ground.sources, self._facts, self._matches, known)
        return self._attributes

    def _kept_out(
        self, experiment: Experiment, targeting: Targeting, context: Mapping[str, Any] | None
    ) -> str:
        """Return why the subject does not take part, or nothing; a bot is no subject."""
        known = self._assignments or self._known()
        if self._is_bot:
            return ""
        given = self._said(context) if targeting.rules else NOTHING
        # Whom this process has served before belongs to the share.
        served = known.served.get(experiment.name)
        belongs = served is not None and served.experiment is experiment
        return kept_out(targeting, self._time, given, None if belongs else known.subject)

    def _said(self, context: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return what the request and before it the view say of the subject."""
        return {**self.attributes, **context} if context else self.attributes

    def _uncounted(self, experiment: Experiment) -> str:
        why = uncounted(self._facts, experiment, self._why_barred())
        return why or ("started" if self.started else "")

    def _why_barred(self) -> str:
        if self._barred is None:
            self._barred = barred(self._facts, bot=self._is_bot)
        return self._barred

    def _known(self) -> Assignments:
        """Find out who asks, and when; a bot has no cookie.

        Everything else that looks at the bot, the time and the assignments comes after it.
        """
        ground, facts = self._ground, self._facts
        self._is_bot = not ground.count_bots and is_bot(facts.header("user-agent"))
        self._time = ground.clock()
        found = self._assignments = recognised(ground, facts, self._time, bot=self._is_bot)
        self._unsettled |= found.stale_key
        return found
