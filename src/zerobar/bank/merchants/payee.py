"""The payee that the bank hosts for a merchant's tills: its key, its certificate, its numbers.

A card pays a request only of a payee that the authority has certified. A shop has no secure
element of the bank's, so the bank keeps this key, sealed, and signs for the merchant's orders.
The key has no value: what is paid to it goes to the merchant's wallet and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.merchants.model import Merchant
from zerobar.bank.purses import store as purses
from zerobar.bank.purses.hosting import host_payee
from zerobar.bank.purses.keys import issuing_keys
from zerobar.database import Connection
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import SECONDS_PER_DAY, Certificate, PurseClass, Request, SignedRequest
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_YEARS: Final = 5
_RENEWED_BEFORE: Final = timedelta(days=180)
_PURPOSE: Final = "merchant-payee-key"


@dataclass(frozen=True, slots=True)
class MerchantPayee:
    """A payee that the bank hosts for a merchant.

    Attributes:
        private_key: P-256, 32 bytes.
    """

    certificate: Certificate
    private_key: bytes = field(repr=False)

    @property
    def id(self) -> bytes:
        """What cards pay to, 8 bytes."""
        return self.certificate.id

    def signed(self, request: Request) -> SignedRequest:
        """Sign a request of its own."""
        assert request.payee_id == self.id
        return SignedRequest(request, P256.sign(self.private_key, bytes(request)), self.certificate)


def payee_of(bank: Bank, merchant: Merchant) -> MerchantPayee:
    """Return a merchant's payee, which is made when it is asked for first.

    Raises PursesNotOffered, or WalletFrozen or WalletClosed when it has to be certified.
    """
    with bank.connection() as connection:
        known = _known(bank, connection, merchant)
    if known is None:
        known = _made(bank, merchant)
    return known if _lasts(known, bank.clock()) else _certified(bank, merchant, known.private_key)


def next_number(connection: Connection, merchant: Merchant) -> int:
    """Return the number of the merchant's next request; whoever else asks waits."""
    row = connection.execute(
        "UPDATE bank.merchant_payee SET newest_number = newest_number + 1 WHERE merchant_id = %s"
        " RETURNING newest_number",
        (merchant.id,),
    ).fetchone()
    assert row is not None, "a payee is made before it asks"
    return int(row[0])


def _known(bank: Bank, connection: Connection, merchant: Merchant) -> MerchantPayee | None:
    row = connection.execute(
        "SELECT payee_id, key_sealed FROM bank.merchant_payee WHERE merchant_id = %s",
        (merchant.id,),
    ).fetchone()
    if row is None:
        return None
    payee_id, sealed = row
    hosted = purses.purse(connection, payee_id)
    assert hosted is not None, "a payee is hosted before its key is kept"
    return MerchantPayee(hosted.certificate, bytes.fromhex(bank.sealer.open(sealed, _PURPOSE)))


def _made(bank: Bank, merchant: Merchant) -> MerchantPayee:
    """Make a payee; if somebody else does at the same time, one of the two is kept."""
    made = _certified(bank, merchant, P256.private_key(bank.random(KEY_SEED_LENGTH)))
    sealed = bank.sealer.seal(made.private_key.hex(), _PURPOSE)
    with bank.connection() as connection:
        connection.execute(
            "INSERT INTO bank.merchant_payee (merchant_id, payee_id, key_sealed)"
            " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            (merchant.id, made.id, sealed),
        )
        kept = _known(bank, connection, merchant)
    assert kept is not None
    return kept


def _certified(bank: Bank, merchant: Merchant, private_key: bytes) -> MerchantPayee:
    validity = Validity.years_from(int(bank.clock().timestamp()), _YEARS)
    authority = issuing_keys(bank).authority
    certificate = authority.certify(P256.public_key(private_key), PurseClass.SERVICE, validity)
    hosted = host_payee(bank, certificate, merchant.wallet_id)
    return MerchantPayee(hosted.certificate, private_key)


def _lasts(payee: MerchantPayee, now: datetime) -> bool:
    day = int((now + _RENEWED_BEFORE).timestamp()) // SECONDS_PER_DAY
    return day <= payee.certificate.not_after_day
