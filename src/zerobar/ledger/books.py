"""The rules of posting, in memory: what each chain does to balances and counters, in order.

Knows no SQL. The poster gives it the accounts, holds and counters that a group needs, and stores
what comes out; so accepting and rejecting is exactly sequential however large the group.

Ids are kept as whole numbers here: a UUID's own hash and comparison are slow.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

from zerobar.ledger.model import (
    MAX_BALANCE,
    Closing,
    Counter,
    Posting,
    Result,
    Transfer,
    TransferKind,
)

NewEntry = tuple[int, int, int, int, int, int]
"""An entry to be stored: account, number, transfer, signed amount, and balance and held after."""
NewCount = tuple[int, int, int, int, int]
"""A counter's new total, to be stored: key, period, number, total, transfer."""


_ACCOUNT_FIELD: Final = struct.Struct(">i16si")


def account_field(account_id: int) -> bytes:
    """Encode an account's id for PostgreSQL, with the length of a bigint that follows it."""
    return _ACCOUNT_FIELD.pack(16, account_id.to_bytes(16), 8)


@dataclass(slots=True, eq=False)
class AccountState:
    """An account as of the last transfer judged.

    Attributes:
        field: its id as `account_field` encodes it, for most rows to be stored name it.
        floor: the least that balance less held may be, as `floor_of` gives it.
    """

    field: bytes
    floor: int
    currency: int
    closed: bool
    balance: int = 0
    held: int = 0
    entries: int = 0


def floor_of(floor: int | None) -> int:
    """Return an account's floor; where none was set, one that no balance passes."""
    return -MAX_BALANCE if floor is None else floor


class Hold(NamedTuple):
    """A posted hold."""

    debit: int
    credit: int
    amount: int
    ended: bool


class Count(NamedTuple):
    """A counter's newest total, and the number of its row."""

    total: int
    number: int


class Verdict(NamedTuple):
    """What became of a chain.

    Attributes:
        result: POSTED, or that of the transfer that broke the chain.
        position: that transfer's.
        counter: the index of the counter that was exceeded.
    """

    result: Result
    position: int = 0
    counter: int | None = None


@dataclass(slots=True)
class Sheet:
    """What a group adds to the books."""

    entries: list[NewEntry] = field(default_factory=list)
    counts: list[NewCount] = field(default_factory=list)


class _Before(NamedTuple):
    """What a chain may change, as it was."""

    accounts: dict[int, tuple[int, int, int]]
    holds: dict[int, Hold | None]
    entries: int


_POST: Final = TransferKind.POST
_MARK: Final = TransferKind.MARK
_POSTED: Final = Verdict(Result.POSTED)
NEVER: Final = Count(0, 0)
"""Of a counter that nothing was added to yet."""


