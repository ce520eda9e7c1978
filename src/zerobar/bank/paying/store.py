"""Reading payments, refunds, requests and notices, and writing what no posting writes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from zerobar.bank.paying.model import (
    Authority,
    Evidence,
    MoneyRequest,
    Notice,
    NoticeKind,
    Payment,
    PaymentKind,
    Refund,
    RequestState,
)
from zerobar.database import Connection
from zerobar.purse.money import Fen

PAYMENT_COLUMNS: Final = (
    "p.payment_id, p.payer_wallet_id, p.payee_wallet_id, p.amount_fen, p.kind, p.authority,"
    " p.memo, p.subject_id, p.shop_id, p.card_id, p.card_amount_fen, p.made_at, p.key_id,"
    " p.signed_bytes, p.signature"
)
_REFUND: Final = (
    "SELECT refund_id, payment_id, payer_wallet_id, payee_wallet_id, amount_fen, card_id,"
    " card_amount_fen, reason, made_at FROM bank.refund "
)
_REQUEST: Final = (
    "SELECT r.request_id, r.payee_wallet_id, r.payer_wallet_id, r.amount_fen, r.memo, r.made_at,"
    " r.expires_at, e.state, e.ended_at"
    " FROM bank.money_request r LEFT JOIN bank.money_request_end e USING (request_id) "
)
_NOTICE: Final = (
    "SELECT person_id, notice_id, wallet_id, kind, subject_id, amount_fen, text, made_at, read_at"
    " FROM bank.notice "
)


# --- payments and refunds -----------------------------------------------------------------


def payment(connection: Connection, payment_id: UUID) -> Payment | None:
    """Return a payment by id."""
    row = connection.execute(
        f"SELECT {PAYMENT_COLUMNS} FROM bank.payment p"  # noqa: S608 - columns, no input
        " WHERE p.payment_id = %s",
        (payment_id,),
    ).fetchone()
    return read_payment(row) if row else None


def read_payment(row: tuple[Any, ...]) -> Payment:
    """Return a payment from PAYMENT_COLUMNS."""
    payment_id, payer_id, payee_id, amount, kind, authority, memo, subject, shop, card, *rest = row
    card_amount, made_at, *evidence = rest
    return Payment(
        payment_id,
        payer_id,
        payee_id,
        Fen(amount),
        PaymentKind(kind),
        Authority(authority),
        memo,
        subject,
        shop,
        card,
        Fen(card_amount),
        made_at,
        Evidence(*evidence),
    )


def refund(connection: Connection, refund_id: UUID) -> Refund | None:
    """Return a refund by id."""
    row = connection.execute(_REFUND + "WHERE refund_id = %s", (refund_id,)).fetchone()
    return _refund(row) if row else None


def refunds_of_payment(connection: Connection, payment_id: UUID) -> list[Refund]:
    """Return what was refunded of a payment, by rising id."""
    rows = connection.execute(
        _REFUND + "WHERE payment_id = %s ORDER BY refund_id", (payment_id,)
    ).fetchall()
    return [_refund(row) for row in rows]


def _refund(row: tuple[Any, ...]) -> Refund:
    refund_id, payment_id, payer_id, payee_id, amount, card_id, card_amount, reason, made_at = row
    ids = refund_id, payment_id, payer_id, payee_id
    return Refund(*ids, Fen(amount), card_id, Fen(card_amount), reason, made_at)


# --- requests for money -------------------------------------------------------------------


def insert_request(connection: Connection, request: MoneyRequest) -> bool:
    """Store a new request; return False, and do nothing, if the id is taken."""
    done = connection.execute(
        "INSERT INTO bank.money_request (request_id, payee_wallet_id, payer_wallet_id,"
        " amount_fen, memo, made_at, expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING RETURNING request_id",
        (
            request.id,
            request.payee_wallet_id,
            request.payer_wallet_id,
            request.amount,
            request.memo,
            request.made_at,
            request.expires_at,
        ),
    ).fetchone()
    return done is not None


def requests_by_id(connection: Connection, request_ids: Iterable[UUID]) -> dict[UUID, MoneyRequest]:
    """Return those of these requests that there are."""
    rows = connection.execute(
        _REQUEST + "WHERE r.request_id = ANY(%s)", (list(request_ids),), prepare=True
    ).fetchall()
    return {row[0]: _request(row) for row in rows}


def requests_of_wallet(
    connection: Connection, wallet_id: UUID, *, asked: bool, before: UUID | None, limit: int
) -> list[MoneyRequest]:
    """Return the requests that a wallet made, or those it was asked; the newest first."""
    column = "payer_wallet_id" if asked else "payee_wallet_id"
    rows = connection.execute(
        _REQUEST + f"WHERE r.{column} = %s AND (%s::uuid IS NULL OR r.request_id < %s)"
        " ORDER BY r.request_id DESC LIMIT %s",
        (wallet_id, before, before, limit),
    ).fetchall()
    return [_request(row) for row in rows]


def _request(row: tuple[Any, ...]) -> MoneyRequest:
    request_id, payee_id, payer_id, amount, memo, made_at, expires_at, state, ended_at = row
    ended = RequestState(state) if state else None
    ids = request_id, payee_id, payer_id
    return MoneyRequest(*ids, Fen(amount), memo, made_at, expires_at, ended, ended_at)


# --- notices ------------------------------------------------------------------------------


def insert_notice(connection: Connection, notice: Notice) -> None:
    """Store a notice of something that is no posting."""
    connection.execute(
        "INSERT INTO bank.notice (person_id, notice_id, wallet_id, kind, subject_id, amount_fen,"
        " text, made_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            notice.person_id,
            notice.id,
            notice.wallet_id,
            notice.kind,
            notice.subject_id,
            notice.amount,
            notice.text,
            notice.made_at,
        ),
    )


def notices_of_person(
    connection: Connection, person_id: UUID, before: UUID | None, limit: int
) -> list[Notice]:
    """Return what a person was told, the newest first, below `before` if given."""
    rows = connection.execute(
        _NOTICE + "WHERE person_id = %s AND (%s::uuid IS NULL OR notice_id < %s)"
        " ORDER BY notice_id DESC LIMIT %s",
        (person_id, before, before, limit),
    ).fetchall()
    return [_notice(row) for row in rows]


def unread(connection: Connection, person_id: UUID) -> int:
    """Return how many notices a person has not read."""
    row = connection.execute(
        "SELECT count(*) FROM bank.notice WHERE person_id = %s AND read_at IS NULL", (person_id,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def mark_read(connection: Connection, person_id: UUID, until: UUID, now: datetime) -> None:
    """Mark as read all of a person's notices up to one, that one included."""
    connection.execute(
        "UPDATE bank.notice SET read_at = %s"
        " WHERE person_id = %s AND notice_id <= %s AND read_at IS NULL",
        (now, person_id, until),
    )


def _notice(row: tuple[Any, ...]) -> Notice:
    person_id, notice_id, wallet_id, kind, subject_id, amount, *rest = row
    return Notice(person_id, notice_id, wallet_id, NoticeKind(kind), subject_id, Fen(amount), *rest)
