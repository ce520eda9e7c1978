"""A world driven by one number: the same moves as hypothesis makes, and the same checks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.purse.holders import Draw
from tests.purse.world import World
from tests.purse.world_invariants import check_all, invariant_11
from zerobar.purse.ring import Slot

Move = Callable[[World, Draw], None]
_COMMON: tuple[Move, ...] = (
    World.prepare,
    World.pay,
    World.accept,
    World.pay_across,
    World.load_across,
    World.void,
    World.undo,
    World.take_back,
    World.sync,
    World.verify,
    World.reset,
)
_RARE: tuple[Move, ...] = (
    World.ask_hosted,
    World.ask_unload,
    World.fetch,
    World.forge,
    World.slide,
    World.sign_load,
    World.take_unload,
    World.tell,
    World.hear,
    World.take_ack,
    World.publish,
    World.gossip,
    World.rotate,
    World.take_key,
    World.renew,
    World.time_passes,
    World.change_pin,
    World.arm,
    World.unblock_pin,
)
MOVES: dict[str, Move] = {move.__name__: move for move in (*_COMMON, *_RARE)}
_WEIGHTED = _COMMON * 3 + _RARE


def drive(seed: int, steps: int, only: Sequence[Move] = _WEIGHTED) -> list[tuple[Slot, ...]]:
    """Let chance make so many moves, of these kinds; return what every purse committed."""
    chance, world = Random(seed), World()
    try:
        for who in range(len(world.holders)):
            world.load_across(Draw(who, 0, 9000, 0))
        for _ in range(steps):
            chance.choice(only)(world, _draw(chance))
            check_all(world)
        invariant_11(world)
        return [tuple(holder.history) for holder in world.holders]
    finally:
        world.close()


def _draw(chance: Random) -> Draw:
    cut = chance.randint(0, 400) if chance.random() < 0.3 else None
    amount = chance.choice((1, 500, 1000, 2000, 5000, chance.randint(1, 9000)))
    return Draw(chance.randrange(4), chance.randrange(1000), amount, chance.randrange(10), cut)
