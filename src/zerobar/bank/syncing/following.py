"""Following a log from what is held to a signed state.

What a terminal reads off a purse is not signed; only the chain in the signed state says which
entries are the purse's. So entries that do not lead to it are the terminal's fault, and nothing is
held against the purse. Those that do lead to it are the purse's word, every body of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from zerobar.bank.syncing.errors import LogRefused
from zerobar.bank.syncing.model import Link, Position
from zerobar.purse.messages import (
    EntryKind,
    Kind,
    LogEntry,
    State,
    VoidStatement,
    Voucher,
    chain_after,
)
from zerobar.purse.wire import FormError


def follow(start: Position, state: State, entries: Sequence[LogEntry], known: int) -> list[Link]:
    """Link entries one to the other, from a position held to the state; raises LogRefused."""
    links: list[Link] = []
    position = start
    for entry in entries:
        link = _linked(position, state, entry, known)
        links.append(link)
        position = link.position
    if position.entry != state.entry:
        raise LogRefused(f"it ends at entry {position.entry}, not {state.entry}", known, state.base)
    if position.chain != state.chain:
        raise LogRefused("another entry stands somewhere in it", known, state.base)
    return links


def _linked(before: Position, state: State, entry: LogEntry, known: int) -> Link:
    if entry.entry != before.entry + 1:
        raise LogRefused(f"entry {entry.entry} follows {before.entry}", known)
    try:
        voucher, statement = _payload(entry)
    except FormError:
        raise LogRefused(f"entry {entry.entry} cannot be read", known) from None
    content = _content(voucher, statement)
    chain = chain_after(state.suite, before.chain, entry.kind, entry.entry, content)
    funds = before.funds_fen + _effect(entry.kind, voucher, statement)
    return Link(entry.kind, Position(entry.entry, chain, funds), voucher, statement, bytes(entry))


def _payload(entry: LogEntry) -> tuple[Voucher | None, VoidStatement | None]:
    if entry.kind is EntryKind.UNDO:
        return None, VoidStatement.parse(entry.payload[: VoidStatement.LENGTH])
    return Voucher.parse(entry.payload), None


def _content(voucher: Voucher | None, statement: VoidStatement | None) -> bytes:
    if statement is not None:
        return bytes(statement)
    assert voucher is not None
    return voucher.body


def _effect(kind: EntryKind, voucher: Voucher | None, statement: VoidStatement | None) -> int:
    """Return what an entry does to a purse's money."""
    if statement is not None:
        return int(statement.amount)
    assert voucher is not None
    if kind is EntryKind.CREDIT:
        return int(voucher.amount)
    if kind is EntryKind.VOID or voucher.kind is Kind.AUTHORISE:
        return 0
    return -int(voucher.amount)
