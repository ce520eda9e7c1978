"""Why a payment, a refund or a code was refused.

InvalidInput
+-- OwnWallet, PayeeMalformed
NotFound
+-- PayeeUnknown, PaymentUnknown, RequestUnknown, ConfirmationUnknown
NotAllowed
+-- NotYourWallet
Conflict
+-- NotPayable          the order or request is not open any more
+-- AmountDiffers       it is for another amount
+-- ConfirmationEnded
Refused
+-- InsufficientBalance, PayeeNotOpen, PayeeFull, NotTrading
+-- RefundTooMuch
+-- AlreadyRefused
+-- CodeWrong, CodeUsed
+-- ConfirmationNeeded
TooMany
+-- CodesBlocked
Unavailable
+-- OutcomeUnknown, TooBusy

What concerns the payer's wallet itself, its limits, PIN, freezing and closing, is told by the
errors of zerobar.bank.people.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from zerobar.bank.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    TooMany,
    Unavailable,
)
from zerobar.purse.money import Fen


class OwnWallet(InvalidInput):
    """Payer and payee are one wallet."""

    problem = "own-wallet"

    def __init__(self) -> None:
        super().__init__("This would pay the wallet from itself.", "Choose another payee.")


class PayeeMalformed(InvalidInput):
    """What names the payee cannot be a wallet number, a phone number or an id."""

    problem = "payee-malformed"

    def __init__(self, kind: str) -> None:
        super().__init__(
            "What names the payee is not of the form it should have.",
            "Check it for a mistyped character.",
            kind=kind,
        )


class PayeeUnknown(NotFound):
    """Nobody can be paid by that name."""

    problem = "payee-unknown"

    def __init__(self) -> None:
        super().__init__(
            "There is no payee of that number, code or id.",
            "Check it with the payee; nothing was paid.",
        )


class PaymentUnknown(NotFound):
    """No payment of that id, or not for whoever asks."""

    problem = "payment-unknown"

    def __init__(self) -> None:
        super().__init__(
            "No payment of that id was made, as far as you may see.",
            "If you asked for it and had no answer, ask for the same payment again.",
        )


class RequestUnknown(NotFound):
    """No request for money of that id, or not for whoever asks."""

    problem = "request-unknown"

    def __init__(self) -> None:
        super().__init__("There is no request for money of that id for you.", "List your requests.")


class ConfirmationUnknown(NotFound):
    """No confirmation of that id waits for whoever asks."""

    problem = "confirmation-unknown"

    def __init__(self) -> None:
        super().__init__("Nothing of that id waits for you to confirm.", "List what waits.")


class NotYourWallet(NotAllowed):
    """The wallet belongs to somebody else, or there is none of that id."""

    problem = "not-your-wallet"

    def __init__(self) -> None:
        super().__init__(
            "This key does not sign for the wallet that is to pay.",
            "Choose one of your own wallets.",
        )


class NotPayable(Conflict):
    """An order or a request that is not open."""

    problem = "not-payable"

    def __init__(self, state: str) -> None:
        super().__init__(
            f"It cannot be paid any more: it is {state}.",
            "Ask the payee for a new one, if it is still to be paid.",
            state=state,
        )


class AmountDiffers(Conflict):
    """An order or a request is for another amount."""

    problem = "amount-differs"

    def __init__(self, amount: Fen) -> None:
        super().__init__(
            f"It is for {amount}, not for what this payment says.",
            "Show the right amount and let it be confirmed anew.",
            amount_fen=int(amount),
        )


class ConfirmationEnded(Conflict):
    """What waited for the holder waits no more."""

    problem = "confirmation-ended"

    def __init__(self, state: str) -> None:
        super().__init__(
            f"This does not wait to be confirmed any more: it is {state}.",
            "At the till, ask the customer for a new code and charge it under a new id.",
            state=state,
        )


class InsufficientBalance(Refused):
    """Less is available than is to be paid."""

    problem = "insufficient-balance"

    def __init__(self, shortfall: Fen) -> None:
        super().__init__(
            f"The wallet is short of {shortfall}.",
            "Exchange at least that much into it, then pay under a new id.",
            shortfall_fen=int(shortfall),
        )


class PayeeNotOpen(Refused):
    """The payee's wallet is frozen or closed."""

    problem = "payee-not-open"

    def __init__(self) -> None:
        super().__init__(
            "The payee's wallet takes no payments now.", "Ask the payee; nothing was paid."
        )


class NotTrading(Refused):
    """The merchant or its shop may not be paid now."""

    problem = "merchant-not-trading"

    def __init__(self) -> None:
        super().__init__("This shop takes no payments now.", "Ask at the shop; nothing was paid.")


class PayeeFull(Refused):
    """The payee's wallet would hold more than it may."""

    problem = "payee-balance-limit"

    def __init__(self) -> None:
        super().__init__(
            "The payee's wallet cannot hold that much more.",
            "Pay less, or ask the payee for another wallet; a new payment needs a new id.",
        )


class RefundTooMuch(Refused):
    """Refunds would exceed what was paid."""

    problem = "refund-exceeds-payment"

    def __init__(self, left: Fen) -> None:
        super().__init__(
            f"Of this payment, {left} is not refunded yet.",
            "Refund at most that, under a new id.",
            left_fen=int(left),
        )


class AlreadyRefused(Refused):
    """What the books refused under this id, and so refuse for ever."""

    problem = "already-refused"

    def __init__(self, refusal: str) -> None:
        super().__init__(
            "This payment was refused before, and nothing was paid.",
            "Pay under a new id; at a till, ask the customer for a new code and charge that.",
            refusal=refusal,
        )


class CodeWrong(Refused):
    """Not a code that a wallet shows now."""

    problem = "code-wrong"

    def __init__(self) -> None:
        super().__init__(
            "This code is not valid: it is mistyped, too old, or of no wallet here.",
            "Ask the customer to show a fresh code.",
        )


class CodeUsed(Refused):
    """A code that was charged before."""

    problem = "code-used"

    def __init__(self) -> None:
        super().__init__(
            "This code was used before; a code pays once.", "Ask the customer to show a fresh code."
        )


class CodesBlocked(TooMany):
    """Too many wrong codes from one till, or for one wallet."""

    problem = "codes-blocked"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "Too many wrong codes were tried.",
            "Wait, or let the customer scan the till's code instead.",
            retry_after_s,
        )


class ConfirmationNeeded(Refused):
    """The amount is above the wallet's limit for codes: its holder has to confirm.

    Attributes:
        payment_id: of the payment that waits.
    """

    problem = "confirmation-needed"

    def __init__(self, payment_id: UUID, expires_at: datetime) -> None:
        super().__init__(
            "The customer has to confirm this amount on the phone.",
            "Ask for the same charge again, with the same id, until it is paid or has ended.",
            payment_id=str(payment_id),
            expires_at=expires_at.isoformat(),
        )
        self.payment_id = payment_id


class OutcomeUnknown(Unavailable):
    """The books do not answer; the payment may have been made."""

    problem = "outcome-unknown"

    def __init__(self) -> None:
        super().__init__(
            "The books do not answer, so whether this was paid is not known.",
            "Ask for the same again, with the same id: it is paid once at most.",
        )


class TooBusy(Unavailable):
    """More payments wait than the bank takes."""

    problem = "too-busy"

    def __init__(self) -> None:
        super().__init__(
            "The bank is at its limit; nothing was done.",
            "Ask for the same again in a second, with the same id.",
        )
