"""Two secure elements pay each other without a network, and a torn tap costs nobody anything.

    python examples/tap_torn_and_resumed.py

Everything is in this process: an authority that certifies, an operator's desk that loads, a SIM and
a till's card. A real card is reached the same way, through another `CardLink`.
"""

from __future__ import annotations

import secrets
import tempfile
import time
from pathlib import Path

from zerobar.branch import load, synchronise
from zerobar.issuer import AuthorityFile, Journal, OperatorDesk, personalise
from zerobar.issuer.authority import Validity
from zerobar.issuer.personalise import Plan
from zerobar.purse.applet import Applet
from zerobar.purse.memory import Memory
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.purse.store import memory_size
from zerobar.reader import InProcessLink, PurseCard, TapOutcome, Terms, resume, tap

LOG_SLOTS = 64
LEAVES_AFTER_BYTES = 60
"""Written of the payment, when the customer takes the phone away."""


class Element:
    """A secure element: the purse, and a memory that can lose its power at any byte."""

    def __init__(self, desk: OperatorDesk, purse_class: PurseClass) -> None:
        self.memory = Memory(bytes(memory_size(LOG_SLOTS)))
        self._applet = Applet(self.memory, secrets.token_bytes)
        self.card = PurseCard(InProcessLink(self._applet, Interface.CONTACT))
        plan = Plan(purse_class, Validity.years_from(int(time.time()), 3), "417293")
        keys = desk.keys
        personalise(self.card.link.exchange, keys.authority, keys.operator, plan)

    def antenna(self) -> InProcessLink:
        """Bring it into a field."""
        return InProcessLink(self._applet, Interface.CONTACTLESS)

    @property
    def balance(self) -> Fen:
        """What is in it, by a state that it signs; the card is reset, as a phone does."""
        self.card.reset()
        return self.card.state(secrets.token_bytes(8)).balance


def main() -> None:
    """Tap, tear, resume; then let the operator take in both logs."""
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "journal") as journal:
        keys = AuthorityFile.generate(secrets.token_bytes, int(time.time())).open()
        desk = OperatorDesk(keys, journal)
        sim, till = Element(desk, PurseClass.PERSON), Element(desk, PurseClass.MERCHANT)
        load(sim.card, desk, Fen(200_00))
        print(f"The SIM is loaded: {sim.balance}.")

        sim.memory.cut_after(LEAVES_AFTER_BYTES)
        torn = tap(sim.antenna, till.card, Terms(Fen(12_50), b"order-17"))
        _tell("Torn", torn)
        sim.memory.cut_after(None)
        paid = resume(sim.antenna, till.card, torn)
        _tell("Tapped again", paid)
        assert paid.is_final and (sim.balance, till.balance) == (Fen(187_50), Fen(12_50))

        for element in (sim, till):
            synchronise(element.card, desk, int(time.time()), secrets.token_bytes)
        books = desk.accounting()
        print(f"The desk: {books.in_purses} in purses, {books.in_flight} on its way.")
        assert books.balanced


def _tell(when: str, outcome: TapOutcome) -> None:
    print(f"{when}: {outcome.what_happened} {outcome.next_step}")


if __name__ == "__main__":
    main()
