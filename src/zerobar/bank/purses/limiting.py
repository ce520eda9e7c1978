"""The limits that a holder chooses for a purse: at most those of its class.

They reach the card with the acknowledgement of its next sync, as overrides.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Final

from zerobar.bank.purses.errors import LimitTooHigh
from zerobar.bank.purses.model import Purse
from zerobar.database import Connection
from zerobar.issuer.operator import KEEP_ALL, Overrides
from zerobar.purse.limits import DEFAULT_LIMITS
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

_NAMES: Final = ("per payment", "without PIN", "holding")


@dataclass(frozen=True, slots=True)
class PurseLimits:
    """What a purse may pay at once, without PIN, and hold."""

    per_payment: Fen
    without_pin: Fen
    holding: Fen


def class_limits(purse_class: PurseClass) -> PurseLimits:
    """Return the most that a holder may choose."""
    most = DEFAULT_LIMITS[purse_class]
    return PurseLimits(Fen(most.per_payment), Fen(most.without_pin), Fen(most.holding))


def check_limits(purse_class: PurseClass, wanted: PurseLimits) -> None:
    """Raise LimitTooHigh if one is above the class's."""
    most = class_limits(purse_class)
    for name, limit, highest in zip(_NAMES, astuple(wanted), astuple(most), strict=True):
        if limit > highest:
            raise LimitTooHigh(name, Fen(highest))


def store_limits(
    connection: Connection, purse_id: bytes, wanted: PurseLimits, now: datetime
) -> None:
    """Store a holder's choice; checked before."""
    connection.execute(
        "INSERT INTO bank.purse_limits (purse_id, per_payment_fen, without_pin_fen, holding_fen,"
        " changed_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (purse_id) DO UPDATE SET"
        " per_payment_fen = excluded.per_payment_fen, without_pin_fen = excluded.without_pin_fen,"
        " holding_fen = excluded.holding_fen, changed_at = excluded.changed_at",
        (purse_id, *map(int, astuple(wanted)), now),
    )


def chosen_limits(connection: Connection, purse_id: bytes) -> PurseLimits | None:
    """Return what the holder has chosen; None: the class's limits."""
    row = connection.execute(
        "SELECT per_payment_fen, without_pin_fen, holding_fen FROM bank.purse_limits"
        " WHERE purse_id = %s",
        (purse_id,),
    ).fetchone()
    return None if row is None else PurseLimits(*map(Fen, row))


def limits_in_force(connection: Connection, purse: Purse) -> PurseLimits:
    """Return what holds for a purse once it has synced."""
    return chosen_limits(connection, purse.id) or class_limits(purse.purse_class)


def overrides_for(connection: Connection, purse_id: bytes) -> Overrides:
    """Return what a SYNC ACK says of limits: the holder's, or that they stay as they are."""
    chosen = chosen_limits(connection, purse_id)
    return KEEP_ALL if chosen is None else Overrides(*map(int, astuple(chosen)))
