"""Apps that nobody here wrote, wrapped by YAML alone: the counts are exactly what visitors did.

`python tests/live/test_real_apps.py` prints what visitors did beside what was stored.
"""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from tests.live.sites import SITES, Site, prepare
from tests.serving import stats


def visits(site: Site, port: int, number: int, generator: random.Random) -> Counter[str]:
    """Send visitors; return how many looked and how many made something that was not refused."""
    did: Counter[str] = Counter()
    # Somebody who never looked has no decision, and earns nothing.
    assert site.make(site.visitor(port), "taken")
    for index in range(number):
        visitor = site.visitor(port)
        for _ in range(generator.randint(1, 3)):
            assert visitor.get(site.page).status == 200
        did["pulls"] += 1
        if generator.random() < 0.5:
            assert not site.make(visitor, "taken")
        made = [site.make(visitor, f"thing{index}x{n}") for n in range(generator.randint(0, 2))]
        assert all(made)
        did["rewards"] += bool(made)
        did["duplicates"] += max(0, len(made) - 1)
    return did


def run(name: str, folder: Path, number: int) -> tuple[Counter[str], dict[str, Counter[str]]]:
    """Return what visitors did, and what is stored by experiment."""
    site = prepare(name, folder)
    with site.serve(folder, site.app) as server:
        did = visits(site, server.port, number, random.Random(name))
    return did, {
        experiment: Counter(
            pulls=sum(arm["pulls"] for arm in report["arms"].values()),
            rewards=sum(arm["rewards"] for arm in report["arms"].values()),
            duplicates=report["excluded"].get("duplicate", 0),
        )
        for experiment, report in json.loads(stats(folder))["experiments"].items()
    }


@pytest.mark.parametrize("name", SITES)
def test_counts_are_exactly_what_fifty_visitors_did(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both experiments of a real app hold what the visitors did, to the last one."""
    if SITES[name].package:
        pytest.importorskip(SITES[name].package)
    monkeypatch.setenv("RADICALE_CONFIG", str(tmp_path / "radicale.conf"))

    did, stored = run(name, tmp_path, 50)

    assert did["rewards"] > 0
    assert did["duplicates"] > 0
    assert stored == {"welcome": did, "layout": did}


if __name__ == "__main__":
    for each in SITES:
        with tempfile.TemporaryDirectory() as temporary:
            os.environ["RADICALE_CONFIG"] = str(Path(temporary) / "radicale.conf")
            seen, kept = run(each, Path(temporary), 50)
        print(f"{each}: visitors did {dict(seen)}")
        for experiment, counted in kept.items():
            print(f"  stored for {experiment}: {dict(counted)}")
