"""A second ledger, as plain as can be: no groups, no memory but dicts, no database.

It is written from the table of results alone, so that it and the real one can disagree.
"""

from __future__ import annotations

from collections import Counter as Totals
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from zerobar.ledger import Account, Closing, Counter, Posting, Result, Transfer, TransferKind

LIMIT = 2**62
MOVING = (TransferKind.POST, TransferKind.COMMIT)


@dataclass
class PlainLedger:
    """Balances as sums over all that was ever posted: slow, and obviously right."""

    accounts: dict[UUID, Account]
    closed: set[UUID] = field(default_factory=set)
    posted: list[Transfer] = field(default_factory=list)
    counted: list[Counter] = field(default_factory=list)
    answers: dict[UUID, tuple[Transfer, Result, int | None]] = field(default_factory=dict)

    def balance(self, account: UUID) -> int:
        moved = [t for t in self.posted if t.kind in MOVING]
        taken = sum(t.amount for t in moved if t.debit == account)
        return sum(t.amount for t in moved if t.credit == account) - taken

    def held(self, account: UUID) -> int:
        ended = {t.hold for t in self.posted}
        holds = [t for t in self.posted if t.kind is TransferKind.HOLD and t.id not in ended]
        return sum(t.amount for t in holds if t.debit == account)

    def total(self, key: UUID, period: int) -> int:
        return sum(c.add for c in self.counted if (c.key, c.period) == (key, period))

    def close(self, account: UUID) -> Closing:
        if account not in self.accounts:
            return Closing.ACCOUNT_UNKNOWN
        if self.balance(account) != 0:
            return Closing.BALANCE_LEFT
        if self.held(account) != 0:
            return Closing.HELD
        self.closed.add(account)
        return Closing.CLOSED

    def post(self, posting: Posting) -> list[Result]:
        if any(t.id in self.answers for t in posting.transfers):
            return [self._again(t) for t in posting.transfers]
        position, result, counter = self._judged(posting)
        results: list[Result] = [Result.CHAIN_BROKEN] * len(posting.transfers)
        results[position] = result
        if result is Result.POSTED:
            self.counted += posting.counters
            results = [result for _ in posting.transfers]
        for transfer, told in zip(posting.transfers, results, strict=True):
            self.answers[transfer.id] = (transfer, told, counter)
        return results

    def counter(self, transfer: UUID) -> int | None:
        """Return which counter was exceeded, as the first answer to a transfer told."""
        _, result, counter = self.answers[transfer]
        return counter if result is Result.COUNTER_EXCEEDED else None

    def _again(self, transfer: Transfer) -> Result:
        known = self.answers.get(transfer.id)
        if known is None:
            return Result.CHAIN_BROKEN
        return known[1] if known[0] == transfer else Result.OTHER_CONTENT

    def _judged(self, posting: Posting) -> tuple[int, Result, int | None]:
        for position, transfer in enumerate(posting.transfers):
            if wrong := self._malformed(transfer):
                return position, wrong, None
        if (counter := self._exceeded(posting.counters)) is not None:
            return 0, Result.COUNTER_EXCEEDED, counter
        before = len(self.posted)
        for position, transfer in enumerate(posting.transfers):
            if wrong := self._result(transfer):
                del self.posted[before:]
                return position, wrong, None
            self.posted.append(transfer)
        return 0, Result.POSTED, None

    def _exceeded(self, counters: Sequence[Counter]) -> int | None:
        added: Totals[tuple[UUID, int]] = Totals()
        for index, counter in enumerate(counters):
            added[counter.key, counter.period] += counter.add
            total = self.total(counter.key, counter.period) + added[counter.key, counter.period]
            if total > (LIMIT if counter.limit is None else counter.limit):
                return index
        return None

    def _malformed(self, t: Transfer) -> Result:
        if not 1 <= t.amount <= LIMIT:
            return Result.AMOUNT_OUT_OF_RANGE
        same = t.debit == t.credit and t.kind is not TransferKind.MARK
        return Result.SAME_ACCOUNT if same else Result.POSTED

    def _result(self, t: Transfer) -> Result:
        if t.hold is not None:
            return self._ending(t)
        if t.debit not in self.accounts:
            return Result.DEBIT_UNKNOWN
        if t.credit not in self.accounts:
            return Result.CREDIT_UNKNOWN
        return Result.POSTED if t.kind is TransferKind.MARK else self._moving(t)

    def _ending(self, t: Transfer) -> Result:
        holds = {p.id: p for p in self.posted if p.kind is TransferKind.HOLD}
        assert t.hold is not None
        hold = holds.get(t.hold)
        if hold is None or (hold.debit, hold.credit) != (t.debit, t.credit):
            return Result.HOLD_UNKNOWN
        if any(p.hold == hold.id for p in self.posted):
            return Result.HOLD_ENDED
        if t.kind is TransferKind.VOID:
            return Result.POSTED if t.amount == hold.amount else Result.HOLD_EXCEEDED
        if t.amount > hold.amount:
            return Result.HOLD_EXCEEDED
        return Result.CREDIT_CLOSED if t.credit in self.closed else self._too_large(t)

    def _moving(self, t: Transfer) -> Result:
        debit, credit = self.accounts[t.debit], self.accounts[t.credit]
        if debit.currency != credit.currency:
            return Result.CURRENCIES_DIFFER
        if t.debit in self.closed:
            return Result.DEBIT_CLOSED
        if t.credit in self.closed:
            return Result.CREDIT_CLOSED
        available = self.balance(t.debit) - self.held(t.debit) - t.amount
        if available < (-LIMIT if debit.floor is None else debit.floor):
            return Result.BELOW_FLOOR
        return self._too_large(t)

    def _too_large(self, t: Transfer) -> Result:
        after = self.balance(t.credit) + t.amount
        if after > LIMIT:
            return Result.OVERFLOW
        above = t.ceiling is not None and after > t.ceiling
        return Result.ABOVE_CEILING if above else Result.POSTED
