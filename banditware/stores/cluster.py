"""Talking to a Redis or Valkey Cluster: each node gets its part of the commands in one go.

redis-py's own cluster client is left out on purpose. Its pipeline cannot load a missing script
where it is missing, sends what was redirected again by itself, one command at a time and up to
five times over, and asks the nodes for the description of every command they have. What is needed
is little: which node holds a slot, and an ordinary client for each node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import redis
from redis.crc import REDIS_CLUSTER_HASH_SLOTS, key_slot
from redis.exceptions import AskError, ClusterError

from banditware.stores.address import Address, Place
from banditware.stores.pipeline import Command, key_of, run
from banditware.stores.server import MOVING, Server

#: For each slot the node that holds it, or None if none does.
Owners = Sequence[Place | None]


class Cluster(Server):
    """Connections of this process to the nodes of a cluster. See `Server`."""

    def __init__(self, address: Address, folder: Path) -> None:
        super().__init__(address, folder)
        self._begin()

    def _begin(self) -> None:
        self._nodes: dict[Place, redis.Redis] = {}
        self._owners: Owners | None = None
        self._seeds: tuple[Place, ...] = self.address.places

    def after_fork(self, *, child: bool) -> None:
        """See `ForkAware.after_fork`: connections belong to the parent."""
        if child:
            self._begin()

    def close(self) -> None:
        """See `Server.close`."""
        nodes = self._nodes
        self._begin()
        for client in nodes.values():
            client.close()

    def _execute(self, commands: Sequence[Command]) -> list[Any]:
        owners = self._owners = self._owners or self._ask()
        answers: list[Any] = [None] * len(commands)
        parts: dict[Place, list[int]] = {}
        for number, command in enumerate(commands):
            slot = key_slot(key_of(command).encode())
            place = owners[slot]
            if place is None:
                answers[number] = ClusterError(f"no node of the cluster holds slot {slot}")
            else:
                parts.setdefault(place, []).append(number)
        for place, numbers in parts.items():
            told = self._part(place, [commands[number] for number in numbers])
            answers = _filled(answers, numbers, told)
        return self._follow(commands, answers, parts)

    def _everywhere(self, command: Command) -> list[Any]:
        owners = self._owners = self._owners or self._ask()
        holders = dict.fromkeys(place for place in owners if place)
        return [answer for place in holders for answer in self._part(place, [command])]

    def _part(self, place: Place, commands: Sequence[Command]) -> list[Any]:
        """Return the answers of one node; others shall get theirs even if it cannot be reached."""
        try:
            return run(self._node(place), commands)
        except (redis.RedisError, OSError) as error:
            return [error] * len(commands)

    def _follow(
        self,
        commands: Sequence[Command],
        answers: list[Any],
        parts: Mapping[Place, Sequence[int]],
    ) -> list[Any]:
        """Send what a node gave away, or just gives away, to where that node says; once."""
        redirected: dict[Place, list[int]] = {}
        for (host, _), numbers in parts.items():
            for number in numbers:
                error = answers[number]
                if isinstance(error, AskError):
                    redirected.setdefault((error.host or host, error.port), []).append(number)
        for place, numbers in redirected.items():
            # A node takes what it has only begun to get from who asks for it; others do not mind.
            asked = [each for number in numbers for each in (("ASKING",), commands[number])]
            answers = _filled(answers, numbers, self._part(place, asked)[1::2])
            self._owners = None
        return answers

    def _failed(self) -> None:
        """Ask another node at the next turn: this one may see the cluster as it was."""
        self._owners = None
        self._seeds = (*self._seeds[1:], *self._seeds[:1])

    def _node(self, place: Place) -> redis.Redis:
        client = self._nodes.get(place)
        # Of two threads that get here at once, both get the same.
        return client or self._nodes.setdefault(place, self._connect_to(place))

    def _ask(self) -> Owners:
        """Return which node holds which slot, as the first node says that answers.

        Raises:
            redis.RedisError: none does.
        """
        problem: Exception = ClusterError("no node answers")
        for seed in self._seeds:
            (ranges,) = self._part(seed, [("CLUSTER SLOTS",)])
            if isinstance(ranges, Exception):
                problem = ranges
                continue
            owners = _owners(ranges, seed[0])
            self._settle(seed, owners)
            return owners
        raise problem

    def _settle(self, seed: Place, owners: Owners) -> None:
        """Remember whom to ask the next time, and leave nodes that hold nothing any more."""
        holders = dict.fromkeys(place for place in owners if place)
        self._seeds = tuple(dict.fromkeys((seed, *self.address.places, *holders)))
        for place in self._nodes.keys() - {*self._seeds}:
            self._nodes.pop(place).connection_pool.disconnect(inuse_connections=False)

    def _astray(self, error: Exception) -> str:
        return MOVING if isinstance(error, AskError) else str(error)


def _filled(answers: Sequence[Any], numbers: Sequence[int], told: Sequence[Any]) -> list[Any]:
    """Return the answers with some of them filled in."""
    filled = list(answers)
    for number, answer in zip(numbers, told, strict=True):
        filled[number] = answer
    return filled


def _owners(ranges: Sequence[Sequence[Any]], host: str) -> Owners:
    """Return which node holds which slot.

    Args:
        ranges: what `CLUSTER SLOTS` answers.
        host: the node that answered; a node that does not know its own name leaves it empty.
    """
    owners: list[Place | None] = [None] * REDIS_CLUSTER_HASH_SLOTS
    for first, last, (name, port, *_), *_ in ranges:
        owners[first : last + 1] = [(name or host, port)] * (last + 1 - first)
    return owners
