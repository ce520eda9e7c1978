"""Taps of customers' cards over HTTP, for tills that are online."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from zerobar.bank.api.access import Signed
from zerobar.bank.api.merchant_showing import find_seller, show_order
from zerobar.bank.context import Bank
from zerobar.bank.merchants import tapping
from zerobar.client.merchants import OrderShown
from zerobar.client.taps import NewTap, NewTapRequest, TapPays, TapRequestShown
from zerobar.purse.messages import Kind

_KINDS: Final = {TapPays.SHARED_BALANCE: Kind.AUTHORISE, TapPays.PURSE: Kind.PAYMENT}


@post(
    "/v1/orders/{order_id:uuid}/card-request",
    status_code=200,
    sync_to_thread=True,
    tags=["orders"],
)
def ask_card(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    order_id: FromPath[UUID],
    data: JSONBody[NewTapRequest],
) -> TapRequestShown:
    """Sign what a customer's card is to be shown for an order; the same one while it can pay."""
    seller = find_seller(bank, signed)
    asked = tapping.tap_request(bank, seller, order_id, _KINDS[data.pays])
    return TapRequestShown(request=bytes(asked).hex())


@post("/v1/orders/{order_id:uuid}/taps", status_code=200, sync_to_thread=True, tags=["orders"])
def take_tap(
    bank: NamedDependency[Bank],
    signed: NamedDependency[Signed],
    order_id: FromPath[UUID],
    data: JSONBody[NewTap],
) -> OrderShown:
    """Let a card's voucher pay an order; the answer is the order, paid, or why it is not."""
    seller = find_seller(bank, signed)
    paid = tapping.pay_by_tap(bank, seller, order_id, bytes.fromhex(data.record))
    return show_order(paid, bank.clock())


ROUTES: list[object] = [ask_card, take_tap]
