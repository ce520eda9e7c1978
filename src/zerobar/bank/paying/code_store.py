"""Reading and writing customers' codes: their secrets, limits, failures and confirmations."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.paying.model import CodeSecret, Confirmation, Evidence, RequestState
from zerobar.database import Connection
from zerobar.purse.money import Fen

_CODES: Final = (
    "SELECT s.handle, s.secret_id, s.wallet_id, s.key_id, s.secret_sealed, s.enrolled_at,"
    " s.ended_at FROM bank.code_secret s "
)
_CONFIRMATION: Final = (
    "SELECT c.wallet_id, c.payment_id, c.order_id, c.payee_wallet_id, c.amount_fen, c.memo,"
    " c.made_at, c.expires_at, e.state, c.key_id, c.signed_bytes, c.signature"
    " FROM bank.confirmation c LEFT JOIN bank.confirmation_end e USING (payment_id) "
)


# --- secrets ------------------------------------------------------------------------------


def insert_secret(connection: Connection, secret: CodeSecret) -> bool:
    """Store a new secret; return False, and do nothing, if the handle is taken."""
    done = connection.execute(
        "INSERT INTO bank.code_secret (handle, secret_id, wallet_id, key_id, secret_sealed,"
        " enrolled_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING handle",
        (
            secret.handle,
            secret.id,
            secret.wallet_id,
            secret.key_id,
            secret.sealed,
            secret.enrolled_at,
        ),
    ).fetchone()
    return done is not None


def claim_secret_id(connection: Connection, secret_id: UUID, handle: str) -> bool:
    """Tie an id to a handle; return False, and do nothing, if the id has one already."""
    done = connection.execute(
        "INSERT INTO bank.code_secret_by_id (secret_id, handle) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING RETURNING handle",
        (secret_id, handle),
    ).fetchone()
    return done is not None


def secret_by_id(connection: Connection, secret_id: UUID) -> CodeSecret | None:
    """Return a secret by id, ended ones too."""
    row = connection.execute(
        _CODES + "JOIN bank.code_secret_by_id b USING (handle) WHERE b.secret_id = %s",
        (secret_id,),
    ).fetchone()
    return CodeSecret(*row) if row else None


def valid_secret(connection: Connection, handle: str) -> CodeSecret | None:
    """Return a secret by handle, unless it or the device that has it was given up."""
    row = connection.execute(
        _CODES + "JOIN bank.signing_key k USING (key_id)"
        " WHERE s.handle = %s AND s.ended_at IS NULL AND k.revoked_at IS NULL",
        (handle,),
    ).fetchone()
    return CodeSecret(*row) if row else None


def end_secrets(connection: Connection, wallet_id: UUID, key_id: UUID, now: datetime) -> None:
    """Give up what a device has for a wallet."""
    connection.execute(
        "UPDATE bank.code_secret SET ended_at = %s"
        " WHERE wallet_id = %s AND key_id = %s AND ended_at IS NULL",
        (now, wallet_id, key_id),
    )


# --- limits and failures ------------------------------------------------------------------


def code_limit(connection: Connection, wallet_id: UUID) -> Fen | None:
    """Return a wallet's own limit for codes."""
    row = connection.execute(
        "SELECT limit_fen FROM bank.code_limit WHERE wallet_id = %s", (wallet_id,)
    ).fetchone()
    return Fen(row[0]) if row else None


def set_code_limit(connection: Connection, wallet_id: UUID, limit: Fen, now: datetime) -> None:
    """Give a wallet its own limit for codes."""
    connection.execute(
        "INSERT INTO bank.code_limit (wallet_id, limit_fen, set_at) VALUES (%s, %s, %s)"
        " ON CONFLICT (wallet_id) DO UPDATE SET limit_fen = EXCLUDED.limit_fen,"
        " set_at = EXCLUDED.set_at",
        (wallet_id, limit, now),
    )


def failures(connection: Connection, subjects: list[UUID], hour: int) -> list[int]:
    """Return how many wrong codes each subject had in an hour, where there were any."""
    rows = connection.execute(
        "SELECT failures FROM bank.code_failures WHERE subject_id = ANY(%s) AND hour = %s",
        (subjects, hour),
    ).fetchall()
    return [row[0] for row in rows]


def count_failure(connection: Connection, subject_id: UUID, hour: int) -> None:
    """Count a wrong code; a subject's hours before are not needed any more."""
    connection.execute(
        "DELETE FROM bank.code_failures WHERE subject_id = %s AND hour < %s", (subject_id, hour)
    )
    connection.execute(
        "INSERT INTO bank.code_failures AS f (subject_id, hour, failures) VALUES (%s, %s, 1)"
        " ON CONFLICT (subject_id, hour) DO UPDATE SET failures = f.failures + 1",
        (subject_id, hour),
    )


# --- confirmations ------------------------------------------------------------------------


def confirmation(connection: Connection, payment_id: UUID) -> Confirmation | None:
    """Return a confirmation by its payment's id."""
    row = connection.execute(
        _CONFIRMATION + "JOIN bank.confirmation_by_payment b"
        " ON b.payment_id = c.payment_id AND b.wallet_id = c.wallet_id WHERE b.payment_id = %s",
        (payment_id,),
    ).fetchone()
    return _confirmation(row) if row else None


def open_confirmations(
    connection: Connection, wallet_id: UUID, now: datetime, limit: int
) -> list[Confirmation]:
    """Return what waits for a wallet's holder, the newest first."""
    rows = connection.execute(
        _CONFIRMATION + "WHERE c.wallet_id = %s AND c.expires_at > %s AND e.state IS NULL"
        " ORDER BY c.payment_id DESC LIMIT %s",
        (wallet_id, now, limit),
    ).fetchall()
    return [_confirmation(row) for row in rows]


def _confirmation(row: tuple[Any, ...]) -> Confirmation:
    wallet_id, payment_id, order_id, payee_id, amount, memo, made_at, expires_at, state, *rest = row
    return Confirmation(
        wallet_id,
        payment_id,
        order_id,
        payee_id,
        Fen(amount),
        memo,
        made_at,
        expires_at,
        RequestState(state) if state else None,
        Evidence(*rest),
    )
