"""What can go wrong with the registry of purses."""

from __future__ import annotations

from uuid import UUID

from zerobar.bank.errors import Conflict, InvalidInput, NotFound, Refused
from zerobar.purse.money import Fen


class PursesNotOffered(Refused):
    """This bank has no keys to sign for purses with."""

    problem = "purses-not-offered"

    def __init__(self) -> None:
        super().__init__(
            "This bank offers no hard wallets.", "Ask it for another way, or ask another bank."
        )


class CertificateRefused(InvalidInput):
    """A certificate that no trusted authority key has signed, or of a class that cannot be."""

    problem = "certificate-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The purse's certificate is refused: {why}.",
            "Have the purse certified by an authority whose key this bank trusts.",
        )


class PurseUnknown(NotFound):
    """No purse of that id is registered here."""

    problem = "purse-unknown"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"No purse {purse_id.hex()} is registered here.", "Check the id, or register the purse."
        )


class PayeeNotHosted(NotFound):
    """No payee of that id is hosted here."""

    problem = "payee-not-hosted"

    def __init__(self, payee_id: bytes) -> None:
        super().__init__(
            f"No payee {payee_id.hex()} is hosted here.", "Check the id, or host the payee first."
        )


class PurseClosed(InvalidInput):
    """A closed purse stays closed."""

    problem = "purse-closed"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} is closed for ever.", "Register a new purse instead."
        )


class PurseFlagged(Refused):
    """A purse that was proved to cheat stays blocked."""

    problem = "purse-flagged"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} was proved to be cloned and stays blocked.",
            "Close it, and register a new purse for its holder.",
        )


class AnonymousHasNoWallet(InvalidInput):
    """An anonymous purse is linked to no wallet."""

    problem = "anonymous-has-no-wallet"

    def __init__(self) -> None:
        super().__init__(
            "An anonymous purse cannot be linked to a wallet.",
            "Register it without a wallet, or certify it as a person's.",
        )


class PurseBlocked(Refused):
    """A purse that was reported lost, or is blocked for another reason."""

    problem = "purse-blocked"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} is blocked.",
            "If it was lost and is found again, say so; else ask the bank why.",
        )


class PurseExpired(Refused):
    """A purse whose certificate has ended pays nobody but its operator."""

    problem = "purse-expired"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The certificate of the purse {purse_id.hex()} has ended.",
            "Let the purse sync, which brings it a new one, then ask again.",
        )


class NotLoadable(Refused):
    """A load goes into a purse that is linked to the very wallet that pays it."""

    problem = "purse-not-loadable"

    def __init__(self) -> None:
        super().__init__(
            "This purse is not linked to the wallet that is to pay.",
            "Link it to the wallet first, or pay it as you would pay somebody else.",
        )


class LoadTooLarge(Refused):
    """More than the purse may hold."""

    problem = "load-too-large"

    def __init__(self, holding: Fen) -> None:
        super().__init__(
            f"This purse holds at most {holding}.",
            "Load less; what is above it would lie on the card and not be spent.",
            holding_fen=int(holding),
        )


class RequestKindRefused(InvalidInput):
    """A request of a kind that cannot be asked for here."""

    problem = "request-kind-refused"

    def __init__(self, needed: str) -> None:
        super().__init__(
            f"This is no request for {needed}.", "Have the purse prepare a request of that kind."
        )


class RequestRefused(InvalidInput):
    """A request that its payee cannot have made so."""

    problem = "request-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The payee's request is refused: {why}.", "Have the payee prepare a new request."
        )


class RequestPaid(Conflict):
    """The operator signs one voucher for a request, and has."""

    problem = "request-paid"

    def __init__(self) -> None:
        super().__init__(
            "This request of the purse was paid before.",
            "Fetch what was signed under the id it was paid with, or prepare a new request.",
        )


