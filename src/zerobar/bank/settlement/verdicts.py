"""What is decided of a voucher that moves money, and the posting that settles it.

Knows no database: what must hold exactly is a condition of the posting.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.halting import wallet_halts
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.merchants.model import EventKind
from zerobar.bank.merchants.payable import event_row
from zerobar.bank.people.limits import LimitTable
from zerobar.bank.settlement.debts import Debts
from zerobar.bank.settlement.facts import Due, VoucherKey, reference_of, transfer_id
from zerobar.bank.settlement.model import Decision, Decline, Outcome, Waiting
from zerobar.bank.settlement.ordered import TappedOrder
from zerobar.bank.settlement.records import outcome_row, request_end_row
from zerobar.ledger import Counter, Posting, Row, Transfer
from zerobar.purse.messages import Kind, terms_of


@dataclass(frozen=True, slots=True)
class Moneyless:
    """An outcome for which no money of the books moves.

    Attributes:
        owed_to: the purse that is owed it, for there is no wallet to take it; None: nobody is.
        declined: why, if it is.
    """

    outcome: Outcome
    owed_to: bytes | None = None
    declined: Decline | None = None


Verdict = Posting | Moneyless | Waiting
"""What the ledger is asked, or an outcome without money, or why there is none yet."""

_CODES: Final = {
    Kind.UNLOAD: TransferCode.UNLOAD,
    Kind.PUSH: TransferCode.PUSH,
    Kind.PAYMENT: TransferCode.HOSTED_PAYMENT,
    Kind.REFUND: TransferCode.HOSTED_PAYMENT,
    Kind.AUTHORISE: TransferCode.AUTHORISED_PAYMENT,
}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What does not depend on the voucher.

    Attributes:
        float_id: the operator's float.
        operators: ids of operators' purses.
        value_out: the most that a class may pay between syncs, in fen.
        debts: what owners of lost purses owe the operator.
        orders: merchants' orders that vouchers are to pay.
        short: authorisations whose wallets lack something that bank cards may be asked for.
        forgotten: the operator's own vouchers that it does not remember.
    """

    float_id: UUID
    operators: frozenset[bytes]
    limits: Mapping[UUID, LimitTable]
    now: datetime
    value_out: Mapping[int, int]
    debts: Debts
    orders: Mapping[VoucherKey, TappedOrder]
    short: Set[VoucherKey]
    forgotten: Set[VoucherKey]


def answers_request(due: Due) -> bool:
    """Whether the hosted payee has asked for just this."""
    return due.request is not None and terms_of(due.request) == terms_of(due.voucher)


def settling(
    due: Due,
    accounts: tuple[UUID, UUID],
    around: Circumstances,
    conditions: tuple[Counter, ...] = (),
    ceiling: int | None = None,
) -> Posting:
    """Return the posting that moves a voucher's money, and pays the order that it is for.

    Args:
        due: the voucher.
        accounts: where from, where to.
        around: what else is known.
        conditions: what has to hold besides that it is settled once.
        ceiling: of the account that it goes to.
    """
    voucher, id_ = due.voucher, transfer_id(due)
    debit, credit = accounts
    code = int(_CODES[voucher.kind])
    transfer = Transfer(
        id_, debit, credit, voucher.amount, code, reference=reference_of(due), ceiling=ceiling
    )
    spender = debit if voucher.kind is Kind.AUTHORISE else None
    decision = Decision(Outcome.SETTLED, voucher.amount, id_, spender)
    once, ended = _once(due)
    ordered, paid = _order(due, id_, around)
    told = () if paid else _told(due, id_, around)
    rows = (outcome_row(*due.key, decision, around.now), *ended, *paid, *told)
    return Posting((transfer,), (*once, *ordered, *conditions), rows)


def _once(due: Due) -> tuple[tuple[Counter, ...], tuple[Row, ...]]:
    """Return what lets a voucher be settled once, besides its outcome, and what is noted of it."""
    voucher = due.voucher
    match voucher.kind:
        case Kind.UNLOAD:
            return (not_paid_out(voucher.payer_id),), ()
        case Kind.PUSH:
            return (), ()
    key = derived_id(Word.HOSTED_REQUEST, voucher.payee_id.hex(), voucher.number)
    ended = request_end_row(voucher.payee_id, voucher.number, *due.key)
    return (Counter(key, 0, add=1, limit=1),), (ended,)


def _order(
    due: Due, payment_id: UUID, around: Circumstances
) -> tuple[tuple[Counter, ...], tuple[Row, ...]]:
    """Return the conditions of paying a merchant's order, and what is recorded of it."""
    order = around.orders.get(due.key)
    if order is None or due.payee is None or not order.takes(due.voucher):
        return (), ()
    trading = wallet_halts(due.payee.wallet_id, due.payee.halts)
    return (order.condition, trading), order.rows(due, payment_id, around.now)


def _told(due: Due, transfer_id: UUID, around: Circumstances) -> tuple[Row, ...]:
    """Return the notice to the server of a hosted payee's merchant, which waits for the money."""
    if due.payee is None or due.told_id is None:
        return ()
    return (event_row(due.told_id, EventKind.VOUCHER_SETTLED, transfer_id, around.now),)


def not_paid_out(purse_id: bytes) -> Counter:
    """Return the condition that what was in a purse is not being paid to its holder."""
    return Counter(derived_id(Word.PURSE_ENDED, purse_id.hex()), 0, 0, 0)
