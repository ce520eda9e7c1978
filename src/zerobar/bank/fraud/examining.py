"""Looking for cheats in what is stored: one voucher, log or statement against the other.

Called after what is new was committed, so that of two that contradict each other and come in at
the same time, whichever is later sees the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.fraud.flagging import flag
from zerobar.bank.fraud.model import NOTHING, Finding, FraudTest, Signed
from zerobar.database import Connection
from zerobar.database.arrays import Bigints, ByteStrings
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import EntryKind, Kind, PurseClass, VoidFlags

VoucherKey = tuple[bytes, int]
"""Payer id and entry."""
_HIGHEST_LIMIT: Final = 0xFFFFFFFF
"""What a card can be given; more than that is no limit."""

# From the keys on, one by one, so that it costs the same however many are stored. The chain that a
# voucher names is bytes 44 to 51 of its body.
_OTHER_LOG: Final = """
    SELECT v.payer_id, v.entry, h.state, v.body, v.signature
    FROM bank.purse_head h
    JOIN unnest(%(payers)s::bytea[], %(entries)s::bigint[]) k (payer_id, entry)
         ON k.payer_id = h.purse_id AND k.entry <= h.entry + 1
    CROSS JOIN LATERAL (
        SELECT payer_id, entry, body, signature FROM bank.voucher
        WHERE payer_id = k.payer_id AND entry = k.entry OFFSET 0
    ) v
    LEFT JOIN LATERAL (
        SELECT kind, content FROM bank.purse_log
        WHERE purse_id = k.payer_id AND entry = k.entry OFFSET 0
    ) l ON true
    WHERE h.purse_id = ANY(%(heads)s) AND h.state IS NOT NULL AND CASE
        WHEN v.entry <= h.entry THEN l.kind <> %(pay)s OR l.content <> v.body
        ELSE substring(v.body from 45 for 8) <> substring(h.chain for 8) END
    ORDER BY v.payer_id, v.entry
"""
# Whoever was put back to a backup does not know what it acknowledged after that: a purse is looked
# at again from the first acknowledgement that it has been given since.
_OVERSPENT: Final = """
    SELECT p.purse_id, x.entry
    FROM bank.purse p
    JOIN unnest(%(classes)s::smallint[], %(limits)s::bigint[]) c (class, limit_fen)
         ON c.class = p.class
    LEFT JOIN bank.purse_head h ON h.purse_id = p.purse_id
    CROSS JOIN LATERAL (
        SELECT max(v.entry) AS entry, sum(v.amount_fen) AS paid_fen FROM bank.voucher v
        WHERE v.payer_id = p.purse_id AND v.kind <> %(unload)s
          AND v.entry > coalesce(h.acknowledged, 0)
    ) x
    WHERE p.purse_id = ANY(%(payers)s) AND x.paid_fen > c.limit_fen
      AND NOT EXISTS (
          SELECT FROM bank.restoration r WHERE NOT EXISTS (
              SELECT FROM bank.purse_sync y WHERE y.purse_id = p.purse_id
              AND y.ack IS NOT NULL AND y.taken_at > r.restored_at))
    ORDER BY p.purse_id
"""
_SIGNED: Final = """
    SELECT h.state, v.body, v.signature FROM bank.voucher v
    LEFT JOIN bank.purse_head h ON h.purse_id = v.payer_id
    WHERE v.payer_id = %s AND v.entry = %s
"""
_CONTRADICTED: Final = """
    SELECT s.payee_id, l.entry, s.statement, h.state
    FROM bank.void_statement s
    JOIN bank.purse_log l ON l.purse_id = s.payee_id AND l.payer_id = s.payer_id
         AND l.payer_entry = s.payer_entry AND l.kind = %(credit)s
         AND substring(sha256(l.content) for 8) = s.voucher_hash
    JOIN bank.purse_head h ON h.purse_id = s.payee_id
    WHERE s.payee_id = ANY(%(payees)s) AND s.flags <> %(too_old)s
    ORDER BY s.payee_id, l.entry
"""


def examine(bank: Bank, keys: Sequence[VoucherKey], payees: Sequence[bytes] = ()) -> int:
    """Compare vouchers with their payers' logs and limits, and statements with payees' logs.

    Returns how many proofs were found; all are kept, and their purses flagged.
    """
    with bank.transaction() as connection:
        found = [*_other_log(connection, keys), *_overspent(connection, keys)]
        found += _contradicted(connection, payees)
        flag(connection, found, bank.clock())
    return len(found)


def set_value_out(
    connection: Connection, purse_class: PurseClass, fen: int, valid_from: datetime
) -> None:
    """Note what purses of a class are personalised with, if not with the protocol's limit.

    More than four bytes hold is no limit. The first that is noted for a moment stays.
    """
    connection.execute(
        "INSERT INTO bank.value_out_limit (class, valid_from, value_out_fen) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (purse_class, valid_from, fen),
    )


def _other_log(connection: Connection, keys: Sequence[VoucherKey]) -> list[Finding]:
    rows = connection.execute(
        _OTHER_LOG,
        {
            "payers": ByteStrings(payer_id for payer_id, _ in keys),
            "entries": Bigints(entry for _, entry in keys),
            "heads": ByteStrings({payer_id for payer_id, _ in keys}),
            "pay": int(EntryKind.PAY),
        },
    )
    return [
        Finding(payer_id, entry, FraudTest.OTHER_LOG, Signed.read(state), Signed(body, signature))
        for payer_id, entry, state, body, signature in rows
    ]


def _overspent(connection: Connection, keys: Sequence[VoucherKey]) -> list[Finding]:
    payers = ByteStrings(sorted({payer_id for payer_id, _ in keys}))
    highest = highest_value_out(connection)
    rows = connection.execute(
        _OVERSPENT,
        {
            "payers": payers,
            "classes": list(highest),
            "limits": list(highest.values()),
            "unload": int(Kind.UNLOAD),
        },
    )
    return [_overspending(connection, *found) for found in rows.fetchall()]


def _overspending(connection: Connection, payer_id: bytes, entry: int) -> Finding:
    """Return the proof: the state that was acknowledged, and the voucher that was too much."""
    row = connection.execute(_SIGNED, (payer_id, entry)).fetchone()
    assert row is not None, "vouchers are never deleted"
    state, body, signature = row
    first = NOTHING if state is None else Signed.read(state)
    return Finding(payer_id, entry, FraudTest.OVERSPENT, first, Signed(body, signature))


def highest_value_out(connection: Connection) -> dict[int, int]:
    """Return the highest limit of each class that was ever valid, of those that have one."""
    rows = connection.execute(
        "SELECT class, max(value_out_fen) FROM bank.value_out_limit GROUP BY class"
    ).fetchall()
    highest = {int(each): limits.value_out for each, limits in DEFAULT_LIMITS.items()}
    for each, fen in rows:
        highest[each] = max(fen, highest.get(each, 0))
    return {each: fen for each, fen in highest.items() if fen <= _HIGHEST_LIMIT}


def _contradicted(connection: Connection, payees: Sequence[bytes]) -> list[Finding]:
    rows = connection.execute(
        _CONTRADICTED,
        {
            "payees": list(payees),
            "credit": int(EntryKind.CREDIT),
            "too_old": int(VoidFlags.TOO_OLD),
        },
    )
    return [
        Finding(payee_id, entry, FraudTest.BROKEN_VOID, Signed.read(statement), Signed.read(state))
        for payee_id, entry, statement, state in rows
    ]
