"""Brings the devices of a person together, where the app knows who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from banditware.consent import ANONYMOUS
from banditware.deciding import again, excluded_record
from banditware.errors import BanditwareError
from banditware.events.happened import Happened, Identified
from banditware.forcing import FORCED
from banditware.http import Effects
from banditware.model import Decision
from banditware.persons import PERSON, SUBJECT, Texts
from banditware.recognising import somebody_new
from banditware.subjects import HasSubject
from banditware.targeting import halted_by
from banditware.tokens import Assignment, Assignments, entry_of, entry_text

#: Why a decision of a device was replaced by another one of the same person, as it is counted.
CONFLICT = "conflict"


class _Found(NamedTuple):
    """What is kept of a person, as far as it may be served again.

    Attributes:
        entries: the assignments, by experiment.
        decisions: what comes of them.
        stale: what may not be served again.
    """

    entries: dict[str, Assignment]
    decisions: dict[str, Decision]
    stale: dict[str, str]


class Identifies(HasSubject):
    """The part of a visit that knows people."""

    _happened: tuple[Happened, ...] = ()

    def identify(self, user_id: str | int) -> bool:
        """Bring this device together with the other ones of somebody whom the app knows.

        What was decided first for a person holds on all their devices: the store is asked once per
        device and login, in which the request waits for 20 ms at most, and the cookie remembers it.
        Where this device was shown another arm, that is counted as `conflict`. Call it on every
        request of somebody who is logged in, before arms are read: afterwards it costs
        microseconds, and finds what the other devices decided meanwhile.
        Nothing happens for bots, and for who did not consent.

        Args:
            user_id: whom the app knows, by an id that stays. It is stored nowhere: a keyed hash
                stands for it.

        Returns:
            True if the device is the person's now. False if nobody may be remembered, or the store
            did not answer in time: the device keeps its arms, and the next call tries again.
        """
        known = self._assignments or self._known()
        if self._withheld or self._barred in ANONYMOUS:
            return False
        if self.started:
            message = "identify came after the response had started, and is lost"
            self._ground.fault(BanditwareError(message))
            return False
        people = self._ground.people
        person = people.known_as(user_id)
        mark = known.by_experiment.get(PERSON)
        if mark is not None and mark.arm == person:
            self._look_again(person, known)
            return True
        if mark is not None:  # somebody else was here
            known = self._leave()
        kept = people.join(person, self._offered(known))
        if kept is not None:
            self._unite(person, kept)
        return kept is not None

    def _look_again(self, person: str, known: Assignments) -> None:
        """Go on with what the other devices decided lately; who has not asked lately asks."""
        people = self._ground.people
        kept = people.recent(person)
        if kept is None:
            people.later(person, self._offered(known), {})
        else:
            self._unite(person, kept)

    def _leave(self) -> Assignments:
        """Let the device be somebody new: what is in its cookie is another person's."""
        known = somebody_new(self._ground, self._time)
        self._assignments = replace(known, fresh=False, stale_key=True)
        self._decisions = {n: d for n, d in self._decisions.items() if not d.id}
        self._unsettled = self.touched = True
        return known

    def _offered(self, known: Assignments) -> dict[str, str]:
        """Return what the store is to keep of this device, by field."""
        return {SUBJECT: known.subject, **self._texts(known.by_experiment)}

    def _texts(self, entries: Mapping[str, Assignment]) -> dict[str, str]:
        """Return assignments as text, those that are served again and count."""
        experiments = self._ground.snapshot.experiments
        return {
            f"{name}@{entry.version}": entry_text(entry)
            for name, entry in entries.items()
            if entry.counted and name in experiments and experiments[name].experiment.sticky
        }

    def _unite(self, person: str, kept: Texts) -> None:
        """Go on with what is kept of the person, and with the device's own where nothing is."""
        known = self._assignments or self._known()
        found = self._found(kept)
        if found.stale:
            self._ground.people.later(person, {}, found.stale)
        entries, conflicts = dict(known.by_experiment), []
        for name, entry in found.entries.items():
            own = entries.get(name)
            entries[name] = entry
            self._replace(name, found.decisions[name])
            made = self._decisions.get(name)
            if made is not None and made.reason == CONFLICT:  # which counts it
                continue
            if own is not None and own.arm != entry.arm:
                conflicts.append(name)
        subject = kept.get(SUBJECT, known.subject)
        mark = Assignment(PERSON, "1", person, 1.0, int(self._time), "")
        entries.setdefault(PERSON, mark)
        if subject == known.subject and entries == known.by_experiment:
            return
        self._attributes = None
        # Written anew, as one that an old key has signed.
        self._assignments = Assignments(subject, known.issued, entries, stale_key=True)
        self._unsettled = self.touched = True
        self._tell(known.subject, subject, conflicts)

    def _also(self, effects: Effects, changed: Mapping[str, Assignment]) -> Effects:
        """Return effects with what is not of assignments; keep those for a person's other devices.

        Args:
            effects: those of decisions and rewards.
            changed: assignments that the cookie did not have.
        """
        known = self._assignments or self._known()
        mark = known.by_experiment.get(PERSON)
        texts = self._texts(changed)
        if mark is not None and texts:
            self._ground.people.later(mark.arm, texts, {})
        return Effects(
            effects.varies,
            effects.set_cookie,
            (*effects.records, *self._records),
            (*effects.events, *self._happened),
            self._cookies,
        )

    def _replace(self, name: str, decision: Decision) -> None:
        """Serve what holds for the person instead of what was decided in this request."""
        made = self._decisions.get(name)
        if made is None or made.id == decision.id or made.reason == FORCED:
            return
        if name in self._ground.rewriting and made.arm != decision.arm:
            # The app sees that arm's path already.
            decision = made._replace(reason=CONFLICT, counted=False)
        self._decisions = {**self._decisions, name: decision}

    def _found(self, kept: Texts) -> _Found:
        """Return what is kept of a person, as far as the configuration still has it."""
        found, ground = _Found({}, {}, {}), self._ground
        for field, text in kept.items():
            name = field.partition("@")[0]
            snapshot = ground.snapshot.experiments.get(name)
            if snapshot is None or field != snapshot.experiment.ledger:
                continue
            if halted_by(snapshot.experiment.targeting):  # what is kept holds again afterwards
                continue
            try:
                entry = entry_of(text)
                decision = again(snapshot, entry, now=self._time, seal=ground.seal)
            except ValueError:
                decision = None
            if decision is None:
                found.stale[field] = text
            else:
                found.entries[name], found.decisions[name] = entry, decision
        return found

    def _tell(self, device: str, subject: str, conflicts: list[str]) -> None:
        """Count conflicts, and keep for the decision log who turned out to be whom."""
        ground = self._ground
        for name in conflicts:
            ledger = ground.snapshot.experiments[name].experiment.ledger
            self._records = (*self._records, excluded_record(ledger, CONFLICT))
        if ground.note is not None and device != subject:
            self._happened = (Identified(self._time, device, subject, tuple(conflicts)),)
