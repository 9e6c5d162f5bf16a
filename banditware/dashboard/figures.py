"""Small pictures in pages: intervals and lines, as SVG that needs neither script nor style."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from banditware.dashboard.markup import tag

_WIDTH, _HEIGHT = 120, 16


def interval_bar(
    interval: Sequence[float], mean: float | None, scale: tuple[float, float], said: str
) -> Markup:
    """Return where a mean lies: a bar from end to end of its interval, and a dot.

    Args:
        interval: the ends of the interval.
        mean: the mean, or None.
        scale: what the ends of the picture stand for.
        said: the interval in words.
    """
    low, high = scale
    unit = (_WIDTH - 8) / (high - low) if high > low else 0.0

    def place(value: float) -> float:
        return 4 + min(max(value - low, 0.0) * unit, _WIDTH - 8.0)

    left, right = place(interval[0]), place(interval[1])
    parts = [
        tag("rect", x=0, y=7, width=_WIDTH, height=2, rx=1, class_="track"),
        tag("rect", x=_short(left), y=5, width=_short(max(2, right - left)), height=6, rx=3),
    ]
    if mean is not None:
        parts.append(tag("circle", cx=_short(place(mean)), cy=8, r=3.5))
    return _picture(parts, said, "interval", _WIDTH, _HEIGHT)


def share_bar(share: float) -> Markup:
    """Return a share of traffic as a bar."""
    parts = [
        tag("rect", x=0, y=1, width=48, height=6, rx=3, class_="track"),
        tag("rect", x=0, y=1, width=_short(48 * share), height=6, rx=3) if share > 0 else None,
    ]
    return tag("svg", parts, viewBox="0 0 48 8", class_="share", aria_hidden="true")


def line(shares: Sequence[float | None], said: str) -> Markup:
    """Return shares over time as a line; where there was none, it breaks."""
    width, height = 96, 24
    step = width / max(1, len(shares) - 1)
    pieces: list[list[str]] = [[]]
    for index, share in enumerate(shares):
        if share is None:
            if pieces[-1]:
                pieces.append([])
        else:
            pieces[-1].append(f"{index * step:.0f},{height - 2 - share * (height - 4):.0f}")
    # A single point is no line: one of no length shows as a dot.
    lines = [" ".join(piece * 2 if len(piece) == 1 else piece) for piece in pieces if piece]
    parts = [tag("polyline", points=points) for points in lines]
    return _picture(parts, said, "line", width, height)


def _picture(parts: object, said: str, kind: str, width: int, height: int) -> Markup:
    return tag(
        "svg",
        parts,  # type: ignore[arg-type]  # lists of elements
        viewBox=f"0 0 {width} {height}",
        class_=kind,
        role="img",
        aria_label=said,
    )


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
