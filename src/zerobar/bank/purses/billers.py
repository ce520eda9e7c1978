"""Merchants with hosted payees: certified by staff, asking and reading by their server's key.

The payee's private key stays with the merchant: it signs requests. What settles a voucher is that
the bank knows the request, so a stolen key asks for nothing that is ever paid; nor does a card take
back what it voids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.merchants.sellers import Seller, check_public_key, require_merchant
from zerobar.bank.purses import store
from zerobar.bank.purses.errors import PayeeNotHosted, PurseUnknown
from zerobar.bank.purses.hosting import host_payee, issue_request
from zerobar.bank.purses.keys import issuing_keys
from zerobar.bank.purses.model import Purse
from zerobar.bank.settlement.notices import JOIN_VOUCHER
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import Role, StaffSession
from zerobar.database import Connection
from zerobar.issuer.authority import Validity
from zerobar.purse.messages import Certificate, PurseClass, Request, Voucher
from zerobar.purse.money import Fen

_YEARS: Final = 5
_CODES: Final = [
    int(TransferCode.HOSTED_PAYMENT),
    int(TransferCode.PUSH),
    int(TransferCode.AUTHORISED_PAYMENT),
]
_SETTLED: Final = f"""
    SELECT e.number, v.body || v.signature, t.posted_at, r.made_at
    FROM ledger.entry e
    JOIN ledger.transfer t ON t.transfer_id = e.transfer_id AND t.code = ANY(%(codes)s)
    {JOIN_VOUCHER}
    LEFT JOIN bank.voucher_return r ON r.payer_id = v.payer_id AND r.entry = v.entry
    WHERE e.account_id = %(wallet)s AND e.amount_fen > 0 AND e.number < %(before)s
    ORDER BY e.number DESC LIMIT %(limit)s
"""  # noqa: S608 - names in the code, no input
_CERTIFICATES: Final = """
    SELECT certificate FROM bank.purse WHERE purse_id = %(id)s
    UNION SELECT certificate FROM bank.payer_certificate WHERE purse_id = %(id)s
"""
_OF_TILLS: Final = "SELECT FROM bank.merchant_payee WHERE payee_id = %s"
NEWEST: Final = 2**62


@dataclass(frozen=True, slots=True)
class SettledVoucher:
    """A voucher whose money came into a merchant's wallet.

    Attributes:
        number: of the wallet's entry: later ones are higher.
        given_back_at: when the merchant gave it back; None: it has not.
    """

    number: int
    voucher: Voucher
    settled_at: datetime
    given_back_at: datetime | None

    @property
    def amount(self) -> Fen:
        """What it was for."""
        return self.voucher.amount


def host_biller(bank: Bank, session: StaffSession, merchant_id: UUID, public_key: bytes) -> Purse:
    """Certify a merchant's key as a hosted payee, and pay its vouchers to the merchant's wallet.

    The same key again changes nothing. Raises RoleMissing, PursesNotOffered, MerchantUnknown,
    KeyWrong, WalletClosed, WalletFrozen, or IdUsed for a key of another merchant.
    """
    session.require(Role.OPERATIONS)
    check_public_key(public_key)
    validity = Validity.years_from(int(bank.clock().timestamp()), _YEARS)
    certificate = issuing_keys(bank).authority.certify(public_key, PurseClass.SERVICE, validity)
    with bank.transaction() as connection:
        merchant = require_merchant(connection, merchant_id)
        known = store.purse(connection, certificate.id)
        if known is None:
            payee = certificate.id.hex()
            audit.append(
                bank, connection, session.staff_id, "host-payee", merchant=merchant_id, payee=payee
            )
    return host_payee(bank, certificate, merchant.wallet_id)


def issue_for(bank: Bank, seller: Seller, request: Request) -> None:
    """Note a request of a merchant's own hosted payee; the same again changes nothing.

    The payee that the bank hosts for the merchant's tills is not its own: the bank alone gives out
    that one's numbers.

    Raises ServerOnly, MerchantSuspended, PayeeNotHosted, or IdUsed when its number was used for
    something else.
    """
    seller.require_server()
    seller.require_trading()
    with bank.connection() as connection:
        payee = store.purse(connection, request.payee_id)
        of_tills = connection.execute(_OF_TILLS, (request.payee_id,)).fetchone()
    is_own = payee is not None and payee.wallet_id == seller.merchant.wallet_id
    if not is_own or of_tills is not None:
        raise PayeeNotHosted(request.payee_id)
    issue_request(bank, request)


def settled_to(bank: Bank, seller: Seller, before: int, limit: int) -> list[SettledVoucher]:
    """Return vouchers that were paid to a merchant's wallet, the last first; raises ServerOnly.

    Args:
        before: the number of the last one on the page before; NEWEST for the first page.
    """
    seller.require_server()
    with bank.connection() as connection:
        rows = connection.execute(
            _SETTLED,
            {
                "codes": _CODES,
                "wallet": seller.merchant.wallet_id,
                "before": before,
                "limit": limit,
            },
        ).fetchall()
    return [SettledVoucher(number, Voucher.parse(raw), *times) for number, raw, *times in rows]


def certificate_for(
    bank: Bank, seller: Seller, purse_id: bytes, certificate_hash: bytes
) -> Certificate:
    """Return a purse's certificate to a merchant that was given its hash with a voucher.

    Raises ServerOnly or PurseUnknown.
    """
    seller.require_server()
    with bank.connection() as connection:
        for certificate in _certificates(connection, purse_id):
            if certificate.hash == certificate_hash:
                return certificate
    raise PurseUnknown(purse_id)


def _certificates(connection: Connection, purse_id: bytes) -> list[Certificate]:
    rows = connection.execute(_CERTIFICATES, {"id": purse_id}).fetchall()
    return [Certificate.parse(raw) for (raw,) in rows]
