"""What became of a request, as the bank tells where it shows what was asked for.

Payments, card orders and refunds have a state; a till's charge is known by its order.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final
from uuid import UUID

import msgspec

_REFUSED: Final = "refused"
_PAID: Final = "paid"
_ENDED: Final = frozenset({"closed", "expired"})


class Outcome(Enum):
    """What is known of a request."""

    DONE = auto()
    """It is there, or on its way: asking again tells it."""
    REFUSED = auto()
    """It is not done and never will be."""
    OPEN = auto()
    """Neither: it may still be done."""


class _Shown(msgspec.Struct, frozen=True):
    """The members that tell, of whatever is shown; each kind of thing has some of them.

    Attributes:
        state: of a payment, a refund or an order.
        status: of an order to a card.
        payment_id: what paid an order.
        ended_at: when an order was closed, or expired; from then on nothing can pay it.
    """

    state: str = ""
    status: str = ""
    payment_id: UUID | None = None
    ended_at: str | None = None


def charge_outcome(content: bytes, charge_id: UUID) -> Outcome:
    """Read what became of a charge from its order; raises msgspec.MsgspecError."""
    order = msgspec.json.decode(content, type=_Shown)
    if order.state == _PAID:
        return Outcome.DONE if order.payment_id == charge_id else Outcome.REFUSED
    over = order.state in _ENDED and order.ended_at is not None
    return Outcome.REFUSED if over else Outcome.OPEN


def own_outcome(content: bytes) -> Outcome:
    """Read what became of a thing that is shown under its own id; raises msgspec.MsgspecError."""
    shown = msgspec.json.decode(content, type=_Shown)
    return Outcome.REFUSED if _REFUSED in (shown.state, shown.status) else Outcome.DONE


def read_outcome(content: bytes, path: str, id_: UUID) -> Outcome:
    """Read what became of a request from what is shown at a path.

    Raises msgspec.MsgspecError.
    """
    shows_itself = path.endswith(f"/{id_}")
    return own_outcome(content) if shows_itself else charge_outcome(content, id_)
