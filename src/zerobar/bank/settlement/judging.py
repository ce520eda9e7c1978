"""The rules for vouchers that move money: from one and what is known to a posting, or why none.

Knows no database. That a request is settled once, that limits hold and that there is money is
not decided here but sent along as a condition of the posting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.halting import wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.people.limits import LimitTable, check_payment, counters_for
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.debts import Debts, paying_debt
from zerobar.bank.settlement.facts import Due, Holding
from zerobar.bank.settlement.model import Decision, Outcome, Waiting
from zerobar.bank.settlement.records import outcome_row, request_end_row
from zerobar.ledger import Counter, Posting, Result, Transfer
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import Kind, PurseClass, terms_of


@dataclass(frozen=True, slots=True)
class Moneyless:
    """An outcome for which no money of the books moves.

    Attributes:
        owed_to: the purse that is owed it, for there is no wallet to take it; None: nobody is.
    """

    outcome: Outcome
    owed_to: bytes | None = None


Verdict = Posting | Moneyless | Waiting
"""What the ledger is asked, or an outcome without money, or why there is none yet."""

_CODES = {
    Kind.UNLOAD: TransferCode.UNLOAD,
    Kind.PUSH: TransferCode.PUSH,
    Kind.PAYMENT: TransferCode.HOSTED_PAYMENT,
    Kind.REFUND: TransferCode.HOSTED_PAYMENT,
    Kind.AUTHORISE: TransferCode.AUTHORISED_PAYMENT,
}


_DECLINED = Moneyless(Outcome.DECLINED)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What does not depend on the voucher.

    Attributes:
        operator_id: whose float it is.
        operators: ids of operators' purses.
        value_out: the most that a class may pay between syncs, in fen.
        debts: what owners of lost purses owe the operator.
    """

    operator_id: UUID
    operators: frozenset[bytes]
    limits: Mapping[UUID, LimitTable]
    now: datetime
    value_out: Mapping[int, int]
    debts: Debts


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
            return _authorise(due, around)
    return _hosted(due, around)


def refused(due: Due, result: Result) -> Moneyless | Waiting:
    """Return what the ledger's refusal means for a voucher."""
    if due.ending is not None:
        return Waiting.LEDGER_REFUSED
    if due.voucher.kind is Kind.AUTHORISE:
        return _DECLINED
    if due.voucher.kind is Kind.UNLOAD and result is Result.COUNTER_EXCEEDED:
        return Waiting.PURSE_ENDING
    exceeded = result is Result.COUNTER_EXCEEDED
    return Waiting.REQUEST_SETTLED if exceeded else Waiting.LEDGER_REFUSED


def transfer_id(due: Due) -> UUID:
    """Return the id that moves a voucher's money: the same however often it is tried.

    A refusal stays refused under its id, so whoever tries again after one counts its attempts.
    That money still moves only once is certain by the outcome's key.
    """
    payer_id, entry = due.key
    return derived_id(Word.VOUCHER, payer_id.hex(), entry, due.attempt)


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
    return _held_back(due, around) or _from_float(due, due.payee, around)


def _hosted(due: Due, around: Circumstances) -> Verdict:
    if due.payee is None or not _answers_request(due):
        return Waiting.NO_SUCH_REQUEST
    return _held_back(due, around) or _from_float(due, due.payee, around)


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


def _authorise(due: Due, around: Circumstances) -> Verdict:
    holder, payee = due.holder, due.payee
    # Whoever finds a lost card cannot reach into the wallet; no value lies on the card.
    usable = due.status is PurseStatus.ACTIVE and holder is not None
    if not usable or payee is None or not _answers_request(due):
        return _DECLINED
    assert holder is not None
    if holder.frozen or holder.closed or payee.frozen:
        return _DECLINED
    return _from_wallet(due, holder, payee, around)


def _answers_request(due: Due) -> bool:
    return due.request is not None and terms_of(due.request) == terms_of(due.voucher)


def _from_float(due: Due, to: Holding, around: Circumstances) -> Posting:
    return _posting(due, (_float(around), to.wallet_id), around)


def _ended(due: Due, ending: Outcome, around: Circumstances) -> Verdict:
    """Give a voucher's money to whom it is due now that it cannot be credited any more."""
    if _is_due_to_cheat(due, ending, around) and not due.is_released:
        return Waiting.PAYER_FLAGGED
    wallet_id, purse_id = _due_to(due, ending, around)
    if wallet_id is None:
        return Moneyless(ending, purse_id) if purse_id else Waiting.WALLET_UNKNOWN
    redirected = ending is Outcome.REDIRECTED
    code = TransferCode.VOUCHER_REDIRECTED if redirected else TransferCode.VOUCHER_REFUNDED
    id_ = transfer_id(due)
    transfer = Transfer(
        id_, _float(around), wallet_id, due.voucher.amount, int(code),
        reference=due.voucher.body[2:14],
    )  # fmt: skip
    row = outcome_row(*due.key, Decision(ending, due.voucher.amount, id_), around.now)
    return paying_debt(Posting((transfer,), (), (row,)), around.debts, around.now)


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


def _float(around: Circumstances) -> UUID:
    return operator_account(around.operator_id, AccountCode.FLOAT)


def _from_wallet(due: Due, holder: Holding, payee: Holding, around: Circumstances) -> Verdict:
    amount = due.voucher.amount
    own = around.limits[holder.operator_id][holder.category]
    ceiling = around.limits[payee.operator_id][payee.category].balance
    try:
        check_payment(own, amount)
    except OverLimit:
        return _DECLINED
    halts = tuple(wallet_halts(each.wallet_id, each.halts) for each in (holder, payee))
    spending = (*halts, *counters_for(holder.spender_id, own, amount, around.now))
    wallets = holder.wallet_id, payee.wallet_id
    return _posting(due, wallets, around, spending, None if ceiling is None else int(ceiling))


def _posting(
    due: Due,
    accounts: tuple[UUID, UUID],
    around: Circumstances,
    spending: tuple[Counter, ...] = (),
    ceiling: int | None = None,
) -> Posting:
    voucher, id_ = due.voucher, transfer_id(due)
    debit, credit = accounts
    code = int(_CODES[voucher.kind])
    transfer = Transfer(
        id_, debit, credit, voucher.amount, code, reference=voucher.body[2:14], ceiling=ceiling
    )
    spender = debit if voucher.kind is Kind.AUTHORISE else None
    decision = Decision(Outcome.SETTLED, voucher.amount, id_, spender)
    rows = [outcome_row(*due.key, decision, around.now)]
    counters = spending
    if voucher.kind is Kind.UNLOAD:
        counters = (not_paid_out(voucher.payer_id),)
    if voucher.kind not in (Kind.UNLOAD, Kind.PUSH):
        counters = (_once(voucher.payee_id, voucher.number), *spending)
        rows.append(request_end_row(voucher.payee_id, voucher.number, *due.key))
    return Posting((transfer,), counters, tuple(rows))


def _once(payee_id: bytes, number: int) -> Counter:
    """Return the condition that a hosted payee's request is settled only once."""
    return Counter(derived_id(Word.HOSTED_REQUEST, payee_id.hex(), number), 0, add=1, limit=1)


def not_paid_out(purse_id: bytes) -> Counter:
    """Return the condition that what was in a purse is not being paid to its holder."""
    return Counter(derived_id(Word.PURSE_ENDED, purse_id.hex()), 0, 0, 0)
