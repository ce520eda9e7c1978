"""Notices to a merchant's server: what they say, how they are signed, and sending them again."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zerobar.bank.context import Bank
from zerobar.bank.merchants import event_store, order_store, settlement_store, store
from zerobar.bank.merchants.addresses import check_url
from zerobar.bank.merchants.errors import EventUnknown
from zerobar.bank.merchants.model import (
    Event,
    EventKind,
    Merchant,
    Order,
    Refund,
    Settlement,
    Terminal,
)
from zerobar.bank.merchants.sellers import Seller, require_merchant
from zerobar.bank.paying.model import Payment
from zerobar.bank.paying.store import payment as payment_of
from zerobar.bank.people.model import SigningKey
from zerobar.bank.people.store import signing_key
from zerobar.bank.settlement.notices import voucher_facts
from zerobar.client.enrolment import write_64
from zerobar.client.webhooks import ID_HEADER, SIGNATURE_HEADER, TIME_HEADER, webhook_bytes
from zerobar.database import Connection

SEED_PURPOSE: Final = "webhook-seed"


def set_webhook_url(bank: Bank, seller: Seller, url: str | None) -> Merchant:
    """Say where a merchant's notices go; None: nowhere. Raises ServerOnly, WebhookUrlRefused."""
    seller.require_server()
    if url is not None:
        check_url(url)
    with bank.transaction() as connection:
        store.set_webhook_url(connection, seller.merchant.id, url)
        return require_merchant(connection, seller.merchant.id)


def list_events(bank: Bank, seller: Seller, before: UUID | None, limit: int) -> list[Event]:
    """Return the merchant's notices, the last to occur first; raises ServerOnly."""
    seller.require_server()
    with bank.connection() as connection:
        return event_store.events(connection, seller.merchant.id, before, limit)


def resend_event(bank: Bank, seller: Seller, event_id: UUID) -> Event:
    """Send a notice again, by its schedule from the beginning; raises ServerOnly, EventUnknown."""
    seller.require_server()
    with bank.transaction() as connection:
        event = _event(connection, seller, event_id)
        event_store.send_again(connection, event, bank.clock())
        return _event(connection, seller, event_id)


def webhook_key(bank: Bank, merchant: Merchant) -> bytes:
    """Return the public key that checks a merchant's notices, 32 bytes."""
    return _private_key(bank, merchant).public_key().public_bytes_raw()


def signed_headers(
    bank: Bank, merchant: Merchant, event: Event, body: bytes, now: datetime
) -> dict[str, str]:
    """Return the headers of an attempt to deliver a notice."""
    event_id, time_unix_s = str(event.id), str(int(now.timestamp()))
    signature = _private_key(bank, merchant).sign(webhook_bytes(event_id, time_unix_s, body))
    return {
        "content-type": "application/json",
        ID_HEADER: event_id,
        TIME_HEADER: time_unix_s,
        SIGNATURE_HEADER: base64.urlsafe_b64encode(signature).rstrip(b"=").decode(),
    }


def compose(connection: Connection, event: Event) -> bytes:
    """Return what a notice says, in JSON: all that the merchant's server needs to book it."""
    facts = {
        "id": event.id,
        "kind": event.kind.word,
        "occurred_at": event.occurred_at,
        "merchant_id": event.merchant_id,
    }
    return msgspec.json.encode(facts | _subject(connection, event), enc_hook=int)


def _subject(connection: Connection, event: Event) -> dict[str, object]:
    match event.kind:
        case EventKind.SHOP_PAID:
            return {"payment": _payment_facts(payment_of(connection, event.subject_id))}
        case EventKind.REFUND_DONE:
            return {"refund": _refund_facts(order_store.refund(connection, event.subject_id))}
        case EventKind.SETTLED | EventKind.SETTLEMENT_REFUSED:
            found = settlement_store.settlement_by_id(
                connection, event.merchant_id, event.subject_id
            )
            return {"settlement": _settlement_facts(found)}
        case EventKind.VOUCHER_SETTLED:
            return {"voucher": voucher_facts(connection, event.subject_id)}
        case EventKind.SERVER_KEY_REPLACED:
            return {"server_key": _key_facts(signing_key(connection, event.subject_id))}
        case EventKind.TERMINAL_ADDED:
            return {"terminal": _terminal_facts(store.terminal(connection, event.subject_id))}
        case _:
            return {"order": _order_facts(order_store.order(connection, event.subject_id))}


def _order_facts(order: Order | None) -> dict[str, object]:
    assert order is not None, "an order is never deleted"
    return {
        "order_id": order.id,
        "number": order.number,
        "shop_id": order.shop_id,
        "terminal_id": order.terminal_id,
        "amount_fen": int(order.amount),
        "payment_id": order.payment_id,
        "paid_at": order.paid_at,
        "ended_at": order.ended_at,
        "is_tapped": order.is_tapped,
    }


def _payment_facts(payment: Payment | None) -> dict[str, object]:
    assert payment is not None, "a payment is never deleted"
    return {
        "payment_id": payment.id,
        "shop_id": payment.shop_id,
        "amount_fen": int(payment.amount),
        "memo": payment.memo,
        "paid_at": payment.made_at,
    }


def _refund_facts(refund: Refund | None) -> dict[str, object]:
    assert refund is not None, "a refund is never deleted"
    return {
        "refund_id": refund.id,
        "number": refund.number,
        "order_id": refund.order_id,
        "amount_fen": int(refund.amount),
        "done_at": refund.done_at,
    }


def _settlement_facts(settlement: Settlement | None) -> dict[str, object]:
    assert settlement is not None, "a settlement is never deleted"
    return {
        "settlement_id": settlement.id,
        "day": settlement.day,
        "amount_fen": int(settlement.amount),
        "reason": settlement.reason,
        "ended_at": settlement.ended_at,
    }


def _key_facts(key: SigningKey | None) -> dict[str, object]:
    assert key is not None, "a key is never deleted"
    return {"key_id": key.id, "public_key": write_64(key.public_key), "since": key.enrolled_at}


def _terminal_facts(terminal: Terminal | None) -> dict[str, object]:
    assert terminal is not None, "a till is never deleted"
    return {
        "terminal_id": terminal.id,
        "shop_id": terminal.shop_id,
        "label": terminal.label,
        "added_at": terminal.added_at,
    }


def _private_key(bank: Bank, merchant: Merchant) -> Ed25519PrivateKey:
    seed = bank.sealer.open(merchant.webhook_seed_sealed, SEED_PURPOSE)
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))


def _event(connection: Connection, seller: Seller, event_id: UUID) -> Event:
    event = event_store.event(connection, seller.merchant.id, event_id)
    if event is None:
        raise EventUnknown
    return event
