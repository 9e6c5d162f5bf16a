"""A process that does what it is told, line by line: `python worker.py CONFIG`.

`work EXPERIMENT NUMBER` decides so often and rewards the arm called `a`; `stats` tells what is
counted. Every line is answered by one of JSON, and the process ends with its input.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from banditware import Bandit


def work(bandit: Bandit, experiment: str, number: int) -> dict[str, int]:
    """Decide so often, in several writes; return who did it and how many rewards that earned."""
    rewards = 0
    for index in range(number):
        if index % 20 == 0:
            bandit.flush()
        decision = bandit.decide(experiment)
        if decision.arm == "a":
            rewards += bandit.reward(decision)
    return {"pid": os.getpid(), "rewards": rewards}


def answer(bandit: Bandit, command: str, *arguments: str) -> dict[str, Any]:
    """Return the answer to a line."""
    if command == "work":
        experiment, number = arguments
        return work(bandit, experiment, int(number))
    return bandit.stats()


def main(config: str) -> None:
    """Answer until there is no more input."""
    with Bandit.from_config(config) as bandit:
        for line in sys.stdin:
            os.write(1, json.dumps(answer(bandit, *line.split())).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1])
