"""Signed requests: what whoever asks claims, and the check that its key really said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from zerobar.bank.errors import InvalidInput, NotSignedIn
from zerobar.bank.ids import DERIVED_VERSION
from zerobar.bank.people.model import SigningKey
from zerobar.multibuffer import verify_all

LONGEST_DRIFT: Final = timedelta(seconds=300)
"""How far a signer's clock may be off; older requests cannot be sent again by a stranger."""
_LONGEST_DRIFT_S: Final = LONGEST_DRIFT.total_seconds()


class SignatureMissing(NotSignedIn):
    """The request is not signed, or the headers that say so cannot be read."""

    problem = "signature-missing"

    def __init__(self) -> None:
        super().__init__(
            "This request has to be signed, and its signature is missing or cannot be read.",
            "Send Zerobar-Key, Zerobar-Time and Zerobar-Signature as documented.",
        )


class KeyUnknown(NotSignedIn):
    """The bank does not know the key, or no longer takes its signatures."""

    problem = "key-unknown"

    def __init__(self) -> None:
        super().__init__(
            "The key that signed is not known here, or was revoked.",
            "Sign in on this device again, which enrols a new key. A till, or a merchant's program,"
            " signs with the key that was enrolled last.",
        )


class TimeOff(NotSignedIn):
    """The signer's clock and ours are too far apart, or the request is old."""

    problem = "time-off"

    def __init__(self, now: datetime) -> None:
        super().__init__(
            "The request's time is more than five minutes from the bank's.",
            "Correct the clock by server_time_unix_s and sign the request anew.",
            server_time_unix_s=int(now.timestamp()),
        )


class SignatureWrong(NotSignedIn):
    """The signature is not that key's over this request."""

    problem = "signature-wrong"

    def __init__(self) -> None:
        super().__init__(
            "The signature does not fit the request and the key.",
            "Sign exactly what is sent: method, path with query, id, time and body.",
        )


class IdMissing(InvalidInput):
    """A request that makes something has no id."""

    problem = "id-missing"

    def __init__(self) -> None:
        super().__init__(
            "The Idempotency-Key header is missing or is no UUID that a client makes.",
            "Make an id (UUIDv7 or v4) once for what is asked; send it each time it is asked.",
        )


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A signed request as it came, not checked yet.

    Attributes:
        key_id: which key is said to have signed.
        time_unix_s: when, by the signer's clock.
        idempotency_key: as sent; empty if there is none.
        body: exactly as sent.
        signed_bytes: what the signature goes over.
        signature: r||s, 64 bytes.
    """

    key_id: UUID
    time_unix_s: int
    idempotency_key: str
    body: bytes
    signed_bytes: bytes
    signature: bytes

    def __repr__(self) -> str:
        """Say as little of what was signed as can be."""
        return f"Claim(key_id={self.key_id!r}, time_unix_s={self.time_unix_s})"


@dataclass(frozen=True, slots=True)
class Signed:
    """A request whose signature was checked.

    Attributes:
        key: the key that signed it.
        time: when, by the signer's clock.
        body: exactly as sent.
        signed_bytes: what the signature goes over, kept as evidence together with it.
        signature: r||s, 64 bytes.
    """

    key: SigningKey
    time: datetime
    idempotency_key: str
    body: bytes = field(repr=False)
    signed_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    @property
    def id(self) -> UUID:
        """The id of what is asked for; raises IdMissing."""
        return read_id(self.idempotency_key)


def read_id(text: str) -> UUID:
    """Read an Idempotency-Key; raises IdMissing.

    Ids that follow from others (version 5) are the bank's own: whoever could send one would take
    the id of a transfer that the bank is going to make.
    """
    try:
        id_ = UUID(text)
    except ValueError:
        raise IdMissing from None
    if id_.version == DERIVED_VERSION:
        raise IdMissing
    return id_


def check_claim(claim: Claim, key: SigningKey | None, now: datetime) -> Signed:
    """Check that a key, as the bank has it, signed the request, and just now.

    Raises KeyUnknown, TimeOff or SignatureWrong.
    """
    key = check_signer(claim, key, now, key is not None and is_signed([(claim, key)])[0])
    return Signed(
        key,
        datetime.fromtimestamp(claim.time_unix_s, UTC),
        claim.idempotency_key,
        claim.body,
        claim.signed_bytes,
        claim.signature,
    )


def is_signed(claims: Sequence[tuple[Claim, SigningKey]]) -> list[bool]:
    """Return of each claim whether that key signed it; many at once cost less than one by one."""
    return verify_all(
        [(key.public_key, claim.signed_bytes, claim.signature) for claim, key in claims]
    )


def check_signer(claim: Claim, key: SigningKey | None, now: datetime, signed: bool) -> SigningKey:
    """Check that whoever signed may, and just now; return the key.

    Args:
        claim: as it came.
        key: as the bank has it.
        now: by the bank's clock.
        signed: whether the key signed the claim, as `is_signed` says.

    Raises KeyUnknown, TimeOff or SignatureWrong.
    """
    if key is None or key.revoked_at is not None:
        raise KeyUnknown
    check_time(claim, now)
    if not signed:
        raise SignatureWrong
    return key


def check_time(claim: Claim, now: datetime) -> None:
    """Check that a request is signed within five minutes of now; raises TimeOff."""
    if abs(claim.time_unix_s - now.timestamp()) > _LONGEST_DRIFT_S:
        raise TimeOff(now)
