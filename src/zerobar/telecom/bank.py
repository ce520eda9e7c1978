"""The bank as the telecom asks it: as a merchant, and as the payee of vouchers.

Orders and refunds go through `client.merchant`; vouchers by a road of their own, because a payee
also has to learn of those that others brought to the bank.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol
from uuid import UUID

from zerobar.client.errors import NotFound
from zerobar.client.hosting import GivenBack, HostingClient, SettledVoucher
from zerobar.client.http import BankHttp
from zerobar.client.merchant import MerchantClient
from zerobar.client.syncing import SyncClient, VoucherLife, VoucherTold
from zerobar.purse.money import MAX_AMOUNT, Fen
from zerobar.purse.wire import FormError
from zerobar.telecom.errors import BankNotUnderstood
from zerobar.telecom.hearing import Hearing

SETTLED: Final = "settled"
_ID_LENGTH: Final = 8


class VoucherRoad(Protocol):
    """How vouchers get to the bank, and what it says of them; all raise ClientError."""

    def take_vouchers(self, records: Sequence[bytes]) -> list[VoucherTold]:
        """Bring vouchers of 253 bytes, each with its payer's certificate; one answer for each."""

    def fate(self, payer_id: bytes, entry: int) -> VoucherLife:
        """Say what became of a voucher that was brought."""

    def certificate(self, payer_id: bytes, certificate_hash: bytes) -> bytes | None:
        """Return a payer's certificate by its hash; None if the bank has none such."""

    def settled(self) -> Iterator[list[SettledVoucher]]:
        """List what was settled to this merchant, the last first, page by page."""

    def give_back(self, payer_id: bytes, entry: int) -> GivenBack:
        """Give a settled voucher back to whoever paid it; the same again changes nothing."""


class HttpVoucherRoad:
    """The road over HTTP.

    Args:
        http: the way there, with the telecom's key.
    """

    def __init__(self, http: BankHttp) -> None:
        self._hosting = HostingClient(http)
        self._sync = SyncClient(http)

    def take_vouchers(self, records: Sequence[bytes]) -> list[VoucherTold]:
        """Bring vouchers; see VoucherRoad."""
        return self._sync.take_vouchers(records)

    def fate(self, payer_id: bytes, entry: int) -> VoucherLife:
        """Say what became of a voucher; see VoucherRoad."""
        return self._sync.life(payer_id, entry)

    def certificate(self, payer_id: bytes, certificate_hash: bytes) -> bytes | None:
        """Return a payer's certificate; see VoucherRoad."""
        try:
            found = self._hosting.certificate(payer_id, certificate_hash)
        except (NotFound, FormError, ValueError):
            return None
        matches = (found.id, found.hash) == (payer_id, certificate_hash)
        return bytes(found) if matches else None

    def settled(self) -> Iterator[list[SettledVoucher]]:
        """List what was settled to this merchant; see VoucherRoad."""
        return self._hosting.settled()

    def give_back(self, payer_id: bytes, entry: int) -> GivenBack:
        """Give a settled voucher back; see VoucherRoad."""
        return self._hosting.give_back(payer_id, entry)


@dataclass(frozen=True, slots=True)
class Bank:
    """The bank that a telecom has joined.

    Attributes:
        merchant: asks as the merchant that the telecom is there.
        vouchers: the road of vouchers.
        shop_id: where its orders are made.
        biller_id: of the payee that the bank hosts for it, 8 bytes.
        webhook_key: checks the bank's notices (Ed25519), 32 bytes.
        hearing: whether its notices of settled vouchers come in, and so how often it is asked.
    """

    merchant: MerchantClient = field(repr=False)
    vouchers: VoucherRoad = field(repr=False)
    shop_id: UUID
    biller_id: bytes
    webhook_key: bytes
    hearing: Hearing = field(default_factory=Hearing, repr=False)


def money_of(amount_fen: int) -> Fen:
    """Return an amount that the bank says it moved; raises BankNotUnderstood."""
    if not 0 < amount_fen <= MAX_AMOUNT:
        raise BankNotUnderstood("an amount")
    return Fen(amount_fen)


def octets_of(text: str) -> bytes:
    """Return 8 bytes that the bank has written in hexadecimal; raises BankNotUnderstood."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != _ID_LENGTH:
        raise BankNotUnderstood("a purse or a reference")
    return raw
