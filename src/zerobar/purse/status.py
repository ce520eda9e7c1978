"""Status words: how the purse answers, two bytes at the end of every response.

The general ones are ISO/IEC 7816-4's; 9Exx are the purse's own.
"""

from __future__ import annotations

from enum import IntEnum


class Status(IntEnum):
    """Status words of the purse; 63Cx (x tries left) is made by `wrong_pin`."""

    OK = 0x9000
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    PIN_BLOCKED = 0x6983
    CONDITIONS_NOT_SATISFIED = 0x6985
    NOTHING_SELECTED = 0x6999
    MALFORMED = 0x6A80
    NOT_FOUND = 0x6A82
    NO_SPACE = 0x6A84
    WRONG_P1_P2 = 0x6A86
    UNKNOWN_INSTRUCTION = 0x6D00
    UNKNOWN_CLASS = 0x6E00
    INSUFFICIENT_BALANCE = 0x9E01
    OVER_PAYMENT_LIMIT = 0x9E02
    PIN_NEEDED = 0x9E03
    NO_PIN_TOTAL_USED = 0x9E04
    TOO_MANY_PAYMENTS = 0x9E05
    TOO_MUCH_VALUE = 0x9E06
    CERTIFICATE_EXPIRED = 0x9E07
    PURSE_BLOCKED = 0x9E08
    LOG_FULL = 0x9E09
    OTHER_CONTENT = 0x9E0A
    ALREADY_SETTLED = 0x9E0B
    REQUEST_NOT_MINE = 0x9E0C
    CERTIFICATE_REFUSED = 0x9E0D
    SIGNATURE_REFUSED = 0x9E0E
    PAYER_BLOCKLISTED = 0x9E0F
    BLOCKLIST_TOO_OLD = 0x9E10
    COUNTER_EXHAUSTED = 0x9E11
    ENTRY_NOT_IN_LOG = 0x9E12
    TOO_MANY_REQUESTS = 0x9E13


WRONG_PIN_BASE = 0x63C0


def wrong_pin(tries_left: int) -> int:
    """Return 63Cx, x the tries left (0 to 15)."""
    assert 0 <= tries_left <= 15
    return WRONG_PIN_BASE | tries_left


class Refusal(Exception):
    """The applet refuses a command; nothing has been written.

    Attributes:
        status: the status word, 2 bytes.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"{status:04X}")
        self.status = status
