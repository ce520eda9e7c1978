from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bank.conftest import Clock
from tests.bank.holders import Holder, balance, fill, grant
from tests.bank.paying.orders import by_phone, order, to
from tests.bank.paying.sellers import SHOP_CODE, Seller, as_payee, open_order
from zerobar.bank.context import Bank
from zerobar.bank.errors import IdUsed, TooMany
from zerobar.bank.paying.engine import pay_now
from zerobar.bank.paying.errors import (
    AmountDiffers,
    NotPayable,
    OwnWallet,
    PayeeMalformed,
    PayeeUnknown,
    RequestUnknown,
)
from zerobar.bank.paying.model import MoneyRequest, NoticeKind, Payee, PayeeKind, RequestState
from zerobar.bank.paying.payees import find_payee, read_payee
from zerobar.bank.paying.reading import mark_notices_read, notices_of
from zerobar.bank.paying.requests import (
    OPEN_FOR,
    ask_for_money,
    cancel_request,
    decline_request,
    read_request,
    requests_of,
)
from zerobar.bank.people.attempts import PACES, AttemptKind
from zerobar.bank.people.masking import NAME_PURPOSE
from zerobar.purse.money import Fen


def ask(bank: Bank, asker: Holder, asked: Holder, amount: int = 30_00) -> MoneyRequest:
    terms = Fen(amount), "half the tea"
    return ask_for_money(bank, asker.person, asker.wallet, bank.new_id(), by_phone(asked), terms)


def answer(request: MoneyRequest) -> Payee:
    return Payee(PayeeKind.REQUEST, str(request.id))


@pytest.fixture
def request_to_payer(bank: Bank, payer: Holder, bea: Holder) -> MoneyRequest:
    """Bea asks Anna, who has money and an open grant."""
    return ask(bank, bea, payer)


def test_what_is_asked_for_is_paid_once(
    bank: Bank, payer: Holder, bea: Holder, request_to_payer: MoneyRequest
) -> None:
    pay_now(bank, order(bank, payer, answer(request_to_payer), 30_00))
    with pytest.raises(NotPayable):
        pay_now(bank, order(bank, payer, answer(request_to_payer), 30_00))
    assert balance(bank, bea.wallet) == 30_00
    now = read_request(bank, bea.person, request_to_payer.id)
    assert now.state(bank.clock()) is RequestState.PAID


def test_both_sides_are_told(
    bank: Bank, payer: Holder, bea: Holder, request_to_payer: MoneyRequest
) -> None:
    (asked,) = notices_of(bank, payer.person, (None, 10))
    assert (asked.kind, asked.subject_id) == (NoticeKind.ASKED, request_to_payer.id)
    pay_now(bank, order(bank, payer, answer(request_to_payer), 30_00))
    (paid,) = notices_of(bank, bea.person, (None, 10))
    assert (paid.kind, paid.amount) == (NoticeKind.REQUEST_PAID, 30_00)
    assert mark_notices_read(bank, bea.person, paid.id) == 0
    (read,) = notices_of(bank, bea.person, (None, 10))
    assert read.read_at == bank.clock()


def test_a_request_is_paid_whole_and_by_who_was_asked(
    bank: Bank, payer: Holder, bea: Holder, request_to_payer: MoneyRequest
) -> None:
    with pytest.raises(AmountDiffers):
        pay_now(bank, order(bank, payer, answer(request_to_payer), 29_00))
    fill(bank, bea.wallet, Fen(100_00))
    grant(bank, bea)
    with pytest.raises(RequestUnknown):
        pay_now(bank, order(bank, bea, answer(request_to_payer), 30_00))


@pytest.mark.parametrize("end", [RequestState.DECLINED, RequestState.CANCELLED])
def test_an_ended_request_is_not_paid(
    bank: Bank, payer: Holder, bea: Holder, request_to_payer: MoneyRequest, end: RequestState
) -> None:
    by, other, ending = (
        (payer, bea, decline_request)
        if end is RequestState.DECLINED
        else (bea, payer, cancel_request)
    )
    with pytest.raises(RequestUnknown):
        ending(bank, other.person, request_to_payer.id)
    for _ in range(2):
        assert ending(bank, by.person, request_to_payer.id).ended is end
    with pytest.raises(NotPayable) as refused:
        pay_now(bank, order(bank, payer, answer(request_to_payer), 30_00))
    assert refused.value.facts == {"state": str(end)}


def test_a_request_expires(
    bank: Bank, payer: Holder, request_to_payer: MoneyRequest, clock: Clock
) -> None:
    clock.advance(seconds=OPEN_FOR.total_seconds())
    grant(bank, payer)
    with pytest.raises(NotPayable):
        pay_now(bank, order(bank, payer, answer(request_to_payer), 30_00))
    with pytest.raises(NotPayable):
        decline_request(bank, payer.person, request_to_payer.id)


