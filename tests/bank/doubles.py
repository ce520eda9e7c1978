"""Partners in memory: a bank with cards, a registry of identities, an inbox of messages.

Each can be told to be away, and the bank to be slow or to forget: what a partner's own HTTP
interface adds is tested with the sandbox.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from zerobar.bank.partners import (
    BankOrder,
    BankOutcome,
    BankStatus,
    CardHolder,
    Partners,
    PartnerUnavailable,
)
from zerobar.bank.partners.statements import StatementLine

DONE = BankOutcome(BankStatus.DONE)
UNKNOWN = BankOutcome(BankStatus.UNKNOWN)
NEVER_ARRIVED = BankOutcome(BankStatus.REFUSED, "never-arrived")


class SmsDouble:
    """An inbox. Attributes: sent: phone and text, oldest first; away: messages are refused."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.away = False

    def send(self, phone: str, text: str) -> None:
        if self.away:
            raise PartnerUnavailable("The message service")
        self.sent.append((phone, text))

    def code_for(self, phone: str) -> str:
        """Return the six digits of the newest message to a phone."""
        text = next(text for to, text in reversed(self.sent) if to == phone)
        found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
        assert found, text
        return found[0]


class IdentityDouble:
    """A registry. Attributes: people: resident ID to name; away: it does not answer."""

    def __init__(self) -> None:
        self.people: dict[str, str] = {}
        self.away = False
        self.asked = 0

    def matches(self, name: str, resident_id: str) -> bool:
        self.asked += 1
        if self.away:
            raise PartnerUnavailable("The identity registry")
        return self.people.get(resident_id) == name


@dataclass
class CardAccount:
    """A card at the bank, and what is left on it, in fen."""

    holder: CardHolder
    token: str
    balance: int


@dataclass
class BankDouble:
    """The bank of the cards: carries an order out once, whatever it answers.

    Attributes:
        cards: by token.
        away: calls fail, and nothing arrives.
        lose_answers: how many of the next debits and credits are carried out, but answered UNKNOWN.
        lose_orders: how many of the next debits and credits never arrive.
        pending: how many times `outcome` is to answer UNKNOWN first.
        statements: by day; a day that is not there had no bookings.
    """

    cards: dict[str, CardAccount] = field(default_factory=dict)
    outcomes: dict[UUID, BankOutcome] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    transfers: dict[str, dict[str, BankOutcome]] = field(default_factory=dict)
    orders: list[BankOrder] = field(default_factory=list)
    statements: dict[date, list[StatementLine]] = field(default_factory=dict)
    away: bool = False
    lose_answers: int = 0
    lose_orders: int = 0
    pending: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def give_card(self, holder: CardHolder, balance: int) -> CardAccount:
        """Open a card account."""
        card = CardAccount(holder, f"card-{len(self.cards) + 1}", balance)
        self.cards[card.token] = card
        return card

    def bind(self, holder: CardHolder) -> str | None:
        if self.away:
            raise PartnerUnavailable("The bank")
        return next((card.token for card in self.cards.values() if card.holder == holder), None)

    def debit(self, order: BankOrder) -> BankOutcome:
        return self._order(order, -int(order.amount))

    def credit(self, order: BankOrder) -> BankOutcome:
        return self._order(order, int(order.amount))

    def outcome(self, order_id: UUID) -> BankOutcome:
        with self._lock:
            if self.away:
                return UNKNOWN
            if self.pending > 0:
                self.pending -= 1
                return UNKNOWN
            return self.outcomes.setdefault(order_id, NEVER_ARRIVED)

    def submit_transfers(self, file_name: str, pain_001: bytes) -> None:
        if self.away:
            raise PartnerUnavailable("The bank")
        self.files.setdefault(file_name, pain_001)

    def transfer_outcomes(self, file_name: str) -> dict[str, BankOutcome]:
        if self.away:
            raise PartnerUnavailable("The bank")
        return self.transfers.get(file_name, {})

    def statement(self, day: date) -> list[StatementLine]:
        if self.away:
            raise PartnerUnavailable("The bank")
        return self.statements.get(day, [])

    def _order(self, order: BankOrder, change: int) -> BankOutcome:
        with self._lock:
            self.orders.append(order)
            if self.away or self.lose_orders > 0:
                self.lose_orders -= not self.away
                return UNKNOWN
            if order.id not in self.outcomes:
                self.outcomes[order.id] = self._carry_out(order, change)
            if self.lose_answers > 0:
                self.lose_answers -= 1
                return UNKNOWN
            return self.outcomes[order.id]

    def _carry_out(self, order: BankOrder, change: int) -> BankOutcome:
        card = self.cards.get(order.card_token)
        if card is None:
            return BankOutcome(BankStatus.REFUSED, "card-unknown")
        if card.balance + change < 0:
            return BankOutcome(BankStatus.REFUSED, "insufficient-funds")
        card.balance += change
        return DONE


@dataclass(frozen=True)
class Doubles:
    """All partners of a bank under test."""

    bank: BankDouble = field(default_factory=BankDouble)
    identity: IdentityDouble = field(default_factory=IdentityDouble)
    sms: SmsDouble = field(default_factory=SmsDouble)

    @property
    def partners(self) -> Partners:
        return Partners(self.bank, self.identity, self.sms)