class OwedLess(Refused):
    """Less is owed to a purse than it asks for."""

    problem = "owed-less"

    def __init__(self, owed: Fen) -> None:
        super().__init__(
            f"{owed} is owed to this purse.",
            "Prepare a request for at most that; if you miss money, let those whom you paid sync.",
            owed_fen=int(owed),
        )


class ChallengeOver(Refused):
    """A challenge that was used, has ended, or was given to somebody else."""

    problem = "challenge-over"

    def __init__(self) -> None:
        super().__init__(
            "The bank's question to the purse is no longer open.",
            "Ask for a new one, let the purse answer it, and send the answer at once.",
        )


class StateRefused(InvalidInput):
    """An answer of a purse that proves nothing."""

    problem = "state-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The purse's answer is refused: {why}.",
            "Ask the purse again, with the bank's newest question.",
        )


class PurseTaken(Refused):
    """A purse that is linked to another wallet, or was made for one."""

    problem = "purse-taken"

    def __init__(self) -> None:
        super().__init__(
            "This purse belongs to another wallet.",
            "Choose the wallet that it was ordered for; if it is not yours, hand it in.",
        )


class LimitTooHigh(InvalidInput):
    """A limit above what the purse's class allows."""

    problem = "limit-too-high"

    def __init__(self, name: str, most: Fen) -> None:
        super().__init__(
            f"The limit {name} may be at most {most}.", "Choose a lower one.", most_fen=int(most)
        )


class AnonymousLost(Refused):
    """Nobody knows whose an anonymous purse is."""

    problem = "anonymous-purse-lost"

    def __init__(self) -> None:
        super().__init__(
            "An anonymous purse that is linked to no wallet is lost like cash.",
            "Nobody can be paid what is in it; link the next one to a wallet.",
        )


class HorizonPassed(Refused):
    """A lost purse whose money is about to be, or was, paid to its wallet."""

    problem = "horizon-passed"

    def __init__(self) -> None:
        super().__init__(
            "This purse was lost too long ago to be used again.",
            "What is known to be in it is paid to its wallet; order a new one.",
        )


class NotLost(Conflict):
    """A purse that nobody has reported lost."""

    problem = "purse-not-lost"

    def __init__(self) -> None:
        super().__init__(
            "This purse was not reported lost.", "Look at its state; there is nothing to undo."
        )


class PurseNotEmpty(Refused):
    """A purse is ended only when nothing is in it or on its way."""

    problem = "purse-not-empty"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The purse cannot be ended: {why}.", "Unload it, let it sync, then end it."
        )


class OrderUnknown(NotFound):
    """No purse was ordered under that id."""

    problem = "purse-order-unknown"

    def __init__(self) -> None:
        super().__init__(
            "No purse was ordered under this id.", "Check the id, or order the purse first."
        )


class OrderCertified(Conflict):
    """A purse was made for the order already, with another key."""

    problem = "purse-order-certified"

    def __init__(self, order_id: UUID) -> None:
        super().__init__(
            f"Another purse was certified for the order {order_id}.",
            "Order a new one for this card; the first one stays what it is.",
        )


class TooManyPurses(Refused):
    """As many purses as one wallet may have."""

    problem = "too-many-purses"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"This wallet has {most} hard wallets already.", "End one of them first.", most=most
        )


class BadBureauFile(InvalidInput):
    """A file that is not what a card bureau and the bank exchange."""

    problem = "bad-bureau-file"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"This file is refused: {why}.", "Hand in the file as the bureau's machine wrote it."
        )


class NoUnblockApproved(Refused):
    """Two people of the bank have to agree first."""

    problem = "no-unblock-approved"

    def __init__(self) -> None:
        super().__init__(
            "No new PIN for this purse has been approved, or not lately.",
            "Ask the bank, show who you are, then choose the PIN within a day.",
        )


class CounterExhausted(Refused):
    """As many new PINs as a purse takes in its life."""

    problem = "unblock-counter-exhausted"

    def __init__(self) -> None:
        super().__init__(
            "This purse takes no more new PINs.", "Unload it, end it, and order another."
        )
