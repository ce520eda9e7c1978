"""Whether a purse may be paid by its operator: its kind of request, its class, its state.

A purse knows its own requests by their tags, so a forged one costs nobody anything: the purse voids
its voucher, and the money goes back. What is checked here is what can be known beforehand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from zerobar.bank.context import Bank
from zerobar.bank.purses import limiting, store
from zerobar.bank.purses.errors import (
    LoadTooLarge,
    NotLoadable,
    PurseBlocked,
    PurseClosed,
    PurseExpired,
    PurseUnknown,
    RequestKindRefused,
    RequestRefused,
)
from zerobar.bank.purses.model import Charge, Purse, PurseStatus
from zerobar.bank.purses.registering import check_certified
from zerobar.database import Connection
from zerobar.purse.messages import (
    SECONDS_PER_DAY,
    Certificate,
    Kind,
    PurseClass,
    Request,
    SignedRequest,
)
from zerobar.purse.money import CNY, Fen
from zerobar.purse.suites import SignatureRefused

PayeeCheck = Callable[[Connection], None]
"""Raises BankError when the payee may not be paid."""
_HELD_BY_SOMEBODY: Final = (PurseClass.PERSON, PurseClass.ANONYMOUS, PurseClass.MERCHANT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a purse without network shows: its request and its certificate, perhaps signed.

    Attributes:
        signed: its signature over both, which proves before the money moves that it asked.
    """

    request: Request
    certificate: Certificate
    signed: SignedRequest | None = None

    @classmethod
    def of(cls, signed: SignedRequest) -> Self:
        """Return what a signed request asks."""
        return cls(signed.request, signed.certificate, signed)


def check_kind(request: Request, *, load: bool) -> None:
    """Raise RequestKindRefused or RequestRefused for what no purse prepares so."""
    allowed = (Kind.LOAD,) if load else (Kind.PAYMENT, Kind.REFUND)
    if request.kind not in allowed:
        raise RequestKindRefused("a load" if load else "a payment")
    if request.number == 0 or request.currency != CNY:
        raise RequestRefused("its number or its currency cannot be")


def check_load(bank: Bank, connection: Connection, charge: Charge) -> None:
    """Check that a wallet may load a purse; raises as `charging.load` says."""
    found = store.purse(connection, charge.request.payee_id)
    if found is None or found.purse_class not in _HELD_BY_SOMEBODY:
        raise PurseUnknown(charge.request.payee_id)
    check_usable(found)
    check_in_force(found.certificate, bank.clock())
    if found.purse_class is not PurseClass.ANONYMOUS and found.wallet_id != charge.wallet_id:
        raise NotLoadable
    holding = limiting.limits_in_force(connection, found).holding
    if charge.amount > holding:
        raise LoadTooLarge(Fen(holding))


def check_payee(bank: Bank, connection: Connection, asked: Asked) -> None:
    """Check that a purse of whichever holder may be paid; raises as `charging.pay_purse` says."""
    certificate = asked.certificate
    if certificate.id != asked.request.payee_id:
        raise RequestRefused("its certificate is another purse's")
    if certificate.purse_class not in _HELD_BY_SOMEBODY:
        raise RequestRefused("its payee is hosted, so pay it online")
    check_certified(connection, certificate)
    check_in_force(certificate, bank.clock())
    found = store.purse(connection, certificate.id)
    if found is not None:
        check_usable(found)
    if asked.signed is not None:
        check_signed(asked.signed)


def check_usable(found: Purse) -> None:
    """Raise PurseClosed or PurseBlocked if nothing may go into a purse."""
    if found.status is PurseStatus.CLOSED:
        raise PurseClosed(found.id)
    if found.status is PurseStatus.BLOCKED:
        raise PurseBlocked(found.id)


def check_in_force(certificate: Certificate, now: datetime) -> None:
    """Raise PurseExpired if a certificate has ended; its last day still counts."""
    if int(now.timestamp()) // SECONDS_PER_DAY > certificate.not_after_day:
        raise PurseExpired(certificate.id)


def check_signed(signed: SignedRequest) -> None:
    """Raise RequestRefused unless the key in its certificate signed a request."""
    try:
        signed.verify()
    except SignatureRefused:
        raise RequestRefused("the payee did not sign it") from None
