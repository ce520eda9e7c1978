"""What a scanned text is for this phone, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from zerobar.client.merchants import CodeReading
from zerobar.client.paying import PayeeNamed, PayeeNamedBy
from zerobar.codes.emvco import MerchantCode, order_id_of
from zerobar.codes.scanned import (
    CustomerScanned,
    MerchantScanned,
    RequestScanned,
    UnknownCode,
    VoucherScanned,
    read_scanned,
)
from zerobar.phone.session import BankSession
from zerobar.purse.money import Fen
from zerobar.reader import Sentence


class ScannedKind(StrEnum):
    """What a text is."""

    MERCHANT = "merchant-code"
    TILL = "till-request"
    VOUCHER = "voucher"
    CUSTOMER = "customer-code"


_TO_DO: Final = {
    ScannedKind.MERCHANT: Sentence("Pay this shop from the wallet.", zh="用钱包向该商户付款。"),
    ScannedKind.TILL: Sentence(
        "Pay it from the wallet: POST /till-payments; or, without a network, from the SIM:"
        " POST /purse/payments. Then show the voucher.",
        zh="用钱包付款；没有网络时用 SIM 付款。然后向收款方出示凭证。",
    ),
    ScannedKind.VOUCHER: Sentence(
        "Take it, if it is for this phone's request: POST /vouchers; else carry it for its payee.",
        zh="若为本机收款请求，请收取；否则可代为转交。",
    ),
    ScannedKind.CUSTOMER: Sentence(
        "This is a payer's code; only a till charges it.", zh="这是付款码，仅供商户扫码收款。"
    ),
}


@dataclass(frozen=True)
class Understood:
    """What a text is.

    Attributes:
        amount: None: the payer chooses, or there is none.
        name: of the merchant, as the code says it; the bank's word is in `reading`.
        payee: whom a payment names.
        purse_id: that a voucher is for.
        reading: what the bank knows of a merchant's code.
    """

    kind: ScannedKind
    amount: Fen | None = None
    name: str | None = None
    payee: PayeeNamed | None = None
    purse_id: bytes | None = None
    reading: CodeReading | None = None

    @property
    def what_to_do(self) -> Sentence:
        """What can be done with it."""
        return _TO_DO[self.kind]


def understand(session: BankSession, text: str) -> Understood:
    """Say what a text is; the bank is asked about a merchant's code, and about nothing else.

    Raises UnknownCode, CodeError, VoucherCodeError or CodeMalformed; for a merchant's code also
    NotSignedUp or ClientError.
    """
    found = read_scanned(text)
    if isinstance(found, MerchantScanned):
        return _merchant(session, found)
    if isinstance(found, RequestScanned):
        return Understood(ScannedKind.TILL, found.asked.request.amount)
    if isinstance(found, VoucherScanned):
        voucher = found.voucher
        return Understood(ScannedKind.VOUCHER, voucher.amount, purse_id=voucher.payee_id)
    assert isinstance(found, CustomerScanned)
    return Understood(ScannedKind.CUSTOMER)


def payee_of(text: str) -> PayeeNamed:
    """Return whom a merchant's code names; raises UnknownCode or CodeError."""
    found = read_scanned(text)
    if not isinstance(found, MerchantScanned):
        raise UnknownCode
    return _payee(found.code)


def _merchant(session: BankSession, found: MerchantScanned) -> Understood:
    # The code's own words could be anybody's: the bank says who is paid, and how much.
    reading = session.ask(lambda: session.person.read_merchant_code(found.text))
    amount = None if reading.amount_fen is None else Fen(reading.amount_fen)
    name = f"{reading.merchant_name} {reading.shop_name}".strip()
    payee = _payee(found.code)
    return Understood(ScannedKind.MERCHANT, amount, name, payee, reading=reading)


def _payee(code: MerchantCode) -> PayeeNamed:
    if not code.is_dynamic:
        return PayeeNamed(kind=PayeeNamedBy.SHOP, value=code.shop_code)
    return PayeeNamed(kind=PayeeNamedBy.ORDER, value=str(order_id_of(code.reference)))
