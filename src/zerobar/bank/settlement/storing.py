"""Vouchers on their way into the database: a part of a batch in one transaction.

Many that are new are appended. For a few, or where somebody else has stored one of them meanwhile,
one statement stores those that are new and counts them in both purses' shadows. Both ways end the
same, and lock rows in the order of their keys, vouchers before shadows, so that batches that are
settled at once wait for each other and never block each other.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from psycopg.errors import UniqueViolation

from zerobar.bank.fraud.model import Finding, FraudTest, Signed
from zerobar.bank.settlement.appending import POSTED_KINDS, append
from zerobar.bank.settlement.arrivals import Arrival
from zerobar.bank.settlement.facts import VoucherKey
from zerobar.bank.settlement.model import Reason
from zerobar.database import Connection
from zerobar.database.arrays import Bigints, ByteStrings
from zerobar.purse.messages import Kind, PurseClass

# From the keys on, one by one, so that it costs the same however many are stored.
_UNKNOWN: Final = """
    SELECT k.place - 1, v.body IS NOT NULL
    FROM unnest(%s::bytea[], %s::bigint[], %s::bytea[])
         WITH ORDINALITY AS k (payer_id, entry, body, place)
    LEFT JOIN LATERAL (
        SELECT body FROM bank.voucher
        WHERE payer_id = k.payer_id AND entry = k.entry OFFSET 0
    ) v ON true
    WHERE v.body IS DISTINCT FROM k.body
"""
# A load or an ordinary payment only moves shadows and is open until a log shows its end; the rest
# is due to move money of the ledger. A request's number is bytes 22 to 25 of the voucher's body.
_STORE: Final = """
    WITH stored AS (
        INSERT INTO bank.voucher
            (payer_id, entry, kind, payee_id, amount_fen, body, signature, stored_at)
        SELECT payer_id, entry, kind, payee_id, amount_fen, body, signature, %(now)s
        FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[], %(bodies)s::bytea[],
                    %(kinds)s::bigint[], %(payees)s::bytea[], %(amounts)s::bigint[],
                    %(signatures)s::bytea[]) WITH ORDINALITY
             AS a (payer_id, entry, body, kind, payee_id, amount_fen, signature, place)
        ORDER BY payer_id, entry, place
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
_REJECT: Final = """
    INSERT INTO bank.voucher_reject (raw_hash, reason, batch_hash, place, rejected_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_CERTIFY: Final = """
    INSERT INTO bank.payer_certificate (purse_id, certificate) VALUES (%s, %s)
    ON CONFLICT DO NOTHING
"""
# A statement of its own, so that it sees what another batch has stored meanwhile.
_RIVALS: Final = """
    SELECT k.place - 1, v.body, v.signature
    FROM unnest(%s::bytea[], %s::bigint[], %s::bytea[])
         WITH ORDINALITY AS k (payer_id, entry, body, place)
    CROSS JOIN LATERAL (
        SELECT body, signature FROM bank.voucher
        WHERE payer_id = k.payer_id AND entry = k.entry OFFSET 0
    ) v
    WHERE v.body <> k.body
    ORDER BY k.payer_id, k.entry, k.place
"""
FEWEST_APPENDED: Final = 64
"""Fewer cost less when they are not copied into each of their tables."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a part of a batch came to.

    Attributes:
        new: vouchers seen for the first time.
        forks: places of vouchers whose payer signed another body before.
        findings: both bodies of each fork, for the caller to flag their payers last.
        places: of new vouchers of which it is known whether they are due to move money.
        due: those of them that are.
    """

    new: int
    forks: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()
    places: frozenset[int] = field(default=frozenset(), compare=False)
    due: tuple[VoucherKey, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is rejected, by the hash of its bytes."""

    raw_hash: bytes
    reason: Reason
    place: int


def unknown_places(connection: Connection, arrivals: Sequence[Arrival]) -> dict[int, bool]:
    """Return the places of vouchers whose very body is not stored yet, in order.

    True stands for those whose payer is known to have signed another body under the same key.
    """
    rows = connection.execute(_UNKNOWN, _columns(arrivals), binary=True)
    return {arrivals[at].place: is_rivalled for at, is_rivalled in rows}


def store(
    connection: Connection,
    arrivals: Sequence[Arrival],
    now: datetime,
    rivalled: Container[int] = (),
) -> Stored:
    """Store vouchers that their payers signed, in a transaction; known ones change nothing.

    Args:
        rivalled: places of those that cannot be new, for another body is stored under their key.
    """
    if len(arrivals) >= FEWEST_APPENDED:
        with suppress(UniqueViolation), connection.transaction():
            return _append(connection, arrivals, now, rivalled)
    return _store(connection, arrivals, now) if arrivals else Stored(0)


def _append(
    connection: Connection, arrivals: Sequence[Arrival], now: datetime, rivalled: Container[int]
) -> Stored:
    """Store the first voucher of each key that is not taken; the others are duplicates or forks."""
    first: dict[VoucherKey, Arrival] = {}
    others = [
        arrival
        for arrival in arrivals
        if arrival.place in rivalled or first.setdefault(_key(arrival), arrival) is not arrival
    ]
    due = append(connection, list(first.values()), now)
    return replace(
        _with_rivals(connection, len(first), others),
        places=frozenset(arrival.place for arrival in first.values()),
        due=tuple(map(_key, due)),
    )


def _with_rivals(connection: Connection, new: int, others: Sequence[Arrival]) -> Stored:
    if not others:
        return Stored(new)
    found = connection.execute(_RIVALS, _columns(others), binary=True).fetchall()
    forks = [(others[at], Signed(body, signature)) for at, body, signature in found]
    findings = tuple(
        Finding(a.payer_id, a.entry, FraudTest.TWO_BODIES, first, Signed(a.body, a.signature))
        for a, first in forks
    )
    return Stored(new, frozenset(a.place for a, _ in forks), findings)


def _store(connection: Connection, arrivals: Sequence[Arrival], now: datetime) -> Stored:
    row = connection.execute(
        _STORE,
        {
            **_whole(arrivals),
            "now": now,
            "posted": list(POSTED_KINDS),
            "service": int(PurseClass.SERVICE),
            "authorise": int(Kind.AUTHORISE),
        },
    ).fetchone()
    assert row is not None
    (new,) = row
    return Stored(new) if new == len(arrivals) else _with_rivals(connection, new, arrivals)


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


def _key(a: Arrival) -> VoucherKey:
    return a.payer_id, a.entry


def _columns(arrivals: Sequence[Arrival]) -> tuple[ByteStrings, Bigints, ByteStrings]:
    return (
        ByteStrings([a.payer_id for a in arrivals]),
        Bigints([a.entry for a in arrivals]),
        ByteStrings([a.body for a in arrivals]),
    )


def _whole(arrivals: Sequence[Arrival]) -> dict[str, object]:
    payers, entries, bodies = _columns(arrivals)
    return {
        "payers": payers,
        "entries": entries,
        "bodies": bodies,
        "kinds": Bigints([a.kind for a in arrivals]),
        "payees": ByteStrings([a.payee_id for a in arrivals]),
        "amounts": Bigints([a.amount_fen for a in arrivals]),
        "signatures": ByteStrings([a.signature for a in arrivals]),
    }
