"""Auto top-up: before a payment that lacks something, a card is asked for just that."""

from __future__ import annotations

from collections.abc import Sequence

from zerobar.bank.context import Bank
from zerobar.bank.funding.errors import NoCardPays, TopUpOff
from zerobar.bank.funding.shortfall import cover_shortfall
from zerobar.bank.paying.errors import InsufficientBalance
from zerobar.bank.paying.judging import Short
from zerobar.bank.paying.model import PaymentOrder
from zerobar.bank.people import store as people
from zerobar.bank.people.limits import exceeded
from zerobar.database import Connection
from zerobar.ledger import Counter, read_counters


def cover(bank: Bank, order: PaymentOrder, short: Short) -> None:
    """Bring what a payment lacks into its wallet, from a card; asked again, it is brought once.

    Raises OverLimit, so that no card pays for what would be refused; InsufficientBalance when
    no card does; or WalletFrozen, WalletClosed, VaultShort, TopUpPending or BooksUnavailable.
    """
    with bank.connection() as connection:
        _check_limits(connection, short.limits)
        wallet = people.wallet(connection, order.wallet_id)
    assert wallet is not None, "the wallet was looked up a moment ago"
    try:
        cover_shortfall(bank, wallet, short.shortfall, order.payment_id)
    except (NoCardPays, TopUpOff):
        raise InsufficientBalance(short.shortfall) from None


def _check_limits(connection: Connection, limits: Sequence[Counter]) -> None:
    used = read_counters(connection, [(counter.key, counter.period) for counter in limits])
    for counter in limits:
        spent = used[counter.key, counter.period]
        if counter.limit is not None and spent + counter.add > counter.limit:
            raise exceeded(counter, spent)
