"""What can go wrong when a card is tapped at a till that is online.

Conflict      ReferenceUsed    another order's id ends alike
Refused       TapDeclined      the wallet behind the card does not pay, for ever
              TapRefused       it is no voucher for this order
              TapNotTaken      the order was paid or ended before; the card's value goes back
Unavailable   TapWaits         the bank keeps the voucher and cannot decide it yet
"""

from __future__ import annotations

from typing import Final

from zerobar.bank.errors import Conflict, Refused, Unavailable
from zerobar.bank.settlement.model import Decline, Waiting

_ANOTHER_WAY: Final = "Let the customer pay in another way."
# A till is not told of losses, blocks and freezes: those are between the holder and the bank.
_NOT_USABLE: Final = ("The card, or the wallet behind it, cannot pay.", _ANOTHER_WAY)
_DECLINED: Final = {
    Decline.CARD_NOT_USABLE: _NOT_USABLE,
    Decline.NO_WALLET: ("There is no wallet behind this card.", "Let the card pay its own value."),
    Decline.WALLET_NOT_USABLE: _NOT_USABLE,
    Decline.NO_SUCH_REQUEST: (
        "The request was never issued, or is settled.",
        "Ask for a new request for the order, and tap again.",
    ),
    Decline.ORDER_NOT_OPEN: ("The order is not open any more.", "Make a new order, and tap again."),
    Decline.PAYEE_NOT_OPEN: ("The shop's wallet takes nothing now.", "Ask the bank why."),
    Decline.OVER_LIMIT: (
        "This is over a limit of the wallet behind the card.",
        "Let the customer pay less, or in another way.",
    ),
    Decline.INSUFFICIENT_BALANCE: (
        "There is too little in the wallet behind the card.",
        "Let the customer exchange some money, ask for a new request, and tap again.",
    ),
    Decline.BOOKS_REFUSED: ("The books do not take it.", _ANOTHER_WAY),
}
_UNTOLD: Final = (Decline.CARD_NOT_USABLE, Decline.WALLET_NOT_USABLE)
_WAITING: Final = {
    Waiting.UNPROVED: "It is more than the bank knows to be in the card; its next sync tells.",
    Waiting.TOP_UP: "A bank card is asked for what the wallet lacks, and has not answered.",
}


class ReferenceUsed(Conflict):
    """Cards name an order by the end of its id, and another order has the same one."""

    problem = "reference-used"

    def __init__(self) -> None:
        super().__init__(
            "Another order's id ends with the same 8 bytes, so cards cannot tell the two apart.",
            "Make the order anew with an id drawn at random, and close this one.",
        )


class TapDeclined(Refused):
    """The wallet behind a card does not pay; nothing has moved, and this voucher never pays."""

    problem = "tap-declined"

    def __init__(self, reason: Decline) -> None:
        happened, next_step = _DECLINED[reason]
        name = "not-usable" if reason in _UNTOLD else reason.name.lower().replace("_", "-")
        super().__init__(happened, next_step, reason=name)


class TapRefused(Refused):
    """What was brought is no voucher for this order, or no good one."""

    problem = "tap-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The voucher does not pay this order. {why}",
            "Tap the card with the request that the bank gave for this order.",
        )


class TapNotTaken(Refused):
    """A card has paid for an order that was paid or ended before."""

    problem = "tap-not-taken"

    def __init__(self) -> None:
        super().__init__(
            "The order was paid or ended before the card's voucher came.",
            "Nothing is lost: what the card has paid goes back once the card has synced.",
        )


class TapWaits(Unavailable):
    """The bank keeps a voucher, and cannot decide it yet."""

    problem = "tap-waits"

    def __init__(self, waiting: Waiting | None) -> None:
        known = None if waiting is None else _WAITING.get(waiting)
        why = known or "It is about to be decided."
        super().__init__(
            f"The bank has the card's voucher, and has not decided it. {why}",
            "Look at the order until it is paid or ends; hand over nothing before.",
        )
