"""Reading and writing operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.database import Connection

MOST_OPERATORS: Final = 1000
"""Of one deployment: far more than any authority licenses."""
_OPERATOR: Final = "SELECT operator_id, name, created_at FROM bank.operator "


@dataclass(frozen=True, slots=True)
class Operator:
    """A bank that runs wallets."""

    id: UUID
    name: str
    created_at: datetime


def insert_operator(connection: Connection, operator: Operator) -> bool:
    """Store a new operator; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.operator (operator_id, name, created_at) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING operator_id",
        (operator.id, operator.name, operator.created_at),
    ).fetchone()
    return done is not None


def operator(connection: Connection, operator_id: UUID) -> Operator | None:
    """Return an operator by id."""
    row = connection.execute(_OPERATOR + "WHERE operator_id = %s", (operator_id,)).fetchone()
    return Operator(*row) if row else None


def operators(
    connection: Connection, after: UUID | None = None, limit: int = MOST_OPERATORS
) -> list[Operator]:
    """Return operators in the order of their ids."""
    rows = connection.execute(
        _OPERATOR + "WHERE %(after)s::uuid IS NULL OR operator_id > %(after)s"
        " ORDER BY operator_id LIMIT %(limit)s",
        {"after": after, "limit": limit},
    ).fetchall()
    return [Operator(*row) for row in rows]
