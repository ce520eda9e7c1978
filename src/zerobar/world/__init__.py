"""The seeded world: phones, tills, cards, a bank and a network in one process, from one seed.

Purses, devices, bank and settlement are the ones that are served; only clock, randomness and what
carries messages are the world's. Whatever goes wrong in it goes wrong again with the same seed.

    report = run_world(database, seed, Size(), folder)
"""

from zerobar.world.running import Report, run_world
from zerobar.world.town import Size
from zerobar.world.truth import InvariantBroken

__all__ = ["InvariantBroken", "Report", "Size", "run_world"]
