"""Accounts, transfers and their conditions, and how they can end."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

import msgspec

from zerobar.purse.money import CNY, Fen

MAX_REFERENCE: Final = 64
MAX_CHAIN: Final = 16
MAX_COUNTERS: Final = 16
MAX_ROWS: Final = 32
MAX_ROW: Final = 16_384
"""Bytes of one row."""
MAX_BALANCE: Final = 2**62
"""Of any account, either way, and of any counter: far from the end of PostgreSQL's bigint."""

_MAX_PERIOD: Final = 2**31


class TransferKind(IntEnum):
    """What a transfer does to the two accounts."""

    POST = 1
    """Moves the amount now."""
    HOLD = 2
    """Sets the amount aside on the debit account: it lowers what is available, not the balance."""
    COMMIT = 3
    """Ends a hold and moves the amount, which may be less than was held."""
    VOID = 4
    """Ends a hold and moves nothing; its amount is the hold's."""
    MARK = 5
    """Moves nothing, for the sake of its chain's counters; debit and credit may be one account."""


class Result(IntEnum):
    """How a transfer ended, in order of precedence: the first that applies is the answer."""

    POSTED = 0
    OTHER_CONTENT = 1
    """The id was used before, for another transfer; this one changes nothing."""
    AMOUNT_OUT_OF_RANGE = 2
    """Amounts are 1 to 2**62 fen."""
    SAME_ACCOUNT = 3
    """Debit and credit are one account."""
    COUNTER_EXCEEDED = 4
    """One of the chain's counters would exceed its limit: `Posted.counter` says which."""
    HOLD_UNKNOWN = 5
    """No hold of that id was posted between these two accounts."""
    HOLD_ENDED = 6
    """The hold was committed or voided before."""
    HOLD_EXCEEDED = 7
    """More is to be committed than was held, or another amount voided."""
    DEBIT_UNKNOWN = 8
    CREDIT_UNKNOWN = 9
    CURRENCIES_DIFFER = 10
    DEBIT_CLOSED = 11
    CREDIT_CLOSED = 12
    """A closed account takes nothing more; a hold for it can only be voided."""
    BELOW_FLOOR = 13
    """Less than the amount is available on the debit account."""
    OVERFLOW = 14
    """The credit account would exceed 2**62 fen."""
    ABOVE_CEILING = 15
    """The credit account would exceed the ceiling that the transfer was given."""
    CHAIN_BROKEN = 16
    """Another transfer of the same chain did not post, so none of them did."""


class Closing(IntEnum):
    """How closing an account ended, in order of precedence."""

    CLOSED = 0
    ACCOUNT_UNKNOWN = 1
    BALANCE_LEFT = 2
    """The balance is not zero."""
    HELD = 3
    """Holds on it are open."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """An account: its balance is what was credited less what was debited.

    Attributes:
        id: made by the client.
        code: what the account is for; the bank has the list.
        floor: the least that balance less holds may be, in fen; None: no floor.
        currency: ISO 4217 number.
    """

    id: UUID
    code: int
    floor: int | None = 0
    currency: int = CNY


class Transfer(msgspec.Struct, frozen=True, gc=False, eq=False, array_like=True):
    """A movement of money from one account to another.

    Two are equal when all but their ceilings are: that is what the same content means.

    Attributes:
        id: made by the client; the same id with the same content gives the first answer again.
        debit: whose balance falls.
        credit: whose balance rises.
        amount: in fen.
        code: why; the bank has the list.
        kind: POST unless a hold is made or ended, or nothing moves.
        hold: the hold that a COMMIT or VOID ends.
        reference: at most 64 bytes of the caller's own.
        ceiling: the most that the credit account's balance may be after it, in fen.
    """

    id: UUID
    debit: UUID
    credit: UUID
    amount: Fen
    code: int = 0
    kind: TransferKind = TransferKind.POST
    hold: UUID | None = None
    reference: bytes = b""
    ceiling: int | None = None

    def __post_init__(self) -> None:
        assert abs(self.amount) < 2**63 and len(self.reference) <= MAX_REFERENCE
        assert -(2**15) <= self.code < 2**15
        ends = self.kind is TransferKind.COMMIT or self.kind is TransferKind.VOID
        assert (self.hold is not None) == ends

    @property
    def content(self) -> tuple[object, ...]:
        """All that must be the same when the same id comes again."""
        named = self.id, self.debit, self.credit, self.hold
        return (*named, int(self.amount), self.code, self.kind, self.reference)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Transfer) and self.content == other.content

    def __hash__(self) -> int:
        return hash(self.id)


class Counter(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A condition of a chain, and what the chain adds to it if it posts.

    A limit for a day or year, or something that happens only once: any sum that must not exceed
    a limit, however many ask at once.

    Attributes:
        key: what is counted: a wallet's payments, the uses of a code, the refunds of a payment.
        period: 0 for ever, else any number that the caller gives to a span: 20261125, 2026.
        add: what the chain adds if it posts; 0 only asks.
        limit: the chain posts only if the total, with `add`, does not exceed it; None: no limit.
    """

    key: UUID
    period: int
    add: int
    limit: int | None

    def __post_init__(self) -> None:
        assert 0 <= self.period < _MAX_PERIOD and 0 <= self.add <= MAX_BALANCE


