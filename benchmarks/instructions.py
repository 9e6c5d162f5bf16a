"""How many machine instructions banditware adds to each hot path, and how many it may.

Instructions, not seconds: callgrind counts them, and a busy machine changes none of them.
`--check` exits with 1 where a path is dearer than the committed baseline by more than 5 %;
`--write` makes what was counted the baseline of this minor version of CPython.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Mapping
from pathlib import Path

from benchmarks import baselines, plotting, tables
from benchmarks.baselines import Baseline, Compared
from benchmarks.callgrind import LAYOUTS, instructions, missing

BASELINES = Path(__file__).with_suffix(".json")

#: This version of CPython, and its minor version, which has a baseline.
PYTHON = platform.python_version()
MINOR = ".".join(platform.python_version_tuple()[:2])

HOW = """\
Instructions of a call with banditware, less those of the same call without it, counted by
valgrind's callgrind with the clock, the draws and the hashes fixed: equal to some 0.3 % in every
run, however busy the machine is. The baseline was counted with CPython {python}, and is multiplied
by what a yardstick of plain Python costs here ({here:,.0f}) and cost there ({there:,})."""


def asked() -> argparse.Namespace:
    """Return what is asked for on the command line; besides: see `tables.options`."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--first", metavar="MODULE", default="")
    own, others = parser.parse_known_args()
    return argparse.Namespace(**vars(own), **vars(tables.options(__doc__, others)))


def report(baseline: Baseline, counts: Mapping[str, float]) -> list[Compared]:
    """Print how the counts compare with a baseline, and return that."""
    rows = baselines.compared(baseline, counts)
    here = counts[baselines.YARDSTICK]
    print("### Machine instructions of the hot paths\n")
    print(baselines.table(rows), end="\n\n")
    print(HOW.format(python=baseline.python, here=here, there=baseline.yardstick))
    return rows


def judge(rows: list[Compared]) -> int:
    """Print what is too dear, and what could be tightened; return the exit status."""
    wrong = baselines.complaints(rows)
    for line in (*wrong, *baselines.savings(rows)):
        print(f"\n{line}")
    return int(bool(wrong))


def main() -> int:
    """Count, and do what is asked for."""
    options = asked()
    why = missing()
    if why:
        print(f"THE GATE OF INSTRUCTIONS DID NOT RUN: {why}.", file=sys.stderr)
        return int(options.write)
    known = baselines.read(BASELINES.read_text(encoding="utf-8"))
    counts = instructions(options.first, layouts=1 if options.quick else LAYOUTS)
    ours = baselines.of_counts(PYTHON, counts)
    if options.write:
        BASELINES.write_text(baselines.written({**known, MINOR: ours}), encoding="utf-8")
    elif MINOR not in known:
        message = f"there is no baseline for CPython {MINOR}: {baselines.HOW_TO_WRITE}"
        print(f"THE GATE OF INSTRUCTIONS DID NOT RUN: {message}.", file=sys.stderr)
    rows = report(ours if options.write else known.get(MINOR, ours), counts)
    if options.pictures:
        plotting.bars(
            options.pictures / "instructions.svg",
            ours.paths,
            title="What banditware adds to a call",
            x="machine instructions",
        )
    return judge(rows) if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
