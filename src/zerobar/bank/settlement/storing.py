"""Vouchers on their way into the database: a part of a batch in one transaction.

Vouchers are copied into a table of the connection's own, and from there one statement stores those
that are new and counts them in both purses' shadows. Rows are locked in the order of their keys,
vouchers before shadows, so that batches that are settled at once wait for each other and never
block each other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

from zerobar.bank.fraud.model import Finding, FraudTest, Signed
from zerobar.bank.settlement.arrivals import Arrival
from zerobar.bank.settlement.model import Reason
from zerobar.database import Connection
from zerobar.purse.messages import Kind, PurseClass

_KNOWN_TABLE: Final = """
    CREATE TEMP TABLE IF NOT EXISTS arriving_key (
        place integer, payer_id bytea, entry bigint, body bytea
    ) ON COMMIT DELETE ROWS
"""
_COPY_KEYS: Final = "COPY arriving_key FROM STDIN (FORMAT binary)"
_UNKNOWN: Final = """
    SELECT a.place FROM arriving_key a
    LEFT JOIN bank.voucher v ON v.payer_id = a.payer_id AND v.entry = a.entry
    WHERE v.body IS DISTINCT FROM a.body
"""
_ARRIVING_TABLE: Final = """
    CREATE TEMP TABLE IF NOT EXISTS arriving (
        place integer, payer_id bytea, entry bigint, kind smallint, payee_id bytea,
        amount_fen bigint, body bytea, signature bytea
    ) ON COMMIT DELETE ROWS
"""
_COPY: Final = "COPY arriving FROM STDIN (FORMAT binary)"
# A load or an ordinary payment only moves shadows and is open until a log shows its end; the rest
# is due to move money of the ledger. A request's number is bytes 22 to 25 of the voucher's body.
_STORE: Final = """
    WITH stored AS (
        INSERT INTO bank.voucher
            (payer_id, entry, kind, payee_id, amount_fen, body, signature, stored_at)
        SELECT payer_id, entry, kind, payee_id, amount_fen, body, signature, %(now)s
        FROM arriving ORDER BY payer_id, entry, place
        ON CONFLICT (payer_id, entry) DO NOTHING
        RETURNING payer_id, entry, kind, payee_id, amount_fen, body
    ), judged AS (
        SELECT s.payer_id, s.entry, s.payee_id,
            s.kind = ANY(%(posted)s) OR EXISTS (
                SELECT FROM bank.purse p WHERE p.purse_id = s.payee_id AND p.class = %(service)s
            ) AS is_due,
            ('x' || encode(substring(s.body from 23 for 4), 'hex'))::bit(32)::bigint AS number
        FROM stored s
    ), due AS (
        INSERT INTO bank.voucher_due (payer_id, entry)
        SELECT payer_id, entry FROM judged WHERE is_due
    ), open AS (
        INSERT INTO bank.voucher_open (payee_id, payer_id, entry, number)
        SELECT payee_id, payer_id, entry, number FROM judged WHERE NOT is_due
    ), moved AS (
        SELECT payer_id AS purse_id, amount_fen AS out_fen, 1 AS out_count, 0 AS in_fen,
               0 AS in_count
        FROM stored WHERE kind <> %(authorise)s
        UNION ALL
        SELECT payee_id, 0, 0, amount_fen, 1 FROM stored WHERE kind <> %(authorise)s
    ), shadowed AS (
        INSERT INTO bank.purse_shadow AS known (purse_id, out_fen, out_count, in_fen, in_count)
        SELECT purse_id, sum(out_fen), sum(out_count), sum(in_fen), sum(in_count)
        FROM moved GROUP BY purse_id ORDER BY purse_id
        ON CONFLICT (purse_id) DO UPDATE SET
            out_fen = known.out_fen + excluded.out_fen,
            out_count = known.out_count + excluded.out_count,
            in_fen = known.in_fen + excluded.in_fen,
            in_count = known.in_count + excluded.in_count
    )
    SELECT count(*) FROM stored
