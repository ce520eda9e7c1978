"""The bugs again, in the real applet: it then does what the model says a bug does, and is caught.

Bugs of the operator's have no place here: these are the purse's.
"""

from __future__ import annotations

import pytest

from tests.model.applet_mutants import SEEDS, hash_commits
from tests.model.cards import commit_length
from tests.model.hunting import hunt
from tests.model.judging import judge
from tests.model.mutants import GAPS, MUTANTS, Mutant
from tests.model.plain import as_it_would_be, to_plain
from tests.model.replay import Disagreement, Replay
from tests.model.rules import RULES
from tests.model.world import World

IN_PURSE = [mutant for mutant in (*MUTANTS, *GAPS) if mutant.in_purse]
by_mutant = pytest.mark.parametrize("mutant", IN_PURSE, ids=lambda mutant: mutant.name)


def replay_of(mutant: Mutant, world: World) -> Replay:
    """Return a replay that knows where a slot commits whose marker is never cleared."""
    commit = hash_commits if "clear_marker" in mutant.off else commit_length
    return Replay(world, commit=commit)


@by_mutant
def test_a_broken_applet_breaks_what_the_model_says(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = hunt(mutant)
    SEEDS[mutant.name](monkeypatch)
    replay_of(mutant, found.world).play(*found.violation.setup, *found.violation.steps)


@by_mutant
def test_a_broken_applet_is_caught_by_the_replay(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = hunt(mutant)
    plain = to_plain(found.world, (*found.violation.setup, *found.violation.steps))
    SEEDS[mutant.name](monkeypatch)
    world = World(mutant.scope, RULES, judge)
    with pytest.raises(Disagreement):
        replay_of(mutant, world).play(*as_it_would_be(world, plain))


def test_every_bug_of_the_purse_is_tried() -> None:
    assert {mutant.name for mutant in IN_PURSE} == set(SEEDS)