def test_paying_and_cancelling_at_once_do_not_both_happen(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    for _ in range(5):
        request = ask(bank, bea, payer, 1_00)
        before = balance(bank, bea.wallet)
        asked = order(bank, payer, answer(request), 1_00)
        with ThreadPoolExecutor(2) as pool:
            paying = pool.submit(pay_now, bank, asked)
            cancelling = pool.submit(cancel_request, bank, bea.person, request.id)
            failed = [paying.exception(), cancelling.exception()]
        assert sum(error is None for error in failed) == 1
        paid = failed[0] is None
        assert balance(bank, bea.wallet) == before + 1_00 * paid
        state = RequestState.PAID if paid else RequestState.CANCELLED
        assert read_request(bank, bea.person, request.id).ended is state


def test_the_same_request_is_made_once(bank: Bank, payer: Holder, bea: Holder) -> None:
    request_id = bank.new_id()
    asked = bank, bea.person, bea.wallet, request_id, by_phone(payer)
    first = ask_for_money(*asked, (Fen(1), "tea"))
    assert ask_for_money(*asked, (Fen(1), "tea")) == first
    with pytest.raises(IdUsed):
        ask_for_money(*asked, (Fen(2), "tea"))
    assert len(notices_of(bank, payer.person, (None, 10))) == 1


def test_nobody_asks_themselves_or_a_stranger_to_both(
    bank: Bank, payer: Holder, bea: Holder, request_to_payer: MoneyRequest, seller: Seller
) -> None:
    with pytest.raises(OwnWallet):
        ask(bank, bea, bea)
    with pytest.raises(RequestUnknown):
        read_request(bank, bank.new_id(), request_to_payer.id)
    assert requests_of(bank, payer.person, payer.wallet, asked=True, page=(None, 10)) == [
        request_to_payer
    ]
    assert requests_of(bank, payer.person, payer.wallet, asked=False, page=(None, 10)) == []


# --- payees -------------------------------------------------------------------------------


def test_a_payer_sees_enough_of_a_payee(bank: Bank, payer: Holder, bea: Holder) -> None:
    found = find_payee(bank, payer.person, by_phone(bea))
    assert (found.name, found.number) == ("138****0002", f"**** {bea.number[-4:]}")
    with bank.connection() as connection:
        connection.execute(
            "UPDATE bank.person SET name_sealed = %s WHERE person_id = %s",
            (bank.sealer.seal("林碧", NAME_PURPOSE), bea.person),
        )
    assert find_payee(bank, payer.person, to(bea)).name == "*碧"


def test_a_payer_sees_a_merchants_name_and_amount(
    bank: Bank, payer: Holder, seller: Seller
) -> None:
    found = find_payee(bank, payer.person, as_payee(open_order(bank, seller, 5_00)))
    assert (found.name, found.amount) == ("茶馆", 5_00)
    shop = find_payee(bank, payer.person, Payee(PayeeKind.SHOP, SHOP_CODE))
    assert (shop.name, shop.amount) == ("茶馆", None)


def test_numbers_are_not_to_be_listed(bank: Bank, payer: Holder) -> None:
    unknown = Payee(PayeeKind.PHONE, "+8613900000000")
    for _ in range(100):
        with pytest.raises(PayeeUnknown):
            find_payee(bank, payer.person, unknown)
    with pytest.raises(TooMany):
        find_payee(bank, payer.person, unknown)


@pytest.mark.parametrize(
    "kind, text",
    [
        (PayeeKind.NUMBER, "0123456789012345"),
        (PayeeKind.PHONE, "12"),
        (PayeeKind.ORDER, "no id"),
        (PayeeKind.REQUEST, ""),
    ],
)
def test_a_mistyped_payee_is_noticed(kind: PayeeKind, text: str) -> None:
    with pytest.raises(PayeeMalformed):
        read_payee(kind, text)


def test_a_phone_number_is_read_however_it_is_written() -> None:
    assert read_payee(PayeeKind.PHONE, "138 0000 0002").value == "+8613800000002"


def test_asking_counts_before_anybody_is_looked_up(
    bank: Bank, payer: Holder, bea: Holder, clock: Clock
) -> None:
    nobody = Payee(PayeeKind.PHONE, "+8613900000000")
    for _ in range(PACES[AttemptKind.ASK_FOR_MONEY].per_day):
        with pytest.raises(PayeeUnknown):
            ask_for_money(bank, payer.person, payer.wallet, bank.new_id(), nobody, (Fen(1), ""))
    for asked in (nobody, by_phone(bea)):
        with pytest.raises(TooMany):
            ask_for_money(bank, payer.person, payer.wallet, bank.new_id(), asked, (Fen(1), ""))
    clock.advance(days=1)
    ask(bank, payer, bea)


def test_a_request_asked_again_does_not_tell_who_has_a_wallet(
    bank: Bank, payer: Holder, bea: Holder
) -> None:
    request = ask(bank, payer, bea)
    for phone in ("+8613900000000", payer.phone):
        other = Payee(PayeeKind.PHONE, phone)
        terms = request.amount, request.memo
        with pytest.raises(IdUsed):
            ask_for_money(bank, payer.person, payer.wallet, request.id, other, terms)


def test_a_request_with_an_orders_id_does_not_end_the_order(
    bank: Bank, payer: Holder, bea: Holder, seller: Seller
) -> None:
    order_id = open_order(bank, seller, 10_00)
    ask_for_money(bank, bea.person, bea.wallet, order_id, by_phone(payer), (Fen(1), "x"))
    cancel_request(bank, bea.person, order_id)
    pay_now(bank, order(bank, payer, as_payee(order_id), 10_00))
    assert balance(bank, seller.wallet) == 10_00