class Row(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A record that is stored in the same transaction, if and only if its chain posts.

    Attributes:
        table: a name that the poster was given.
        data: one row in PostgreSQL's binary COPY form, as `encode_row` makes it.
    """

    table: str
    data: bytes

    def __post_init__(self) -> None:
        assert 2 <= len(self.data) <= MAX_ROW


class Posting(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One to 16 transfers that post together or not at all, with conditions and records.

    Attributes:
        transfers: the chain, each with an id of its own, judged in this order.
        counters: at most 16; those of one key and period add up.
        rows: at most 32, stored if the chain posts.
        provisional: if the chain does not post, nothing is left of it: the answer is not kept, and
            its ids can be used again, for whoever wants to ask once more knowing better.
    """

    transfers: tuple[Transfer, ...]
    counters: tuple[Counter, ...] = ()
    rows: tuple[Row, ...] = ()
    provisional: bool = False

    def __post_init__(self) -> None:
        assert 1 <= len(self.transfers) <= MAX_CHAIN
        assert len(self.counters) <= MAX_COUNTERS and len(self.rows) <= MAX_ROWS
        alone = len(self.transfers) == 1
        assert alone or len({t.id for t in self.transfers}) == len(self.transfers)


class Posted(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The answer to one transfer.

    Attributes:
        transfer_id: whose.
        result: POSTED, or why not.
        posted_at: when it was first answered.
        repeated: it was answered before, and nothing was done now.
        counter: the index of the chain's first counter that was exceeded.
    """

    transfer_id: UUID
    result: Result
    posted_at: datetime
    repeated: bool = False
    counter: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the money has moved (or is held, or the hold ended)."""
        return self.result is Result.POSTED


class Closed(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The answer to closing an account.

    Attributes:
        account_id: whose.
        result: CLOSED, or why not.
        repeated: it was closed before.
    """

    account_id: UUID
    result: Closing
    repeated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the account is closed."""
        return self.result is Closing.CLOSED


class Balance(msgspec.Struct, frozen=True, gc=False):
    """An account's money at some moment, in fen.

    Attributes:
        balance: credits less debits.
        held: set aside by open holds.
        entries: how many entries the account has had.
    """

    balance: int
    held: int
    entries: int

    @property
    def available(self) -> int:
        """What can still be debited, if the floor is 0."""
        return self.balance - self.held


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of an account's statement.

    Attributes:
        number: 1 for the account's first entry.
        amount: signed; 0 when only a hold began or ended.
        balance: after it.
        held: after it.
    """

    account_id: UUID
    number: int
    transfer_id: UUID
    amount: int
    balance: int
    held: int
    posted_at: datetime
