"""Auto top-up for AUTHORISE: bank cards are asked for what the wallet behind a card lacks.

A voucher that lacks something waits until its wallet's cards were asked, once; then it is decided,
whatever they said. So it makes no difference by which road it came, nor who was interrupted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from zerobar.bank.batches import do_each
from zerobar.bank.context import Bank
from zerobar.bank.funding.errors import NoCardPays, TopUpOff, VaultShort
from zerobar.bank.funding.shortfall import cover_shortfall
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import OverLimit, WalletClosed, WalletFrozen
from zerobar.bank.people.limits import check_payment, counters_for, limits_at
from zerobar.bank.people.model import Wallet
from zerobar.bank.settlement.facts import Due, VoucherKey, voucher_transfer_id
from zerobar.bank.settlement.model import Waiting
from zerobar.database import Connection
from zerobar.ledger import balance, read_counter
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen

_AT_ONCE: Final = 100
_REFUSALS: Final = (NoCardPays, TopUpOff, VaultShort, WalletFrozen, WalletClosed)
"""After which no card is asked again for this voucher."""

_SHORT: Final = """
    SELECT s.payer_id, s.entry
    FROM unnest(%(payers)s::bytea[], %(entries)s::bigint[], %(wallets)s::uuid[],
                %(amounts)s::bigint[]) AS s (payer_id, entry, wallet_id, amount_fen)
    JOIN bank.voucher_due d ON d.payer_id = s.payer_id AND d.entry = s.entry
         AND NOT d.is_topped_up
    JOIN bank.wallet w ON w.wallet_id = s.wallet_id AND w.auto_top_up AND w.person_id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT balance_fen - held_fen AS available FROM ledger.entry
        WHERE account_id = s.wallet_id ORDER BY number DESC LIMIT 1
    ) l ON true
    WHERE coalesce(l.available, 0) < s.amount_fen
"""
_WAITING: Final = """
    SELECT d.payer_id, d.entry, p.wallet_id, v.amount_fen
    FROM bank.voucher_due d
    JOIN bank.voucher v ON v.payer_id = d.payer_id AND v.entry = d.entry
    JOIN bank.purse p ON p.purse_id = d.payer_id
    WHERE d.waits_for = %(top_up)s
      AND (%(payer_id)s::bytea IS NULL OR (d.payer_id, d.entry) = (%(payer_id)s, %(entry)s))
    ORDER BY d.payer_id, d.entry LIMIT %(most)s
"""
_ASKED: Final = """
    UPDATE bank.voucher_due SET is_topped_up = true, waits_for = NULL
    WHERE payer_id = %s AND entry = %s AND waits_for = %s
"""

_Lacking = tuple[bytes, int, UUID, int]
"""Payer id and entry of a voucher, the wallet that is to pay it, and its amount in fen."""


def short_of(connection: Connection, page: Sequence[Due]) -> frozenset[VoucherKey]:
    """Return the authorisations that lack something which bank cards were not asked for yet."""
    asking = [
        (due, due.holder.wallet_id)
        for due in page
        if due.voucher.kind is Kind.AUTHORISE and due.holder is not None
    ]
    if not asking:
        return frozenset()
    rows = connection.execute(
        _SHORT,
        {
            "payers": [due.voucher.payer_id for due, _ in asking],
            "entries": [due.voucher.entry for due, _ in asking],
            "wallets": [wallet_id for _, wallet_id in asking],
            "amounts": [int(due.voucher.amount) for due, _ in asking],
        },
    )
    return frozenset((payer_id, entry) for payer_id, entry in rows)


def top_up_waiting(bank: Bank) -> int:
    """Ask bank cards for what waiting authorisations lack; return for how many it is known now.

    What a card's bank does not answer is asked again by the next run.
    """
    with bank.connection() as connection:
        waiting = _waiting(connection, None)
    return do_each("card-top-ups", waiting, lambda each: _top_up(bank, *each), _leave)


def top_up(bank: Bank, key: VoucherKey) -> None:
    """Ask bank cards for what one authorisation lacks, if it waits for that.

    Raises TopUpPending or BooksUnavailable while that is not known: ask again.
    """
    with bank.connection() as connection:
        waiting = _waiting(connection, key)
    for each in waiting:
        _top_up(bank, *each)


def _waiting(connection: Connection, key: VoucherKey | None) -> list[_Lacking]:
    payer_id, entry = key or (None, None)
    asked = {
        "top_up": int(Waiting.TOP_UP),
        "payer_id": payer_id,
        "entry": entry,
        "most": _AT_ONCE,
    }
    return connection.execute(_WAITING, asked).fetchall()


def _top_up(bank: Bank, payer_id: bytes, entry: int, wallet_id: UUID, amount_fen: int) -> bool:
    with bank.connection() as connection:
        wallet = people.wallet(connection, wallet_id)
        assert wallet is not None, "wallets are never deleted"
        missing = amount_fen - balance(connection, wallet_id).available
        may_pay = _is_within_limits(bank, connection, wallet, Fen(amount_fen))
    if missing > 0 and may_pay:
        _ask_cards(bank, wallet, Fen(missing), voucher_transfer_id((payer_id, entry)))
    with bank.connection() as connection:
        connection.execute(_ASKED, (payer_id, entry, int(Waiting.TOP_UP)))
    return True


def _ask_cards(bank: Bank, wallet: Wallet, missing: Fen, payment_id: UUID) -> None:
    try:
        cover_shortfall(bank, wallet, missing, payment_id)
    except _REFUSALS:
        # It is decided without: whoever tapped hears what the wallet lacks.
        return


def _is_within_limits(bank: Bank, connection: Connection, wallet: Wallet, amount: Fen) -> bool:
    """Return whether the wallet may pay so much today: else no card is asked in vain."""
    now = bank.clock()
    limits = limits_at(connection, wallet.operator_id, wallet.category, now)
    try:
        check_payment(limits, amount)
    except OverLimit:
        return False
    counters = counters_for(wallet.spender_id, limits, amount, now)
    return all(
        counter.limit is None
        or read_counter(connection, counter.key, counter.period) + counter.add <= counter.limit
        for counter in counters
    )


def _leave(_: object) -> None:
    """Leave it waiting: the next run finds it again."""
