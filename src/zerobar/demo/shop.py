"""A merchant's shop and its tills."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import Self
from uuid import UUID, uuid4

from zerobar.client import merchants as wire
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient, TillClient, enrol_till
from zerobar.demo.phone import wait_briefly
from zerobar.demo.relay import Relay
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256


class Till:
    """A till and its road to the bank; a context manager.

    Attributes:
        network: that road.
        http: the bank, over it.
        orders: what the till asks of it.
    """

    def __init__(self, bank_url: str, key: RequestKey) -> None:
        self.network = Relay(bank_url)
        self.http = BankHttp(self.network.url, key, sleep=wait_briefly)
        self.orders = TillClient(self.http)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.network.close()


class Shop:
    """A merchant's shop; a context manager.

    Args:
        bank_url: of the operator.
        server: the key of the merchant's server, which sets up shop and tills.

    Attributes:
        till: its first one, which makes the orders.
    """

    def __init__(self, bank_url: str, server: RequestKey, name: str, latin_name: str) -> None:
        self._ways = ExitStack()
        self._bank_url = bank_url
        self._office = self._ways.enter_context(BankHttp(bank_url, server))
        self._head_office = MerchantClient(self._office)
        self.shop = self._head_office.open_shop(uuid4(), name, latin_name)
        self.till = self.open_till("till 1")

    def open_till(self, label: str) -> Till:
        """Add a till, and enrol it with its one-time code."""
        added = self._head_office.add_till(uuid4(), self.shop.shop_id, label)
        new_key = P256.private_key(os.urandom(KEY_SEED_LENGTH))
        key = enrol_till(self._office, added.terminal.terminal_id, added.code, new_key)
        return self._ways.enter_context(Till(self._bank_url, key))

    def order(self, amount: Fen) -> wire.OrderShown:
        """Ask for an amount, under a number of the shop's own."""
        items = [wire.ItemLine(name="noodles", quantity=1, amount_fen=int(amount))]
        number = f"{time.time_ns()}"
        return self.till.orders.order(uuid4(), self.shop.shop_id, number, amount, items=items)

    def code_of(self, order_id: UUID) -> str:
        """Return the text of the QR code for an order."""
        return self.till.orders.code_of(order_id)

    def look(self, order_id: UUID) -> wire.OrderShown:
        """Look what became of an order."""
        return self.till.orders.look(order_id)

    def charge(self, order_id: UUID, customer_code: str) -> wire.OrderShown:
        """Have an order paid by the code that the customer shows."""
        return self.till.orders.charge(uuid4(), order_id, customer_code)

    def refund(self, order_id: UUID, amount: Fen) -> wire.RefundShown:
        """Give a part of an order back."""
        return self.till.orders.refund(uuid4(), order_id, f"R{time.time_ns()}", amount)

    def balance(self) -> Fen:
        """Return what the merchant has."""
        return Fen(self._head_office.money().balance_fen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ways.close()
