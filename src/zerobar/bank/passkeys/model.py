"""Passkeys, whose they are, and for which site."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit
from uuid import UUID


class OwnerKind(IntEnum):
    """Whose a passkey is."""

    PERSON = 1
    STAFF = 2


class Owner(NamedTuple):
    """One person, or one member of staff."""

    kind: OwnerKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public-key credential (WebAuthn Level 3, 4).

    Attributes:
        credential_id: 1 to 1023 bytes, chosen by the authenticator.
        public_key: as a COSE key.
        sign_count: as the authenticator last told; 0 for good where it does not count.
    """

    credential_id: bytes
    owner: Owner
    public_key: bytes = field(repr=False)
    sign_count: int
    label: str
    registered_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are for.

    Attributes:
        id: its domain; passkeys are bound to it for ever.
        name: what the person sees.
        origins: the pages that may ask for them, as https://wallet.example.
    """

    id: str
    name: str
    origins: tuple[str, ...]

    @classmethod
    def of_origin(cls, origin: str, *more: str, name: str = "Zerobar") -> Self:
        """Return the party whose domain is that of a page's origin."""
        host = urlsplit(origin).hostname
        assert host, "an origin is scheme://host"
        return cls(host, name, (origin, *more))


LOCALHOST: Final = RelyingParty.of_origin("http://localhost:8000")
"""For a bank on one's own machine: browsers allow passkeys there without TLS."""
