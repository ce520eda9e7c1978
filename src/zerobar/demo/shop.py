"""A bank's officer who takes on a merchant, and the merchant's till."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from typing import Any, Final, Self
from uuid import UUID, uuid4

import msgspec

from zerobar.client import merchants as wire
from zerobar.client.authority import Supply
from zerobar.client.enrolment import write_64
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import MerchantClient, TillClient, enrol_till
from zerobar.client.passkeys import PasskeyOptions, RegistrationCredential
from zerobar.client.staff import BeginEnrolment, Enrolment, OpenedStaffSession
from zerobar.demo.authenticator import Authenticator
from zerobar.purse.money import Fen
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_CREDIT_CODE: Final = "91110000600037341L"


def _new_key() -> bytes:
    return P256.private_key(os.urandom(KEY_SEED_LENGTH))


class Officer:
    """A member of the bank's staff, with a passkey.

    Args:
        bank_url: of the operator.
        origin: the page that passkeys belong to.
        code: to enrol with, once.
    """

    def __init__(self, bank_url: str, origin: str, code: str) -> None:
        self._bank = BankHttp(bank_url)
        authenticator = Authenticator(origin, os.urandom)
        begun = BeginEnrolment(code=code)
        path = "/v1/staff/enrolments"
        options = self._bank.send("POST", f"{path}/options", begun, PasskeyOptions)
        made: Any = authenticator.create(options.public_key)
        enrolment = Enrolment(
            code=code,
            credential=msgspec.convert(made, RegistrationCredential),
            label="demo passkey",
        )
        opened = self._bank.send("POST", path, enrolment, OpenedStaffSession)
        self._bank.use_session(opened.token)

    def take_on(self, name: str, latin_name: str) -> tuple[wire.OpenedMerchant, RequestKey]:
        """Take on a merchant; return it, and the key of its server."""
        private_key = _new_key()
        asked = wire.NewMerchant(
            name=name,
            latin_name=latin_name,
            latin_city="Beijing",
            category_code="5812",
            credit_code=_CREDIT_CODE,
            bank_code="104100000004",
            account_holder=name,
            account_number="6200000000001",
            server_key=write_64(P256.public_key(private_key)),
        )
        opened = self._bank.make(uuid4(), "/v1/merchants", asked, wire.OpenedMerchant)
        return opened, RequestKey(opened.server_key_id, private_key)

    def supply(self) -> Supply:
        """Ask where all issued money is."""
        return self._bank.get("/v1/supply", Supply)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bank.close()


class Shop:
    """A merchant's shop with one till.

    Args:
        bank_url: of the operator.
        server: the key of the merchant's server, which sets up shop and till.
    """

    def __init__(self, bank_url: str, server: RequestKey, name: str, latin_name: str) -> None:
        self._ways = ExitStack()
        head_office = self._ways.enter_context(BankHttp(bank_url, server))
        self._head_office = MerchantClient(head_office)
        self.shop = self._head_office.open_shop(uuid4(), name, latin_name)
        added = self._head_office.add_till(uuid4(), self.shop.shop_id, "till 1")
        key = enrol_till(head_office, added.terminal.terminal_id, added.code, _new_key())
        self._till = TillClient(self._ways.enter_context(BankHttp(bank_url, key)))

    def order(self, amount: Fen) -> wire.OrderShown:
        """Ask for an amount, under a number of the shop's own."""
        items = [wire.ItemLine(name="noodles", quantity=1, amount_fen=int(amount))]
        number = f"{time.time_ns()}"
        return self._till.order(uuid4(), self.shop.shop_id, number, amount, items=items)

    def code_of(self, order_id: UUID) -> str:
        """Return the text of the QR code for an order."""
        return self._till.code_of(order_id)

    def look(self, order_id: UUID) -> wire.OrderShown:
        """Look what became of an order."""
        return self._till.look(order_id)

    def charge(self, order_id: UUID, customer_code: str) -> wire.OrderShown:
        """Have an order paid by the code that the customer shows."""
        return self._till.charge(uuid4(), order_id, customer_code)

    def refund(self, order_id: UUID, amount: Fen) -> wire.RefundShown:
        """Give a part of an order back."""
        return self._till.refund(uuid4(), order_id, f"R{time.time_ns()}", amount)

    def balance(self) -> Fen:
        """Return what the merchant has."""
        return Fen(self._head_office.money().balance_fen)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ways.close()
