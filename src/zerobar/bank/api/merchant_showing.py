"""How merchants, orders and what follows from them look on the wire."""

from __future__ import annotations

import base64
from datetime import datetime

from zerobar.bank.api.access import Signed
from zerobar.bank.context import Bank
from zerobar.bank.merchants import model as rules
from zerobar.bank.merchants.codes import CodeReading as ReadCode
from zerobar.bank.merchants.errors import KeyWrong
from zerobar.bank.merchants.sellers import Seller, seller_of
from zerobar.bank.merchants.shops import AddedTerminal as Added
from zerobar.bank.merchants.webhooks import webhook_key
from zerobar.bank.people.model import SigningKey
from zerobar.client.enrolment import read_64, write_64
from zerobar.client.merchants import (
    AddedTerminal,
    CodeReading,
    EventShown,
    ItemLine,
    MerchantShown,
    OrderShown,
    OrderStateName,
    RefundShown,
    RefundStateName,
    ServerKeyShown,
    SettlementShown,
    SettlementStateName,
    ShopShown,
    TerminalShown,
)


def find_seller(bank: Bank, signed: Signed) -> Seller:
    """Return who sells with the key that signed; raises NotASeller."""
    with bank.connection() as connection:
        return seller_of(connection, signed.key)


def read_key(text: str) -> bytes:
    """Read a public key's 64 bytes; raises KeyWrong."""
    key = read_64(text)
    if key is None:
        raise KeyWrong
    return key


def show_merchant(bank: Bank, merchant: rules.Merchant) -> MerchantShown:
    """Show a merchant."""
    key = base64.urlsafe_b64encode(webhook_key(bank, merchant)).rstrip(b"=").decode()
    return MerchantShown(
        merchant_id=merchant.id,
        wallet_id=merchant.wallet_id,
        name=merchant.name,
        latin_name=merchant.latin_name,
        latin_city=merchant.latin_city,
        category_code=merchant.category_code,
        credit_code=merchant.credit_code,
        bank_code=merchant.bank_code,
        account_holder=merchant.account_holder,
        account_masked=merchant.account_masked,
        webhook_url=merchant.webhook_url,
        webhook_key=key,
        opened_at=merchant.opened_at,
        suspended_at=merchant.suspended_at,
    )


def show_server_key(key: SigningKey) -> ServerKeyShown:
    """Show a key of a merchant's program."""
    return ServerKeyShown(
        key_id=key.id,
        public_key=write_64(key.public_key),
        since=key.enrolled_at,
        revoked_at=key.revoked_at,
    )


def show_shop(shop: rules.Shop) -> ShopShown:
    """Show a shop."""
    return ShopShown(
        shop_id=shop.id,
        code=shop.code,
        name=shop.name,
        latin_name=shop.latin_name,
        opened_at=shop.opened_at,
        closed_at=shop.closed_at,
    )


def show_terminal(terminal: rules.Terminal) -> TerminalShown:
    """Show a till."""
    return TerminalShown(
        terminal_id=terminal.id,
        shop_id=terminal.shop_id,
        label=terminal.label,
        key_id=terminal.key_id,
        added_at=terminal.added_at,
        enrolled_at=terminal.enrolled_at,
        revoked_at=terminal.revoked_at,
    )


def show_added(added: Added) -> AddedTerminal:
    """Show a till that waits to be enrolled."""
    return AddedTerminal(
        terminal=show_terminal(added.terminal),
        code=added.code,
        code_expires_at=added.terminal.code_expires_at,
    )


def show_order(order: rules.Order, now: datetime) -> OrderShown:
    """Show an order as it stands."""
    return OrderShown(
        order_id=order.id,
        shop_id=order.shop_id,
        terminal_id=order.terminal_id,
        number=order.number,
        amount_fen=int(order.amount),
        memo=order.memo,
        items=[
            ItemLine(name=item.name, quantity=item.quantity, amount_fen=int(item.amount))
            for item in order.items
        ],
        state=OrderStateName(order.state(now)),
        created_at=order.created_at,
        expires_at=order.expires_at,
        payment_id=order.payment_id,
        paid_at=order.paid_at,
        ended_at=order.ended_at,
        is_tapped=order.is_tapped,
    )


def show_reading(reading: ReadCode) -> CodeReading:
    """Show what a code asks for."""
    return CodeReading(
        merchant_name=reading.merchant_name,
        shop_name=reading.shop_name,
        shop_code=reading.shop_code,
        order_id=reading.order_id,
        order_number=reading.order_number,
        amount_fen=None if reading.amount is None else int(reading.amount),
        memo=reading.memo,
    )


def show_refund(refund: rules.Refund) -> RefundShown:
    """Show a refund as it stands."""
    state = RefundStateName.REFUSED if refund.refused else RefundStateName.PENDING
    return RefundShown(
        refund_id=refund.id,
        order_id=refund.order_id,
        payment_id=refund.payment_id,
        number=refund.number,
        amount_fen=int(refund.amount),
        reason=refund.reason,
        state=RefundStateName.DONE if refund.done_at else state,
        refused=refund.refused,
        asked_at=refund.asked_at,
        done_at=refund.done_at,
    )


def show_event(event: rules.Event) -> EventShown:
    """Show a notice."""
    return EventShown(
        event_id=event.id,
        kind=event.kind.word,
        subject_id=event.subject_id,
        occurred_at=event.occurred_at,
        due_at=event.due_at,
        attempts=event.attempts,
        last_outcome=event.last_outcome,
        delivered_at=event.delivered_at,
        given_up_at=event.given_up_at,
    )


def show_settlement(settlement: rules.Settlement) -> SettlementShown:
    """Show a settlement."""
    return SettlementShown(
        settlement_id=settlement.id,
        merchant_id=settlement.merchant_id,
        day=settlement.day,
        amount_fen=int(settlement.amount),
        state=SettlementStateName(settlement.state.name.lower()),
        reason=settlement.reason,
        made_at=settlement.made_at,
        ended_at=settlement.ended_at,
    )
