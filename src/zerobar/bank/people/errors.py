"""What the rules about people and wallets refuse, and what to do then.

InvalidInput
+-- BadPhoneNumber, BadResidentId, BadDeviceKey, PinTooObvious
NotAllowed
+-- PinNeeded
NotFound
+-- PersonUnknown, WalletUnknown, DeviceUnknown
Conflict
+-- PhoneKnown, AlreadyVerified, PinAlreadySet
Refused
+-- WrongCode, CodeOver, AssertionRefused, WrongPin, PinNotSet, IdentityRefused,
|   TooManyWallets, NotEligible, OverLimit, WalletFrozen, WalletClosed, WalletNotEmpty,
|   FrozenByBank, DeviceTooNew
TooMany
+-- PinLocked
"""

from __future__ import annotations

from zerobar.bank.errors import (
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Refused,
    TooMany,
)
from zerobar.purse.money import Fen


class BadPhoneNumber(InvalidInput):
    """Not a mobile number that a message can be sent to."""

    problem = "bad-phone-number"

    def __init__(self) -> None:
        super().__init__(
            "This is not a mobile number of mainland China.",
            "Give all digits, as +8613800000001 or 13800000001.",
        )


class BadResidentId(InvalidInput):
    """Not a number that the registry could have given."""

    problem = "bad-resident-id"

    def __init__(self) -> None:
        super().__init__(
            "This is not a resident ID number.", "Copy all 18 characters from the identity card."
        )


class BadDeviceKey(InvalidInput):
    """A public key that is no point on P-256, or whose proof does not verify."""

    problem = "bad-device-key"

    def __init__(self) -> None:
        super().__init__(
            "The device's key does not verify its own proof.",
            "Make a new P-256 key and sign the enrolment with it.",
        )


class PinTooObvious(InvalidInput):
    """A PIN that a thief tries first."""

    problem = "pin-too-obvious"

    def __init__(self) -> None:
        super().__init__(
            "This PIN is easily guessed.",
            "Choose six digits without a pattern, not from a phone number or a birthday.",
        )


class WrongCode(Refused):
    """Not the code that was sent."""

    problem = "wrong-code"

    def __init__(self, tries_left: int) -> None:
        super().__init__(
            "This is not the code that was sent.",
            "Look at the newest message and type its six digits.",
            tries_left=tries_left,
        )


class CodeOver(Refused):
    """No code waits for that number: expired, used, tried too often, or never sent."""

    problem = "code-over"

    def __init__(self) -> None:
        super().__init__(
            "No code is valid for this number now.",
            "Ask for a new code, and use it in five minutes.",
        )


class AssertionRefused(Refused):
    """A phone number assertion that is not good, whatever the reason."""

    problem = "assertion-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The partner's word for this phone number is not accepted.",
            "Start again from the partner's app, or use a code by message.",
            reason=reason,
        )


class PinNeeded(NotAllowed):
    """No grant is open for this wallet and device."""

    problem = "pin-needed"

    def __init__(self) -> None:
        super().__init__(
            "The payment PIN is needed first.", "Ask for the PIN, then send the same again."
        )


class PersonUnknown(NotFound):
    """Nobody has opened a wallet with that phone number."""

    problem = "person-unknown"

    def __init__(self) -> None:
        super().__init__("No wallet was opened with this phone number.", "Open a wallet first.")


class WalletUnknown(NotFound):
    """No such wallet, or not of whoever asks."""

    problem = "wallet-unknown"

    def __init__(self) -> None:
        super().__init__("You have no such wallet.", "Choose one of your wallets.")


class DeviceUnknown(NotFound):
    """No such device, or not of whoever asks."""

    problem = "device-unknown"

    def __init__(self) -> None:
        super().__init__("You have no such device.", "Choose one of your devices.")


