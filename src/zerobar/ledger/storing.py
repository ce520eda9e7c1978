"""Storing a group: one transaction, sent as one message, with a COPY for each table.

Statements that are sent as one message are one transaction, so no BEGIN or COMMIT takes a turn of
its own. The message goes out bit by bit, as the database takes it, so that whoever stores can
judge the next group meanwhile, in the same thread.
"""

from __future__ import annotations

import select
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.waiting import Ready, Wait

from zerobar.ledger.books import Sheet
from zerobar.ledger.copying import (
    COPY_ACCOUNT_ENDS,
    COPY_COUNTS,
    COPY_ENTRIES,
    COPY_HOLD_ENDS,
    COPY_TRANSFERS,
    account_end_row,
    count_rows,
    entry_row,
    hold_end_row,
    transfer_row,
)
from zerobar.ledger.inserting import Insert, execute_all, values_of
from zerobar.ledger.model import Closed, Posted, Transfer
from zerobar.ledger.records import microseconds

_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_PIECE: Final = 65_536
FEW: Final = 12
"""Transfers of a group that is stored with INSERTs; for more a COPY costs less."""

# The ledger's tables are filled first, and transfers before all: a used id is to show there.
LEDGERS: Final[tuple[str, ...]] = (
    COPY_TRANSFERS,
    COPY_ENTRIES,
    COPY_HOLD_ENDS,
    COPY_COUNTS,
    COPY_ACCOUNT_ENDS,
)


_READ: Final = int(Ready.R)
_WRITE: Final = int(Ready.W)
# A connection that broke is both: whoever reads or writes then gets the error.
_READABLE: Final = select.POLLIN | select.POLLERR | select.POLLHUP | select.POLLNVAL
_WRITABLE: Final = select.POLLOUT | select.POLLERR | select.POLLHUP | select.POLLNVAL


@dataclass(slots=True)
class Group:
    """A group that is being judged, and what is to be stored of it.

    Attributes:
        answers: for each chain, in order, one for each of its transfers.
        closed: for each account to be closed.
        judged: what is new, with its answer, until it is encoded.
        sheet: what it adds to the books, until it is encoded.
        ended: accounts that it closes, until they are encoded.
        rows: of other tables, by their name.
        transfers: those encoded.
        entries: those encoded.
        copies: what else is encoded, by the statement that it is sent with.
    """

    number: int
    posted_at: datetime
    answers: list[list[Posted]] = field(default_factory=list)
    closed: list[Closed] = field(default_factory=list)
    judged: list[tuple[Transfer, Posted]] = field(default_factory=list)
    sheet: Sheet = field(default_factory=Sheet)
    ended: list[int] = field(default_factory=list)
    rows: dict[str, list[bytes]] = field(default_factory=dict)
    transfers: list[bytes] = field(default_factory=list)
    entries: list[bytes] = field(default_factory=list)
    copies: dict[str, list[bytes]] = field(default_factory=dict)


def encode(group: Group) -> None:
    """Encode what was judged since the last time."""
    at_us, sheet = microseconds(group.posted_at), group.sheet
    ends = [t for t, posted in group.judged if t.hold is not None and posted.ok]
    group.transfers += [transfer_row(t, p, group.number, at_us) for t, p in group.judged]
    group.entries += [entry_row(entry, at_us) for entry in sheet.entries]
    _add(group, COPY_HOLD_ENDS, [hold_end_row(transfer) for transfer in ends])
    _add(group, COPY_COUNTS, count_rows(sheet.counts, at_us))
    _add(group, COPY_ACCOUNT_ENDS, [account_end_row(i, at_us) for i in group.ended])
    group.judged, group.sheet, group.ended = [], Sheet(), []


def _add(group: Group, statement: str, rows: Sequence[bytes]) -> None:
    if rows:
        group.copies.setdefault(statement, []).extend(rows)


