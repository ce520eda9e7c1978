"""Refunds: money goes back where it came from, and never more of it than was paid.

The part of a payment that a card had paid goes back to that card first, the rest into the wallet,
whatever the wallet's limits and even if it is frozen. What has been refunded is a counter of the
ledger with the payment's amount as its limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import BankError, IdUsed
from zerobar.bank.funding.returning import return_row, return_to_card, vault_of
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying import records, store
from zerobar.bank.paying.engine import shortfall
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    OutcomeUnknown,
    PaymentUnknown,
    RefundTooMuch,
    TooBusy,
)
from zerobar.bank.paying.model import Condition, Notice, NoticeKind, Refund
from zerobar.bank.paying.refund_plans import fix_plan, give_up_plan
from zerobar.bank.paying.refundable import Refundable, check_held_back, lock_refundable
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import WalletClosed
from zerobar.bank.people.model import Wallet
from zerobar.database import Connection
from zerobar.ledger import (
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Posted,
    Posting,
    Result,
    Row,
    Transfer,
    read_counter,
)
from zerobar.purse.money import Fen


def refund_payment(  # noqa: PLR0913 - each is a fact of the one refund
    bank: Bank,
    refund_id: UUID,
    payment_id: UUID,
    amount: Fen,
    by: UUID,
    *,
    reason: str = "",
    rows: Sequence[Row] = (),
    conditions: Sequence[Condition] = (),
) -> Refund:
    """Give back a payment or a part of it; the same again returns the same refund.

    Args:
        refund_id: made by whoever asks, once.
        amount: at least 1 fen.
        by: the wallet that was paid, which gives the money back.
        reason: what the payer is told.
        rows: what is stored with the refund, if it is made.
        conditions: what else has to hold, as that who gives back was not halted meanwhile.

    Raises PaymentUnknown, WalletClosed when the payer's wallet is gone, RefundByTap, RefundWaits,
    RefundTooMuch, InsufficientBalance of the wallet that gives back, what the conditions say,
    IdUsed, OutcomeUnknown or TooBusy.
    """
    with bank.transaction() as connection:
        # One refund of a payment at a time fixes its part of what the card had paid.
        payment = lock_refundable(connection, payment_id)
        if payment is None or payment.payee_wallet_id != by:
            raise PaymentUnknown
        made = store.refund(connection, refund_id)
        asked = made or _planned(bank, connection, payment, (refund_id, amount, reason))
    if (asked.payment_id, asked.amount) != (payment_id, amount):
        raise IdUsed
    refund = made or _made(bank, payment, asked, rows, conditions)
    if refund.card_amount:
        # Otherwise the worker does it, which also asks again what a bank does not answer.
        return_to_card(bank, refund_id)
    return refund


def refunded_at_most(payment: Refundable, amount: Fen) -> Counter:
    """Return the condition that refunds do not exceed a payment."""
    return Counter(derived_id(Word.REFUNDS, payment.id), 0, int(amount), int(payment.amount))


def _planned(
    bank: Bank, connection: Connection, payment: Refundable, asked: tuple[UUID, Fen, str]
) -> Refund:
    refund_id, amount, reason = asked
    check_held_back(connection, payment.id)
    if _payer(connection, payment).closed_at is not None:
        raise WalletClosed
    plan = fix_plan(connection, payment, refund_id, amount)
    return Refund(
        refund_id,
        plan.payment_id,
        payment.payer_wallet_id,
        payment.payee_wallet_id,
        plan.amount,
        payment.card_id,
        plan.card_amount,
        reason,
        bank.clock(),
    )


def _made(
    bank: Bank,
    payment: Refundable,
    refund: Refund,
    rows: Sequence[Row],
    conditions: Sequence[Condition],
) -> Refund:
    with bank.connection() as connection:
        payer = _payer(connection, payment)
    # No lock and no connection is held while the ledger is waited for.
    counters = (refunded_at_most(payment, refund.amount), *(each.counter for each in conditions))
    stored_with = (*rows, *_rows(bank, refund, payer))
    posted = _post(bank, Posting(tuple(_transfers(refund, payer)), counters, stored_with))
    with bank.connection() as connection:
        if not all(answer.ok for answer in posted):
            give_up_plan(connection, refund.id)
            raise _refusal(connection, payment, refund, posted, conditions)
        # A repeat finds what was stored at first.
        stored = store.refund(connection, refund.id)
    assert stored is not None, "a refund's record is stored with its money"
    return stored


def _payer(connection: Connection, payment: Refundable) -> Wallet:
    payer = people.wallet(connection, payment.payer_wallet_id)
    assert payer is not None, "a payment's wallets stay, closed ones too"
    return payer


def _post(bank: Bank, asked: Posting) -> list[Posted]:
    try:
        return bank.ledger.post(*asked.transfers, counters=asked.counters, rows=asked.rows)
    except LedgerBusy:
        raise TooBusy from None
    except LedgerUnavailable:
        raise OutcomeUnknown from None


def _transfers(refund: Refund, payer: Wallet) -> list[Transfer]:
    """Return the wallet's part and the card's; the first of them has the refund's id.

    The card belongs to the operator of the payer's wallet, whoever is asked for the refund.
    """
    parts = [
        (refund.payer_wallet_id, Fen(refund.amount - refund.card_amount)),
        (vault_of(payer), refund.card_amount),
    ]
    code = int(TransferCode.REFUND)
    wanted = [(credit, amount) for credit, amount in parts if amount]
    ids = [refund.id, derived_id(Word.REFUND_CARD_PART, refund.id)]
    return [
        Transfer(transfer_id, refund.payee_wallet_id, credit, amount, code)
        for transfer_id, (credit, amount) in zip(ids, wanted, strict=False)
    ]


def _rows(bank: Bank, refund: Refund, payer: Wallet) -> list[Row]:
    rows = [records.refund_row(refund)]
    if refund.card_id is not None and refund.card_amount:
        rows.append(return_row(bank, payer, refund.card_id, refund.card_amount, refund.id))
    if payer.person_id is not None:
        told = Notice(
            payer.person_id,
            bank.new_id(),
            payer.id,
            NoticeKind.REFUNDED,
            refund.id,
            refund.amount,
            refund.reason,
            refund.made_at,
            None,
        )
        rows.append(records.notice_row(told))
    return rows


def _refusal(
    connection: Connection,
    payment: Refundable,
    refund: Refund,
    posted: Sequence[Posted],
    conditions: Sequence[Condition],
) -> BankError:
    results = {answer.result for answer in posted} - {Result.CHAIN_BROKEN}
    if Result.COUNTER_EXCEEDED in results:
        broken = next((each.counter for each in posted if each.counter is not None), 0)
        if 0 < broken <= len(conditions):
            return conditions[broken - 1].refusal()
        counter = refunded_at_most(payment, refund.amount)
        used = read_counter(connection, counter.key, counter.period)
        return RefundTooMuch(Fen(payment.amount - used))
    if Result.BELOW_FLOOR in results:
        return InsufficientBalance(shortfall(connection, refund.payee_wallet_id, refund.amount))
    if Result.CREDIT_CLOSED in results or Result.DEBIT_CLOSED in results:
        return WalletClosed()
    assert Result.OTHER_CONTENT in results, f"a refund cannot end as {results}"
    return IdUsed()
