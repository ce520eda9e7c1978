"""What the rules must know about vouchers that move money, from one statement for many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from zerobar.bank.people.model import Category
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.model import Outcome
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
    SELECT d.attempt, d.ending, v.body || v.signature, o.outcome IS NOT NULL,
           p.status, b.purse_id IS NOT NULL, y.purse_id IS NOT NULL,
           p.wallet_id, w.operator_id, w.category, w.counted_as,
           w.frozen_at IS NOT NULL, w.closed_at IS NOT NULL,
           y.wallet_id, yw.operator_id, yw.category, yw.counted_as,
           coalesce(y.class = %(service)s, false), c.wallet_id,
           r.number, r.kind, r.amount_fen, r.currency, r.tag, r.reference
    FROM bank.voucher_due d
    JOIN bank.voucher v ON v.payer_id = d.payer_id AND v.entry = d.entry
    CROSS JOIN LATERAL (
        SELECT ('x' || encode(substring(v.body from 23 for 4), 'hex'))::bit(32)::bigint AS number
    ) n
    LEFT JOIN bank.voucher_outcome o ON o.payer_id = d.payer_id AND o.entry = d.entry
    LEFT JOIN bank.purse p ON p.purse_id = d.payer_id
    LEFT JOIN bank.purse_pay_out b ON b.purse_id = d.payer_id
    LEFT JOIN bank.wallet w ON w.wallet_id = p.wallet_id
    LEFT JOIN bank.purse y ON y.purse_id = v.payee_id
    LEFT JOIN bank.wallet yw ON yw.wallet_id = y.wallet_id
    LEFT JOIN bank.purse_charge c ON c.payee_id = v.payee_id AND c.number = n.number
    LEFT JOIN bank.hosted_request r ON r.payee_id = v.payee_id AND r.number = n.number
    WHERE d.waits_for IS NULL AND (d.payer_id, d.entry) > (%(payer_id)s, %(entry)s)
    ORDER BY d.payer_id, d.entry LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Holding:
    """A wallet that a purse or a hosted payee is linked to.

    Attributes:
        spender_id: under what its spending is counted.
    """

    wallet_id: UUID
    operator_id: UUID
    category: Category
    spender_id: UUID
    frozen: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A voucher that moves money, and all that is known about both sides.

    Attributes:
        attempt: how many times the ledger refused it before.
        ending: how it ends, if logs have decided that; None: it is judged by itself.
        decided: it has an outcome already.
        status: of the payer's purse; None: it is not registered here.
        is_paid_out: the payer's purse was lost, and what was in it was paid to its holder.
        is_payee_known: the payee is registered here, hosted or not.
        holder: the payer's wallet.
        owner: the wallet of the payee.
        is_hosted: the payee is hosted here.
        charged_wallet_id: which wallet paid for it, if an operator signed it for one.
        request: of the hosted payee, under the voucher's number.
    """

    voucher: Voucher
    attempt: int
    ending: Outcome | None
    decided: bool
    status: PurseStatus | None
    is_paid_out: bool
    is_payee_known: bool
    holder: Holding | None
    owner: Holding | None
    is_hosted: bool
    charged_wallet_id: UUID | None
    request: Request | None

    @property
    def payee(self) -> Holding | None:
        """The wallet of the payee, if it is hosted here."""
        return self.owner if self.is_hosted else None

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
    return [_due(row) for row in rows]


def _due(row: tuple[Any, ...]) -> Due:
    attempt, ending, raw, decided, status, is_paid_out, is_payee_known = row[:7]
    is_hosted, charged_wallet_id = row[17:19]
    voucher = Voucher.parse(raw)
    return Due(
        voucher,
        attempt,
        None if ending is None else Outcome(ending),
        decided,
        None if status is None else PurseStatus(status),
        is_paid_out,
        is_payee_known,
        _holding(*row[7:13]),
        _holding(*row[13:17]),
        is_hosted,
        charged_wallet_id,
        _request(voucher.payee_id, *row[19:]),
    )


def _holding(
    wallet_id: UUID | None,
    operator_id: UUID | None,
    category: int | None,
    counted_as: UUID | None,
    frozen: bool = False,
    closed: bool = False,
) -> Holding | None:
    if wallet_id is None:
        return None
    assert operator_id is not None and category is not None, "wallets are never deleted"
    spender_id = counted_as or wallet_id
    return Holding(wallet_id, operator_id, Category(category), spender_id, frozen, closed)


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
