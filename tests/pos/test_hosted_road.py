"""A tap at a till with a network, against a bank that is served over HTTP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.bank.api.serving import served_bank
from tests.bank.conftest import Clock, anna, bank, bank_database, clock, partners
from tests.bank.holders import Holder, balance, grant, move
from tests.bank.merchants.trading import Trader, begin
from tests.bank.purses.conftest import Sim, consent, keys, make_card, offering, sim
from tests.pos.town import QUICK, SHIFT
from zerobar.bank.chart import AccountCode, TransferCode, operator_account
from zerobar.bank.context import Bank
from zerobar.bank.purses.charging import load
from zerobar.client.http import BankHttp, RequestKey
from zerobar.client.merchant import TillClient
from zerobar.client.outbox import Outbox
from zerobar.client.taps import TapPays
from zerobar.device import TILL_CEILING, Device, DeviceStore, send_all
from zerobar.device.over_http import OperatorOverHttp
from zerobar.pos import hosted_road, online
from zerobar.pos.errors import MayBePaid
from zerobar.pos.model import Finality, Means, Sale, SaleState
from zerobar.pos.refunding import refund
from zerobar.pos.refunds import NewRefund
from zerobar.pos.selling import NewSale
from zerobar.pos.selling import begin as begin_sale
from zerobar.pos.store import PosStore
from zerobar.pos.till import Place, Till
from zerobar.purse.money import Fen
from zerobar.purse.purse import Interface
from zerobar.reader import CardLink, InProcessLink, NoCard

__all__ = [
    "anna",
    "bank",
    "bank_database",
    "clock",
    "keys",
    "make_card",
    "offering",
    "partners",
    "sim",
]

pytestmark = pytest.mark.slow
MEANS = {TapPays.SHARED_BALANCE: Means.HOSTED_TAP, TapPays.PURSE: Means.HOSTED_PURSE}


class Cable(httpx.HTTPTransport):
    """A way to the bank that can be pulled after some messages."""

    left: int | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.left is not None:
            if self.left == 0:
                raise httpx.ConnectError("silent")
            self.left -= 1
        return super().handle_request(request)


@pytest.fixture
def shop(offering: Bank) -> Trader:
    return begin(offering)


@pytest.fixture
def cable() -> Cable:
    return Cable()


@pytest.fixture
def till(
    offering: Bank, shop: Trader, clock: Clock, cable: Cable, tmp_path: Path
) -> Iterator[Till]:
    def now() -> float:
        return clock().timestamp()

    key = RequestKey(shop.till_key.id, shop.till_key.private_key)
    with (
        served_bank(offering) as url,
        Outbox(tmp_path / "outbox.db", now) as outbox,
        BankHttp(
            url, key, outbox=outbox, clock_unix_s=now, sleep=lambda _: None, transport=cable
        ) as http,
    ):
        store = PosStore(tmp_path / "pos.db", now, QUICK)
        device_store = DeviceStore(tmp_path / "device.db", lambda: int(now()))
        device = Device(device_store, _no_purse, OperatorOverHttp(http), os.urandom, TILL_CEILING)
        yield Till(
            store=store,
            device=device,
            bank=TillClient(http),
            outbox=outbox,
            resume=http.resume,
            place=Place(shop.shop.id, "北京茶馆", "王府井店", "till 1", "a1"),
            clock_unix_s=now,
            new_id=offering.new_id,
        )
        store.close()
        device_store.close()


def _no_purse() -> CardLink:
    raise NoCard


@pytest.fixture
def loaded(offering: Bank, anna: Holder, sim: Sim) -> Sim:
    """Anna's purse with 200.00, and 1,300.00 in the wallet behind it."""
    grant(offering, anna)
    sim.card.accept(*load(offering, consent(anna), offering.new_id(), anna.wallet, sim.ask(200_00)))
    return sim


def in_field(sim: Sim) -> CardLink:
    """Bring a card into the till's field, anew each time."""
    link = sim.card.link
    assert isinstance(link, InProcessLink)
    return InProcessLink(link._applet, Interface.CONTACTLESS)


def sale_of(till: Till, amount: int = 30_00) -> Sale:
    return begin_sale(till, NewSale(till.new_id(), Fen(amount), "Mei", SHIFT))


def read(till: Till, sale: Sale) -> Sale:
    return till.store.sales.sale(sale.id)


@pytest.mark.parametrize("pays", TapPays)
def test_a_tap_is_final_at_once_and_is_given_back_through_the_bank(
    offering: Bank, till: Till, shop: Trader, anna: Holder, loaded: Sim, pays: TapPays
) -> None:
    sale, before = sale_of(till), balance(offering, anna.wallet)
    step = hosted_road.tap(till, sale.id, lambda: in_field(loaded), pays)
    assert (step.sale.state, step.finality) == (SaleState.PAID, Finality.NOW)
    assert step.sale.means is MEANS[pays]
    again = hosted_road.tap(till, sale.id, lambda: in_field(loaded), pays)
    assert again.sale == step.sale and balance(offering, shop.wallet) == 30_00
    refund(till, sale.id, NewRefund(till.new_id(), Fen(30_00), "", "Mei", SHIFT))
    whole = before if pays is TapPays.SHARED_BALANCE else before + 30_00
    assert balance(offering, anna.wallet) == whole


def test_too_little_in_the_wallet_is_said_at_the_till_and_leaves_the_sale_open(
    offering: Bank, till: Till, anna: Holder, loaded: Sim
) -> None:
    vault = operator_account(offering.operator_id, AccountCode.VAULT)
    move(offering, anna.wallet, vault, Fen(1_290_00), TransferCode.REDEEM)
    sale = sale_of(till)
    step = hosted_road.tap(till, sale.id, lambda: in_field(loaded), TapPays.SHARED_BALANCE)
    assert step.sale.state is SaleState.OPEN and not step.sale.exposed
    assert "余额不足" in step.words.what_happened.zh
    step = hosted_road.tap(till, sale.id, lambda: in_field(loaded), TapPays.PURSE)
    assert step.sale.state is SaleState.PAID


def test_without_a_network_no_card_is_asked(till: Till, cable: Cable, loaded: Sim) -> None:
    sale, cable.left = sale_of(till), 0
    step = hosted_road.tap(till, sale.id, lambda: in_field(loaded), TapPays.PURSE)
    assert step.sale.state is SaleState.OPEN and not step.sale.exposed
    assert int(loaded.card.state(bytes(8)).balance) == 200_00


def test_a_network_that_fails_after_the_tap_leaves_it_unknown_until_the_voucher_is_brought(
    offering: Bank, till: Till, shop: Trader, cable: Cable, loaded: Sim
) -> None:
    sale = sale_of(till)
    cable.left = 2
    step = hosted_road.tap(till, sale.id, lambda: in_field(loaded), TapPays.PURSE)
    assert (step.sale.state, step.finality) == (SaleState.UNKNOWN, Finality.UNKNOWN)
    cable.left = None
    with pytest.raises(MayBePaid):
        hosted_road.tap(till, sale.id, lambda: in_field(loaded), TapPays.SHARED_BALANCE)
    send_all(till.device)
    step = online.ask(till, sale.id)
    assert (step.sale.state, step.sale.means) == (SaleState.PAID, Means.HOSTED_PURSE)
    assert balance(offering, shop.wallet) == 30_00


def test_a_card_that_is_not_there_leaves_the_sale_open(till: Till, loaded: Sim) -> None:
    sale = sale_of(till)
    step = hosted_road.tap(till, sale.id, _no_purse, TapPays.SHARED_BALANCE)
    assert step.sale.state is SaleState.OPEN and not read(till, sale).exposed
