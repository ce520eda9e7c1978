"""Hosted payees on the wire: a biller or shop without a secure element, paid by cards.

biller = HostingClient(http)                       with the merchant's server key
biller.issue(request)                              before anybody sees the request
for page in biller.settled(): ...                  what cards have paid, the last first
biller.give_back(payer_id, entry)                  what it has no use for, to whoever paid
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

import msgspec

from zerobar.client.enrolment import Base64Of64
from zerobar.client.http import BankHttp
from zerobar.client.paging import LARGEST_LIMIT, Page
from zerobar.client.purses import CertificateText, PurseIdText, RequestText
from zerobar.purse.messages import Certificate, Request


class NewHostedPayee(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A payee to be hosted for a merchant.

    Attributes:
        public_key: P-256, X||Y, of the key that signs its requests; it stays with the merchant.
    """

    public_key: Base64Of64


class HostedPayeeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A payee that the bank hosts, and its certificate of class 04."""

    payee_id: PurseIdText
    certificate: CertificateText


class NewHostedRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request of a hosted payee, which the bank settles once; without its signature."""

    request: RequestText


class SettledVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher whose money came into the merchant's wallet.

    Attributes:
        payer_id, payee_id, reference: 8 bytes each, in hexadecimal.
        given_back_at: when the merchant gave it back; None: it has not.
    """

    payer_id: str
    entry: int
    payee_id: str
    amount_fen: int
    reference: str
    settled_at: datetime
    given_back_at: datetime | None = None


class GivenBackTo(StrEnum):
    """Who has what a biller gave back.

    `wallet`: the wallet behind the card. `card`: nobody's wallet is behind it, so it is owed to the
    card, and comes with its next load.
    """

    WALLET = "wallet"
    CARD = "card"


class GivenBack(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that its payee has given back, all of it; `payer_id` is in hexadecimal."""

    payer_id: str
    entry: int
    amount_fen: int
    to: GivenBackTo
    given_back_at: datetime


class PayerCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """The certificate of a purse that paid."""

    certificate: CertificateText


class HostingClient:
    """What a merchant with a hosted payee asks; all methods raise ClientError.

    Args:
        http: the way there, with the merchant's server key.
    """

    def __init__(self, http: BankHttp) -> None:
        self._http = http

    def issue(self, request: Request) -> None:
        """Tell the bank of a request before a card sees it; the same again changes nothing."""
        asked = NewHostedRequest(request=bytes(request).hex())
        self._http.make(uuid4(), "/v1/hosted-requests", asked, NewHostedRequest)

    def settled(self) -> Iterator[list[SettledVoucher]]:
        """List what cards have paid, the last first, page by page."""
        cursor = None
        while True:
            page = self._http.get(
                "/v1/merchant/vouchers", Page[SettledVoucher], cursor=cursor, limit=LARGEST_LIMIT
            )
            yield page.items
            if (cursor := page.next_cursor) is None:
                return

    def give_back(self, payer_id: bytes, entry: int) -> GivenBack:
        """Give a settled voucher back to whoever paid it; the same again changes nothing."""
        path = f"/v1/merchant/vouchers/{payer_id.hex()}/{entry}/return"
        return self._http.make(uuid4(), path, None, GivenBack)

    def certificate(self, payer_id: bytes, certificate_hash: bytes) -> Certificate:
        """Return the certificate of a purse that paid, by id and hash, 8 bytes each."""
        path = f"/v1/certificates/{payer_id.hex()}/{certificate_hash.hex()}"
        return Certificate.parse(bytes.fromhex(self._http.get(path, PayerCertificate).certificate))
