"""A payment between two cards, torn on either side, and resumed by the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache

from tests.purse.cards import CONTACT, CONTACTLESS, SELECT, Answer, Card, voucher_in
from tests.purse.cards import terms as asked
from tests.purse.logical import logical_state
from tests.purse.scenes import loaded
from zerobar.purse.apdu import Instruction, command
from zerobar.purse.memory import PowerCut
from zerobar.purse.messages import EntryKind, Kind, PurseClass, Request, Voucher
from zerobar.purse.purse import Interface
from zerobar.purse.status import Status

AMOUNT = 1250


class Road(Enum):
    """How a payer's voucher is fetched after a tear."""

    SAME_TAP_AGAIN = "PAY again"
    FETCH = "GET VOUCHER"


@dataclass(frozen=True)
class Tears:
    """After how many bytes of each command the power goes; None: not at all."""

    prepare: int | None = None
    pay: int | None = None
    accept: int | None = None


@cache
def payer_image() -> bytes:
    return loaded(16).card.image


@cache
def payee_image() -> bytes:
    return loaded(64, PurseClass.MERCHANT, "till").card.image


def torn(card: Card, interface: Interface, apdu: bytes, after: int | None) -> Answer | None:
    """Send a command whose power goes after so many bytes; None: the answer was never heard."""
    card.memory.cut_after(after)
    try:
        return card.exchange(apdu)
    except PowerCut:
        card.power(interface)
        card.exchange(SELECT)
        return None
    finally:
        card.memory.cut_after(None)


def in_flight(payer: Card, payee: Card) -> int:
    """Fen that the payer has committed to the payee and the payee has not credited."""
    sent = {bodies[0]: bodies[1] for bodies in _bodies(payer, EntryKind.PAY)}
    credited = [body for body, _ in _bodies(payee, EntryKind.CREDIT)]
    assert len(credited) == len(set(credited)), "a voucher was credited twice"
    return sum(amount for body, amount in sent.items() if body not in credited)


def _bodies(card: Card, kind: EntryKind) -> list[tuple[bytes, int]]:
    slots = [slot for _, slot in logical_state(card.memory).visible if slot and slot.kind == kind]
    vouchers = [Voucher.parse(slot.payload) for slot in slots]
    return [(voucher.body, voucher.amount) for voucher in vouchers]


class Payment:
    """One payment from card to card. Every step checks that no fen was made or lost."""

    def __init__(self) -> None:
        self.payer, self.payee = Card.of(payer_image()), Card.of(payee_image())
        self.before = (self._funds(self.payer), self._funds(self.payee))
        self.written: list[int] = []
        self.payee.insert()
        self.payer.tap()

    def run(self, tears: Tears, road: Road) -> None:
        request = self._prepare(tears.prepare)
        presented = self._pay(request, tears.pay, road)
        receipt = self._accept(presented, tears.accept)
        self._settled(presented)
        self.payer.tap()
        assert self.payer.pay(request) == presented
        assert self.payee.accept(presented) == receipt
        self._settled(presented)

    def _prepare(self, after: int | None) -> Request:
        prepare = command(Instruction.PREPARE, asked(Kind.PAYMENT, AMOUNT))
        answer = self._torn(self.payee, prepare, after) or self.payee.exchange(prepare)
        assert answer.status == Status.OK
        return Request.parse(answer.data)

    def _pay(self, request: Request, after: int | None, road: Road) -> bytes:
        pay = command(Instruction.PAY, bytes(request))
        answer = self._torn(self.payer, pay, after)
        self._conserved()
        if answer is None and road is Road.FETCH:
            key = request.payee_id + request.number.to_bytes(4)
            fetched = self.payer.send(Instruction.GET_VOUCHER, key)
            answer = fetched if fetched.status == Status.OK else None
        answer = answer or self.payer.exchange(pay)
        assert answer.status == Status.OK
        self._conserved()
        return answer.data

    def _accept(self, presented: bytes, after: int | None) -> bytes:
        accept = command(Instruction.ACCEPT, presented)
        answer = self._torn(self.payee, accept, after)
        self._conserved()
        answer = answer or self.payee.exchange(accept)
        assert answer.status == Status.OK
        return answer.data

    def _torn(self, card: Card, apdu: bytes, after: int | None) -> Answer | None:
        interface, before = CONTACTLESS if card is self.payer else CONTACT, card.memory.written
        answer = torn(card, interface, apdu, after)
        self.written.append(card.memory.written - before)
        return answer

    def _settled(self, presented: bytes) -> None:
        """Exactly one debit, exactly one credit."""
        self._conserved()
        assert in_flight(self.payer, self.payee) == 0
        assert self._funds(self.payer) == self.before[0] - AMOUNT
        assert self._funds(self.payee) == self.before[1] + AMOUNT
        body = voucher_in(presented).body
        assert [b for b, _ in _bodies(self.payee, EntryKind.CREDIT)].count(body) == 1
        assert [b for b, _ in _bodies(self.payer, EntryKind.PAY)].count(body) == 1

    def _conserved(self) -> None:
        now = self._funds(self.payer) + self._funds(self.payee)
        assert now + in_flight(self.payer, self.payee) == sum(self.before)

    @staticmethod
    def _funds(card: Card) -> int:
        return logical_state(card.memory).funds


@cache
def bytes_written() -> tuple[int, int, int]:
    """How many bytes PREPARE, PAY and ACCEPT write when nothing is torn."""
    payment = Payment()
    payment.run(Tears(), Road.SAME_TAP_AGAIN)
    prepare, pay, accept = payment.written
    return prepare, pay, accept


def prove_payment(tears: Tears, road: Road) -> None:
    """One payment torn so ends with exactly one credit."""
    Payment().run(tears, road)
