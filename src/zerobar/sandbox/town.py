"""Everything that a sandbox is made of, and what its smaller institutions do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from zerobar.sandbox.bank import Bank
from zerobar.sandbox.faults import Faults
from zerobar.sandbox.files import TransferFiles
from zerobar.sandbox.store import Store
from zerobar.sandbox.wire import Message

MAX_MESSAGES = 100
"""Shown at a time."""


@dataclass(frozen=True)
class Town:
    """A bank, an identity register and a short-message service."""

    store: Store
    clock: Callable[[], datetime]
    faults: Faults
    bank: Bank
    files: TransferFiles

    def matches(self, name: str, resident_id: str) -> bool:
        """Return whether the register has this name with this number."""
        row = self.store.database.execute(
            "SELECT 1 FROM person WHERE resident_id = ? AND name = ?", (resident_id, name)
        ).fetchone()
        return row is not None

    def send(self, phone: str, text: str) -> None:
        """Put a message into a phone's inbox."""
        self.store.database.execute(
            "INSERT INTO message (phone, text, sent_at) VALUES (?, ?, ?)",
            (phone, text, self.clock().isoformat()),
        )

    def inbox(self, phone: str) -> list[Message]:
        """Return a phone's messages, newest first."""
        rows = self.store.database.execute(
            "SELECT phone, text, sent_at FROM message WHERE phone = ? ORDER BY number DESC LIMIT ?",
            (phone, MAX_MESSAGES),
        )
        return [Message(to, text, sent_at, _code_in(text)) for to, text, sent_at in rows]

    def cards(self) -> list[tuple[str, str, str, str, int]]:
        """Return name, resident ID, phone, card number and balance of everyone who has a card."""
        return self.store.database.execute(
            "SELECT p.name, p.resident_id, coalesce(c.phone, ''), coalesce(c.number, ''),"
            " coalesce(c.balance_fen, 0) FROM person p LEFT JOIN card c USING (resident_id)"
            " ORDER BY c.number IS NULL, c.number"
        ).fetchall()


def open_town(store: Store, clock: Callable[[], datetime]) -> Town:
    """Put a sandbox together."""
    bank = Bank(store, clock)
    return Town(store, clock, Faults(), bank, TransferFiles(store, bank))


def _code_in(text: str) -> str | None:
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    return found[0] if found else None
