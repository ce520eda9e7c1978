"""What the rules must know about vouchers that move money, from one statement for many.

One statement, so one moment: whoever freezes a wallet writes the table first and counts in the
ledger after that, so a wallet that is read as free comes with a count from before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people.model import Category
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.settlement.model import Outcome, Waiting
from zerobar.database import Connection
from zerobar.database.arrays import Bigints, ByteStrings
from zerobar.purse.messages import EntryKind, Kind, PurseClass, Request, Voucher
from zerobar.purse.money import Fen

MOST_AT_ONCE: Final = 1_000
VoucherKey = tuple[bytes, int]
"""Payer id and entry: what a voucher is known by."""
BEFORE_ALL: Final[VoucherKey] = (b"", -1)

# Keys are compared as rows, so that the next page begins right behind the last one's end. A
# request's number is bytes 22 to 25 of the voucher's body. A payer's funds are what its log, as far
# as it is held, leads to, less all that it is known to have paid behind that: its shadow says how
# much that is, if no log is held. A log that goes below zero proves nothing. What came from a cheat
# is tainted until the purse was acknowledged after it.
_DUE: Final = """
    SELECT d.attempt, d.ending, v.body || v.signature, o.outcome IS NOT NULL,
           p.status, b.purse_id IS NOT NULL, y.purse_id IS NOT NULL,
           p.wallet_id, w.operator_id, w.category, w.counted_as,
           w.frozen_at IS NOT NULL, w.closed_at IS NOT NULL,
           y.wallet_id, yw.operator_id, yw.category, yw.counted_as,
           coalesce(y.class = %(service)s, false), c.wallet_id,
           yw.frozen_at IS NOT NULL OR ym.suspended_at IS NOT NULL,
           coalesce(wh.total, 0), coalesce(yh.total, 0),
           p.class, p.flagged_at IS NOT NULL, y.flagged_at IS NOT NULL, x.payer_id IS NOT NULL,
           coalesce(h.funds_fen, 0) - coalesce(known.paid_fen, 0),
           coalesce(l.content = v.body AND l.funds_fen >= 0, false),
           v.kind = %(unload)s AND EXISTS (
               SELECT FROM bank.purse_log t WHERE t.purse_id = d.payer_id AND t.kind = %(credit)s
               AND t.entry > coalesce(h.acknowledged, 0) AND EXISTS (
                   SELECT FROM bank.fraud_case f WHERE f.purse_id = t.payer_id)),
           CASE WHEN ym.webhook_url IS NOT NULL THEN ym.merchant_id END,
           r.number, r.kind, r.amount_fen, r.currency, r.tag, r.reference
    FROM {due}
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
         AND substring(c.request from 2)
             = substring(v.body from 2 for 1) || substring(v.body from 15 for 30)
    LEFT JOIN bank.hosted_request r ON r.payee_id = v.payee_id AND r.number = n.number
    LEFT JOIN bank.merchant ym ON ym.wallet_id = y.wallet_id
    LEFT JOIN bank.voucher_release x ON x.payer_id = d.payer_id AND x.entry = d.entry
    LEFT JOIN bank.purse_head h ON h.purse_id = d.payer_id
    LEFT JOIN bank.purse_log l ON l.purse_id = d.payer_id AND l.entry = d.entry
         AND l.kind = %(pay)s
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN EXISTS (SELECT FROM bank.operator_log g WHERE g.purse_id = d.payer_id) THEN 0
            WHEN coalesce(h.entry, 0) = 0 THEN (
                SELECT out_fen FROM bank.purse_shadow w WHERE w.purse_id = d.payer_id)
            ELSE (
                SELECT coalesce(sum(s.amount_fen), 0)::bigint FROM bank.voucher s
                WHERE s.payer_id = d.payer_id AND s.entry > h.entry AND s.kind <> %(authorise)s)
            END AS paid_fen
    ) known
    LEFT JOIN LATERAL (
        SELECT total FROM ledger.counter
        WHERE key = p.wallet_id AND period = 0 ORDER BY number DESC LIMIT 1
    ) wh ON true
    LEFT JOIN LATERAL (
        SELECT total FROM ledger.counter
        WHERE key = y.wallet_id AND period = 0 ORDER BY number DESC LIMIT 1
    ) yh ON true
    WHERE d.waits_for {waits} AND (d.payer_id, d.entry) > (%(payer_id)s, %(entry)s)
      AND (%(ids)s::bytea[] IS NULL OR d.payer_id = ANY(%(ids)s) OR v.payee_id = ANY(%(ids)s))
    ORDER BY d.payer_id, d.entry LIMIT %(most)s
