"""Commands as they cross the card boundary: short APDUs of ISO/IEC 7816-4, nothing longer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from zerobar.purse.status import Refusal, Status

AID: Final = bytes.fromhex("F05A45524F42415201")
"""Application identifier of the purse, 9 bytes (proprietary, category F)."""

CLA_ISO: Final = 0x00
CLA_PURSE: Final = 0x80
MAX_DATA: Final = 255


class Instruction(Enum):
    """Every command: its class byte and its instruction byte."""

    SELECT = (CLA_ISO, 0xA4)
    VERIFY = (CLA_ISO, 0x20)
    CHANGE_PIN = (CLA_ISO, 0x24)
    PAY = (CLA_PURSE, 0x10)
    GET_VOUCHER = (CLA_PURSE, 0x12)
    GET_CERTIFICATE = (CLA_PURSE, 0x14)
    PREPARE = (CLA_PURSE, 0x20)
    ACCEPT = (CLA_PURSE, 0x22)
    VOID = (CLA_PURSE, 0x24)
    UNDO = (CLA_PURSE, 0x26)
    RESET_PIN = (CLA_PURSE, 0x2C)
    STATE = (CLA_PURSE, 0x30)
    READ_LOG = (CLA_PURSE, 0x32)
    SYNC_ACK = (CLA_PURSE, 0x34)
    BLOCKLIST = (CLA_PURSE, 0x36)
    KEY_UPDATE = (CLA_PURSE, 0x38)
    ARM = (CLA_PURSE, 0x42)
    GENERATE_KEY = (CLA_PURSE, 0xE0)
    PUT_KEY = (CLA_PURSE, 0xE2)
    PUT_CERTIFICATE = (CLA_PURSE, 0xE4)
    PUT_LIMITS = (CLA_PURSE, 0xE6)
    FINISH = (CLA_PURSE, 0xE8)


_INSTRUCTIONS: Final = {instruction.value: instruction for instruction in Instruction}
_INS_BYTES: Final = {ins for _, ins in _INSTRUCTIONS}


def command(instruction: Instruction, data: bytes = b"", p1: int = 0, p2: int = 0) -> bytes:
    """Encode a short command: 4 header bytes, data of 0 to 255 bytes, Le 00 (whole answer)."""
    assert len(data) <= MAX_DATA
    header = bytes((*instruction.value, p1, p2))
    return header + (bytes((len(data),)) + data if data else b"") + b"\x00"


@dataclass(frozen=True, slots=True)
class Command:
    """A parsed command; its data is 0 to 255 bytes, Le is ignored (answers are whole)."""

    instruction: Instruction
    p1: int
    p2: int
    data: bytes

    @classmethod
    def parse(cls, apdu: bytes) -> Self:
        """Split a short APDU; raise Refusal in the order class, instruction, length."""
        if len(apdu) < 4:
            raise Refusal(Status.WRONG_LENGTH)
        instruction = _instruction(apdu[0], apdu[1])
        return cls(instruction, apdu[2], apdu[3], _data(apdu))


def _instruction(cla: int, ins: int) -> Instruction:
    found = _INSTRUCTIONS.get((cla, ins))
    if found is not None:
        return found
    if cla not in (CLA_ISO, CLA_PURSE) or ins in _INS_BYTES:
        raise Refusal(Status.UNKNOWN_CLASS)
    raise Refusal(Status.UNKNOWN_INSTRUCTION)


_BAD_LENGTH: Final = bytes(MAX_DATA + 2)
"""Longer than any command's data, so that P1-P2 are still looked at before the length."""


def _data(apdu: bytes) -> bytes:
    if len(apdu) <= 5:
        return b""
    length, rest = apdu[4], len(apdu) - 5
    if length == 0 or rest not in (length, length + 1):
        return _BAD_LENGTH
    return apdu[5 : 5 + length]
