r"""How a new key shows that its owner has the private half.

The proof is a signature over these bytes, and so ties the key to what it is enrolled for:

    zerobar-enrolment-1 \n id of the request \n id of the key \n public key, X||Y, 64 bytes
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec

_DOMAIN: Final = "zerobar-enrolment-1"
# Python's $ also stands before a last line break; what follows excludes that.
PRINTABLE: Final = r"^[^\u0000-\u001f\u007f]+$(?!\n)"
"""One line of text, without control characters."""

LabelText: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=PRINTABLE)]
Base64Of64: TypeAlias = Annotated[
    str,
    msgspec.Meta(pattern="^[A-Za-z0-9_-]{86}$", description="64 bytes in base64url, unpadded"),
]


class NewDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device whose key is to be enrolled.

    Attributes:
        key_id: made by the device.
        public_key: P-256, X||Y.
        label: as its owner will know it again.
        proof: the key's signature over `enrolment_bytes`, r||s.
    """

    key_id: UUID
    public_key: Base64Of64
    label: LabelText
    proof: Base64Of64


def enrolment_bytes(request_id: UUID, key_id: UUID, public_key: bytes) -> bytes:
    """Return what a new key signs.

    Args:
        request_id: the Idempotency-Key of the request that enrols it.
    """
    assert len(public_key) == 64
    return "\n".join((_DOMAIN, str(request_id), str(key_id), "")).encode() + public_key


def write_64(data: bytes) -> str:
    """Return 64 bytes as text."""
    assert len(data) == 64
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def read_64(text: str) -> bytes | None:
    """Return 64 bytes from their text; None if it is not that."""
    try:
        data = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) == 64 else None
