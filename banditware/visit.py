"""One request, as the experiments see it.

Two rules: a `Visit` is given facts, a snapshot, a random generator and a clock, and never reads a
file, a socket or a clock of its own; and it changes nothing but itself. What has to happen to the
response comes out of `finish` as `Effects`, which the adapter carries out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from banditware.actions import GivenActions, reusable
from banditware.asker import Asker
from banditware.contexts import NOTHING_GIVEN, Given, usable, weighed
from banditware.crediting import Reward
from banditware.deciding import drawn, held_out, undecided, unknown
from banditware.errors import ContextError, RewardError
from banditware.explains import Explains
from banditware.forcing import FORCED
from banditware.http import NO_EFFECTS, SERVED_AGAIN, Effects, Headers
from banditware.model import Decision
from banditware.outcome import Outcome
from banditware.persons import PERSON
from banditware.returning import offered, returned
from banditware.shown import Shown
from banditware.snapshot import ExperimentSnapshot
from banditware.subjects import NO_DECISIONS
from banditware.tagging import Beacons
from banditware.targeting import in_holdout
from banditware.tokens import Again, Assignments, Sticky


class Visit(Explains, Beacons, Shown, Asker):
    """The decisions and rewards of one request. Lives as long as the request does.

    `visit["headline"]` is the arm's value, decided when it is first read.
    """

    # Defaults stand in the class: one is made for every request, and most never set them.

    #: What has to happen to the response, as of the last call of `Bandit.finish`.
    effects: Effects = NO_EFFECTS
    #: True if there is something in it to keep once the response is out.
    due: bool = False

    #: A copy of what the server says of the request, if that was not read yet: see `UnreadVisit`.
    said: Mapping[str, Any]

    _rewards: tuple[tuple[str, Reward], ...] = ()
    #: True if somebody notes how it is finished.
    _watched: bool = False

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """What was decided in this request so far, by experiment."""
        return MappingProxyType(self._decisions)

    def __getitem__(self, experiment: str) -> Any:
        """Return the value of the subject's arm, deciding if that was not done yet.

        Raises:
            UnknownExperimentError: no experiment has that name.
        """
        return self.decide(experiment).value

    def decide(
        self,
        experiment: str,
        *,
        context: Mapping[str, Any] | None = None,
        actions: GivenActions | None = None,
        default: str | None = None,
    ) -> Decision:
        """Return the decision for this request's subject: the same one however often it is asked.

        Args:
            experiment: name of the experiment.
            context: attributes of the subject, beside and before those of the request.
            actions: the available actions of a contextual experiment: attributes by name, or names;
                default: its arms. If they cannot be used, the default is served, and counted.
            default: served instead of the experiment's own, and where there is no such experiment.

        Raises:
            UnknownExperimentError: no experiment has that name and there is no `default`.
        """
        decision = self._decisions.get(experiment)
        if decision is not None:
            return decision
        if not context and actions is None:
            return self._first(experiment, default)
        given = Given(context, reusable(actions))
        self._given = {**self._given, experiment: given}
        return self._first(experiment, default, given)

    def reward(
        self,
        experiment: str,
        amount: float = 1.0,
        *,
        goal: str | None = None,
        once: bool = True,
    ) -> None:
        """Credit the subject's arm if the response turns out well (status 200 to 399).

        A reward that cannot be credited, because there is no decision or the amount is not a
        finite number, is counted under its reason and does not disturb the view. HEAD and OPTIONS
        only ask about a page and credit nothing. Once the response has started, it is too late: the
        log tells of it.

        Args:
            experiment: name of the experiment.
            amount: the number to credit.
            goal: name under which it is counted; default: the experiment's own goal.
            once: credit a decision and goal a single time, however often this is called.

        Raises:
            UnknownExperimentError: no experiment has that name.
        """
        self._ground.snapshot.known(experiment)
        if self.started:
            message = f"a reward of {experiment!r} came after the response had started, and is lost"
            self._ground.fault(RewardError(message))
        self.touched = self._unsettled = True
        self._rewards = (*self._rewards, (experiment, Reward(amount, goal, once)))

    def choose(self) -> None:
        """Decide the experiments of the matching routes."""
        self.touched = True
        ground, matches = self._ground, self._matches
        if matches.rewards or ground.notes_sticky:
            self._unsettled = True
        if matches.serve is not None:
            self._serve(matches.serve)
            return
        if not matches.choose:
            return
        known = self._assignments or self._known()
        again = None if known.together is None else known.together.get(matches.choose)
        if (
            again is not None
            and again.since <= self._time <= again.until
            and again.era is ground.era
            and not self.forced
        ):
            self._decisions = again.decisions.copy()
        else:
            self._choose_each(known, matches.choose)
        if ground.rewriting:
            self.reroute(matches.choose)
        if self._facts.conditional:
            self.revalidate()

    def _choose_each(self, known: Assignments, names: tuple[str, ...]) -> None:
        """Decide experiments one by one; if all are served again, they are together next time."""
        ground, now = self._ground, self._time
        experiments = ground.snapshot.experiments
        decisions = self._decisions = {}
        served, found = ({} if self.forced else known.served), list[Sticky]()
        for name in names:
            kept = served.get(name)
            if (
                kept is not None
                and kept.settled
                and kept.since <= now <= kept.until
                and kept.experiment is experiments[name].experiment
            ):
                decisions[name] = kept.decision
                found.append(kept)
            elif name not in ground.unnamed:  # where the view says what there is to choose from
                self._first(name, None)
        if len(found) == len(names):
            since, until = max(each.since for each in found), min(each.until for each in found)
            again = Again(ground.era, since, until, decisions.copy())
            known.together = {**(known.together or {}), names: again}

    def failed(self) -> None:
        """Take note that the app failed before its response started, if somebody watches."""

    def finish(self, status: int, headers: Headers = ()) -> Effects:
        """Return what must happen to a response that starts with this status and these headers.

        It may be called again if the app starts its response anew: the last call holds.
        """
        self.started = True
        if not self.touched:
            return NO_EFFECTS
        if not self._unsettled:
            return SERVED_AGAIN if self._decisions else self._effects
        # By position, because so many names would take longer than some of its work.
        outcome = Outcome(
            self._ground,
            self._facts,
            self._matches,
            self._decisions,
            self._rewards,
            self._assignments or self._known(),
            self.forced,
            self._why_barred,
            self._time,
            status,
            headers,
        )
        effects = outcome.effects()
        if self._cookies or self._records or PERSON in outcome.known.by_experiment:
            effects = self._also(effects, outcome.changed)
        return effects

    def _first(self, name: str, default: str | None, given: Given = NOTHING_GIVEN) -> Decision:
        """Decide what was not decided in this request, and keep it."""
        ground = self._ground
        snapshot = ground.snapshot.experiments.get(name)
        if snapshot is None:
            if default is not None:
                return unknown(name, default, ground.seal)
            snapshot = ground.snapshot.known(name)
        experiment = snapshot.experiment
        targeting = experiment.targeting
        try:
            if given is not NOTHING_GIVEN:
                given = usable(given)
            why = "" if targeting is None else self._kept_out(experiment, targeting, given.context)
            if why:
                decision = undecided(experiment, why, seal=ground.seal, default=default)
            else:
                known, found = self._assignments or self._known(), None
                if known.by_experiment or self.forced:
                    found = self._again(known, snapshot, given)
                decision = found or self._afresh(snapshot, default, given)
        except ContextError as error:
            decision = undecided(experiment, error.reason, seal=ground.seal, default=default)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            ground.fault(error)
            decision = undecided(experiment, "failure", seal=ground.seal, default=default)
        if decision.counted or decision.reason != "sticky" or ground.notes_sticky:
            self._unsettled = True
        if self._decisions is NO_DECISIONS:
            self._decisions = {}
            self.touched = True
        self._decisions[name] = decision
        return decision

    def _again(
        self, known: Assignments, snapshot: ExperimentSnapshot, given: Given
    ) -> Decision | None:
        """Return the decision that the cookie remembers, if it may be served again."""
        now, experiment = self._time, snapshot.experiment
        if experiment.name in self.forced:
            arm = self.forced[experiment.name]
            return undecided(experiment, FORCED, seal=self._ground.seal, default=arm)
        kept = known.served.get(experiment.name)
        if kept is not None and kept.experiment is experiment and kept.since <= now <= kept.until:
            found: Decision | None = kept.decision
        else:
            why, seal = self._uncounted, self._ground.seal
            found = returned(known, snapshot, now=now, seal=seal, uncounted=why)
        if found is None or (snapshot.chooser is None and given.actions is None):
            return found
        said = partial(self._said, given.context)
        return found if offered(found, snapshot, given.actions, said) else None

    def _afresh(self, snapshot: ExperimentSnapshot, default: str | None, given: Given) -> Decision:
        """Return a decision for somebody who has none."""
        ground, experiment = self._ground, snapshot.experiment
        seal = ground.seal
        if self._withheld:
            return undecided(experiment, self._withheld, seal=seal, default=default)
        if self.started:
            return undecided(experiment, "started", seal=seal, default=default)
        if experiment.holdout and in_holdout(self.subject, experiment.name, experiment.holdout):
            return held_out(experiment, ground.random, now=self._time, seal=seal)
        why = self._uncounted(experiment)
        if snapshot.chooser is None and given.actions is None:
            return drawn(snapshot, ground.random, now=self._time, seal=seal, uncounted=why)
        sources = ground.sources
        if sources:
            known = {name: said for name, said in self.attributes.items() if name in sources}
            given = given._replace(attributes=known)
        given = given._replace(subject=self.subject)
        decision = weighed(snapshot, given, ground.random, now=self._time, seal=seal)
        return decision._replace(reason=why, counted=False) if why else decision
