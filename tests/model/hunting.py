"""Explorations that more than one test needs, done once each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tests.model.completion import Completion
from tests.model.explore import Explorer, Found, Violation
from tests.model.mutants import Mutant
from tests.model.rules import RULES, Rules
from tests.model.scope import Scope
from tests.model.world import World

_NEED_COMPLETION = frozenset({10, 11, 12})


@dataclass(frozen=True)
class Hunt:
    """An exploration that ended, in the world it was made in."""

    world: World
    found: Found

    @property
    def violation(self) -> Violation:
        """What was found; there must be something."""
        assert self.found.violation is not None, "nothing was found"
        return self.found.violation


def explore(scope: Scope, rules: Rules = RULES) -> Hunt:
    """Look at all of a scope, with every invariant (only 12, where a purse cheats)."""
    return _explore(scope, rules, frozenset({12}) if scope.cheat is not None else None)


@cache
def hunt(mutant: Mutant) -> Hunt:
    """Look for a mutant in its scope, with the invariant that must notice it."""
    return _explore(mutant.scope, mutant.rules, frozenset({mutant.breaks}))


def _explore(scope: Scope, rules: Rules, only: frozenset[int] | None) -> Hunt:
    explorer = Explorer(scope, rules, only)
    completes = only is None or only & _NEED_COMPLETION
    found = explorer.run(Completion(explorer.world).faults if completes else None)
    return Hunt(explorer.world, found)
