"""The code that a customer shows: 19 digits that pay once, derived on the phone without a network.

    01 | handle 8 | sequence 1 | check 8

The handle names the secret that a phone enrolled with its bank. The check is HMAC-SHA256 under
that secret over the ASCII text `zerobar-customer-code-1`, the step (8 bytes, big-endian) and the
sequence (1 byte): its first 8 bytes, as a big-endian number, modulo 10**8, with leading zeros. A
step lasts 15 seconds of Unix time. Within a step the sequence tells codes apart, so that a second
purchase need not wait for the next one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

PREFIX: Final = "01"
DIGITS: Final = 19
HANDLE_DIGITS: Final = 8
CHECK_DIGITS: Final = 8
SECRET_LENGTH: Final = 32
STEP_S: Final = 15
VALID_STEPS: Final = 4
"""A code is valid for a minute, from the beginning of its step."""
SKEW_STEPS: Final = 1
"""How far the phone's clock may be off, either way."""
SEQUENCES: Final = 10
"""Codes that a phone can show within one step."""

_FORM: Final = re.compile(r"01(\d{8})(\d)(\d{8})", re.ASCII)
_DOMAIN: Final = b"zerobar-customer-code-1"


class CodeMalformed(ValueError):
    """Not 19 digits that begin with 01."""

    def __init__(self) -> None:
        super().__init__("This is no customer's code; scan the 19 digits that begin with 01.")


@dataclass(frozen=True, slots=True)
class CustomerCode:
    """A code taken apart; whether it is right only the bank can tell."""

    handle: str
    sequence: int
    check: str = field(repr=False)


def parse_code(text: str) -> CustomerCode:
    """Take a code apart; raises CodeMalformed."""
    found = _FORM.fullmatch(text)
    if found is None:
        raise CodeMalformed
    handle, sequence, check = found.groups()
    return CustomerCode(handle, int(sequence), check)


def derive_code(secret: bytes, handle: str, time_unix_s: int, sequence: int) -> str:
    """Return the 19 digits to show at a time.

    Args:
        secret: 32 bytes, as enrolled.
        handle: 8 digits, as the bank gave them.
        time_unix_s: by the phone's clock.
        sequence: 0 to 9; another one for each code of a step.
    """
    assert len(handle) == HANDLE_DIGITS
    return f"{PREFIX}{handle}{sequence}{_check(secret, time_unix_s // STEP_S, sequence)}"


def step_of(code: CustomerCode, secret: bytes, time_unix_s: int) -> int | None:
    """Return the step in which a code was made, None if it is not valid at that time."""
    now = time_unix_s // STEP_S
    found = None
    # All are compared, so that how long it takes tells nothing.
    for step in range(now - VALID_STEPS + 1 - SKEW_STEPS, now + SKEW_STEPS + 1):
        if hmac.compare_digest(_check(secret, step, code.sequence), code.check):
            found = step
    return found


def _check(secret: bytes, step: int, sequence: int) -> str:
    assert len(secret) == SECRET_LENGTH and 0 <= sequence < SEQUENCES and step >= 0
    mac = hmac.digest(secret, _DOMAIN + step.to_bytes(8) + bytes((sequence,)), hashlib.sha256)
    return f"{int.from_bytes(mac[:8]) % 10**CHECK_DIGITS:0{CHECK_DIGITS}d}"
