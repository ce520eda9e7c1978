"""What can go wrong with the ledger as a whole; what happens to a transfer is a Result.

LedgerError
+-- LedgerUnavailable   the ledger does not answer; whether the transfer posted is unknown
+-- LedgerBusy          too many transfers wait already; nothing was done
+-- RowRefused          the database does not take a row of the chain; nothing was done
+-- AnotherPoster       another process posts to this ledger
+-- PosterDied          the thread that posts has ended by a mistake of ours
+-- SocketTaken         another process already serves a ledger at that socket
+-- AccountConflict     an account of that id exists with other terms
"""

from __future__ import annotations

from pathlib import Path
from uuid import UUID


class LedgerError(Exception):
    """Base of all errors of the ledger."""


class LedgerUnavailable(LedgerError):
    """The database, or the process that posts, does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger does not answer. Whether the transfer was posted is not known;"
            " send the same transfer with the same id again."
        )


class LedgerBusy(LedgerError):
    """More transfers are waiting than the poster takes."""

    def __init__(self) -> None:
        super().__init__("The ledger is at its limit. Nothing was done; send the same again soon.")


class RowRefused(LedgerError):
    """The database does not take a row of the chain, so the chain was not posted.

    Attributes:
        reason: the database's own words; they may quote what the row holds.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"A row was refused, so its chain was not posted: {reason}."
            " Correct the row and send the chain again; its ids are not used up."
        )
        self.reason = reason


class AnotherPoster(LedgerError):
    """Another process posts to this ledger."""

    def __init__(self) -> None:
        super().__init__(
            "Another process posts to this ledger. Stop it first, or send transfers through it."
        )


class PosterDied(LedgerError):
    """The thread that posts has ended by a mistake of ours; the process cannot go on."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger has ended by a mistake of its own; the log says where. What was not"
            " answered may or may not be posted. Start the program again, and ask the same again."
        )


class SocketTaken(LedgerError):
    """A process serves a ledger at that socket, or another kind of file is there.

    Attributes:
        path: of the socket.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is in use. Stop the process that serves the ledger there, or name another"
            " path for the socket."
        )
        self.path = path


class AccountConflict(LedgerError):
    """An account of that id exists with other terms.

    Attributes:
        account_id: its id.
    """

    def __init__(self, account_id: UUID) -> None:
        super().__init__(f"Account {account_id} exists with another code, floor or currency.")
        self.account_id = account_id