class Transaction:
    """Stores an encoded group whole or not at all, as fast as the database takes it.

    Args:
        connection: with nothing going on; it is this transaction's until its end.
        group: encoded.
        tables: the COPY statement for each table that rows may be for.
        inserts: what a small group is stored with instead, by its COPY.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        group: Group,
        tables: Mapping[str, str],
        inserts: Mapping[str, Insert],
    ) -> None:
        copies = {COPY_TRANSFERS: group.transfers, COPY_ENTRIES: group.entries, **group.copies}
        copies = {copy: copies[copy] for copy in LEDGERS if copies.get(copy)}
        copies |= {copy: group.rows[name] for name, copy in tables.items() if name in group.rows}
        self._poll = select.poll()
        self._socket = connection.pgconn.socket
        self._steps = _steps(connection.pgconn, group, copies, inserts)
        self._is_done = not copies
        if copies:
            self._wait_for(next(self._steps))

    def finish(self) -> None:
        """Return once the group is durable; raises what the database answers."""
        while not self.advance(None):
            pass

    def advance(self, patience_ms: int | None = 0) -> bool:
        """Go on as far as the database lets us; tell whether the group is durable.

        Args:
            patience_ms: how long to wait for the database; None: until it stirs.

        Raises what the database answers.
        """
        while not self._is_done:
            events = self._poll.poll(patience_ms)
            if not events:
                return False
            self._step(events[0][1])
            patience_ms = 0
        return True

    def _step(self, event: int) -> None:
        ready = (_READ if event & _READABLE else 0) | (_WRITE if event & _WRITABLE else 0)
        try:
            self._wait_for(self._steps.send(Ready(ready)))
        except StopIteration:
            self._is_done = True

    def _wait_for(self, wanted: Wait) -> None:
        reading = select.POLLIN if wanted & Wait.R else 0
        writing = select.POLLOUT if wanted & Wait.W else 0
        self._poll.register(self._socket, reading | writing)


def _group_row(group: Group) -> str:
    # Numbers and a time of our own making: nothing to escape.
    return (
        "INSERT INTO ledger.posting_group (number, posted_at, transfers, entries)"  # noqa: S608
        f" VALUES ({group.number}, '{group.posted_at.isoformat()}',"
        f" {len(group.transfers)}, {len(group.entries)})"
    )


def _steps(
    connection: pq.abc.PGconn,
    group: Group,
    copies: Mapping[str, Sequence[bytes]],
    inserts: Mapping[str, Insert],
) -> PQGen[None]:
    """Return how to store a group: with INSERTs if it is small, else with a COPY for each table."""
    if len(group.transfers) <= FEW:
        given = values_of(copies, inserts)
        if given is not None:
            return execute_all(connection, _group_row(group).encode(), given)
    statements = "; ".join([_group_row(group), *copies])
    return _exchange(connection, statements.encode(), _copied(copies))


def _copied(copies: Mapping[str, Sequence[bytes]]) -> Iterator[bytes]:
    """Return what each COPY is given, put together when it is asked for."""
    for copy, rows in copies.items():
        # Neighbours in the index one after the other: its pages are then met once each.
        ordered = sorted(rows) if copy == COPY_ENTRIES else rows
        yield b"".join((_HEADER, *ordered, _TRAILER))


def _exchange(connection: pq.abc.PGconn, statements: bytes, data: Iterator[bytes]) -> PQGen[None]:
    """Send statements, and to each COPY its rows; raise what the server answers first."""
    connection.send_query(statements)
    yield from generators.send(connection)
    rows, failed = next(data), None
    while (result := (yield from generators.fetch(connection))) is not None:
        if result.status == pq.ExecStatus.COPY_IN:
            yield from _copy_in(connection, rows)
            # The server has still to work on much of that.
            rows = next(data, b"")
        elif result.status == pq.ExecStatus.FATAL_ERROR:
            failed = failed or result
    if failed is not None:
        raise error_from_result(failed)


def _copy_in(connection: pq.abc.PGconn, rows: bytes) -> PQGen[None]:
    for start in range(0, len(rows), _PIECE):
        yield from _put(connection, rows[start : start + _PIECE])
    while connection.put_copy_end() == 0:
        yield from generators.send(connection)
    yield from generators.send(connection)


def _put(connection: pq.abc.PGconn, data: bytes) -> PQGen[None]:
    while connection.put_copy_data(data) == 0:
        yield from generators.send(connection)
    yield from generators.send(connection)
