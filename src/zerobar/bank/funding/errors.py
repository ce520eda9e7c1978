"""What can go wrong between cards and wallets.

InvalidInput
+-- BadCardNumber       digits are missing, or mistyped
NotFound
+-- CardUnknown         no such card is bound
+-- OrderUnknown        no such exchange or saving
+-- NotReconciledYet    no statement of this day was compared
Conflict
+-- CardBound           the card is bound already
+-- NotStranded         the order's money is in its place, or on its way
Refused
+-- NameNotVerified     cards belong to people whose name is known
+-- CardMismatch        the card's bank knows another holder
+-- TooManyCards        there are as many as can be
+-- SavingNotAllowed    the wallet's category cannot save to a bank
+-- BalanceLimit        the wallet would hold more than its category may
+-- VaultShort          the operator has not enough digital cash
+-- TopUpOff            cards may not be asked for what a payment lacks
+-- NoCardPays          no card gives what a payment lacks
TooMany
+-- TooManyMismatches   wrong details too often today
Unavailable
+-- BooksUnavailable    the ledger does not answer
+-- TopUpPending        a card's bank has not said whether it pays
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from zerobar.bank.errors import Conflict, InvalidInput, NotFound, Refused, TooMany, Unavailable
from zerobar.bank.funding.model import MAX_CARDS
from zerobar.purse.money import Fen


class BadCardNumber(InvalidInput):
    """Digits are missing, or mistyped."""

    problem = "bad-card-number"

    def __init__(self) -> None:
        super().__init__(
            "This is not a card number.", "Type the 12 to 19 digits on the card once more."
        )


class CardUnknown(NotFound):
    """No such card is bound."""

    problem = "card-unknown"

    def __init__(self) -> None:
        super().__init__("No such card is bound.", "Choose one of the cards that are.")


class OrderUnknown(NotFound):
    """No such exchange or saving."""

    problem = "card-order-unknown"

    def __init__(self) -> None:
        super().__init__(
            "Nothing was asked under this id.", "Check the id, or ask for it with this id."
        )


class NotReconciledYet(NotFound):
    """No statement of this day was compared."""

    problem = "day-not-reconciled"

    def __init__(self, day: int) -> None:
        super().__init__(
            f"No statement of the day {day} was compared yet.",
            "Give a day that is over, as 20261125; a statement is compared some hours later.",
            day=day,
        )


class CardBound(Conflict):
    """The card is bound already."""

    problem = "card-bound"

    def __init__(self) -> None:
        super().__init__("This card is bound already.", "Choose it from the list of cards.")


class NotStranded(Conflict):
    """The order's money is in its place, or on its way there."""

    problem = "order-not-stranded"

    def __init__(self) -> None:
        super().__init__(
            "This order's money is in its place, or on its way there.",
            "Choose one of the stranded orders.",
        )


class NameNotVerified(Refused):
    """Cards belong to people whose name is known."""

    problem = "name-not-verified"

    def __init__(self) -> None:
        super().__init__(
            "A card can be bound only when your name is verified.", "Verify your name first."
        )


class CardMismatch(Refused):
    """The card's bank knows another holder; which detail differs is not told."""

    problem = "card-mismatch"

    def __init__(self, tries_left: int) -> None:
        super().__init__(
            "The card's bank says that number, name, ID and phone do not belong together.",
            "Use a card of your own, and the phone number that its bank knows.",
            tries_left=tries_left,
        )


class TooManyCards(Refused):
    """There are as many as can be."""

    problem = "too-many-cards"

    def __init__(self) -> None:
        super().__init__(
            f"There are {MAX_CARDS} cards already.", "Unbind one first.", limit=MAX_CARDS
        )


class SavingNotAllowed(Refused):
    """The wallet's category cannot save to a bank."""

    problem = "saving-not-allowed"

    def __init__(self) -> None:
        super().__init__(
            "A wallet of this category cannot save to a bank card.",
            "Raise the wallet to category II: verify your name and bind a card.",
        )


class BalanceLimit(Refused):
    """The wallet would hold more than its category may."""

    problem = "over-balance-limit"

    def __init__(self, limit: Fen, room: Fen) -> None:
        super().__init__(
            f"A wallet of this category holds at most {limit}.",
            f"Exchange at most {room}, or raise the wallet's category.",
            limit_fen=int(limit),
            left_fen=int(room),
        )


class VaultShort(Refused):
    """The operator has not enough digital cash."""

    problem = "vault-short"

    def __init__(self) -> None:
        super().__init__(
            "The operator has not enough digital cash at the moment.",
            "Nothing was taken from the card. Try a smaller amount, or again later.",
        )


class TopUpOff(Refused):
    """Cards may not be asked for what a payment lacks."""

    problem = "auto-top-up-off"

    def __init__(self) -> None:
        super().__init__(
            "The wallet has too little, and may not ask cards for the rest.",
            "Exchange first, or switch auto top-up on.",
        )


class NoCardPays(Refused):
    """No card gives what a payment lacks.

    Attributes:
        reasons: for each card asked, why it refused.
    """

    problem = "no-card-pays"

    def __init__(self, reasons: Mapping[UUID, str]) -> None:
        super().__init__(
            "The wallet has too little, and no card gives the rest.",
            "Bind a card that can pay, or exchange from another.",
            reasons={str(card_id): reason for card_id, reason in reasons.items()},
        )
        self.reasons = reasons


class TooManyMismatches(TooMany):
    """Wrong details too often today."""

    problem = "too-many-card-mismatches"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "Card details were wrong too often today.", "Try again tomorrow.", retry_after_s
        )


class BooksUnavailable(Unavailable):
    """The ledger does not answer."""

    problem = "books-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The books do not answer, so the outcome is not known.",
            "Ask for the same again, with the same id.",
        )


class TopUpPending(Unavailable):
    """A card's bank has not said whether it pays."""

    problem = "top-up-pending"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(
            "A card was asked for what is missing, and its bank has not answered yet.",
            "Ask for the same payment again, with the same id; nothing is taken twice.",
            order_id=str(order_id),
        )
        self.order_id = order_id
