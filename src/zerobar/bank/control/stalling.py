"""Purses that are acknowledged no more, because they took a proved cheat's money."""

from __future__ import annotations

from typing import Any, Final

from zerobar.bank.context import Bank
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.naming import AMOUNT_OF_CONTENT, class_name
from zerobar.client.console_risk import StalledPurse, StalledPurses
from zerobar.purse.messages import EntryKind

MOST: Final = 200
# What two officers released counts as taken in good faith, and so does what was acknowledged.
_STALLED: Final = f"""
    WITH taken AS (
        SELECT l.purse_id, count(*) AS many, sum({AMOUNT_OF_CONTENT})::bigint AS amount_fen,
               array_agg(DISTINCT l.payer_id) AS cheats
        FROM bank.purse_log l
        JOIN bank.purse_head h ON h.purse_id = l.purse_id
        WHERE l.kind = %(credit)s
          AND l.payer_id IN (SELECT purse_id FROM bank.fraud_case)
          AND l.entry > greatest(h.acknowledged, (
              SELECT max(r.entry) FROM bank.taint_release r WHERE r.purse_id = l.purse_id))
          AND (%(purse)s::bytea IS NULL OR l.purse_id = %(purse)s)
        GROUP BY l.purse_id
    ), refused AS (
        SELECT y.purse_id, count(*) AS syncs, min(y.taken_at) AS since
        FROM bank.purse_sync y JOIN taken USING (purse_id)
        WHERE y.ack IS NULL AND y.taken_at > coalesce((
            SELECT max(a.taken_at) FROM bank.purse_sync a
            WHERE a.purse_id = y.purse_id AND a.ack IS NOT NULL), '-infinity')
        GROUP BY y.purse_id
    )
    SELECT t.purse_id, p.class, p.wallet_id, t.many, t.amount_fen, t.cheats, r.syncs, r.since
    FROM taken t JOIN refused r USING (purse_id) JOIN bank.purse p USING (purse_id)
    ORDER BY r.syncs DESC, t.purse_id LIMIT %(most)s
"""  # noqa: S608 - a constant of this package


def list_stalled(bank: Bank, session: StaffSession, purse_id: bytes | None = None) -> StalledPurses:
    """Return purses that synced and were not acknowledged, those that tried most often first.

    One that has just taken such money is among them until its next sync, by which it knows of the
    cheat. Raises RoleMissing.

    Args:
        purse_id: only this one, if it is such a purse.
    """
    session.require(Role.RISK)
    wanted = {"credit": int(EntryKind.CREDIT), "purse": purse_id, "most": MOST}
    with bank.connection() as connection:
        rows = connection.execute(_STALLED, wanted).fetchall()
    return StalledPurses(items=[_show(row) for row in rows])


def _show(row: tuple[Any, ...]) -> StalledPurse:
    purse_id, purse_class, wallet_id, many, amount, cheats, syncs, since = row
    return StalledPurse(
        purse_id=purse_id.hex(),
        purse_class=class_name(purse_class),
        wallet_id=wallet_id,
        credits=many,
        amount_fen=amount,
        cheats=[cheat.hex() for cheat in cheats],
        syncs=syncs,
        since=since,
    )
