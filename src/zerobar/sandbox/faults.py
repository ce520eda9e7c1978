"""Faults, injected while it runs: for a kind of call, and so many times."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Call(StrEnum):
    """A kind of call that can go wrong."""

    BIND = "bank.bind"
    DEBIT = "bank.debit"
    CREDIT = "bank.credit"
    OUTCOME = "bank.outcome"
    SUBMIT = "bank.submit"
    TRANSFER = "bank.transfer"
    """One transfer of a file, when the file is handed in."""
    TRANSFER_OUTCOMES = "bank.transfer-outcomes"
    STATEMENT = "bank.statement"
    IDENTITY = "identity.match"
    SMS = "sms.send"


class FaultKind(StrEnum):
    """How it goes wrong."""

    DELAY = "delay"
    """Done after some seconds."""
    LOST_REQUEST = "lost-request"
    """Not done, and no answer."""
    LOST_ANSWER = "lost-answer"
    """Done, and no answer."""
    REFUSE = "refuse"
    """Refused for a reason: a debit, credit or transfer. Else it is answered with 503."""
    PENDING = "pending"
    """Not known for a number of queries: a debit, credit or transfer."""


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fault that waits for calls.

    Attributes:
        times: how many calls it meets.
        seconds: of a DELAY.
        reason: of a REFUSE.
        queries: of PENDING.
    """

    call: Call
    fault: FaultKind
    times: int = 1
    seconds: float = 1.0
    reason: str = "refused-by-sandbox"
    queries: int = 1


class Faults:
    """Faults that wait, the oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Let a fault wait for calls."""
        assert fault.times >= 1
        self._waiting.append(fault)

    def take(self, call: Call) -> Fault | None:
        """Return the fault that a call meets, if any; it has then met one call more."""
        for position, fault in enumerate(self._waiting):
            if fault.call is call:
                left = msgspec.structs.replace(fault, times=fault.times - 1)
                self._waiting[position : position + 1] = [left] if left.times else []
                return fault
        return None

    def waiting(self) -> list[Fault]:
        """Return those that still wait."""
        return list(self._waiting)

    def clear(self) -> None:
        """Let all go well again."""
        self._waiting.clear()
