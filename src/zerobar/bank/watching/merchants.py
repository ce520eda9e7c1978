"""Merchants as operations see them, and what is given back to their customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import MerchantLine, RefundLine, RefundState

_REFUNDS: Final = """
    SELECT refund_id, merchant_id, order_id, payment_id, number, amount_fen, reason, refused,
           asked_at, done_at, tries
    FROM bank.merchant_refund
    WHERE (%(state)s::text IS NULL OR %(state)s = CASE
               WHEN done_at IS NOT NULL THEN 'done' WHEN refused <> '' THEN 'refused'
               ELSE 'open' END)
      AND (%(after)s::uuid IS NULL OR (asked_at, refund_id) < (
          SELECT asked_at, refund_id FROM bank.merchant_refund WHERE refund_id = %(after)s))
    ORDER BY asked_at DESC, refund_id DESC LIMIT %(limit)s
"""
_MERCHANTS: Final = """
    SELECT m.merchant_id, m.wallet_id, m.name, m.category_code, m.opened_at, m.suspended_at,
        (SELECT count(*) FROM bank.shop s
         WHERE s.merchant_id = m.merchant_id AND s.closed_at IS NULL),
        (SELECT count(*) FROM bank.terminal t WHERE t.merchant_id = m.merchant_id
         AND t.enrolled_at IS NOT NULL AND t.revoked_at IS NULL),
        coalesce((SELECT e.balance_fen FROM ledger.entry e WHERE e.account_id = m.wallet_id
                  ORDER BY e.number DESC LIMIT 1), 0),
        (SELECT e.posted_at FROM ledger.entry e WHERE e.account_id = m.wallet_id
         AND e.amount_fen > 0 ORDER BY e.number DESC LIMIT 1),
        (SELECT count(*) FROM bank.merchant_refund r WHERE r.merchant_id = m.merchant_id
         AND r.done_at IS NULL AND r.refused = '')
    FROM bank.merchant m
    WHERE %(after)s::uuid IS NULL OR m.merchant_id > %(after)s
    ORDER BY m.merchant_id LIMIT %(limit)s
"""


def list_refunds(
    bank: Bank, session: StaffSession, state: RefundState | None, after: UUID | None, limit: int
) -> list[RefundLine]:
    """Return refunds, newest first; raises RoleMissing."""
    session.require(*ROLES)
    parameters = {"state": state and state.value, "after": after, "limit": limit}
    with bank.connection() as connection:
        return [_refund(row) for row in connection.execute(_REFUNDS, parameters)]


def list_merchants(
    bank: Bank, session: StaffSession, after: UUID | None, limit: int
) -> list[MerchantLine]:
    """Return merchants by id; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        rows = connection.execute(_MERCHANTS, {"after": after, "limit": limit})
        return [_merchant(row) for row in rows]


def _refund(row: tuple[Any, ...]) -> RefundLine:
    refund_id, merchant_id, order_id, payment_id, number, amount, reason, refused = row[:8]
    asked_at, done_at, tries = row[8:]
    return RefundLine(
        refund_id=refund_id,
        merchant_id=merchant_id,
        order_id=order_id,
        payment_id=payment_id,
        number=number,
        amount_fen=amount,
        reason=reason,
        state=_state(done_at, refused),
        refused=refused,
        asked_at=asked_at,
        done_at=done_at,
        tries=tries,
    )


def _state(done_at: datetime | None, refused: str) -> RefundState:
    if done_at is not None:
        return RefundState.DONE
    return RefundState.REFUSED if refused else RefundState.OPEN


def _merchant(row: tuple[Any, ...]) -> MerchantLine:
    merchant_id, wallet_id, name, category_code, opened_at, suspended_at = row[:6]
    shops, tills, balance, last_paid_at, open_refunds = row[6:]
    return MerchantLine(
        merchant_id=merchant_id,
        wallet_id=wallet_id,
        name=name,
        category_code=category_code,
        status="open" if suspended_at is None else "suspended",
        opened_at=opened_at,
        suspended_at=suspended_at,
        shops=shops,
        tills=tills,
        balance_fen=balance,
        last_paid_at=last_paid_at,
        open_refunds=open_refunds,
    )
