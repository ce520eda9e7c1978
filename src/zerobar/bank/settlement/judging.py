"""The rules for vouchers that move money: from one and what is known to a posting, or why none.

Knows no database. That a request is settled once, that limits hold and that there is money is
not decided here but sent along as a condition of the posting.
"""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.settlement.authorising import authorise, declined, reason_of
from zerobar.bank.settlement.debts import paying_debt
from zerobar.bank.settlement.facts import Due, Holding, reference_of, transfer_id
from zerobar.bank.settlement.model import Decision, Outcome, Waiting
from zerobar.bank.settlement.records import outcome_row
from zerobar.bank.settlement.verdicts import (
    Circumstances,
    Moneyless,
    Verdict,
    answers_request,
    settling,
)
from zerobar.ledger import Posted, Posting, Result, Transfer
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import Kind, PurseClass


def judge(due: Due, around: Circumstances) -> Verdict:
    """Decide a voucher that has no outcome yet."""
    if due.ending is not None:
        return _ended(due, due.ending, around)
    match due.voucher.kind:
        case Kind.UNLOAD:
            return _unload(due, around)
        case Kind.PUSH:
            return _push(due, around)
        case Kind.AUTHORISE:
            return authorise(due, around)
    return _hosted(due, around)


def refused(due: Due, posting: Posting, posted: Posted) -> Moneyless | Waiting:
    """Return what the ledger's refusal means for a voucher."""
    if due.ending is not None:
        return Waiting.LEDGER_REFUSED
    if due.voucher.kind is Kind.AUTHORISE:
        return declined(reason_of(posting, posted))
    if posted.result is not Result.COUNTER_EXCEEDED:
        return Waiting.LEDGER_REFUSED
    if due.voucher.kind is Kind.UNLOAD:
        return Waiting.PURSE_ENDING
    # The first condition is that its request is settled once; a push answers none. The others are
    # its order's: the next look finds whether that was paid, or its merchant was halted only.
    is_settled = due.voucher.kind is not Kind.PUSH and posted.counter == 0
    return Waiting.REQUEST_SETTLED if is_settled else Waiting.BUSY


def _unload(due: Due, around: Circumstances) -> Verdict:
    if due.status is None:
        return Waiting.PAYER_UNKNOWN
    if due.is_paid_out:
        # What was in the lost purse was paid to its holder: this much of it comes home.
        return Moneyless(Outcome.SETTLED)
    held_back = _held_back(due, around)
    if held_back is not None:
        return held_back
    if due.holder is None:
        return Moneyless(Outcome.SETTLED, owed_to=due.voucher.payer_id)
    return _from_float(due, due.holder, around)


def _push(due: Due, around: Circumstances) -> Verdict:
    if due.payee is None:
        return Waiting.PAYEE_NOT_HOSTED
    return _not_taken(due, around) or _held_back(due, around) or _from_float(due, due.payee, around)


def _hosted(due: Due, around: Circumstances) -> Verdict:
    if due.payee is None or not answers_request(due):
        return Waiting.NO_SUCH_REQUEST
    return _not_taken(due, around) or _held_back(due, around) or _from_float(due, due.payee, around)


def _not_taken(due: Due, around: Circumstances) -> Waiting | None:
    """Return why a voucher does not pay the order that it is for; None: it does, or is for none.

    A suspended merchant may trade again before the order ends.
    """
    order = around.orders.get(due.key)
    if order is None or order.takes(due.voucher):
        return None
    return Waiting.BUSY if order.awaits(due.voucher) else Waiting.REQUEST_SETTLED


def _held_back(due: Due, around: Circumstances) -> Waiting | None:
    """Return why a voucher's money stays in the float for now.

    Whoever has opened an element can sign anything. What its log has not shown to be there leaves
    the float only as a payment that a purse of its class could make, and all of those together up
    to what its class may pay between syncs. Its own wallet gets nothing of it.
    """
    if due.is_released or due.voucher.payer_id in around.operators:
        return None
    backing, is_unload = due.backing, due.voucher.kind is Kind.UNLOAD
    if is_unload and due.is_payer_flagged:
        return Waiting.PAYER_FLAGGED
    if is_unload and backing.is_tainted:
        return Waiting.TAINTED
    if backing.is_proved or backing.funds_fen >= 0:
        return None
    purse_class = backing.purse_class or PurseClass.PERSON
    limits = DEFAULT_LIMITS.get(purse_class)
    is_large = limits is None or due.voucher.amount > limits.per_payment
    # A class without a limit between syncs is not in the table.
    is_too_much = -backing.funds_fen > around.value_out.get(purse_class, -backing.funds_fen)
    return Waiting.UNPROVED if is_unload or is_large or is_too_much else None


def _from_float(due: Due, to: Holding, around: Circumstances) -> Posting:
    return settling(due, (around.float_id, to.wallet_id), around)


def _ended(due: Due, ending: Outcome, around: Circumstances) -> Verdict:
    """Give a voucher's money to whom it is due now that it cannot be credited any more."""
    if _is_due_to_cheat(due, ending, around) and not due.is_released:
        return Waiting.PAYER_FLAGGED
    if due.key in around.forgotten:
        return _forgotten(due, ending)
    wallet_id, purse_id = _due_to(due, ending, around)
    if wallet_id is None:
        return Moneyless(ending, purse_id) if purse_id else Waiting.WALLET_UNKNOWN
    redirected = ending is Outcome.REDIRECTED
    code = TransferCode.VOUCHER_REDIRECTED if redirected else TransferCode.VOUCHER_REFUNDED
    id_ = transfer_id(due)
    transfer = Transfer(
        id_, around.float_id, wallet_id, due.voucher.amount, int(code),
        reference=reference_of(due),
    )  # fmt: skip
    row = outcome_row(*due.key, Decision(ending, due.voucher.amount, id_), around.now)
    return paying_debt(Posting((transfer,), (), (row,)), around.debts, around.now)


def _forgotten(due: Due, ending: Outcome) -> Verdict:
    """Return how a voucher ends whose payer's wallet has its money again: nothing goes there.

    A load is paid by the wallet that it would be redirected to. Of another one it is not known who
    would have to pay what its payee is due.
    """
    is_own = due.voucher.kind is Kind.LOAD and due.owner is not None
    if ending is Outcome.REFUNDED or is_own:
        return Moneyless(ending)
    return Waiting.WALLET_UNKNOWN


def _is_due_to_cheat(due: Due, ending: Outcome, around: Circumstances) -> bool:
    """Return whether a voucher's money would come back to a purse that was proved to cheat."""
    if ending is Outcome.REDIRECTED or due.voucher.payer_id in around.operators:
        return due.is_payee_flagged
    return due.is_payer_flagged


def _due_to(due: Due, ending: Outcome, around: Circumstances) -> tuple[UUID | None, bytes | None]:
    """Return the wallet that takes a voucher's money, or the purse that is owed it, or neither."""
    voucher = due.voucher
    if ending is Outcome.REDIRECTED or voucher.payer_id in around.operators:
        # An operator signs for a wallet's charge, or for what it owed to the payee.
        wallet_id = due.owner.wallet_id if due.owner else None
        if ending is Outcome.REFUNDED:
            wallet_id = due.charged_wallet_id
        return wallet_id, voucher.payee_id if due.is_payee_known else None
    holder = due.holder.wallet_id if due.holder else None
    return holder, None if due.status is None else voucher.payer_id
