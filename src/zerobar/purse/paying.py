"""The payer's side: PAY turns balance into a voucher, UNDO turns a voided one back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from zerobar.purse.messages import (
    EntryKind,
    Kind,
    PurseClass,
    Push,
    Request,
    VoidFlags,
    VoidStatement,
    Voucher,
    terms_of,
)
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.purse import COUNTER_END, PAYER_CLASSES, Purse, refuse_if
from zerobar.purse.ring import PAID_WITH_PIN, Slot
from zerobar.purse.status import Refusal, Status
from zerobar.purse.suites import SIGNATURE_LENGTH
from zerobar.purse.wire import FormError

_REQUESTED_KINDS = (Kind.PAYMENT, Kind.REFUND, Kind.UNLOAD, Kind.AUTHORISE)
_CERTIFICATE_AT = Request.LENGTH + SIGNATURE_LENGTH
_UNDONE_PADDING = bytes(Voucher.LENGTH - VoidStatement.LENGTH)


@dataclass(frozen=True)
class Signed:
    """What a payee adds to sign its request: signature 64, and its certificate, not yet read."""

    request: bytes
    signature: bytes
    certificate: bytes


@dataclass(frozen=True)
class Order:
    """What PAY is asked for: an unsigned or signed request, or a push."""

    kind: Kind
    payee_id: bytes
    number: int
    amount: Fen
    currency: int
    tag: bytes
    reference: bytes
    signed: Signed | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 27, 32 or 233 bytes; raise FormError otherwise."""
        if len(raw) == Push.LENGTH:
            return cls._of_push(Push.parse(raw))
        split = Request.LENGTH
        signature, certificate = raw[split:_CERTIFICATE_AT], raw[_CERTIFICATE_AT:]
        signed = Signed(raw[:split], signature, certificate) if certificate else None
        return cls._of_request(Request.parse(raw[:split]), signed)

    @classmethod
    def _of_request(cls, request: Request, signed: Signed | None) -> Self:
        if request.kind not in _REQUESTED_KINDS or request.number < 1:
            raise FormError(f"kind {request.kind} number {request.number} cannot be paid")
        return cls(
            request.kind,
            request.payee_id,
            request.number,
            request.amount,
            request.currency,
            request.tag,
            request.reference,
            signed,
        )

    @classmethod
    def _of_push(cls, push: Push) -> Self:
        if push.kind is not Kind.PUSH:
            raise FormError(f"27 bytes are a push, not kind {push.kind}")
        return cls(
            push.kind, push.payee_id, 0, push.amount, push.currency, push.time, push.reference
        )

    @property
    def terms(self) -> tuple[object, ...]:
        """What makes two orders the same one."""
        return (
            self.kind,
            self.payee_id,
            self.number,
            self.amount,
            self.currency,
            self.tag,
            self.reference,
        )


def pay(purse: Purse, order: Order) -> bytes:
    """Sign a voucher for an order, commit it, and answer it; the same order, the same answer."""
    refuse_if(order.currency != purse.currency, Status.MALFORMED)
    refuse_if(order.payee_id == purse.id, Status.MALFORMED)
    earlier = find_earlier(purse, order)
    if earlier is not None:
        return _answer(purse, earlier)
    if order.kind is Kind.UNLOAD:
        _check_unload(purse, order)
    else:
        _check_payment(purse, order)
    slot = debit(purse, order)
    purse.ring.append(slot)
    purse.session.pin_verified = False
    return _answer(purse, slot)


def find_earlier(purse: Purse, order: Order) -> Slot | None:
    """Return the slot of the same order; refuse another one under the same number."""
    key = order.payee_id + order.number.to_bytes(4)
    slots = purse.ring.find_all((EntryKind.PAY,), key, purse.base)
    same = [slot for slot in slots if terms_of(Voucher.parse(slot.payload)) == order.terms]
    if slots and not same and order.kind is not Kind.PUSH:
        raise Refusal(Status.OTHER_CONTENT)
    return same[0] if same else None


