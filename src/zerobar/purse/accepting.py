"""The payee's side: PREPARE asks, ACCEPT turns a voucher into balance, VOID never will."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Self

from zerobar.purse import wire
from zerobar.purse.contents import RequestCell
from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    Kind,
    PurseClass,
    Receipt,
    ReceiptStatus,
    Request,
    VoidFlags,
    VoidStatement,
    Voucher,
    class_block_id,
)
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.purse import (
    COUNTER_END,
    COUNTER_MARGIN,
    GRACE_DAYS,
    PAYER_CLASSES,
    Purse,
    refuse_if,
)
from zerobar.purse.ring import CREDITED_PARTLY_TO_HELD, Slot
from zerobar.purse.status import Refusal, Status
from zerobar.purse.wire import FormError, Record

_ACCEPTED_KINDS: Final = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)
MAX_CONTACTLESS_REQUESTS: Final = 32
"""So that a hidden reader cannot push a till's open requests out of its window."""
SIGNED_P1: Final = 1


@dataclass(frozen=True, kw_only=True)
class Terms(Record):
    """What PREPARE is told."""

    LENGTH = 15

    kind: Kind = wire.enumerated(Kind)
    amount: Fen = wire.amount()
    currency: int = wire.number(2)
    reference: bytes = wire.octets(8)


def parse_terms(raw: bytes) -> Terms:
    """Read 15 bytes; a purse asks only for what it can accept."""
    terms = Terms.parse(raw)
    _acceptable(terms.kind)
    return terms


def _acceptable(kind: Kind) -> None:
    if kind not in _ACCEPTED_KINDS:
        raise FormError(f"kind {kind} is nothing a purse takes")


def prepare(purse: Purse, terms: Terms, p1: int) -> bytes:
    """Take the next request number and answer the request (signed with P1 = 01)."""
    refuse_if(terms.currency != purse.currency, Status.MALFORMED)
    _check_prepare(purse, terms)
    purse.store.request.write(_next_request(purse))
    purse.session.prepared = True
    request = _request(purse, terms)
    return bytes(request) + (purse.sign(bytes(request)) if p1 == SIGNED_P1 else b"")


def _check_prepare(purse: Purse, terms: Terms) -> None:
    exhausted = purse.number >= COUNTER_END - COUNTER_MARGIN or purse.entry_exhausted()
    refuse_if(exhausted, Status.COUNTER_EXHAUSTED)
    many = _contactless_requests(purse) >= MAX_CONTACTLESS_REQUESTS
    refuse_if(many and not purse.trusted, Status.TOO_MANY_REQUESTS)
    refuse_if(purse.log_full(), Status.LOG_FULL)
    refuse_if(purse.blocklist_too_old(), Status.BLOCKLIST_TOO_OLD)
    _check_room(purse, terms.kind, terms.amount)


def _contactless_requests(purse: Purse) -> int:
    cell = purse.store.request.value
    return cell.contactless if cell.last_credit == purse.newest.last_credit else 0


def _next_request(purse: Purse) -> RequestCell:
    count = _contactless_requests(purse) + (0 if purse.trusted else 1)
    return RequestCell(
        number=purse.number + 1,
        contactless=count if purse.contactless else 0,
        last_credit=purse.newest.last_credit,
    )


def forget_contactless_requests(purse: Purse) -> None:
    """Begin counting anew: the card is in its holder's device."""
    cell = purse.store.request.value
    if cell.contactless:
        fresh = RequestCell(number=cell.number, contactless=0, last_credit=cell.last_credit)
        purse.store.request.write(fresh)


def _request(purse: Purse, terms: Terms) -> Request:
    untagged = Request(
        kind=terms.kind,
        payee_id=purse.id,
        number=purse.number,
        amount=terms.amount,
        currency=terms.currency,
        tag=bytes(4),
        reference=terms.reference,
        head=2 << 4 | purse.suite.number,
    )
    return replace(untagged, tag=tag_of(purse, untagged))


def tag_of(purse: Purse, asked: Request | Voucher) -> bytes:
    """Return the 4 bytes by which the purse knows its own request, exact amount included."""
    fields = (
        bytes((asked.kind,))
        + asked.payee_id
        + asked.number.to_bytes(4)
        + asked.amount.to_bytes(4)
        + asked.currency.to_bytes(2)
        + asked.reference
    )
    return purse.suite.hash(purse.store.identity.value.internal_key + fields)[:4]


