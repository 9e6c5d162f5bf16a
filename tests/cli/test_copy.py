from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from banditware.cli import copy as module
from banditware.control import Control, Controls, text_of
from banditware.copying import Copied, copy_all
from banditware.errors import StoreError
from banditware.operating import controls_in
from banditware.outbox import Outbox
from banditware.stores import Batch, Store, open_store
from banditware.stores.controls import KeptControls
from tests import redis_servers
from tests.cli import commands
from tests.recording import fields, pull
from tests.redis_servers import ServerProcess

PAUSED = Control("paused")

ONCE = (("5:a:g", {"k/x/0/g": 1, "s/x/0/g": 2.5}),)


@pytest.fixture(scope="module")
def server() -> Iterator[ServerProcess]:
    process = ServerProcess(redis_servers.NAMES[0])
    yield process
    process.stop()


@pytest.fixture
def here(tmp_path: Path) -> Store:
    store = open_store("sqlite:///here.db", tmp_path)
    store.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 1000}, ONCE)], {})
    store.exchange([Batch("b@1", "p", 0, 1, {"n/x/0": 1})], {})
    store.controls().write(KeptControls(1, text_of(Controls(1, "", {"a": PAUSED}))), "{}")
    return store


@pytest.fixture
def place(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/here.db"


run = partial(commands.run, "copy")
told = partial(commands.told, "copy")


def test_there_and_back(here: Store, place: str, server: ServerProcess, tmp_path: Path) -> None:
    """Everything goes over once, and nothing comes back that was there."""
    url = server.url(prefix="back", timeout=10)
    result = run(place, url)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(
        "copied 1,001 pulls, 1 rewards and 1 once-keys in 2 ledgers: unix://"
    )
    there = open_store(url, tmp_path)
    assert fields(there) == fields(here) == {"n/x/0": 1000, "k/x/0/g": 1, "s/x/0/g": 2.5}
    assert controls_in(there).of("a") == PAUSED
    there.exchange([Batch("a@1", "q", 0, 1, {"n/x/0": 1}, ONCE)], {})
    result = run(url, place)
    assert "copied 1 pulls, 0 rewards and 0 once-keys in 1 ledgers" in result.stdout
    assert fields(here) == fields(there)
    assert fields(here)["x/duplicate"] == 1, "the reward was known over there"
    assert run(place, url).stdout.startswith("nothing is new: ")


def test_a_copy_as_json(here: Store, place: str, tmp_path: Path) -> None:
    """Programs read what was new, in one object."""
    there = f"sqlite:///{tmp_path}/there.db"
    plain = told(place, there)
    assert {key: plain[key] for key in ("pulls", "rewards", "once_keys")} == {
        "pulls": 1001,
        "rewards": 1,
        "once_keys": 1,
    }
    assert (plain["ledgers"], plain["left_alone"]) == (["a@1", "b@1"], [])
    assert (plain["from"], plain["to"]) == (place, there)


def test_a_configuration_names_its_store(here: Store, tmp_path: Path) -> None:
    """Passwords need not be on the command line."""
    (tmp_path / "banditware.yaml").write_text(
        "secret_keys: [k]\nstore: sqlite:///there.db\nexperiments: {a: {arms: [x]}}\n"
    )
    assert run(f"sqlite:///{tmp_path}/here.db", str(tmp_path / "banditware.yaml")).exit_code == 0
    assert fields(open_store("sqlite:///there.db", tmp_path)) == fields(here)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("memory://", "only the app's own process can see these counts"),
        ("sqlit:///x.db", "did you mean 'sqlite://'?"),
        ("nowhere.yaml", "nowhere.yaml: cannot be read"),
    ],
)
def test_what_is_no_store(here: Store, place: str, target: str, message: str) -> None:
    """What cannot be read exits with 2 and the mend."""
    for arguments in ((place, target), (target, place)):
        result = run(*arguments)
        assert result.exit_code == 2
        assert message in result.stderr


def test_one_store_is_not_two(here: Store, place: str, tmp_path: Path) -> None:
    """Stores that share their spools would drain each other's."""
    result = run(place, place)
    assert result.exit_code == 2
    assert "share the spools" in result.stderr


def test_a_store_that_is_away(here: Store, place: str) -> None:
    """A store that cannot be reached exits with 1 and one line."""
    result = run(place, "unix:///nowhere/s")
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_records_that_wait_are_told(here: Store, place: str, tmp_path: Path) -> None:
    """What FROM has not got from its spools yet is told, or fetched first."""
    outbox = Outbox(here.folder)
    outbox.spool.append(pull())
    target = f"sqlite:///{tmp_path}/there.db"
    result = run(place, target)
    assert result.exit_code == 0
    assert "1 records wait in 1 spools of FROM" in result.stderr
    result = run(place, target, "--drain")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "copied 1 pulls" in result.stdout
    assert fields(open_store("sqlite:///there.db", tmp_path))["n/x/0"] == 1001


def test_a_ledger_that_began_anew_is_told(here: Store, place: str, tmp_path: Path) -> None:
    """A ledger that was left alone is named and exits with 1, until it is said what to do."""
    target = f"sqlite:///{tmp_path}/there.db"
    run(place, target)
    (tmp_path / "here.db").unlink()
    here.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 5})], {})
    result = run(place, target)
    assert result.exit_code == 1
    assert result.stderr.startswith("a@1 was left alone: ")
    assert run(place, target, "--anew", "add").exit_code == 0
    assert fields(open_store("sqlite:///there.db", tmp_path))["n/x/0"] == 1005


def steps(*acts: Callable[[], object]) -> Callable[[float], None]:
    """Return a pause in which one act after the other happens, then the interruption."""
    coming = iter(acts)

    def pause(seconds: float) -> None:
        try:
            next(coming)()
        except StopIteration:
            raise KeyboardInterrupt from None

    return pause


def test_following(
    here: Store, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes later is copied until an interruption, also after a store was away."""
    whole, pauses = copy_all, []

    def away(*arguments: Any, **more: Any) -> Any:
        raise StoreError("there", "is away")

    def record(at: int) -> Callable[[], object]:
        batch = Batch("b@1", "p", at, at + 1, {"n/x/0": 1})
        return lambda: here.exchange([batch], {})

    acts = (
        record(1),
        lambda: monkeypatch.setattr(module, "copy_all", away),
        lambda: monkeypatch.setattr(module, "copy_all", whole),
        record(2),
    )
    scripted = steps(*acts)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        scripted(seconds)

    monkeypatch.setattr(module, "_pause", pause)
    result = run(place, f"sqlite:///{tmp_path}/there.db", "--follow", "0.5")
    assert result.exit_code == 0
    assert "following, interrupt to end" in result.stdout
    assert result.stderr == "trying again: there: is away\n"
    assert "copied 1,003 pulls" in result.stdout.splitlines()[-1]
    assert fields(open_store("sqlite:///there.db", tmp_path), "b@1") == {"n/x/0": 3}
    assert [seconds for seconds in pauses if seconds != 0.5] == [pauses[2]]


def test_a_person_sees_a_bar(
    here: Store, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the ledgers pass by."""
    said: list[str] = []

    def shown(items: Iterator[Copied], *, length: int, label: str) -> Iterator[Copied]:
        said.append(f"{label} {length}")
        return items

    monkeypatch.setattr(module, "shown", shown)
    target = open_store("sqlite:///there.db", tmp_path)
    module.Run(here, target, module.Tally(), {}, "leave").first()
    assert said == ["copying 2"]


def test_waiting_takes_time() -> None:
    """The pause between two rounds is one."""
    module._pause(0.0)
