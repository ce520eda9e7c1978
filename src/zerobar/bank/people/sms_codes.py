"""Codes by message: they show that whoever asks holds the phone number.

A code is used for one thing, named by an id, and may be used for that same thing again while it
is valid: so whoever got no answer can ask the same once more.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.bank.people.errors import CodeOver, WrongCode
from zerobar.bank.people.phones import read_phone

VALID_FOR: Final = timedelta(minutes=5)
MOST_TRIES: Final = 5
DIGITS: Final = 6


class Purpose(IntEnum):
    """What a code is for; it opens nothing else."""

    SIGN_IN = 1
    """Opening the first wallet, or signing in on a device."""
    NEW_PIN = 2
    """Setting a new PIN without the old one."""


_TEXTS: Final = {
    Purpose.SIGN_IN: ("登录您的钱包", "sign in to your wallet"),
    Purpose.NEW_PIN: ("重设支付密码", "set a new payment PIN"),
}
_COUNTED_AS: Final = {
    Purpose.SIGN_IN: AttemptKind.SMS_CODE,
    Purpose.NEW_PIN: AttemptKind.PIN_CODE,
}
_STORE: Final = """
    INSERT INTO bank.sms_code (phone, purpose, code_hash, sent_at, expires_at)
    VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (phone, purpose) DO UPDATE SET code_hash = EXCLUDED.code_hash,
        sent_at = EXCLUDED.sent_at, expires_at = EXCLUDED.expires_at, tries = 0, used_for = NULL
"""
_LOCK: Final = """
    SELECT code_hash, expires_at, tries, used_for FROM bank.sms_code
    WHERE phone = %s AND purpose = %s FOR UPDATE
"""


def send_code(bank: Bank, phone: str, purpose: Purpose, network: str | None = None) -> None:
    """Send a new code to a phone number; the one before is void.

    Args:
        network: that it is asked from, if it can be told; messages cost money and patience, so none
            has as many as it likes, whatever the numbers.

    Nothing tells whether the number has a wallet. Raises BadPhoneNumber, TooMany, or
    PartnerUnavailable; the try counts even then.
    """
    phone, now = read_phone(phone), bank.clock()
    code = _draw(bank)
    with bank.transaction() as connection:
        if network is not None:
            count_attempt(connection, AttemptKind.SMS_CODE_FROM, network, now)
        count_attempt(connection, _COUNTED_AS[purpose], phone, now)
        stored = (phone, purpose, _hash(bank, phone, purpose, code), now, now + VALID_FOR)
        connection.execute(_STORE, stored)
    bank.partners.sms.send(phone, _text(code, purpose))


def use_code(bank: Bank, phone: str, purpose: Purpose, code: str, used_for: UUID) -> None:
    """Check a code and tie it to what it is used for.

    Args:
        phone: E.164.
        used_for: the id of what is asked; the code is good for that alone from now on.

    Raises WrongCode or CodeOver; a wrong try is counted.
    """
    with bank.transaction() as connection:
        row = connection.execute(_LOCK, (phone, purpose)).fetchone()
        if row is None:
            raise CodeOver
        code_hash, expires_at, tries, before = row
        _check_usable(expires_at, tries, before, used_for, bank.clock())
        right = hmac.compare_digest(code_hash, _hash(bank, phone, purpose, code))
        connection.execute(
            "UPDATE bank.sms_code SET tries = tries + %s, used_for = coalesce(used_for, %s)"
            " WHERE phone = %s AND purpose = %s",
            (int(not right), used_for if right else None, phone, purpose),
        )
    # Outside, so that the counted try stays.
    if not right:
        raise WrongCode(MOST_TRIES - tries - 1)


def _check_usable(
    expires_at: datetime, tries: int, used_for: UUID | None, wanted_for: UUID, now: datetime
) -> None:
    used_for_another = used_for is not None and used_for != wanted_for
    if now >= expires_at or tries >= MOST_TRIES or used_for_another:
        raise CodeOver


def _text(code: str, purpose: Purpose) -> str:
    """Return a message in Chinese, then in English; nothing in it but the code has six digits."""
    chinese, english = _TEXTS[purpose]
    minutes = VALID_FOR // timedelta(minutes=1)
    return (
        f"验证码{code}，用于{chinese}，{minutes}分钟内有效，请勿告诉任何人。"
        f" {code} is your code to {english}, for {minutes} minutes. Tell it to nobody."
    )


def _draw(bank: Bank) -> str:
    # 64 bits for a million values: the bias is too small to matter.
    return f"{int.from_bytes(bank.random(8)) % 10**DIGITS:0{DIGITS}d}"


def _hash(bank: Bank, phone: str, purpose: Purpose, code: str) -> bytes:
    """A keyed hash: a million codes would be tried in no time against a plain one."""
    message = f"{phone}\x1f{int(purpose)}\x1f{code}".encode()
    return hmac.digest(bank.sealer.secret("sms-code"), message, hashlib.sha256)