@dataclass(frozen=True)
class Presented:
    """A voucher with its payer's certificate, or with that certificate's 8-byte hash.

    The certificate is read when it is needed: a repeat, or a voucher for someone else, is
    answered before.
    """

    voucher: Voucher
    proof: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """Read 253 or 124 bytes of something to credit."""
        presented = cls.parse_to_void(raw)
        if presented.voucher.number < 1:
            raise FormError("request numbers begin at 1")
        return presented

    @classmethod
    def parse_to_void(cls, raw: bytes) -> Self:
        """Read 253 bytes of something to void, which any request number may be under."""
        voucher = Voucher.parse(raw[: Voucher.LENGTH])
        _acceptable(voucher.kind)
        return cls(voucher, raw[Voucher.LENGTH :])


def accept(purse: Purse, presented: Presented) -> bytes:
    """Credit a voucher for an own request and answer a receipt; a second time, the same one."""
    voucher = presented.voucher
    refuse_if(voucher.currency != purse.currency, Status.MALFORMED)
    refuse_if(voucher.payee_id != purse.id, Status.REQUEST_NOT_MINE)
    refuse_if(not tag_is_mine(purse, voucher), Status.REQUEST_NOT_MINE)
    credited = find_settled(purse, voucher, EntryKind.CREDIT)
    if credited is not None:
        return bytes(_receipt(purse, credited))
    certificate, cached = _certificate(purse, presented.proof)
    _check_payer(purse, voucher, certificate, cached=cached)
    _check_credit(purse, voucher)
    slot = _credit(purse, voucher)
    purse.ring.append(slot)
    if not cached:
        purse.store.cache_certificate(certificate)
    return bytes(_receipt(purse, slot))


def tag_is_mine(purse: Purse, voucher: Voucher) -> bool:
    """Whether the voucher is for a request of this purse, with that very amount."""
    return tag_of(purse, voucher) == voucher.tag


def find_settled(purse: Purse, voucher: Voucher, kind: EntryKind) -> Slot | None:
    """Return the slot of this kind in which this very voucher ended; None: its request is open.

    Refuses when the request ended otherwise, or is out of the window.
    """
    bit = purse.window_bit(voucher.number)
    refuse_if(not bit, Status.REQUEST_NOT_MINE)
    if not purse.window & bit:
        return None
    slot = _ended(purse, voucher)
    refuse_if(slot is None, Status.REQUEST_NOT_MINE)
    assert slot is not None
    same = slot.kind == kind and Voucher.parse(slot.payload).body == voucher.body
    refuse_if(not same, Status.ALREADY_SETTLED)
    return slot


def _ended(purse: Purse, voucher: Voucher) -> Slot | None:
    key = purse.id + voucher.number.to_bytes(4)
    return purse.ring.find((EntryKind.CREDIT, EntryKind.VOID), key, purse.base)


def _certificate(purse: Purse, proof: bytes) -> tuple[Certificate, bool]:
    """Return the payer's certificate, and whether it has been verified before."""
    cached = purse.store.cached_certificates()
    if len(proof) == Certificate.LENGTH:
        known = next((c for c in cached if bytes(c) == proof), None)
        return (known, True) if known else (purse.read_certificate(proof), False)
    known = next((c for c in cached if c.hash == proof), None)
    if known is None:
        raise Refusal(Status.CERTIFICATE_REFUSED)
    return known, True


def _check_payer(purse: Purse, voucher: Voucher, certificate: Certificate, *, cached: bool) -> None:
    purse.check_certificate(
        certificate,
        voucher.payer_id,
        _payer_classes(purse, voucher),
        grace_days=GRACE_DAYS,
        verified=cached,
    )
    blocked = {certificate.id, class_block_id(certificate.purse_class)}
    listed = not blocked.isdisjoint(purse.store.blocked_ids())
    refuse_if(listed, Status.PAYER_BLOCKLISTED)
    refuse_if(purse.blocklist_too_old(), Status.BLOCKLIST_TOO_OLD)
    purse.check_signature(voucher.verify, certificate.public_key)


