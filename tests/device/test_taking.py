from __future__ import annotations

from uuid import UUID

import pytest

from tests.device.conftest import NO_REFERENCE, DeskOperator, Phone
from zerobar.device import (
    Device,
    RiskCeiling,
    TapUnknown,
    TooMuchAtRisk,
    finish_open,
    give_back,
    go_on,
    load,
    receive,
    take,
)
from zerobar.purse.messages import Kind
from zerobar.purse.money import Fen
from zerobar.reader import CardLink, CardTorn, NoCard, Payment, TapStatus, Terms, collect
from zerobar.reader.refusals import PinNeeded

TERMS = Terms(Fen(1_250), b"order 01")
TAP = UUID(int=1)


class Killed(BaseException):
    """The device's program ends here, as by SIGKILL: nothing after it is executed."""


class DyingLink(CardLink):
    """A link whose device dies at the nth command, before or after the card executed it."""

    def __init__(self, inner: CardLink, dies_at: int, *, executed: bool) -> None:
        self.inner, self.left, self.executed = inner, dies_at, executed

    def exchange(self, apdu: bytes) -> bytes:
        self.left -= 1
        if self.left == 0:
            if self.executed:
                self.inner.exchange(apdu)
            raise Killed
        return self.inner.exchange(apdu)

    def reset(self) -> None:
        self.inner.reset()

    def close(self) -> None:
        self.inner.close()


def test_a_payment_is_final_and_waits_for_the_operator(funded: Phone, shop: Phone) -> None:
    outcome = take(shop.device, TAP, funded.in_field, TERMS)
    assert outcome.status is TapStatus.PAID
    waiting = shop.device.store.outgoing.at_risk()
    assert (waiting.count, waiting.amount) == (1, 1_250)
    assert shop.device.store.taps.open_ids() == []
    assert shop.device.store.taps.outcome(TAP).is_final


@pytest.mark.parametrize("executed", [False, True])
@pytest.mark.parametrize("dies_at", [1, 2])
def test_a_device_that_dies_while_the_payer_pays_charges_once(
    funded: Phone, shop: Phone, dies_at: int, executed: bool
) -> None:
    with pytest.raises(Killed):
        take(
            shop.device,
            TAP,
            lambda: DyingLink(funded.in_field(), dies_at, executed=executed),
            TERMS,
        )
    again = shop.started()
    assert again.store.taps.open_ids() == [TAP]
    assert go_on(again, TAP, funded.in_field).is_final
    assert (funded.balance(), shop.balance()) == (20_000 - 1_250, 1_250)
    assert go_on(again, TAP, funded.in_field).is_final
    assert (funded.balance(), shop.balance()) == (20_000 - 1_250, 1_250)


@pytest.mark.parametrize("executed", [False, True])
def test_a_device_that_dies_while_its_purse_takes_the_voucher_needs_no_payer_again(
    funded: Phone, shop: Phone, executed: bool
) -> None:
    # SELECT and PREPARE are the first two commands of the own purse, ACCEPT is the third.
    dying = Device(
        shop.device.store,
        lambda: DyingLink(shop.on_contact(), 3, executed=executed),
        shop.operator,
        shop.draw.randbytes,
    )
    with pytest.raises(Killed):
        take(dying, TAP, funded.in_field, TERMS)
    again = shop.started()
    assert [outcome.status for outcome in finish_open(again)] == [TapStatus.PAID]
    assert (funded.balance(), shop.balance()) == (20_000 - 1_250, 1_250)
    assert again.store.outgoing.at_risk().count == 1
    assert finish_open(again) == []


