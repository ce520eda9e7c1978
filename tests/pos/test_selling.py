"""Sales on each road, and between them."""

from __future__ import annotations

import random

import pytest

from tests.device.test_taking import DyingLink, Killed
from tests.pos.town import PLACE, SHIFT, TEN_YUAN, Town
from zerobar.codes.vouchers import read_request, request_text, voucher_text
from zerobar.device import RiskCeiling, TooMuchAtRisk, send_all, synchronise
from zerobar.pos import online, purse_road, selling, settling
from zerobar.pos.errors import MayBePaid, SaleConflict, SaleEnded, WrongCode, WrongVoucher
from zerobar.pos.finality import finality_of
from zerobar.pos.model import Finality, Means, Road, SaleState
from zerobar.pos.scanning import take_scanned
from zerobar.pos.selling import NewSale, begin, cancel, give_up
from zerobar.pos.till import Till
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import Fen
from zerobar.reader import CardLink, CardTorn


class TornAway(CardLink):
    """A card that pays and is gone before its answer is here."""

    def __init__(self, inner: CardLink) -> None:
        self.inner, self.left = inner, 2

    def exchange(self, apdu: bytes) -> bytes:
        answer = self.inner.exchange(apdu)
        self.left -= 1
        if self.left == 0:
            raise CardTorn
        return answer

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


def test_a_sale_has_a_number_of_its_own_and_is_begun_once(town: Town, till: Till) -> None:
    first, second = town.sale(), town.sale()
    assert first.number == f"{PLACE.number_head}-260921-000001" != second.number
    again = NewSale(first.id, TEN_YUAN, "Mei", SHIFT)
    assert begin(till, again) == first
    with pytest.raises(SaleConflict):
        begin(till, NewSale(first.id, Fen(9_00), "Mei", SHIFT))
    with pytest.raises(SaleConflict):
        begin(till, NewSale(town.new_id(), TEN_YUAN, "Mei", SHIFT, number=first.number))


# --- both online --------------------------------------------------------------------------------


def test_a_customers_code_is_charged_online_and_final_now(town: Town, till: Till) -> None:
    sale = town.sale()
    step = take_scanned(till, sale.id, town.code())
    assert (step.sale.state, step.sale.means) == (SaleState.PAID, Means.CUSTOMER_CODE)
    assert step.finality is Finality.NOW
    assert step.words.what_happened.zh == "收款¥10.00，已最终到账。"
    assert (step.words.spoken, step.words.spoken.zh) == ("Received 10 yuan", "收款10元")
    assert town.bank.charged == {sale.id: TEN_YUAN}


def test_a_second_scan_of_a_paid_sale_charges_nothing(town: Town, till: Till) -> None:
    sale = town.sale()
    take_scanned(till, sale.id, town.code())
    assert take_scanned(till, sale.id, town.code()).sale.state is SaleState.PAID
    assert town.bank.charged == {sale.id: TEN_YUAN}


def test_the_tills_code_is_asked_about_until_the_customer_has_paid(town: Town, till: Till) -> None:
    sale = town.sale()
    assert online.show_order_code(till, sale.id) == f"code of {sale.number}"
    waiting = online.ask(till, sale.id)
    assert (waiting.sale.state, waiting.finality) == (SaleState.ASKING, Finality.UNKNOWN)
    town.bank.pay_by_code(sale.id)
    paid = online.ask(till, sale.id)
    assert (paid.sale.state, paid.sale.means) == (SaleState.PAID, Means.MERCHANT_CODE)


def test_a_refused_code_leaves_the_sale_open_for_another_road(town: Town, till: Till) -> None:
    sale, code = town.sale(), town.code()
    town.bank.poor.add(code)
    step = take_scanned(till, sale.id, code)
    assert step.sale.state is SaleState.OPEN
    assert step.words.what_happened.zh == "顾客余额不足。"
    assert purse_road.tap(till, sale.id, town.person().in_field).sale.state is SaleState.PAID
    assert town.bank.charged == {}


