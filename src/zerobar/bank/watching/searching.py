"""Finding something by what is known of it: an id, a number, a phone, a purse, a voucher.

What was looked for goes into the audit trail with the ids that were found: an id as it is, all else
without its middle, for it may be a number of somebody's that was mistyped or belongs elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.context import Bank
from zerobar.bank.people.errors import BadPhoneNumber
from zerobar.bank.people.masking import masked_phone
from zerobar.bank.people.phones import read_phone
from zerobar.bank.staff import audit
from zerobar.bank.staff.model import StaffSession
from zerobar.bank.watching.naming import class_name, status_name, voucher_text
from zerobar.bank.watching.vouchers import ROLES
from zerobar.client.console import HitKind, SearchHit
from zerobar.database import Connection

MOST: Final = 50
_PURSE: Final = re.compile("[0-9a-f]{16}")
_VOUCHER: Final = re.compile(r"([0-9a-f]{16})\s*[/: ]\s*([0-9]{1,10})")
# Of digits alone it might be a bank card's number.
_TOLD: Final = re.compile(rf"(?=[0-9]*[a-f])(?:{_PURSE.pattern}|{_VOUCHER.pattern})")
_HIDDEN: Final = 8
_LARGEST_ENTRY: Final = 0xFFFFFFFF

_BY_ID: Final = """
    SELECT 'wallet', wallet_id::text, 'wallet ' || number, NULL::bigint, opened_at
    FROM bank.wallet WHERE wallet_id = %(id)s
    UNION ALL
    SELECT 'payment', payment_id::text, 'payment', amount_fen, made_at
    FROM bank.payment WHERE payment_id = %(id)s
    UNION ALL
    SELECT 'order', order_id::text, 'order ' || number, amount_fen, created_at
    FROM bank.merchant_order WHERE order_id = %(id)s
    UNION ALL
    SELECT 'refund', refund_id::text, 'refund ' || number, amount_fen, asked_at
    FROM bank.merchant_refund WHERE refund_id = %(id)s
    UNION ALL
    SELECT 'merchant', merchant_id::text, name, NULL, opened_at
    FROM bank.merchant WHERE merchant_id = %(id)s
    UNION ALL
    SELECT 'card-order', order_id::text, 'card order', amount_fen, asked_at
    FROM bank.card_order WHERE order_id = %(id)s
    UNION ALL
    SELECT 'approval', approval_id::text, kind, NULL, proposed_at
    FROM bank.approval WHERE approval_id = %(id)s
"""
_BY_PHONE: Final = """
    SELECT 'wallet', w.wallet_id::text, %(masked)s || ' · wallet ' || w.number, NULL, w.opened_at
    FROM bank.person_by_phone p JOIN bank.wallet w USING (person_id)
    WHERE p.phone = %(phone)s ORDER BY w.wallet_id LIMIT %(most)s
"""
# A probe for each merchant: orders are numbered by their merchants, each from the beginning.
_BY_NUMBER: Final = """
    SELECT 'wallet', w.wallet_id::text, 'wallet ' || w.number, NULL::bigint, w.opened_at
    FROM bank.wallet_by_number n JOIN bank.wallet w USING (wallet_id)
    WHERE n.number = %(number)s
    UNION ALL
    (SELECT 'order', o.order_id::text, m.name || ' · order ' || o.number, o.amount_fen,
            o.created_at
     FROM bank.merchant m
     JOIN bank.order_by_number n ON n.merchant_id = m.merchant_id AND n.number = %(number)s
     JOIN bank.merchant_order o ON o.order_id = n.order_id LIMIT %(most)s)
    UNION ALL
    (SELECT 'refund', r.refund_id::text, m.name || ' · refund ' || r.number, r.amount_fen,
            r.asked_at
     FROM bank.merchant m
     JOIN bank.refund_by_number n ON n.merchant_id = m.merchant_id AND n.number = %(number)s
     JOIN bank.merchant_refund r ON r.refund_id = n.refund_id LIMIT %(most)s)
    UNION ALL
    SELECT 'merchant', m.merchant_id::text, m.name, NULL, m.opened_at
    FROM bank.merchant_by_credit_code c JOIN bank.merchant m USING (merchant_id)
    WHERE c.credit_code = %(number)s
