"""For tests of a project: arms that are forced, and counts that start from nothing.

`@experiments(color_btn="red")` on a test or on a class of tests, or `with experiments() as bandit:`
in one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from django.test.utils import TestContextDecorator

from banditware import Bandit
from banditware.config import Settings
from banditware.errors import UnknownExperimentError, suggestion
from banditware.model import Experiment
from banditware_django.bandits import begin_instead, end_instead
from banditware_django.configuring import loaded


class experiments(TestContextDecorator):  # type: ignore[misc]  # noqa: N801  # as `override_settings`
    """The project's experiments for a test, with counts of their own that nobody shares.

    Arms that are named are everybody's, the others are drawn. What the test's client does counts,
    although it does not say that it is a browser. Used as a context manager, it gives the bandit,
    and so does `get_bandit()` meanwhile.
    """

    def __init__(self, **arms: str) -> None:
        """Force `arms`: names of arms by experiment."""
        super().__init__()
        self.arms = arms

    def enable(self) -> Bandit:
        """Begin.

        Raises:
            UnknownExperimentError: no experiment has such a name.
            ValueError: an experiment has no such arm.
        """
        bandit = Bandit(forced(loaded(), self.arms))
        begin_instead(bandit)
        return bandit

    def disable(self) -> None:
        """End: the project's own bandit is there again."""
        end_instead().close()


def forced(settings: Settings, arms: Mapping[str, str]) -> Settings:
    """Return settings with counts in memory, and with these arms, by experiment, for everybody.

    Raises:
        UnknownExperimentError: no experiment has such a name.
        ValueError: an experiment has no such arm.
    """
    known = [each.name for each in settings.experiments]
    for name in arms:
        if name not in known:
            raise UnknownExperimentError(name, known)
    return settings._replace(
        store="memory://",
        count_bots=True,
        log=(),
        experiments=tuple(
            _alone(each, arms[each.name]) if each.name in arms else each
            for each in settings.experiments
        ),
    )


def _alone(experiment: Experiment, arm: str) -> Experiment:
    """Return an experiment that has this arm only, and everybody in it."""
    names = [each.name for each in experiment.arms]
    if arm not in names:
        raise ValueError(f"{experiment.name} has no arm {arm!r}{suggestion(arm, names)}")
    return dataclasses.replace(
        experiment,
        arms=tuple(each for each in experiment.arms if each.name == arm),
        default=arm,
        holdout=0.0,
        targeting=None,
    )
