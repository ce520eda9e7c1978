"""What a wallet may hold and spend, by its category: data, versioned, per operator.

The limits count what leaves a wallet towards others, payments and transfers; exchange and saving
to the bank are the holder's own money changing its place. Days and years are China's.

A category without a limit is not counted: a limit set later counts from when it is valid.

Limits hold for a person, not for a wallet that can be opened anew: what a wallet of category IV has
counted goes on in the next one that its phone number opens, and what wallets of categories I to III
have counted goes on in the next one of the same identity, whatever its phone number (`slots`).
Raising a wallet begins nothing anew either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from zerobar.bank.calendar import day_of, year_of
from zerobar.bank.errors import IdUsed, InvalidInput
from zerobar.bank.people.errors import OverLimit
from zerobar.bank.people.model import Category
from zerobar.database import Connection
from zerobar.ledger import Counter, read_counter
from zerobar.purse.money import Fen


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one category; None: no limit.

    Attributes:
        bank_withdrawal: whether money may be saved to a bank card.
    """

    balance: Fen | None
    per_payment: Fen | None
    per_day: Fen | None
    per_year: Fen | None
    bank_withdrawal: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What has been spent, as far as it is limited."""

    today: Fen
    this_year: Fen


LimitTable = Mapping[Category, Limits]


def _yuan(yuan: int) -> Fen:
    return Fen(yuan * 100)


NO_LIMITS: Final = Limits(None, None, None, None, bank_withdrawal=True)

STANDARD: Final[LimitTable] = MappingProxyType(
    {
        Category.MERCHANT: NO_LIMITS,
        Category.I: NO_LIMITS,
        Category.II: Limits(
            _yuan(500_000), _yuan(50_000), _yuan(100_000), None, bank_withdrawal=True
        ),
        Category.III: Limits(
            _yuan(20_000), _yuan(5_000), _yuan(10_000), None, bank_withdrawal=False
        ),
        Category.IV: Limits(
            _yuan(10_000), _yuan(2_000), _yuan(5_000), _yuan(50_000), bank_withdrawal=False
        ),
    }
)
"""The published limits: version 1 of every operator, until it has one of its own."""


VALID_LIMITS: Final = """
    SELECT category, balance_fen, per_payment_fen, per_day_fen, per_year_fen, bank_withdrawal
    FROM bank.limit_version WHERE operator_id = %(operator)s AND valid_from = (
        SELECT max(valid_from) FROM bank.limit_version
        WHERE operator_id = %(operator)s AND valid_from <= %(moment)s
    )
"""
"""The rows of the `table_of` an operator's limits at a moment."""


def limit_table(connection: Connection, operator_id: UUID, moment: datetime) -> LimitTable:
    """Return the limits of all categories that are valid at a moment."""
    given = {"operator": operator_id, "moment": moment}
    return table_of(connection.execute(VALID_LIMITS, given).fetchall())


def table_of(rows: Iterable[Sequence[Any]]) -> LimitTable:
    """Return what the rows of VALID_LIMITS say; a category without one has the standard's."""
    own = {Category(category): _limits(*columns) for category, *columns in rows}
    return MappingProxyType({**STANDARD, **own})


def limits_at(
    connection: Connection, operator_id: UUID, category: Category, moment: datetime
) -> Limits:
    """Return the limits of one category that are valid at a moment."""
    return limit_table(connection, operator_id, moment)[category]


def add_version(
    connection: Connection,
    operator_id: UUID,
    valid_from: datetime,
    table: LimitTable,
    now: datetime,
) -> None:
    """Store limits that are valid from a moment on; what the table leaves out is the standard.

    The same again does nothing. Raises InvalidInput for a moment that has passed, or IdUsed when
    other limits begin at that moment.
    """
    stored = _version(connection, operator_id, valid_from)
    if stored == dict(table):
        return
    if stored:
        raise IdUsed
    if valid_from < now:
        raise InvalidInput("Limits cannot begin in the past.", "Choose a moment to come.")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO bank.limit_version (operator_id, valid_from, category, balance_fen,"
            " per_payment_fen, per_day_fen, per_year_fen, bank_withdrawal)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                (
                    operator_id,
                    valid_from,
                    category,
                    limits.balance,
                    limits.per_payment,
                    limits.per_day,
                    limits.per_year,
                    limits.bank_withdrawal,
                )
                for category, limits in table.items()
            ],
        )


def counters_for(
    spender_id: UUID, limits: Limits, amount: Fen, moment: datetime
) -> tuple[Counter, ...]:
    """Return the conditions for spending an amount: first the day's, then the year's.

    Args:
        spender_id: of the wallet; its own id, unless it goes on counting for a closed one.
    """
    periods = ((day_of(moment), limits.per_day), (year_of(moment), limits.per_year))
    return tuple(
        Counter(spender_id, period, int(amount), int(limit))
        for period, limit in periods
        if limit is not None
    )


def check_payment(limits: Limits, amount: Fen) -> None:
    """Raise OverLimit if an amount is more than one payment may be."""
    if limits.per_payment is not None and amount > limits.per_payment:
        raise OverLimit("per-payment", limits.per_payment, limits.per_payment)


def exceeded(counter: Counter, used: int) -> OverLimit:
    """Return the refusal that tells which counter's limit has no room.

    Args:
        used: what the counter has counted so far.
    """
    assert counter.limit is not None
    name = "per-year" if counter.period < 10_000 else "per-day"
    return OverLimit(name, Fen(counter.limit), Fen(max(0, counter.limit - used)))


def used_at(connection: Connection, spender_id: UUID, moment: datetime) -> Used:
    """Return what a wallet, by its `spender_id`, has spent in the day and the year of a moment."""
    return Used(
        Fen(read_counter(connection, spender_id, day_of(moment))),
        Fen(read_counter(connection, spender_id, year_of(moment))),
    )


def _version(connection: Connection, operator_id: UUID, valid_from: datetime) -> LimitTable:
    rows = connection.execute(
        "SELECT category, balance_fen, per_payment_fen, per_day_fen, per_year_fen, bank_withdrawal"
        " FROM bank.limit_version WHERE operator_id = %s AND valid_from = %s",
        (operator_id, valid_from),
    ).fetchall()
    return {Category(category): _limits(*columns) for category, *columns in rows}


def _limits(
    balance: int | None,
    per_payment: int | None,
    per_day: int | None,
    per_year: int | None,
    bank_withdrawal: bool,
) -> Limits:
    return Limits(_fen(balance), _fen(per_payment), _fen(per_day), _fen(per_year), bank_withdrawal)


def _fen(amount: int | None) -> Fen | None:
    return None if amount is None else Fen(amount)