"""
# A statement of its own, so that it sees what another batch has stored meanwhile.
_FORKS: Final = """
    SELECT a.place, a.payer_id, a.entry, v.body, v.signature, a.body, a.signature
    FROM arriving a JOIN bank.voucher v ON v.payer_id = a.payer_id AND v.entry = a.entry
    WHERE v.body <> a.body ORDER BY a.payer_id, a.entry, a.place
"""
_REJECT: Final = """
    INSERT INTO bank.voucher_reject (raw_hash, reason, batch_hash, place, rejected_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_CERTIFY: Final = """
    INSERT INTO bank.payer_certificate (purse_id, certificate) VALUES (%s, %s)
    ON CONFLICT DO NOTHING
"""
_POSTED_KINDS: Final = [int(Kind.UNLOAD), int(Kind.PUSH), int(Kind.AUTHORISE)]

_COPY_HEAD: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_COPY_END: Final = b"\xff\xff"
_KEY_ROW: Final = struct.Struct(">h ii i8s iq i52s")
_ROW: Final = struct.Struct(">h ii i8s iq ih i8s iq i52s i64s")


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a part of a batch came to.

    Attributes:
        new: vouchers seen for the first time.
        forks: places of vouchers whose payer signed another body before.
        findings: both bodies of each fork, for the caller to flag their payers last.
    """

    new: int
    forks: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is rejected, by the hash of its bytes."""

    raw_hash: bytes
    reason: Reason
    place: int


def unknown_places(connection: Connection, arrivals: Sequence[Arrival]) -> set[int]:
    """Return the places of vouchers whose very body is not stored yet; in a transaction."""
    connection.execute(_KNOWN_TABLE)
    rows = (_KEY_ROW.pack(4, 4, a.place, 8, a.payer_id, 8, a.entry, 52, a.body) for a in arrivals)
    _copy(connection, _COPY_KEYS, rows)
    return {place for (place,) in connection.execute(_UNKNOWN)}


def store(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> Stored:
    """Store vouchers that their payers signed, in a transaction; known ones change nothing."""
    if not arrivals:
        return Stored(0)
    connection.execute(_ARRIVING_TABLE)
    _copy(connection, _COPY, map(_row, arrivals))
    row = connection.execute(
        _STORE,
        {
            "now": now,
            "posted": _POSTED_KINDS,
            "service": int(PurseClass.SERVICE),
            "authorise": int(Kind.AUTHORISE),
        },
    ).fetchone()
    assert row is not None
    (new,) = row
    return Stored(new) if new == len(arrivals) else _with_forks(connection, new)


def store_rejects(
    connection: Connection, rejects: Sequence[Rejected], batch_hash: bytes, now: datetime
) -> None:
    """Note what was rejected; the first reason that some bytes were given stays."""
    if rejects:
        ordered = sorted(rejects, key=lambda reject: reject.raw_hash)
        rows = [(r.raw_hash, r.reason, batch_hash, r.place, now) for r in ordered]
        connection.cursor().executemany(_REJECT, rows)


def store_certificates(connection: Connection, certificates: set[tuple[bytes, bytes]]) -> None:
    """Keep payers' certificates by purse id, to deliver their vouchers with."""
    if certificates:
        connection.cursor().executemany(_CERTIFY, sorted(certificates))


def _copy(connection: Connection, statement: LiteralString, rows: Iterable[bytes]) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(_COPY_HEAD + b"".join(rows) + _COPY_END)


def _row(a: Arrival) -> bytes:
    return _ROW.pack(
        8, 4, a.place, 8, a.payer_id, 8, a.entry, 2, a.kind, 8, a.payee_id, 8, a.amount_fen,
        52, a.body, 64, a.signature,
    )  # fmt: skip


def _with_forks(connection: Connection, new: int) -> Stored:
    found = connection.execute(_FORKS).fetchall()
    findings = tuple(
        Finding(payer_id, entry, FraudTest.TWO_BODIES, Signed(*first), Signed(*second))
        for _, payer_id, entry, first, second in (
            (place, payer_id, entry, bodies[:2], bodies[2:])
            for place, payer_id, entry, *bodies in found
        )
    )
    return Stored(new, frozenset(place for place, *_ in found), findings)
