"""Halting: once a freeze, a suspension or a revocation is answered, nothing else is paid.

A payment is judged on what the tables say, and posted a moment later. Whatever may stop it in
between is therefore a counter in the ledger too: each payment brings the condition that it stands
as it stood when the payment was judged, and whoever stops it counts one more, after the tables
say so.
"""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.ids import Word, derived_id
from zerobar.ledger import Counter, Transfer, TransferKind
from zerobar.purse.money import Fen

_NOTHING = Fen(1)
"""A mark's amount: it has to be one, and means nothing."""


def wallet_halts(wallet_id: UUID, known: int = 0) -> Counter:
    """Return the condition that a wallet was not frozen since, nor its merchant suspended.

    Its key is the wallet's own id, so that a query that finds the wallet finds the count too;
    what a wallet spends is counted under the same id, in the periods of days and years.

    Args:
        known: how often it had been, when the tables were read.
    """
    return Counter(wallet_id, 0, 0, known)


@lru_cache(maxsize=65_536)
def key_revocation(key_id: UUID) -> Counter:
    """Return the condition that a signing key was never revoked."""
    return Counter(derived_id(Word.KEY_REVOKED, key_id), 0, 0, 0)


def shop_closing(merchant_id: UUID, shop_id: UUID) -> Counter:
    """Return the condition that a shop was never closed."""
    return Counter(derived_id(Word.SHOP_CLOSED, merchant_id, shop_id), 0, 0, 0)


def halt(bank: Bank, *conditions: Counter) -> None:
    """Let no payment post any more that was judged under one of these conditions.

    Called after the tables say the same, outside any transaction; again, it changes nothing for
    what is judged later. Raises LedgerBusy or LedgerUnavailable: then whoever asked asks again.
    """
    # A mark moves nothing, so it may stand on any account that there is.
    vault = operator_account(bank.operator_id, AccountCode.VAULT)
    code, kind = int(TransferCode.MARK), TransferKind.MARK
    for condition in conditions:
        mark = Transfer(bank.new_id(), vault, vault, _NOTHING, code, kind)
        counted = Counter(condition.key, condition.period, 1, None)
        (posted,) = bank.ledger.post(mark, counters=[counted])
        assert posted.ok, posted
