r"""How a request is signed by a key: a device's, a terminal's or a merchant's.

The signature goes over these bytes, and so ties the body to the place, the id and the time:

    zerobar-request-1 \n METHOD \n path?query \n Idempotency-Key \n Zerobar-Time \n body

Headers: `Zerobar-Key` (the key's id), `Zerobar-Time` (Unix seconds), `Zerobar-Signature`
(base64url of r||s, 64 bytes, without padding), and `Idempotency-Key` where something is made.
"""

from __future__ import annotations

import base64
import binascii
from typing import Final

KEY_HEADER: Final = "zerobar-key"
TIME_HEADER: Final = "zerobar-time"
SIGNATURE_HEADER: Final = "zerobar-signature"
IDEMPOTENCY_HEADER: Final = "idempotency-key"
_DOMAIN: Final = "zerobar-request-1"


def signed_bytes(
    method: str, target: str, idempotency_key: str, time_unix_s: str, body: bytes
) -> bytes:
    """Return what is signed.

    Args:
        method: GET, POST and so on.
        target: path and query as sent.
        idempotency_key: as sent; empty if none is.
        time_unix_s: as sent.
        body: as sent.
    """
    head = "\n".join((_DOMAIN, method, target, idempotency_key, time_unix_s, ""))
    return head.encode() + body


def encode_signature(signature: bytes) -> str:
    """Return r||s for the header."""
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()


def decode_signature(text: str) -> bytes | None:
    """Return r||s (64 bytes) from the header; None if it cannot be one."""
    if len(text) != 86:
        return None
    try:
        return base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
