"""An identity's slots: how many wallets it has at a time, and what was spent in each place.

One identity has `MOST_WALLETS` slots for wallets of categories I to III, whatever the number of its
phone numbers. A wallet takes one when it becomes category III and leaves it when it is closed; who
was in a slot before stays written down. What was spent in a slot today and this year goes on
counting in the wallet that takes it next, so closing on one phone number and opening on another
begins no limit anew:

1. The slot is taken; the wallet is category IV still.
2. What the wallet before it has counted is counted in it too, by a mark in the ledger. The account
   of the wallet before is closed, so its count grows no more; what the new wallet has spent before,
   without a name, stays counted. It is the sum.
3. The wallet becomes category III.

A wallet's key never changes, so whoever remembers it need not ask again. A program that ends
between the steps leaves a wallet of category IV in a slot; whoever is next to ask for something
about that identity does the rest, under the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.calendar import day_of, year_of
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.people import store
from zerobar.bank.people.errors import TooManyWallets
from zerobar.bank.people.model import Category
from zerobar.bank.people.wallets import MOST_WALLETS
from zerobar.database import Connection
from zerobar.ledger import Counter, Transfer, TransferKind, read_counters
from zerobar.purse.money import Fen

_NOTHING: Final = Fen(1)
"""A mark's amount: it has to be one, and means nothing."""
_NEWEST: Final = """
    SELECT DISTINCT ON (s.slot) s.slot, s.number, w.closed_at IS NOT NULL
    FROM bank.identity_slot s LEFT JOIN bank.wallet w USING (wallet_id)
    WHERE s.resident_id_index = %s ORDER BY s.slot, s.number DESC
"""
_TAKE: Final = """
    INSERT INTO bank.identity_slot (resident_id_index, slot, number, wallet_id, taken_at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING number
"""
_UNSETTLED: Final = """
    SELECT w.wallet_id, w.operator_id, coalesce(w.counted_as, w.wallet_id), s.taken_at,
           b.wallet_id, coalesce(b.counted_as, b.wallet_id)
    FROM (
        SELECT slot, number, wallet_id, taken_at,
               lag(wallet_id) OVER (PARTITION BY slot ORDER BY number) AS before_id
        FROM bank.identity_slot WHERE resident_id_index = %s
    ) s
    JOIN bank.wallet w USING (wallet_id)
    LEFT JOIN bank.wallet b ON b.wallet_id = s.before_id
    WHERE w.category = %s ORDER BY s.slot, s.number
"""


@dataclass(frozen=True, slots=True)
class _Succession:
    """A wallet that has taken a slot, and who was in it before, if anybody."""

    wallet_id: UUID
    operator_id: UUID
    spender_id: UUID
    taken_at: datetime
    before_id: UUID | None
    before_spender_id: UUID | None


def take_slot(bank: Bank, connection: Connection, person_id: UUID, wallet_id: UUID) -> None:
    """Let a wallet take the first free slot of its verified holder; `settle_slots` does the rest.

    Raises TooManyWallets.
    """
    index = store.resident_id_index(connection, person_id)
    assert index is not None, "only who is verified has slots"
    newest = {slot: rest for slot, *rest in connection.execute(_NEWEST, (index,))}
    # Not before: whoever is seen to have closed has spent nothing in a later day or year than this.
    now = bank.clock()
    for slot in range(1, MOST_WALLETS + 1):
        number, is_free = newest.get(slot, (0, True))
        taking = index, slot, number + 1, wallet_id, now
        # Who takes it at the same time, on another phone number, waits here and gets nothing.
        if is_free and connection.execute(_TAKE, taking).fetchone() is not None:
            return
    raise TooManyWallets(MOST_WALLETS)


def slot_holders(connection: Connection, person_id: UUID) -> frozenset[UUID]:
    """Return all wallets that are or ever were in a slot of a person's identity."""
    rows = connection.execute(
        "SELECT s.wallet_id FROM bank.identity_slot s JOIN bank.person p USING (resident_id_index)"
        " WHERE p.person_id = %s",
        (person_id,),
    )
    return frozenset(wallet_id for (wallet_id,) in rows)


def settle_slots(bank: Bank, person_id: UUID) -> None:
    """Count on, and raise to category III, what has taken a slot of a person's identity.

    Outside any transaction; again, it changes nothing. Raises LedgerBusy or LedgerUnavailable: then
    whoever asked asks again.
    """
    with bank.connection() as connection:
        index = store.resident_id_index(connection, person_id)
        rows = connection.execute(_UNSETTLED, (index, Category.IV)).fetchall()
    for succession in (_Succession(*row) for row in rows):
        _count_on(bank, succession)
        with bank.connection() as connection:
            store.raise_from_four(connection, succession.wallet_id)


def _count_on(bank: Bank, new: _Succession) -> None:
    """Add to a wallet's counts what was counted in its slot in the day and year it took it."""
    if new.before_id is None or new.before_spender_id is None:
        return
    assert new.before_spender_id != new.spender_id, "what is counted in a slot goes on there only"
    counters = _counters(bank, new.before_spender_id, new.spender_id, new.taken_at)
    if not counters:
        return
    # A mark moves nothing, so it may stand on any account that there is.
    vault = operator_account(new.operator_id, AccountCode.VAULT)
    mark_id = derived_id(Word.COUNTED_ON, new.before_id, new.wallet_id)
    mark = Transfer(mark_id, vault, vault, _NOTHING, int(TransferCode.MARK), TransferKind.MARK)
    (posted,) = bank.ledger.post(mark, counters=counters)
    assert posted.ok, posted


def _counters(bank: Bank, source_id: UUID, spender_id: UUID, moment: datetime) -> list[Counter]:
    keys = [(source_id, period) for period in (day_of(moment), year_of(moment))]
    with bank.connection() as connection:
        totals = read_counters(connection, keys)
    # No limit: who has spent more together than one wallet may has nothing left, and is no error.
    return [
        Counter(spender_id, period, totals[key, period], None)
        for key, period in keys
        if totals[key, period]
    ]