class PhoneKnown(Conflict):
    """The phone number has a person already."""

    problem = "phone-known"

    def __init__(self) -> None:
        super().__init__(
            "This phone number has a wallet already.",
            "Sign in; further wallets are opened from there.",
        )


class AlreadyVerified(Conflict):
    """The person is verified, with another identity."""

    problem = "already-verified"

    def __init__(self) -> None:
        super().__init__(
            "This person is verified with another identity.",
            "Close the wallets, or go to a branch with both documents.",
        )


class PinAlreadySet(Conflict):
    """The person has a PIN."""

    problem = "pin-already-set"

    def __init__(self) -> None:
        super().__init__(
            "You have a PIN already, one for all wallets.", "Change it with the old one."
        )


class WrongPin(Refused):
    """Not the person's PIN."""

    problem = "wrong-pin"

    def __init__(self, tries_left: int) -> None:
        super().__init__(
            "This is not your PIN.",
            "Try again carefully, or set a new one if it is forgotten.",
            tries_left=tries_left,
        )


class PinLocked(TooMany):
    """Wrong five times."""

    problem = "pin-locked"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(
            "The PIN was wrong too often and is locked.",
            "Wait, or set a new one with a code by message.",
            retry_after_s,
        )


class PinNotSet(Refused):
    """The person has no PIN yet."""

    problem = "pin-not-set"

    def __init__(self) -> None:
        super().__init__("You have no PIN yet.", "Set one first.")


class IdentityRefused(Refused):
    """Name and resident ID do not belong together, or not to this person."""

    problem = "identity-refused"

    def __init__(self) -> None:
        super().__init__(
            "The name and the number do not belong together.",
            "Type both exactly as on the identity card.",
        )


class TooManyWallets(Refused):
    """As many wallets as one may have."""

    problem = "too-many-wallets"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"One person may have {most} wallets, and they are all in use.",
            "Close one that is not needed, on whichever of that person's phone numbers.",
            most=most,
        )


class NotEligible(Refused):
    """Something is missing for that category."""

    problem = "not-eligible"

    def __init__(self, missing: str, next_step: str) -> None:
        super().__init__("This wallet cannot be raised yet.", next_step, missing=missing)


class OverLimit(Refused):
    """A limit of the wallet's category would be exceeded."""

    problem = "over-limit"

    def __init__(self, limit_name: str, limit: Fen, left: Fen) -> None:
        super().__init__(
            f"This is over the wallet's limit {limit_name}: {limit}, of which {left} is left.",
            "Pay less, wait for the next period, or raise the wallet's category.",
            limit=limit_name,
            limit_fen=int(limit),
            left_fen=int(left),
        )


class WalletFrozen(Refused):
    """Nothing leaves or enters a frozen wallet."""

    problem = "wallet-frozen"

    def __init__(self) -> None:
        super().__init__("This wallet is frozen.", "Unfreeze it first.")


class WalletClosed(Refused):
    """A closed wallet stays closed."""

    problem = "wallet-closed"

    def __init__(self) -> None:
        super().__init__("This wallet was closed.", "Use another wallet.")


class WalletNotEmpty(Refused):
    """Money is in the wallet, or on its way."""

    problem = "wallet-not-empty"

    def __init__(self) -> None:
        super().__init__(
            "There is still money in this wallet, or on its way.",
            "Spend it or save it to a bank card, wait for what is open, then close.",
        )


class FrozenByBank(Refused):
    """The bank's staff has frozen it; its holder cannot unfreeze it."""

    problem = "frozen-by-bank"

    def __init__(self) -> None:
        super().__init__("The bank has frozen this wallet.", "Call the bank.")


class DeviceTooNew(Refused):
    """What protects from a stolen SIM: a device that just came may not do everything."""

    problem = "device-too-new"

    def __init__(self, wait_h: int) -> None:
        super().__init__(
            f"This device was enrolled less than {wait_h} hours ago.",
            "Use a device enrolled earlier, or wait.",
            wait_h=wait_h,
        )
