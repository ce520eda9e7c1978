"""What became of a payment, also for whoever asked for it and had no answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.paying import store
from zerobar.bank.paying.errors import PaymentUnknown
from zerobar.bank.paying.model import Notice, Payment, Refund
from zerobar.bank.people import store as people
from zerobar.database import Connection
from zerobar.ledger import Result

_REFUSED: Final = {
    Result.BELOW_FLOOR: "insufficient-balance",
    Result.ABOVE_CEILING: "payee-balance-limit",
    Result.COUNTER_EXCEEDED: "over-limit",
    Result.CREDIT_CLOSED: "payee-not-open",
    Result.DEBIT_CLOSED: "wallet-closed",
}


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

    Raises PaymentUnknown also for one that never arrived: it is not made until asked for again.
    """
    with bank.connection() as connection:
        own = {wallet.id for wallet in people.wallets_of_person(connection, person_id)}
        payment = store.payment(connection, payment_id)
        if payment is not None:
            if not _sides(payment) & own:
                raise PaymentUnknown
            return PaymentOutcome(payment, store.refunds_of_payment(connection, payment_id), None)
        return PaymentOutcome(None, [], _refusal(connection, payment_id, own))


def pays_from(bank: Bank, person_id: UUID, outcome: PaymentOutcome) -> bool:
    """Return whether it was the person who paid, or tried to."""
    if outcome.payment is None:
        return True
    with bank.connection() as connection:
        wallet = people.wallet(connection, outcome.payment.payer_wallet_id)
    return wallet is not None and wallet.person_id == person_id


def _sides(payment: Payment) -> set[UUID]:
    return {payment.payer_wallet_id, payment.payee_wallet_id}


def _refusal(connection: Connection, payment_id: UUID, own: set[UUID]) -> str:
    refused = refused_before(connection, payment_id)
    if refused is None or refused[0] not in own:
        raise PaymentUnknown
    return refused[1]


def refused_before(connection: Connection, payment_id: UUID) -> tuple[UUID, str] | None:
    """Return whose payment of that id the books have refused for ever, and why; else None."""
    row = connection.execute(
        "SELECT debit_id, result FROM ledger.transfer WHERE transfer_id = %s", (payment_id,)
    ).fetchone()
    if row is None or Result(row[1]) not in _REFUSED:
        return None
    return row[0], _REFUSED[Result(row[1])]


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
