"""One experiment in full, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from banditware.dashboard.changes_page import changes_table
from banditware.dashboard.changing import arm_actions, experiment_actions
from banditware.dashboard.charts import charts
from banditware.dashboard.figures import interval_bar, share_bar
from banditware.dashboard.layout import Viewer, alarm_list, badge, cell, head, page, state, table
from banditware.dashboard.markup import DASH, Child, chance, moment, number, percent, tag

Data = Mapping[str, Any]


def experiment_page(found: Data, viewer: Viewer, *, done: str = "") -> Markup:
    """Return the page.

    Args:
        found: see `banditware.dashboard.experiment.experiment_data`.
        viewer: who looks at it.
        done: what they have just changed.
    """
    name = found["experiment"]
    return page(
        name,
        viewer,
        tag("p", done, class_="done", role="status") if done else None,
        tag(
            "div",
            tag("h1", name, " ", state(found["state"])),
            _buttons(found, viewer),
            class_="title",
        ),
        _facts(found),
        alarm_list(found["alarms"], viewer.root, named=False),
        tag("p", " ".join([found["why"], *found["notes"]]), class_="why"),
        tag("section", tag("h2", "Arms"), _arms(found, viewer), _arms_note()),
        charts(found),
        tag("div", _goals(found), _excluded(found), class_="columns"),
        tag("section", tag("h2", "Changes"), changes_table(found["changes"], named=False)),
        tag(
            "footer",
            tag("span", "As of ", moment(found["time"])),
            tag("a", "JSON", href=f"{viewer.root}api/experiments/{name}?span={found['span']}"),
        ),
        charts=True,
    )


def _facts(found: Data) -> Markup:
    sticky = found["sticky"]
    facts: list[tuple[str, Child]] = [
        ("Policy", found["policy"]),
        ("Goal", found["goal"]),
        ("Version", found["version"]),
        ("Default", found["default"] or DASH),
        ("Sticky", _lasting(sticky) if sticky else "no"),
        ("Attribution", _lasting(found["attribution"])),
    ]
    if found["holdout_share"]:
        facts.append(("Holdout", percent(found["holdout_share"])))
    if found["serving"]:
        facts.append(("Serves everybody", found["serving"]))
    return tag(
        "dl", [tag("div", tag("dt", n), tag("dd", text)) for n, text in facts], class_="facts"
    )


def _lasting(seconds: float) -> str:
    """Return a time as people say it."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def _buttons(found: Data, viewer: Viewer) -> Markup | None:
    if not viewer.writes:
        return None
    name = found["experiment"]
    return tag(
        "div",
        [
            _button(viewer, each.label, action=each.name, experiment=name)
            for each in experiment_actions(found["state"])
        ],
        class_="actions",
        role="group",
        aria_label="Change this experiment",
    )


