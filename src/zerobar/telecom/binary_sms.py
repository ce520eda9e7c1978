"""A voucher in one binary short message: the road that is left where only service SMS get through.

A message carries 140 octets of 8-bit data. In there: a user data header that names the application
port (3GPP TS 23.040, 9.2.3.24.4), and then

| octets | what |
|---|---|
| 1 | form, 1 |
| 116 | the VOUCHER |
| 8 | hash of the payer's certificate, which its operator has |

It may arrive twice, late, or never: what it says counts once, and the voucher can come by any other
road as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.purse.messages import Certificate, Voucher
from zerobar.purse.wire import FormError

MOST_OCTETS: Final = 140
PORT: Final = 3_948
"""Of the telecom's top-up application."""
_FORM: Final = 1
_HEADER: Final = bytes((6, 0x05, 4)) + PORT.to_bytes(2) + PORT.to_bytes(2)
_HASH_LENGTH: Final = 8
_LENGTH: Final = len(_HEADER) + 1 + Voucher.LENGTH + _HASH_LENGTH
assert _LENGTH <= MOST_OCTETS


@dataclass(frozen=True, slots=True)
class VoucherMessage:
    """What a message says.

    Attributes:
        certificate_hash: of the payer's certificate, 8 bytes.
    """

    voucher: Voucher
    certificate_hash: bytes


def write_message(voucher: Voucher, certificate: Certificate) -> bytes:
    """Return the user data, header included: 132 octets."""
    return _HEADER + bytes((_FORM,)) + bytes(voucher) + certificate.hash


def read_message(raw: bytes) -> VoucherMessage:
    """Read the user data, header included; raise FormError for anything else."""
    if len(raw) != _LENGTH:
        raise FormError(f"a voucher's message is {_LENGTH} octets, not {len(raw)}")
    if not raw.startswith(_HEADER):
        raise FormError("the message is for another application")
    form, rest = raw[len(_HEADER)], raw[len(_HEADER) + 1 :]
    if form != _FORM:
        raise FormError(f"form {form} of a voucher's message is not known")
    return VoucherMessage(Voucher.parse(rest[: Voucher.LENGTH]), rest[Voucher.LENGTH :])
