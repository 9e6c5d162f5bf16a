"""Random questions to Eppo's own wheel and to us: how many answers differ.

`PYTHONPATH=. python tests/live/test_eppo.py 10000` asks ten thousand, half of them about bandits,
and prints what differs beside what is meant to (`docs/eppo.md`); `--seed` asks others. A short form
is part of the tests.
"""

from __future__ import annotations

import argparse
import collections
import logging
import sys

import pytest

from tests.eppo.comparing import MEANT, Pair, differences
from tests.eppo.regexes import disagreements

#: A second of questions.
SHORT = 800


def test_the_wheel_answers_the_same(caplog: pytest.LogCaptureFixture) -> None:
    """Values, actions, probabilities, details, events and errors are those of Eppo's own client."""
    caplog.set_level(logging.CRITICAL)
    assert differences(SHORT, seed=7) == []


def test_the_comparison_can_fail() -> None:
    """A client that answers from other files is found out."""
    pair = Pair()
    assert pair.difference("get_flag_keys") == ""
    pair.ours_log.log_assignment({"featureFlag": "x"})
    assert "featureFlag" in pair.difference("get_flag_keys")


def test_rust_matches_the_same_texts(caplog: pytest.LogCaptureFixture) -> None:
    """Random expressions are refused or find the same texts as in Rust's engine."""
    caplog.set_level(logging.CRITICAL)
    assert disagreements(150, seed=7) == []


def main() -> int:
    """Ask as often as was asked for; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    found = differences(options.count, options.seed)
    kinds = dict(collections.Counter(each.split("(")[0] for each in found))
    print(f"{options.count:,} questions: {len(found)} differences {kinds or ''} beside {MEANT}")
    patterns = disagreements(options.count // 10, options.seed)
    print(f"{options.count // 10:,} expressions: {len(patterns)} disagreements")
    for each in [*found, *patterns][: options.show]:
        print(each)
    return bool(found or patterns)


if __name__ == "__main__":
    sys.exit(main())
