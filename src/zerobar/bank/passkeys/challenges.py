"""Challenges that the bank need not remember until they come back, signed.

A challenge says itself until when it is good and is sealed for one purpose, so that whoever only
asks for options fills no table. It is remembered once it was used, until it would have ended.

    nonce 16 || expires, Unix seconds, 8 || HMAC-SHA256 over purpose, nonce and expires 32
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Final

from zerobar.bank.context import Bank
from zerobar.bank.passkeys import store
from zerobar.bank.passkeys.errors import ChallengeStale
from zerobar.database import Connection

LIFETIME: Final = timedelta(minutes=5)
_NONCE_LENGTH: Final = 16
_BODY_LENGTH: Final = _NONCE_LENGTH + 8


def new_challenge(bank: Bank, purpose: str) -> bytes:
    """Return a challenge of 56 bytes for one purpose."""
    expires = int((bank.clock() + LIFETIME).timestamp())
    body = bank.random(_NONCE_LENGTH) + expires.to_bytes(8)
    return body + _seal(bank, purpose, body)


def use_challenge(bank: Bank, connection: Connection, challenge: bytes, purpose: str) -> None:
    """Accept a challenge for its purpose, once; raises ChallengeStale."""
    body, seal = challenge[:_BODY_LENGTH], challenge[_BODY_LENGTH:]
    if len(body) != _BODY_LENGTH or not hmac.compare_digest(seal, _seal(bank, purpose, body)):
        raise ChallengeStale
    # Sealed by this bank, so the number is a time.
    expires_at = datetime.fromtimestamp(int.from_bytes(body[_NONCE_LENGTH:]), UTC)
    now = bank.clock()
    if now >= expires_at or not store.use_challenge(connection, challenge, expires_at, now):
        raise ChallengeStale


def _seal(bank: Bank, purpose: str, body: bytes) -> bytes:
    key = bank.sealer.secret("passkey-challenge")
    return hmac.digest(key, purpose.encode() + b"\x1f" + body, hashlib.sha256)
