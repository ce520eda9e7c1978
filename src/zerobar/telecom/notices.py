"""The bank's notices: signed, so that what they say of an order, payment or voucher is credited.

A notice may come twice, late, in any order, or never: what it tells is done once, and asked for as
well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from zerobar.client.hosting import SettledVoucher
from zerobar.client.webhooks import WebhookRefused, check_webhook
from zerobar.telecom.bank import Bank, money_of
from zerobar.telecom.context import Telecom
from zerobar.telecom.errors import NoticeRefused, OrderUnknown, RefundUnknown, VoucherForOthers
from zerobar.telecom.model import Source
from zerobar.telecom.numbers import reference_in
from zerobar.telecom.orders import settle
from zerobar.telecom.refunding import look_at_refund
from zerobar.telecom.topping import take_money
from zerobar.telecom.vouchers import credit_settled

LARGEST_NOTICE: Final = 16 * 1024


class _Order(msgspec.Struct, frozen=True):
    order_id: UUID
    amount_fen: int
    payment_id: UUID | None


class _Payment(msgspec.Struct, frozen=True):
    payment_id: UUID
    amount_fen: int
    memo: str


class _Refund(msgspec.Struct, frozen=True):
    refund_id: UUID


class _Notice(msgspec.Struct, frozen=True):
    kind: str
    order: _Order | None = None
    payment: _Payment | None = None
    refund: _Refund | None = None
    voucher: SettledVoucher | None = None


def take_notice(telecom: Telecom, bank: Bank, headers: Mapping[str, str], body: bytes) -> None:
    """Do what a notice of the bank's says; what it says of others' affairs is left alone.

    Args:
        headers: with names in small letters.
        body: exactly as received.

    Raises NoticeRefused.
    """
    try:
        check_webhook(bank.webhook_key, headers, body, telecom.clock())
        notice = msgspec.json.decode(body, type=_Notice)
    except (WebhookRefused, msgspec.MsgspecError) as error:
        raise NoticeRefused(str(error)) from None
    _act(telecom, bank, notice)


def _act(telecom: Telecom, bank: Bank, notice: _Notice) -> None:
    match notice:
        case _Notice(kind="order.paid", order=_Order(payment_id=UUID() as payment_id) as order):
            _take_order(telecom, order, payment_id)
        case _Notice(kind="shop.paid", payment=_Payment() as payment):
            _take_payment(telecom, payment)
        case _Notice(kind="refund.done", refund=_Refund() as refund):
            _take_refund(telecom, bank, refund)
        case _Notice(kind="voucher.settled", voucher=SettledVoucher() as voucher):
            _take_voucher(telecom, bank, voucher)


def _take_order(telecom: Telecom, order: _Order, payment_id: UUID) -> None:
    try:
        settle(telecom, order.order_id, payment_id, money_of(order.amount_fen))
    except OrderUnknown:
        # Of a till in one of the telecom's shops: a sale, and no top-up.
        return


def _take_payment(telecom: Telecom, payment: _Payment) -> None:
    """Take what somebody paid to the shop's standing code: for the line that the memo names."""
    reference = reference_in(payment.memo)
    amount = money_of(payment.amount_fen)
    take_money(telecom, payment.payment_id, reference, amount, Source.ORDER)


def _take_refund(telecom: Telecom, bank: Bank, refund: _Refund) -> None:
    try:
        look_at_refund(telecom, bank, refund.refund_id)
    except RefundUnknown:
        return


def _take_voucher(telecom: Telecom, bank: Bank, voucher: SettledVoucher) -> None:
    """Credit what a card has paid; the same again, by a notice or by asking, does nothing."""
    try:
        credit_settled(telecom, bank, voucher)
    except VoucherForOthers:
        # Of another payee that the bank hosts for this merchant: a sale, and no top-up.
        return
    bank.hearing.heard()
