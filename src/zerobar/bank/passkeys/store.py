"""Reading and writing passkeys and the challenges that were used."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from zerobar.bank.passkeys.model import Owner, OwnerKind, Passkey
from zerobar.database import Connection

_PASSKEY: Final = (
    "SELECT credential_id, owner_kind, owner_id, public_key, sign_count, label, registered_at,"
    " last_used_at, revoked_at FROM bank.passkey "
)


def insert_passkey(connection: Connection, passkey: Passkey) -> bool:
    """Store a new passkey; return False, and do nothing, if it is registered already."""
    done = connection.execute(
        "INSERT INTO bank.passkey (credential_id, owner_kind, owner_id, public_key, sign_count,"
        " label, registered_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING owner_id",
        (
            passkey.credential_id,
            passkey.owner.kind,
            passkey.owner.id,
            passkey.public_key,
            passkey.sign_count,
            passkey.label,
            passkey.registered_at,
        ),
    ).fetchone()
    return done is not None


def lock_passkey(connection: Connection, kind: OwnerKind, credential_id: bytes) -> Passkey | None:
    """Return a passkey that still signs in, and let nobody else use it in this transaction."""
    row = connection.execute(
        _PASSKEY + "WHERE credential_id = %s AND owner_kind = %s AND revoked_at IS NULL FOR UPDATE",
        (credential_id, kind),
    ).fetchone()
    return _passkey(row) if row else None


def passkeys_of(connection: Connection, owner: Owner) -> list[Passkey]:
    """Return an owner's passkeys that still sign in, oldest first."""
    rows = connection.execute(
        _PASSKEY + "WHERE owner_id = %s AND owner_kind = %s AND revoked_at IS NULL"
        " ORDER BY registered_at, credential_id",
        (owner.id, owner.kind),
    ).fetchall()
    return [_passkey(row) for row in rows]


def record_use(
    connection: Connection, credential_id: bytes, sign_count: int, now: datetime
) -> None:
    """Keep the authenticator's newest count."""
    connection.execute(
        "UPDATE bank.passkey SET sign_count = %s, last_used_at = %s WHERE credential_id = %s",
        (sign_count, now, credential_id),
    )


def revoke(connection: Connection, owner: Owner, credential_id: bytes, now: datetime) -> bool:
    """End a passkey; return False if the owner has none such. Ending it again changes nothing."""
    row = connection.execute(
        "UPDATE bank.passkey SET revoked_at = coalesce(revoked_at, %s)"
        " WHERE credential_id = %s AND owner_id = %s AND owner_kind = %s RETURNING owner_id",
        (now, credential_id, owner.id, owner.kind),
    ).fetchone()
    return row is not None


def use_challenge(
    connection: Connection, challenge: bytes, expires_at: datetime, now: datetime
) -> bool:
    """Mark a challenge as used; return False if it was already. Old ones are forgotten."""
    connection.execute("DELETE FROM bank.passkey_challenge WHERE expires_at < %s", (now,))
    done = connection.execute(
        "INSERT INTO bank.passkey_challenge (challenge, expires_at) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING RETURNING challenge",
        (challenge, expires_at),
    ).fetchone()
    return done is not None


def _passkey(row: tuple[Any, ...]) -> Passkey:
    credential_id, kind, owner_id, *rest = row
    return Passkey(credential_id, Owner(OwnerKind(kind), owner_id), *rest)
