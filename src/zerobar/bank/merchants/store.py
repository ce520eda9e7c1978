"""Reading and writing merchants, shops and tills."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from zerobar.bank.merchants.model import Merchant, Shop, Terminal
from zerobar.database import Connection

_MERCHANT: Final = (
    "SELECT merchant_id, operator_id, wallet_id, name, latin_name, latin_city, category_code,"
    " credit_code, bank_code, account_holder, account_sealed, account_masked, webhook_url,"
    " webhook_seed_sealed, content_hash, opened_at, suspended_at FROM bank.merchant "
)
_SHOP: Final = (
    "SELECT merchant_id, shop_id, code, name, latin_name, opened_at, closed_at FROM bank.shop "
)
_TERMINAL: Final = (
    "SELECT terminal_id, merchant_id, shop_id, label, code_expires_at, code_tries, key_id,"
    " added_at, enrolled_at, revoked_at FROM bank.terminal "
)
_NIL: Final = UUID(int=0)


def merchant(connection: Connection, merchant_id: UUID) -> Merchant | None:
    """Return a merchant by id."""
    row = connection.execute(_MERCHANT + "WHERE merchant_id = %s", (merchant_id,)).fetchone()
    return Merchant(*row) if row else None


def lock_merchant(connection: Connection, merchant_id: UUID) -> None:
    """Let nobody else change a merchant's keys until the transaction ends."""
    connection.execute(
        "SELECT merchant_id FROM bank.merchant WHERE merchant_id = %s FOR UPDATE", (merchant_id,)
    )


def merchants(connection: Connection, after: UUID | None, limit: int) -> list[Merchant]:
    """Return merchants by id, those after one."""
    rows = connection.execute(
        _MERCHANT + "WHERE merchant_id > %s ORDER BY merchant_id LIMIT %s",
        (after or _NIL, limit),
    ).fetchall()
    return [Merchant(*row) for row in rows]


def claim_credit_code(connection: Connection, credit_code: str, merchant_id: UUID) -> bool:
    """Tie a credit code to a merchant; return False if it is another's."""
    connection.execute(
        "INSERT INTO bank.merchant_by_credit_code VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (credit_code, merchant_id),
    )
    row = connection.execute(
        "SELECT merchant_id FROM bank.merchant_by_credit_code WHERE credit_code = %s",
        (credit_code,),
    ).fetchone()
    return row == (merchant_id,)


def insert_merchant(connection: Connection, new: Merchant) -> bool:
    """Store a merchant; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.merchant (merchant_id, operator_id, wallet_id, name, latin_name,"
        " latin_city, category_code, credit_code, bank_code, account_holder, account_sealed,"
        " account_masked, webhook_url, webhook_seed_sealed, content_hash, opened_at, suspended_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING merchant_id",
        (
            new.id,
            new.operator_id,
            new.wallet_id,
            new.name,
            new.latin_name,
            new.latin_city,
            new.category_code,
            new.credit_code,
            new.bank_code,
            new.account_holder,
            new.account_sealed,
            new.account_masked,
            new.webhook_url,
            new.webhook_seed_sealed,
            new.content_hash,
            new.opened_at,
            new.suspended_at,
        ),
    ).fetchone()
    return done is not None


def set_webhook_url(connection: Connection, merchant_id: UUID, url: str | None) -> None:
    """Change where a merchant's notices go; None: nowhere."""
    connection.execute(
        "UPDATE bank.merchant SET webhook_url = %s WHERE merchant_id = %s", (url, merchant_id)
    )


def set_suspended(connection: Connection, merchant_id: UUID, moment: datetime | None) -> bool:
    """Stop a merchant's business or let it go on; return False if there is no such merchant."""
    done = connection.execute(
        "UPDATE bank.merchant SET suspended_at = CASE WHEN %s::timestamptz IS NULL THEN NULL"
        " ELSE coalesce(suspended_at, %s) END WHERE merchant_id = %s RETURNING merchant_id",
        (moment, moment, merchant_id),
    ).fetchone()
    return done is not None


def shop(connection: Connection, merchant_id: UUID, shop_id: UUID) -> Shop | None:
    """Return a merchant's shop."""
    row = connection.execute(
        _SHOP + "WHERE merchant_id = %s AND shop_id = %s", (merchant_id, shop_id)
    ).fetchone()
    return Shop(*row) if row else None