@pytest.mark.parametrize("messages", range(10))
def test_a_charge_whose_network_is_lost_anywhere_charges_once(
    town: Town, till: Till, messages: int
) -> None:
    sale = town.sale()
    town.network.left = messages
    take_scanned(till, sale.id, town.code())
    town.online()
    for _ in range(2):
        till = town.restart()
        settling.settle_bank(till)
    step = take_scanned(till, sale.id, town.code())
    assert step.sale.state is SaleState.PAID
    assert town.bank.charged == {sale.id: TEN_YUAN}


def test_an_order_that_the_bank_says_no_to_holds_up_no_other(town: Town, till: Till) -> None:
    first, second = town.sale(), town.sale()
    for sale in (first, second):
        online.show_order_code(till, sale.id)
        town.bank.pay_by_code(sale.id)
    del town.bank.orders[str(first.id)]
    settling.settle_bank(till)
    assert town.read(second).state is SaleState.PAID


def test_an_unknown_charge_is_not_handed_over_and_no_tap_may_follow(town: Town, till: Till) -> None:
    sale = town.sale()
    town.network.left = 3
    step = take_scanned(till, sale.id, town.code())
    assert (step.sale.state, step.finality) == (SaleState.UNKNOWN, Finality.UNKNOWN)
    payer = town.person()
    with pytest.raises(MayBePaid, match="already have paid"):
        purse_road.tap(till, sale.id, payer.in_field)
    with pytest.raises(MayBePaid):
        cancel(till, sale.id)
    assert payer.balance() == 200_00


def test_without_a_network_at_first_another_road_is_free_at_once(town: Town, till: Till) -> None:
    sale = town.sale()
    town.offline()
    step = take_scanned(till, sale.id, town.code())
    assert step.sale.state is SaleState.OPEN
    assert "tap" in step.words.next_step
    assert purse_road.tap(till, sale.id, town.person().in_field).sale.state is SaleState.PAID
    town.online()
    till.resume()
    assert town.bank.orders == {}, "the order is not asked for any more"


def test_the_bank_closes_what_was_shown_before_a_card_is_asked(town: Town, till: Till) -> None:
    sale = town.sale()
    online.show_order_code(till, sale.id)
    assert purse_road.tap(till, sale.id, town.person().in_field).sale.means is Means.TAP
    town.bank.pay_by_code(sale.id)
    assert town.bank.charged == {}


def test_what_was_paid_online_meanwhile_is_not_tapped_for(town: Town, till: Till) -> None:
    sale, payer = town.sale(), town.person()
    online.show_order_code(till, sale.id)
    town.bank.pay_by_code(sale.id)
    with pytest.raises(SaleEnded):
        purse_road.tap(till, sale.id, payer.in_field)
    assert town.read(sale).means is Means.MERCHANT_CODE
    assert payer.balance() == 200_00


# --- a tap, with or without network ---------------------------------------------------------------


def test_a_tap_is_final_and_settles_at_sync(town: Town, till: Till) -> None:
    sale = town.sale()
    town.offline()
    step = purse_road.tap(till, sale.id, town.person().in_field)
    assert (step.sale.state, step.finality) == (SaleState.PAID, Finality.AT_SYNC)
    assert "联网同步后结算" in step.words.what_happened.zh
    town.online()
    send_all(till.device)
    assert finality_of(till, town.read(sale)) is Finality.NOW
    assert town.shop.balance() == TEN_YUAN


def test_a_torn_tap_is_tapped_again_and_charges_once(town: Town, till: Till) -> None:
    sale, payer = town.sale(), town.person()
    town.offline()
    torn = purse_road.tap(till, sale.id, lambda: TornAway(payer.in_field()))
    assert torn.finality is Finality.UNKNOWN
    assert torn.words.next_step == "Tap the same card again. It is charged at most once."
    with pytest.raises(MayBePaid):
        take_scanned(till, sale.id, town.code())
    again = purse_road.tap(town.restart(), sale.id, payer.in_field)
    assert again.sale.state is SaleState.PAID
    assert (payer.balance(), town.shop.balance()) == (190_00, 10_00)


def test_a_torn_tap_that_the_customer_syncs_first_comes_by_the_bank(town: Town, till: Till) -> None:
    sale, payer = town.sale(), town.person()
    purse_road.tap(till, sale.id, lambda: TornAway(payer.in_field()))
    synchronise(payer.device)
    settling.sync(till)
    paid = town.read(sale)
    assert (paid.state, paid.means) == (SaleState.PAID, Means.TAP)
    assert (payer.balance(), town.shop.balance()) == (190_00, 10_00)


