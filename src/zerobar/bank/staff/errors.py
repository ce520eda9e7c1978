"""What can go wrong among staff.

NotSignedIn
+-- StaffNotSignedIn    no session, or one that has ended
+-- CodeRefused         the one-time code is unknown, used or too old
NotAllowed
+-- RoleMissing         signed in, but without the role for it
+-- SamePerson          who proposes does not approve
+-- NotTheProposer      only who proposed it may see it
+-- NotOneOfTheTwo      only who proposed it and who approved it may see their halves
NotFound
+-- StaffUnknown        no such member of staff
+-- ApprovalUnknown     nothing of that id was proposed
+-- CodeGone            no code, or one that was used or replaced
+-- TillCodeGone        no code of a till that still enrols it
Conflict
+-- AlreadyDecided      somebody decided otherwise before
+-- ApprovalExpired     nobody decided in time
+-- TrailBroken         the audit trail was changed afterwards
Refused
+-- OwnRevocation       nobody shuts oneself out
+-- HolderNotVerified   nobody is known whom staff could recognise
"""

from __future__ import annotations

from collections.abc import Iterable

from zerobar.bank.errors import Conflict, NotAllowed, NotFound, NotSignedIn, Refused


class StaffNotSignedIn(NotSignedIn):
    """No session, or one that has ended."""

    problem = "staff-not-signed-in"

    def __init__(self) -> None:
        super().__init__("No session of a member of staff is open.", "Sign in with your passkey.")


class CodeRefused(NotSignedIn):
    """The one-time code is unknown, used or too old; which of these is not told."""

    problem = "enrolment-code-refused"

    def __init__(self) -> None:
        super().__init__(
            "This enrolment code is unknown, was used before, or is too old.",
            "Ask an administrator for a new one.",
        )


class RoleMissing(NotAllowed):
    """Signed in, but without the role for it."""

    problem = "role-missing"

    def __init__(self, any_of: Iterable[str]) -> None:
        roles = sorted(str(role) for role in any_of)
        super().__init__(
            "Your roles do not allow this.",
            f"Ask somebody with one of these roles: {', '.join(roles)}.",
            roles=roles,
        )


class SamePerson(NotAllowed):
    """Who proposes does not approve."""

    problem = "second-person-needed"

    def __init__(self) -> None:
        super().__init__("You proposed this yourself.", "Ask a second person to approve it.")


class NotTheProposer(NotAllowed):
    """Only who proposed it may see it."""

    problem = "not-the-proposer"

    def __init__(self) -> None:
        super().__init__(
            "Only who proposed this may see the code.", "Ask that person to hand it over."
        )


class NotOneOfTheTwo(NotAllowed):
    """Only who proposed it, and who approved it, may see their parts."""

    problem = "not-one-of-the-two"

    def __init__(self) -> None:
        super().__init__(
            "Only who proposed this and who approved it may see their halves of the code.",
            "Ask both of them to hand their halves over.",
        )


class TillCodeGone(NotFound):
    """The till was not added, is enrolled, ended, or its code is too old or was mistyped often."""

    problem = "till-code-gone"

    def __init__(self) -> None:
        super().__init__(
            "No code of this till can be used now.",
            "Wait until it is approved. A till that is enrolled needs none. If it is too late, or"
            " was mistyped five times, end this till and propose another.",
        )


class CodeGone(NotFound):
    """No code came of this approval, or it was used, replaced, or is too old."""

    problem = "enrolment-code-gone"

    def __init__(self) -> None:
        super().__init__(
            "No enrolment code of this approval can be used now.",
            "Wait until it is approved, or propose a new code.",
        )


class StaffUnknown(NotFound):
    """No such member of staff."""

    problem = "staff-unknown"

    def __init__(self) -> None:
        super().__init__("There is no such member of staff.", "Check the id in the list of staff.")


class ApprovalUnknown(NotFound):
    """Nothing of that id was proposed."""

    problem = "approval-unknown"

    def __init__(self) -> None:
        super().__init__("Nothing of this id was proposed.", "Check the id, or propose it.")


class AlreadyDecided(Conflict):
    """Somebody decided otherwise before."""

    problem = "already-decided"

    def __init__(self, decision: str) -> None:
        super().__init__(
            f"This was decided before: {decision}.",
            "Nothing was changed; propose it anew if it is still wanted.",
            decision=decision,
        )


class ApprovalExpired(Conflict):
    """Nobody decided in time."""

    problem = "approval-expired"

    def __init__(self) -> None:
        super().__init__("Nobody approved this within 24 hours.", "Propose it anew.")


class OwnRevocation(Refused):
    """Nobody shuts oneself out."""

    problem = "own-revocation"

    def __init__(self) -> None:
        super().__init__("You cannot revoke yourself.", "Ask another administrator to do it.")


class HolderNotVerified(Refused):
    """The holder never showed who it is, so that nobody can be recognised."""

    problem = "holder-not-verified"

    def __init__(self) -> None:
        super().__init__(
            "The holder of this wallet is anonymous: nobody can be recognised at a desk.",
            "The holder may reset the PIN on a device that was enrolled a day ago.",
        )


class TrailBroken(Conflict):
    """The audit trail was changed after it was written.

    Attributes:
        number: the first entry that is not what was written.
    """

    problem = "audit-trail-broken"

    def __init__(self, number: int) -> None:
        super().__init__(
            f"Entry {number} of the audit trail is not what was written.",
            "Compare the database with its backups, and find out who had access to it.",
            number=number,
        )
        self.number = number