def shops(connection: Connection, merchant_id: UUID, after: UUID | None, limit: int) -> list[Shop]:
    """Return a merchant's shops by id, those after one."""
    rows = connection.execute(
        _SHOP + "WHERE merchant_id = %s AND shop_id > %s ORDER BY shop_id LIMIT %s",
        (merchant_id, after or _NIL, limit),
    ).fetchall()
    return [Shop(*row) for row in rows]


def insert_shop(connection: Connection, new: Shop) -> bool:
    """Store a shop; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.shop (merchant_id, shop_id, code, name, latin_name, opened_at, closed_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING shop_id",
        (new.merchant_id, new.id, new.code, new.name, new.latin_name, new.opened_at, None),
    ).fetchone()
    return done is not None


def claim_shop_code(connection: Connection, shop: Shop) -> bool:
    """Tie a code to a shop; return False if it is another's."""
    connection.execute(
        "INSERT INTO bank.shop_by_code (code, merchant_id, shop_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        (shop.code, shop.merchant_id, shop.id),
    )
    row = connection.execute(
        "SELECT merchant_id, shop_id FROM bank.shop_by_code WHERE code = %s", (shop.code,)
    ).fetchone()
    return row == (shop.merchant_id, shop.id)


def close_shop(connection: Connection, merchant_id: UUID, shop_id: UUID, now: datetime) -> None:
    """Close a shop for good."""
    connection.execute(
        "UPDATE bank.shop SET closed_at = coalesce(closed_at, %s)"
        " WHERE merchant_id = %s AND shop_id = %s",
        (now, merchant_id, shop_id),
    )


def terminal(connection: Connection, terminal_id: UUID, *, lock: bool = False) -> Terminal | None:
    """Return a till by id; `lock` keeps others from changing it until the transaction ends."""
    row = connection.execute(
        _TERMINAL + "WHERE terminal_id = %s" + (" FOR UPDATE" if lock else ""),
        (terminal_id,),
    ).fetchone()
    return Terminal(*row) if row else None


def terminals(
    connection: Connection, merchant_id: UUID, after: UUID | None, limit: int
) -> list[Terminal]:
    """Return a merchant's tills by id, those after one."""
    rows = connection.execute(
        _TERMINAL + "WHERE merchant_id = %s AND terminal_id > %s ORDER BY terminal_id LIMIT %s",
        (merchant_id, after or _NIL, limit),
    ).fetchall()
    return [Terminal(*row) for row in rows]


def insert_terminal(connection: Connection, new: Terminal) -> bool:
    """Store a till; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.terminal (terminal_id, merchant_id, shop_id, label, code_expires_at,"
        " added_at) VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING terminal_id",
        (new.id, new.merchant_id, new.shop_id, new.label, new.code_expires_at, new.added_at),
    ).fetchone()
    return done is not None


def renew_code(connection: Connection, terminal_id: UUID, expires_at: datetime) -> None:
    """Let a till be enrolled by a new code, and no longer by the one before."""
    connection.execute(
        "UPDATE bank.terminal SET code_expires_at = %s, code_tries = 0 WHERE terminal_id = %s",
        (expires_at, terminal_id),
    )


def count_wrong_code(connection: Connection, terminal_id: UUID) -> None:
    """Remember that a wrong code was tried."""
    connection.execute(
        "UPDATE bank.terminal SET code_tries = code_tries + 1 WHERE terminal_id = %s",
        (terminal_id,),
    )


def set_enrolled(connection: Connection, terminal_id: UUID, key_id: UUID, moment: datetime) -> None:
    """Give a till its key."""
    connection.execute(
        "UPDATE bank.terminal SET key_id = %s, enrolled_at = %s WHERE terminal_id = %s",
        (key_id, moment, terminal_id),
    )


def revoke_terminal(connection: Connection, terminal_id: UUID, moment: datetime) -> None:
    """End a till, and its key."""
    connection.execute(
        "UPDATE bank.terminal SET revoked_at = coalesce(revoked_at, %s) WHERE terminal_id = %s",
        (moment, terminal_id),
    )
    revoke_keys(connection, terminal_id, moment)


def revoke_keys(
    connection: Connection, owner_id: UUID, moment: datetime, *, keep: UUID | None = None
) -> None:
    """Take no more signatures by an owner's keys, but for one."""
    connection.execute(
        "UPDATE bank.signing_key SET revoked_at = %s"
        " WHERE owner_id = %s AND revoked_at IS NULL AND key_id IS DISTINCT FROM %s",
        (moment, owner_id, keep),
    )
