"""Reading and writing people, wallets and keys."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.people.model import (
    Category,
    KeyOwner,
    Person,
    SealedIdentity,
    SigningKey,
    Wallet,
    WalletKind,
)
from zerobar.database import Connection

_PERSON: Final = (
    "SELECT p.person_id, p.phone, p.name_sealed, p.resident_id_sealed, p.verified_at,"
    " p.main_wallet_id, p.opened_at FROM bank.person p "
)
_WALLET: Final = (
    "SELECT w.wallet_id, w.operator_id, w.kind, w.category, w.number, w.label, w.person_id,"
    " w.merchant_id, w.auto_top_up, w.opened_at, w.frozen_at, w.closed_at,"
    " w.counted_as FROM bank.wallet w "
)
_KEY: Final = (
    "SELECT key_id, owner_kind, owner_id, public_key, label, enrolled_at, revoked_at"
    " FROM bank.signing_key "
)


def person(connection: Connection, person_id: UUID) -> Person | None:
    """Return a person by id."""
    row = connection.execute(_PERSON + "WHERE p.person_id = %s", (person_id,)).fetchone()
    return Person(*row) if row else None


def person_by_phone(connection: Connection, phone: str) -> Person | None:
    """Return a person by phone number (E.164)."""
    row = connection.execute(
        _PERSON + "JOIN bank.person_by_phone b USING (person_id) WHERE b.phone = %s", (phone,)
    ).fetchone()
    return Person(*row) if row else None


def wallet(connection: Connection, wallet_id: UUID) -> Wallet | None:
    """Return a wallet by id."""
    row = connection.execute(_WALLET + "WHERE w.wallet_id = %s", (wallet_id,)).fetchone()
    return _wallet(row) if row else None


def wallet_by_number(connection: Connection, number: str) -> Wallet | None:
    """Return a wallet by its number."""
    row = connection.execute(
        _WALLET + "JOIN bank.wallet_by_number b USING (wallet_id) WHERE b.number = %s", (number,)
    ).fetchone()
    return _wallet(row) if row else None


def wallets_of_person(connection: Connection, person_id: UUID) -> list[Wallet]:
    """Return a person's wallets, oldest first, closed ones too."""
    rows = connection.execute(
        _WALLET + "WHERE w.person_id = %s ORDER BY w.wallet_id", (person_id,)
    ).fetchall()
    return [_wallet(row) for row in rows]


def insert_person(connection: Connection, person: Person) -> bool:
    """Store a new person; return False, and do nothing, if the phone number has one already."""
    taken = connection.execute(
        "INSERT INTO bank.person_by_phone (phone, person_id) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING RETURNING phone",
        (person.phone, person.id),
    ).fetchone()
    if taken is None:
        return False
    connection.execute(
        "INSERT INTO bank.person (person_id, phone, name_sealed, resident_id_sealed, verified_at,"
        " main_wallet_id, opened_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (
            person.id,
            person.phone,
            person.name_sealed,
            person.resident_id_sealed,
            person.verified_at,
            person.main_wallet_id,
            person.opened_at,
        ),
    )
    return True


def set_main_wallet(connection: Connection, person_id: UUID, wallet_id: UUID | None) -> None:
    """Say which wallet receives what is sent to the person's phone number."""
    connection.execute(
        "UPDATE bank.person SET main_wallet_id = %s WHERE person_id = %s", (wallet_id, person_id)
    )


def insert_wallet(connection: Connection, wallet: Wallet) -> bool:
    """Store a new wallet and its number; return False, and do nothing, if the number is taken."""
    taken = connection.execute(
        "INSERT INTO bank.wallet_by_number (number, wallet_id) VALUES (%s, %s)"
        " ON CONFLICT DO NOTHING RETURNING number",
        (wallet.number, wallet.id),
    ).fetchone()
    if taken is None:
        return False
    connection.execute(
        "INSERT INTO bank.wallet (wallet_id, operator_id, kind, category, number, label, person_id,"
        " merchant_id, auto_top_up, opened_at, frozen_at, closed_at, counted_as)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            wallet.id,
            wallet.operator_id,
            wallet.kind,
            wallet.category,
            wallet.number,
            wallet.label,
            wallet.person_id,
            wallet.merchant_id,
            wallet.auto_top_up,
            wallet.opened_at,
            wallet.frozen_at,
            wallet.closed_at,
            wallet.counted_as,
        ),
    )
    return True


def set_label(connection: Connection, wallet_id: UUID, label: str) -> None:
    """Name a wallet."""
    connection.execute("UPDATE bank.wallet SET label = %s WHERE wallet_id = %s", (label, wallet_id))


def set_category(connection: Connection, wallet_id: UUID, category: Category) -> None:
    """Raise a wallet."""
    connection.execute(
        "UPDATE bank.wallet SET category = %s WHERE wallet_id = %s", (category, wallet_id)
    )


