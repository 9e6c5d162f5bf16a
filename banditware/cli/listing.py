"""What `banditware --help` says of every command, in the order of somebody's day.

The text stands here, because the commands themselves import what they need to work: pydantic,
drivers, numpy. Nobody waits for that to read a list.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Commands by what they are for, each with its line.
GROUPS = {
    "See": {
        "stats": "Pulls, rewards and propensities; --watch keeps them current.",
        "why": "Why would this subject see that?",
        "log": "Read, filter and follow the decision log.",
        "changes": "Who paused, promoted or reset what, and when.",
        "doctor": "What loses counts, or lets them be forged?",
        "dashboard": "All of it in a browser.",
        "metrics": "All of it for Prometheus.",
    },
    "Steer": {
        "pause": "Serve the default for now, or stop drawing one arm.",
        "resume": "Go on after a pause.",
        "promote": "Serve one arm to everybody, and freeze the counts.",
        "stop": "End an experiment: the default or a named arm for everybody.",
        "archive": "Stop it and hide it from overviews.",
        "reset": "Begin its counts anew, as a new version.",
        "retire": "Draw an arm no more, for good.",
        "add": "Add an arm while it runs.",
        "kill": "The default everywhere, nothing counted, no cookies.",
        "revive": "End that.",
    },
    "Configure": {
        "check": "Is this configuration right, and if not, where?",
        "plan": "What would a changed configuration do to what was counted?",
        "schema": "JSON Schemas, for editors and for the decision log.",
        "cdn": "Let a cache in front of the app keep a page for each arm.",
        "link": "A page with the arms that somebody wants to see.",
        "completion": "Let a shell complete commands, experiments and arms.",
    },
    "Move": {
        "export": "Counts, history and assignments as CSV, JSON Lines or Parquet.",
        "import": "Take over what an export holds, or Flask-MAB has counted.",
        "copy": "From one store to another and back, while workers run.",
        "eppo": "Move over from Eppo, and back.",
        "forget": "Erase what is kept of somebody.",
    },
    "Try": {
        "demo": "See traffic move to what works, in half a minute.",
    },
}

#: Where commands stand that no group names.
OTHERS = "More"


def listed(names: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return groups with the lines of these commands, each with the width that all of them need."""
    names = list(names)
    known = {name for group in GROUPS.values() for name in group}
    groups = {**GROUPS, OTHERS: {name: "" for name in names if name not in known}}
    width = max(map(len, names))
    found = [
        (title, [(name.ljust(width), text) for name, text in group.items() if name in names])
        for title, group in groups.items()
    ]
    return [(title, rows) for title, rows in found if rows]
