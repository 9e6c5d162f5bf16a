"""Checks that parameters of policies share: each raises with the parameter's name and the mend."""

from __future__ import annotations

import math


def share(name: str, value: float) -> None:
    """Refuse a share of the traffic that is not in [0, 1].

    Raises:
        ValueError: the number is outside, or not a number.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be between 0 and 1, not {value:g}")


def above_zero(name: str, value: float) -> None:
    """Refuse a number that is not positive and finite.

    Raises:
        ValueError: the number is zero, negative, infinite or not a number.
    """
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be a finite number above 0, not {value:g}")


def no_temperature(temperature: float | None) -> None:
    """Refuse a temperature where the policy finds its own.

    Raises:
        ValueError: a temperature is given.
    """
    if temperature is not None:
        raise ValueError(
            "temperature is in units of the reward and needs compat: true; "
            "leave it out, or use c to scale the temperature that the policy finds by itself"
        )