def test_a_sale_that_was_given_up_and_turns_out_paid_is_said_to_be_late(
    town: Town, till: Till
) -> None:
    sale, payer = town.sale(), town.person()
    purse_road.tap(till, sale.id, lambda: TornAway(payer.in_field()))
    assert give_up(till, sale.id).state is SaleState.GIVEN_UP
    synchronise(payer.device)
    settling.sync(till)
    assert town.read(sale).is_late
    assert online.ask(till, sale.id).words.next_step.zh == "如未交付商品，请退款。"


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_till_that_dies_in_a_tap_goes_on_with_it(
    town: Town, till: Till, dies_at: int, executed: bool
) -> None:
    sale, payer = town.sale(), town.person()
    with pytest.raises(Killed):
        purse_road.tap(
            till, sale.id, lambda: DyingLink(payer.in_field(), dies_at, executed=executed)
        )
    again = town.restart()
    settling.settle_purse(again)
    assert town.read(sale).state is SaleState.UNKNOWN
    assert purse_road.tap(again, sale.id, payer.in_field).sale.state is SaleState.PAID
    assert (payer.balance(), town.shop.balance()) == (190_00, 10_00)


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_till_that_dies_with_its_own_purse_ends_right(
    town: Town, till: Till, dies_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale, payer = town.sale(), town.person()
    with monkeypatch.context() as dying:
        dying.setattr(
            town.shop, "on_contact", lambda: DyingLink(_contact(town), dies_at, executed=True)
        )
        with pytest.raises(Killed):
            purse_road.tap(till, sale.id, payer.in_field)
    again = town.restart()
    settling.settle_purse(again)
    state = town.read(sale).state
    assert state is (SaleState.PAID if dies_at == 3 else SaleState.OPEN)
    purse_road.tap(again, sale.id, payer.in_field)
    assert (payer.balance(), town.shop.balance()) == (190_00, 10_00)


def _contact(town: Town) -> CardLink:
    return type(town.shop).on_contact(town.shop)


def test_a_card_that_refuses_leaves_the_sale_open(town: Town, till: Till) -> None:
    sale = town.sale(Fen(300_00))
    step = purse_road.tap(till, sale.id, town.person().in_field)
    assert step.sale.state is SaleState.OPEN
    assert "needs the PIN" in step.words.what_happened
    assert take_scanned(till, sale.id, town.code()).sale.state is SaleState.PAID


def test_with_the_pin_the_same_sale_goes_on(town: Town, till: Till) -> None:
    sale, payer = town.sale(Fen(300_00)), town.person(Fen(500_00))
    purse_road.tap(till, sale.id, payer.in_field)
    assert purse_road.tap(till, sale.id, payer.in_field, pin="1234").sale.state is SaleState.PAID
    assert payer.balance() == 200_00


def test_no_more_is_taken_offline_than_the_ceiling(town: Town) -> None:
    till = town.restart(RiskCeiling(1, Fen(1_000_00)))
    payer = town.person()
    purse_road.tap(till, town.sale().id, payer.in_field)
    over = town.sale()
    with pytest.raises(TooMuchAtRisk):
        purse_road.tap(till, over.id, payer.in_field)
    assert town.read(over).state is SaleState.OPEN
    with pytest.raises(TooMuchAtRisk):
        purse_road.show_request(till, over.id)


# --- the till offline, the customer online ------------------------------------------------------


def test_a_wallet_pays_the_tills_request_and_its_voucher_is_scanned(town: Town, till: Till) -> None:
    sale = town.sale()
    asked = read_request(request_text(purse_road.show_request(till, sale.id)))
    asked.verify()
    town.offline()
    paid = town.bank_pays(asked.request)
    text = voucher_text(*paid)
    for _ in range(2):
        step = take_scanned(till, sale.id, text)
        assert (step.sale.state, step.finality) == (SaleState.PAID, Finality.AT_SYNC)
        assert step.sale.means is Means.VOUCHER
    assert town.shop.balance() == TEN_YUAN


def test_the_same_request_is_shown_again_and_a_card_may_pay_it(town: Town, till: Till) -> None:
    sale, payer = town.sale(), town.person()
    town.offline()
    shown = purse_road.show_request(till, sale.id)
    till = town.restart()
    assert purse_road.show_request(till, sale.id) == shown
    assert purse_road.tap(till, sale.id, payer.in_field).sale.state is SaleState.PAID
    voucher = town.bank_pays(shown.request)
    step = take_scanned(till, sale.id, voucher_text(*voucher))
    assert step.sale.state is SaleState.PAID
    assert town.shop.balance() == TEN_YUAN, "one request is credited once"


def test_a_voucher_pays_the_sale_that_it_was_asked_for(town: Town, till: Till) -> None:
    first, second = town.sale(), town.sale(Fen(5_00))
    asked = purse_road.show_request(till, first.id)
    step = take_scanned(till, second.id, voucher_text(*town.bank_pays(asked.request)))
    assert step.sale.id == first.id
    assert town.read(second).state is SaleState.OPEN


def test_a_strangers_voucher_pays_nothing(town: Town, till: Till) -> None:
    sale = town.sale()
    other = town.phone(PurseClass.MERCHANT)
    with other.device.purse() as card:
        asked = card.prepare_signed(Kind.PAYMENT, TEN_YUAN, 156, bytes(8))
    with pytest.raises(WrongVoucher):
        take_scanned(till, sale.id, voucher_text(*town.bank_pays(asked.request)))


def test_a_forged_voucher_keeps_nobody_from_paying(town: Town, till: Till) -> None:
    sale = town.sale()
    asked = purse_road.show_request(till, sale.id)
    voucher, certificate = town.bank_pays(asked.request)
    forged = type(voucher).parse(voucher.body + random.Random(1).randbytes(64))
    step = take_scanned(till, sale.id, voucher_text(forged, certificate))
    assert step.sale.state is not SaleState.PAID
    assert take_scanned(till, sale.id, voucher_text(voucher, certificate)).sale.paid_by
    assert town.shop.balance() == TEN_YUAN


@pytest.mark.parametrize(
    "text", ["hello", "01" + "2" * 16, "ZB-V1:AAAA", "000201", "01" + "\u0661" * 17]
)
def test_what_is_no_code_is_said_to_be_none(town: Town, till: Till, text: str) -> None:
    with pytest.raises(WrongCode):
        take_scanned(till, town.sale().id, text)


# --- endings -------------------------------------------------------------------------------------


def test_an_open_sale_is_cancelled(town: Town, till: Till) -> None:
    sale = town.sale()
    assert cancel(till, sale.id).state is SaleState.CANCELLED
    with pytest.raises(SaleEnded):
        take_scanned(till, sale.id, town.code())
    assert selling.cancel(till, sale.id).state is SaleState.CANCELLED


def test_a_shown_order_is_closed_before_the_sale_is_cancelled(town: Town, till: Till) -> None:
    sale = town.sale()
    online.show_order_code(till, sale.id)
    assert cancel(till, sale.id).state is SaleState.CANCELLED
    town.bank.pay_by_code(sale.id)
    assert town.bank.charged == {}


def test_what_a_blocked_card_paid_goes_back_to_it(town: Town, till: Till) -> None:
    payer = town.person()
    blocklist = town.operator.desk.keys.operator.blocklist
    town.operator.deltas.append(blocklist(0, 1, (payer.certificate.id,)))
    settling.sync(till)
    sale = town.sale()
    refused = purse_road.tap(till, sale.id, payer.in_field)
    assert refused.sale.state is SaleState.UNKNOWN
    assert "on the blocklist" in refused.words.what_happened
    assert purse_road.can_give_back(till, refused.sale)
    ended = purse_road.give_back(till, sale.id, payer.in_field)
    assert ended.sale.state is SaleState.CANCELLED
    assert not purse_road.can_give_back(till, ended.sale)
    assert (payer.balance(), town.shop.balance()) == (200_00, 0)


def test_a_sale_knows_its_road(town: Town, till: Till) -> None:
    sale = town.sale()
    online.show_order_code(till, sale.id)
    assert town.read(sale).road is Road.ONLINE
