"""A slice of a group, judged in one loop: plain chains here, all others as `Books` does it.

Plain is a chain of one transfer that moves money now, has no counters, and can be posted. Most of a
busy hour's settlements are such, and a function for each step of each would take several times as
long as what there is to do. Whatever is not plainly so is left to the exact way, in its turn: so
nothing is decided here that `Books` would decide otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from zerobar.ledger.books import Books, Verdict
from zerobar.ledger.copying import (
    ENTRY,
    NULLS,
    PLAIN_TRANSFER,
    entry_rest,
    transfer_middle,
)
from zerobar.ledger.model import MAX_BALANCE, Posted, Posting, Result, Transfer, TransferKind
from zerobar.ledger.recent import Answered, Recent
from zerobar.ledger.records import microseconds
from zerobar.ledger.storing import Group

_POST: Final = TransferKind.POST
_POSTED: Final = Result.POSTED


class Judge:
    """Decides chains, in memory.

    Args:
        load: brings what chains name and what exists into `books`, unless it is there.
        recall: brings answers to some transfers that were given long ago into `recent`.

    Attributes:
        books: balances, holds and counters.
        recent: answers given lately.
    """

    def __init__(
        self,
        load: Callable[[Sequence[Posting]], None],
        recall: Callable[[Sequence[Transfer]], None],
    ) -> None:
        self.books = Books()
        self.recent = Recent()
        self._load = load
        self._recall = recall

    def judge(self, postings: Sequence[Posting], group: Group) -> None:
        """Decide chains in order, answer them in a group, and encode the plain ones there."""
        # Many turns: what they need is at hand, and nothing is called that need not be.
        known, newer, older = self.books.accounts.get, self.recent.newer, self.recent.older
        answers, entries, transfers = group.answers, group.entries, group.transfers
        pack_entry, pack_transfer, at = ENTRY.pack, PLAIN_TRANSFER.pack, group.posted_at
        at_us = microseconds(at)
        middle, unheld = transfer_middle(group.number, at_us, _POSTED, _POST), entry_rest(0, at_us)
        is_loaded = False
        for posting in postings:
            transfer = posting.transfers[0]
            number, amount = transfer.id.int, transfer.amount.real
            debit, credit = known(transfer.debit.int), known(transfer.credit.int)
            if (
                debit is None
                or credit is None
                or (fallen := debit.balance - amount) - debit.held < debit.floor
                or (risen := credit.balance + amount) > MAX_BALANCE
                or not 1 <= amount <= MAX_BALANCE
                or (transfer.ceiling is not None and risen > transfer.ceiling)
                or debit is credit
                or debit.currency != credit.currency
                or debit.closed
                or credit.closed
                or transfer.kind is not _POST
                or posting.counters
                or len(posting.transfers) > 1
                or number in newer
                or number in older
            ):
                if not is_loaded:
                    # Plain chains of accounts in memory, as most slices are, need nothing of it.
                    self._load(postings)
                    is_loaded = True
                answers.append(self.answer(posting, group))
                continue
            id_, code, reference = number.to_bytes(16), transfer.code, transfer.reference
            by, to, size = debit.field, credit.field, len(reference)
            debit.balance, credit.balance = fallen, risen
            debit.entries = n = debit.entries + 1
            rest = entry_rest(debit.held, at_us) if debit.held else unheld
            entries.append(pack_entry(7, by, n, 16, id_, 8, -amount, 8, fallen, rest))
            credit.entries = n = credit.entries + 1
            rest = entry_rest(credit.held, at_us) if credit.held else unheld
            entries.append(pack_entry(7, to, n, 16, id_, 8, amount, 8, risen, rest))
            row = pack_transfer(12, 16, id_, by, to, amount, middle, code, NULLS, size)
            transfers.append(row + reference if reference else row)
            posted = Posted(transfer.id, _POSTED, at)
            newer[number] = transfer, posted
            answers.append([posted])
            for record in posting.rows:
                group.rows.setdefault(record.table, []).append(record.data)

    def answer(self, posting: Posting, group: Group) -> list[Posted]:
        """Decide any chain, the exact way, when all that it names is loaded.

        `storing.encode` encodes what it adds to the group.
        """
        transfers, recent = posting.transfers, self.recent
        for transfer in transfers:
            if transfer.id.int in recent.newer or transfer.id.int in recent.older:
                return self._repeated(transfers, group)
        verdict = self.books.judge(posting, group.sheet)
        answers = _answers(transfers, verdict, group.posted_at)
        is_posted = verdict.result is _POSTED
        if posting.provisional and not is_posted:
            return answers
        group.judged += zip(transfers, answers, strict=True)
        recent.newer |= {t.id.int: (t, a) for t, a in zip(transfers, answers, strict=True)}
        if is_posted:
            for row in posting.rows:
                group.rows.setdefault(row.table, []).append(row.data)
        return answers

    def _repeated(self, transfers: Sequence[Transfer], group: Group) -> list[Posted]:
        """Answer a chain of which at least one id was used before; nothing is done."""
        self._recall(transfers)
        known = [self.recent.get(t.id.int) for t in transfers]
        return [
            _again(t, k) if k else Posted(t.id, Result.CHAIN_BROKEN, group.posted_at)
            for t, k in zip(transfers, known, strict=True)
        ]


def _answers(transfers: Sequence[Transfer], verdict: Verdict, posted_at: datetime) -> list[Posted]:
    if len(transfers) == 1:
        return [Posted(transfers[0].id, verdict.result, posted_at, False, verdict.counter)]
    if verdict.result is Result.POSTED:
        return [Posted(t.id, verdict.result, posted_at) for t in transfers]
    answers = [Posted(t.id, Result.CHAIN_BROKEN, posted_at) for t in transfers]
    wrong = transfers[verdict.position].id
    answers[verdict.position] = Posted(wrong, verdict.result, posted_at, counter=verdict.counter)
    return answers


def _again(asked: Transfer, answered: Answered) -> Posted:
    """Return the answer to a transfer whose id was answered before."""
    first, posted = answered
    if asked == first:
        return msgspec.structs.replace(posted, repeated=True)
    return Posted(asked.id, Result.OTHER_CONTENT, posted.posted_at)
