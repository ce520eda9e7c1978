"""The rules of posting, in memory: what each transfer does to balances, one after the other.

Knows no SQL. The poster gives it the accounts and holds that a group needs, and stores what
comes out; so accepting and rejecting is exactly sequential however large the group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple
from uuid import UUID

from zerobar.ledger.model import MAX_BALANCE, Chain, Result, Transfer, TransferKind


class AccountState:
    """An account as of the last transfer judged."""

    __slots__ = ("balance", "closed", "currency", "entries", "floor", "held")

    def __init__(
        self,
        floor: int | None,
        currency: int,
        closed: bool,
        balance: int = 0,
        held: int = 0,
        entries: int = 0,
    ) -> None:
        self.floor = floor
        self.currency = currency
        self.closed = closed
        self.balance = balance
        self.held = held
        self.entries = entries


class Hold(NamedTuple):
    """A posted hold."""

    debit: UUID
    credit: UUID
    amount: int
    ended: bool


class NewEntry(NamedTuple):
    """An entry to be stored; `amount` is signed."""

    account_id: UUID
    number: int
    transfer_id: UUID
    amount: int
    balance: int
    held: int


class _Before(NamedTuple):
    """What a chain may change, as it was."""

    accounts: dict[UUID, tuple[int, int, int]]
    holds: dict[UUID, Hold | None]


class Books:
    """Balances in memory, and the entries that transfers make.

    Attributes:
        accounts: all that a group's transfers name and that exist.
        holds: all that its COMMITs and VOIDs name and that exist.
    """

    def __init__(self) -> None:
        self.accounts: dict[UUID, AccountState] = {}
        self.holds: dict[UUID, Hold] = {}

    def judge(self, chain: Chain) -> tuple[list[Result], list[NewEntry]]:
        """Post a chain as a whole or not at all; return each result, and the new entries."""
        if len(chain) == 1:
            entries: list[NewEntry] = []
            return [self._judge_one(chain[0], entries)], entries
        return self._judge_linked(chain)

    def _judge_linked(self, chain: Chain) -> tuple[list[Result], list[NewEntry]]:
        before = self._saved(chain)
        entries: list[NewEntry] = []
        for position, transfer in enumerate(chain):
            result = self._judge_one(transfer, entries)
            if result is not Result.POSTED:
                self._restore(before)
                results = [Result.CHAIN_BROKEN] * len(chain)
                results[position] = result
                return results, []
        return [Result.POSTED] * len(chain), entries

    def _saved(self, chain: Chain) -> _Before:
        named = {account for t in chain for account in (t.debit, t.credit)}
        states = {i: self.accounts[i] for i in named if i in self.accounts}
        touched = {i for t in chain for i in (t.id, t.hold) if i is not None}
        return _Before(
            {i: (s.balance, s.held, s.entries) for i, s in states.items()},
            {i: self.holds.get(i) for i in touched},
        )

    def _restore(self, before: _Before) -> None:
        for account_id, kept in before.accounts.items():
            state = self.accounts[account_id]
            state.balance, state.held, state.entries = kept
        for hold_id, hold in before.holds.items():
            if hold is None:
                self.holds.pop(hold_id, None)
            else:
                self.holds[hold_id] = hold

    def _judge_one(self, transfer: Transfer, entries: list[NewEntry]) -> Result:
        if not 1 <= transfer.amount <= MAX_BALANCE:
            return Result.AMOUNT_OUT_OF_RANGE
        if transfer.debit == transfer.credit:
            return Result.SAME_ACCOUNT
        return _JUDGES[transfer.kind](self, transfer, entries)

    def _post(self, transfer: Transfer, entries: list[NewEntry]) -> Result:
        debit, credit = self.accounts.get(transfer.debit), self.accounts.get(transfer.credit)
        refused = _refused(debit, credit, transfer.amount)
        if refused is not None:
            return refused
        assert debit is not None and credit is not None
        _move(transfer, debit, credit, 0, entries)
        return Result.POSTED

    def _hold(self, transfer: Transfer, entries: list[NewEntry]) -> Result:
        debit, credit = self.accounts.get(transfer.debit), self.accounts.get(transfer.credit)
        refused = _refused(debit, credit, transfer.amount)
        if refused is not None:
            return refused
        assert debit is not None
        debit.held += transfer.amount
        entries.append(_line(transfer.debit, debit, transfer.id, 0))
        self.holds[transfer.id] = Hold(transfer.debit, transfer.credit, transfer.amount, False)
        return Result.POSTED

    def _commit(self, transfer: Transfer, entries: list[NewEntry]) -> Result:
        hold = self._open_hold(transfer)
        if isinstance(hold, Result):
            return hold
        if transfer.amount > hold.amount:
            return Result.HOLD_EXCEEDED
        debit, credit = self.accounts[transfer.debit], self.accounts[transfer.credit]
        if credit.balance + transfer.amount > MAX_BALANCE:
            return Result.OVERFLOW
        _move(transfer, debit, credit, hold.amount, entries)
        self._end(transfer, hold)
        return Result.POSTED

    def _void(self, transfer: Transfer, entries: list[NewEntry]) -> Result:
        hold = self._open_hold(transfer)
        if isinstance(hold, Result):
            return hold
        if transfer.amount != hold.amount:
            return Result.HOLD_EXCEEDED
        debit = self.accounts[transfer.debit]
        debit.held -= hold.amount
        entries.append(_line(transfer.debit, debit, transfer.id, 0))
        self._end(transfer, hold)
        return Result.POSTED

    def _open_hold(self, transfer: Transfer) -> Hold | Result:
        assert transfer.hold is not None
        hold = self.holds.get(transfer.hold)
        if hold is None or (hold.debit, hold.credit) != (transfer.debit, transfer.credit):
            return Result.HOLD_UNKNOWN
        return Result.HOLD_ENDED if hold.ended else hold

    def _end(self, transfer: Transfer, hold: Hold) -> None:
        assert transfer.hold is not None
        self.holds[transfer.hold] = hold._replace(ended=True)


def _refused(debit: AccountState | None, credit: AccountState | None, amount: int) -> Result | None:
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
    least = -MAX_BALANCE if debit.floor is None else debit.floor
    if debit.balance - debit.held - amount < least:
        return Result.BELOW_FLOOR
    if credit.balance + amount > MAX_BALANCE:
        return Result.OVERFLOW
    return None


def _move(
    transfer: Transfer,
    debit: AccountState,
    credit: AccountState,
    released: int,
    entries: list[NewEntry],
) -> None:
    amount = transfer.amount
    debit.balance -= amount
    debit.held -= released
    credit.balance += amount
    entries.append(_line(transfer.debit, debit, transfer.id, -amount))
    entries.append(_line(transfer.credit, credit, transfer.id, amount))


def _line(account_id: UUID, state: AccountState, transfer_id: UUID, amount: int) -> NewEntry:
    state.entries += 1
    return NewEntry(account_id, state.entries, transfer_id, amount, state.balance, state.held)


_JUDGES: Final[dict[TransferKind, Callable[[Books, Transfer, list[NewEntry]], Result]]] = {
    TransferKind.POST: Books._post,
    TransferKind.HOLD: Books._hold,
    TransferKind.COMMIT: Books._commit,
    TransferKind.VOID: Books._void,
}


def named_accounts(chains: Iterable[Chain]) -> set[UUID]:
    """Return every account that chains name."""
    return {account for chain in chains for t in chain for account in (t.debit, t.credit)}


def named_holds(chains: Iterable[Chain]) -> set[UUID]:
    """Return every hold that chains end."""
    return {t.hold for chain in chains for t in chain if t.hold is not None}
