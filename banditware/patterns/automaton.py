"""Whether some part of a text matches, in time linear in the text.

Thompson's construction, simulated for all starting points at once, with the sets of states that
turned up remembered as the states of a deterministic automaton (Thompson, Regular expression search
algorithm, CACM 11, 1968).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from banditware.patterns.nodes import Character, Choice, Look, Member, Node, Repeat, Sequence

#: More states than any sensible rule needs, and few enough for a text of 10,000 characters.
MOST_STATES = 2_000

#: Steps remembered before all are forgotten.
_MOST_STEPS = 10_000


@dataclass(slots=True)
class _State:
    """One state: what it takes to leave it, and where to.

    Attributes:
        member: the characters that lead on; None if none is needed.
        holds: what has to hold at this place; None for nothing.
        targets: the states after it.
    """

    member: Member | None = None
    holds: Callable[[str, str], bool] | None = None
    targets: tuple[int, ...] = ()


@dataclass(slots=True)
class _Stage:
    """All states one may be in after some text, before looking at the next character.

    Attributes:
        states: their numbers.
        before: the last character, or one that is as good as it; empty at the start.
        steps: the next stage by character; None where a match was found.
    """

    states: frozenset[int]
    before: str
    steps: dict[str, _Stage | None] = field(default_factory=dict)


class Automaton:
    """Answers for one expression; threads may share it.

    Raises:
        ValueError: the expression is too large.
    """

    def __init__(self, node: Node) -> None:
        self._states: list[_State] = [_State()]  # the first one accepts
        self._looks = False
        self._start = self._built(node, 0)
        self._forget()

    def accepts(self, text: str) -> bool:
        """Return True if some part of the text matches."""
        stage = self._first
        for character in text:
            try:
                after = stage.steps[character]
            except KeyError:
                after = self._step(stage, character)
            if after is None:
                return True
            stage = after
        return 0 in self._reached(stage, "")

    def _forget(self) -> None:
        self._stages: dict[tuple[frozenset[int], str], _Stage] = {}
        self._first = _Stage(frozenset({self._start}), "")
        self._known = 0

    def _step(self, stage: _Stage, character: str) -> _Stage | None:
        """Return the stage after a character, and remember it; None if a match was found."""
        reached = self._reached(stage, character)
        after = None if 0 in reached else self._stage(self._after(reached, character), character)
        if self._known >= _MOST_STEPS:
            self._forget()
        self._known += 1
        stage.steps[character] = after
        return after

    def _after(self, reached: Iterable[int], character: str) -> frozenset[int]:
        states = self._states
        found = {self._start}  # a match may begin anywhere
        for number in reached:
            member = states[number].member
            if member is not None and member(character):
                found.update(states[number].targets)
        return frozenset(found)

    def _stage(self, states: frozenset[int], character: str) -> _Stage:
        key = (states, character if self._looks else "x")
        return self._stages.setdefault(key, _Stage(*key))

    def _reached(self, stage: _Stage, after: str) -> set[int]:
        """Return the states that can be reached without another character."""
        reached: set[int] = set()
        waiting = list(stage.states)
        while waiting:
            number = waiting.pop()
            if number in reached:
                continue
            reached.add(number)
            state = self._states[number]
            if state.member is None and (state.holds is None or state.holds(stage.before, after)):
                waiting.extend(state.targets)
        return reached

    def _add(self, state: _State) -> int:
        if len(self._states) >= MOST_STATES:
            raise ValueError("it is too large; use shorter repetitions")
        self._states.append(state)
        return len(self._states) - 1

    def _built(self, node: Node, after: int) -> int:
        """Add the states of a node that goes on to `after`; return the one to begin with."""
        if isinstance(node, Character):
            return self._add(_State(member=node.member, targets=(after,)))
        if isinstance(node, Look):
            self._looks = True
            return self._add(_State(holds=node.holds, targets=(after,)))
        if isinstance(node, Choice):
            return self._add(_State(targets=tuple(self._built(part, after) for part in node.parts)))
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                after = self._built(part, after)
            return after
        return self._repeated(node, after)

    def _repeated(self, node: Repeat, after: int) -> int:
        entry = after
        if node.most is None:
            entry = self._add(_State())
            self._states[entry].targets = (self._built(node.part, entry), after)
        else:
            for _ in range(node.most - node.least):
                entry = self._add(_State(targets=(self._built(node.part, entry), after)))
        for _ in range(node.least):
            entry = self._built(node.part, entry)
        return entry
