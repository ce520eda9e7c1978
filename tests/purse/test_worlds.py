"""Purses, an operator and an adversary, in any order: every invariant after every step.

Hypothesis chooses the steps and shrinks a failure to a few; `ZEROBAR_PROFILE` says how hard it
tries. `drive` does the same from one number, without shrinking.
"""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.purse.driving import MOVES, drive
from tests.purse.holders import Draw
from tests.purse.world import World
from tests.purse.world_invariants import EVERYWHERE, check_all, invariant_11
from zerobar.purse.messages import EntryKind

TRIES = settings().max_examples

cuts = st.none() | st.integers(0, 600)
draws = st.builds(
    Draw,
    who=st.integers(0, 3),
    pick=st.integers(0, 1000),
    amount=st.integers(1, 9000) | st.sampled_from([1, 1000, 2000, 5000]),
    twist=st.integers(0, 9),
    cut=cuts,
)


class Worlds(RuleBasedStateMachine):
    """The rules are `driving.MOVES`, one each."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(amount=st.integers(3000, 9000))
    def everyone_loads(self, amount: int) -> None:
        for who in range(len(self.world.holders)):
            self.world.load_across(Draw(who, 0, amount, 0))

    @rule(draw=draws, times=st.integers(1, 3))
    def sync_all(self, draw: Draw, times: int) -> None:
        for who in range(times):
            self.world.sync(Draw(draw.who + who, 0, 0, 0))

    @invariant()
    def holds(self) -> None:
        check_all(self.world)

    def teardown(self) -> None:
        try:
            invariant_11(self.world)
        finally:
            self.world.close()


def _as_rule(name: str) -> None:
    def step(self: Worlds, draw: Draw) -> None:
        MOVES[name](self.world, draw)

    step.__name__ = name
    setattr(Worlds, name, rule(draw=draws)(step))


for _name in MOVES:
    _as_rule(_name)

TestWorlds = Worlds.TestCase
TestWorlds.settings = settings(stateful_step_count=50, max_examples=min(1_500, TRIES))


@pytest.mark.parametrize("seed", range(4))
def test_a_world_from_a_seed(seed: int) -> None:
    drive(seed, 120)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(60))
def test_a_long_world_from_a_seed(seed: int) -> None:
    drive(1000 + seed, 600)


def test_a_seed_gives_the_same_world_again() -> None:
    assert drive(7, 60) == drive(7, 60)


def test_a_world_does_everything() -> None:
    histories = [history for seed in range(3) for history in drive(seed, 120)]
    assert {slot.kind for history in histories for slot in history} == set(EntryKind)


def test_every_invariant_is_named_by_the_pages_sentence() -> None:
    for number in (1, 2, 3, 4, 7, 8, 9):
        named = [i for i in EVERYWHERE if i.__name__ == f"invariant_{number}"]
        assert len(named) == 1 and (named[0].__doc__ or "").startswith(f"{number}. ")
