"""The payer's side of the model: PAY, GET VOUCHER, UNDO."""

from __future__ import annotations

from tests.model.plan import Card, Plan, refuse_if
from tests.model.purse import Purse, Slot
from tests.model.terms import OPERATOR, SERVICE, TOO_OLD, Request, Statement, Voucher
from zerobar.purse.messages import EntryKind, Kind
from zerobar.purse.status import Status


def pay(card: Card, purse: Purse, request: Request) -> Plan:
    """The same request gives the same answer; a new one is checked and debited."""
    refuse_if(request.payee == purse.me, Status.MALFORMED)
    paid = _paid_before(card, purse, request)
    same = next((voucher for voucher in paid if _asked(voucher) == request[:5]), None)
    if same is not None:
        return Plan(answer=same)
    refuse_if(bool(paid) and request.kind is not Kind.PUSH, Status.OTHER_CONTENT)
    if request.kind is Kind.UNLOAD:
        _check_unload(purse, request)
    else:
        _check_payment(card, purse, request)
    slot = _debit(card, purse, request)
    return Plan(slot, slot.voucher, purse.ram._replace(pin=False))


def _paid_before(card: Card, purse: Purse, request: Request) -> list[Voucher]:
    return [
        slot.voucher
        for slot in purse.visible()
        if slot.kind == EntryKind.PAY
        and slot.voucher is not None
        and (slot.voucher.payee, slot.voucher.number) == (request.payee, request.number)
        and (card.rules.remember_acknowledged or slot.entry > purse.base)
    ]


def _asked(voucher: Voucher) -> tuple[object, ...]:
    return (voucher.kind, *voucher[3:7])


def _check_payment(card: Card, purse: Purse, request: Request) -> None:
    amount, limits = request.amount, card.scope.limits
    newest, since = purse.newest, purse.sync
    unfunded = request.kind is not Kind.AUTHORISE and amount > newest.balance
    refuse_if(purse.blocked, Status.PURSE_BLOCKED)
    refuse_if(card.expired(purse), Status.CERTIFICATE_EXPIRED)
    refuse_if(card.log_full(purse), Status.LOG_FULL)
    refuse_if(_unsigned_authorise(card, request), Status.CERTIFICATE_REFUSED)
    refuse_if(amount > limits.per_payment, Status.OVER_PAYMENT_LIMIT)
    refuse_if(amount > limits.without_pin and not purse.ram.pin, Status.PIN_NEEDED)
    refuse_if(newest.out_count - since.out_count >= limits.count_out, Status.TOO_MANY_PAYMENTS)
    out = newest.out_total - since.out_total + amount
    refuse_if(out > limits.value_out, Status.TOO_MUCH_VALUE)
    refuse_if(unfunded, Status.INSUFFICIENT_BALANCE)


def _unsigned_authorise(card: Card, request: Request) -> bool:
    signed_by_service = request.payee == SERVICE and request.tag
    authorise = request.kind is Kind.AUTHORISE and not signed_by_service
    return authorise and card.rules.authorise_needs_service


def _check_unload(purse: Purse, request: Request) -> None:
    newest = purse.newest
    refuse_if(purse.free < 1, Status.LOG_FULL)
    refuse_if(request.payee != OPERATOR, Status.CERTIFICATE_REFUSED)
    refuse_if(request.amount > newest.balance + newest.held, Status.INSUFFICIENT_BALANCE)


def _debit(card: Card, purse: Purse, request: Request) -> Slot:
    newest, amount = purse.newest, request.amount
    voucher = Voucher(request.kind, purse.me, newest.entry + 1, *request[1:5], newest.chain)
    slot = purse.next_slot(EntryKind.PAY, voucher, card.window(purse))
    slot = slot._replace(with_pin=purse.ram.pin)
    if request.kind is Kind.UNLOAD:
        from_held = min(amount, newest.held)
        balance = newest.balance - amount + from_held
        return slot._replace(held=newest.held - from_held, balance=balance)
    return slot._replace(
        balance=newest.balance - (0 if request.kind is Kind.AUTHORISE else amount),
        out_total=newest.out_total + amount,
        out_count=newest.out_count + 1,
    )


def get_voucher(_: Card, purse: Purse, entry: int) -> Plan:
    """Answer a voucher that is still in the log."""
    slot = purse.slot(entry)
    if slot is None or slot.kind != EntryKind.PAY:
        refuse_if(True, Status.ENTRY_NOT_IN_LOG)
    assert slot is not None
    return Plan(answer=slot.voucher)


def undo(card: Card, purse: Purse, statement: Statement) -> Plan:
    """Take back a voided voucher, once."""
    voucher = statement.voucher
    slot = purse.slot(voucher.entry)
    # It may have been credited and pruned long ago: flags 02 say only that it never will be again.
    too_old = statement.flags == TOO_OLD and card.rules.undo_needs_void
    refuse_if(too_old, Status.MALFORMED)
    pruned = card.rules.undo_above_base and voucher.entry <= purse.base
    refuse_if(voucher.payer != purse.me, Status.REQUEST_NOT_MINE)
    refuse_if(pruned or slot is None or slot.kind != EntryKind.PAY, Status.ENTRY_NOT_IN_LOG)
    refuse_if(voucher.kind not in (Kind.PAYMENT, Kind.REFUND), Status.ENTRY_NOT_IN_LOG)
    refuse_if(slot is not None and slot.voucher != voucher, Status.OTHER_CONTENT)
    if card.rules.undo_once and _undone(purse, voucher):
        return Plan()
    refuse_if(purse.free < 1, Status.LOG_FULL)
    undone = purse.next_slot(EntryKind.UNDO, voucher, card.window(purse))
    return Plan(undone.credited(voucher.amount, card.scope.limits.holding))


def _undone(purse: Purse, voucher: Voucher) -> bool:
    return any(s.kind == EntryKind.UNDO and s.voucher == voucher for s in purse.visible())
