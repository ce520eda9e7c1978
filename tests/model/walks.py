"""Ways through the model for real applets to follow: at random, and one to every kind of end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import Final

from tests.model.terms import Request
from tests.model.world import Local, State, Step, World

_TORN_SHARE: Final = 0.3
_OPERATOR_SHARE: Final = 0.2


def walk(world: World, seed: int, length: int) -> list[Step]:
    """Return steps from the blank world on: the setup, then so many chosen at random.

    All kinds of command are as likely, whatever the number of messages they could be given;
    among those messages are some for other purses.
    """
    random = Random(seed)
    state, steps = world.begin()
    while len(steps) < length:
        step = _choose(world, state, random)
        if step is not None:
            steps.append(step)
            state, _ = world.perform(state, step)
    return steps


def _choose(world: World, state: State, random: Random) -> Step | None:
    if random.random() < _OPERATOR_SHARE:
        told = list(world.operator_steps(state))
        return random.choice(told).step if told else None
    me = random.randrange(len(world.scope.loaded))
    by_name: dict[str, list[Step]] = defaultdict(list)
    for step in offers(world, state, me):
        by_name[step.name].append(step)
    step = random.choice(by_name[random.choice(sorted(by_name))])
    return _end(world.ends(state[me], step), random).step


def _end(ends: tuple[Local, ...], random: Random) -> Local:
    done = [end for end in ends if not end.step.tear]
    torn = [end for end in ends if end.step.tear]
    if not done or (torn and random.random() < _TORN_SHARE):
        return random.choice(torn)
    return random.choice(done)


def offers(world: World, state: State, me: int) -> Iterator[Step]:
    """Return what a purse may be asked here, and what is meant for others."""
    said, purse = world.wires[state[-1]], world.purses[state[me]]
    yield from (Step(me, name, argument) for name, argument in world.offers(me, purse, said))
    yield Step(me, "GET VOUCHER", purse.newest.entry)
    for voucher in said.vouchers:
        yield Step(me, "ACCEPT", voucher)
        yield Step(me, "VOID", voucher)
    yield from (Step(me, "UNDO", statement) for statement in said.statements)
    yield from (Step(me, "SYNC ACK", ack) for ack in said.acks)
    yield from (Step(me, "PAY", r) for r in said.requests if _payable(r))


def _payable(request: Request) -> bool:
    return request.kind != 3


Kind = tuple[str, int, str, bool]
"""Command, status word, tear, whether something was written."""


def one_of_each(world: World, states: int) -> dict[Kind, list[Step]]:
    """Return a shortest way to every kind of end that the first so many states have.

    Args:
        world: the model.
        states: how many to look at, breadth first.
    """
    start, setup = world.begin()
    ways: dict[State, list[Step]] = {start: setup}
    found: dict[Kind, list[Step]] = {}
    queue = [start]
    for state in queue:
        for me in range(len(world.scope.loaded)):
            _note(world, state, me, ways[state], found)
        for step, after, _ in world.successors(state):
            if after not in ways and len(ways) < states:
                ways[after] = [*ways[state], step]
                queue.append(after)
    return found


def _note(
    world: World, state: State, me: int, way: list[Step], found: dict[Kind, list[Step]]
) -> None:
    for step in offers(world, state, me):
        writes = world.plan(world.purses[state[me]], step).write is not None
        for end in world.ends(state[me], step):
            kind = (step.name, end.status, end.step.tear, writes)
            found.setdefault(kind, [*way, end.step])
