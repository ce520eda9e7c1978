"""Purses as the operator knows them, and the keys that it trusts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from zerobar.purse.messages import Certificate, PurseClass


class PurseStatus(IntEnum):
    """What a purse may still do; only the last is for ever."""

    ACTIVE = 1
    BLOCKED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Purse:
    """A purse, or a payee that the operator hosts (class 04).

    Attributes:
        id: 8 bytes.
        wallet_id: what its holder is paid to, and AUTHORISE pays from; an anonymous purse has none.
        flagged_at: when it was proved to cheat.
    """

    id: bytes
    certificate: Certificate
    wallet_id: UUID | None
    status: PurseStatus
    flagged_at: datetime | None
    registered_at: datetime

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
