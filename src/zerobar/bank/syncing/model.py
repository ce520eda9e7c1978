"""A purse's log as the operator holds it, and what comes in of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from zerobar.purse.messages import (
    Certificate,
    EntryKind,
    LogEntry,
    State,
    VoidStatement,
    Voucher,
)

MOST_ENTRIES: Final = 1024
"""Of one sync: the longest ring."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a purse's log.

    Attributes:
        chain: 16 bytes, after the entry.
        funds_fen: what the log leads to; of a cheat it may be less than nothing.
    """

    entry: int
    chain: bytes
    funds_fen: int


BEGINNING: Final = Position(0, bytes(16), 0)


@dataclass(frozen=True, slots=True)
class Head:
    """How far a purse's log is held.

    Attributes:
        base: the highest base in a state that the log leads to or beyond.
        number: the highest request number in such a state.
        acknowledged: the highest entry that an acknowledgement was signed for.
        state: the newest such state.
    """

    position: Position
    base: int
    number: int
    acknowledged: int
    state: State | None


@dataclass(frozen=True, slots=True)
class Link:
    """A log entry, linked to the one before: this much is the purse's word, by its chain.

    Attributes:
        voucher: of a PAY, CREDIT or VOID; its signature is not of the chain.
        statement: of an UNDO, with its signature.
        raw: 129 bytes, as they came; what they say of balances is nobody's word.
    """

    kind: EntryKind
    position: Position
    voucher: Voucher | None
    statement: VoidStatement | None
    raw: bytes = field(repr=False)

    @property
    def entry(self) -> int:
        """Its number."""
        return self.position.entry

    @property
    def content(self) -> bytes:
        """What the chain takes in: a voucher's body, or a whole statement."""
        if self.statement is not None:
            return bytes(self.statement)
        assert self.voucher is not None
        return self.voucher.body

    @property
    def number(self) -> int:
        """The number of the request that it is about."""
        about = self.voucher or self.statement
        assert about is not None
        return about.number

    @property
    def subject(self) -> tuple[bytes, int]:
        """Payer id and entry of the voucher that it is about."""
        if self.statement is not None:
            return self.statement.payer_id, self.statement.payer_entry
        assert self.voucher is not None
        return self.voucher.payer_id, self.voucher.entry


@dataclass(frozen=True, slots=True)
class Upload:
    """What a terminal brings of a purse.

    Attributes:
        entries: in order, from at most one after what is held to the state's.
        certificates: of payers and payees that may not be known yet.
        epoch: of the blocklist that the purse has.
        certificate_day: the first day of the certificate that the purse has; None: not known.
    """

    state: State
    entries: Sequence[LogEntry] = ()
    certificates: Sequence[Certificate] = ()
    epoch: int | None = None
    certificate_day: int | None = None
