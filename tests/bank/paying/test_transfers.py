from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from msgspec.structs import replace as changed

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant, new_key, open_holder
from tests.bank.paying.orders import by_phone, order, to
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed
from zerobar.bank.paying import store
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import (
    InsufficientBalance,
    NotYourWallet,
    OwnWallet,
    PayeeFull,
    PayeeNotOpen,
    PayeeUnknown,
)
from zerobar.bank.paying.model import NoticeKind, Payee, PayeeKind
from zerobar.bank.people.errors import OverLimit, PinNeeded, WalletClosed, WalletFrozen
from zerobar.bank.people.model import Category
from zerobar.bank.people.wallets import Freezer, freeze_wallet
from zerobar.bank.signatures import KeyUnknown, SignatureWrong, TimeOff
from zerobar.purse.money import Fen


def test_money_moves_and_leaves_a_record_with_the_evidence(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    asked = order(bank, payer, to(bea), 20_00)
    paid = pay_now(bank, asked)
    assert (balance(bank, payer.wallet), balance(bank, bea.wallet)) == (2_980_00, 20_00)
    with bank.connection() as connection:
        stored = store.payment(connection, asked.payment_id)
    assert stored == paid
    assert stored.evidence.signed_bytes == asked.claim.signed_bytes
    assert stored.evidence.body == asked.claim.body


def test_a_phone_number_pays_the_main_wallet(bank: Bank, payer: Holder, bea: Holder) -> None:
    paid = pay_now(bank, order(bank, payer, by_phone(bea), 1))
    assert paid.payee_wallet_id == bea.wallet


def test_the_payee_is_told(bank: Bank, payer: Holder, bea: Holder) -> None:
    paid = pay_now(bank, order(bank, payer, to(bea), 5_00, memo="for the tea"))
    with bank.connection() as connection:
        (told,) = store.notices_of_person(connection, bea.person, None, 10)
    assert (told.kind, told.subject_id, told.amount) == (NoticeKind.RECEIVED, paid.id, 5_00)
    assert told.text == "for the tea" and told.read_at is None


def test_the_same_order_pays_once(bank: Bank, payer: Holder, bea: Holder, clock: Clock) -> None:
    asked = order(bank, payer, to(bea), 7_00)
    first = pay_now(bank, asked)
    clock.advance(seconds=10)
    assert pay_now(bank, asked) == first
    assert balance(bank, bea.wallet) == 7_00
    with bank.connection() as connection:
        assert len(store.notices_of_person(connection, bea.person, None, 10)) == 1


def test_the_same_order_is_answered_after_the_grant_has_ended(
    bank: Bank, payer: Holder, bea: Holder, clock: Clock
) -> None:
    asked = order(bank, payer, to(bea), 7_00)
    first = pay_now(bank, asked)
    clock.advance(minutes=20)
    again = order(bank, payer, to(bea), 7_00, payment_id=asked.payment_id)
    assert pay_now(bank, again) == first


@pytest.mark.parametrize("change", [{"amount": 7_01}, {"memo": "other"}])
def test_an_id_is_for_one_payment(
    bank: Bank, payer: Holder, bea: Holder, change: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {"amount": 7_00, "memo": "one"}
    first = order(bank, payer, to(bea), **asked)
    pay_now(bank, first)
    with pytest.raises(IdUsed):
        pay_now(bank, order(bank, payer, to(bea), **asked | change, payment_id=first.payment_id))
    assert balance(bank, bea.wallet) == 7_00


def test_too_little_money_is_told_with_what_is_missing(
    bank: Bank, anna: Holder, bea: Holder
) -> None:
    fill(bank, anna.wallet, Fen(30_00))
    grant(bank, anna)
    asked = order(bank, anna, to(bea), 50_00)
    for _ in range(2):
        with pytest.raises(InsufficientBalance) as refused:
            pay_now(bank, asked)
        assert refused.value.facts == {"shortfall_fen": 20_00}
    assert balance(bank, bea.wallet) == 0


def test_a_payment_keeps_to_the_limit_of_one(bank: Bank, payer: Holder, bea: Holder) -> None:
    pay_now(bank, order(bank, payer, to(bea), 2_000_00))
    with pytest.raises(OverLimit) as refused:
        pay_now(bank, order(bank, payer, to(bea), 2_000_01))
    assert refused.value.facts["limit"] == "per-payment"


def test_payments_keep_to_the_limit_of_a_day_in_china(
    bank: Bank, payer: Holder, bea: Holder, clock: Clock
) -> None:
    fill(bank, payer.wallet, Fen(5_000_00))
    for amount in (2_000_00, 2_000_00, 999_99):
        pay_now(bank, order(bank, payer, to(bea), amount))
    with pytest.raises(OverLimit) as refused:
        pay_now(bank, order(bank, payer, to(bea), 2))
    assert refused.value.facts == {"limit": "per-day", "limit_fen": 5_000_00, "left_fen": 1}
    pay_now(bank, order(bank, payer, to(bea), 1))
    # It is noon in China: the next day begins in twelve hours.
    clock.advance(hours=12)
    grant(bank, payer)
    pay_now(bank, order(bank, payer, to(bea), 2))


def test_the_payee_holds_no_more_than_it_may(bank: Bank, payer: Holder, bea: Holder) -> None:
    fill(bank, bea.wallet, Fen(9_999_00))
    with pytest.raises(PayeeFull):
        pay_now(bank, order(bank, payer, to(bea), 1_01))
    pay_now(bank, order(bank, payer, to(bea), 1_00))
    assert balance(bank, bea.wallet) == 10_000_00


def test_a_wallet_of_a_higher_category_holds_more(bank: Bank, payer: Holder) -> None:
    carl = open_holder(bank, "+8613800000003", Category.III)
    fill(bank, carl.wallet, Fen(10_000_00))
    pay_now(bank, order(bank, payer, to(carl), 1_01))


def test_without_the_pin_nothing_moves(bank: Bank, anna: Holder, bea: Holder) -> None:
    fill(bank, anna.wallet, Fen(30_00))
    with pytest.raises(PinNeeded):
        pay_now(bank, order(bank, anna, to(bea), 1))


def test_the_pin_is_asked_again_after_five_minutes(
    bank: Bank, payer: Holder, bea: Holder, clock: Clock
) -> None:
    clock.advance(minutes=5)
    asked = order(bank, payer, to(bea), 1)
    with pytest.raises(PinNeeded):
        pay_now(bank, asked)
    grant(bank, payer)
    assert pay_now(bank, asked).id == asked.payment_id


def test_a_frozen_wallet_neither_pays_nor_is_paid(bank: Bank, payer: Holder, bea: Holder) -> None:
    freeze_wallet(bank, bea.wallet, Freezer.HOLDER)
    with pytest.raises(PayeeNotOpen):
        pay_now(bank, order(bank, payer, to(bea), 1))
    freeze_wallet(bank, payer.wallet, Freezer.HOLDER)
    with pytest.raises(WalletFrozen):
        pay_now(bank, order(bank, payer, to(bea), 1))


def test_a_closed_wallet_neither_pays_nor_is_paid(bank: Bank, payer: Holder, bea: Holder) -> None:
    _close(bank, bea)
    with pytest.raises(PayeeNotOpen):
        pay_now(bank, order(bank, payer, to(bea), 1))
    _close(bank, payer)
    with pytest.raises(WalletClosed):
        pay_now(bank, order(bank, payer, to(bea), 1))


def _close(bank: Bank, holder: Holder) -> None:
    with bank.connection() as connection:
        connection.execute(
            "UPDATE bank.wallet SET closed_at = %s WHERE wallet_id = %s",
            (bank.clock(), holder.wallet),
        )


@pytest.mark.parametrize(
    "payee",
    [
        Payee(PayeeKind.NUMBER, "0000000000000000"),
        Payee(PayeeKind.PHONE, "+8613900000000"),
        Payee(PayeeKind.ORDER, "01900000-0000-7000-8000-000000000000"),
        Payee(PayeeKind.REQUEST, "01900000-0000-7000-8000-000000000000"),
        Payee(PayeeKind.SHOP, "nobody"),
    ],
)
def test_nobody_cannot_be_paid(bank: Bank, payer: Holder, payee: Payee) -> None:
    with pytest.raises(PayeeUnknown):
        pay_now(bank, order(bank, payer, payee, 1))


def test_a_wallet_does_not_pay_itself(bank: Bank, payer: Holder) -> None:
    with pytest.raises(OwnWallet):
        pay_now(bank, order(bank, payer, to(payer), 1))


def test_somebody_elses_wallet_does_not_pay(bank: Bank, payer: Holder, bea: Holder) -> None:
    grant(bank, bea)
    with pytest.raises(NotYourWallet):
        pay_now(bank, order(bank, bea, to(bea), 1, wallet=payer.wallet))


def test_a_changed_order_does_not_pay(bank: Bank, payer: Holder, bea: Holder) -> None:
    asked = order(bank, payer, to(bea), 1)
    body = asked.claim.signed_bytes.replace(b'"amount_fen": 1', b'"amount_fen": 9')
    with pytest.raises(SignatureWrong):
        pay_now(bank, changed(asked, claim=changed(asked.claim, signed_bytes=body)))


def test_an_unknown_key_does_not_pay(bank: Bank, payer: Holder, bea: Holder) -> None:
    stranger = replace(payer, key=new_key(bank))
    with pytest.raises(KeyUnknown):
        pay_now(bank, order(bank, stranger, to(bea), 1))


@pytest.mark.parametrize("late_s", [-301, 301])
def test_an_order_of_another_time_does_not_pay(
    bank: Bank, payer: Holder, bea: Holder, late_s: int
) -> None:
    with pytest.raises(TimeOff) as refused:
        pay_now(bank, order(bank, payer, to(bea), 1, late_s=late_s))
    assert refused.value.facts == {"server_time_unix_s": int(bank.clock().timestamp())}
