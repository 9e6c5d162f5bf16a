"""Merging effects into the responses of one app, so that it never suffers from it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import AnyStr, Generic

from banditware.http import Effects, HeaderMerge
from banditware.varying import also_varying

_log = logging.getLogger("banditware")


class Merging(Generic[AnyStr]):
    """Merges headers, keeps faults from the app, and says once if the app shares its pages."""

    def __init__(
        self,
        merge: HeaderMerge[AnyStr],
        fault: Callable[[Exception], None],
        varies_on: Sequence[str] = (),
    ) -> None:
        """Prepare.

        Args:
            merge: merges effects.
            fault: told of an exception, after which headers stay as they are.
            varies_on: the request headers on which responses depend, beside the cookie.
        """
        self._merge: HeaderMerge[AnyStr] = merge
        self._fault = fault
        self._varies_on = varies_on
        self._warned = False

    def __call__(
        self, headers: list[tuple[AnyStr, AnyStr]], effects: Effects
    ) -> list[tuple[AnyStr, AnyStr]]:
        """Return the headers with the effects merged in, or the very same if there is nothing to.

        The app's headers are not changed.
        """
        if not (effects.varies or effects.set_cookie or effects.cookies):
            return headers
        try:
            merged = self._merge.apply(headers, effects, self._warn)
            return also_varying(merged, self._varies_on) if self._varies_on else merged
        except Exception as error:  # noqa: BLE001  # nothing of ours may break the app
            self._fault(error)
            return headers

    def _warn(self) -> None:
        if not self._warned:
            self._warned = True
            _log.warning(
                "the app lets shared caches keep a page that depends on an arm (Cache-Control: "
                "public or s-maxage), which would show it to other visitors: `private` is added; "
                "better that the app says so itself wherever an experiment decides"
            )
