"""What the owner of an element can do who has got inside it: copy it, and write what he likes.

Apart from that his purse keeps the rules. One that keeps none is no harder to find: all that
counts are vouchers which others have credited, and the log that he shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.model.purse import Purse, Ram, applied
from tests.model.terms import FORGED, Voucher
from zerobar.purse.messages import EntryKind, Kind

SWAP: Final = "SWAP"
MINT: Final = "MINT"
FAKE: Final = "FAKE"


def swapped(purse: Purse) -> Purse:
    """Put one copy aside and take the other; the first time, make it."""
    still = purse._replace(ram=Ram(), other=None)
    return (purse.other or still)._replace(other=still)


def minted(purse: Purse) -> Purse:
    """Write money into the balance."""
    newest = purse.newest
    return applied(purse, newest._replace(balance=newest.balance + 1))


def faked(purse: Purse) -> Purse:
    """Credit a voucher that nobody has signed."""
    voucher = Voucher(Kind.PAYMENT, 1 - purse.me, 1, purse.me, 0, 1, True, FORGED)
    newest = purse.newest
    slot = purse.next_slot(EntryKind.CREDIT, voucher, newest.window << purse.number - newest.number)
    return applied(purse, slot._replace(balance=newest.balance + 1))


CHEATS: Final[dict[str, Callable[[Purse], Purse]]] = {SWAP: swapped, MINT: minted, FAKE: faked}