"""
_PURSES: Final = "SELECT class, status, registered_at FROM bank.purse WHERE purse_id = %s"
_VOUCHERS: Final = (
    "SELECT amount_fen, stored_at FROM bank.voucher WHERE payer_id = %s AND entry = %s"
)


def search(bank: Bank, session: StaffSession, query: str) -> list[SearchHit]:
    """Return all that fits, at most fifty; raises RoleMissing."""
    session.require(*ROLES)
    wanted = query.strip()
    with bank.transaction() as connection:
        found = _found(connection, wanted)[:MOST]
        audit.append(
            bank, connection, session.staff_id, "search",
            query=_told(wanted), found=[hit.id for hit in found],
        )  # fmt: skip
    return found


def _found(connection: Connection, wanted: str) -> list[SearchHit]:
    readers: tuple[Callable[[Connection, str], list[SearchHit]], ...] = (
        _by_id, _by_purse, _by_voucher, _by_phone, _by_number,
    )  # fmt: skip
    return [hit for reader in readers for hit in reader(connection, wanted)]


def _by_id(connection: Connection, wanted: str) -> list[SearchHit]:
    try:
        id_ = UUID(wanted)
    except ValueError:
        return []
    return [_hit(*row) for row in connection.execute(_BY_ID, {"id": id_})]


def _by_purse(connection: Connection, wanted: str) -> list[SearchHit]:
    text = wanted.lower()
    if _PURSE.fullmatch(text) is None:
        return []
    rows = connection.execute(_PURSES, (bytes.fromhex(text),)).fetchall()
    return [
        SearchHit(
            kind=HitKind.PURSE,
            id=text,
            title=f"purse {text} · {class_name(number)}, {status_name(status)}",
            at=at,
        )
        for number, status, at in rows
    ]


def _by_voucher(connection: Connection, wanted: str) -> list[SearchHit]:
    found = _VOUCHER.fullmatch(wanted.lower())
    if found is None or int(found[2]) > _LARGEST_ENTRY:
        return []
    payer_id, entry = bytes.fromhex(found[1]), int(found[2])
    text = voucher_text(payer_id, entry)
    return [
        SearchHit(kind=HitKind.VOUCHER, id=text, title=f"voucher {text}", amount_fen=amount, at=at)
        for amount, at in connection.execute(_VOUCHERS, (payer_id, entry))
    ]


def _by_phone(connection: Connection, wanted: str) -> list[SearchHit]:
    phone = _phone(wanted)
    if phone is None:
        return []
    parameters = {"phone": phone, "masked": masked_phone(phone), "most": MOST}
    return [_hit(*row) for row in connection.execute(_BY_PHONE, parameters)]


def _by_number(connection: Connection, wanted: str) -> list[SearchHit]:
    parameters = {"number": wanted, "most": MOST}
    return [_hit(*row) for row in connection.execute(_BY_NUMBER, parameters)]


def _phone(text: str) -> str | None:
    try:
        return read_phone(text)
    except BadPhoneNumber:
        return None


def _told(wanted: str) -> str:
    if _is_id(wanted):
        return wanted
    phone = _phone(wanted)
    if phone is not None:
        return masked_phone(phone)
    end = f", …{wanted[-4:]}" if len(wanted) > _HIDDEN else ""
    return f"{len(wanted)} characters{end}"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return _TOLD.fullmatch(text.lower()) is not None
    return True


def _hit(kind: str, id_: str, title: str, amount_fen: Any, at: datetime) -> SearchHit:
    return SearchHit(kind=HitKind(kind), id=id_, title=title, amount_fen=amount_fen, at=at)
