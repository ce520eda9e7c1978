"""Customers' codes at the bank: enrolling a device's secret, and telling whose code was shown.

A code names its secret by a handle and proves itself by a check of eight digits. Who guesses gets
few tries: wrong ones are counted for the handle and for whoever tried, by the hour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.halting import key_revocation
from zerobar.bank.ids import Word, derived_id
from zerobar.bank.paying import code_store
from zerobar.bank.paying.errors import CodesBlocked, CodeUsed, CodeWrong
from zerobar.bank.paying.model import CodeSecret, Condition
from zerobar.bank.people.pin import require_grant
from zerobar.bank.people.wallets import open_wallet_of, wallet_of
from zerobar.codes.customer import (
    HANDLE_DIGITS,
    SECRET_LENGTH,
    CodeMalformed,
    CustomerCode,
    parse_code,
    step_of,
)
from zerobar.database import Connection
from zerobar.ledger import Counter
from zerobar.purse.money import Fen

USUAL_LIMIT: Final = Fen(500_00)
"""What a code pays without the holder's confirmation, unless the holder has chosen."""
LARGEST_LIMIT: Final = Fen(2_000_00)
MOST_FAILURES: Final = 20
"""Wrong codes in an hour, for one handle or from one till."""

_PURPOSE: Final = "code-secret"
_HOUR_S: Final = 3600
_MOST_DRAWS: Final = 20


@dataclass(frozen=True, slots=True)
class EnrolledCode:
    """What a device needs to show codes."""

    handle: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """A code that is right: whose it is, and on which conditions it pays.

    Attributes:
        conditions: that it was not used before, and its device's key not revoked meanwhile.
    """

    wallet_id: UUID
    conditions: tuple[Condition, ...]


def enrol_code(
    bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID, secret_id: UUID
) -> EnrolledCode:
    """Give a device a secret for a wallet's codes, in place of the one that it had.

    The same id gives the same secret again. Raises WalletUnknown, WalletFrozen, WalletClosed,
    PinNeeded or IdUsed.
    """
    now = bank.clock()
    with bank.transaction() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        require_grant(connection, wallet_id, key_id, now)
        known = code_store.secret_by_id(connection, secret_id)
        if known is not None and (known.wallet_id, known.key_id) != (wallet_id, key_id):
            raise IdUsed
        if known is None:
            code_store.end_secrets(connection, wallet_id, key_id, now)
            known = _draw(bank, connection, (secret_id, wallet_id, key_id), now)
    return EnrolledCode(known.handle, _opened(bank, known))


def end_codes(bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID) -> None:
    """Let a device show no more codes for a wallet; raises WalletUnknown or as above."""
    with bank.transaction() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        code_store.end_secrets(connection, wallet_id, key_id, bank.clock())


def _draw(
    bank: Bank, connection: Connection, ids: tuple[UUID, UUID, UUID], now: datetime
) -> CodeSecret:
    secret_id, wallet_id, key_id = ids
    sealed = bank.sealer.seal(bank.random(SECRET_LENGTH).hex(), _PURPOSE)
    for _ in range(_MOST_DRAWS):
        handle = f"{int.from_bytes(bank.random(8)) % 10**HANDLE_DIGITS:0{HANDLE_DIGITS}d}"
        secret = CodeSecret(handle, secret_id, wallet_id, key_id, sealed, now, None)
        if code_store.insert_secret(connection, secret):
            if not code_store.claim_secret_id(connection, secret_id, handle):
                # Somebody asked the same at the same moment; asked again, it has an answer.
                raise IdUsed
            return secret
    raise AssertionError("nearly all handles are taken: they need another digit")


def _opened(bank: Bank, secret: CodeSecret) -> bytes:
    return bytes.fromhex(bank.sealer.open(secret.sealed, _PURPOSE))


# --- what a till has read -----------------------------------------------------------------


def read_code(bank: Bank, text: str, tried_by: UUID) -> ShownCode:
    """Tell whose code was shown.

    Args:
        text: 19 digits.
        tried_by: whose wrong tries are counted: the till's key.

    Raises CodeWrong or CodesBlocked.
    """
    now_s = int(bank.clock().timestamp())
    try:
        code = parse_code(text)
    except CodeMalformed:
        raise CodeWrong from None
    subjects = [derived_id(Word.CODE_HANDLE, code.handle), tried_by]
    with bank.connection() as connection:
        _check_failures(connection, subjects, now_s)
        shown = _right(bank, connection, code, now_s)
        if shown is None:
            for subject in subjects:
                code_store.count_failure(connection, subject, now_s // _HOUR_S)
            raise CodeWrong
    return shown


def _check_failures(connection: Connection, subjects: list[UUID], now_s: int) -> None:
    counted = code_store.failures(connection, subjects, now_s // _HOUR_S)
    if max(counted, default=0) >= MOST_FAILURES:
        raise CodesBlocked(_HOUR_S - now_s % _HOUR_S)


def _right(bank: Bank, connection: Connection, code: CustomerCode, now_s: int) -> ShownCode | None:
    secret = code_store.valid_secret(connection, code.handle)
    step = step_of(code, _opened(bank, secret), now_s) if secret else None
    if secret is None or step is None:
        return None
    once = Counter(derived_id(Word.CODE_USE, secret.id, step, code.sequence), 0, 1, 1)
    conditions = Condition(once, CodeUsed), Condition(key_revocation(secret.key_id), CodeWrong)
    return ShownCode(secret.wallet_id, conditions)


# --- the limit ----------------------------------------------------------------------------


def limit_of(connection: Connection, wallet_id: UUID) -> Fen:
    """Return what a code of a wallet pays without confirmation."""
    own = code_store.code_limit(connection, wallet_id)
    return USUAL_LIMIT if own is None else own


def limit_for(bank: Bank, person_id: UUID, wallet_id: UUID) -> Fen:
    """Tell a holder what a code of a wallet pays without confirmation; raises WalletUnknown."""
    with bank.connection() as connection:
        wallet_of(connection, person_id, wallet_id)
        return limit_of(connection, wallet_id)


def set_limit(bank: Bank, person_id: UUID, wallet_id: UUID, key_id: UUID, limit: Fen) -> None:
    """Choose what a wallet's codes pay without confirmation; 0: every payment is confirmed.

    Raises WalletUnknown, WalletFrozen, WalletClosed or PinNeeded.
    """
    assert 0 <= limit <= LARGEST_LIMIT
    now = bank.clock()
    with bank.transaction() as connection:
        open_wallet_of(connection, person_id, wallet_id)
        require_grant(connection, wallet_id, key_id, now)
        code_store.set_code_limit(connection, wallet_id, limit, now)
