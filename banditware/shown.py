"""What the response of a visit shows, as caches have to know it."""

from __future__ import annotations

from collections.abc import Iterable

from banditware.answer import Diverted
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.http import Effects
from banditware.model import Decision
from banditware.routes import NO_MATCHES, Matches
from banditware.sharing import ARMS, listed, shareable
from banditware.tokens import Assignment, Assignments, remembered
from banditware.validators import IF_NONE_MATCH, changed, mark_of, with_mark

#: The methods whose conditions are about what was kept; with others they guard a change.
_READING = frozenset({"GET", "HEAD"})


class Shown(Diverted):
    """The part of a visit that caches are concerned with.

    Defaults stand in the class: most requests have nothing of it.
    """

    _ground: Ground
    _facts: Facts
    _matches: Matches = NO_MATCHES
    _decisions: dict[str, Decision]
    _assignments: Assignments | None

    #: The conditions that the app shall see, by header and empty for none, if others than came.
    conditions: dict[str, str] | None = None
    #: Response headers that tell of the decisions, while an app is made.
    notes: tuple[tuple[str, str], ...] = ()

    @property
    def mark(self) -> str:
        """The mark of the arms that the routes chose; empty if they chose none.

        What a view decides by itself is not in it: the view makes its own ETag, and a request that
        asks by it comes before the view decides.
        """
        arms = tuple(
            _text(remembered(self._decisions[name]))
            for name in self._matches.choose
            if name not in self._ground.unnamed and name in self._decisions
        )
        return mark_of(arms) if arms else ""

    def reroute(self, names: Iterable[str]) -> None:
        """Serve what arms of these experiments name instead of the requested path."""
        ground = self._ground
        for name in names:
            if name in ground.rewriting:
                self.divert(ground.diversion(self._decisions[name], self._facts))

    def revalidate(self) -> None:
        """Let the app answer that nothing changed only to who has the page of these arms.

        For a request with conditions.
        """
        facts = self._facts
        if self._decisions and facts.method in _READING:
            self.conditions = changed(facts.header(IF_NONE_MATCH), self.mark)
            self.diverted = True

    def marked(self, etag: str) -> str:
        """Return an ETag of the app with the mark of the arms, if routes chose any."""
        mark = self.mark
        return with_mark(etag, mark) if mark else etag

    def shared(self, effects: Effects) -> bool:
        """Return True if a cache that keeps a page for each arm may keep this one.

        It may if the request says which arms it is for, these are the arms of a cookie that holds
        good and was counted, and nothing else is counted or changed: so whoever gets the copy would
        have got this. Where subjects are asked for their consent it never may, because the cache
        knows nothing of who takes theirs back.
        """
        if self._ground.consent is not None or effects.cookies:
            return False
        said = self._facts.header(ARMS)
        if not said or self._facts.method != "GET" or effects.records or effects.set_cookie:
            return False
        if self._matches.rewards:
            return False
        kept = self._assignments.by_experiment if self._assignments else {}
        known = self._ground.snapshot.experiments
        arms = set()
        for name, decision in self._decisions.items():
            entry = kept.get(name)
            if (
                entry is None
                or entry.id != decision.id
                or not entry.counted
                or not shareable(decision, known[name].experiment)
            ):
                return False
            arms.add(_text(entry))
        return arms == listed(said)


def _text(entry: Assignment) -> str:
    """Return the beginning of what the cookie says of a decision."""
    return f"{entry.experiment}~{entry.version}~{entry.arm}"


#: The visit of nobody.
NOTHING_SHOWN = Shown()
