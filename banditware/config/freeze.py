"""From a checked configuration to the frozen values that the rest of banditware works with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from banditware.config.context import attributes
from banditware.config.contextual import hashed
from banditware.config.dashboard import frozen_dashboard
from banditware.config.experiment import ExperimentSection
from banditware.config.groups import groups
from banditware.config.log import LogSection
from banditware.config.methods import methods
from banditware.config.metrics import frozen_metrics
from banditware.config.root import Configuration
from banditware.config.route import RewardSection, RouteSection
from banditware.config.settings import Cookie
from banditware.consent import ConsentSettings
from banditware.grouping import grouped
from banditware.log.settings import LogSettings, To, ToFile, ToFunction, ToLogger, ToStream
from banditware.model import Arm, Context, Experiment, Schema
from banditware.policies.uniform import Uniform
from banditware.routes import RewardRule, Route
from banditware.targeting import Share, Targeting, traffic

#: Cohorts in the time within which rewards are credited (DESIGN 7).
_COHORTS = 32

#: The same of contextual experiments, whose cohorts hold hundreds of numbers each.
_CONTEXTUAL_COHORTS = 8


def cookie(configuration: Configuration) -> Cookie:
    """Return how the cookie is written."""
    return Cookie(**dict(configuration.cookie))


def consent(configuration: Configuration) -> ConsentSettings | None:
    """Return where consent stands, or None if nobody is asked."""
    section = configuration.consent
    return None if section is None else section.settings()


def experiments(configuration: Configuration) -> tuple[Experiment, ...]:
    """Return the experiments in the order of the file."""
    sections = configuration.experiments
    shares = _shares(sections)
    return tuple(
        _experiment(name, section, configuration, _targeting(section, shares.get(name)))
        for name, section in sections.items()
    )


def operated(configuration: Configuration, folder: Path) -> dict[str, Any]:
    """Return what is said to whoever operates the app; relative paths start at `folder`."""
    switch = configuration.kill_switch
    sections = configuration.experiments.items()
    return {
        "kill_switch": folder / switch if switch else None,
        "alarms": configuration.alarms.alerting(),
        "dashboard": frozen_dashboard(configuration),
        "metrics": frozen_metrics(configuration),
        "opentelemetry": configuration.opentelemetry,
        "guardrails": {name: x.guardrails.limits() for name, x in sections if x.guardrails},
    }


def routes(configuration: Configuration) -> tuple[Route, ...]:
    """Return the routes in the order of the file."""
    goals = {name: section.goal for name, section in configuration.experiments.items()}
    return tuple(_route(section, goals) for section in configuration.routes)


def _shares(sections: Mapping[str, ExperimentSection]) -> dict[str, Share]:
    """Return the share of the subjects who take part, by experiment; of most it is all."""
    found = {
        name: traffic(name, section.traffic)
        for name, section in sections.items()
        if section.traffic < 1
    }
    for group, members in groups(sections).items():
        found.update(zip(members, grouped(group, members.values()), strict=True))
    return found


def _targeting(section: ExperimentSection, share: Share | None) -> Targeting | None:
    """Return who takes part, or None for everybody at any time."""
    targeting = Targeting(
        start=-math.inf if section.start is None else section.start,
        end=math.inf if section.end is None else section.end,
        rules=section.only_if or (),
        share=share,
    )
    return None if targeting == Targeting() else targeting


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


def _experiment(
    name: str, section: ExperimentSection, whole: Configuration, targeting: Targeting | None
) -> Experiment:
    arms = tuple(
        Arm(
            arm,
            arm if long.value is None else long.value,
            long.rewrite,
            long.attributes or {},
            long.available or (),
            long.redirect,
        )
        for arm, long in (section.arms or {}).items()
    )
    context = _context(section)
    cohorts = _COHORTS if context is None else _CONTEXTUAL_COHORTS
    lowest_highest = section.reward_range
    return Experiment(
        name=name,
        arms=arms,
        policy=Uniform() if context is not None else section.policy,
        default=section.default or (arms[0].name if arms else ""),
        goal=section.goal,
        version=section.version,
        sticky=section.sticky,
        attribution=section.attribution,
        holdout=section.holdout,
        reward_range=None if lowest_highest is None else (lowest_highest[0], lowest_highest[1]),
        methods=methods(section.count, whole.count),
        cohort_width=max(1, round(max(whole.refresh, section.attribution / cohorts))),
        context=context,
        targeting=targeting,
    )


def _context(section: ExperimentSection) -> Context | None:
    """Return what a contextual experiment learns from; None for others."""
    if not hasattr(section.policy, "weigher"):
        return None
    declared = attributes(section.context), attributes(section.action_context)
    schema = Schema(*declared, hashed(section))
    return Context(schema, section.policy, shared=section.model)


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
