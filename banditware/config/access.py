"""Pages that are answered without the app: where they are, and what opens them, as written."""

from __future__ import annotations

import re
from typing import Any

from pydantic import AfterValidator

from banditware.config.document import WRITTEN
from banditware.config.faults import RefusedError

#: Fewer characters could be guessed.
SHORTEST_TOKEN = 16


def page_path(example: str) -> Any:
    """Return what checks the path of a page; messages give an example of one."""

    def checked(text: str) -> str:
        if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", text):
            raise RefusedError(
                f"must be a path such as {example}, of letters, digits and the characters . _ ~ -, "
                f"not {WRITTEN}"
            )
        return text

    return AfterValidator(checked)


def usable_token(token: str) -> str:
    """Check a token; no message shows it.

    Raises:
        RefusedError: it cannot stand in a header, or could be guessed.
    """
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RefusedError("must be of printable ASCII characters without spaces")
    if len(token) < SHORTEST_TOKEN:
        raise RefusedError(
            f"has {len(token)} characters, and with fewer than {SHORTEST_TOKEN} it could be "
            'guessed: make one by python -c "import secrets; print(secrets.token_urlsafe(24))"'
        )
    return token
