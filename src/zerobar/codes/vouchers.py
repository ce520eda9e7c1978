"""A till's request and a payer's voucher as text, to be drawn as a QR code or sent as a message.

    ZB-R1:BASE32   a purse's signed request (233 bytes): whom to pay, what, and by whose word
    ZB-V1:BASE32   a voucher with its payer's certificate (253 bytes): money on its way

Base32 (RFC 4648, without padding) of the message and its CRC-32 (4 bytes, big-endian), which tells
a text that was cut or mistyped from one that was forged. All characters are in the alphanumeric set
of QR codes (ISO/IEC 18004), so a voucher fits version 13-M. Letters may come in either case.

VoucherCodeError
+-- DamagedVoucherCode   it was one of these, but something is missing or was changed
+-- NotAVoucherCode      some other text
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

from zerobar.purse.messages import Certificate, SignedRequest, Voucher
from zerobar.purse.wire import FormError

REQUEST_PREFIX: Final = "ZB-R1:"
VOUCHER_PREFIX: Final = "ZB-V1:"
_CRC_LENGTH: Final = 4
_BASE32_GROUP: Final = 8


class VoucherCodeError(ValueError):
    """A text that is no request or voucher; the message says what to do."""


class NotAVoucherCode(VoucherCodeError):
    """Some other text was read."""

    def __init__(self) -> None:
        super().__init__("This is neither a till's request nor a voucher. Scan the code again.")


class DamagedVoucherCode(VoucherCodeError):
    """Something is missing or was changed."""

    def __init__(self) -> None:
        super().__init__("The code is damaged. Scan it again, or have it shown again.")


def request_text(asked: SignedRequest) -> str:
    """Return the text of a purse's signed request."""
    return REQUEST_PREFIX + _encoded(bytes(asked))


def voucher_text(voucher: Voucher, certificate: Certificate) -> str:
    """Return the text of a voucher with its payer's certificate."""
    return VOUCHER_PREFIX + _encoded(bytes(voucher) + bytes(certificate))


def read_request(text: str) -> SignedRequest:
    """Read a till's request, not verified yet; raises NotAVoucherCode or DamagedVoucherCode."""
    raw = _decoded(text, REQUEST_PREFIX)
    try:
        return SignedRequest.parse(raw)
    except FormError:
        raise DamagedVoucherCode from None


def read_voucher(text: str) -> tuple[Voucher, Certificate]:
    """Read a voucher; raises NotAVoucherCode or DamagedVoucherCode. Only its payee can judge it."""
    raw = _decoded(text, VOUCHER_PREFIX)
    try:
        return Voucher.parse(raw[: Voucher.LENGTH]), Certificate.parse(raw[Voucher.LENGTH :])
    except FormError:
        raise DamagedVoucherCode from None


def _encoded(message: bytes) -> str:
    checked = message + binascii.crc32(message).to_bytes(_CRC_LENGTH)
    return base64.b32encode(checked).decode("ascii").rstrip("=")


def _decoded(text: str, prefix: str) -> bytes:
    upper = text.strip().upper()
    if not upper.startswith(prefix):
        raise NotAVoucherCode
    digits = upper.removeprefix(prefix)
    padded = digits + "=" * (-len(digits) % _BASE32_GROUP)
    try:
        checked = base64.b32decode(padded)
    except (binascii.Error, ValueError):
        raise DamagedVoucherCode from None
    message, crc = checked[:-_CRC_LENGTH], checked[-_CRC_LENGTH:]
    if binascii.crc32(message).to_bytes(_CRC_LENGTH) != crc:
        raise DamagedVoucherCode
    return message
