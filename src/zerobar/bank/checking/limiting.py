"""Which spending must have been counted, as far as that can be known afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from zerobar.bank.people.limits import limit_table
from zerobar.bank.people.model import Category
from zerobar.database import Connection

_ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FOR_EVER: Final = datetime(9999, 12, 31, tzinfo=UTC)
Limited = tuple[UUID, Category, datetime, datetime, bool, bool]
"""Operator, category, from when, until when, and whether day and year are counted."""


def limited(connection: Connection, operator_id: UUID) -> Iterator[Limited]:
    """Yield, for each version of an operator's limits, what wallets of each category count.

    Which category a wallet had when it paid is not kept, but it only ever rises: what the limits
    of its category and of all lower ones count, it has counted whichever it was.
    """
    begins = _begins(connection, operator_id)
    for valid_from, valid_until in zip(begins, [*begins[1:], _FOR_EVER], strict=True):
        limits = limit_table(connection, operator_id, valid_from)
        for category in Category:
            possible = [limits[c] for c in Category if _may_have_been(category, c)]
            by_day = all(limit.per_day is not None for limit in possible)
            by_year = all(limit.per_year is not None for limit in possible)
            yield operator_id, category, valid_from, valid_until, by_day, by_year


def _begins(connection: Connection, operator_id: UUID) -> list[datetime]:
    rows = connection.execute(
        "SELECT DISTINCT valid_from FROM bank.limit_version WHERE operator_id = %s ORDER BY 1",
        (operator_id,),
    )
    return [_ALWAYS, *(valid_from for (valid_from,) in rows)]


def _may_have_been(now: Category, before: Category) -> bool:
    if Category.MERCHANT in (now, before):
        return now is before
    return before >= now
