"""What a scanner read: one look at how a text begins says what it is.

| begins with | is |
|---|---|
| `01`, 19 digits | a customer's code: the bank charges it |
| `000201` | a merchant's code (EMVCo): the phone pays it |
| `ZB-R1:` | a till's request without network: the phone's bank pays it |
| `ZB-V1:` | a voucher: its payee's purse takes it, without a network |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from zerobar.codes import customer, emvco, vouchers
from zerobar.codes.emvco import MerchantCode
from zerobar.purse.messages import Certificate, SignedRequest, Voucher

LONGEST: Final = 1024
"""Characters of any code that is read here."""
_MERCHANT_HEAD: Final = "000201"


class UnknownCode(ValueError):
    """Not a code of digital cash; the message says what to scan."""

    def __init__(self) -> None:
        super().__init__(
            "This is not a digital-cash code. Scan the customer's payment code or voucher."
        )


@dataclass(frozen=True, slots=True)
class CustomerScanned:
    """A customer's 19 digits; who holds them may be charged once."""

    digits: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MerchantScanned:
    """A merchant's code, of a shop or of one order."""

    code: MerchantCode
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestScanned:
    """What a till without network asks for."""

    asked: SignedRequest


@dataclass(frozen=True, slots=True)
class VoucherScanned:
    """Money on its way, and its payer's certificate."""

    voucher: Voucher
    certificate: Certificate


Scanned = CustomerScanned | MerchantScanned | RequestScanned | VoucherScanned


def read_scanned(text: str) -> Scanned:
    """Tell what was scanned.

    Raises UnknownCode, or what the reader of that code raises: CodeError, VoucherCodeError. All are
    ValueErrors whose message says what to do.
    """
    read = text.strip()
    if len(read) > LONGEST:
        raise UnknownCode
    # Before the customer's: a merchant's code begins with digits too.
    if read.startswith(_MERCHANT_HEAD):
        return MerchantScanned(emvco.parse(read), read)
    if read.startswith(customer.PREFIX) and len(read) == customer.DIGITS and read.isdecimal():
        customer.parse_code(read)
        return CustomerScanned(read)
    return _of_purses(read)


def _of_purses(read: str) -> Scanned:
    head = read[: len(vouchers.VOUCHER_PREFIX)].upper()
    if head == vouchers.REQUEST_PREFIX:
        return RequestScanned(vouchers.read_request(read))
    if head == vouchers.VOUCHER_PREFIX:
        return VoucherScanned(*vouchers.read_voucher(read))
    raise UnknownCode
