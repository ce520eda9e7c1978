"""What can go wrong with passkeys.

NotSignedIn
+-- PasskeyRefused          unknown, revoked, of another site, or its signature is wrong
Refused
+-- RegistrationRefused     the authenticator's answer cannot be accepted
+-- TooManyPasskeys         one owner has as many as are kept
Conflict
+-- ChallengeStale          asked for too long ago, for something else, or used before
+-- PasskeyTaken            it is registered already
NotFound
+-- PasskeyUnknown          the owner has no such passkey
"""

from __future__ import annotations

from zerobar.bank.errors import Conflict, NotFound, NotSignedIn, Refused


class PasskeyRefused(NotSignedIn):
    """Unknown, revoked, of another site, or its signature is wrong; which of these is not told."""

    problem = "passkey-refused"

    def __init__(self) -> None:
        super().__init__("This passkey does not sign in here.", "Use another passkey or way.")


class RegistrationRefused(Refused):
    """The authenticator's answer cannot be accepted."""

    problem = "passkey-registration-refused"

    def __init__(self) -> None:
        super().__init__(
            "The authenticator's answer cannot be accepted.",
            "Begin again; use an authenticator that checks who you are, by PIN or fingerprint.",
        )


class TooManyPasskeys(Refused):
    """One owner has as many as are kept."""

    problem = "too-many-passkeys"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"You have {most} passkeys already.", "Remove one that you no longer use.", most=most
        )


class ChallengeStale(Conflict):
    """Asked for too long ago, for something else, or used before."""

    problem = "passkey-challenge-stale"

    def __init__(self) -> None:
        super().__init__(
            "The challenge is too old, was used before, or was asked for something else.",
            "Ask for new options and use the passkey again.",
        )


class PasskeyTaken(Conflict):
    """It is registered already."""

    problem = "passkey-taken"

    def __init__(self) -> None:
        super().__init__("This passkey is registered already.", "Sign in with it.")


class PasskeyUnknown(NotFound):
    """The owner has no such passkey."""

    problem = "passkey-unknown"

    def __init__(self) -> None:
        super().__init__("You have no such passkey.", "Check its id in the list of yours.")