class Books:
    """Balances, holds and counters in memory.

    Attributes:
        accounts: all that a group's transfers name and that exist, by id.
        holds: all that its COMMITs and VOIDs name and that exist, by id.
        counters: all that its chains name, by key and period; NEVER for what was not counted yet.
    """

    def __init__(self) -> None:
        self.accounts: dict[int, AccountState] = {}
        self.holds: dict[int, Hold] = {}
        self.counters: dict[tuple[int, int], Count] = {}

    def judge(self, posting: Posting, sheet: Sheet) -> Verdict:
        """Post a chain as a whole or not at all; add to the sheet what it changes."""
        transfers = posting.transfers
        if len(transfers) == 1 and not posting.counters:
            # Most of a busy hour's settlements: as below, without what only longer chains need.
            alone = transfers[0]
            result = _malformed(alone)
            if result is None:
                result = self._judge_one(alone, sheet.entries)
            return _POSTED if result is None else Verdict(result)
        for position, transfer in enumerate(transfers):
            if (result := _malformed(transfer)) is not None:
                return Verdict(result, position)
        if posting.counters:
            return self._judge_counted(posting, sheet)
        return self._judge_all(posting.transfers, sheet)

    def close(self, account_id: int) -> tuple[Closing, bool]:
        """Close an account for ever if it is empty; return also whether it was closed before."""
        account = self.accounts.get(account_id)
        if account is None:
            return Closing.ACCOUNT_UNKNOWN, False
        if account.balance:
            return Closing.BALANCE_LEFT, False
        if account.held:
            return Closing.HELD, False
        before, account.closed = account.closed, True
        return Closing.CLOSED, before

    def forget(self, postings: Sequence[Posting], closings: Sequence[UUID]) -> None:
        """Drop all that chains and closings name: what they did to it was not stored."""
        for posting in postings:
            for transfer in posting.transfers:
                self.accounts.pop(transfer.debit.int, None)
                self.accounts.pop(transfer.credit.int, None)
                self.holds.pop(transfer.id.int, None)
                if transfer.hold is not None:
                    self.holds.pop(transfer.hold.int, None)
            for counter in posting.counters:
                self.counters.pop((counter.key.int, counter.period), None)
        for account_id in closings:
            self.accounts.pop(account_id.int, None)

    def _judge_counted(self, posting: Posting, sheet: Sheet) -> Verdict:
        counted = self._count(posting.counters)
        if isinstance(counted, int):
            return Verdict(Result.COUNTER_EXCEEDED, 0, counted)
        verdict = self._judge_all(posting.transfers, sheet)
        if verdict is _POSTED:
            transfer_id = posting.transfers[0].id.int
            for name, count in counted:
                self.counters[name] = count
                sheet.counts.append((*name, count.number, count.total, transfer_id))
        return verdict

    def _count(self, counters: Sequence[Counter]) -> int | list[tuple[tuple[int, int], Count]]:
        """Return the new totals in order, or the index of the first counter exceeded."""
        totals: dict[tuple[int, int], Count] = {}
        counted = []
        for index, counter in enumerate(counters):
            name = counter.key.int, counter.period
            before = totals.get(name) or self.counters.get(name, NEVER)
            total = before.total + counter.add
            if total > (MAX_BALANCE if counter.limit is None else counter.limit):
                return index
            if counter.add:
                totals[name] = Count(total, before.number + 1)
                counted.append((name, totals[name]))
        return counted

    def _judge_all(self, transfers: Sequence[Transfer], sheet: Sheet) -> Verdict:
        if len(transfers) > 1:
            return self._judge_linked(transfers, sheet)
        # One that is refused has changed nothing, so nothing has to be kept for it.
        result = self._judge_one(transfers[0], sheet.entries)
        return _POSTED if result is None else Verdict(result)

    def _judge_linked(self, transfers: Sequence[Transfer], sheet: Sheet) -> Verdict:
        before = self._saved(transfers, sheet)
        for position, transfer in enumerate(transfers):
            result = self._judge_one(transfer, sheet.entries)
            if result is not None:
                self._restore(before, sheet)
                return Verdict(result, position)
        return _POSTED

    def _saved(self, transfers: Sequence[Transfer], sheet: Sheet) -> _Before:
        named = {account.int for t in transfers for account in (t.debit, t.credit)}
        states = {i: self.accounts[i] for i in named if i in self.accounts}
        touched = {i.int for t in transfers for i in (t.id, t.hold) if i is not None}
        return _Before(
            {i: (s.balance, s.held, s.entries) for i, s in states.items()},
            {i: self.holds.get(i) for i in touched},
            len(sheet.entries),
        )

    def _restore(self, before: _Before, sheet: Sheet) -> None:
        del sheet.entries[before.entries :]
        for account_id, kept in before.accounts.items():
            state = self.accounts[account_id]
            state.balance, state.held, state.entries = kept
        for hold_id, hold in before.holds.items():
            if hold is None:
                self.holds.pop(hold_id, None)
            else:
                self.holds[hold_id] = hold

    def _judge_one(self, transfer: Transfer, entries: list[NewEntry]) -> Result | None:
        if transfer.kind is _POST:
            return self._post(transfer, entries)
        return _JUDGES[transfer.kind](self, transfer, entries)

    def _post(self, transfer: Transfer, entries: list[NewEntry]) -> Result | None:
        # Nearly all transfers come this way, so it is written out rather than put together.
        debit_id, credit_id, ceiling = transfer.debit.int, transfer.credit.int, transfer.ceiling
        debit, credit = self.accounts.get(debit_id), self.accounts.get(credit_id)
        if debit is None or credit is None:
            return _refused(debit, credit, transfer)
        amount = int(transfer.amount)
        fallen, risen = debit.balance - amount, credit.balance + amount
        if (
            fallen - debit.held < debit.floor
            or risen > (MAX_BALANCE if ceiling is None else ceiling)
            or debit.currency != credit.currency
            or debit.closed
            or credit.closed
        ):
            # One of many reasons at least; the first in the order of precedence is told.
            return _refused(debit, credit, transfer)
        transfer_id = transfer.id.int
        debit.balance = fallen
        debit.entries = number = debit.entries + 1
        entries.append((debit_id, number, transfer_id, -amount, fallen, debit.held))
        credit.balance = risen
        credit.entries = number = credit.entries + 1
        entries.append((credit_id, number, transfer_id, amount, risen, credit.held))
        return None

    def _hold(self, transfer: Transfer, entries: list[NewEntry]) -> Result | None:
        debit_id, credit_id = transfer.debit.int, transfer.credit.int
        debit, credit = self.accounts.get(debit_id), self.accounts.get(credit_id)
        refused = _refused(debit, credit, transfer)
        if refused is not None:
            return refused
        assert debit is not None
        amount = int(transfer.amount)
        debit.held += amount
        entries.append(_line(debit_id, debit, transfer.id.int, 0))
        self.holds[transfer.id.int] = Hold(debit_id, credit_id, amount, False)
        return None

    def _commit(self, transfer: Transfer, entries: list[NewEntry]) -> Result | None:
        hold = self._open_hold(transfer)
        if isinstance(hold, Result):
            return hold
        if transfer.amount > hold.amount:
            return Result.HOLD_EXCEEDED
        debit, credit = self.accounts[hold.debit], self.accounts[hold.credit]
        if credit.closed:
            return Result.CREDIT_CLOSED
        refused = _too_large(credit.balance + int(transfer.amount), transfer.ceiling)
        if refused is None:
            _move(transfer, debit, credit, hold.amount, entries)
            self._end(transfer, hold)
        return refused

    def _void(self, transfer: Transfer, entries: list[NewEntry]) -> Result | None:
        hold = self._open_hold(transfer)
        if isinstance(hold, Result):
            return hold
        if transfer.amount != hold.amount:
            return Result.HOLD_EXCEEDED
        debit = self.accounts[hold.debit]
        debit.held -= hold.amount
        entries.append(_line(hold.debit, debit, transfer.id.int, 0))
        self._end(transfer, hold)
        return None

    def _mark(self, transfer: Transfer, _: list[NewEntry]) -> Result | None:
        if transfer.debit.int not in self.accounts:
            return Result.DEBIT_UNKNOWN
        return None if transfer.credit.int in self.accounts else Result.CREDIT_UNKNOWN

    def _open_hold(self, transfer: Transfer) -> Hold | Result:
        assert transfer.hold is not None
        hold = self.holds.get(transfer.hold.int)
        named = transfer.debit.int, transfer.credit.int
        if hold is None or (hold.debit, hold.credit) != named:
            return Result.HOLD_UNKNOWN
        return Result.HOLD_ENDED if hold.ended else hold

    def _end(self, transfer: Transfer, hold: Hold) -> None:
        assert transfer.hold is not None
        self.holds[transfer.hold.int] = hold._replace(ended=True)