@pytest.mark.parametrize("executed", [False, True])
def test_a_voucher_by_code_is_credited_after_its_device_died(
    funded: Phone, shop: Phone, executed: bool
) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(900), 156, NO_REFERENCE)
    paid = collect(funded.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    dying = Device(
        shop.device.store,
        lambda: DyingLink(shop.on_contact(), 2, executed=executed),
        shop.operator,
        shop.draw.randbytes,
    )
    with pytest.raises(Killed):
        receive(dying, TAP, Payment(paid.voucher, paid.certificate))
    assert [outcome.status for outcome in finish_open(shop.started())] == [TapStatus.PAID]
    assert shop.balance() == 900


def test_looking_for_a_card_in_vain_does_not_make_a_torn_tap_certain(
    funded: Phone, shop: Phone
) -> None:
    def dying() -> CardLink:
        return DyingLink(funded.in_field(), 2, executed=True)

    def nobody() -> CardLink:
        raise NoCard

    with pytest.raises(Killed):
        take(shop.device, TAP, dying, TERMS)
    for _ in range(2):
        outcome = go_on(shop.device, TAP, nobody)
        assert outcome.status is TapStatus.TORN_BEFORE_PAY
        assert shop.device.store.taps.open_ids() == [TAP]
    assert go_on(shop.device, TAP, funded.in_field).status is TapStatus.PAID


def test_a_refused_payment_moves_nothing_and_waits_for_nobody(funded: Phone, shop: Phone) -> None:
    outcome = take(shop.device, TAP, funded.in_field, Terms(Fen(60_000), b"too much"))
    assert outcome.status is TapStatus.REFUSED_BY_PAYER
    assert shop.device.store.outgoing.at_risk().count == 0
    assert shop.device.store.taps.open_ids() == []


def test_an_own_purse_that_is_not_there_is_told_before_anything_moves(
    funded: Phone, shop: Phone
) -> None:
    def absent() -> CardLink:
        raise CardTorn

    device = Device(shop.device.store, absent, shop.operator, shop.draw.randbytes)
    assert take(device, TAP, funded.in_field, TERMS).status is TapStatus.NOT_PREPARED
    assert funded.balance() == 20_000


def test_no_more_is_taken_than_the_ceiling_before_the_operator_has_seen_it(
    funded: Phone, shop: Phone
) -> None:
    device = shop.limited(RiskCeiling(count=1, amount=Fen(10_000)))
    take(device, TAP, funded.in_field, TERMS)
    with pytest.raises(TooMuchAtRisk, match="1 payments"):
        take(device, UUID(int=2), funded.in_field, TERMS)
    by_amount = shop.limited(RiskCeiling(count=9, amount=Fen(2_499)))
    with pytest.raises(TooMuchAtRisk):
        take(by_amount, UUID(int=2), funded.in_field, TERMS)
    assert funded.balance() == 20_000 - 1_250


def test_a_voucher_by_another_road_is_credited_once(funded: Phone, shop: Phone) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(900), 156, NO_REFERENCE)
    paid = collect(funded.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    by_code = Payment(paid.voucher, paid.certificate)
    for tap_id in (TAP, UUID(int=2)):
        assert receive(shop.device, tap_id, by_code).is_final
    assert shop.balance() == 900
    assert shop.device.store.outgoing.at_risk().count == 1


def test_a_voided_payment_goes_back_and_its_statement_waits_for_the_operator(
    funded: Phone, shop: Phone
) -> None:
    with shop.device.purse() as card:
        request = card.prepare(Kind.PAYMENT, Fen(900), 156, NO_REFERENCE)
    paid = collect(funded.in_field, request)
    assert paid.voucher is not None and paid.certificate is not None
    give_back(shop.device, funded.in_field, Payment(paid.voucher, paid.certificate))
    assert funded.balance() == 20_000
    (undo,) = shop.device.store.outgoing.unsent_statements()
    assert undo.statement.payer_entry == paid.voucher.entry


def test_an_unknown_tap_is_said_to_be_unknown(funded: Phone, shop: Phone) -> None:
    with pytest.raises(TapUnknown):
        go_on(shop.device, TAP, funded.in_field)


def test_a_payment_over_the_limit_without_pin_goes_on_with_the_pin(
    funded: Phone, shop: Phone, operator: DeskOperator
) -> None:
    load(funded.device, operator, UUID(int=9), Fen(10_000))
    first = take(shop.device, TAP, funded.in_field, Terms(Fen(20_001), b"order 02"))
    assert isinstance(first.error, PinNeeded)
    assert go_on(shop.device, TAP, funded.in_field, pin="1234").is_final
    assert shop.balance() == 20_001
