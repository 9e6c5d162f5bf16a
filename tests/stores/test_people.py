"""What every store promises of people; see `banditware.stores.people.PeopleStore`."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from banditware.stores import Batch, open_store
from banditware.stores.memory import MemoryStore
from banditware.stores.people import Offer
from banditware.stores.redis import RedisStore
from tests.stores.table import STORES, FakeWorld, World

NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.fixture(params=STORES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return STORES[request.param](tmp_path)


def offer(texts: dict[str, str], person: str = "p", **more: dict[str, str]) -> Offer:
    return Offer(person, texts, more.get("stale", {}), NOW, DAY)


def test_what_is_kept_first_holds(world: World) -> None:
    """Of two offers for one field the first is kept, and both are told what is."""
    one, other = world.open().people(), world.open().people()
    assert one.join(offer({"a@1": "x", "*subject": "s"})) == {"a@1": "x", "*subject": "s"}
    assert other.join(offer({"a@1": "y", "b@1": "z"})) == {"a@1": "x", "*subject": "s", "b@1": "z"}
    assert one.join(offer({})) == {"a@1": "x", "*subject": "s", "b@1": "z"}
    assert one.join(offer({"a@1": "w"}, "q")) == {"a@1": "w"}


def test_what_is_stale_is_forgotten_if_it_is_that(world: World) -> None:
    """A stale text makes room for a new one, unless somebody was faster."""
    people = world.open().people()
    people.join(offer({"a@1": "x"}))
    assert people.join(offer({"a@1": "y"}, stale={"a@1": "x"})) == {"a@1": "y"}
    assert people.join(offer({"a@1": "z"}, stale={"a@1": "x"})) == {"a@1": "y"}
    assert people.join(offer({}, stale={"a@1": "y", "b@1": "y"})) == {}


def test_people_can_be_forgotten(world: World) -> None:
    """Who is forgotten leaves nothing, and others stay."""
    people = world.open().people()
    people.join(offer({"a@1": "x"}))
    people.join(offer({"a@1": "y"}, "q"))
    assert people.leave("p") == {"a@1": "x"}
    assert people.leave("p") == {}
    assert people.join(offer({})) == {}
    assert people.join(offer({}, "q")) == {"a@1": "y"}


def test_people_are_apart_from_counts(world: World) -> None:
    """Keeping people changes no ledger, and makes none."""
    store = world.open()
    store.people().join(offer({"a@1": "x"}))
    assert store.ledgers() == {}
    store.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 1})], {})
    assert store.people().join(offer({})) == {"a@1": "x"}


def test_many_at_once_agree(world: World) -> None:
    """Devices that ask at the same moment get the same answer."""
    store = world.open()
    answers: list[str] = []

    def ask(text: str) -> None:
        answers.append(store.people().join(offer({"a@1": text}))["a@1"])

    threads = [threading.Thread(target=ask, args=(str(number),)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_people_are_forgotten_in_time(kind: str, tmp_path: Path) -> None:
    """A day after the last of it was kept nothing is left, of others too; asking does not count."""
    url = {"memory": "memory://", "sqlite": "sqlite:///counts.db"}[kind]
    people = open_store(url, tmp_path).people()
    people.join(Offer("p", {"a": "x"}, {}, NOW, DAY))
    people.join(Offer("q", {"a": "x"}, {}, NOW, DAY))
    assert people.join(Offer("p", {"a": "y", "b": "z"}, {}, NOW + DAY / 2, DAY))["a"] == "x"
    assert people.join(Offer("p", {}, {}, NOW + DAY, DAY)) == {"a": "x", "b": "z"}
    assert people.join(Offer("q", {}, {}, NOW + DAY, DAY)) == {}
    assert people.join(Offer("p", {"a": "y"}, {}, NOW + 2 * DAY, DAY)) == {"a": "y"}
    assert people.leave("q") == {}


def test_the_server_forgets_by_itself(tmp_path: Path) -> None:
    """On a server, a person's key expires when the time is over."""
    store = FakeWorld(tmp_path).open()
    store.people().join(offer({"a@1": "x"}))
    assert isinstance(store, RedisStore)
    key = f"{store._prefix}:person:p"
    (left,) = store._server.send([("TTL", key)])
    assert DAY - 60 <= left <= DAY
    assert store.people().join(offer({}, stale={"a@1": "x"})) == {}
    assert store._server.send([("EXISTS", key)]) == [0]


def test_a_database_from_before_gets_the_table(tmp_path: Path) -> None:
    """A database that knows no people yet is made ready when it is opened."""
    store = open_store("sqlite:///counts.db", tmp_path)
    store.exchange([Batch("a@1", "p", 0, 1, {"n/x/0": 1})], {})
    with sqlite3.connect(tmp_path / "counts.db") as database:
        database.execute("DROP TABLE people")
    database.close()
    assert store.people().join(offer({"a@1": "x"})) == {"a@1": "x"}
    assert store.ledgers() == {"a@1": 1}


def test_a_child_can_keep_people() -> None:
    """A lock that a thread of the parent holds does not stop the child."""
    store = MemoryStore()
    assert store._people._lock.acquire()
    store.after_fork(child=True)
    assert store.people().join(offer({"a": "x"})) == {"a": "x"}
