"""Real applets do what the model says: at random, at every kind of end, and where bugs would be."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from tests.conftest import PROFILE
from tests.model import scopes
from tests.model.hunting import hunt
from tests.model.invariants import Watch
from tests.model.judging import judge
from tests.model.mutants import GAPS, MUTANTS, Mutant
from tests.model.plain import as_it_would_be, to_plain
from tests.model.replay import Replay
from tests.model.rules import RULES
from tests.model.scope import Scope
from tests.model.tearing import DONE, TEARS
from tests.model.terms import OPERATOR
from tests.model.walks import Kind, one_of_each, walk
from tests.model.world import Step, World

# With weak bytes a request of the model must be a real one: others beside it would settle them.
# An element that was opened is no applet any more: nothing says what it would do.
_CLOSED = [s for s in scopes.EVERYDAY if s is not scopes.OPENED]
SCOPES = [replace(s, window=64) if s.weak else s for s in _CLOSED]
STEPS = 60
STATES = 1_500
by_scope = pytest.mark.parametrize("scope", SCOPES, ids=lambda scope: scope.name)


def walks() -> int:
    """Return how many random walks to take in each scope."""
    return {"quick": 2, "everyday": 10, "deep": 200}[PROFILE]


@cache
def ways(scope: Scope) -> dict[Kind, list[Step]]:
    return one_of_each(World(scope, RULES, judge), STATES)


@by_scope
def test_applets_follow_random_walks(scope: Scope) -> None:
    for seed in range(walks()):
        world = World(scope, RULES, judge)
        replay = Replay(world, seed)
        replay.play(*walk(world, seed, STEPS))
        assert replay.taken == STEPS


@pytest.mark.slow
@by_scope
def test_applets_follow_a_way_to_every_kind_of_end(scope: Scope) -> None:
    world = World(scope, RULES, judge)
    for seed, way in enumerate(ways(scope).values()):
        Replay(world, seed).play(*way)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["PREPARE", "PAY", "ACCEPT", "VOID", "UNDO", "SYNC ACK", "BLOCKLIST", "KEY UPDATE"]
)
def test_every_writing_command_is_torn_everywhere(name: str) -> None:
    kinds = {kind for scope in SCOPES for kind in ways(scope)}
    weak = name not in ("BLOCKLIST", "KEY UPDATE")
    expected = {tear for tear in TEARS if weak or "committing" not in tear} | {DONE}
    assert expected == {tear for command, _, tear, writes in kinds if command == name and writes}


@pytest.mark.parametrize("mutant", [*MUTANTS, *GAPS], ids=lambda mutant: mutant.name)
def test_what_a_bug_would_do_does_not_happen(mutant: Mutant) -> None:
    found = hunt(mutant)
    plain = to_plain(found.world, (*found.violation.setup, *found.violation.steps))
    world = World(mutant.scope, RULES, judge)
    replay, watch = Replay(world), Watch(world)
    for step in as_it_would_be(world, plain):
        faults = () if step.actor == OPERATOR else world.run(replay.state, step).faults
        replay.play(step)
        if mutant.scope.cheat is None:
            assert faults + watch.faults(replay.state) == ()