def raise_from_four(connection: Connection, wallet_id: UUID) -> None:
    """Raise a wallet of category IV to III; any other stays."""
    connection.execute(
        "UPDATE bank.wallet SET category = %s WHERE wallet_id = %s AND category = %s",
        (Category.III, wallet_id, Category.IV),
    )


def lock_wallet(connection: Connection, wallet_id: UUID) -> Wallet | None:
    """Return a wallet by id, and let nobody else change it until the transaction ends."""
    row = connection.execute(_WALLET + "WHERE w.wallet_id = %s FOR UPDATE", (wallet_id,)).fetchone()
    return _wallet(row) if row else None


def freezer_of(connection: Connection, wallet_id: UUID) -> int | None:
    """Return who froze a wallet, as a Freezer; None: nobody."""
    row = connection.execute(
        "SELECT frozen_by FROM bank.wallet WHERE wallet_id = %s", (wallet_id,)
    ).fetchone()
    return row[0] if row else None


def set_frozen(
    connection: Connection, wallet_id: UUID, frozen_at: datetime | None, freezer: int | None
) -> None:
    """Freeze a wallet, or not any more."""
    connection.execute(
        "UPDATE bank.wallet SET frozen_at = %s, frozen_by = %s WHERE wallet_id = %s",
        (frozen_at, freezer, wallet_id),
    )


def set_closed(connection: Connection, wallet_id: UUID, closed_at: datetime) -> None:
    """Close a wallet; the first time stays."""
    connection.execute(
        "UPDATE bank.wallet SET closed_at = coalesce(closed_at, %s) WHERE wallet_id = %s",
        (closed_at, wallet_id),
    )


def lock_person(connection: Connection, person_id: UUID) -> Person | None:
    """Return a person by id, and let nobody else change it until the transaction ends."""
    row = connection.execute(_PERSON + "WHERE p.person_id = %s FOR UPDATE", (person_id,)).fetchone()
    return Person(*row) if row else None


def pin_hash(connection: Connection, person_id: UUID) -> str | None:
    """Return the hash of a person's PIN; None: there is none yet."""
    row = connection.execute(
        "SELECT pin_hash FROM bank.person WHERE person_id = %s", (person_id,)
    ).fetchone()
    return row[0] if row else None


def set_identity(connection: Connection, person_id: UUID, identity: SealedIdentity) -> None:
    """Store who a person was verified to be."""
    connection.execute(
        "UPDATE bank.person SET name_sealed = %s, resident_id_sealed = %s, resident_id_index = %s,"
        " verified_at = %s WHERE person_id = %s",
        (identity.name, identity.resident_id, identity.index, identity.verified_at, person_id),
    )


def resident_id_index(connection: Connection, person_id: UUID) -> bytes | None:
    """Return by what a person's resident ID is looked up; None: not verified."""
    row = connection.execute(
        "SELECT resident_id_index FROM bank.person WHERE person_id = %s", (person_id,)
    ).fetchone()
    return row[0] if row else None


def signing_key(connection: Connection, key_id: UUID) -> SigningKey | None:
    """Return a key by id, revoked ones too."""
    row = connection.execute(_KEY + "WHERE key_id = %s", (key_id,)).fetchone()
    return SigningKey(row[0], KeyOwner(row[1]), *row[2:]) if row else None


def signing_keys_of(connection: Connection, owner_id: UUID) -> list[SigningKey]:
    """Return an owner's keys, oldest first, revoked ones too."""
    rows = connection.execute(
        _KEY + "WHERE owner_id = %s ORDER BY enrolled_at, key_id", (owner_id,)
    ).fetchall()
    return [SigningKey(row[0], KeyOwner(row[1]), *row[2:]) for row in rows]


def insert_signing_key(connection: Connection, key: SigningKey) -> bool:
    """Store a new key; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.signing_key (key_id, owner_kind, owner_id, public_key, label,"
        " enrolled_at, revoked_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING key_id",
        (
            key.id,
            key.owner_kind,
            key.owner_id,
            key.public_key,
            key.label,
            key.enrolled_at,
            key.revoked_at,
        ),
    ).fetchone()
    return done is not None


def revoke_signing_key(connection: Connection, key_id: UUID, now: datetime) -> None:
    """Take a key's signatures no more; the first time stays."""
    connection.execute(
        "UPDATE bank.signing_key SET revoked_at = coalesce(revoked_at, %s) WHERE key_id = %s",
        (now, key_id),
    )


def _wallet(row: tuple[object, ...]) -> Wallet:
    wallet_id, operator_id, kind, category, *rest = row
    return Wallet(wallet_id, operator_id, WalletKind(kind), Category(category), *rest)  # type: ignore[arg-type]
