from __future__ import annotations

import random
import re

import pytest

from banditware.ids import new_id, new_subject


@pytest.mark.parametrize(("new", "digits"), [(new_id, 16), (new_subject, 24)])
def test_ids_are_different(new: object, digits: int) -> None:
    """No two decisions and no two subjects get the same id, and all ids have the same length."""
    assert callable(new)
    source = random.Random(1)
    ids = {new(source) for _ in range(1_000)}
    assert len(ids) == 1_000
    assert all(re.fullmatch(f"[0-9a-f]{{{digits}}}", each) for each in ids)
