"""All experiments at a glance, as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from banditware.dashboard.figures import line
from banditware.dashboard.layout import (
    Viewer,
    alarm_list,
    badge,
    cell,
    head,
    page,
    state,
    table,
)
from banditware.dashboard.markup import DASH, Child, breakable, chance, moment, number, percent, tag

Data = Mapping[str, Any]


def overview_page(
    found: Data, viewer: Viewer, *, wanted: str = "", archived: bool = False
) -> Markup:
    """Return the page.

    Args:
        found: see `banditware.dashboard.overview.overview`.
        viewer: who looks at it.
        wanted: only experiments with this in their name.
        archived: what is shown is archived.
    """
    rows = found["experiments"]
    shown = {name: row for name, row in rows.items() if wanted.lower() in name.lower()}
    heading = "Archived experiments" if archived else "Experiments"
    return page(
        heading,
        viewer,
        _killed(found, viewer),
        tag("div", tag("h1", heading), _search(wanted, archived=archived), class_="title"),
        _tiles(found),
        alarm_list(found["alarms"], viewer.root, named=True),
        _table(shown) if shown else tag("p", _nothing(wanted, archived=archived), class_="empty"),
        _foot(found, viewer, archived=archived),
    )


def _nothing(wanted: str, *, archived: bool) -> str:
    if wanted:
        return f"No experiment has “{wanted}” in its name."
    return "Nothing is archived." if archived else "All experiments are archived."


def _killed(found: Data, viewer: Viewer) -> Markup | None:
    if not found["killed"]:
        return None
    how = _KILLED.get(found["killed"], found["killed"])
    revive = None
    if viewer.writes and found["killed"] == "controls":
        revive = tag("a", "Revive…", href=f"{viewer.root}change?action=revive", class_="button")
    text = f"Everything is switched off by {how}: defaults are served, nothing is counted."
    return tag("p", tag("strong", text), " ", revive, class_="banner", role="alert")


#: By what everything can be switched off.
_KILLED = {
    "controls": "an operator",
    "environment": "an environment variable",
    "file": "a file",
}


def _search(wanted: str, *, archived: bool) -> Markup:
    return tag(
        "form",
        tag("label", "Find an experiment", for_="q", class_="visually-hidden"),
        tag("input", type="hidden", name="archived", value="1") if archived else None,
        tag("input", type="search", id="q", name="q", value=wanted, placeholder="Find…"),
        role="search",
        class_="search",
    )


def _tiles(found: Data) -> Markup:
    alarms, kept = len(found["alarms"]), found["store"]
    calm = "none" if found["alarms_time"] is not None else "looking…"
    if kept["reachable"] is False:
        shown: Child = badge("unreachable", "bad")
    else:
        shown = "reachable" if kept["reachable"] else "not asked yet"
    tiles: list[tuple[str, Child, str]] = [
        ("Running", number(found["running"]), ""),
        ("Pulls, last 24 hours", number(found["pulls_last_day"]), ""),
        ("Alarms", badge(str(alarms), "bad") if alarms else calm, ""),
        ("Store", shown, kept["error"]),
    ]
    return tag(
        "dl",
        [
            tag("div", tag("dt", name), tag("dd", text), title=more or None)
            for name, text, more in tiles
        ],
        class_="tiles",
    )


def _table(rows: Data) -> Markup:
    heads = [
        head("Experiment"),
        head("State", "wide"),
        head("Pulls, 24 h", "number"),
        head("All pulls", "number wide"),
        head("Rate", "number wide"),
        head("Leader"),
        head("P(best)", "number wide"),
        head("Its share, 7 days"),
        head("Health", "wide"),
    ]
    return table(
        heads, [_row(name, row) for name, row in rows.items()], label="Experiments", kind="list"
    )


def _row(name: str, row: Data) -> Markup:
    leader: Child = tag("span", "none yet", class_="muted")
    if row["leader"]:
        leader = [row["leader"], " ", tag("span", percent(row["leader_rate"]), class_="muted")]
    shares = [share for share in row["share"] if share is not None]
    said = f"share of {row['share_of']}"
    if shares:
        said += f": {percent(shares[0])} to {percent(shares[-1])}"
    alarms = row["alarms"]
    health = (
        badge(f"{alarms} alarm{'s' * (alarms > 1)}", "bad") if alarms else badge("fine", "fine")
    )
    subtitle = f"{row['policy']} · {row['arms']} arms · {row['goal']}"
    shown = state(row["state"])
    return tag(
        "tr",
        tag(
            "th",
            tag("a", breakable(name), href=f"experiments/{name}"),
            tag("small", subtitle),
            tag("span", shown, " ", health if alarms else None, class_="narrow"),
            scope="row",
        ),
        cell(shown, "wide"),
        cell(number(row["pulls_last_day"]), "number"),
        cell(number(row["pulls"]), "number wide"),
        cell(percent(row["rate"]), "number wide"),
        cell(leader),
        cell(chance(row["p_best"]), "number wide"),
        cell(line(row["share"], said) if shares else tag("span", DASH, class_="muted")),
        cell(health, "wide"),
    )


def _foot(found: Data, viewer: Viewer, *, archived: bool) -> Markup:
    links: list[Child] = []
    if archived:
        links.append(tag("a", "Experiments that are not archived", href="./"))
    elif found["archived"]:
        links.append(tag("a", f"{found['archived']} archived", href="./?archived=1"))
    if viewer.writes and not found["killed"]:
        links.append(tag("a", "Switch everything off…", href="change?action=kill"))
    links.append(tag("a", "JSON", href="api/overview"))
    return tag("footer", tag("span", "As of ", moment(found["time"])), links)
