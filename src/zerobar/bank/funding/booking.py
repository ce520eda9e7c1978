"""What an order does to the books: digital cash on one side, deposits on the other.

| kind | first | when the card's bank has done it | when it refuses |
|---|---|---|---|
| EXCHANGE, SHORTFALL | hold vault -> wallet | commit; BANK_CUSTOMERS -> AT_BANK | void |
| SAVE | hold wallet -> vault | commit; AT_BANK -> BANK_CUSTOMERS | void |
| RETURN | - | AT_BANK -> BANK_CUSTOMERS | vault -> wallet |

The first transfer has the order's own id, so that an id which named another transfer before is
refused there, and the card's bank is never asked. Of a RETURN, whose id the bank derives, it is the
one into the wallet. The ids of the others follow from it, so that each can be posted again and
happens once.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.funding.errors import BooksUnavailable
from zerobar.bank.funding.model import CardOrder, OrderKind, Reason
from zerobar.bank.ids import Word, derived_id
from zerobar.ledger import (
    Counter,
    LedgerBusy,
    LedgerUnavailable,
    Result,
    Row,
    Transfer,
    TransferKind,
)

_CODES: Final = {
    OrderKind.EXCHANGE: TransferCode.EXCHANGE,
    OrderKind.SHORTFALL: TransferCode.TOP_UP_SHORTFALL,
    OrderKind.SAVE: TransferCode.SAVE_TO_BANK,
    OrderKind.RETURN: TransferCode.RETURN_TO_CARD,
}
_REASONS: Final = {
    Result.OTHER_CONTENT: Reason.ID_USED,
    Result.DEBIT_UNKNOWN: Reason.WALLET_CLOSED,
    Result.CREDIT_UNKNOWN: Reason.WALLET_CLOSED,
    Result.DEBIT_CLOSED: Reason.WALLET_CLOSED,
    Result.CREDIT_CLOSED: Reason.WALLET_CLOSED,
    Result.ABOVE_CEILING: Reason.BALANCE_LIMIT,
    Result.COUNTER_EXCEEDED: Reason.WALLET_FROZEN,
}


def post(
    bank: Bank,
    order: CardOrder,
    *transfers: Transfer,
    row: Row | None = None,
    halts: Counter | None = None,
) -> str:
    """Post a chain; return an empty text if it posted, else the reason.

    Args:
        halts: the condition that the wallet was not frozen since it was looked at.

    Raises BooksUnavailable when it is not known.
    """
    rows, counters = () if row is None else (row,), () if halts is None else (halts,)
    try:
        answers = bank.ledger.post(*transfers, counters=counters, rows=rows)
    except (LedgerUnavailable, LedgerBusy) as error:
        raise BooksUnavailable from error
    refused = [answer.result for answer in answers if not answer.ok]
    # The one that broke the chain says why; the others only that it was broken.
    return _reason(order, min(refused)) if refused else ""


def post_surely(bank: Bank, order: CardOrder, *transfers: Transfer, row: Row | None = None) -> None:
    """Post a chain that nothing can refuse: it ends our own hold, and bank accounts have no floor.

    Raises BooksUnavailable.
    """
    refused = post(bank, order, *transfers, row=row)
    assert not refused, f"order {order.id}: {refused}"


def hold(order: CardOrder, ceiling: int | None) -> Transfer:
    """Return what sets the amount aside before the bank is asked."""
    return _digital(order, order.id, TransferKind.HOLD, ceiling)


def commit(order: CardOrder, ceiling: int | None) -> Transfer:
    """Return what moves the amount when the bank has done its part."""
    return _digital(order, derived_id(Word.FUNDING_COMMIT, order.id), TransferKind.COMMIT, ceiling)


def void(order: CardOrder) -> Transfer:
    """Return what lets the amount go."""
    return _digital(order, derived_id(Word.FUNDING_VOID, order.id), TransferKind.VOID, None)


def deposit(order: CardOrder, word: Word = Word.FUNDING_DEPOSIT) -> Transfer:
    """Return what the bank has done, on the deposit side.

    A transfer that was refused with its chain stays refused, so another chain's has another word.
    """
    customers = operator_account(order.operator_id, AccountCode.BANK_CUSTOMERS)
    ours = operator_account(order.operator_id, AccountCode.AT_BANK)
    debit, credit = (customers, ours) if order.kind.fills_wallet else (ours, customers)
    return Transfer(
        derived_id(word, order.id), debit, credit, order.amount, TransferCode.DEPOSIT_LEG,
        reference=order.id.bytes,
    )  # fmt: skip


def into_wallet(order: CardOrder) -> Transfer:
    """Return what gives the wallet the money that no card took; it knows no limit."""
    assert order.kind is OrderKind.RETURN
    return _digital(order, order.id, TransferKind.POST, None)


def _digital(order: CardOrder, id_: UUID, kind: TransferKind, ceiling: int | None) -> Transfer:
    vault = operator_account(order.operator_id, AccountCode.VAULT)
    saves = order.kind is OrderKind.SAVE
    debit, credit = (order.wallet_id, vault) if saves else (vault, order.wallet_id)
    ends = kind in (TransferKind.COMMIT, TransferKind.VOID)
    return Transfer(
        id_, debit, credit, order.amount, _CODES[order.kind], kind,
        order.id if ends else None, order.id.bytes, ceiling,
    )  # fmt: skip


def _reason(order: CardOrder, result: Result) -> str:
    if result is Result.BELOW_FLOOR:
        saves = order.kind is OrderKind.SAVE
        return Reason.INSUFFICIENT_BALANCE if saves else Reason.VAULT_SHORT
    return _REASONS[result]
