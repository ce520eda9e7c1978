"""Monthly bills, and what becomes of lines whose bills are not paid.

Each is done once a month or day, however often it is run.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from zerobar.telecom import accounts
from zerobar.telecom.context import Telecom
from zerobar.telecom.model import EntryKind, Line, LineStatus, Terms

_UNBILLED: Final = """
    SELECT l.number, p.monthly_fen FROM telecom.line l JOIN telecom.plan p ON p.name = l.plan
    WHERE l.status <> %(closed)s AND l.opened_at < coalesce(%(before)s, 'infinity'::timestamptz)
      AND NOT EXISTS (
        SELECT FROM telecom.entry e
        WHERE e.number = l.number AND e.kind = %(bill)s AND e.reference = %(month)s)
    ORDER BY l.number LIMIT %(most)s
"""
_SUSPEND: Final = """
    UPDATE telecom.line SET status = %(status)s
    WHERE overdue_since <= %(overdue)s AND status < %(status)s
    RETURNING number
"""
_MOST_AT_ONCE: Final = 1_000


def month_of(day: date) -> str:
    """Return a month as bills name it: 202611."""
    return f"{day:%Y%m}"


def bill_month(telecom: Telecom, month: str, opened_before: datetime | None = None) -> int:
    """Debit every open line with its plan for a month, once; return how many lines.

    Args:
        month: as 202611.
        opened_before: only lines that were open then already; None: all.
    """
    billed = 0
    while numbers := _unbilled(telecom, month, opened_before):
        for number, monthly in numbers:
            billed += _bill(telecom, number, month, monthly)
    return billed


def suspend_overdue(telecom: Telecom) -> dict[LineStatus, list[str]]:
    """Suspend lines by how long they owe; return which were, by what they are now.

    Only ever further: what brings a line back is that nothing is owed.
    """
    terms, today = telecom.terms, telecom.today()
    steps = {
        LineStatus.CLOSED: terms.close_after_days,
        LineStatus.SUSPENDED_TWO_WAY: terms.two_way_after_days,
        LineStatus.SUSPENDED_ONE_WAY: terms.one_way_after_days,
    }
    done: dict[LineStatus, list[str]] = {}
    with telecom.transaction() as connection:
        # The longest overdue first, so that each line is named once.
        for status, days in steps.items():
            rows = connection.execute(
                _SUSPEND, {"status": int(status), "overdue": today - timedelta(days=days)}
            )
            done[status] = sorted(number for (number,) in rows)
    return done


def next_suspension(terms: Terms, line: Line) -> date | None:
    """Return the day on which a line that owes is suspended further; None if nothing is owed."""
    steps = {
        LineStatus.ACTIVE: terms.one_way_after_days,
        LineStatus.SUSPENDED_ONE_WAY: terms.two_way_after_days,
        LineStatus.SUSPENDED_TWO_WAY: terms.close_after_days,
    }
    if line.overdue_since is None or line.status not in steps:
        return None
    return line.overdue_since + timedelta(days=steps[line.status])


def _unbilled(
    telecom: Telecom, month: str, opened_before: datetime | None
) -> list[tuple[str, int]]:
    with telecom.connection() as connection:
        return connection.execute(
            _UNBILLED,
            {
                "closed": int(LineStatus.CLOSED),
                "bill": int(EntryKind.BILL),
                "month": month,
                "before": opened_before,
                "most": _MOST_AT_ONCE,
            },
        ).fetchall()


def _bill(telecom: Telecom, number: str, month: str, monthly: int) -> int:
    with telecom.transaction() as connection:
        line = accounts.locked_line(connection, number)
        done = accounts.has_entry(connection, number, EntryKind.BILL, month)
        if done or line.status is LineStatus.CLOSED:
            return 0
        entry = (number, EntryKind.BILL, month)
        accounts.change(connection, entry, -monthly, telecom.today(), telecom.clock())
    return 1
