"""The programs that `make bench` runs, in this order, and those that are run by hand."""

from __future__ import annotations

from typing import NamedTuple


class Program(NamedTuple):
    """A benchmark.

    Attributes:
        name: its file, `benchmarks/NAME.py`; it may be told `--quick` and `--pictures FOLDER`.
        shows: what it shows, in a few words.
    """

    name: str
    shows: str


class ByHand(NamedTuple):
    """A benchmark that takes longer, or prints for a terminal.

    Attributes:
        command: how it is started.
        shows: what it shows, in a few words.
    """

    command: str
    shows: str


PROGRAMS = (
    Program("budgets", "every budget, beside the peers"),
    Program("breakdown", "where the time of each path goes, stage by stage"),
    Program("inside", "what a request costs inside a real server, beside the hot loop"),
    Program("frameworks", "what the adapters add, by framework"),
    Program("throughput", "requests a second of real servers, bare and wrapped"),
    Program("streaming", "time to the first byte and memory of streamed responses"),
    Program("growth", "cost by the number of experiments, routes, arms and rules"),
    Program("threads", "cost by the number of threads and processes"),
    Program("pauses", "how long a request waits while experiments are refreshed"),
    Program("instructions", "how many machine instructions the hot paths take, and may take"),
    Program("fleet", "what many workers ask of Redis"),
)

BY_HAND = (
    ByHand("overhead.py --rounds 16", "the first rows of the budgets, for a terminal"),
    ByHand("contextual.py", "what contextual policies earn, beside three peers"),
    ByHand("contextual_cost.py", "decisions in context by actions and features, beside Eppo's SDK"),
    ByHand("regret.py", "what learning costs: the regret of each policy"),
    ByHand("redis_work.py", "what a fleet asks of Redis, and a million decisions on disk"),
    ByHand("spool.py", "what a record on disk takes"),
    ByHand("history.py", "what the history of an experiment takes"),
    ByHand("dashboard.py", "what the pages of the dashboard take"),
    ByHand("hostile_agent.py", "what a User-Agent of 8 KB costs"),
    ByHand("user_agents.py", "what hostile User-Agents cost, with and without the extra `bots`"),
)
