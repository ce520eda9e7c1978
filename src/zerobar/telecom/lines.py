"""Plans, and lines on them."""

from __future__ import annotations

from zerobar.purse.money import Fen
from zerobar.telecom import accounts
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import LineExists, PlanUnknown
from zerobar.telecom.model import Entry, Line, LineStatus, Plan


def set_plan(telecom: Telecom, plan: Plan) -> None:
    """Offer a plan, or change what it costs from the next bill on."""
    with telecom.connection() as connection:
        connection.execute(
            "INSERT INTO telecom.plan (name, monthly_fen) VALUES (%s, %s)"
            " ON CONFLICT (name) DO UPDATE SET monthly_fen = excluded.monthly_fen",
            (plan.name, int(plan.monthly)),
        )


def plans(telecom: Telecom) -> list[Plan]:
    """Return all plans, the cheapest first."""
    with telecom.connection() as connection:
        rows = connection.execute(
            "SELECT name, monthly_fen FROM telecom.plan ORDER BY monthly_fen, name"
        ).fetchall()
    return [Plan(name, Fen(monthly)) for name, monthly in rows]


def open_line(telecom: Telecom, number: str, plan: str) -> Line:
    """Open a line; the same again changes nothing.

    Args:
        number: E.164, as `read_number` returns it.

    Raises PlanUnknown, or LineExists on another plan.
    """
    with telecom.transaction() as connection:
        known = connection.execute("SELECT FROM telecom.plan WHERE name = %s", (plan,)).fetchone()
        if known is None:
            raise PlanUnknown(plan)
        connection.execute(
            "INSERT INTO telecom.line (number, plan, status, opened_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            (number, plan, LineStatus.ACTIVE, telecom.clock()),
        )
        there = accounts.line(connection, number)
    if there.plan != plan or there.status is LineStatus.CLOSED:
        raise LineExists
    return there


def line(telecom: Telecom, number: str) -> Line:
    """Return a line; raises LineUnknown."""
    with telecom.connection() as connection:
        return accounts.line(connection, number)


def account(telecom: Telecom, number: str, before: int | None, most: int) -> list[Entry]:
    """Return what happened on a line's account, newest first; raises LineUnknown."""
    with telecom.connection() as connection:
        accounts.line(connection, number)
        return accounts.entries(connection, number, before, most)
