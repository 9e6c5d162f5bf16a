"""From a checked configuration to the frozen values that the rest of banditware works with."""

from __future__ import annotations

from pathlib import Path

from banditware.config.experiment import ExperimentSection
from banditware.config.log import LogSection
from banditware.config.root import Configuration
from banditware.config.route import RewardSection, RouteSection
from banditware.config.settings import Cookie
from banditware.log.settings import LogSettings, To, ToFile, ToFunction, ToLogger, ToStream
from banditware.model import Arm, Experiment
from banditware.routes import RewardRule, Route

#: Cohorts in the time within which rewards are credited (DESIGN 7).
_COHORTS = 32


def cookie(configuration: Configuration) -> Cookie:
    """Return how the cookie is written."""
    return Cookie(**dict(configuration.cookie))


def experiments(configuration: Configuration) -> tuple[Experiment, ...]:
    """Return the experiments in the order of the file."""
    return tuple(
        _experiment(name, section, configuration.refresh)
        for name, section in configuration.experiments.items()
    )


def routes(configuration: Configuration) -> tuple[Route, ...]:
    """Return the routes in the order of the file."""
    goals = {name: section.goal for name, section in configuration.experiments.items()}
    return tuple(_route(section, goals) for section in configuration.routes)


def log(configuration: Configuration, folder: Path) -> tuple[LogSettings, ...]:
    """Return where the decision log goes; relative paths start at `folder`."""
    return tuple(
        LogSettings(_to(each, folder), each.subject, each.attributes, each.sticky, each.queue)
        for each in configuration.log
    )


def _to(section: LogSection, folder: Path) -> To:
    if section.file is not None:
        return ToFile(folder / section.file, section.rotate, section.keep, section.compress)
    if section.stream is not None:
        return ToStream(section.stream, folder, section.name, section.maxlen)
    return ToLogger(section.logging) if section.logging else ToFunction(section.call or "")


def _experiment(name: str, section: ExperimentSection, refresh: float) -> Experiment:
    arms = tuple(
        Arm(arm, arm if long.value is None else long.value, long.rewrite)
        for arm, long in section.arms.items()
    )
    lowest_highest = section.reward_range
    return Experiment(
        name=name,
        arms=arms,
        policy=section.policy,
        default=section.default or arms[0].name,
        goal=section.goal,
        version=section.version,
        sticky=section.sticky,
        attribution=section.attribution,
        holdout=section.holdout,
        reward_range=None if lowest_highest is None else (lowest_highest[0], lowest_highest[1]),
        methods=frozenset(section.count),
        cohort_width=max(1, round(max(refresh, section.attribution / _COHORTS))),
    )


def _route(section: RouteSection, goals: dict[str, str]) -> Route:
    return Route(
        pattern=section.match.path,
        methods=section.match.methods,
        host=section.host,
        choose=tuple(section.choose),
        rewards=tuple(_reward(each, goals[each.experiment]) for each in section.reward),
        status=section.status,
    )


def _reward(section: RewardSection, goal: str) -> RewardRule:
    return RewardRule(
        experiment=section.experiment,
        goal=section.goal or goal,
        amount=section.amount,
        once=section.once,
        cross_site=section.cross_site,
    )
