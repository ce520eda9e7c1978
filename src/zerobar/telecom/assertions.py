"""The telecom's word for a phone number, which opens a wallet at the bank in one tap.

A JWT (RFC 7519) signed with ES256: `iss` the telecom, `aud` the bank's operator id, `phone_number`
(E.164), `jti` its own id, `iat` and `exp`. It is made for a line that the network itself knows to
be asking, lives for a minute, and opens one wallet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from joserfc import jwt
from joserfc.jwk import ECKey

from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import LineClosed
from zerobar.telecom.lines import line
from zerobar.telecom.model import LineStatus

LIFE: Final = timedelta(seconds=60)
_ID_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class Guarantor:
    """Who vouches for phone numbers, and with which key.

    Attributes:
        partner: as the bank knows the telecom, in `iss`.
        key_name: as the bank knows the key, in `kid`.
        key: P-256, with its private half.
    """

    partner: str
    key_name: str
    key: ECKey = field(repr=False)


def assert_number(telecom: Telecom, guarantor: Guarantor, number: str, audience: str) -> str:
    """Vouch for the number of a line that is asking through the network.

    A suspended line may open a wallet: that is how it pays.

    Args:
        audience: the operator's id, as the bank gave it.

    Raises LineUnknown or LineClosed.
    """
    if line(telecom, number).status is LineStatus.CLOSED:
        raise LineClosed
    now = telecom.clock()
    claims = {
        "iss": guarantor.partner,
        "aud": audience,
        "phone_number": number,
        "jti": telecom.random(_ID_LENGTH).hex(),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFE).timestamp()),
    }
    header = {"alg": "ES256", "kid": guarantor.key_name}
    return jwt.encode(header, claims, guarantor.key, algorithms=["ES256"])