def _button(viewer: Viewer, label: str, *, said: str = "", **query: str) -> Markup:
    """Return the way to where a change is confirmed."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return tag(
        "a", label, href=f"{viewer.root}change?{asked}", class_="button", aria_label=said or None
    )


def _arms(found: Data, viewer: Viewer) -> Markup:
    arms = found["arms"]
    amounts = any(arm["reward_sum"] != arm["rewards"] for arm in arms.values())
    heads = [
        head("Arm"),
        head("Pulls", "number"),
        head("Rewards", "number"),
        head("Mean", "number") if amounts else None,
        head("Rate", "number"),
        head(f"{found['confidence']:.0%} interval"),
        head("Propensity", "number"),
        head("P(best)", "number"),
        head("Expected loss", "number"),
        head("Change") if viewer.writes else None,
    ]
    rows = [_arm(arm, found, viewer, scale=_scale(arms), amounts=amounts) for arm in arms]
    if found["holdout"]:
        rows.append(_holdout(found["holdout"], amounts=amounts, writes=viewer.writes))
    return table(heads, rows, label="Arms", kind="arms")


def _scale(arms: Data) -> tuple[float, float]:
    """Return the ends of what intervals are drawn on: all means, and nearly all of the intervals.

    An arm that was hardly ever pulled may be anything, and does not hide the others.
    """
    means = [arm["mean"] for arm in arms.values() if arm["mean"] is not None]
    known = [arm["interval"] for arm in arms.values() if arm["interval"] and arm["mean"]]
    if not known:
        return 0.0, 1.0
    narrow = sorted(high - low for low, high in known)[len(known) // 2]
    most = max(mean + 1.5 * narrow for mean in means)
    low = min(0.0, *means, *(low for low, _ in known))
    return low, max(*means, min(most, max(high for _, high in known)))


def _arm(
    name: str, found: Data, viewer: Viewer, *, scale: tuple[float, float], amounts: bool
) -> Markup:
    arm = found["arms"][name]
    interval, propensity = arm["interval"], arm["propensity"]
    said = number if amounts else percent
    shown: Child = tag("span", DASH, class_="muted")
    if interval and arm["pulls"]:
        bounds = f"{said(interval[0])} to {said(interval[1])}"
        shown = [interval_bar(interval, arm["mean"], scale, bounds), tag("small", bounds)]
    marks = [
        badge("leader", "accent") if name == found["leader"] else None,
        badge("default") if arm["default"] else None,
        state(arm["state"]) if arm["state"] != "open" else None,
    ]
    mean = number(arm["reward_sum"] / arm["pulls"]) if arm["pulls"] else DASH
    bar = share_bar(propensity) if propensity is not None else None
    return tag(
        "tr",
        tag("th", name, " ", marks, scope="row"),
        cell(number(arm["pulls"]), "number"),
        cell(number(arm["rewards"]), "number"),
        cell(mean, "number") if amounts else None,
        cell(percent(arm["rate"]), "number"),
        cell(shown, "bounds"),
        cell([bar, percent(propensity)], "number"),
        cell(chance(arm["p_best"]), "number"),
        cell(DASH if arm["expected_loss"] is None else said(arm["expected_loss"]), "number"),
        cell(_arm_buttons(name, found, viewer)) if viewer.writes else None,
        class_=f"arm-{arm['state']}",
    )


def _arm_buttons(name: str, found: Data, viewer: Viewer) -> list[Markup]:
    arm, experiment = found["arms"][name], found["experiment"]
    return [
        _button(
            viewer,
            each.label,
            said=f"{each.label} {name}",
            action=each.name,
            experiment=experiment,
            arm=name,
        )
        for each in arm_actions(found["state"], arm["state"], default=arm["default"])
    ]


def _holdout(holdout: Data, *, amounts: bool, writes: bool) -> Markup:
    mean = holdout["mean"]
    empty = [DASH] * (5 if writes else 4)
    return tag(
        "tr",
        tag("th", "holdout ", badge("default"), scope="row"),
        cell(number(holdout["pulls"]), "number"),
        cell(number(holdout["rewards"]), "number"),
        cell(DASH if mean is None else number(mean), "number") if amounts else None,
        cell(percent(holdout["rate"]), "number"),
        [cell(text, "muted" if index == 0 else "number muted") for index, text in enumerate(empty)],
    )


def _arms_note() -> Markup:
    return tag(
        "p",
        "The interval holds however often you look. P(best) and expected loss help to decide; they "
        "are no test.",
        class_="note",
    )


def _goals(found: Data) -> Markup:
    goals = sorted({goal for arm in found["arms"].values() for goal in arm["goals"]})
    if not goals:
        inner: Markup = tag("p", "Nothing was rewarded yet.", class_="empty")
    else:
        heads = [head("Arm"), [head(goal, "number") for goal in goals]]
        rows = []
        for name, arm in found["arms"].items():
            cells = [_goal(arm["goals"].get(goal), arm["pulls"]) for goal in goals]
            rows.append(tag("tr", tag("th", name, scope="row"), cells))
        inner = table(heads, rows, label="Rewards by goal")
    return tag("section", tag("h2", "Goals"), inner)


def _goal(sums: Data | None, pulls: int) -> Markup:
    if not sums:
        return cell(DASH, "number muted")
    rewards, amount = sums["rewards"], sums["reward_sum"]
    more = f"{percent(rewards / pulls)}" if pulls else ""
    if amount != rewards:
        more = f"sum {number(amount)}"
    return cell([number(rewards), " ", tag("span", more, class_="muted")], "number")


def _excluded(found: Data) -> Markup:
    excluded = found["excluded"]
    if not excluded:
        inner: Markup = tag("p", "Everything was counted.", class_="empty")
    else:
        ordered = sorted(excluded.items(), key=lambda each: -each[1])
        rows = [
            tag("tr", tag("th", reason, scope="row"), cell(number(count), "number"))
            for reason, count in ordered
        ]
        heads = [head("Reason"), head("Times", "number")]
        inner = table(heads, rows, label="Not counted, by reason")
    return tag("section", tag("h2", "Not counted"), inner)
