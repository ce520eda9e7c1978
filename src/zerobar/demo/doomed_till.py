"""A till's program that is killed at the worst moment: it has the voucher, its purse has it not.

    python -m zerobar.demo.doomed_till STORE TILLS_ANTENNA PAYERS_ANTENNA AMOUNT_FEN

Antennas are HOST:PORT. It takes one payment by the rules of every device, and ends itself with
SIGKILL, which nothing can catch, instead of sending ACCEPT. What it has kept is on the disk.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

from zerobar.demo.handset import REFERENCE
from zerobar.device import TILL_CEILING, Brought, Device, DeviceStore, OperatorUnreachable, take
from zerobar.device.operator import Told
from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.apdu import Instruction
from zerobar.purse.money import Fen
from zerobar.reader import AntennaLink, CardLink, Payment, Terms


class DiesBefore(CardLink):
    """A link whose process is killed before one command goes out."""

    def __init__(self, link: CardLink, instruction: Instruction) -> None:
        self._link = link
        self._header = bytes(instruction.value)

    def exchange(self, apdu: bytes) -> bytes:
        """Send a command, or die."""
        if apdu[:2] == self._header:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._link.exchange(apdu)

    def reset(self) -> None:
        """Do as the card's link does."""
        self._link.reset()

    def close(self) -> None:
        """Take the field away."""
        self._link.close()


class Nowhere:
    """The operator of a till in a basement."""

    def known_entry(self, purse_id: bytes) -> int:
        """Give no answer."""
        raise OperatorUnreachable

    def sync(self, brought: Brought) -> SyncAnswer:
        """Give no answer."""
        raise OperatorUnreachable

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        """Give no answer."""
        raise OperatorUnreachable

    def take_statements(self, statements: Sequence[Undo]) -> None:
        """Give no answer."""
        raise OperatorUnreachable


def main(store: str, own: str, payer: str, amount_fen: str) -> None:
    """Take a payment, and die in the middle of it."""

    def open_purse() -> CardLink:
        return DiesBefore(_field_at(own), Instruction.ACCEPT)

    with DeviceStore(Path(store), time.time) as kept:
        till = Device(kept, open_purse, Nowhere(), os.urandom, TILL_CEILING)
        take(till, uuid4(), lambda: _field_at(payer), Terms(Fen(int(amount_fen)), REFERENCE))


def _field_at(antenna: str) -> CardLink:
    host, port = antenna.split(":")
    return AntennaLink(host, int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
