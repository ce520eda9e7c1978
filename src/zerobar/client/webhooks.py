r"""Notices to a merchant's server: what is signed, and the check that every server should make.

Headers: `Zerobar-Webhook-Id` (the notice's id), `Zerobar-Webhook-Time` (Unix seconds of this
attempt) and `Zerobar-Webhook-Signature` (Ed25519, base64url without padding) over

    zerobar-webhook-1 \n id \n time \n body

A server checks the signature, then that the time is not long ago, then whether it knows the id
already, and answers with a 2xx status. Anything else is tried again.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ID_HEADER: Final = "zerobar-webhook-id"
TIME_HEADER: Final = "zerobar-webhook-time"
SIGNATURE_HEADER: Final = "zerobar-webhook-signature"
OLDEST_S: Final = 300
_DOMAIN: Final = "zerobar-webhook-1"


class WebhookRefused(ValueError):
    """A notice that is not from the operator, or not from just now."""


def webhook_bytes(event_id: str, time_unix_s: str, body: bytes) -> bytes:
    """Return what is signed."""
    return "\n".join((_DOMAIN, event_id, time_unix_s, "")).encode() + body


def check_webhook(
    public_key: bytes, headers: Mapping[str, str], body: bytes, now: datetime
) -> None:
    """Check a notice; raises WebhookRefused.

    Args:
        public_key: the merchant's webhook key as the operator shows it, 32 bytes.
        headers: with names in small letters.
        body: exactly as received.
        now: the time, aware.
    """
    try:
        event_id, time_unix_s = headers[ID_HEADER], headers[TIME_HEADER]
        signature = base64.urlsafe_b64decode(headers[SIGNATURE_HEADER] + "==")
        age_s = now.timestamp() - int(time_unix_s)
        signed = webhook_bytes(event_id, time_unix_s, body)
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except (KeyError, ValueError, binascii.Error, InvalidSignature):
        raise WebhookRefused("the signature is missing or wrong") from None
    if abs(age_s) > OLDEST_S:
        raise WebhookRefused("the notice was signed too long ago")
