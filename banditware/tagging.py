"""The part of a visit that has to do with the beacon: its script in pages, and its own requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from banditware.answer import Answer, Diverted, Later
from banditware.beacon import UNSEEN
from banditware.facts import Facts
from banditware.ground import Ground
from banditware.http import NO_EFFECTS, Effects
from banditware.model import NO_BASIS, Decision
from banditware.routes import Serve
from banditware.tokens import Assignments

#: Why a decision is no pull so far; of these, those that the beacon makes pulls.
_AWAITING = frozenset({UNSEEN, "prefetch", "holdout"})


class Tag(str):
    """HTML that a template shall take as it is."""

    __slots__ = ()

    def __html__(self) -> str:
        """Return the HTML, as templates ask for it."""
        return self


class _Visit(Protocol):
    """What is known of a request; see `banditware.visit`."""

    _ground: Ground
    _facts: Facts
    _effects: Effects
    _assignments: Assignments | None

    @property
    def decisions(self) -> Mapping[str, Decision]: ...

    def divert(self, to: str | Answer | Later | None) -> None: ...

    def _known(self) -> Assignments: ...


class Beacons(Diverted):
    """Gives a page its script, and a beacon its answer."""

    #: What happens to a response that decides nothing.
    _effects: Effects = NO_EFFECTS

    def _serve(self: _Visit, serve: Serve) -> None:
        """Answer instead of the app."""
        answer, self._effects = serve(self._ground, self._facts)
        self.divert(answer)

    def beacon(self: _Visit, nonce: str = "") -> Tag:
        """Return the `<script>` that tells when the page is seen; put it at the page's end.

        It carries the tokens of what was decided until then and is no pull so far. Without
        `count: beacon` or `page_goals` in the configuration, and after a fault, it is empty.

        Args:
            nonce: that of a Content-Security-Policy that lets no other scripts in.
        """
        from html import escape  # noqa: PLC0415  # few apps ask for it, and all would wait

        ground = self._ground
        beacon = ground.beacon
        if beacon is None:
            return Tag()
        try:
            known = (self._assignments or self._known()).by_experiment
            tokens = []
            for name, decision in self.decisions.items():
                entry = known.get(name)
                counted = entry is not None and entry.id == decision.id and entry.counted
                if name in ground.waiting and decision.reason in _AWAITING and not counted:
                    tokens.append(decision._replace(basis=NO_BASIS).token)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            ground.fault(error)
            return Tag()
        attributes = f' data-decisions="{escape(" ".join(tokens))}"' if tokens else ""
        attributes += f' nonce="{escape(nonce)}"' if nonce else ""
        return Tag(f'<script src="{escape(beacon.source)}"{attributes} async></script>')
