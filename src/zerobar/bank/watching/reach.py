"""The blocklist, and how far it has come: which version how many purses have been told.

What a purse has is known from its last acknowledged sync; it may have heard more from other cards
since. One that has the newest blocked id misses nothing, though newer, empty versions exist.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.naming import class_name
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import BlockedShown, BlocklistOverview, ReachShown
from zerobar.database import Connection
from zerobar.purse.messages import PurseClass, class_block_id

MOST_VERSIONS: Final = 50
_SUMMARY: Final = """
    SELECT coalesce(max(epoch), 0), max(added_at), count(blocked_id),
           coalesce(max(epoch) FILTER (WHERE blocked_id IS NOT NULL), 0)
    FROM bank.blocklist
"""
_REACH: Final = """
    WITH reached AS (
        SELECT coalesce(h.epoch, 0) AS epoch, count(*) AS purses
        FROM bank.purse p LEFT JOIN bank.purse_head h USING (purse_id)
        WHERE p.status <> %(closed)s AND p.class = ANY(%(classes)s) GROUP BY 1
    )
    SELECT r.epoch, b.added_at, r.purses, sum(r.purses) OVER ()::bigint,
           coalesce(sum(r.purses) FILTER (WHERE r.epoch >= %(needed)s) OVER (), 0)::bigint
    FROM reached r LEFT JOIN bank.blocklist b USING (epoch)
    ORDER BY r.epoch DESC LIMIT %(most)s
"""
_IDS: Final = """
    SELECT epoch, blocked_id, added_at FROM bank.blocklist
    WHERE blocked_id IS NOT NULL AND (%(before)s::bigint IS NULL OR epoch < %(before)s)
    ORDER BY epoch DESC LIMIT %(limit)s
"""
HELD_CLASSES: Final = (PurseClass.PERSON, PurseClass.ANONYMOUS, PurseClass.MERCHANT)
"""Classes of purses that somebody carries, and that therefore have to be told."""
_CLASS_OF_ID: Final = {class_block_id(each): each for each in HELD_CLASSES}


def read_blocklist(bank: Bank, session: StaffSession) -> BlocklistOverview:
    """Return how far the blocklist has come; reads every purse. Raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        return blocklist_overview(connection)


def blocklist_overview(connection: Connection) -> BlocklistOverview:
    """Return how far the blocklist has come; reads every purse."""
    summary = connection.execute(_SUMMARY).fetchone()
    assert summary is not None
    epoch, made_at, blocked, needed = summary
    parameters = {
        "closed": int(PurseStatus.CLOSED),
        "classes": [int(each) for each in HELD_CLASSES],
        "needed": needed,
        "most": MOST_VERSIONS,
    }
    rows = connection.execute(_REACH, parameters).fetchall()
    return BlocklistOverview(
        epoch=epoch,
        made_at=made_at,
        blocked=blocked,
        purses=rows[0][3] if rows else 0,
        up_to_date=rows[0][4] if rows else 0,
        reach=[ReachShown(epoch=row[0], made_at=row[1], purses=row[2]) for row in rows],
    )


def list_blocked(
    bank: Bank, session: StaffSession, before: int | None, limit: int
) -> list[BlockedShown]:
    """Return what is on the blocklist, newest first; raises RoleMissing."""
    session.require(*ROLES)
    with bank.connection() as connection:
        rows = connection.execute(_IDS, {"before": before, "limit": limit}).fetchall()
    return [
        BlockedShown(epoch=epoch, id=blocked.hex(), purse_class=_class(blocked), added_at=added_at)
        for epoch, blocked, added_at in rows
    ]


def _class(blocked: bytes) -> str | None:
    found = _CLASS_OF_ID.get(blocked)
    return None if found is None else class_name(found)
