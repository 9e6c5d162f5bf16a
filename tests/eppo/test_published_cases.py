"""The cases that Eppo publishes for its SDKs, from the folder that `BANDITWARE_EPPO_DATA` names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from banditware.eppo import ContextAttributes, EppoClient

DATA = Path(os.environ.get("BANDITWARE_EPPO_DATA", "no such folder"))

NEEDED = pytest.mark.skipif(
    not DATA.is_dir(), reason="BANDITWARE_EPPO_DATA names no folder of Eppo's test data"
)

WORDS = ["flagEvaluationCode", "flagEvaluationDescription", "environmentName", "variationKey"]
WORDS += ["banditKey", "banditAction"]


def cases(folder: str) -> Iterator[Any]:
    """Yield every subject of every file of a folder, with the file's own fields."""
    for path in sorted((DATA / folder).glob("*.json")):
        file = json.loads(path.read_text(encoding="utf-8"))
        for index, subject in enumerate(file["subjects"]):
            yield pytest.param(file, subject, id=f"{path.stem}-{index}")


@lru_cache
def client(flags: str, bandits: str | None = None) -> EppoClient:
    """Return a client for the files of these names."""
    return EppoClient.from_files(DATA / flags, bandits and DATA / bandits)


def places(details: dict[str, Any], codes: set[str]) -> list[dict[str, Any]]:
    """Return the allocations with these codes as the published cases have them."""
    wanted = ("key", "allocationEvaluationCode", "orderPosition")
    return [
        {name: each[name] for name in wanted}
        for each in details["allocations"]
        if each["allocationEvaluationCode"] in codes
    ]


MISSED = {"BEFORE_START_TIME", "AFTER_END_TIME", "FAILING_RULE", "TRAFFIC_EXPOSURE_MISS"}


@NEEDED
@pytest.mark.parametrize(("file", "subject"), [*cases("tests")])
def test_a_flag_of_the_published_cases(file: dict[str, Any], subject: dict[str, Any]) -> None:
    """The value, the codes, the words and the allocations are those of the case."""
    ask = getattr(
        client("flags-v1.json"), f"get_{file['variationType'].lower()}_assignment_details"
    )
    attributes = subject["subjectAttributes"]
    result = ask(file["flag"], subject["subjectKey"], attributes, file["defaultValue"])
    wanted, details = subject["evaluationDetails"], result.evaluation_details
    assert result.variation == subject["assignment"]
    assert {name: details[name] for name in WORDS} == {name: wanted[name] for name in WORDS}
    matched = places(details, {"MATCH"})
    assert matched == ([wanted["matchedAllocation"]] if wanted["matchedAllocation"] else [])
    assert places(details, MISSED) == wanted["unmatchedAllocations"]
    assert places(details, {"UNEVALUATED"}) == wanted["unevaluatedAllocations"]


def context(fields: dict[str, Any]) -> ContextAttributes:
    """Return the attributes of a case, of whatever types they are."""
    return ContextAttributes(fields["numericAttributes"], fields["categoricalAttributes"])


@NEEDED
@pytest.mark.parametrize(("file", "subject"), [*cases("bandit-tests")])
def test_a_bandit_of_the_published_cases(file: dict[str, Any], subject: dict[str, Any]) -> None:
    """The variation and the action are those of the case."""
    result = client("bandit-flags-v1.json", "bandit-models-v1.json").get_bandit_action(
        file["flag"],
        subject["subjectKey"],
        context(subject["subjectAttributes"]),
        {each["actionKey"]: context(each) for each in subject["actions"]},
        file["defaultValue"],
    )
    assert result.variation == subject["assignment"]["variation"]
    assert result.action == subject["assignment"]["action"]
