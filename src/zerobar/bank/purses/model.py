"""Purses as the operator knows them, and the keys that it trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from zerobar.purse.messages import Certificate, PurseClass, Request, Voucher
from zerobar.purse.money import Fen


class PurseStatus(IntEnum):
    """What a purse may still do; only the last is for ever."""

    ACTIVE = 1
    BLOCKED = 2
    CLOSED = 3


class EventKind(IntEnum):
    """What happened in a purse's life."""

    CERTIFIED = 1
    LINKED = 2
    LIMITED = 3
    LOST = 4
    FOUND = 5
    UNBLOCKED = 6
    TERMINATED = 7
    BLOCKED = 8
    RELEASED = 9


@dataclass(frozen=True, slots=True)
class Purse:
    """A purse, or a payee that the operator hosts (class 04).

    Attributes:
        id: 8 bytes.
        wallet_id: what its holder is paid to, and AUTHORISE pays from; an anonymous purse has none.
        flagged_at: when it was proved to cheat.
        lost_at: when it was reported lost, unless it was found again.
        horizon_at: from when on what is known to be in a lost one is paid to the wallet.
    """

    id: bytes
    certificate: Certificate
    wallet_id: UUID | None
    status: PurseStatus
    flagged_at: datetime | None
    registered_at: datetime
    lost_at: datetime | None = None
    horizon_at: datetime | None = None

    @property
    def purse_class(self) -> PurseClass:
        """The class in its certificate."""
        return self.certificate.purse_class


@dataclass(frozen=True, slots=True)
class KeySet:
    """Whose signatures count.

    Attributes:
        authorities: CA keys by number, 64 bytes each: they sign certificates.
        operators: ids of operators' own purses, 8 bytes each: they load, and take unloads.
    """

    authorities: Mapping[int, bytes]
    operators: frozenset[bytes]


class Holder(NamedTuple):
    """A person who asks, and the key of the device that signed: its PIN grant is looked for."""

    person_id: UUID
    key_id: UUID


@dataclass(frozen=True, slots=True)
class Consent:
    """What proves that a wallet's holder wants this: what was signed, by which device.

    Attributes:
        signature: r||s, 64 bytes, over the signed bytes; checked before.
    """

    person_id: UUID
    key_id: UUID
    signed_bytes: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """A wallet pays a purse's request: a load of its own, or somebody who has no network.

    Attributes:
        id: made by the client; of the transfer as well.
        request: the purse's, by which it will know the voucher.
    """

    id: UUID
    wallet_id: UUID
    request: Request
    made_at: datetime
    consent: Consent

    @property
    def amount(self) -> Fen:
        """The request's."""
        return self.request.amount


class SignedVoucher(NamedTuple):
    """A voucher of the operator, and its certificate: all that a purse needs to credit it."""

    voucher: Voucher
    certificate: Certificate

    def __bytes__(self) -> bytes:
        return bytes(self.voucher) + bytes(self.certificate)
