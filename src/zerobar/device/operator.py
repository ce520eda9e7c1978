"""What a device asks its operator, whatever carries it: HTTP, or a call in a seeded world.

Every call may be repeated: the operator does it once. Each raises OperatorUnreachable when there is
no answer, and OperatorRefused when the answer is no.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from zerobar.issuer import SyncAnswer, Undo
from zerobar.purse.messages import LogEntry, Request, SignedRequest, State
from zerobar.purse.money import Fen
from zerobar.reader import Payment, Sentence


@dataclass(frozen=True)
class Told:
    """What the operator says of one voucher that it was brought.

    Attributes:
        taken: it is kept for good; False: it is refused for good.
        sentence: what has become of it, or why it is refused.
    """

    taken: bool
    sentence: Sentence


@dataclass(frozen=True)
class Brought:
    """What a device brings of its purse.

    Attributes:
        entries: the log after `known_entry`, up to the state's.
        epoch: of the blocklist that the purse has.
        certificate_day: the first day of the certificate that the purse has.
    """

    state: State
    entries: Sequence[LogEntry]
    epoch: int
    certificate_day: int


class Operator(Protocol):
    """The operator, for the purse in a device and for vouchers that the device carries."""

    def known_entry(self, purse_id: bytes) -> int:
        """Return up to where the operator holds a purse's log."""

    def sync(self, brought: Brought) -> SyncAnswer:
        """Bring a signed state and the log that leads to it; the same again, the same answer."""

    def keep_part(self, state: State, entries: Sequence[LogEntry]) -> None:
        """Bring a part of the log that leads to a state; `known_entry` is up to its end then."""

    def take_vouchers(self, payments: Sequence[Payment]) -> Sequence[Told]:
        """Bring vouchers with their payers' certificates; one answer each, in order."""

    def take_statements(self, statements: Sequence[Undo]) -> None:
        """Bring void statements with their payees' certificates."""


class HolderOperator(Protocol):
    """The operator, for the holder of a wallet who is signed in."""

    def load(self, load_id: UUID, request: Request) -> Payment:
        """Pay a purse's LOAD request from the wallet; the same id, the same voucher."""

    def unload_request(self, unload_id: UUID, amount: Fen) -> SignedRequest:
        """Return the operator's request for a purse to give value back."""

    def pay_purse(self, payment_id: UUID, request: SignedRequest) -> Payment:
        """Pay a till's request from the wallet, as a voucher that its purse takes offline."""
