"""People, wallets and keys, as the tables hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from uuid import UUID


class WalletKind(IntEnum):
    """Whose wallet it is."""

    PERSONAL = 1
    MERCHANT = 2


class Category(IntEnum):
    """How well the holder is known, and so how much the wallet may do; 1 is the most."""

    MERCHANT = 0
    I = 1  # noqa: E741 - the field's own numerals
    II = 2
    III = 3
    IV = 4


class KeyOwner(IntEnum):
    """Who signs with a key."""

    DEVICE = 1
    """A person's phone or browser; the owner is the person."""
    TERMINAL = 2
    """A merchant's till; the owner is the terminal."""
    MERCHANT_SERVER = 3
    """A merchant's own program; the owner is the merchant."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a phone number; what is sealed is opened only where it is needed."""

    id: UUID
    phone: str
    name_sealed: bytes | None = field(repr=False)
    resident_id_sealed: bytes | None = field(repr=False)
    verified_at: datetime | None
    main_wallet_id: UUID | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class SealedIdentity:
    """Who somebody was verified to be, as it is stored.

    Attributes:
        index: by what the resident ID is found again without opening it.
    """

    name: bytes = field(repr=False)
    resident_id: bytes = field(repr=False)
    index: bytes = field(repr=False)
    verified_at: datetime


@dataclass(frozen=True, slots=True)
class Wallet:
    """A soft wallet; the id of its account in the ledger is its own id.

    Attributes:
        counted_as: the closed wallet of the same person whose spending goes on counting here, in
            whose place this one was opened. It never changes; what was spent in an identity's slot
            is added instead (`slots`).
    """

    id: UUID
    operator_id: UUID
    kind: WalletKind
    category: Category
    number: str
    label: str
    person_id: UUID | None
    merchant_id: UUID | None
    auto_top_up: bool
    opened_at: datetime
    frozen_at: datetime | None
    closed_at: datetime | None
    counted_as: UUID | None = None

    @property
    def spender_id(self) -> UUID:
        """Under what its spending is counted against the limits of day and year."""
        return self.counted_as or self.id

    @property
    def is_open(self) -> bool:
        """Whether it takes part in payments."""
        return self.closed_at is None and self.frozen_at is None


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key that signs requests; X||Y, 64 bytes."""

    id: UUID
    owner_kind: KeyOwner
    owner_id: UUID
    public_key: bytes
    label: str
    enrolled_at: datetime
    revoked_at: datetime | None