def _payer_classes(purse: Purse, voucher: Voucher) -> tuple[PurseClass, ...]:
    if voucher.kind is not Kind.LOAD:
        return PAYER_CLASSES
    loads = purse.is_operator_purse(voucher.payer_id)
    return (PurseClass.OPERATOR,) if loads else ()


def _check_credit(purse: Purse, voucher: Voucher) -> None:
    _check_room(purse, voucher.kind, voucher.amount)
    refuse_if(purse.entry_exhausted(), Status.COUNTER_EXHAUSTED)
    refuse_if(purse.log_full(), Status.LOG_FULL)


def _check_room(purse: Purse, kind: Kind, amount: int) -> None:
    taken = 0 if kind is Kind.LOAD else purse.in_since_sync() + amount
    refuse_if(taken > purse.limits.value_in, Status.TOO_MUCH_VALUE)
    total = purse.newest.balance + purse.newest.held + amount
    refuse_if(total > MAX_AMOUNT, Status.TOO_MUCH_VALUE)


def _credit(purse: Purse, voucher: Voucher) -> Slot:
    newest, payment = purse.newest, voucher.kind is not Kind.LOAD
    credited = purse.credited(voucher.amount)
    partly = credited["held"] > newest.held
    return purse.next_slot(
        EntryKind.CREDIT,
        bytes(voucher),
        voucher.body,
        **credited,
        in_total=(newest.in_total + (voucher.amount if payment else 0)) & 0xFFFFFFFF,
        accepted=(newest.accepted + (1 if payment else 0)) & 0xFFFF,
        flags=CREDITED_PARTLY_TO_HELD if partly else 0,
        last_credit=newest.entry + 1,
        window=purse.window | purse.window_bit(voucher.number),
    )


def _receipt(purse: Purse, slot: Slot) -> Receipt:
    voucher = Voucher.parse(slot.payload)
    partly = slot.flags & CREDITED_PARTLY_TO_HELD
    return Receipt(
        status=ReceiptStatus.CREDITED_PARTLY_TO_HELD if partly else ReceiptStatus.CREDITED,
        payer_id=voucher.payer_id,
        payer_entry=voucher.entry,
        payee_id=purse.id,
        number=voucher.number,
        amount=voucher.amount,
        head=5 << 4 | purse.suite.number,
    )


def void(purse: Purse, presented: Presented) -> bytes:
    """Promise never to credit a voucher; the promise is kept by the window bit."""
    voucher = presented.voucher
    refuse_if(not purse.trusted, Status.PIN_NEEDED)
    refuse_if(voucher.payee_id != purse.id, Status.REQUEST_NOT_MINE)
    if not tag_is_mine(purse, voucher):
        return bytes(_statement(purse, voucher, VoidFlags.NEVER_MY_REQUEST, 0))
    if purse.slid_out(voucher.number):
        return bytes(_statement(purse, voucher, VoidFlags.TOO_OLD, 0))
    voided = find_settled(purse, voucher, EntryKind.VOID)
    if voided is None:
        _check_void(purse, presented)
        voided = _voided(purse, voucher)
        purse.ring.append(voided)
    return bytes(_statement(purse, voucher, VoidFlags.VOIDED, voided.entry))


def _check_void(purse: Purse, presented: Presented) -> None:
    voucher = presented.voucher
    certificate = purse.read_certificate(presented.proof)
    classes = _payer_classes(purse, voucher)
    purse.check_certificate(certificate, voucher.payer_id, classes, grace_days=None)
    purse.check_signature(voucher.verify, certificate.public_key)
    refuse_if(purse.entry_exhausted(), Status.COUNTER_EXHAUSTED)
    refuse_if(purse.log_full(), Status.LOG_FULL)


def _voided(purse: Purse, voucher: Voucher) -> Slot:
    window = purse.window | purse.window_bit(voucher.number)
    return purse.next_slot(EntryKind.VOID, bytes(voucher), voucher.body, window=window)


def _statement(purse: Purse, voucher: Voucher, flags: VoidFlags, entry: int) -> VoidStatement:
    return VoidStatement(
        flags=flags,
        payee_id=purse.id,
        payee_entry=entry,
        payer_id=voucher.payer_id,
        payer_entry=voucher.entry,
        number=voucher.number,
        amount=voucher.amount,
        voucher_hash=voucher.hash,
        head=4 << 4 | purse.suite.number,
    ).signed(purse.sign)