def _check_payment(purse: Purse, order: Order) -> None:
    amount, limits = order.amount, purse.limits
    covered = purse.covered(amount)
    refuse_if(purse.blocked, Status.PURSE_BLOCKED)
    refuse_if(purse.floor_day > purse.certificate.not_after_day, Status.CERTIFICATE_EXPIRED)
    refuse_if(purse.entry_exhausted(), Status.COUNTER_EXHAUSTED)
    refuse_if(purse.log_full(), Status.LOG_FULL)
    _check_signed_request(purse, order)
    refuse_if(amount > limits.per_payment, Status.OVER_PAYMENT_LIMIT)
    refuse_if(order.kind is Kind.PUSH and not purse.trusted, Status.PIN_NEEDED)
    refuse_if(amount > limits.without_pin and not covered, Status.PIN_NEEDED)
    no_pin = 0 if covered else purse.no_pin_since_sync() + amount
    refuse_if(no_pin > limits.no_pin_total, Status.NO_PIN_TOTAL_USED)
    refuse_if(purse.count_since_sync() >= limits.count_out, Status.TOO_MANY_PAYMENTS)
    refuse_if(purse.out_since_sync() + amount > limits.value_out, Status.TOO_MUCH_VALUE)
    unfunded = order.kind is not Kind.AUTHORISE and amount > purse.newest.balance
    refuse_if(unfunded, Status.INSUFFICIENT_BALANCE)


def _check_unload(purse: Purse, order: Order) -> None:
    """An unload needs no limits, expiry or block: value always finds back to its operator."""
    refuse_if(purse.newest.entry == COUNTER_END, Status.COUNTER_EXHAUSTED)
    refuse_if(purse.ring.free(purse.base) < 1, Status.LOG_FULL)
    refuse_if(not purse.is_operator_purse(order.payee_id), Status.CERTIFICATE_REFUSED)
    asked_by = _check_signed_request(purse, order)
    by_operator = asked_by is PurseClass.OPERATOR
    refuse_if(not purse.trusted and not by_operator, Status.PIN_NEEDED)
    funds = purse.newest.balance + purse.newest.held
    refuse_if(order.amount > funds, Status.INSUFFICIENT_BALANCE)


def _check_signed_request(purse: Purse, order: Order) -> PurseClass | None:
    """Refuse a request whose signature is bad; return the class of who signed it, if anyone."""
    signed = order.signed
    if signed is None:
        refuse_if(order.kind is Kind.AUTHORISE, Status.CERTIFICATE_REFUSED)
        return None
    certificate = purse.read_certificate(signed.certificate)
    service = (PurseClass.SERVICE,)
    classes = service if order.kind is Kind.AUTHORISE else tuple(PurseClass)
    purse.check_certificate(certificate, order.payee_id, classes, grace_days=0)
    verify = certificate.suite.verify
    purse.check_signature(
        lambda key: verify(key, signed.request, signed.signature), certificate.public_key
    )
    return certificate.purse_class


def debit(purse: Purse, order: Order) -> Slot:
    """Return the slot that pays an order, its voucher signed."""
    voucher = Voucher(
        kind=order.kind,
        payer_id=purse.id,
        entry=purse.newest.entry + 1,
        payee_id=order.payee_id,
        number=order.number,
        amount=order.amount,
        currency=order.currency,
        tag=order.tag,
        reference=order.reference,
        chain=purse.newest.chain[:8],
        head=3 << 4 | purse.suite.number,
    ).signed(purse.sign)
    changes = _unloaded(purse, order) if order.kind is Kind.UNLOAD else _paid(purse, order)
    return purse.next_slot(EntryKind.PAY, bytes(voucher), voucher.body, **changes)


def _paid(purse: Purse, order: Order) -> dict[str, int]:
    newest, amount = purse.newest, order.amount
    covered = purse.covered(amount)
    return {
        "balance": newest.balance - (0 if order.kind is Kind.AUTHORISE else amount),
        "out_total": (newest.out_total + amount) & 0xFFFFFFFF,
        "out_count": (newest.out_count + 1) & 0xFFFF,
        "no_pin_total": (newest.no_pin_total + (0 if covered else amount)) & 0xFFFFFFFF,
        "flags": PAID_WITH_PIN if covered else 0,
    }


def _unloaded(purse: Purse, order: Order) -> dict[str, int]:
    from_held = min(order.amount, purse.newest.held)
    return {
        "held": purse.newest.held - from_held,
        "balance": purse.newest.balance - (order.amount - from_held),
        "flags": PAID_WITH_PIN if purse.covered(order.amount) else 0,
    }


