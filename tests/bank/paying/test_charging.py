from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import pytest

from tests.bank.conftest import Clock
from tests.bank.funding.cards import Funded
from tests.bank.holders import Holder, balance, grant, move
from tests.bank.paying.conftest import MONEY
from tests.bank.paying.orders import order, signed, to
from tests.bank.paying.sellers import Seller, as_payee, charge, open_order
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.funding.store import set_auto_top_up
from zerobar.bank.paying import codes
from zerobar.bank.paying.charging import (
    WAITS_FOR,
    confirmation_order,
    decline_charge,
    pay_by_code,
    waiting_for,
)
from zerobar.bank.paying.codes import MOST_FAILURES, EnrolledCode, enrol_code, set_limit
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import (
    AlreadyRefused,
    CodesBlocked,
    CodeUsed,
    CodeWrong,
    ConfirmationEnded,
    ConfirmationNeeded,
    ConfirmationUnknown,
    InsufficientBalance,
    NotYourWallet,
)
from zerobar.bank.paying.model import Authority, Payment, confirmed_id
from zerobar.bank.paying.reading import outcome_for
from zerobar.bank.people.devices import revoke_device
from zerobar.bank.people.errors import PinNeeded, WalletFrozen
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.codes.customer import derive_code
from zerobar.purse.money import Fen


@pytest.fixture
def enrolled(bank: Bank, payer: Holder) -> EnrolledCode:
    return enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())


def shown(bank: Bank, enrolled: EnrolledCode, sequence: int = 0) -> str:
    """What the phone shows now."""
    now = int(bank.clock().timestamp())
    return derive_code(enrolled.secret, enrolled.handle, now, sequence)


def test_a_code_pays_without_the_pin(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    clock.advance(hours=1)
    asked = charge(bank, seller, open_order(bank, seller, 38_00), shown(bank, enrolled))
    paid = pay_by_code(bank, asked)
    assert (paid.authority, paid.payer_wallet_id) == (Authority.CODE, payer.wallet)
    assert paid.evidence.signed_bytes == asked.signed.signed_bytes
    assert balance(bank, seller.wallet) == 38_00
    assert pay_by_code(bank, asked) == paid


def test_a_charge_is_answered_long_after_its_code_has_expired(
    bank: Bank, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    asked = charge(bank, seller, open_order(bank, seller, 1_00), shown(bank, enrolled))
    paid = pay_by_code(bank, asked)
    clock.advance(minutes=30)
    assert pay_by_code(bank, asked) == paid
    other = charge(bank, seller, asked.order_id, "0" * 19, asked.payment_id)
    with pytest.raises(IdUsed):
        pay_by_code(bank, other)


def test_a_code_pays_once_however_many_tills_have_read_it(
    bank: Bank, seller: Seller, enrolled: EnrolledCode
) -> None:
    code = shown(bank, enrolled)
    charges = [charge(bank, seller, open_order(bank, seller, 1_00), code) for _ in range(6)]

    def attempt(place: int) -> bool:
        try:
            return bool(pay_by_code(bank, charges[place]))
        except CodeUsed:
            return False

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    assert balance(bank, seller.wallet) == 1_00


def test_a_refused_charge_is_told_again_as_refused(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    move(bank, payer.wallet, bea.wallet, MONEY, TransferCode.TRANSFER)
    asked = charge(bank, seller, open_order(bank, seller, 1_00), shown(bank, enrolled))
    with pytest.raises(InsufficientBalance):
        pay_by_code(bank, asked)
    clock.advance(minutes=5)
    with pytest.raises(AlreadyRefused) as refused:
        pay_by_code(bank, asked)
    assert refused.value.facts == {"refusal": "insufficient-balance"}


def test_a_step_has_more_than_one_code(bank: Bank, seller: Seller, enrolled: EnrolledCode) -> None:
    for sequence in (0, 1):
        order_id = open_order(bank, seller, 1_00)
        pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled, sequence)))
    assert balance(bank, seller.wallet) == 2_00


def test_an_old_code_does_not_pay(
    bank: Bank, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    code = shown(bank, enrolled)
    clock.advance(seconds=90)
    with pytest.raises(CodeWrong):
        pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 1_00), code))


def test_guessing_is_stopped(
    bank: Bank, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    order_id = open_order(bank, seller, 1_00)
    wrong = f"01{enrolled.handle}0{(int(shown(bank, enrolled)[11:]) + 1) % 10**8:08d}"
    for _ in range(MOST_FAILURES):
        with pytest.raises(CodeWrong):
            pay_by_code(bank, charge(bank, seller, order_id, wrong))
    with pytest.raises(CodesBlocked) as refused:
        pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled)))
    assert refused.value.retry_after_s == 3600
    clock.advance(hours=1)
    pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 1), shown(bank, enrolled)))


