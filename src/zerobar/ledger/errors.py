"""What can go wrong with the ledger as a whole; what happens to a transfer is a Result.

LedgerError
+-- LedgerUnavailable   the database does not answer; whether the transfer posted is unknown
+-- LedgerBusy          too many transfers wait already; nothing was done
+-- AnotherPoster       another process posts to this ledger
+-- AccountConflict     an account of that id exists with other terms
"""

from __future__ import annotations

from uuid import UUID


class LedgerError(Exception):
    """Base of all errors of the ledger."""


class LedgerUnavailable(LedgerError):
    """The database does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The ledger's database does not answer. Whether the transfer was posted is not known;"
            " send the same transfer with the same id again."
        )


class LedgerBusy(LedgerError):
    """More transfers are waiting than the poster takes."""

    def __init__(self) -> None:
        super().__init__("The ledger is at its limit. Nothing was done; send the same again soon.")


class AnotherPoster(LedgerError):
    """Another process posts to this ledger."""

    def __init__(self) -> None:
        super().__init__(
            "Another process posts to this ledger. Stop it first, or send transfers through it."
        )


class AccountConflict(LedgerError):
    """An account of that id exists with other terms.

    Attributes:
        account_id: its id.
    """

    def __init__(self, account_id: UUID) -> None:
        super().__init__(f"Account {account_id} exists with another code, floor or currency.")
        self.account_id = account_id
