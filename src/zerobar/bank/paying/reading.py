"""What became of a payment, also for whoever asked for it and had no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.paying import store
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    PayeeFull,
    PayeeNotOpen,
    PaymentUnknown,
)
from zerobar.bank.paying.model import Notice, Payment, Refund, confirmed_id
from zerobar.bank.people import store as people
from zerobar.bank.people.errors import OverLimit, WalletClosed, WalletFrozen
from zerobar.bank.signatures import KeyUnknown
from zerobar.database import Connection
from zerobar.ledger import Result

_REFUSED: Final = {
    Result.BELOW_FLOOR: InsufficientBalance.problem,
    Result.ABOVE_CEILING: PayeeFull.problem,
    Result.COUNTER_EXCEEDED: OverLimit.problem,
    Result.CREDIT_CLOSED: PayeeNotOpen.problem,
    Result.DEBIT_CLOSED: WalletClosed.problem,
}
_HALTED: Final = (WalletFrozen.problem, PayeeNotOpen.problem, KeyUnknown.problem)
"""By the place of the counter that was exceeded: those that `judging` puts first."""


@dataclass(frozen=True, slots=True)
class PaymentOutcome:
    """What is known of a payment.

    Attributes:
        payment: if it was made.
        refunds: what was given back of it.
        refusal: why the books have refused it for ever, as a stable word.
    """

    payment: Payment | None
    refunds: list[Refund]
    refusal: str | None


def payment_of(bank: Bank, payment_id: UUID, *wallet_ids: UUID) -> Payment:
    """Return a payment that one of these wallets made or got; raises PaymentUnknown."""
    with bank.connection() as connection:
        payment = store.payment(connection, payment_id)
    if payment is None or not _sides(payment) & set(wallet_ids):
        raise PaymentUnknown
    return payment


def outcome_for(bank: Bank, person_id: UUID, payment_id: UUID) -> PaymentOutcome:
    """Tell a person what became of a payment from or to one of the person's wallets.

    Args:
        payment_id: or the id of the charge that the payment confirmed.

    Raises PaymentUnknown also for one that never arrived: it is not made until asked for again.
    """
    ids = payment_id, confirmed_id(payment_id)
    with bank.connection() as connection:
        own = {wallet.id for wallet in people.wallets_of_person(connection, person_id)}
        made = (store.payment(connection, id_) for id_ in ids)
        payment = next((payment for payment in made if payment is not None), None)
        if payment is not None:
            if not _sides(payment) & own:
                raise PaymentUnknown
            return PaymentOutcome(payment, store.refunds_of_payment(connection, payment.id), None)
        return PaymentOutcome(None, [], _refusal(connection, ids, own))


def pays_from(bank: Bank, person_id: UUID, outcome: PaymentOutcome) -> bool:
    """Return whether it was the person who paid, or tried to."""
    if outcome.payment is None:
        return True
    with bank.connection() as connection:
        wallet = people.wallet(connection, outcome.payment.payer_wallet_id)
    return wallet is not None and wallet.person_id == person_id


def _sides(payment: Payment) -> set[UUID]:
    return {payment.payer_wallet_id, payment.payee_wallet_id}


def _refusal(connection: Connection, ids: Sequence[UUID], own: set[UUID]) -> str:
    refused = refusals(connection, ids)
    for wallet_id, why in refused.values():
        if wallet_id in own:
            return why
    raise PaymentUnknown


def refused_before(connection: Connection, payment_id: UUID) -> tuple[UUID, str] | None:
    """Return whose payment of that id the books have refused for ever, and why; else None."""
    return refusals(connection, [payment_id]).get(payment_id)


def refusals(connection: Connection, payment_ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, str]]:
    """Return for those payments that the books have refused for ever whose they were, and why."""
    rows = connection.execute(
        "SELECT transfer_id, debit_id, result, counter FROM ledger.transfer"
        " WHERE transfer_id = ANY(%s) AND result = ANY(%s)",
        (list(payment_ids), [int(result) for result in _REFUSED]),
    ).fetchall()
    return {row[0]: (row[1], _why(Result(row[2]), row[3])) for row in rows}


def _why(result: Result, counter: int | None) -> str:
    if counter is not None and counter < len(_HALTED):
        return _HALTED[counter]
    return _REFUSED[result]


def notices_of(bank: Bank, person_id: UUID, page: tuple[UUID | None, int]) -> list[Notice]:
    """Return what a person was told, the newest first.

    Args:
        page: below which id, and how many.
    """
    with bank.connection() as connection:
        return store.notices_of_person(connection, person_id, *page)


def mark_notices_read(bank: Bank, person_id: UUID, until: UUID) -> int:
    """Mark as read all up to a notice, that one included; return how many are unread still."""
    with bank.transaction() as connection:
        store.mark_read(connection, person_id, until, bank.clock())
        return store.unread(connection, person_id)
