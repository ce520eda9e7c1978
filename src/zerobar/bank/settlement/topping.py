"""Auto top-up for AUTHORISE: bank cards are asked for what the wallet behind a card lacks.

A voucher that lacks something waits until its wallet's cards were asked, once; then it is decided,
whatever they said. So it makes no difference by which road it came, nor who was interrupted. Each
is posted before cards are asked for the next one of the same wallet, which lacks more by then.
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.fraud.examining import highest_value_out
from zerobar.bank.funding.errors import NoCardPays, TopUpOff, VaultShort
from zerobar.bank.funding.shortfall import cover_shortfall
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import OverLimit, WalletClosed, WalletFrozen
from zerobar.bank.people.limits import check_payment, limits_at
from zerobar.bank.settlement.authorising import refusal, spending
from zerobar.bank.settlement.facts import Due, VoucherKey, read_lacking, transfer_id
from zerobar.bank.settlement.model import Waiting
from zerobar.bank.settlement.ordered import orders_of
from zerobar.bank.settlement.posting import post_due
from zerobar.database import Connection
from zerobar.ledger import balance, read_counter
from zerobar.purse.money import Fen

_AT_ONCE: Final = 100
_REFUSALS: Final = (NoCardPays, TopUpOff, VaultShort, WalletFrozen, WalletClosed)
"""After which no card is asked again for this voucher."""

_WAITING: Final = """
    SELECT payer_id, entry FROM bank.voucher_due WHERE waits_for = %s
    ORDER BY payer_id, entry LIMIT %s
"""
_ASKED: Final = """
    UPDATE bank.voucher_due SET is_topped_up = true, waits_for = NULL
    WHERE payer_id = %s AND entry = %s AND waits_for = %s
"""


def top_up_waiting(bank: Bank) -> int:
    """Ask bank cards for what waiting authorisations lack; return for how many it is known now.

    What a card's bank does not answer is asked again by the next run.
    """
    with bank.connection() as connection:
        asked = int(Waiting.TOP_UP), _AT_ONCE
        waiting: list[VoucherKey] = connection.execute(_WAITING, asked).fetchall()
    return do_each("card-top-ups", waiting, lambda key: _is_asked(bank, key))


def top_up(bank: Bank, key: VoucherKey) -> None:
    """Ask bank cards for what one authorisation lacks, if it waits for that, and post it.

    Raises TopUpPending or BooksUnavailable while that is not known, TooBusy or OutcomeUnknown when
    the ledger does not answer: ask again.
    """
    with bank.connection() as connection:
        due = read_lacking(connection, key)
        missing = None if due is None else _missing(bank, connection, due)
    if due is not None and missing is not None:
        _ask_cards(bank, due, missing)
    with bank.connection() as connection:
        connection.execute(_ASKED, (*key, int(Waiting.TOP_UP)))
    post_due(bank, keys=[key])


def _is_asked(bank: Bank, key: VoucherKey) -> bool:
    top_up(bank, key)
    return True


def _missing(bank: Bank, connection: Connection, due: Due) -> Fen | None:
    """Return what bank cards are to be asked for; None: nothing, or it would be in vain."""
    if due.holder is None or not _is_payable(bank, connection, due):
        return None
    missing = due.voucher.amount - balance(connection, due.holder.wallet_id).available
    return Fen(missing) if missing > 0 else None


def _is_payable(bank: Bank, connection: Connection, due: Due) -> bool:
    """Return whether only money is lacking, as things stand now: it may have waited for long."""
    now, holder = bank.clock(), due.holder
    order = orders_of(connection, [due], now).get(due.key)
    if holder is None or refusal(due, order) is not None:
        return False
    limits = limits_at(connection, holder.operator_id, holder.category, now)
    try:
        check_payment(limits, due.voucher.amount)
    except OverLimit:
        return False
    return all(
        counter.limit is None
        or read_counter(connection, counter.key, counter.period) + counter.add <= counter.limit
        for counter in spending(due, limits, highest_value_out(connection), now)
    )


def _ask_cards(bank: Bank, due: Due, missing: Fen) -> None:
    assert due.holder is not None
    with bank.connection() as connection:
        wallet = people.wallet(connection, due.holder.wallet_id)
    assert wallet is not None, "wallets are never deleted"
    try:
        cover_shortfall(bank, wallet, missing, transfer_id(due))
    except _REFUSALS:
        # It is decided without: whoever tapped hears what the wallet lacks.
        return
