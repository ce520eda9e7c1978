"""Money back: in full and in part, each refund once."""

from __future__ import annotations

import pytest

from tests.device.test_taking import DyingLink, Killed
from tests.pos.test_selling import TornAway
from tests.pos.town import SHIFT, TEN_YUAN, Town
from zerobar.device import Device, send_all, synchronise
from zerobar.pos import purse_road, settling
from zerobar.pos.errors import NotRefundable, RefundConflict, SaleConflict, WrongCard
from zerobar.pos.model import Refund, RefundState, Sale
from zerobar.pos.refunding import refund, tap_refund
from zerobar.pos.refunds import NewRefund
from zerobar.pos.scanning import take_scanned
from zerobar.pos.selling import NewSale, begin
from zerobar.pos.till import Till
from zerobar.purse.money import Fen
from zerobar.reader import CardLink, CardTorn


def new(town: Town, amount: int, reason: str = "cold noodles") -> NewRefund:
    return NewRefund(town.new_id(), Fen(amount), reason, "Mei", SHIFT)


def paid_online(town: Town) -> Sale:
    return take_scanned(town.till, town.sale().id, town.code()).sale


@pytest.mark.parametrize("messages", range(5))
def test_an_online_refund_whose_answer_is_lost_is_given_once(
    town: Town, till: Till, messages: int
) -> None:
    sale, wanted = paid_online(town), new(town, 4_00)
    town.network.left = messages
    refund(till, sale.id, wanted)
    town.online()
    settling.settle_bank(town.restart())
    made, words = refund(town.till, sale.id, wanted)
    assert (made.state, words.spoken.zh) == (RefundState.DONE, "退款4元")
    assert list(town.bank.refunded.values()) == [4_00]


def test_parts_go_back_until_nothing_is_left(town: Town, till: Till) -> None:
    sale = paid_online(town)
    first, _ = refund(till, sale.id, new(town, 4_00))
    second, _ = refund(till, sale.id, new(town, 6_00))
    assert first.number != second.number
    with pytest.raises(NotRefundable) as left:
        refund(till, sale.id, new(town, 1))
    assert left.value.what_happened.zh == "该交易可退金额为¥0.00。"
    assert sum(town.bank.refunded.values()) == TEN_YUAN


def test_one_id_is_one_refund(town: Town, till: Till) -> None:
    sale, wanted = paid_online(town), new(town, 4_00)
    refund(till, sale.id, wanted)
    other = NewRefund(wanted.id, Fen(5_00), "", "Mei", SHIFT)
    with pytest.raises(RefundConflict):
        refund(till, sale.id, other)
    assert sum(town.bank.refunded.values()) == 4_00


def test_an_id_is_of_a_sale_or_of_a_refund(town: Town, till: Till) -> None:
    sale, wanted = paid_online(town), new(town, 4_00)
    with pytest.raises(RefundConflict):
        refund(till, sale.id, NewRefund(sale.id, Fen(1_00), "", "Mei", SHIFT))
    refund(till, sale.id, wanted)
    with pytest.raises(SaleConflict):
        begin(till, NewSale(wanted.id, TEN_YUAN, "Mei", SHIFT))


def test_what_is_not_paid_is_not_given_back(town: Town, till: Till) -> None:
    with pytest.raises(NotRefundable):
        refund(till, town.sale().id, new(town, 1))


class Tapped:
    """A sale that a card paid, and a refund of it that waits for the card."""

    def __init__(self, town: Town) -> None:
        self.town, self.payer = town, town.person()
        self.sale = purse_road.tap(town.till, town.sale().id, self.payer.in_field).sale
        self.refund, words = refund(town.till, self.sale.id, new(town, 4_00))
        assert words.next_step == "Tap the card that paid."

    def tap(self) -> Refund:
        return tap_refund(self.town.till, self.refund.id, self.payer.in_field)[0]

    def balances(self) -> tuple[int, int]:
        return self.payer.balance(), self.town.shop.balance()


@pytest.fixture
def tapped(town: Town) -> Tapped:
    return Tapped(town)


def test_a_refund_by_tap_needs_no_network_and_is_given_once(town: Town, tapped: Tapped) -> None:
    town.offline()
    for _ in range(3):
        made = tapped.tap()
        assert (made.state, made.is_in_hand) == (RefundState.DONE, True)
    assert tapped.balances() == (194_00, 6_00)


def test_another_card_gets_nothing(town: Town, tapped: Tapped) -> None:
    stranger = town.person()
    with pytest.raises(WrongCard):
        tap_refund(town.till, tapped.refund.id, stranger.in_field)
    assert stranger.balance() == 200_00
    assert tapped.tap().is_in_hand


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_a_till_that_dies_at_the_customers_card_goes_on_with_it(
    town: Town, tapped: Tapped, dies_at: int, executed: bool
) -> None:
    field = lambda: DyingLink(tapped.payer.in_field(), dies_at, executed=executed)  # noqa: E731
    with pytest.raises(Killed):
        tap_refund(town.till, tapped.refund.id, field)
    town.restart()
    assert tapped.tap().is_in_hand
    assert tapped.balances() == (194_00, 6_00)


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_till_that_dies_at_its_own_purse_pays_once(
    town: Town, tapped: Tapped, dies_at: int, executed: bool
) -> None:
    contact = town.shop.on_contact
    dying = Device(
        town.till.device.store,
        lambda: DyingLink(contact(), dies_at, executed=executed),
        town.till.device.operator,
        town.draw.randbytes,
    )
    object.__setattr__(town.till, "device", dying)
    with pytest.raises(Killed):
        tapped.tap()
    town.restart()
    assert tapped.tap().is_in_hand
    assert tapped.balances() == (194_00, 6_00)


def test_a_refund_that_the_card_did_not_wait_for_comes_by_its_sync(
    town: Town, tapped: Tapped
) -> None:
    made, words = tap_refund(
        town.till, tapped.refund.id, lambda: _gone_after(tapped.payer.in_field(), 2)
    )
    assert made.state is RefundState.DONE and not made.is_in_hand
    assert "下次同步" in words.next_step.zh
    send_all(town.till.device)
    settling.sync(town.till)
    synchronise(tapped.payer.device)
    assert tapped.balances() == (194_00, 6_00)


def _gone_after(link: CardLink, commands: int) -> CardLink:
    torn = TornAway(link)
    torn.left = commands
    return _NoMore(torn)


class _NoMore(CardLink):
    """A card that left: nothing reaches it any more."""

    def __init__(self, inner: TornAway) -> None:
        self.inner = inner

    def exchange(self, apdu: bytes) -> bytes:
        if self.inner.left <= 0:
            raise CardTorn
        answer = self.inner.inner.exchange(apdu)
        self.inner.left -= 1
        return answer

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


def test_a_purse_without_the_money_refuses_and_says_so(town: Town, tapped: Tapped) -> None:
    other = town.person()
    sale = purse_road.tap(town.till, town.sale(Fen(150_00)).id, other.in_field).sale
    with town.till.device.purse() as own:
        own.pay(town.operator.desk.unload_request(Fen(155_00)))
    big, _ = refund(town.till, sale.id, new(town, 150_00))
    made, words = tap_refund(town.till, big.id, other.in_field)
    assert made.state is RefundState.ASKED
    assert words.what_happened == "There is not enough money in the purse."
    assert other.balance() == 50_00
