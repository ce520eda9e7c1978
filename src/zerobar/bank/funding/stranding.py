"""Money that neither card nor wallet took: it is in the vault until staff has it tried again.

The card's bank and the ledger stay with what they said to an id, so trying again is another order,
whose id follows from the stranded one's: each stranded order is followed by one, however often and
by however many it is asked. Should that one strand as well, it is listed in its turn.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.funding import store
from zerobar.bank.funding.errors import NotStranded, OrderUnknown
from zerobar.bank.funding.model import CardOrder, OrderKind, OrderStatus
from zerobar.bank.funding.orders import LEASE, insert_once
from zerobar.bank.ids import Word, derived_id
from zerobar.database import Connection


def retry_id(order_id: UUID) -> UUID:
    """Return the id of the order that follows a stranded one."""
    return derived_id(Word.STRANDED_RETRY, order_id)


def follow_stranded(bank: Bank, connection: Connection, order_id: UUID) -> tuple[CardOrder, bool]:
    """Store the order that follows a stranded one; return it, and whether it is new.

    It is to be carried out after this transaction; the worker does it if nobody else does.

    Raises OrderUnknown or NotStranded.
    """
    stranded = store.leave_stranded(connection, order_id)
    if stranded is not None:
        return insert_once(connection, _following(bank, stranded))
    known = store.order(connection, order_id)
    if known is None or known.operator_id != bank.operator_id:
        raise OrderUnknown
    followed = store.order(connection, retry_id(order_id))
    if followed is None:
        raise NotStranded
    return followed, False


def _following(bank: Bank, stranded: CardOrder) -> CardOrder:
    assert stranded.kind is OrderKind.RETURN, "nothing else strands"
    now = bank.clock()
    return replace(
        stranded,
        id=retry_id(stranded.id),
        cause_id=stranded.id,
        status=OrderStatus.PENDING,
        reason="",
        moved=False,
        asked_at=now,
        ended_at=None,
        tries=0,
        next_try_at=now + LEASE,
    )
