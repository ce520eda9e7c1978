"""What the rules must know about vouchers that move money, from one statement for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.bank.people.model import Category
from zerobar.bank.purses.model import PurseStatus
from zerobar.database import Connection
from zerobar.purse.messages import Kind, PurseClass, Request, Voucher
from zerobar.purse.money import Fen

MOST_AT_ONCE: Final = 1_000
VoucherKey = tuple[bytes, int]
"""Payer id and entry: what a voucher is known by."""
BEFORE_ALL: Final[VoucherKey] = (b"", -1)

# Keys are compared as rows, so that the next page begins right behind the last one's end. A
# request's number is bytes 22 to 25 of the voucher's body.
_DUE: Final = """
    SELECT d.attempt, v.body || v.signature, o.outcome IS NOT NULL,
           p.status, p.wallet_id, w.operator_id, w.category,
           w.frozen_at IS NOT NULL, w.closed_at IS NOT NULL,
           h.wallet_id, hw.operator_id, hw.category,
           r.number, r.kind, r.amount_fen, r.currency, r.tag, r.reference
    FROM bank.voucher_due d
    JOIN bank.voucher v ON v.payer_id = d.payer_id AND v.entry = d.entry
    LEFT JOIN bank.voucher_outcome o ON o.payer_id = d.payer_id AND o.entry = d.entry
    LEFT JOIN bank.purse p ON p.purse_id = d.payer_id
    LEFT JOIN bank.wallet w ON w.wallet_id = p.wallet_id
    LEFT JOIN bank.purse h ON h.purse_id = v.payee_id AND h.class = %(service)s
    LEFT JOIN bank.wallet hw ON hw.wallet_id = h.wallet_id
    LEFT JOIN bank.hosted_request r ON r.payee_id = v.payee_id
         AND r.number = ('x' || encode(substring(v.body from 23 for 4), 'hex'))::bit(32)::bigint
    WHERE d.waits_for IS NULL AND (d.payer_id, d.entry) > (%(payer_id)s, %(entry)s)
    ORDER BY d.payer_id, d.entry LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A wallet that a purse or a hosted payee is linked to."""

    wallet_id: UUID
    operator_id: UUID
    category: Category
    frozen: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A voucher that moves money, and all that is known about both sides.

    Attributes:
        attempt: how many times the ledger refused it before.
        decided: it has an outcome already.
        status: of the payer's purse; None: it is not registered here.
        holder: the payer's wallet.
        payee: the wallet of the payee, if it is hosted here.
        request: of the hosted payee, under the voucher's number.
    """

    voucher: Voucher
    attempt: int
    decided: bool
    status: PurseStatus | None
    holder: Holding | None
    payee: Holding | None
    request: Request | None

    @property
    def key(self) -> VoucherKey:
        """What the voucher is known by."""
        return self.voucher.payer_id, self.voucher.entry


def read_due(connection: Connection, after: VoucherKey) -> list[Due]:
    """Return the next vouchers that are due, by payer id and entry, at most 1,000."""
    payer_id, entry = after
    rows = connection.execute(
        _DUE,
        {
            "service": int(PurseClass.SERVICE),
            "payer_id": payer_id,
            "entry": entry,
            "most": MOST_AT_ONCE,
        },
    )
    return [_due(*row) for row in rows]


def _due(attempt: int, raw: bytes, decided: bool, status: int | None, *sides: Any) -> Due:
    voucher = Voucher.parse(raw)
    holder, payee, request = sides[:5], sides[5:8], sides[8:]
    return Due(
        voucher,
        attempt,
        decided,
        None if status is None else PurseStatus(status),
        _holding(*holder),
        _holding(*payee),
        _request(voucher.payee_id, *request),
    )


def _holding(
    wallet_id: UUID | None,
    operator_id: UUID | None,
    category: int | None,
    frozen: bool = False,
    closed: bool = False,
) -> Holding | None:
    if wallet_id is None:
        return None
    assert operator_id is not None and category is not None, "wallets are never deleted"
    return Holding(wallet_id, operator_id, Category(category), frozen, closed)


def _request(payee_id: bytes, number: int | None, *terms: Any) -> Request | None:
    if number is None:
        return None
    kind, amount, currency, tag, reference = terms
    return Request(
        kind=Kind(kind),
        payee_id=payee_id,
        number=number,
        amount=Fen(amount),
        currency=currency,
        tag=tag,
        reference=reference,
    )