def _malformed(transfer: Transfer) -> Result | None:
    if not 1 <= transfer.amount <= MAX_BALANCE:
        return Result.AMOUNT_OUT_OF_RANGE
    if transfer.debit.int == transfer.credit.int and transfer.kind is not _MARK:
        return Result.SAME_ACCOUNT
    return None


def _refused(
    debit: AccountState | None, credit: AccountState | None, transfer: Transfer
) -> Result | None:
    if debit is None:
        return Result.DEBIT_UNKNOWN
    if credit is None:
        return Result.CREDIT_UNKNOWN
    if debit.currency != credit.currency:
        return Result.CURRENCIES_DIFFER
    if debit.closed:
        return Result.DEBIT_CLOSED
    if credit.closed:
        return Result.CREDIT_CLOSED
    amount = int(transfer.amount)
    if debit.balance - debit.held - amount < debit.floor:
        return Result.BELOW_FLOOR
    return _too_large(credit.balance + amount, transfer.ceiling)


def _too_large(balance: int, ceiling: int | None) -> Result | None:
    if balance > MAX_BALANCE:
        return Result.OVERFLOW
    return None if ceiling is None or balance <= ceiling else Result.ABOVE_CEILING


def _move(
    transfer: Transfer,
    debit: AccountState,
    credit: AccountState,
    released: int,
    entries: list[NewEntry],
) -> None:
    amount, transfer_id = int(transfer.amount), transfer.id.int
    debit.balance -= amount
    debit.held -= released
    credit.balance += amount
    entries.append(_line(transfer.debit.int, debit, transfer_id, -amount))
    entries.append(_line(transfer.credit.int, credit, transfer_id, amount))


def _line(account_id: int, state: AccountState, transfer_id: int, amount: int) -> NewEntry:
    state.entries += 1
    return account_id, state.entries, transfer_id, amount, state.balance, state.held


_JUDGES: Final[dict[TransferKind, Callable[[Books, Transfer, list[NewEntry]], Result | None]]] = {
    TransferKind.HOLD: Books._hold,
    TransferKind.COMMIT: Books._commit,
    TransferKind.VOID: Books._void,
    TransferKind.MARK: Books._mark,
}
