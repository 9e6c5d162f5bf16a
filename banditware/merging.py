"""Merging effects into the responses of one app, so that it never suffers from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import AnyStr, Generic

from banditware.http import SERVED_AGAIN, Effects, HeaderMerge
from banditware.sharing import keyed
from banditware.shown import NOTHING_SHOWN, Shown
from banditware.varying import also_varying


class Merging(Generic[AnyStr]):
    """Merges headers, keeps faults from the app, and says once if the app shares its pages."""

    def __init__(
        self,
        merge: HeaderMerge[AnyStr],
        fault: Callable[[Exception], None],
        varies_on: Sequence[str] = (),
        *,
        by_arm: bool = False,
    ) -> None:
        """Prepare for all responses of an app.

        Args:
            merge: writes the headers of the app's interface.
            fault: told of an exception, after which headers stay as they are.
            varies_on: the request headers on which responses depend, beside the cookie.
            by_arm: caches may keep a page for each arm; see `banditware.sharing`.
        """
        self._merge: HeaderMerge[AnyStr] = merge
        self._fault = fault
        self._varies_on = varies_on
        self._by_arm = by_arm
        self._shared = None if by_arm else self._warn
        self._warned = False
        self._plain = not (by_arm or varies_on)

    def __call__(
        self,
        headers: list[tuple[AnyStr, AnyStr]],
        effects: Effects,
        shown: Shown = NOTHING_SHOWN,
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Return the headers with the effects merged in, or the very same if there is nothing to.

        The app's headers are not changed. An ETag gets the mark of the arms that are shown.
        """
        if not (effects.varies or effects.set_cookie or effects.cookies or shown.notes):
            return headers
        try:
            if effects is SERVED_AGAIN and self._plain and not shown.notes:
                return self._merge.varying(headers, self._shared, shown.marked)
            merged = None
            if self._by_arm and shown.shared(effects):
                merged = keyed(headers, self._merge.pair, shown.marked)
            if merged is None:
                merged = self._merge.apply(headers, effects, self._shared, shown.marked)
            if self._varies_on:
                merged = also_varying(merged, self._varies_on)
            for name, value in shown.notes:
                self._note(merged, name, value)
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self._fault(error)
            return headers
        return merged

    def _note(self, headers: list[tuple[AnyStr, AnyStr]], name: str, value: str) -> None:
        """Add a header, to the line that the app has of that name if there is one."""
        wanted = name.lower()
        for index, (key, held) in enumerate(headers):
            if _text(key).lower() == wanted:
                _, joined = self._merge.pair(name, f"{_text(held)}, {value}")
                headers[index] = (key, joined)
                return
        headers.append(self._merge.pair(name, value))

    def _warn(self) -> None:
        if not self._warned:
            import logging  # noqa: PLC0415  # few apps are told of it

            self._warned = True
            logging.getLogger("banditware").warning(
                "the app lets shared caches keep a page that depends on an arm (Cache-Control: "
                "public or s-maxage), which would show it to other visitors: `private` is added; "
                "better that the app says so itself wherever an experiment decides"
            )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
