"""What visitors saw and did, and whether it is what was counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from banditware.cli.demonstration.visitors import Visitor, appeal


@dataclass(frozen=True, slots=True)
class Tally:
    """One experiment, as the visitors know it.

    Attributes:
        experiment: name of the experiment.
        arms: names of its arms.
        visitors: all who came, in their order.
    """

    experiment: str
    arms: tuple[str, ...]
    visitors: Sequence[Visitor]

    @property
    def best(self) -> str:
        """The arm that appeals most."""
        return max(self.arms, key=lambda arm: appeal(self.experiment, arm))

    @property
    def again(self) -> int:
        """Presses of the button by those who had pressed it before."""
        return sum(max(0, visitor.clicked - 1) for visitor in self.visitors)

    def saw(self) -> Counter[str]:
        """Return how many visitors saw each arm."""
        return Counter(visitor.seen[self.experiment] for visitor in self.visitors)

    def clicked(self) -> Counter[str]:
        """Return how many of them clicked."""
        return Counter(each.seen[self.experiment] for each in self.visitors if each.clicked)

    def true_rate(self, arm: str) -> float:
        """Return the chance of a click, averaged over the visitors who saw an arm; 0 if none."""
        chances = [each.chance for each in self.visitors if each.seen[self.experiment] == arm]
        return sum(chances) / len(chances) if chances else 0.0

    def share(self, arm: str, start: int = 0, end: int | None = None) -> float:
        """Return an arm's share of the visitors, or of those from one number to another."""
        some = self.visitors[start:end]
        return sum(each.seen[self.experiment] == arm for each in some) / len(some)

    def late_share(self, arm: str) -> float:
        """Return an arm's share of the last quarter of the visitors."""
        return self.share(arm, len(self.visitors) * 3 // 4)

    def matches(self, report: Mapping[str, Any]) -> bool:
        """Return True if exactly what visitors saw and did was counted, arm by arm."""
        saw, clicked, stored = self.saw(), self.clicked(), report["arms"]
        return report["excluded"].get("duplicate", 0) == self.again and all(
            (numbers["pulls"], numbers["rewards"]) == (saw[arm], clicked[arm])
            for arm, numbers in stored.items()
        )

    def verdict(self, report: Mapping[str, Any]) -> str:
        """Return the sums of both sides, and whether they agree in every arm."""
        arms = report["arms"].values()
        pulls, rewards = (sum(arm[key] for arm in arms) for key in ("pulls", "rewards"))
        return (
            f"{self.experiment}: visitors saw {self.saw().total()}, stored {pulls}; "
            f"clicked {self.clicked().total()}, stored {rewards}: "
            f"{'exact' if self.matches(report) else 'DIFFERENT'}"
        )
