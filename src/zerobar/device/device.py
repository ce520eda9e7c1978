"""What a device's rules need from outside, handed in once: a phone, a till, one of a world."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from zerobar.device.errors import TooMuchAtRisk
from zerobar.device.operator import Operator
from zerobar.device.store import DeviceStore
from zerobar.purse.money import Fen
from zerobar.reader import CardLink, PurseCard


@dataclass(frozen=True, slots=True)
class RiskCeiling:
    """How much a device takes before its operator has seen it."""

    count: int
    amount: Fen


PHONE_CEILING: Final = RiskCeiling(50, Fen(200_000))
TILL_CEILING: Final = RiskCeiling(500, Fen(5_000_000))


@dataclass(frozen=True, slots=True)
class Device:
    """A phone or a till with a purse of its own.

    Attributes:
        store: its file.
        open_purse: powers its own purse on contact; raises LinkError. Closing lets it go.
        operator: who stands behind its purse.
        random: as os.urandom.
        ceiling: how much it takes before the operator has seen it.
    """

    store: DeviceStore
    open_purse: Callable[[], CardLink]
    operator: Operator
    random: Callable[[int], bytes] = field(repr=False)
    ceiling: RiskCeiling = PHONE_CEILING

    @contextmanager
    def purse(self) -> Iterator[PurseCard]:
        """Give the device's own purse, on contact; raises LinkError."""
        with self.open_purse() as link:
            yield PurseCard(link)

    def check_risk(self, amount: Fen) -> None:
        """Raise TooMuchAtRisk when one more payment would be too much before going online."""
        waiting = self.store.outgoing.at_risk()
        over = waiting.amount + amount > self.ceiling.amount
        if over or waiting.count >= self.ceiling.count:
            raise TooMuchAtRisk(waiting.count, waiting.amount)
