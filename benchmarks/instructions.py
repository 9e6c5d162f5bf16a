"""How many machine instructions banditware adds to each hot path, counted by callgrind.

`PYTHONPATH=. python benchmarks/instructions.py`
"""

from __future__ import annotations

from benchmarks.callgrind import instructions
from benchmarks.tables import markdown


def main() -> None:
    """Print the figures."""
    found = instructions()
    print(markdown(["path", "instructions"], [(name, round(each)) for name, each in found.items()]))


if __name__ == "__main__":
    main()
