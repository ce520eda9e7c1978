"""What can go wrong with merchants, for whoever sells and whoever pays.

InvalidInput   CreditCodeWrong, AmountsDiffer, KeyWrong, ProofWrong, WebhookUrlRefused
NotAllowed     NotASeller, ServerOnly, EnrolmentCodeWrong, OtherShop
NotFound       MerchantUnknown, ShopUnknown, TerminalUnknown, OrderUnknown, RefundUnknown,
               EventUnknown
Conflict       NumberUsed, CreditCodeUsed, TerminalEnrolled, ServerKeyChanged
Refused        MerchantSuspended, ShopClosed, OrderNotOpen, OrderNotPaid, CodeUnreadable,
               CodeMismatch, DayNotOver
"""

from __future__ import annotations

from zerobar.bank.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from zerobar.bank.merchants.model import OrderState
from zerobar.purse.money import Fen


class CreditCodeWrong(InvalidInput):
    """A unified social credit code whose check character does not fit, or that is none."""

    problem = "credit-code-wrong"

    def __init__(self) -> None:
        super().__init__(
            "The unified social credit code has a mistake.",
            "Copy its 18 characters again from the business licence.",
        )


class AmountsDiffer(InvalidInput):
    """The items of an order do not add up to its amount."""

    problem = "amounts-differ"

    def __init__(self, amount: Fen, items: Fen) -> None:
        super().__init__(
            f"The order is for {amount}, its items add up to {items}.",
            "Correct the items, or leave them out.",
            amount_fen=int(amount),
            items_fen=int(items),
        )


class KeyWrong(InvalidInput):
    """A public key that is no point on P-256."""

    problem = "key-wrong"

    def __init__(self) -> None:
        super().__init__(
            "The public key is no point on the curve P-256.",
            "Send X and Y, 32 bytes each, of a key pair made for P-256.",
        )


class ProofWrong(InvalidInput):
    """The new key has not signed what proves that its private half is there."""

    problem = "proof-wrong"

    def __init__(self) -> None:
        super().__init__(
            "The new key did not sign its proof.",
            "Sign the merchant's id and the key's id with the new private key, as documented.",
        )


class WebhookUrlRefused(InvalidInput):
    """An address that notices are not sent to."""

    problem = "webhook-url-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"Notices cannot be sent there: {why}.",
            "Give an https address that the public internet reaches, without user or fragment.",
        )


class NotASeller(NotAllowed):
    """The key belongs to nobody who sells."""

    problem = "not-a-seller"

    def __init__(self) -> None:
        super().__init__(
            "This key belongs to no merchant and no till.",
            "Sign with the key of the merchant's server or of an enrolled till.",
        )


class ServerOnly(NotAllowed):
    """A till asks for what only the merchant's server may do."""

    problem = "server-only"

    def __init__(self) -> None:
        super().__init__(
            "A till may not do this.", "Ask for it with the key of the merchant's server."
        )


class OtherShop(NotAllowed):
    """A till asks for what only its own shop, or the merchant's server, may do."""

    problem = "other-shop"

    def __init__(self) -> None:
        super().__init__(
            "This order is another shop's.",
            "Ask at a till of that shop, or by the merchant's server.",
        )


class EnrolmentCodeWrong(NotAllowed):
    """A till's one-time code is wrong, used or too old; which of them is not told."""

    problem = "enrolment-code-wrong"

    def __init__(self) -> None:
        super().__init__(
            "This till cannot be enrolled with this code.",
            "Type it again, or have the merchant ask for a new one.",
        )


class MerchantUnknown(NotFound):
    """No merchant of that id."""

    problem = "merchant-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such merchant here.", "Check the id.")


class ShopUnknown(NotFound):
    """The merchant has no such shop."""

    problem = "shop-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such shop.", "Check the id, or scan the shop's code again.")


class TerminalUnknown(NotFound):
    """The merchant has no such till."""

    problem = "terminal-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such till.", "Check the id.")


class OrderUnknown(NotFound):
    """The merchant has no such order."""

    problem = "order-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such order.", "Check the id or number; make it if need be.")


class RefundUnknown(NotFound):
    """The merchant has no such refund."""

    problem = "refund-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such refund.", "Check the id; ask for it if need be.")


class EventUnknown(NotFound):
    """The merchant has no such notice."""

    problem = "event-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such notice.", "List the notices to find its id.")


class NumberUsed(Conflict):
    """A merchant's own number that belongs to another order or refund already."""

    problem = "number-used"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The number {number} belongs to something else already.",
            "Query that number to see what it is, or take a new one.",
            number=number,
        )


class CreditCodeUsed(Conflict):
    """There is a merchant with that unified social credit code."""

    problem = "credit-code-used"

    def __init__(self) -> None:
        super().__init__(
            "A merchant with this unified social credit code is here already.",
            "Open another shop for it instead.",
        )


class ServerKeyChanged(Conflict):
    """The merchant's program got another key after this one was proposed."""

    problem = "server-key-changed"

    def __init__(self) -> None:
        super().__init__(
            "The merchant's program has got another key since this one was proposed.",
            "Ask the merchant which is right, and propose that. Suspend the merchant first if"
            " somebody else is changing its key.",
        )


class TerminalEnrolled(Conflict):
    """The till has a key."""

    problem = "terminal-enrolled"

    def __init__(self) -> None:
        super().__init__(
            "This till is enrolled already.", "Revoke it and add a new one to change its key."
        )


class MerchantSuspended(Refused):
    """The operator stopped the merchant's business."""

    problem = "merchant-suspended"

    def __init__(self) -> None:
        super().__init__(
            "This merchant may neither take payments nor give them back at the moment.",
            "Ask the operator for the reason.",
        )


class ShopClosed(Refused):
    """The shop is closed for good."""

    problem = "shop-closed"

    def __init__(self) -> None:
        super().__init__("This shop is closed.", "Use another shop of the merchant.")


class OrderNotOpen(Refused):
    """The order was paid, closed, or is too old."""

    problem = "order-not-open"

    def __init__(self, state: OrderState) -> None:
        super().__init__(
            f"The order is {state.value} and can be neither paid nor closed.",
            "Do not charge again if it is paid; else make a new order with a new number.",
            state=state.value,
        )


class OrderNotPaid(Refused):
    """A refund of an order that nobody paid."""

    problem = "order-not-paid"

    def __init__(self) -> None:
        super().__init__("Nobody paid this order.", "There is nothing to give back.")


class CodeUnreadable(Refused):
    """A text that is no merchant's code that can be paid here."""

    problem = "code-unreadable"


class CodeMismatch(Refused):
    """A well-formed code that says something else than the bank knows."""

    problem = "code-mismatch"

    def __init__(self) -> None:
        super().__init__(
            "This code does not say what the merchant ordered.",
            "Do not pay; ask the merchant for a new code.",
        )


class DayNotOver(Refused):
    """A day that has not ended yet cannot be summed up."""

    problem = "day-not-over"

    def __init__(self, day: int) -> None:
        super().__init__(
            f"The day {day} is not over yet in China.",
            "Ask again some minutes after midnight.",
            day=day,
        )
