"""A merchant that has begun, with a shop and an enrolled till, by the bank's own rules.

tea = begin(bank)
order = new_order(bank, tea, 12_50)
pay(bank, anna, order)
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from stdnum.cn import uscc

from tests.bank.holders import Holder, Key, new_key
from tests.bank.paying.orders import order as payment_order
from zerobar.bank.context import Bank
from zerobar.bank.merchants import onboarding, orders, shops
from zerobar.bank.merchants.model import Item, Merchant, Order, Shop
from zerobar.bank.merchants.onboarding import Application
from zerobar.bank.merchants.orders import NewOrder
from zerobar.bank.merchants.sellers import Seller, seller_of
from zerobar.bank.merchants.server_keys import NewServerKey, give_server_key
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.model import Payee, PayeeKind, Payment
from zerobar.bank.people import store as people
from zerobar.bank.signatures import Claim, Signed, check_claim
from zerobar.client.merchants import terminal_bytes
from zerobar.client.signing import signed_bytes
from zerobar.purse.money import Fen

STAFF = UUID(int=7)
ACCOUNT = "6222020200112233445"


@dataclass(frozen=True)
class Trader:
    """A merchant as it sells: by its server and by its till."""

    merchant: Merchant
    server_key: Key
    server: Seller
    shop: Shop
    till_key: Key
    till: Seller

    @property
    def wallet(self) -> UUID:
        return self.merchant.wallet_id


def credit_code(number: int) -> str:
    """Return a unified social credit code with a right check character."""
    body = f"91110000{number:09d}"
    return body + uscc.calc_check_digit(body)


def application(number: int = 1, url: str | None = None) -> Application:
    return Application(
        "北京茶馆",
        "Beijing Tea House",
        "BEIJING",
        "5812",
        credit_code(number),
        "102100099996",
        "北京茶馆有限公司",
        ACCOUNT,
        url,
    )


def begin(bank: Bank, number: int = 1, url: str | None = None) -> Trader:
    """Open a merchant with a shop, and enrol a till in it."""
    key, till_key = new_key(bank), new_key(bank)
    merchant = onboarding.open_merchant(bank, STAFF, bank.new_id(), application(number, url))
    server_key = give_key(bank, merchant.id, key)
    server = seller(bank, server_key)
    shop = shops.open_shop(bank, server, bank.new_id(), "王府井店", "Wangfujing")
    added = shops.add_terminal(bank, server, bank.new_id(), shop.id, "till 1")
    till_key = enrol(bank, added, till_key)
    return Trader(merchant, server_key, server, shop, till_key, seller(bank, till_key))


def give_key(bank: Bank, merchant_id: UUID, key: Key) -> Key:
    """Have a merchant's program sign with a key from now on; return it under the bank's id."""
    given = give_server_key(bank, merchant_id, NewServerKey(bank.new_id(), key.public_key))
    return Key(given.id, key.private_key)


def enrol(bank: Bank, added: shops.AddedTerminal, key: Key) -> Key:
    """Enrol a till's key; return it under the id that the bank gave it."""
    proof = key.sign(terminal_bytes(added.terminal.id, added.code))
    enrolled = shops.enrol_terminal(bank, added.terminal.id, added.code, key.public_key, proof)
    return Key(enrolled.id, key.private_key)


def seller(bank: Bank, key: Key) -> Seller:
    """Return who sells with a key."""
    with bank.connection() as connection:
        known = people.signing_key(connection, key.id)
        assert known is not None
        return seller_of(connection, known)


def wanted(
    trader: Trader, amount: int, number: str, items: tuple[Item, ...] = (), minutes: int = 15
) -> NewOrder:
    lasts = timedelta(minutes=minutes)
    return NewOrder(trader.shop.id, number, Fen(amount), "tea", items, lasts)


def new_order(bank: Bank, trader: Trader, amount: int, number: str | None = None) -> Order:
    """Make an order at the till."""
    order_id = bank.new_id()
    new = wanted(trader, amount, number or f"N{order_id.hex[-12:]}")
    return orders.create_order(bank, trader.till, order_id, new)


def pay(bank: Bank, payer: Holder, order: Order) -> Payment:
    """Let somebody with an open grant pay an order."""
    payee = Payee(PayeeKind.ORDER, str(order.id))
    return pay_now(bank, payment_order(bank, payer, payee, int(order.amount)))


def pay_shop(bank: Bank, payer: Holder, shop: Shop, amount: int) -> Payment:
    """Let somebody with an open grant pay a shop's standing code."""
    return pay_now(bank, payment_order(bank, payer, Payee(PayeeKind.SHOP, shop.code), amount))


def charge_request(bank: Bank, key: Key, order: Order, code: str, payment_id: UUID) -> Signed:
    """Let a till sign what it has read."""
    time, path = int(bank.clock().timestamp()), f"/v1/orders/{order.id}/charges"
    body = json.dumps({"code": code}).encode()
    covered = signed_bytes("POST", path, str(payment_id), str(time), body)
    claim = Claim(key.id, time, str(payment_id), body, covered, key.sign(covered))
    with bank.connection() as connection:
        return check_claim(claim, people.signing_key(connection, key.id), bank.clock())
