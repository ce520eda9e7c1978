"""Breadth first through every reachable state, so that the first violation is a shortest one."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tests.model.invariants import Watch
from tests.model.judging import judge
from tests.model.rules import Rules
from tests.model.scope import Scope
from tests.model.world import State, Step, World


@dataclass(frozen=True)
class Violation:
    """A broken invariant, and the steps that break it, those of the setup first."""

    invariants: tuple[int, ...]
    setup: tuple[Step, ...]
    steps: tuple[Step, ...]


@dataclass
class Found:
    """What an exploration found."""

    states: int = 0
    transitions: int = 0
    violation: Violation | None = None


class Explorer:
    """One exploration.

    Args:
        scope: how large a world.
        rules: by which it runs.
        only: numbers of the invariants to watch; None: all.
    """

    def __init__(self, scope: Scope, rules: Rules, only: frozenset[int] | None = None) -> None:
        self.world = World(scope, rules, judge)
        self.watch = Watch(self.world)
        self.only = only
        self.states: list[State] = []
        self._seen: dict[State, int] = {}
        self._parents = array("q")
        self._setup: list[Step] = []

    def run(self, visit: Callable[[State], tuple[int, ...]] | None = None) -> Found:
        """Explore until an invariant breaks or nothing is left.

        Args:
            visit: called with every state; names further invariants that do not hold there.
        """
        start, self._setup = self.world.begin()
        self._add(start, -1)
        found, at = Found(), 0
        while at < len(self.states) and found.violation is None:
            found.violation = self._expand(at, found, visit)
            at += 1
        found.states = len(self.states)
        return found

    def _expand(
        self, at: int, found: Found, visit: Callable[[State], tuple[int, ...]] | None
    ) -> Violation | None:
        state = self.states[at]
        broken = self._watched(visit(state)) if visit else ()
        if broken:
            return self._violation(broken, at, None)
        for step, after, faults in self.world.successors(state):
            found.transitions += 1
            broken = self._watched(faults)
            if after not in self._seen:
                self._add(after, at)
                broken += self._watched(self.watch.faults(after))
            if broken:
                return self._violation(broken, at, step)
        return None

    def _add(self, state: State, parent: int) -> None:
        self._seen[state] = len(self.states)
        self.states.append(state)
        self._parents.append(parent)

    def _watched(self, faults: tuple[int, ...]) -> tuple[int, ...]:
        return faults if self.only is None else tuple(f for f in faults if f in self.only)

    def _violation(self, broken: tuple[int, ...], at: int, last: Step | None) -> Violation:
        steps = [*self.path(at), *([last] if last else [])]
        return Violation(tuple(sorted(set(broken))), tuple(self._setup), tuple(steps))

    def path(self, at: int) -> list[Step]:
        """Return the steps to a state, found again from one state to the next."""
        way = [at]
        while self._parents[way[-1]] >= 0:
            way.append(self._parents[way[-1]])
        way.reverse()
        return [self._step(self.states[a], self.states[b]) for a, b in pairwise(way)]

    def _step(self, before: State, after: State) -> Step:
        return next(step for step, state, _ in self.world.successors(before) if state == after)
