"""What can go wrong at the telecom, by what whoever asked can do about it.

TelecomError
+-- InvalidInput    what was given cannot be right; correct it
+-- NotSignedIn     nobody, or nobody known, asks
+-- NotThroughTheNetwork   no gateway says whose line is asking
+-- NotFound        there is no such line, top-up or plan
+-- Conflict        it contradicts what is already there
+-- Refused         understood, but the rules say no
+-- Unavailable     the bank does not answer; ask the same again
"""

from __future__ import annotations

from typing import ClassVar, Final
from uuid import UUID

from zerobar.purse.money import Fen


class TelecomError(Exception):
    """Base of all errors that the telecom tells.

    Attributes:
        problem: a stable name, in words with hyphens; clients decide by it.
        what_happened: one sentence.
        next_step: what to do now, one sentence.
        facts: numbers and names that a program may need.
    """

    problem: ClassVar[str] = "error"

    def __init__(self, what_happened: str, next_step: str, **facts: object) -> None:
        super().__init__(f"{what_happened} {next_step}")
        self.what_happened = what_happened
        self.next_step = next_step
        self.facts = facts


class InvalidInput(TelecomError):
    """What was given cannot be right."""

    problem = "invalid-input"


class NotFound(TelecomError):
    """There is no such thing."""

    problem = "not-found"


class Conflict(TelecomError):
    """It contradicts what is already there."""

    problem = "conflict"


class Refused(TelecomError):
    """The rules say no."""

    problem = "refused"


class Unavailable(TelecomError):
    """The bank does not answer; the outcome is not known."""

    problem = "unavailable"


class NotSubmitted(Unavailable):
    """The SMSC has not said that it took a message."""

    problem = "not-submitted"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The SMSC has not taken the message: {why}.",
            "Send it again, it counts once; or bring the voucher by another road.",
        )


class BadNumber(InvalidInput):
    """Not a phone number that a line can have."""

    problem = "bad-number"

    def __init__(self) -> None:
        super().__init__(
            "This is not a mobile number.", "Write it in full, as +8613800000001 or 13800000001."
        )


class BadReference(InvalidInput):
    """Eight bytes that name no bill account."""

    problem = "bad-reference"

    def __init__(self) -> None:
        super().__init__(
            "The payment names no bill account.", "Ask the payer which number it was for."
        )


class LineUnknown(NotFound):
    """No line has this number."""

    problem = "line-unknown"

    def __init__(self) -> None:
        super().__init__("No line here has this number.", "Check the number.")


class PlanUnknown(NotFound):
    """No plan has this name."""

    problem = "plan-unknown"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no plan {name!r}.", "Choose one from the list of plans.")


class TopUpUnknown(NotFound):
    """No top-up has this id."""

    problem = "top-up-unknown"

    def __init__(self, top_up_id: UUID) -> None:
        super().__init__(f"There is no top-up {top_up_id}.", "Check the id.")


class LineExists(Conflict):
    """The number belongs to a line already."""

    problem = "line-exists"

    def __init__(self) -> None:
        super().__init__("This number has a line already.", "Choose another number.")


class IdUsed(Conflict):
    """An id that its maker used before, for something else."""

    problem = "id-used"

    def __init__(self) -> None:
        super().__init__(
            "This id was used before, for something else.",
            "Use a new id for a new thing, and the same id only to ask for the same again.",
        )


class LineClosed(Refused):
    """A closed line takes no money."""

    problem = "line-closed"

    def __init__(self) -> None:
        super().__init__(
            "The line is closed for good.", "Open a new line; what was paid is given back."
        )


class OverRefund(Refused):
    """More than is left of a top-up."""

    problem = "over-refund"

    def __init__(self, left: Fen) -> None:
        super().__init__(
            f"Only {left} of this top-up can still be given back.",
            "Give back that much, or less.",
            left_fen=int(left),
        )


class AmountOutOfRange(InvalidInput):
    """Less or more than a top-up can be."""

    problem = "amount-out-of-range"

    def __init__(self, least: Fen, most: Fen) -> None:
        super().__init__(
            f"A top-up is from {least} to {most}.",
            "Choose an amount in between.",
            least_fen=int(least),
            most_fen=int(most),
        )


class OrderUnknown(NotFound):
    """No order for a top-up has this id."""

    problem = "order-unknown"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(f"There is no order {order_id}.", "Check the id.")


class RefundUnknown(NotFound):
    """No refund has this id."""

    problem = "refund-unknown"

    def __init__(self, refund_id: UUID) -> None:
        super().__init__(f"There is no refund {refund_id}.", "Check the id.")


class CorrelatorUsed(Conflict):
    """A client's own id that it used before, for something else."""

    problem = "correlator-used"

    def __init__(self) -> None:
        super().__init__(
            "This correlatorId was used before, for something else.",
            "Use a new one for a new thing, and the same one only to ask for the same again.",
        )