def test_enrolling_needs_the_pin_and_gives_the_same_again(
    bank: Bank, payer: Holder, clock: Clock
) -> None:
    secret_id = bank.new_id()
    first = enrol_code(bank, payer.person, payer.wallet, payer.key.id, secret_id)
    assert enrol_code(bank, payer.person, payer.wallet, payer.key.id, secret_id) == first
    clock.advance(minutes=6)
    with pytest.raises(PinNeeded):
        enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())


def test_enrolling_anew_ends_the_old_codes(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    newer = enrol_code(bank, payer.person, payer.wallet, payer.key.id, bank.new_id())
    order_id = open_order(bank, seller, 1_00)
    with pytest.raises(CodeWrong):
        pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled)))
    pay_by_code(bank, charge(bank, seller, order_id, shown(bank, newer)))


def test_a_lost_phones_codes_end_with_its_key(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    revoke_device(bank, payer.session, payer.key.id)
    with pytest.raises(CodeWrong):
        pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 1), shown(bank, enrolled)))


def test_a_frozen_wallets_code_does_not_pay(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    freeze_wallet(bank, payer.wallet, Freezer.HOLDER)
    for amount in (1_00, 600_00):
        order_id = open_order(bank, seller, amount)
        with pytest.raises(WalletFrozen):
            pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled)))


def test_the_holder_chooses_what_a_code_pays(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    set_limit(bank, payer.person, payer.wallet, payer.key.id, Fen(10_00))
    pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 10_00), shown(bank, enrolled)))
    order_id = open_order(bank, seller, 10_01)
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled, 1)))


def confirm(bank: Bank, holder: Holder, payment_id: UUID) -> Payment:
    """What the phone sends when the holder agrees."""
    path = f"/v1/confirmations/{payment_id}"
    return pay_now(
        bank, confirmation_order(bank, payment_id, signed(bank, holder, path, payment_id, {}))
    )


def test_a_large_amount_waits_for_the_holder(
    bank: Bank, payer: Holder, seller: Seller, enrolled: EnrolledCode, clock: Clock
) -> None:
    amount = int(codes.USUAL_LIMIT) + 1
    asked = charge(bank, seller, open_order(bank, seller, amount), shown(bank, enrolled))
    for _ in range(2):
        with pytest.raises(ConfirmationNeeded):
            pay_by_code(bank, asked)
    assert balance(bank, seller.wallet) == 0
    (waiting,) = waiting_for(bank, payer.person, payer.wallet)
    assert (waiting.id, waiting.amount) == (asked.payment_id, amount)
    paid = confirm(bank, payer, waiting.id)
    assert (paid.id, paid.authority) == (confirmed_id(asked.payment_id), Authority.HOLDER)
    assert confirm(bank, payer, waiting.id) == pay_by_code(bank, asked) == paid
    assert balance(bank, seller.wallet) == amount
    assert waiting_for(bank, payer.person, payer.wallet) == []
    with pytest.raises(ConfirmationEnded):
        decline_charge(bank, payer.person, waiting.id)
    clock.advance(minutes=10)
    assert pay_by_code(bank, asked) == paid


@pytest.fixture
def waiting_id(bank: Bank, seller: Seller, enrolled: EnrolledCode) -> UUID:
    """A charge above the limit."""
    asked = charge(bank, seller, open_order(bank, seller, 600_00), shown(bank, enrolled))
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, asked)
    return asked.payment_id


def test_what_waits_needs_the_pin_and_the_holder(
    bank: Bank, payer: Holder, bea: Holder, waiting_id: UUID, clock: Clock
) -> None:
    grant(bank, bea)
    with pytest.raises(NotYourWallet):
        confirm(bank, bea, waiting_id)
    with pytest.raises(ConfirmationUnknown):
        decline_charge(bank, bea.person, waiting_id)
    with bank.connection() as connection:
        connection.execute("DELETE FROM bank.pin_grant WHERE wallet_id = %s", (payer.wallet,))
    with pytest.raises(PinNeeded):
        confirm(bank, payer, waiting_id)


def test_what_was_declined_is_not_paid(
    bank: Bank, payer: Holder, seller: Seller, waiting_id: UUID
) -> None:
    for _ in range(2):
        decline_charge(bank, payer.person, waiting_id)
    with pytest.raises(ConfirmationEnded) as refused:
        confirm(bank, payer, waiting_id)
    assert refused.value.facts == {"state": "declined"}
    assert balance(bank, seller.wallet) == 0


