"""What can go wrong when a purse's log comes in, and whose fault it is."""

from __future__ import annotations

from collections.abc import Iterable

from zerobar.bank.errors import InvalidInput, Refused
from zerobar.bank.purses.errors import StateRefused


class LogRefused(InvalidInput):
    """Entries that do not lead to the purse's signed state: whoever carried them is at fault.

    Attributes:
        known_entry: the log is held up to here.
        read_from: the first entry to bring once more. It is the first that the purse has not had
            acknowledged, for it may have left the log that is held before its end: a clone.
    """

    problem = "log-refused"

    def __init__(self, why: str, known_entry: int, base: int | None = None) -> None:
        read_from = min(known_entry, known_entry if base is None else base) + 1
        super().__init__(
            f"The log does not lead to the purse's state: {why}.",
            f"Read the log again from entry {read_from}, and bring all of it.",
            known_entry=known_entry,
            read_from=read_from,
        )
        self.known_entry = known_entry
        self.read_from = read_from


class CertificatesNeeded(InvalidInput):
    """Vouchers or statements whose signers are not known here.

    Attributes:
        purse_ids: whose certificates to send along, 8 bytes each.
    """

    problem = "certificates-needed"

    def __init__(self, purse_ids: Iterable[bytes]) -> None:
        self.purse_ids = tuple(sorted(set(purse_ids)))
        shown = [purse_id.hex() for purse_id in self.purse_ids]
        super().__init__(
            f"The log names purses that are not known here: {', '.join(shown)}.",
            "Send their certificates with the log: whoever took their vouchers has them.",
            purse_ids=shown,
        )


class PurseForked(Refused):
    """The purse has signed another log than the one that is held: it is cloned or rolled back."""

    problem = "purse-forked"

    def __init__(self, purse_id: bytes) -> None:
        super().__init__(
            f"The purse {purse_id.hex()} has signed two logs that contradict each other.",
            "It is blocked: have the holder ask the bank, and the card be inspected.",
        )


class StatementRefused(InvalidInput):
    """A void statement that its payee has not signed, or about another voucher."""

    problem = "statement-refused"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The void statement is refused: {why}.",
            "Have the payee's purse void the voucher once more.",
        )


__all__ = ["CertificatesNeeded", "LogRefused", "PurseForked", "StateRefused", "StatementRefused"]
