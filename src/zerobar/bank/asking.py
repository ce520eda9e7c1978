"""Who asks: a person who is signed in, or one of the operator's staff."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from zerobar.bank.errors import NotSignedIn


class SessionUnknown(NotSignedIn):
    """No session, or one that has ended."""

    problem = "session-unknown"

    def __init__(self) -> None:
        super().__init__("Nobody is signed in with this token, or no longer.", "Sign in again.")


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in on a device.

    Attributes:
        key_id: the device's signing key.
    """

    session_id: UUID
    person_id: UUID
    key_id: UUID