def test_what_waits_too_long_is_not_paid(
    bank: Bank, payer: Holder, waiting_id: UUID, clock: Clock
) -> None:
    clock.advance(seconds=WAITS_FOR.total_seconds())
    with pytest.raises(ConfirmationEnded):
        confirm(bank, payer, waiting_id)
    assert waiting_for(bank, payer.person, payer.wallet) == []


def test_a_code_that_asked_for_confirmation_is_used(
    bank: Bank, seller: Seller, enrolled: EnrolledCode, waiting_id: UUID
) -> None:
    for amount in (1_00, 600_00):
        order_id = open_order(bank, seller, amount)
        with pytest.raises(CodeUsed):
            pay_by_code(bank, charge(bank, seller, order_id, shown(bank, enrolled)))


def test_the_holder_cannot_use_up_a_charges_id_by_another_payment(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    asked = charge(bank, seller, open_order(bank, seller, 900_00), shown(bank, enrolled))
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, asked)
    pay_now(bank, order(bank, payer, to(bea), 1, payment_id=asked.payment_id))
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, asked)
    confirm(bank, payer, asked.payment_id)
    assert pay_by_code(bank, asked).payee_wallet_id == seller.wallet
    assert balance(bank, seller.wallet) == 900_00


def test_a_charge_is_answered_with_no_payment_but_its_orders(
    bank: Bank, seller: Seller, enrolled: EnrolledCode
) -> None:
    asked = charge(bank, seller, open_order(bank, seller, 1_00), shown(bank, enrolled))
    pay_by_code(bank, asked)
    with pytest.raises(IdUsed):
        pay_by_code(bank, replace(asked, order_id=open_order(bank, seller, 1_00)))


def test_what_was_confirmed_in_vain_is_told_as_refused(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller, enrolled: EnrolledCode
) -> None:
    asked = charge(bank, seller, open_order(bank, seller, 900_00), shown(bank, enrolled))
    with pytest.raises(ConfirmationNeeded):
        pay_by_code(bank, asked)
    move(bank, payer.wallet, bea.wallet, MONEY, TransferCode.TRANSFER)
    with pytest.raises(InsufficientBalance):
        confirm(bank, payer, asked.payment_id)
    with pytest.raises(AlreadyRefused) as refused:
        pay_by_code(bank, asked)
    assert refused.value.facts == {"refusal": "insufficient-balance"}
    assert waiting_for(bank, payer.person, payer.wallet) == []
    told = outcome_for(bank, payer.person, asked.payment_id)
    assert (told.payment, told.refusal) == (None, "insufficient-balance")


def test_a_holder_asks_by_the_charges_id_what_became_of_it(
    bank: Bank, payer: Holder, waiting_id: UUID
) -> None:
    paid = confirm(bank, payer, waiting_id)
    assert outcome_for(bank, payer.person, waiting_id).payment == paid


# --- with auto top-up -----------------------------------------------------------------------


@pytest.fixture
def topping(funded: Funded) -> Funded:
    """Anna has two cards, nothing in her wallet, and lets the cards pay what it lacks."""
    with funded.bank.connection() as connection:
        set_auto_top_up(connection, funded.holder.wallet, True)
    return funded


def test_a_used_code_takes_nothing_from_the_card(topping: Funded, seller: Seller) -> None:
    bank, holder = topping.bank, topping.holder
    enrolled = enrol_code(bank, holder.person, holder.wallet, holder.key.id, bank.new_id())
    code = shown(bank, enrolled)
    pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 1_00), code))
    assert topping.on_card() == 999_00
    with pytest.raises(CodeUsed):
        pay_by_code(bank, charge(bank, seller, open_order(bank, seller, 400_00), code))
    assert (topping.on_card(), topping.in_wallet) == (999_00, 0)


def test_what_is_refused_for_ever_takes_nothing_from_the_card(
    funded: Funded, seller: Seller
) -> None:
    bank, holder = funded.bank, funded.holder
    asked = order(bank, holder, as_payee(open_order(bank, seller, 70_00)), 70_00)
    with pytest.raises(InsufficientBalance):
        pay_now(bank, asked)
    with bank.connection() as connection:
        set_auto_top_up(connection, holder.wallet, True)
    with pytest.raises(AlreadyRefused):
        pay_now(bank, asked)
    assert (funded.on_card(), funded.in_wallet) == (1_000_00, 0)
