"""A second ledger, as plain as can be: no groups, no memory but dicts, no database.

It is written from the table of results alone, so that it and the real one can disagree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from zerobar.ledger import Account, Chain, Result, Transfer, TransferKind

LIMIT = 2**62


@dataclass
class PlainLedger:
    """Balances as sums over all that was ever posted: slow, and obviously right."""

    accounts: dict[UUID, Account]
    closed: set[UUID] = field(default_factory=set)
    posted: list[Transfer] = field(default_factory=list)
    answers: dict[UUID, tuple[Transfer, Result]] = field(default_factory=dict)

    def balance(self, account: UUID) -> int:
        moved = [t for t in self.posted if t.kind in (TransferKind.POST, TransferKind.COMMIT)]
        taken = sum(t.amount for t in moved if t.debit == account)
        return sum(t.amount for t in moved if t.credit == account) - taken

    def held(self, account: UUID) -> int:
        ended = {t.hold for t in self.posted}
        holds = [t for t in self.posted if t.kind is TransferKind.HOLD and t.id not in ended]
        return sum(t.amount for t in holds if t.debit == account)

    def post(self, chain: Chain) -> list[Result]:
        if any(t.id in self.answers for t in chain):
            return [self._again(t) for t in chain]
        before = len(self.posted)
        results = []
        for transfer in chain:
            results.append(self._result(transfer))
            if results[-1] is not Result.POSTED:
                break
            self.posted.append(transfer)
        if results[-1] is not Result.POSTED:
            del self.posted[before:]
            wrong = results[-1] if len(results) == 1 or results[-1] else Result.POSTED
            broken = [Result.CHAIN_BROKEN] * len(chain)
            broken[len(results) - 1] = wrong
            results = broken
        for transfer, result in zip(chain, results, strict=True):
            self.answers[transfer.id] = (transfer, result)
        return results

    def _again(self, transfer: Transfer) -> Result:
        known = self.answers.get(transfer.id)
        if known is None:
            return Result.CHAIN_BROKEN
        return known[1] if known[0] == transfer else Result.OTHER_CONTENT

    def _result(self, t: Transfer) -> Result:
        if not 1 <= t.amount <= LIMIT:
            return Result.AMOUNT_OUT_OF_RANGE
        if t.debit == t.credit:
            return Result.SAME_ACCOUNT
        if t.hold is not None:
            return self._ending(t)
        return self._moving(t)

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
        full = self.balance(t.credit) + t.amount > LIMIT
        return Result.OVERFLOW if full else Result.POSTED

    def _moving(self, t: Transfer) -> Result:
        if t.debit not in self.accounts:
            return Result.DEBIT_UNKNOWN
        if t.credit not in self.accounts:
            return Result.CREDIT_UNKNOWN
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
        if self.balance(t.credit) + t.amount > LIMIT:
            return Result.OVERFLOW
        return Result.POSTED
