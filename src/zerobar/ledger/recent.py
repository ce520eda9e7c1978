"""Answers given lately, for clients that ask again at once: bounded, and cheap to keep so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from zerobar.ledger.model import Posted, Transfer

MAX_RECENT: Final = 100_000
"""Answers of one age; there are two ages."""

Answered = tuple[Transfer, Posted]
"""A transfer as it was first sent, and what it was answered."""


class Recent:
    """Answers by the transfer's id as a whole number.

    The older half is dropped whole when the newer one is full, which costs no look at each.

    Attributes:
        newer: where answers are added.
        older: added before those.
    """

    def __init__(self) -> None:
        self.newer: dict[int, Answered] = {}
        self.older: dict[int, Answered] = {}

    def get(self, transfer_id: int) -> Answered | None:
        """Return what a transfer was answered, if it is still known."""
        return self.newer.get(transfer_id) or self.older.get(transfer_id)

    def trim(self) -> None:
        """Forget the older half if the newer one is full."""
        if len(self.newer) > MAX_RECENT:
            self.newer, self.older = {}, self.newer

    def forget(self, transfer_ids: Iterable[int]) -> None:
        """Forget what some transfers were answered, for it was not stored."""
        for transfer_id in transfer_ids:
            self.newer.pop(transfer_id, None)
            self.older.pop(transfer_id, None)
