"""The payee's side of the model: PREPARE, ACCEPT, VOID."""

from __future__ import annotations

from tests.model.plan import Card, Plan, refuse_if
from tests.model.purse import Number, Purse, Slot
from tests.model.terms import (
    NEVER_MINE,
    OPERATOR,
    TOO_OLD,
    VOIDED,
    Receipt,
    Request,
    Statement,
    Voucher,
)
from zerobar.purse.messages import EntryKind, Kind
from zerobar.purse.status import Status

_KINDS = (Kind.PAYMENT, Kind.REFUND, Kind.LOAD)


def prepare(card: Card, purse: Purse, terms: tuple[Kind, int]) -> Plan:
    """Take the next request number; refuse what ACCEPT would refuse."""
    kind, amount = terms
    takes_all = not card.rules.prepare_no_authorise
    refuse_if(kind not in _KINDS and not takes_all, Status.MALFORMED)
    refuse_if(card.log_full(purse), Status.LOG_FULL)
    _check_room(card, purse, kind, amount)
    number = purse.number + 1
    return Plan(Number(number), Request(kind, purse.me, number, amount, True))


def _check_room(card: Card, purse: Purse, kind: Kind, amount: int) -> None:
    taken = purse.newest.in_total - purse.sync.in_total + amount
    refuse_if(kind is not Kind.LOAD and taken > card.scope.limits.value_in, Status.TOO_MUCH_VALUE)


def accept(card: Card, purse: Purse, voucher: Voucher) -> Plan:
    """Credit a voucher for an own request; a second time, the same receipt."""
    _check_kind(card, voucher)
    refuse_if(voucher.payee != purse.me, Status.REQUEST_NOT_MINE)
    refuse_if(card.rules.check_tag and not voucher.tag, Status.REQUEST_NOT_MINE)
    any_end = (EntryKind.CREDIT, EntryKind.VOID)
    kinds = any_end[:1] if card.rules.receipt_for_credit_only else any_end
    if _settled(card, purse, voucher, kinds) is not None:
        return Plan(answer=Receipt(voucher))
    _check_payer(card, purse, voucher)
    _check_room(card, purse, voucher.kind, voucher.amount)
    refuse_if(card.log_full(purse), Status.LOG_FULL)
    return Plan(_credit(card, purse, voucher), Receipt(voucher))


def _check_kind(card: Card, voucher: Voucher) -> None:
    taken = voucher.kind is Kind.AUTHORISE and not card.rules.accept_no_authorise
    refuse_if(voucher.kind not in _KINDS and not taken, Status.MALFORMED)


def _check_payer(card: Card, purse: Purse, voucher: Voucher) -> None:
    own_operator = voucher.payer == OPERATOR
    refuse_if(voucher.kind is Kind.LOAD and not own_operator, Status.CERTIFICATE_REFUSED)
    expired = not own_operator and card.expired(purse, card.scope.grace)
    refuse_if(expired, Status.CERTIFICATE_REFUSED)
    refuse_if(voucher.payer in purse.listed.ids, Status.PAYER_BLOCKLISTED)


def _settled(
    card: Card, purse: Purse, voucher: Voucher, kinds: tuple[EntryKind, ...]
) -> Slot | None:
    """Return the slot in which this voucher ended, None if its request is open."""
    bit = card.bit(purse, voucher.number)
    refuse_if(not bit and card.rules.window, Status.REQUEST_NOT_MINE)
    if not card.window(purse) & bit:
        return None
    ended = [slot for slot in purse.visible() if _ends(slot, voucher)]
    refuse_if(not ended, Status.REQUEST_NOT_MINE)
    same = ended[0].kind in kinds and ended[0].voucher == voucher
    refuse_if(not same, Status.ALREADY_SETTLED)
    return ended[0]


def _ends(slot: Slot, voucher: Voucher) -> bool:
    other = slot.voucher
    ends = slot.kind in (EntryKind.CREDIT, EntryKind.VOID)
    return ends and other is not None and other.number == voucher.number


def _credit(card: Card, purse: Purse, voucher: Voucher) -> Slot:
    window = card.window(purse) | card.bit(purse, voucher.number)
    slot = purse.next_slot(EntryKind.CREDIT, voucher, window)
    taken = 0 if voucher.kind is Kind.LOAD else voucher.amount
    credited = slot.credited(voucher.amount, card.scope.limits.holding)
    return credited._replace(in_total=slot.in_total + taken)


def void(card: Card, purse: Purse, voucher: Voucher) -> Plan:
    """Promise never to credit a voucher."""
    _check_kind(card, voucher)
    refuse_if(voucher.payee != purse.me, Status.REQUEST_NOT_MINE)
    if card.rules.check_tag and not voucher.tag:
        return Plan(answer=Statement(NEVER_MINE, 0, voucher))
    too_old = voucher.number <= purse.number - card.scope.window
    if too_old and card.rules.signed_too_old:
        return Plan(answer=Statement(TOO_OLD, 0, voucher))
    voided = _settled(card, purse, voucher, (EntryKind.VOID,))
    if voided is not None:
        return Plan(answer=Statement(VOIDED, voided.entry, voucher))
    refuse_if(card.log_full(purse), Status.LOG_FULL)
    bit = card.bit(purse, voucher.number) if card.rules.void_sets_bit else 0
    slot = purse.next_slot(EntryKind.VOID, voucher, card.window(purse) | bit)
    return Plan(slot, Statement(VOIDED, slot.entry, voucher))
