"""Logs, states and acknowledgements in the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from zerobar.bank.syncing.judging import Earlier
from zerobar.bank.syncing.model import BEGINNING, Head, Link, Position
from zerobar.database import Connection
from zerobar.purse.messages import EntryKind, State, SyncAck, Voucher
from zerobar.purse.wire import UNSIGNED

_HEAD: Final = (
    "SELECT entry, chain, funds_fen, base, number, acknowledged, state FROM bank.purse_head"
    " WHERE purse_id = %s"
)
_NOTHING: Final = Head(BEGINNING, 0, 0, 0, None)
_ADVANCE: Final = """
    UPDATE bank.purse_head SET entry = %s, chain = %s, funds_fen = %s,
        base = greatest(base, %s), number = greatest(number, %s), state = %s
    WHERE purse_id = %s
"""
_LINK: Final = """
    INSERT INTO bank.purse_log (purse_id, entry, kind, payer_id, payer_entry, number, content,
        chain, funds_fen) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def head(connection: Connection, purse_id: bytes) -> Head:
    """Return how far a purse's log is held."""
    return _head(connection.execute(_HEAD, (purse_id,)).fetchone())


def locked_head(connection: Connection, purse_id: bytes) -> Head:
    """Return the same; nobody else takes in anything of this purse until the transaction ends."""
    connection.execute(
        "INSERT INTO bank.purse_head (purse_id) VALUES (%s) ON CONFLICT DO NOTHING", (purse_id,)
    )
    return _head(connection.execute(_HEAD + " FOR UPDATE", (purse_id,)).fetchone())


def position(connection: Connection, purse_id: bytes, entry: int) -> Position | None:
    """Return what is held of a log's entry; None: it is not held."""
    if entry == 0:
        return BEGINNING
    row = connection.execute(
        "SELECT entry, chain, funds_fen FROM bank.purse_log WHERE purse_id = %s AND entry = %s",
        (purse_id, entry),
    ).fetchone()
    return None if row is None else Position(*row)


def advance(connection: Connection, purse_id: bytes, state: State, links: Sequence[Link]) -> None:
    """Keep new entries that lead to a state, and the state as the newest one."""
    rows = [
        (
            purse_id,
            link.entry,
            link.kind,
            *link.subject,
            link.number,
            link.content,
            link.position.chain,
            link.position.funds_fen,
        )
        for link in links
    ]
    connection.cursor().executemany(_LINK, rows)
    last = links[-1].position if links else position(connection, purse_id, state.entry)
    assert last is not None, "a log is held from its beginning to its head"
    connection.execute(
        _ADVANCE,
        (
            last.entry,
            last.chain,
            last.funds_fen,
            state.base,
            state.number,
            bytes(state),
            purse_id,
        ),
    )


def earlier(connection: Connection, purse_id: bytes, links: Sequence[Link]) -> Earlier:
    """Return what entries held before say about vouchers and requests of new ones."""
    undone = [link.statement.payer_entry for link in links if link.statement is not None]
    ending = (EntryKind.CREDIT, EntryKind.VOID)
    numbers = [link.number for link in links if link.kind in ending]
    paid = connection.execute(
        "SELECT entry, content FROM bank.purse_log"
        " WHERE purse_id = %s AND entry = ANY(%s) AND kind = %s",
        (purse_id, undone, EntryKind.PAY),
    ).fetchall()
    taken_back = connection.execute(
        "SELECT payer_entry FROM bank.purse_log WHERE purse_id = %(id)s AND payer_id = %(id)s"
        " AND payer_entry = ANY(%(entries)s) AND kind = %(undo)s",
        {"id": purse_id, "entries": undone, "undo": int(EntryKind.UNDO)},
    ).fetchall()
    ended = connection.execute(
        "SELECT number FROM bank.purse_log"
        " WHERE purse_id = %s AND number = ANY(%s) AND kind IN (2, 3)",
        (purse_id, numbers),
    ).fetchall()
    return Earlier(
        {entry: Voucher.parse(body + UNSIGNED) for entry, body in paid},
        frozenset(entry for (entry,) in taken_back),
        frozenset(number for (number,) in ended),
    )


def note_sync(connection: Connection, state: State, now: datetime) -> None:
    """Keep a state that the log leads to; the same again changes nothing."""
    connection.execute(
        "INSERT INTO bank.purse_sync (purse_id, state_body, state_signature, taken_at)"
        " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (state.id, state.body, state.signature, now),
    )


def ack_of(connection: Connection, state: State) -> SyncAck | None:
    """Return the acknowledgement that a state was given."""
    row = connection.execute(
        "SELECT ack FROM bank.purse_sync WHERE purse_id = %s AND state_body = %s",
        (state.id, state.body),
    ).fetchone()
    return None if row is None or row[0] is None else SyncAck.parse(row[0])


def note_ack(connection: Connection, state: State, ack: SyncAck, epoch: int) -> None:
    """Keep an acknowledgement, before anybody sees it, and the blocklist's epoch in the purse."""
    connection.execute(
        "UPDATE bank.purse_sync SET ack = %s WHERE purse_id = %s AND state_body = %s",
        (bytes(ack), state.id, state.body),
    )
    connection.execute(
        "UPDATE bank.purse_head SET acknowledged = greatest(acknowledged, %s),"
        " epoch = greatest(epoch, %s) WHERE purse_id = %s",
        (ack.entry, epoch, state.id),
    )


def _head(row: tuple[Any, ...] | None) -> Head:
    if row is None:
        return _NOTHING
    entry, chain, funds, base, number, acknowledged, state = row
    parsed = None if state is None else State.parse(state)
    return Head(Position(entry, chain, funds), base, number, acknowledged, parsed)
