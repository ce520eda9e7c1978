from __future__ import annotations

import pytest

from tests.reader.fields import LossyLink, field, nobody
from tests.reader.world import NONCE, OPERATOR, REFERENCE, VALIDITY, Purse, new_purse
from zerobar.purse.messages import Kind, PurseClass
from zerobar.purse.money import CNY, Fen
from zerobar.purse.purse import Interface
from zerobar.reader.card import Payment
from zerobar.reader.errors import CardTorn, NoCard
from zerobar.reader.outcome import TapStatus
from zerobar.reader.recover import open_numbers, recover
from zerobar.reader.tap import Terms, tap

INTERFACES = pytest.mark.parametrize("interface", Interface)


@pytest.fixture
def customer() -> Purse:
    return new_purse(balance=100_00)


@pytest.fixture
def till() -> Purse:
    return new_purse(PurseClass.MERCHANT)


def pay_without_delivering(customer: Purse, till: Purse, *amounts: int) -> list[Payment]:
    requests = [till.card().prepare(Kind.PAYMENT, Fen(a), CNY, REFERENCE) for a in amounts]
    return [customer.card(Interface.CONTACTLESS).pay(request) for request in requests]


@INTERFACES
def test_what_was_paid_and_forgotten_is_found_and_credited_newest_first(
    customer: Purse, till: Purse, interface: Interface
) -> None:
    pay_without_delivering(customer, till, 1, 2, 3)
    recovery = recover(field(customer, interface), till.card(), NONCE)
    assert recovery.error is None
    assert [o.status for o in recovery.outcomes] == [TapStatus.PAID] * 3
    assert [o.voucher.amount for o in recovery.outcomes if o.voucher] == [3, 2, 1]
    assert (customer.balance, till.balance) == (99_94, 6)
    assert recover(field(customer, interface), till.card(), NONCE).outcomes == ()


@INTERFACES
def test_only_what_is_for_this_till_and_still_open_is_taken(
    customer: Purse, till: Purse, interface: Interface
) -> None:
    other = new_purse(PurseClass.MERCHANT)
    pay_without_delivering(customer, other, 50, 51, 52, 53)
    assert tap(field(customer), till.card(), Terms(Fen(7), REFERENCE)).is_final
    voided, _ = pay_without_delivering(customer, till, 11, 13)
    till.card().void(*voided)
    unload = OPERATOR.unload_request(1, Fen(5), b"tag!", REFERENCE)
    customer.card().pay(unload)
    recovery = recover(field(customer, interface), till.card(), NONCE)
    assert [o.voucher.amount for o in recovery.outcomes if o.voucher] == [13]
    assert till.balance == 7 + 13


@INTERFACES
def test_a_request_that_was_never_paid_is_not_paid_now(
    customer: Purse, till: Purse, interface: Interface
) -> None:
    till.card().prepare(Kind.PAYMENT, Fen(5), CNY, REFERENCE)
    assert recover(field(customer, interface), till.card(), NONCE).outcomes == ()
    assert customer.balance == 100_00


@INTERFACES
def test_what_was_read_before_the_card_left_is_credited_all_the_same(
    customer: Purse, till: Purse, interface: Interface
) -> None:
    pay_without_delivering(customer, till, 1, 2, 3)
    # In a field: SELECT, numbers 3 and 2. On contact: SELECT, STATE, entries 4 and 3.
    heard = 3 if interface is Interface.CONTACTLESS else 4
    link = LossyLink(field(customer, interface)(), heard)
    recovery = recover(lambda: link, till.card(), NONCE)
    assert isinstance(recovery.error, CardTorn)
    assert [o.voucher.amount for o in recovery.outcomes if o.voucher] == [3, 2]
    again = recover(field(customer, interface), till.card(), NONCE)
    assert [o.voucher.amount for o in again.outcomes if o.voucher] == [1]
    assert till.balance == 6


def test_when_no_card_comes_the_error_is_kept(till: Purse) -> None:
    recovery = recover(nobody(NoCard()), till.card(), NONCE)
    assert recovery.outcomes == ()
    assert isinstance(recovery.error, NoCard)


def test_a_voucher_in_the_log_that_was_synced_is_still_found_in_a_field(
    customer: Purse, till: Purse
) -> None:
    pay_without_delivering(customer, till, 9)
    card = customer.card()
    state = card.state(NONCE)
    card.sync_ack(OPERATOR.acknowledge(state, VALIDITY.not_before_day * 86400))
    # On contact only the log above the last sync is read: the operator has what is below.
    assert recover(field(customer, Interface.CONTACT), till.card(), NONCE).outcomes == ()
    assert len(recover(field(customer), till.card(), NONCE).outcomes) == 1


def test_the_open_numbers_are_those_not_settled_in_the_window(customer: Purse, till: Purse) -> None:
    assert open_numbers(till.state()) == []
    payments = pay_without_delivering(customer, till, *range(1, 31))
    for voucher, certificate in payments[::2]:
        till.card().accept(voucher, certificate)
    for _ in range(40):
        till.card().prepare(Kind.PAYMENT, Fen(1), CNY, REFERENCE)
    expected = [n for n in range(70, 70 - 64, -1) if n > 30 or n % 2 == 0]
    assert open_numbers(till.state()) == expected