def _answer(purse: Purse, slot: Slot) -> bytes:
    return slot.payload + bytes(purse.certificate)


@dataclass(frozen=True)
class Wanted:
    """Which voucher GET VOUCHER is asked for: by payee and number, or by entry."""

    key: bytes | None
    entry: int

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read payee id 8 + number 4, or entry 4."""
        if len(raw) == 4:
            return cls(None, int.from_bytes(raw))
        if int.from_bytes(raw[8:]) < 1:
            raise FormError("request numbers begin at 1")
        return cls(raw, 0)


def get_voucher(purse: Purse, wanted: Wanted) -> bytes:
    """Answer a voucher that is still in the log, with the certificate."""
    if wanted.key is not None:
        slot = purse.ring.find((EntryKind.PAY,), wanted.key, purse.base)
    else:
        refuse_if(not purse.trusted, Status.PIN_NEEDED)
        slot = purse.ring.entry(wanted.entry, purse.base)
    if slot is None or slot.kind != EntryKind.PAY:
        raise Refusal(Status.ENTRY_NOT_IN_LOG)
    return _answer(purse, slot)


def get_certificate(purse: Purse, _: None) -> bytes:
    """Answer the own certificate, not to just anyone passing by."""
    refuse_if(not purse.trusted and not purse.session.prepared, Status.PIN_NEEDED)
    return bytes(purse.certificate)


@dataclass(frozen=True)
class Voided:
    """A void statement and the certificate of the payee that signed it."""

    statement: VoidStatement
    certificate: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 243 bytes; a statement that a request is too old proves no void."""
        split = VoidStatement.LENGTH
        statement = VoidStatement.parse(raw[:split])
        if statement.flags is VoidFlags.TOO_OLD:
            raise FormError("the request is too old to tell whether it was credited")
        return cls(statement, raw[split:])


def undo(purse: Purse, voided: Voided) -> bytes:
    """Take back a voucher that its payee has voided; once, a second time changes nothing."""
    statement = voided.statement
    refuse_if(statement.payer_id != purse.id, Status.REQUEST_NOT_MINE)
    voucher = _undoable(purse, statement)
    refuse_if(_described(statement) != _describing(voucher), Status.OTHER_CONTENT)
    if already_undone(purse, voucher):
        return b""
    _check_undo(purse, voided)
    content = bytes(statement)
    credited = purse.credited(voucher.amount)
    payload = content + _UNDONE_PADDING
    purse.ring.append(purse.next_slot(EntryKind.UNDO, payload, content, **credited))
    return b""


def _undoable(purse: Purse, statement: VoidStatement) -> Voucher:
    slot = purse.ring.entry(statement.payer_entry, purse.base)
    if statement.payer_entry <= purse.base or slot is None or slot.kind != EntryKind.PAY:
        raise Refusal(Status.ENTRY_NOT_IN_LOG)
    voucher = Voucher.parse(slot.payload)
    refuse_if(voucher.kind not in (Kind.PAYMENT, Kind.REFUND), Status.ENTRY_NOT_IN_LOG)
    return voucher


def _described(statement: VoidStatement) -> tuple[object, ...]:
    return (statement.voucher_hash, statement.payee_id, statement.number, statement.amount)


def _describing(voucher: Voucher) -> tuple[object, ...]:
    return (voucher.hash, voucher.payee_id, voucher.number, voucher.amount)


def already_undone(purse: Purse, voucher: Voucher) -> bool:
    """Whether the log holds an undo of this own voucher."""
    key = purse.id + voucher.entry.to_bytes(4)
    return purse.ring.find((EntryKind.UNDO,), key, purse.base) is not None


def _check_undo(purse: Purse, voided: Voided) -> None:
    # Not a service's: its operator may have credited at first sight what it swears to void.
    statement = voided.statement
    certificate = purse.read_certificate(voided.certificate)
    purse.check_certificate(certificate, statement.payee_id, PAYER_CLASSES, grace_days=None)
    purse.check_signature(statement.verify, certificate.public_key)
    total = purse.newest.balance + purse.newest.held + statement.amount
    refuse_if(total > MAX_AMOUNT, Status.TOO_MUCH_VALUE)
    refuse_if(purse.newest.entry == COUNTER_END, Status.COUNTER_EXHAUSTED)
    refuse_if(purse.ring.free(purse.base) < 1, Status.LOG_FULL)