class NotPaidByOrder(Refused):
    """A top-up by voucher, or to the standing code: the bank gives back only what paid an order."""

    problem = "not-paid-by-order"

    def __init__(self) -> None:
        super().__init__(
            "No order of this telecom was paid by this, and the bank gives back nothing else.",
            "Leave the credit on the line, or pay it out at a counter.",
        )


_DECIDED: Final = {
    "asked": "The bank is being asked to give this money back.",
    "returned": "This money was given back already.",
    "placed": "A line has this money already.",
}


class UnplacedUnknown(NotFound):
    """No money that was kept apart has this id."""

    problem = "unplaced-unknown"

    def __init__(self, top_up_id: UUID) -> None:
        super().__init__(
            f"No money {top_up_id} was kept apart.", "Check the id in the list of what was."
        )


class UnplacedDecided(Conflict):
    """Money that was kept apart, and of which something else was decided already."""

    problem = "unplaced-decided"

    def __init__(self, state: str) -> None:
        super().__init__(_DECIDED[state], "Look at it again; nothing was changed.", state=state)


class AskedJustNow(Conflict):
    """Money that the bank was asked to give back a moment ago."""

    problem = "asked-just-now"

    def __init__(self, minutes: int) -> None:
        super().__init__(
            "The bank was asked to give this money back just now, and a request that got lost"
            " may still reach it.",
            f"Put it on a line {minutes} minutes after that.",
        )


class NoWayBack(Refused):
    """Money that came by no voucher, and no refund of an order gives back."""

    problem = "no-way-back"

    def __init__(self) -> None:
        super().__init__(
            "The bank gives back vouchers, and orders by itself: this was paid to the shop's"
            " standing code, or the refund of its order was refused.",
            "Put it on the line that it was for, or pay it out at a counter.",
        )


class BankAway(Unavailable):
    """The bank does not answer; what was asked is kept, and asked again."""

    problem = "bank-unavailable"

    def __init__(self) -> None:
        super().__init__(
            "The bank does not answer just now; what was asked of it is kept.",
            "Look again in a moment, or ask for the same again with the same id.",
        )


class BankNotUnderstood(Unavailable):
    """What the bank says of money makes no sense; nothing is done by it."""

    problem = "bank-not-understood"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The bank has told {what} that cannot be.", "Have the telecom's operator ask the bank."
        )


class NotJoined(Unavailable):
    """The telecom has no bank yet."""

    problem = "not-joined"

    def __init__(self) -> None:
        super().__init__(
            "This telecom has not joined a bank yet.",
            "Have its operator run `zerobar telecom join`.",
        )


class BankRefused(Refused):
    """The bank will not have this order."""

    problem = "bank-refused"

    def __init__(self, what_happened: str, next_step: str) -> None:
        super().__init__(f"The bank does not take this: {what_happened}", next_step)


class OrderOver(Refused):
    """An order that nobody can pay any more."""

    problem = "order-over"

    def __init__(self) -> None:
        super().__init__("This order is over; nobody can pay it.", "Make a new one.")


class VoucherForOthers(Refused):
    """A voucher that pays somebody else."""

    problem = "voucher-for-others"

    def __init__(self) -> None:
        super().__init__(
            "This voucher does not pay this telecom.", "Bring it to its payee, or to its bank."
        )


class VoucherMalformed(InvalidInput):
    """Bytes that are no voucher."""

    problem = "voucher-malformed"

    def __init__(self, why: str) -> None:
        super().__init__(f"This is no voucher: {why}.", "Send what the purse gave, unchanged.")


class TooManyVouchers(Unavailable):
    """More vouchers wait for the bank than are kept."""

    problem = "too-many-vouchers"

    def __init__(self) -> None:
        super().__init__(
            "Too many vouchers wait for the bank already.",
            "Keep this one and bring it again later, here or to the bank.",
        )


class NoticeRefused(InvalidInput):
    """A notice that is not the bank's."""

    problem = "notice-refused"

    def __init__(self, why: str) -> None:
        super().__init__(f"This notice is not taken: {why}.", "Only the bank sends notices here.")


class NotSignedIn(TelecomError):
    """Nobody, or nobody known, asks."""

    problem = "not-signed-in"

    def __init__(self) -> None:
        super().__init__(
            "Only this telecom's own programs may ask for this.",
            "Send the token of the file api.token as a bearer token.",
        )


class NotThroughTheNetwork(TelecomError):
    """A request that no gateway of the access network vouches for."""

    problem = "not-through-the-network"

    def __init__(self) -> None:
        super().__init__(
            "The network does not know which line is asking.",
            "Ask over the mobile network, not over Wi-Fi; or use a text message's code.",
        )
