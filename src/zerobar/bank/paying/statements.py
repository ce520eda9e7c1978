"""What happened in a wallet: its entries in the books, each with what it was for.

A statement of days begins with the balance before the first and ends with that after the last;
its lines must make up the difference, or it is not given out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from zerobar.bank.calendar import CHINA
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import InvalidInput
from zerobar.bank.paying.payees import masked_number
from zerobar.bank.people.wallets import wallet_of
from zerobar.database import Connection
from zerobar.ledger import balance_at
from zerobar.purse.money import Fen

LAST_NUMBER: Final = 2**62
"""Above the number of any entry."""
MOST_LINES: Final = 10_000
EARLIEST_DAY: Final = date(2000, 1, 1)
MOST_DAYS: Final = 366
_INSTANT: Final = timedelta(microseconds=1)

_LINES: Final = """
    SELECT e.number, e.transfer_id, e.amount_fen, e.balance_fen, e.posted_at, t.code,
           coalesce(p.memo, r.reason, ''), coalesce(m.name, ''), coalesce(w.number, '')
    FROM ledger.entry e
    JOIN ledger.transfer t ON t.transfer_id = e.transfer_id
    LEFT JOIN bank.payment p ON p.payment_id = e.transfer_id
    LEFT JOIN bank.refund r ON r.refund_id = e.transfer_id
    LEFT JOIN bank.wallet w ON w.wallet_id =
        CASE WHEN t.debit_id = e.account_id THEN t.credit_id ELSE t.debit_id END
    LEFT JOIN bank.merchant m ON m.merchant_id = w.merchant_id
    WHERE e.account_id = %s AND e.number > %s AND e.number <= %s AND e.amount_fen <> 0
    ORDER BY e.number {order} LIMIT %s
"""
_OLDEST_FIRST: Final = _LINES.format(order="ASC")
_NEWEST_FIRST: Final = _LINES.format(order="DESC")


class BadPeriod(InvalidInput):
    """Days that no statement can be made of."""

    problem = "bad-period"

    def __init__(self) -> None:
        super().__init__(
            "A statement is of 1 to 366 days that are not in the future.",
            "Choose an earlier or shorter period.",
            most_days=MOST_DAYS,
        )


class StatementTooLong(InvalidInput):
    """More lines than one statement has."""

    problem = "statement-too-long"

    def __init__(self) -> None:
        super().__init__(
            f"This would have more than {MOST_LINES} lines.",
            "Choose a shorter period.",
            most_lines=MOST_LINES,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One movement of money.

    Attributes:
        number: counts the account's entries, holds too; rises with time.
        amount: negative if it left the wallet.
        balance: after it.
        other: whom it went to or came from, as far as it is told; may be empty.
    """

    number: int
    transfer_id: UUID
    amount: Fen
    balance: Fen
    posted_at: datetime
    code: TransferCode
    memo: str
    other: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A wallet's movements in some days, with the balance before and after."""

    wallet_number: str
    first_day: date
    last_day: date
    opening: Fen
    closing: Fen
    lines: Sequence[Line]
    made_at: datetime

    @property
    def came_in(self) -> Fen:
        """The sum of what came in."""
        return Fen(sum(line.amount for line in self.lines if line.amount > 0))

    @property
    def went_out(self) -> Fen:
        """The sum of what went out, as a positive amount."""
        return Fen(-sum(line.amount for line in self.lines if line.amount < 0))


def lines_of(bank: Bank, person_id: UUID, wallet_id: UUID, before: int, limit: int) -> list[Line]:
    """Return a wallet's movements, the newest first, with numbers below `before`.

    Raises WalletUnknown.
    """
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        rows = connection.execute(_NEWEST_FIRST, (wallet_id, 0, before - 1, limit)).fetchall()
    return [_line(row) for row in rows]


def statement_of(
    bank: Bank, person_id: UUID, wallet_id: UUID, first_day: date, last_day: date
) -> Statement:
    """Return the statement of some days in China, both included.

    Raises WalletUnknown, BadPeriod or StatementTooLong.
    """
    now = bank.clock()
    if not timedelta(0) <= last_day - first_day < timedelta(days=MOST_DAYS):
        raise BadPeriod
    # Before the first of them PostgreSQL and Python count differently, or not at all.
    if first_day < EARLIEST_DAY or last_day > now.astimezone(CHINA).date():
        raise BadPeriod
    with bank.connection() as connection:
        wallet = wallet_of(connection, person_id, wallet_id)
        before = balance_at(connection, wallet_id, _begin(first_day) - _INSTANT)
        after = balance_at(connection, wallet_id, _begin(last_day + timedelta(days=1)) - _INSTANT)
        lines = _between(connection, wallet_id, before.entries, after.entries)
    opening, closing = Fen(before.balance), Fen(after.balance)
    assert opening + sum(line.amount for line in lines) == closing, "a line is missing"
    return Statement(wallet.number, first_day, last_day, opening, closing, lines, now)


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _between(connection: Connection, wallet_id: UUID, after: int, until: int) -> list[Line]:
    asked = wallet_id, after, until, MOST_LINES + 1
    rows = connection.execute(_OLDEST_FIRST, asked).fetchall()
    if len(rows) > MOST_LINES:
        raise StatementTooLong
    return [_line(row) for row in rows]


def _line(row: tuple[Any, ...]) -> Line:
    number, transfer_id, amount, balance, posted_at, code, memo, merchant, wallet_number = row
    other = merchant or (masked_number(wallet_number) if wallet_number else "")
    return Line(
        number,
        transfer_id,
        Fen(amount),
        Fen(balance),
        posted_at,
        TransferCode(code),
        memo,
        other,
    )
