"""What blocking a whole class of purses would touch, looked at before two people do it."""

from __future__ import annotations

from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.purses.model import PurseStatus
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.naming import class_name
from zerobar.bank.watching.reach import HELD_CLASSES
from zerobar.client.console import PurseFlow
from zerobar.client.console_risk import ClassPreview
from zerobar.database import Connection
from zerobar.purse.messages import PurseClass, class_block_id

_PURSES: Final = """
    SELECT count(*) FILTER (WHERE p.status = %(active)s),
           count(*) FILTER (WHERE p.status = %(blocked)s),
           count(*) FILTER (WHERE p.status = %(closed)s),
           coalesce(sum(h.funds_fen) FILTER (WHERE p.status = %(active)s), 0)::bigint
    FROM bank.purse p LEFT JOIN bank.purse_head h USING (purse_id) WHERE p.class = %(class)s
"""
_TOLD: Final = (
    "SELECT count(*) FROM bank.purse WHERE status <> %(closed)s AND class = ANY(%(classes)s)"
)
_IS_BLOCKED: Final = "SELECT EXISTS (SELECT FROM bank.blocklist WHERE blocked_id = %(block_id)s)"
_FLYING: Final = """
    WITH flying AS (
        SELECT payer_id, entry FROM bank.voucher_open
        UNION ALL
        SELECT d.payer_id, d.entry FROM bank.voucher_due d WHERE NOT EXISTS (
            SELECT FROM bank.voucher_outcome o
            WHERE o.payer_id = d.payer_id AND o.entry = d.entry)
    )
    SELECT count(*) FILTER (WHERE payer.class = %(class)s),
           coalesce(sum(v.amount_fen) FILTER (WHERE payer.class = %(class)s), 0)::bigint,
           count(*) FILTER (WHERE payee.class = %(class)s),
           coalesce(sum(v.amount_fen) FILTER (WHERE payee.class = %(class)s), 0)::bigint
    FROM flying f JOIN bank.voucher v USING (payer_id, entry)
    LEFT JOIN bank.purse payer ON payer.purse_id = v.payer_id
    LEFT JOIN bank.purse payee ON payee.purse_id = v.payee_id
"""


def preview_class(bank: Bank, session: StaffSession, purse_class: PurseClass) -> ClassPreview:
    """Return what blocking a class would touch; reads every purse. Raises RoleMissing."""
    session.require(Role.RISK)
    parameters = {
        "active": int(PurseStatus.ACTIVE),
        "blocked": int(PurseStatus.BLOCKED),
        "closed": int(PurseStatus.CLOSED),
        "class": int(purse_class),
        "classes": [int(each) for each in HELD_CLASSES],
        "block_id": class_block_id(purse_class),
    }
    with bank.transaction() as connection:
        # All figures of one moment, so that they can be added up.
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return _preview(connection, purse_class, parameters)


def _preview(
    connection: Connection, purse_class: PurseClass, parameters: dict[str, object]
) -> ClassPreview:
    purses = connection.execute(_PURSES, parameters).fetchone()
    flying = connection.execute(_FLYING, parameters).fetchone()
    told = connection.execute(_TOLD, parameters).fetchone()
    is_blocked = connection.execute(_IS_BLOCKED, parameters).fetchone()
    assert purses and flying and told and is_blocked
    active, blocked, closed, inside = purses
    return ClassPreview(
        purse_class=int(purse_class),
        name=class_name(purse_class),
        is_blocked=is_blocked[0],
        active=active,
        blocked=blocked,
        closed=closed,
        in_purses_fen=inside,
        from_them=PurseFlow(count=flying[0], amount_fen=flying[1]),
        to_them=PurseFlow(count=flying[2], amount_fen=flying[3]),
        told=told[0],
    )
