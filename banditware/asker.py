"""What is known of whoever asks, beside their id: attributes, and whether they take part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from banditware.attributes import NOTHING, attributes_of
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.identifying import Identifies
from banditware.model import Experiment
from banditware.routes import NO_MATCHES, Matches
from banditware.targeting import Targeting, kept_out


class Asker(Identifies):
    """The subject of one request. A visit is one."""

    def __init__(self, ground: Ground, facts: Facts, matches: Matches = NO_MATCHES) -> None:
        self._ground = ground
        self._facts = facts
        self._matches = matches
        #: True once the response has started: what is decided later cannot be remembered.
        self.started = False
        #: True if there may be something to do for the response.
        self.touched = False

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
        """Return why the subject does not take part, or nothing; who gets defaults does not."""
        known = self._assignments or self._known()
        if self._withheld or experiment.name in self.forced:
            return ""
        given = self._said(context) if targeting.rules else NOTHING
        # Whom this process has served before belongs to the share.
        served = known.served.get(experiment.name)
        belongs = served is not None and served.experiment is experiment
        return kept_out(targeting, self._time, given, None if belongs else known.subject)

    def _said(self, context: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return what the request and before it the view say of the subject."""
        return {**self.attributes, **context} if context else self.attributes
