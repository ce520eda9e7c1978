"""Random days at a till: losses, torn taps, crashes, repeated scans, and what must hold."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.device.conftest import Phone
from tests.device.test_taking import DyingLink, Killed
from tests.pos.test_refunding import new
from tests.pos.test_selling import TornAway
from tests.pos.town import SHIFT, Town
from zerobar.client.errors import ClientError
from zerobar.codes.vouchers import voucher_text
from zerobar.device import DeviceError, synchronise
from zerobar.pos import online, purse_road, selling, settling
from zerobar.pos.closings import Closing
from zerobar.pos.errors import PosError
from zerobar.pos.model import Means, RefundState, Road, Sale, SaleState
from zerobar.pos.reconciling import surpluses
from zerobar.pos.refunding import refund, tap_refund
from zerobar.pos.scanning import take_scanned
from zerobar.pos.selling import NewSale, begin
from zerobar.purse.messages import SignedRequest
from zerobar.purse.money import Fen
from zerobar.reader import CardError, CardLink, Payment

pytestmark = pytest.mark.slow
AMOUNTS = st.integers(1, 60_00)
PICK = st.integers(0, 99)
EXPECTED = (PosError, ClientError, DeviceError, CardError)


class Day(RuleBasedStateMachine):
    """A till, two customers with purses, any number with codes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.town = Town(Path(self.folder.name))
        self.people = [self.town.person(Fen(1_000_00)) for _ in range(2)]
        self.sales: list[Sale] = []
        self.codes: list[str] = []
        self.requests: dict[int, SignedRequest] = {}
        self.vouchers: list[Payment] = []
        self.by_wallet = 0
        self.closings: list[Closing] = []

    # --- the network, the power, the clock ----------------------------------------------------

    @rule(messages=st.one_of(st.none(), st.integers(0, 6)))
    def network(self, messages: int | None) -> None:
        self.town.network.left = messages

    @rule()
    def power_cut(self) -> None:
        self.town.restart()
        settling.settle_purse(self.town.till)

    # --- selling ------------------------------------------------------------------------------

    @rule(amount=AMOUNTS)
    def sell(self, amount: int) -> None:
        sale = NewSale(self.town.new_id(), Fen(amount), "Mei", SHIFT)
        self.sales.append(begin(self.town.till, sale))

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, fresh=st.booleans())
    def scan(self, pick: int, fresh: bool) -> None:
        if fresh or not self.codes:
            self.codes.append(self.town.code())
        self._try(lambda: take_scanned(self.town.till, self._sale(pick).id, self.codes[-1]))

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, pays=st.booleans())
    def show_code(self, pick: int, pays: bool) -> None:
        sale = self._sale(pick)
        if self._try(lambda: online.show_order_code(self.town.till, sale.id)) and pays:
            self.town.bank.pay_by_code(sale.id)

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, who=st.integers(0, 1), how=st.sampled_from(["well", "torn", "dies", "dead"]))
    def tap(self, pick: int, who: int, how: str) -> None:
        payer = self._field(self.people[who], how)
        self._try(lambda: purse_road.tap(self.town.till, self._sale(pick).id, payer))

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, pays=st.booleans())
    def show_request(self, pick: int, pays: bool) -> None:
        sale = self._sale(pick)
        asked = self._try(lambda: purse_road.show_request(self.town.till, sale.id))
        if isinstance(asked, SignedRequest) and pays and asked.request.number not in self.requests:
            self.requests[asked.request.number] = asked
            self.vouchers.append(self.town.bank_pays(asked.request))

    @precondition(lambda self: self.vouchers)
    @rule(pick=PICK)
    def scan_voucher(self, pick: int) -> None:
        text = voucher_text(*self.vouchers[pick % len(self.vouchers)])
        self._try(lambda: take_scanned(self.town.till, self._sale(pick).id, text))

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, gives_up=st.booleans())
    def end(self, pick: int, gives_up: bool) -> None:
        do = selling.give_up if gives_up else selling.cancel
        self._try(lambda: do(self.town.till, self._sale(pick).id))

    # --- refunds, closings, syncs --------------------------------------------------------------

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, amount=AMOUNTS)
    def give_back(self, pick: int, amount: int) -> None:
        sale = self._sale(pick)
        self._try(lambda: refund(self.town.till, sale.id, new(self.town, amount)))

    @precondition(lambda self: self.sales)
    @rule(pick=PICK, who=st.integers(0, 1), how=st.sampled_from(["well", "torn", "dies"]))
    def tap_refund(self, pick: int, who: int, how: str) -> None:
        field = self._field(self.people[who], how)
        for made in self.town.till.store.refunds.of_sale(self._sale(pick).id):
            self._try(partial(tap_refund, self.town.till, made.id, field))

    @rule()
    def close_day(self) -> None:
        self.closings.append(self.town.till.store.closings.close(self.town.new_id(), "Mei"))

    @rule(who=st.integers(0, 2))
    def sync(self, who: int) -> None:
        if who == 2:
            self._try(lambda: settling.settle_bank(self.town.till))
            self._try(lambda: settling.sync(self.town.till))
        else:
            self._try(lambda: synchronise(self.people[who].device))

    # --- what must hold ------------------------------------------------------------------------

    @invariant()
    def no_order_is_charged_twice(self) -> None:
        amounts = {sale.id: sale.amount for sale in self.sales}
        for sale_id, charged in self.town.bank.charged.items():
            assert charged == amounts[sale_id]

    def teardown(self) -> None:
        """The network is back, everything becomes known, and all sides say the same."""
        try:
            self._everything_becomes_known()
            self._till_and_bank_agree()
            self._till_and_purse_agree()
        finally:
            self.town.close()
            self.folder.cleanup()

    def _everything_becomes_known(self) -> None:
        self.town.online()
        for _ in range(3):
            till = self.town.restart()
            settling.settle_bank(till)
            settling.sync(till)
            for phone in self.people:
                synchronise(phone.device)
            for pick in range(len(self.vouchers)):
                self.scan_voucher(pick)

    def _till_and_bank_agree(self) -> None:
        till = self.town.till
        for sale in map(self.town.read, self.sales):
            is_online = sale.means in (Means.CUSTOMER_CODE, Means.MERCHANT_CODE)
            assert is_online == (sale.id in self.town.bank.charged)
            assert sale.state is not SaleState.UNKNOWN or sale.road is Road.PURSE
        online_refunds = {
            made.id: made.amount
            for sale in self.sales
            for made in till.store.refunds.of_sale(sale.id)
            if made.road is Road.ONLINE and made.state is RefundState.DONE
        }
        assert online_refunds == self.town.bank.refunded

    def _till_and_purse_agree(self) -> None:
        till = self.town.till
        self.closings.append(till.store.closings.close(self.town.new_id(), "Mei"))
        taken = sum(closing.totals.taken_by("tap", "voucher") for closing in self.closings)
        given = sum(
            total.amount_fen
            for closing in self.closings
            for total in closing.totals.refunds
            if total.kind == "refund-purse"
        )
        assert surpluses(till) == [], "a sale was paid by its purse and by something else"
        assert self.town.shop.balance() == taken - given
        every = sum(closing.totals.taken for closing in self.closings)
        paid = sum(sale.amount for sale in map(self.town.read, self.sales) if sale.paid_by)
        assert every == paid

    def _sale(self, pick: int) -> Sale:
        return self.sales[-1 - pick % min(len(self.sales), 3)]

    def _try(self, do: Any) -> Any:
        try:
            return do()
        except EXPECTED:
            return None
        except Killed:
            self.power_cut()
            return None

    def _field(self, phone: Phone, how: str) -> Any:
        def dies() -> CardLink:
            return DyingLink(phone.in_field(), 2, executed=True)

        def dead() -> CardLink:
            return DyingLink(phone.in_field(), 1, executed=False)

        fields = {
            "well": phone.in_field,
            "torn": lambda: TornAway(phone.in_field()),
            "dies": dies,
            "dead": dead,
        }
        return fields[how]


TestRandomDays = Day.TestCase
TestRandomDays.settings = settings(
    max_examples=min(500, settings().max_examples // 3),
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
