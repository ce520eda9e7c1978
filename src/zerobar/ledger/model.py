"""Accounts, transfers, and how a transfer can end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from zerobar.purse.money import CNY, Fen

MAX_REFERENCE: Final = 64
MAX_CHAIN: Final = 16
MAX_BALANCE: Final = 2**62
"""Of any account, either way: far from the end of PostgreSQL's bigint."""


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


class Result(IntEnum):
    """How a transfer ended, in order of precedence: the first that applies is the answer."""

    POSTED = 0
    OTHER_CONTENT = 1
    """The id was used before, for another transfer; this one changes nothing."""
    AMOUNT_OUT_OF_RANGE = 2
    """Amounts are 1 to 2**62 fen."""
    SAME_ACCOUNT = 3
    """Debit and credit are one account."""
    HOLD_UNKNOWN = 4
    """No hold of that id was posted between these two accounts."""
    HOLD_ENDED = 5
    """The hold was committed or voided before."""
    HOLD_EXCEEDED = 6
    """More is to be committed than was held, or another amount voided."""
    DEBIT_UNKNOWN = 7
    CREDIT_UNKNOWN = 8
    CURRENCIES_DIFFER = 9
    DEBIT_CLOSED = 10
    """A closed account takes no new transfers; holds on it still end."""
    CREDIT_CLOSED = 11
    BELOW_FLOOR = 12
    """Less than the amount is available on the debit account."""
    OVERFLOW = 13
    """The credit account would exceed 2**62 fen."""
    CHAIN_BROKEN = 14
    """Another transfer of the same chain did not post, so none of them did."""


@dataclass(frozen=True, slots=True)
class Account:
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


@dataclass(frozen=True, slots=True)
class Transfer:
    """A movement of money from one account to another.

    Attributes:
        id: made by the client; the same id with the same content gives the first answer again.
        debit: whose balance falls.
        credit: whose balance rises.
        amount: in fen.
        code: why; the bank has the list.
        kind: POST unless a hold is made or ended.
        hold: the hold that a COMMIT or VOID ends.
        reference: at most 64 bytes of the caller's own.
    """

    id: UUID
    debit: UUID
    credit: UUID
    amount: Fen
    code: int = 0
    kind: TransferKind = TransferKind.POST
    hold: UUID | None = None
    reference: bytes = b""

    def __post_init__(self) -> None:
        assert abs(self.amount) < 2**63 and len(self.reference) <= MAX_REFERENCE
        assert (self.hold is not None) == (self.kind >= TransferKind.COMMIT)


Chain = tuple[Transfer, ...]
"""One to 16 transfers that post together or not at all."""


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one transfer.

    Attributes:
        transfer_id: whose.
        result: POSTED, or why not.
        posted_at: when it was first answered.
        repeated: it was answered before, and nothing was done now.
    """

    transfer_id: UUID
    result: Result
    posted_at: datetime
    repeated: bool = False

    @property
    def ok(self) -> bool:
        """Whether the money has moved (or is held, or the hold ended)."""
        return self.result is Result.POSTED


@dataclass(frozen=True, slots=True)
class Balance:
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


@dataclass(frozen=True, slots=True)
class Entry:
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
    posted_at: datetime = field(compare=False)
