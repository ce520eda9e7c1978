"""Lists of vouchers that somebody has to look after, and all of them that are on their way.

Whoever reads a list or a voucher's life is written down; figures of all tell of nobody.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.settlement import Life, life_of
from zerobar.bank.settlement.model import Outcome
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.naming import kind_name, outcome_name, waits_for_name
from zerobar.client.console import FlightAge, InFlight, VoucherLine, VoucherList
from zerobar.database import Connection

ROLES: Final = (Role.OPERATIONS, Role.RISK)
AGES_H: Final = (0, 1, 24, 72, 168, 720)
"""Where spans of age begin, in hours."""

_COLUMNS: Final = """
    SELECT v.payer_id, v.entry, v.payee_id, v.kind, v.amount_fen, v.stored_at, o.outcome,
           o.decided_at, {waits_for}, {delivered}
"""
_OLDEST_FIRST: Final = """
    AND (%(payer)s::bytea IS NULL OR (v.stored_at, v.payer_id, v.entry) > (
        SELECT stored_at, payer_id, entry FROM bank.voucher
        WHERE payer_id = %(payer)s AND entry = %(entry)s))
    ORDER BY v.stored_at, v.payer_id, v.entry LIMIT %(limit)s
"""
_UNDELIVERED: Final = (
    _COLUMNS.format(waits_for="NULL::smallint", delivered="w.delivered")
    + """
    FROM bank.voucher_open w JOIN bank.voucher v USING (payer_id, entry)
    LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
    WHERE o.outcome IS NULL AND NOT EXISTS (
        SELECT FROM bank.purse_log l WHERE l.purse_id = w.payee_id AND l.number = w.number
        AND l.kind IN (2, 3))
    """
    + _OLDEST_FIRST
)
_DUE: Final = (
    _COLUMNS.format(waits_for="w.waits_for", delivered="NULL::smallint")
    + """
    FROM bank.voucher_due w JOIN bank.voucher v USING (payer_id, entry)
    LEFT JOIN bank.voucher_outcome o USING (payer_id, entry)
    WHERE o.outcome IS NULL
    """
    + _OLDEST_FIRST
)
_ENDED: Final = (
    _COLUMNS.format(  # noqa: S608 - all of it is written here
        waits_for="NULL::smallint", delivered="NULL::smallint"
    )
    + """
    FROM bank.voucher_outcome o JOIN bank.voucher v USING (payer_id, entry)
    WHERE o.outcome = ANY(%(outcomes)s) AND o.outcome IN (3, 4, 5)
      AND (%(payer)s::bytea IS NULL OR (o.decided_at, o.payer_id, o.entry) < (
        SELECT decided_at, payer_id, entry FROM bank.voucher_outcome
        WHERE payer_id = %(payer)s AND entry = %(entry)s))
    ORDER BY o.decided_at DESC, o.payer_id DESC, o.entry DESC LIMIT %(limit)s
    """
)
_QUERIES: Final = {
    VoucherList.UNDELIVERED: (_UNDELIVERED, ()),
    VoucherList.DUE: (_DUE, ()),
    VoucherList.DECLINED: (_ENDED, (Outcome.DECLINED,)),
    VoucherList.RETURNED: (_ENDED, (Outcome.REDIRECTED, Outcome.REFUNDED)),
}
_IN_FLIGHT: Final = """
    WITH flying AS (
        SELECT payer_id, entry, false AS is_due FROM bank.voucher_open
        UNION ALL
        SELECT payer_id, entry, true FROM bank.voucher_due
    )
    SELECT width_bucket(greatest(extract(epoch FROM %(now)s - v.stored_at) / 3600, 0),
                        %(ages)s::numeric[]),
           count(*), sum(v.amount_fen)::bigint, count(*) FILTER (WHERE f.is_due),
           coalesce(sum(v.amount_fen) FILTER (WHERE f.is_due), 0)::bigint, min(v.stored_at)
    FROM flying f JOIN bank.voucher v USING (payer_id, entry)
    WHERE NOT EXISTS (
        SELECT FROM bank.voucher_outcome o WHERE o.payer_id = v.payer_id AND o.entry = v.entry)
    GROUP BY 1
"""
_PADDING: Final = bytes(4)


def list_vouchers(
    bank: Bank, session: StaffSession, which: VoucherList, after: UUID | None, limit: int
) -> list[VoucherLine]:
    """Return a list of vouchers; after: the `place_of` the last one. Raises RoleMissing."""
    session.require(*ROLES)
    query, outcomes = _QUERIES[which]
    parameters = {
        "payer": None if after is None else after.bytes[:8],
        "entry": None if after is None else int.from_bytes(after.bytes[8:12]),
        "outcomes": [int(outcome) for outcome in outcomes],
        "limit": limit,
    }
    with bank.transaction() as connection:
        rows = connection.execute(query, parameters).fetchall()
        audit.append(bank, connection, session.staff_id, "list-vouchers", which=which.value)
    return [_line(row) for row in rows]


def read_life(bank: Bank, session: StaffSession, payer_id: bytes, entry: int) -> Life:
    """Return what is known of a voucher; raises RoleMissing or VoucherUnknown."""
    session.require(*ROLES)
    life = life_of(bank, payer_id, entry)
    with bank.transaction() as connection:
        audit.append(
            bank, connection, session.staff_id, "read-voucher", payer_id=payer_id.hex(), entry=entry
        )
    return life


def place_of(line: VoucherLine) -> UUID:
    """Return what a list goes on after: payer and entry, as one id."""
    return UUID(bytes=bytes.fromhex(line.payer_id) + line.entry.to_bytes(4) + _PADDING)


def in_flight(bank: Bank, session: StaffSession) -> InFlight:
    """Return all vouchers without an outcome, by how long ago they came in; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        return flying(connection, bank.clock())


def flying(connection: Connection, now: datetime) -> InFlight:
    """Return all vouchers without an outcome, by how long ago they came in."""
    rows = connection.execute(_IN_FLIGHT, {"now": now, "ages": list(AGES_H)}).fetchall()
    found = {span: tuple(figures) for span, *figures, _ in rows}
    ages = [_age(place, found) for place in range(len(AGES_H))]
    return InFlight(
        at=now,
        count=sum(age.count for age in ages),
        amount_fen=sum(age.amount_fen for age in ages),
        oldest_at=min((row[-1] for row in rows), default=None),
        ages=ages,
    )


def _age(place: int, found: dict[int, tuple[int, ...]]) -> FlightAge:
    count, amount, due, due_fen = found.get(place + 1, (0, 0, 0, 0))
    is_last = place + 1 == len(AGES_H)
    return FlightAge(
        from_h=AGES_H[place],
        to_h=None if is_last else AGES_H[place + 1],
        count=count,
        amount_fen=amount,
        due_count=due,
        due_fen=due_fen,
    )


def _line(row: tuple[Any, ...]) -> VoucherLine:
    payer_id, entry, payee_id, kind, amount, stored_at, outcome, decided_at, waits, sent = row
    return VoucherLine(
        payer_id=payer_id.hex(),
        entry=entry,
        payee_id=payee_id.hex(),
        kind=kind_name(kind),
        amount_fen=amount,
        stored_at=stored_at,
        outcome=outcome_name(outcome),
        decided_at=decided_at,
        waits_for=waits_for_name(waits),
        delivered=sent,
    )
