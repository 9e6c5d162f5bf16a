"""Redis and Valkey servers: what they keep, what they throw away, and what time they have."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from banditware.doctor.findings import Case, Facts, Level, Rule
from banditware.errors import StoreError

#: The oldest server that is supported.
OLDEST = (6, 2)

#: Seconds that clocks may differ.
SKEW = 2.0

#: Seconds of a round trip that are worth a word.
SLOW = 0.1

#: Share of the memory above which there is little left.
FULL = 0.8

_PINGS = 5

_SILENT = "the server does not say"

#: Sends one command; answers one list with what each server says.
Ask = Callable[..., Sequence[Any]]


class Clocks(NamedTuple):
    """How time is told.

    Attributes:
        clock: seconds since the epoch.
        timer: seconds of a clock that never jumps.
    """

    clock: Callable[[], float]
    timer: Callable[[], float]


#: Which section of INFO has which fact, and under which names.
_INFO: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "server": {"version": ("valkey_version", "redis_version")},
    "memory": {"policy": ("maxmemory_policy",), "limit": ("maxmemory",), "used": ("used_memory",)},
    "persistence": {
        "aof": ("aof_enabled",),
        "aof_status": ("aof_last_write_status",),
        "rdb_status": ("rdb_last_bgsave_status",),
    },
    "replication": {"role": ("role",)},
}


def gather(ask: Ask, clocks: Clocks) -> list[Facts]:
    """Return the facts of each server.

    Args:
        ask: sends a command to all of them.
        clocks: how time is told.
    """
    known: list[dict[str, Any]] = []
    missing: dict[str, str] = {}

    def note(names: Sequence[str], values: Callable[[], Sequence[Mapping[str, Any]]]) -> None:
        try:
            found = values()
        except (StoreError, LookupError, TypeError, ValueError) as error:
            missing.update(dict.fromkeys(names, str(error) or type(error).__name__))
            return
        known.extend({} for _ in range(len(found) - len(known)))
        for facts, more in zip(known, found, strict=False):
            facts.update(more)

    for section, names in _INFO.items():
        note(tuple(names), partial(_info, ask, section))
    note(("save",), lambda: [{"save": _setting(answer)} for answer in ask("CONFIG", "GET", "save")])
    note(("skew",), lambda: _skews(ask, clocks.clock))
    note(("latency",), lambda: _latencies(ask, clocks.timer))
    many = len(known) > 1
    return [Facts(each, missing, f"({n})" if many else "") for n, each in enumerate(known, 1)]


def _info(ask: Ask, section: str) -> list[Mapping[str, Any]]:
    answers = [_pairs(answer) for answer in ask("INFO", section)]
    found = [
        {name: _first(answer, keys) for name, keys in names.items()}
        for answer in answers
        for names in [_INFO[section]]
    ]
    if section == "server":
        return [_version(facts, answer) for facts, answer in zip(found, answers, strict=True)]
    return [{name: _number(value) for name, value in facts.items()} for facts in found]


def _version(facts: Mapping[str, Any], answer: Mapping[str, Any]) -> Mapping[str, Any]:
    text = str(facts["version"])
    software = "Valkey" if "valkey_version" in answer else "Redis"
    parts = tuple(int(part) for part in text.split(".")[:2])
    return {"version": text, "software": software, "release": parts}


def _pairs(answer: Any) -> Mapping[str, Any]:
    """Return what INFO says, whether or not the client has read it already."""
    if isinstance(answer, Mapping):
        return answer
    lines = (line.partition(":") for line in str(answer).splitlines())
    return {name: value for name, colon, value in lines if colon}


def _first(answer: Mapping[str, Any], keys: Sequence[str]) -> Any:
    found = [answer[key] for key in keys if key in answer]
    if not found:
        raise LookupError(_SILENT)
    return found[0]


def _setting(answer: Any) -> str:
    if not answer:
        raise LookupError(_SILENT)
    value = next(iter(answer.values())) if isinstance(answer, Mapping) else answer[1]
    return str(value)


def _number(value: Any) -> Any:
    text = str(value)
    return int(text) if text.isdecimal() else text


def _skews(ask: Ask, clock: Callable[[], float]) -> list[Mapping[str, Any]]:
    before = clock()
    answers = ask("TIME")
    now = (before + clock()) / 2.0
    told = [float(seconds) + float(micros) / 1e6 for seconds, micros in answers]
    return [{"skew": time - now} for time in told]


def _latencies(ask: Ask, timer: Callable[[], float]) -> list[Mapping[str, Any]]:
    took = []
    answers: Sequence[Any] = ()
    for _ in range(_PINGS):
        before = timer()
        answers = ask("PING")
        took.append(timer() - before)
    return [{"latency": statistics.median(took)} for _ in answers]


_EVICTS = "the server throws keys away when its memory is full"

RULES = (
    Rule(
        "server",
        ("version",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["release"] < OLDEST,
                "{software} {version} is older than 6.2",
                "banditware is not tested with it, and it lacks commands",
                "upgrade the server",
            ),
        ),
        "{software} {version}",
    ),
    Rule(
        "role",
        ("role",),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["role"] != "master",
                "this server is a replica",
                "nothing can be written to it, so all records wait on disk",
                "name the server that is written to, or its sentinels",
            ),
        ),
        "this is the server that is written to",
    ),
    Rule(
        "eviction",
        ("policy", "limit"),
        (
            Case(
                Level.DANGER,
                lambda facts: facts["policy"].startswith("allkeys"),
                "maxmemory-policy is {policy}",
                f"{_EVICTS}, and counts are among them",
                "CONFIG SET maxmemory-policy noeviction, or use a server of its own",
            ),
            Case(
                Level.DANGER,
                lambda facts: facts["policy"].startswith("volatile"),
                "maxmemory-policy is {policy}",
                f"{_EVICTS}, and the keys that keep a reward from counting twice are among them",
                "CONFIG SET maxmemory-policy noeviction, or use a server of its own",
            ),
        ),
        "maxmemory-policy is {policy}",
    ),
    Rule(
        "memory",
        ("limit", "used"),
        (
            Case(
                Level.WARNING,
                lambda facts: facts["limit"] and facts["used"] > FULL * facts["limit"],
                "{used:,} of {limit:,} bytes are used",
                "a full server takes no more counts; records then wait on the disks of the app",
                "raise maxmemory",
            ),
        ),
        "{used:,} bytes are used, and the limit is {limit:,} (0: none)",
    ),
    Rule(
        "persistence",
        ("aof", "save"),
        (
            Case(
                Level.DANGER,
                lambda facts: not facts["aof"] and not facts["save"],
                "neither an append-only file nor snapshots are kept",
                "a restart of the server forgets all counts that are not in spools any more",
                "CONFIG SET appendonly yes",
            ),
            Case(
                Level.NOTE,
                lambda facts: not facts["aof"],
                "snapshots are kept, but no append-only file",
                "a crash goes back to the last snapshot; spools bring back what they still hold",
                "CONFIG SET appendonly yes",
            ),
        ),
        "an append-only file is kept",
    ),
    Rule(
        "last save",
        ("aof_status", "rdb_status"),
        (
            Case(
                Level.DANGER,
                lambda facts: {facts["aof_status"], facts["rdb_status"]} != {"ok"},
                "the server could not write to its disk: append-only file {aof_status}, snapshot "
                "{rdb_status}",
                "it will have lost counts after a restart, and may refuse to take more",
                "look into the server's log; its disk may be full",
            ),
        ),
        "the server could write to its disk",
    ),
    Rule(
        "clock",
        ("skew",),
        (
            Case(
                Level.WARNING,
                lambda facts: abs(facts["skew"]) > SKEW,
                "the server's clock differs from ours by {skew:+.1f} seconds",
                "one of both is wrong; hosts that differ from each other count decisions under "
                "other times and may find rewards too late",
                "synchronise the clocks of all hosts (NTP)",
            ),
        ),
        "the server's clock differs from ours by {skew:+.1f} seconds",
    ),
    Rule(
        "latency",
        ("latency",),
        (
            Case(
                Level.NOTE,
                lambda facts: facts["latency"] > SLOW,
                "a round trip takes {latency:.3f} seconds",
                "requests do not wait for it, but counts are that much older",
                "use a server that is nearer",
            ),
        ),
        "a round trip takes {latency:.4f} seconds",
    ),
)
