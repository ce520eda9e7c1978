"""What was said to a card, so that a failing case can be read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zerobar.purse.apdu import Instruction
from zerobar.purse.messages import (
    Certificate,
    KeyUpdate,
    LogEntry,
    Push,
    Receipt,
    Request,
    State,
    SyncAck,
    Unblock,
    VoidStatement,
    Voucher,
)
from zerobar.purse.status import WRONG_PIN_BASE, Status
from zerobar.purse.wire import FormError, Record

_INSTRUCTIONS: Final = {instruction.value: instruction for instruction in Instruction}
_LAYOUTS: Final[dict[int, tuple[tuple[type[Record], ...], ...]]] = {
    27: ((Push,),),
    32: ((Request,), (Receipt,)),
    84: ((Unblock,),),
    106: ((VoidStatement,),),
    123: ((SyncAck,),),
    124: ((Voucher,),),
    129: ((LogEntry,),),
    132: ((State,),),
    134: ((KeyUpdate,),),
    137: ((Certificate,),),
    233: ((Request,),),
    243: ((VoidStatement, Certificate),),
    253: ((Voucher, Certificate),),
}
"""What data of a given length may be, from its beginning."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command and its answer (data and status word)."""

    apdu: bytes
    answer: bytes

    def lines(self) -> list[str]:
        """Return both as a person reads them: bytes, then what they mean."""
        data, status = self.answer[:-2], int.from_bytes(self.answer[-2:])
        told = f"< {data.hex().upper()} {status:04X}  {meaning(status)}".replace("<  ", "< ")
        return [
            f"> {instruction_name(self.apdu)}  {self.apdu.hex().upper()}",
            *(f"    {line}" for line in _readings(self.apdu[5:-1])),
            told,
            *(f"    {line}" for line in _readings(data)),
        ]


@dataclass(frozen=True, slots=True)
class PowerOn:
    """The card was reset, on its contacts or in a field."""

    contactless: bool

    def lines(self) -> list[str]:
        """Return it as a person reads it."""
        return [f"-- power on, {'contactless' if self.contactless else 'contact'} --"]


class ExchangeLog:
    """Keeps what was said, in order."""

    def __init__(self) -> None:
        self.events: list[Exchange | PowerOn] = []

    def powered_on(self, *, contactless: bool) -> None:
        """Keep a reset."""
        self.events.append(PowerOn(contactless))

    def exchanged(self, apdu: bytes, answer: bytes) -> None:
        """Keep a command and its answer."""
        self.events.append(Exchange(apdu, answer))

    def reached(self, condition: str) -> None:
        """Hear that the purse has been brought into a condition that many cases begin with."""

    def lines(self) -> list[str]:
        """Return everything as a person reads it."""
        return [line for event in self.events for line in event.lines()]


def instruction_name(apdu: bytes) -> str:
    """Return the name of a command, or its first two bytes."""
    found = _INSTRUCTIONS.get((apdu[0], apdu[1])) if len(apdu) > 1 else None
    return found.name.replace("_", " ") if found else apdu[:2].hex().upper()


def meaning(status: int) -> str:
    """Return a status word in words."""
    if status & 0xFFF0 == WRONG_PIN_BASE:
        return f"wrong PIN, {status & 0xF} tries left"
    try:
        return Status(status).name.replace("_", " ").lower()
    except ValueError:
        return "unknown"


def _readings(data: bytes) -> list[str]:
    for layout in _LAYOUTS.get(len(data), ()):
        try:
            return _parsed(layout, data)
        except FormError:
            continue
    return []


def _parsed(layout: tuple[type[Record], ...], data: bytes) -> list[str]:
    shown, offset = [], 0
    for message in layout:
        shown.append(repr(message.parse(data[offset : offset + message.LENGTH])))
        offset += message.LENGTH
    return shown
