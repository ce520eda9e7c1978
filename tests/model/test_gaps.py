"""What was wrong with the protocol: stories that end in harm by the old rules, not by ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.model.gaps import (
    Script,
    hosted_request_paid_twice,
    late_statement,
    number_that_falls,
    thief_with_an_old_ack,
    undo_that_comes_back,
)
from tests.model.invariants import Watch
from tests.model.judging import judge
from tests.model.plain import as_it_would_be, to_plain
from tests.model.replay import Disagreement, Replay
from tests.model.rules import RULES
from tests.model.scopes import A
from tests.model.world import State, World

HARMFUL = (undo_that_comes_back, number_that_falls, thief_with_an_old_ack)
by_story = pytest.mark.parametrize("story", HARMFUL)


def as_it_is_now(script: Script) -> tuple[World, list[State], Replay]:
    """Follow a story by today's rules, with real applets beside the model."""
    world = World(script.world.scope, RULES, judge)
    replay = Replay(world)
    states = []
    plain = to_plain(script.world, (*script.setup, *script.steps))
    for step in as_it_would_be(world, plain):
        replay.play(step)
        states.append(replay.state)
    return world, states, replay


def test_an_undo_came_back_after_its_refund() -> None:
    script = undo_that_comes_back()
    assert script.outcomes() == {"A/2": "REFUNDED"}
    assert Watch(script.world).faults(script.state) == (1, 2, 9)


def test_a_redirected_voucher_was_credited() -> None:
    script = number_that_falls()
    assert script.outcomes() == {"A/2": "REDIRECTED"}
    assert Watch(script.world).faults(script.state) == (1, 2)


def test_a_blocked_purse_paid() -> None:
    script = thief_with_an_old_ack()
    known, purse = script.world.known[script.state[-2]], script.world.purses[script.state[A]]
    assert A in known.barred and purse.newest.entry == 2 and not purse.blocked


@by_story
def test_the_harm_does_not_happen_any_more(story: Callable[[], Script]) -> None:
    world, states, _ = as_it_is_now(story())
    assert [Watch(world).faults(state) for state in states] == [()] * len(states)


def test_the_thief_stays_blocked() -> None:
    world, states, _ = as_it_is_now(thief_with_an_old_ack())
    purse = world.purses[states[-1][A]]
    assert purse.blocked and purse.newest.entry == 1


@by_story
def test_real_applets_do_not_follow_the_old_rules(story: Callable[[], Script]) -> None:
    script = story()
    with pytest.raises(Disagreement):
        Replay(script.world).play(*script.setup, *script.steps)


def test_the_order_of_evidence_decided() -> None:
    assert late_statement(told_first=True).outcomes() == {"A/2": "REFUNDED"}
    assert late_statement(told_first=False).outcomes() == {"A/2": "REDIRECTED"}


@pytest.mark.parametrize("told_first", [True, False])
def test_the_order_of_evidence_does_not_decide_any_more(told_first: bool) -> None:
    assert late_statement(RULES, told_first=told_first).outcomes() == {"A/2": "REFUNDED"}


def test_of_two_payers_of_one_hosted_request_the_first_seen_settles() -> None:
    """This order does decide, and must: see docs/model.md."""
    first = hosted_request_paid_twice(RULES, first=0).outcomes()
    second = hosted_request_paid_twice(RULES, first=1).outcomes()
    assert first == {"A/2": "SETTLED", "B/2": "REFUNDED"}
    assert second == {"A/2": "REFUNDED", "B/2": "SETTLED"}
