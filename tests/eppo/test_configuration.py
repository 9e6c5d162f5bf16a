from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from banditware.eppo import Configuration, ConfigurationError, EppoClient
from banditware.eppo.fields import parsed_json
from banditware.errors import BanditwareError
from tests.eppo.files import action, bandit, flag, flags

WRONG_FLAGS: list[tuple[dict[str, Any], str]] = [
    ({"createdAt": None}, "createdAt must be text"),
    ({"createdAt": 5}, "createdAt must be text, not 5"),
    ({"createdAt": "yesterday"}, "createdAt: 'yesterday' is no time"),
    ({"environment": None}, "environment must be a mapping"),
    ({"environment": {}}, "name is missing"),
    ({"flags": []}, r"flags must be a mapping, not \[\]"),
    ({"format": "NEW"}, "format must be one of"),
    ({"bandits": None}, "bandits must be a mapping"),
    ({"bandits": {"b": 5}}, "bandits must hold lists"),
    ({"bandits": {"b": [5]}}, "must be a mapping with variationKey, not 5"),
    ({"bandits": {"b": [{"variationKey": "v"}]}}, "flagKey is missing"),
    ({"banditReferences": {"b": {}}}, "flagVariations is missing"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG_FLAGS, ids=lambda each: str(each)[:24])
def test_what_a_file_of_flags_has_to_have(changes: dict[str, Any], message: str) -> None:
    """What is wrong beside single flags is refused, with its place."""
    with pytest.raises(ConfigurationError, match=f"^flags: {message}"):
        Configuration.from_files({**flags(f=flag()), **changes})


def slope(**changes: Any) -> dict[str, Any]:
    """Return the model of a bandit with one numeric coefficient."""
    made = {"attributeKey": "a", "coefficient": 1, "missingValueCoefficient": 0, **changes}
    return bandit({"x": action(1.0, actionNumeric=[made])})


WRONG_BANDITS: list[tuple[dict[str, Any], str]] = [
    ({"bandits": {}}, "updatedAt is missing"),
    ({**bandit({}), "bandits": {"b": {}}}, "b: banditKey is missing"),
    (bandit({}, gamma="1"), "b: gamma must be a finite number, not '1'"),
    (bandit({}, gamma=True), "b: gamma must be a finite number, not True"),
    (bandit({}, gamma=10**400), "1000+ is out of range"),
    (bandit({"x": 5}), "b: modelData.coefficients.x: must be a mapping with actionKey"),
    (bandit({"x": action("one")}), "b: modelData.coefficients.x: intercept must be"),  # type: ignore[arg-type]  # a mistake
    (slope(coefficient=None), "b: modelData.coefficients.x: coefficient must be"),
    (slope(attributeKey=1), "b: modelData.coefficients.x: attributeKey must be text"),
]


@pytest.mark.parametrize(("file", "message"), WRONG_BANDITS, ids=lambda each: str(each)[-24:])
def test_what_a_file_of_bandits_has_to_have(file: dict[str, Any], message: str) -> None:
    """A model that is not as it has to be is refused, with its place; as Eppo's SDK does."""
    with pytest.raises(ConfigurationError, match=f"^bandits: {message}"):
        Configuration.from_files(flags(), file)


WRONG_JSON: list[tuple[str | bytes, str]] = [
    (b"", "Expecting value"),
    ("{", "Expecting property name"),
    (b"[]", "must be a mapping with createdAt"),
    ('{"createdAt": NaN}', "NaN is no JSON"),
    ('{"createdAt": 1e400}', "1e400 is out of range"),
    ('{"createdAt": 1' + "0" * 400 + "}", "out of range"),
    ('{"createdAt": "\\ud800"}', "surrogates not allowed"),
    (b'{"createdAt": "\xff"}', "invalid start byte"),
    ('{"createdAt": ' + "[" * 100_000, "nested too deep"),
]


@pytest.mark.parametrize(("text", "message"), WRONG_JSON, ids=lambda each: str(each)[:20])
def test_what_is_no_json(text: str | bytes, message: str) -> None:
    """What strict parsers refuse is refused, also where Python's would not."""
    with pytest.raises(ConfigurationError, match=message):
        Configuration.from_files(text)


def test_large_numbers_are_doubles() -> None:
    """Whole numbers beyond 64 bits are read as doubles."""
    found = parsed_json(f"[{2**64 - 1}, {2**64}, {-(2**63)}, {-(2**63) - 1}, {2**70 + 1}]")
    assert found == [2**64 - 1, 2.0**64, -(2**63), -(2.0**63), 2.0**70]
    assert [type(each) for each in found] == [int, float, int, float, float]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """A missing file is named; a mapping that is no JSON is refused too."""
    with pytest.raises(ConfigurationError, match=r"gone\.json: No such file"):
        Configuration.from_files(tmp_path / "gone.json")
    with pytest.raises(ConfigurationError, match="the mapping is no JSON"):
        Configuration.from_files({"createdAt": object()})
    assert issubclass(ConfigurationError, BanditwareError)
    assert issubclass(ConfigurationError, ValueError)


def test_files_by_path_bytes_text_and_mapping(tmp_path: Path) -> None:
    """A file may be given in any of these forms."""
    file = flags(f=flag())
    path = tmp_path / "flags.json"
    path.write_text(json.dumps(file), encoding="utf-8")
    text = json.dumps(file)
    for source in (path, str(path), text.encode(), text, f"\n {text}", file):
        assert EppoClient.from_files(source).get_flag_keys() == {"f"}
    configuration = Configuration.from_files(text, json.dumps(bandit({})))
    assert configuration.get_flags_configuration() == text.encode()
    assert json.loads(configuration.get_bandits_configuration() or b"") == bandit({})
    assert configuration.get_bandit_keys() == EppoClient(configuration).get_bandit_keys()
    assert configuration.get_bandit_keys() == {"b"}
