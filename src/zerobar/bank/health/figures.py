"""The bank's figures as they were: a reading each minute, thinned with age, for charts.

A reading tells of nobody, so all staff may see it. A minute in which the bank did not run, or its
database did not answer, has no reading, and is never made up for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from psycopg.rows import dict_row

from zerobar.bank.authority.supply import Supply, supply
from zerobar.bank.context import Bank
from zerobar.bank.health import metrics
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.bank.watching.vouchers import flying
from zerobar.client.console_control import FiguresHistory, FiguresShown, FiguresSpan
from zerobar.database import Connection

MINUTES_FOR: Final = timedelta(days=1)
"""For so long each minute's reading is kept, and then the first of each hour."""
HOURS_FOR: Final = timedelta(days=90)
SPANS: Final = {
    FiguresSpan.HOUR: (timedelta(hours=1), timedelta(minutes=1)),
    FiguresSpan.DAY: (MINUTES_FOR, timedelta(minutes=5)),
    FiguresSpan.WEEK: (timedelta(days=7), timedelta(hours=1)),
    FiguresSpan.QUARTER: (HOURS_FOR, timedelta(hours=6)),
}
"""How far back each span goes, and how far its readings are apart."""

_IS_THERE: Final = "SELECT FROM bank.figures WHERE at >= %s LIMIT 1"
_KEEP: Final = """
    INSERT INTO bank.figures (
        at, issued_fen, wallets_fen, merchants_fen, float_fen, vaults_fen,
        in_flight, in_flight_fen, due_fen, vouchers_open, vouchers_due, webhooks_due,
        requests, errors, answers, answers_s
    ) VALUES (
        %(at)s, %(issued_fen)s, %(wallets_fen)s, %(merchants_fen)s, %(float_fen)s, %(vaults_fen)s,
        %(in_flight)s, %(in_flight_fen)s, %(due_fen)s, %(vouchers_open)s, %(vouchers_due)s,
        %(webhooks_due)s, %(requests)s, %(errors)s, %(answers)s, %(answers_s)s
    ) ON CONFLICT DO NOTHING
"""
_THIN: Final = """
    DELETE FROM bank.figures f
    WHERE f.at < %(hours_since)s
       OR f.at < %(minutes_since)s AND EXISTS (
           SELECT FROM bank.figures e
           WHERE e.at >= date_trunc('hour', f.at, 'UTC') AND e.at < f.at)
"""
_READ: Final = """
    SELECT DISTINCT ON (date_bin(%(step)s, at, 'epoch')) *
    FROM bank.figures WHERE at > %(since)s
    ORDER BY date_bin(%(step)s, at, 'epoch'), at DESC
"""


def note_figures(bank: Bank) -> int:
    """Keep this minute's reading if there is none, and thin old ones; return how many were kept.

    Several processes may do so at once: a reading more does no harm.
    """
    minute = bank.clock().replace(second=0, microsecond=0)
    with bank.connection() as connection:
        if connection.execute(_IS_THERE, (minute,)).fetchone() is not None:
            return 0
    money = supply(bank)
    with bank.transaction() as connection:
        kept = connection.execute(_KEEP, _reading(connection, money)).rowcount
        hour = minute.replace(minute=0)
        ages = {"minutes_since": hour - MINUTES_FOR, "hours_since": hour - HOURS_FOR}
        connection.execute(_THIN, ages)
    return kept


def read_figures(bank: Bank, session: StaffSession, span: FiguresSpan) -> FiguresHistory:
    """Return what the figures were, to any member of staff; raises RoleMissing."""
    session.require(*Role)
    length, step = SPANS[span]
    now = bank.clock()
    since = now - length
    with bank.connection() as connection:
        cursor = connection.cursor(row_factory=dict_row)
        rows = cursor.execute(_READ, {"step": step, "since": since}).fetchall()
    return FiguresHistory(
        span=span,
        since=since,
        until=now,
        step_s=round(step.total_seconds()),
        items=[FiguresShown(**row) for row in rows],
    )


def _reading(connection: Connection, money: Supply) -> dict[str, Any]:
    flights = flying(connection, money.at)
    waiting = metrics.waiting(connection)
    operators = money.operators
    return {
        "at": money.at,
        "issued_fen": int(money.issued),
        "wallets_fen": sum(int(each.wallets) for each in operators),
        "merchants_fen": sum(int(each.merchants) for each in operators),
        "float_fen": sum(int(each.float) for each in operators),
        "vaults_fen": sum(int(each.vault) for each in operators),
        "in_flight": flights.count,
        "in_flight_fen": flights.amount_fen,
        "due_fen": sum(age.due_fen for age in flights.ages),
        "vouchers_open": waiting["vouchers_open"],
        "vouchers_due": waiting["vouchers_due"],
        "webhooks_due": waiting["webhooks_due"],
        **metrics.counted()._asdict(),
    }
