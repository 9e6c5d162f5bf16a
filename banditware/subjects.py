"""Who a request belongs to, and whether they want to be remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from banditware.bots import is_bot
from banditware.consent import ANONYMOUS, REFUSED, STATELESS
from banditware.deciding import again, excluded_record
from banditware.errors import BanditwareError, TokenError
from banditware.excluding import barred, uncounted
from banditware.facts import Facts
from banditware.forcing import NO_ARMS, NOT_FORCED
from banditware.ground import Ground
from banditware.http import cookie_values
from banditware.model import Decision, Experiment
from banditware.recognising import recognised, somebody_new
from banditware.targeting import halted_by
from banditware.tokens import Assignment, Assignments

NO_DECISIONS: dict[str, Decision] = {}


class HasSubject:
    """The part of a visit that knows its subject."""

    #: True once the response has started: what is decided later cannot be remembered.
    started: bool = False
    #: True if there may be something to do for the response.
    touched: bool = False

    #: Arms that are shown by force, by experiment: by a signed link, or by the query in debugging.
    forced: Mapping[str, str] = NO_ARMS

    _ground: Ground
    _facts: Facts
    _decisions: dict[str, Decision] = NO_DECISIONS
    _attributes: Mapping[str, Any] | None = None
    _assignments: Assignments | None = None
    _time: float = 0.0
    #: Why the whole request is served defaults, or nothing.
    _withheld: str = ""
    #: Why no decision of the request can be a pull; None until somebody asks.
    _barred: str | None = None
    #: True if the cookie or a count may change.
    _unsettled: bool = False
    #: Values of `Set-Cookie` headers beside that of the assignments.
    _cookies: tuple[str, ...] = ()
    #: What to count beside what was decided and rewarded.
    _records: tuple[bytes, ...] = ()

    @property
    def subject(self) -> str:
        """The opaque id of whom this request belongs to; new unless the cookie named one."""
        return (self._assignments or self._known()).subject

    def consent(self, granted: bool, *tokens: str) -> None:  # noqa: FBT001  # said as it is meant
        """Remember the subject from now on, or forget them.

        For the view that handles what a banner sends, beside what `consent` of the configuration
        finds by itself. The next request is judged by the configuration again, so the view also
        sets what that looks at.

        Yes sets the cookie with what was decided in this request, as it was shown. No deletes it,
        counts what was decided apart, and serves defaults. `Sec-GPC: 1` is a no that yes cannot
        change, unless `respect_gpc` is false. Once the response has started, it is too late: the
        log tells of it. Bots are never remembered.

        Args:
            granted: what the subject has said.
            tokens: of decisions on the page where it was asked (`Decision.token`), which were drawn
                for that page alone: they are counted now, and served again. Those that cannot be
                are ignored.
        """
        self._assignments or self._known()
        if self._withheld == "bot":
            return
        if self.started:
            message = "consent came after the response had started, and is lost"
            self._ground.fault(BanditwareError(message))
        elif not granted:
            self._object(REFUSED)
            self._decisions = {
                name: decision._replace(reason=REFUSED, counted=False)
                for name, decision in self._decisions.items()
            }
        elif self._ground.consent is None or not self._ground.consent.forbids(self._facts):
            self._agree()
            self._adopt(tokens)
        self.touched = self._unsettled = True

    def _known(self) -> Assignments:
        """Find out who asks, and when; a bot has no cookie, and who objects is not recognised.

        Everything else that looks at the bot, the time and the assignments comes after it.
        """
        ground = self._ground
        cookies, agent, https, query = self._facts.asking()
        bot = not ground.count_bots and is_bot(agent)
        now, objection = ground.clock(), ""
        self._time = now
        if bot:
            self._withheld = "bot"
        elif ground.consent is not None:
            objection = ground.consent.objection(self._facts)
        if objection:
            found = self._object(objection)
        else:
            found = recognised(ground, "" if bot else cookies, https=https, now=now)
            self._assignments = found
            if found.stale_key:
                self._unsettled = True
        if query or ground.forcing.name in cookies:
            self._force(cookies)
        return found

    def _force(self, cookies: str) -> None:
        """See what is asked for by force; a bot may, too: whoever tests pages is one."""
        ground = self._ground
        self.forced, cookie, refused = ground.forcing.asked(self._facts, cookies, self._time)
        experiments = ground.snapshot.experiments
        self._records = tuple(
            excluded_record(experiments[name].experiment.ledger, NOT_FORCED) for name in refused
        )
        if cookie:
            self._cookies = (*self._cookies, cookie)
        if cookie or refused:
            self.touched = self._unsettled = True

    def _object(self, objection: str) -> Assignments:
        """Let the subject be somebody new, for this request alone."""
        self._barred = objection
        self._withheld = "" if objection == STATELESS else objection
        if objection == REFUSED:
            self._delete_cookie()
        found = self._assignments = somebody_new(self._ground, self._time)
        return found

    def _delete_cookie(self) -> None:
        """Have the browser delete what it sent, also what it got before the site had https."""
        cookie, header = self._ground.cookie, self._facts.header("cookie")
        deleted = {
            cookie.header("", https=https, max_age=0)
            for https in {False, self._facts.secure}
            if cookie_values(header, cookie.full_name(https=https))
        }
        if deleted:
            self._cookies = tuple(sorted({*self._cookies, *deleted}))
            self.touched = self._unsettled = True

    def _agree(self) -> None:
        """Lift an objection: what the cookie says holds again, and else what was drawn."""
        if self._barred not in ANONYMOUS:
            return
        self._barred, self._withheld, self._cookies = None, "", ()
        cookies, _, https, _ = self._facts.asking()
        found = recognised(self._ground, cookies, https=https, now=self._time)
        if not found.fresh:
            self._assignments = found
        kept = {}
        for name, decision in self._decisions.items():
            if name in found.by_experiment:
                continue
            if decision.reason == STATELESS:
                experiment = self._ground.snapshot.experiments[name].experiment
                why = self._uncounted(experiment)
                decision = decision._replace(reason=why or "drawn", counted=not why)  # noqa: PLW2901
            kept[name] = decision
        self._decisions = kept

    def _adopt(self, tokens: Iterable[str]) -> None:
        """Take over decisions of an earlier page, which was shown to somebody nobody remembered."""
        ground, known = self._ground, self._assignments or self._known()
        adopted: dict[str, Assignment] = {}
        for token in tokens:
            try:
                assignment = ground.tokens.unseal(token)
            except TokenError:
                continue
            name = assignment.experiment
            snapshot = ground.snapshot.experiments.get(name)
            free = name not in self._decisions and name not in known.by_experiment
            if snapshot is None or assignment.counted or not free:
                continue
            if halted_by(snapshot.experiment.targeting):
                continue
            decision = again(snapshot, assignment, now=self._time, seal=ground.seal)
            if decision is not None:
                adopted[name] = assignment
                self._decisions = {**self._decisions, name: decision}
        if adopted:
            entries: Mapping[str, Assignment] = {**known.by_experiment, **adopted}
            self._assignments = Assignments(known.subject, known.issued, entries, fresh=known.fresh)

    def _uncounted(self, experiment: Experiment) -> str:
        facts, why = self._facts, self._barred
        if why is None:
            why = self._why_barred()
        if why or facts.method not in experiment.methods:
            return uncounted(facts, experiment, why)
        return "started" if self.started else ""

    def _why_barred(self) -> str:
        if self._barred is None:
            self._barred = barred(self._facts, bot=self._withheld == "bot")
        return self._barred
