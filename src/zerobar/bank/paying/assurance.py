"""Asking the database whether all is still as it is remembered, without waiting for the answer.

It is told what is remembered of a group of orders, and answers only with what is otherwise; so
nearly always with nothing. What has to be asked each time, and why no more: `reading_room`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Self
from uuid import UUID

import psycopg
from psycopg import pq

from zerobar.bank.calendar import day_of
from zerobar.bank.paying.facts import prefer_indexes
from zerobar.bank.paying.guessing import MOST_MISSES
from zerobar.bank.paying.memory import KnownLimits, Remembered
from zerobar.bank.people.attempts import AttemptKind
from zerobar.database import Connection, Pool
from zerobar.database.arrays import encode_array
from zerobar.ledger.records import microseconds

LIMITS: Final = 0
"""The place of the operator's limits; orders are counted from 1."""

_STATEMENT: Final = b"zerobar_otherwise"
_PREPARE: Final = f"""
    PREPARE {_STATEMENT.decode()}
        (uuid[], uuid[], uuid[], uuid[], smallint[], smallint[], uuid, timestamptz, timestamptz,
         integer) AS
    SELECT o.place::integer
    FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY
        AS o (wallet_id, key_id, payee_id, person_id, payer_category, payee_category, place)
    LEFT JOIN bank.wallet w ON w.wallet_id = o.wallet_id
    LEFT JOIN bank.wallet e ON e.wallet_id = o.payee_id
    LEFT JOIN bank.pin_grant g ON g.wallet_id = o.wallet_id AND g.key_id = o.key_id
    LEFT JOIN bank.attempt t
        ON t.subject = o.person_id::text AND t.kind = {int(AttemptKind.PAY_UNKNOWN)}
            AND t.day = $10
    WHERE g.expires_at IS NULL OR g.expires_at <= $9 OR t.many >= {MOST_MISSES}
        OR w.category IS DISTINCT FROM o.payer_category
        OR e.category IS DISTINCT FROM o.payee_category
    UNION ALL
    SELECT {LIMITS} WHERE $8 IS DISTINCT FROM (
        SELECT max(valid_from) FROM bank.limit_version
        WHERE operator_id = $7 AND valid_from <= $9
    )
"""  # noqa: S608 - numbers of ours, no input
_UUID: Final = psycopg.postgres.types["uuid"].oid
_SMALLINT: Final = psycopg.postgres.types["int2"].oid
_UUID_LENGTH: Final = struct.pack(">i", 16)
_NULL: Final = struct.pack(">i", -1)
_SMALL: Final = struct.Struct(">ih")
_BIGINT: Final = struct.Struct(">q")
_INTEGER: Final = struct.Struct(">i")
_FORMATS: Final = [pq.Format.BINARY] * 10


class Assurance:
    """A connection for that one question, on one event loop; see `opened`.

    Attributes:
        socket: its descriptor, readable when `otherwise` may be asked; known when it is lost, too.
    """

    def __init__(self, connection: Connection, give_back: Callable[[Connection], None]) -> None:
        self._connection = connection
        self._give_back = give_back
        self._wire = connection.pgconn
        self._wire.nonblocking = 1
        self.socket = self._wire.socket

    @classmethod
    def opened(cls, pool: Pool) -> Self:
        """Take a connection of the pool for it, and prepare the question; this waits.

        Raises what psycopg raises.
        """
        connection = pool.getconn()
        try:
            prefer_indexes(connection, for_good=True)
            connection.execute(_PREPARE)
        except psycopg.Error:
            connection.close()
            pool.putconn(connection)
            raise
        return cls(connection, pool.putconn)

    def close(self) -> None:
        """End the connection: nobody else is to have it, with the planner as it was told to be."""
        self._connection.close()
        self._give_back(self._connection)

    def ask(self, known: Sequence[Remembered], limits: KnownLimits, now: datetime) -> None:
        """Ask whether it is still so; only when the last answer was read.

        Args:
            known: of each order, whose payee is named by a wallet number.
            limits: of the operator.
            now: the time.

        Raises psycopg.Error.
        """
        self._wire.send_query_prepared(
            _STATEMENT, _parameters(known, limits, now), _FORMATS, pq.Format.BINARY
        )
        if self._wire.flush():
            raise psycopg.OperationalError("the database does not take the question")

    def otherwise(self) -> list[int] | None:
        """Return the places of what is not as it is remembered; None: not answered yet.

        Raises psycopg.Error.
        """
        self._wire.consume_input()
        if self._wire.is_busy():
            return None
        places: list[int] = []
        while (result := self._wire.get_result()) is not None:
            if result.status != pq.ExecStatus.TUPLES_OK:
                raise psycopg.errors.error_from_result(result)
            places += (_place(result.get_value(row, 0)) for row in range(result.ntuples))
        return places


def _place(value: bytes | None) -> int:
    assert value is not None
    return int(_INTEGER.unpack(value)[0])


def _parameters(
    known: Sequence[Remembered], limits: KnownLimits, now: datetime
) -> list[bytes | None]:
    since = None if limits.since is None else _BIGINT.pack(microseconds(limits.since))
    return [
        _uuids([each.payer.wallet_id for each in known]),
        _uuids([each.key.id for each in known]),
        _uuids([each.payee.wallet_id for each in known]),
        _uuids([each.payer.person_id for each in known]),
        _smallints([each.payer.category for each in known]),
        _smallints([each.payee.category for each in known]),
        limits.operator_id.bytes,
        since,
        _BIGINT.pack(microseconds(now)),
        _INTEGER.pack(day_of(now)),
    ]


def _uuids(ids: Sequence[UUID | None]) -> bytes:
    fields = [_NULL if id_ is None else _UUID_LENGTH + id_.bytes for id_ in ids]
    return encode_array(_UUID, len(ids), fields)


def _smallints(numbers: Sequence[int]) -> bytes:
    fields: Iterable[bytes] = [_SMALL.pack(2, number) for number in numbers]
    return encode_array(_SMALLINT, len(numbers), fields)