"""

_OF_ALL: Final = _DUE.format(due="bank.voucher_due d", waits="IS NULL")
# From the keys on, one by one: few are due now and then, and soon after many, so what the server
# believes about that table says nothing.
_KEYS: Final = """(SELECT DISTINCT * FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[]))
        AS k (payer_id, entry)
    CROSS JOIN LATERAL (
        SELECT * FROM bank.voucher_due
        WHERE payer_id = k.payer_id AND entry = k.entry OFFSET 0
    ) d"""
_OF_KEYS: Final = _DUE.format(due=_KEYS, waits="IS NULL")
_LACKING: Final = _DUE.format(due=_KEYS, waits="= %(top_up)s")
_DUE_OF: Final = """
    SELECT d.payer_id, d.entry
    FROM unnest(%s::bytea[], %s::bigint[]) AS k (payer_id, entry)
    CROSS JOIN LATERAL (
        SELECT payer_id, entry FROM bank.voucher_due
        WHERE payer_id = k.payer_id AND entry = k.entry AND waits_for IS NULL OFFSET 0
    ) d
    ORDER BY d.payer_id, d.entry
"""


class Holding(msgspec.Struct, frozen=True, gc=False):
    """A wallet that a purse or a hosted payee is linked to.

    Attributes:
        spender_id: under what its spending is counted.
        frozen: it takes part in nothing now; a merchant's also when that is suspended.
        halts: how often that has happened.
    """

    wallet_id: UUID
    operator_id: UUID
    category: Category
    spender_id: UUID
    frozen: bool = False
    closed: bool = False
    halts: int = 0


class Backing(msgspec.Struct, frozen=True, gc=False):
    """Whether a voucher's payer can have had the money, by what is known of it.

    Attributes:
        purse_class: of the payer; None: it is not registered here.
        funds_fen: what is known to be left in the payer, this voucher and all others paid; below
            zero: so much of it is not known.
        is_proved: the payer's signed log holds this voucher, and had the money for it.
        is_tainted: the payer has credited money of a proved cheat, and was not acknowledged since.
    """

    purse_class: PurseClass | None
    funds_fen: int
    is_proved: bool
    is_tainted: bool


class Due(msgspec.Struct, frozen=True, gc=False):
    """A voucher that moves money, and all that is known about both sides.

    Attributes:
        key: what the voucher is known by.
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
        backing: of the voucher by what its payer had.
        is_payer_flagged, is_payee_flagged: it was proved to cheat.
        is_released: two of the risk officers let this voucher's money go.
        told_id: the payee's merchant, if its server wants to be told; None: nobody is.
    """

    voucher: Voucher
    key: VoucherKey
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
    backing: Backing
    is_payer_flagged: bool
    is_payee_flagged: bool
    is_released: bool
    told_id: UUID | None

    @property
    def payee(self) -> Holding | None:
        """The wallet of the payee, if it is hosted here."""
        return self.owner if self.is_hosted else None


def reference_of(due: Due) -> bytes:
    """Return what the ledger notes of a voucher: its payer's id and its entry, as in its body."""
    return due.voucher.payer_id + due.voucher.entry.to_bytes(4)


def transfer_id(due: Due) -> UUID:
    """Return the id that moves a voucher's money: the same however often it is tried.

    A refusal stays refused under its id, so whoever tries again after one counts its attempts.
    That money still moves only once is certain by the outcome's key.
    """
    return voucher_transfer_id(due.key, due.attempt)


def voucher_transfer_id(key: VoucherKey, attempt: int = 0) -> UUID:
    """Return the id that moves a voucher's money, by how often the ledger has refused it."""
    payer_id, entry = key
    return derived_id(Word.VOUCHER, payer_id.hex(), entry, attempt)


