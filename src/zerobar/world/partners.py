"""The bank's partners in memory: cards with money on them, a register, an inbox.

They answer at once and never fail: what a partner can do wrong is tried where the bank asks it over
HTTP. What a world tries is everything between the bank and the cards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from zerobar.bank.partners import (
    BankOrder,
    BankOutcome,
    BankStatus,
    CardHolder,
    Partners,
)
from zerobar.bank.partners.statements import StatementLine

_DONE = BankOutcome(BankStatus.DONE)
_NEVER_ARRIVED = BankOutcome(BankStatus.REFUSED, "never-arrived")


@dataclass
class Cards:
    """A bank whose cards have enough on them."""

    holders: dict[str, CardHolder] = field(default_factory=dict)
    orders: dict[UUID, BankOutcome] = field(default_factory=dict)

    def bind(self, holder: CardHolder) -> str | None:
        """Return a token for anybody's card."""
        self.holders[holder.card_number] = holder
        return f"card-{holder.card_number}"

    def debit(self, order: BankOrder) -> BankOutcome:
        """Take money."""
        return self.orders.setdefault(order.id, _DONE)

    def credit(self, order: BankOrder) -> BankOutcome:
        """Give money."""
        return self.orders.setdefault(order.id, _DONE)

    def outcome(self, order_id: UUID) -> BankOutcome:
        """Say what became of an order."""
        return self.orders.setdefault(order_id, _NEVER_ARRIVED)

    def submit_transfers(self, file_name: str, pain_001: bytes) -> None:
        """Take a file that no world sends."""
        raise AssertionError(f"a world has no settlement: {file_name}, {len(pain_001)} bytes")

    def transfer_outcomes(self, file_name: str) -> dict[str, BankOutcome]:
        """Tell of a file that no world sends."""
        raise AssertionError(f"a world has no settlement: {file_name}")

    def statement(self, day: date) -> Sequence[StatementLine]:
        """Return what moved: a world does not compare it."""
        raise AssertionError(f"a world compares no statement of {day}")


class Register:
    """Everybody is who they say they are."""

    def matches(self, name: str, resident_id: str) -> bool:
        """Return whether a name and number belong together."""
        return bool(name and resident_id)


@dataclass
class Inbox:
    """Short messages, the last one for each phone."""

    texts: dict[str, str] = field(default_factory=dict)

    def send(self, phone: str, text: str) -> None:
        """Take a message."""
        self.texts[phone] = text

    def code_for(self, phone: str) -> str:
        """Return the six digits in a phone's last message."""
        found = re.search(r"(?<!\d)\d{6}(?!\d)", self.texts[phone])
        assert found is not None
        return found[0]


def memory_partners() -> tuple[Partners, Inbox]:
    """Return partners, and the inbox to read codes from."""
    inbox = Inbox()
    return Partners(Cards(), Register(), inbox), inbox
