"""Auto top-up: before a payment that lacks something, a card is asked for just that."""

from __future__ import annotations

from zerobar.bank.context import Bank
from zerobar.bank.funding.errors import NoCardPays, TopUpOff
from zerobar.bank.funding.shortfall import cover_shortfall
from zerobar.bank.paying.errors import AlreadyRefused, InsufficientBalance
from zerobar.bank.paying.judging import Conditions, Short
from zerobar.bank.paying.model import PaymentOrder
from zerobar.bank.paying.reading import refused_before
from zerobar.bank.people import store as people
from zerobar.bank.people.limits import exceeded
from zerobar.database import Connection
from zerobar.ledger import read_counters


def cover(bank: Bank, order: PaymentOrder, short: Short) -> None:
    """Bring what a payment lacks into its wallet, from a card; asked again, it is brought once.

    No card is asked for what would be refused: raises AlreadyRefused, OverLimit, or what else the
    payment's conditions say, as CodeUsed. Raises InsufficientBalance when no card pays; or
    WalletFrozen, WalletClosed, VaultShort, TopUpPending or BooksUnavailable.
    """
    with bank.connection() as connection:
        refused = refused_before(connection, order.payment_id)
        if refused is not None:
            raise AlreadyRefused(refused[1])
        _check(connection, short.conditions)
        wallet = people.wallet(connection, order.wallet_id)
    assert wallet is not None, "the wallet was looked up a moment ago"
    try:
        cover_shortfall(bank, wallet, short.shortfall, order.payment_id)
    except (NoCardPays, TopUpOff):
        raise InsufficientBalance(short.shortfall) from None


def _check(connection: Connection, conditions: Conditions) -> None:
    counters = conditions.counters
    used = read_counters(connection, [(counter.key, counter.period) for counter in counters])
    for counter, refusal in zip(counters, conditions.refusals, strict=True):
        counted = used[counter.key, counter.period]
        if counter.limit is not None and counted + counter.add > counter.limit:
            raise exceeded(counter, counted) if refusal is None else refusal()