def key_columns(keys: Iterable[VoucherKey]) -> tuple[ByteStrings, Bigints]:
    """Return payer ids and entries, each as an array that a statement takes."""
    payers, entries = tuple(zip(*keys, strict=True)) or ((), ())
    return ByteStrings(payers), Bigints(entries)


def due_of(connection: Connection, keys: Sequence[VoucherKey]) -> list[VoucherKey]:
    """Return which of these vouchers are due now, by payer id and entry."""
    return connection.execute(_DUE_OF, key_columns(set(keys)), binary=True).fetchall()


def read_due(
    connection: Connection,
    after: VoucherKey,
    purse_ids: Sequence[bytes] | None = None,
    keys: Sequence[VoucherKey] | None = None,
) -> list[Due]:
    """Return the next vouchers that are due, by payer id and entry, at most 1,000.

    Args:
        connection: to the bank's tables.
        after: the last one of the page before.
        purse_ids: only those of these payers or payees; None: of all.
        keys: only these, at most 1,000; None: all.
    """
    assert keys is None or len(keys) <= MOST_AT_ONCE
    statement = _OF_ALL if keys is None else _OF_KEYS
    asked = _parameters(after, purse_ids, keys or ())
    return [_due(row) for row in _read(connection, statement, asked)]


def read_lacking(connection: Connection, key: VoucherKey) -> Due | None:
    """Return an authorisation that waits for a bank card, as things stand now."""
    rows = _read(connection, _LACKING, _parameters(BEFORE_ALL, None, [key]))
    return _due(rows[0]) if rows else None


def _read(
    connection: Connection, statement: LiteralString, asked: dict[str, object]
) -> list[tuple[Any, ...]]:
    with connection.transaction():
        # Joined in the order in which it is written: looking for another takes as long as reading.
        connection.execute("SET LOCAL join_collapse_limit = 1")
        return connection.execute(statement, asked, binary=True).fetchall()


def _parameters(
    after: VoucherKey, purse_ids: Sequence[bytes] | None, keys: Sequence[VoucherKey]
) -> dict[str, object]:
    payer_id, entry = after
    payers, entries = key_columns(keys)
    return {
        "service": int(PurseClass.SERVICE),
        "payer_id": payer_id,
        "entry": entry,
        "most": MOST_AT_ONCE,
        "ids": None if purse_ids is None else list(purse_ids),
        "payers": payers,
        "entries": entries,
        "unload": int(Kind.UNLOAD),
        "authorise": int(Kind.AUTHORISE),
        "pay": int(EntryKind.PAY),
        "credit": int(EntryKind.CREDIT),
        "top_up": int(Waiting.TOP_UP),
    }


def _due(row: tuple[Any, ...]) -> Due:
    attempt, ending, raw, decided, status, is_paid_out, is_payee_known = row[:7]
    is_hosted, charged_wallet_id, is_owner_frozen, holder_halts, owner_halts = row[17:22]
    purse_class, is_payer_flagged, is_payee_flagged, is_released, *backing = row[22:29]
    told_id, *request = row[29:]
    voucher = Voucher.parse(raw)
    return Due(
        voucher,
        (voucher.payer_id, voucher.entry),
        attempt,
        None if ending is None else Outcome(ending),
        decided,
        None if status is None else PurseStatus(status),
        is_paid_out,
        is_payee_known,
        _holding(*row[7:13], holder_halts),
        _holding(*row[13:17], is_owner_frozen, False, owner_halts),
        is_hosted,
        charged_wallet_id,
        _request(voucher.payee_id, *request),
        Backing(None if purse_class is None else PurseClass(purse_class), *backing),
        is_payer_flagged,
        is_payee_flagged,
        is_released,
        told_id,
    )


def _holding(
    wallet_id: UUID | None,
    operator_id: UUID | None,
    category: int | None,
    counted_as: UUID | None,
    *state: Any,
) -> Holding | None:
    if wallet_id is None:
        return None
    assert operator_id is not None and category is not None, "wallets are never deleted"
    spender_id = counted_as or wallet_id
    return Holding(wallet_id, operator_id, Category(category), spender_id, *state)


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
