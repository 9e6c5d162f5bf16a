from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from banditware.config import load
from banditware.eppo import Configuration
from banditware.eppo.importing import yaml_of
from tests.eppo.files import allocation, flag, flags

ENVIRON = {"BANDITWARE_SECRET_KEY": "k" * 32}


def text_of(file: dict[str, Any]) -> str:
    """Return the configuration for a file of flags."""
    return yaml_of(Configuration.from_files(file), published="today")


def made_of(file: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the experiments for a file of flags, and the notes."""
    text = text_of(file)
    notes = [line.removeprefix("  # ") for line in text.splitlines() if line.startswith("  #")]
    return yaml.safe_load(text)["experiments"], notes


def half(variation: str, start: int, end: int, salt: str = "s") -> dict[str, Any]:
    """Return a split of a range."""
    shards = [{"salt": salt, "ranges": [{"start": start, "end": end}]}]
    return {"variationKey": variation, "shards": shards}


WHOLE = {"variationKey": "off", "shards": []}


def test_a_split_between_two() -> None:
    """Arms have values, shares are weights, and what others get is the default."""
    splits = [half("on", 0, 2_000), half("off", 2_000, 10_000), half("none", 5, 5)]
    experiments, notes = made_of(flags(f=flag(allocation(splits=splits))))
    assert experiments == {
        "f": {
            "arms": {"on": {"value": "yes"}, "off": {"value": "no"}},
            "policy": {"name": "fixed", "weights": {"on": 20, "off": 80}},
        }
    }
    assert notes == []


def test_traffic_of_independent_shards() -> None:
    """Shards with other salts multiply, those with the same do not, and ranges add up once."""
    traffic = {"salt": "t", "ranges": [{"start": 0, "end": 3_000}, {"start": 2_000, "end": 6_000}]}
    smaller = {"salt": "t", "ranges": [{"start": 0, "end": 6_000}, {"start": 9_000, "end": 99_999}]}
    splits = [half("on", 0, 5_000), half("off", 5_000, 10_000)]
    for split in splits:
        split["shards"] += [traffic, smaller]
    experiments, notes = made_of(flags(f=flag(allocation(splits=splits))))
    assert experiments["f"]["traffic"] == "60%"
    assert experiments["f"]["policy"]["weights"] == {"on": 50, "off": 50}
    assert "others had the default of the call, and have the arm 'on' here" in notes[0]


def test_rules_dates_and_the_default() -> None:
    """Rules are lists of conditions; neighbours that serve the same become one."""
    dates = {"startAt": "2024-04-17T19:40:53.7Z", "endAt": "2024-05-01T00:00:00.5+02:00"}
    one = allocation(("age", "GTE", 18), ("country", "ONE_OF", ["GB"]), **dates)
    other = allocation(("plan", "MATCHES", "^pro"), **dates)
    rest = allocation(splits=[WHOLE], key="rest")
    experiments, notes = made_of(flags(f=flag(one, other, rest)))
    assert experiments["f"]["only_if"] == [
        [
            {"attribute": "age", "operator": "GTE", "value": 18},
            {"attribute": "country", "operator": "ONE_OF", "value": ["GB"]},
        ],
        [{"attribute": "plan", "operator": "MATCHES", "value": "^pro"}],
    ]
    assert experiments["f"]["policy"]["weights"] == {"on": 100, "off": 0}
    assert experiments["f"]["default"] == "off"
    assert str(experiments["f"]["start"]) == "2024-04-17T19:40:53Z"
    assert str(experiments["f"]["end"]) == "2024-04-30T22:00:01Z"
    assert notes == []


def test_conditions_that_cannot_be_said() -> None:
    """A rule that never holds is left out, and one that always does makes the others moot."""
    never: list[tuple[str, str, Any]] = [
        ("x", "ONE_OF", []),
        ("x", "MATCHES", "(?=a)"),
        ("x", "GT", "nan"),
        ("", "IS_NULL", True),
        ("x" * 129, "IS_NULL", True),
        ("a\nb", "IS_NULL", True),
    ]
    rules = [allocation(each)["rules"][0] for each in [*never, ("y", "NOT_ONE_OF", [])]]
    experiments, notes = made_of(flags(f=flag(allocation(rules=rules))))
    rule = [{"attribute": "y", "operator": "IS_NULL", "value": False}]
    assert experiments["f"]["only_if"] == [rule]
    assert "f: 6 rules that can never hold were left out" in notes
    experiments, _ = made_of(flags(f=flag(allocation(rules=rules[:-1]))))
    assert experiments["f"]["traffic"] == "0%"
    everybody: dict[str, Any] = {"conditions": []}
    experiments, notes = made_of(flags(f=flag(allocation(rules=[*rules, everybody]))))
    assert set(experiments["f"]) == {"arms", "policy"}
    assert notes == []


def test_numbers_keep_their_kind() -> None:
    """Whole comparands are whole; others, and those beyond 53 bits, stay as they are."""
    conditions = [("a", "GT", 18.5), ("b", "GT", 1e300), ("c", "GT", "1.5.0")]
    experiments, _ = made_of(flags(f=flag(allocation(*conditions))))
    values = [each["value"] for each in experiments["f"]["only_if"][0]]
    assert [values[0], float(values[1]), values[2]] == [18.5, 1e300, "1.5.0"]


def test_the_allocation_that_splits_is_carried_over() -> None:
    """Of several, the first that splits is taken; the others are notes, also those behind all."""
    first = allocation(("x", "ONE_OF", ["a"]), key="first")
    split = allocation(splits=[half("on", 0, 5_000), half("off", 5_000, 10_000)], key="split")
    everybody = allocation(splits=[WHOLE], key="everybody")
    never = allocation(key="never")
    experiments, notes = made_of(flags(f=flag(first, split, everybody, never)))
    assert experiments["f"]["default"] == "off"
    assert notes == [
        "f: not carried over: the allocation 'first', which serves 'on'",
        "f: not carried over: the allocation 'never', which serves 'on'",
    ]
    experiments, notes = made_of(flags(f=flag(everybody, split)))
    assert list(experiments["f"]["arms"]) == ["off"]
    experiments, notes = made_of(flags(f=flag(split, allocation(splits=[], key="none"))))
    assert notes == ["f: not carried over: the allocation 'none', which serves nothing"]


NOTHING: list[tuple[dict[str, Any], str]] = [
    (flag(enabled=False), "the flag is off"),
    (flag(totalShards=0), "the flag cannot be read"),
    (flag(allocations=[]), "no allocation of the flag serves anybody"),
    (flag(allocation(splits=[])), "no allocation of the flag serves anybody"),
    (flag(allocation(splits=[half("on", 5, 5)])), "no allocation of the flag serves anybody"),
    (flag(kind="INTEGER", variations={}), "the variation 'on' has no INTEGER as value"),
]


@pytest.mark.parametrize(("made", "note"), NOTHING, ids=[each[1][-20:] for each in NOTHING])
def test_flags_of_which_nothing_can_be_carried_over(made: dict[str, Any], note: str) -> None:
    """They are notes, and a file of them alone has no experiment."""
    experiments, notes = made_of(flags(f=made))
    assert experiments == {}
    assert notes == ["f: not carried over", f"f: {note}"]


def test_names_values_and_bandits() -> None:
    """Any name becomes one that is allowed; values keep their types; bandits are notes."""
    odd = flag(
        allocation(splits=[half("a b", 0, 5_000), half("a/b", 5_000, 10_000), half("a b", 0, 9)]),
        kind="JSON",
        variations={
            "1": {
                "key": "a b",
                "value": '{"text": "${HOME} \x7f\U000e0001 😀", "n": [1, 2.5, null]}',
            },
            "2": {"key": "a/b", "value": "null"},
        },
    )
    file = flags(**{"Neue Flagge!": odd, "Neue-Flagge": flag(), "💧": flag()})
    variation = {"key": "b", "variationKey": "on", "variationValue": "yes"}
    file["bandits"] = {"b": [{**variation, "flagKey": "Neue-Flagge"}]}
    experiments, notes = made_of(file)
    assert list(experiments) == ["Neue-Flagge", "Neue-Flagge-2", "unnamed"]
    assert experiments["Neue-Flagge"]["arms"] == {
        "a-b": {"value": {"text": "$${HOME} \x7f\U000e0001 😀", "n": [1, 2.5, None]}},
        "a-b-2": {},
    }
    assert notes == [
        "Neue-Flagge: the flag is called 'Neue Flagge!'",
        "Neue-Flagge: 'a/b' serves null: the arm's value is its name",
        "Neue-Flagge-2: the flag is called 'Neue-Flagge'",
        "Neue-Flagge-2: 'yes' leads to the bandit 'b': not carried over",
        "unnamed: the flag is called '💧'",
    ]
    settings = load_text(text_of(file))
    values = {arm.name: arm.value for arm in settings.experiments[0].arms}
    assert values["a-b"]["text"] == "${HOME} \x7f\U000e0001 😀"


def load_text(text: str) -> Any:
    """Return the settings of a configuration that stands in no file yet."""
    path = Path("banditware.yaml")
    path.write_text(text, encoding="utf-8")
    return load(path, environ=ENVIRON)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_everything_that_is_written_loads() -> None:
    """A file with rules, dates, shares and a default is a configuration without a mistake."""
    rules = [("a b", "GTE", 18.5), ("v", "LT", "1.5.0"), ("x", "NOT_ONE_OF", ["${A}"])]
    first = allocation(
        *rules,
        startAt="2024-04-17T19:40:53.7Z",
        endAt="2034-04-17T19:40:53.7Z",
        splits=[half("on", 0, 3_333), half("off", 3_333, 5_000)],
    )
    settings = load_text(text_of(flags(f=flag(first, allocation(splits=[WHOLE])))))
    assert [each.name for each in settings.experiments] == ["f"]


@pytest.mark.skipif(
    not os.environ.get("BANDITWARE_EPPO_DATA"), reason="BANDITWARE_EPPO_DATA names no folder"
)
@pytest.mark.parametrize("name", ["flags-v1.json", "bandit-flags-v1.json"])
def test_the_published_files_load(name: str) -> None:
    """What becomes of Eppo's own test files is a configuration without a mistake."""
    source = Path(os.environ["BANDITWARE_EPPO_DATA"]) / name
    text = yaml_of(Configuration.from_files(source), published="today")
    assert len(load_text(text).experiments) > 3
