"""Vouchers for lines, from whoever brings them, by whichever road: each counts once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.telecom.banking import TestBank
from tests.telecom.conftest import NUMBER, Clock
from tests.telecom.purses import Purse, new_purse
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen
from zerobar.purse.suites import P256
from zerobar.telecom import (
    Line,
    Telecom,
    open_line,
    read_message,
    reference_of,
    top_ups,
    unplaced,
    write_message,
)
from zerobar.telecom import line as line_now
from zerobar.telecom import vouchers as rules
from zerobar.telecom.bank import Bank
from zerobar.telecom.errors import TooManyVouchers, VoucherForOthers, VoucherMalformed
from zerobar.telecom.vouchers import (
    BroughtVoucher,
    VoucherState,
    bring_now,
    bring_vouchers,
    collect_settled,
    take_message,
    take_record,
)

AMOUNT = Fen(3_900)
OTHER = "+8613800000002"
FOREVER = 99


def balance(telecom: Telecom, number: str = NUMBER) -> int:
    return line_now(telecom, number).balance_fen


def by_sms(telecom: Telecom, bank: Bank, purse: Purse, voucher: Voucher) -> BroughtVoucher:
    return take_message(telecom, bank, read_message(write_message(voucher, purse.certificate)))


def test_a_voucher_that_is_brought_here_tops_its_line_up_once(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    record = purse.push(AMOUNT, NUMBER)
    told = bring_now(telecom, bank, take_record(telecom, bank, record))
    assert told.state is VoucherState.SETTLED and told.sentence == rules.CREDITED_SENTENCE
    assert bring_now(telecom, bank, take_record(telecom, bank, record)) == told
    assert balance(telecom) == AMOUNT
    assert [t.id for t in top_ups(telecom, NUMBER, 9)] == [told.top_up_id]


def test_a_voucher_waits_here_until_the_bank_is_back(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    books.lose_requests(FOREVER)
    kept = take_record(telecom, bank, purse.push(AMOUNT, NUMBER))
    assert bring_now(telecom, bank, kept).state is VoucherState.WAITING
    books.lose_requests(0)
    assert bring_vouchers(telecom, bank) == 0, "the bank is not asked all the time"
    clock.advance(minutes=2)
    assert bring_vouchers(telecom, bank) == 1
    assert balance(telecom) == AMOUNT


def test_nothing_is_credited_before_the_bank_says_settled(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    books.hold_vouchers = True
    voucher = purse.voucher(AMOUNT, NUMBER)
    kept = take_record(telecom, bank, purse.record(voucher))
    assert bring_now(telecom, bank, kept).state is VoucherState.WAITING
    assert balance(telecom) == 0
    books.settle(voucher.payer_id, voucher.entry)
    clock.advance(minutes=2)
    bring_vouchers(telecom, bank)
    assert balance(telecom) == AMOUNT


def test_a_voucher_by_sms_is_settled_with_the_certificate_that_the_bank_has(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    voucher = purse.voucher(AMOUNT, NUMBER)
    assert by_sms(telecom, bank, purse, voucher).certificate is None
    assert bring_vouchers(telecom, bank) == 0
    books.certificates[purse.certificate.hash] = purse.certificate
    clock.advance(minutes=2)
    assert bring_vouchers(telecom, bank) == 1
    assert balance(telecom) == AMOUNT


def test_a_certificate_that_another_road_brings_serves_the_sms_as_well(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    voucher = purse.voucher(AMOUNT, NUMBER)
    by_sms(telecom, bank, purse, voucher)
    assert take_record(telecom, bank, purse.record(voucher)).certificate is not None
    assert bring_vouchers(telecom, bank) == 1
    assert balance(telecom) == AMOUNT


def test_what_others_brought_to_the_bank_is_collected(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    for _ in range(250):  # more than a page
        books.take(purse.push(Fen(100), NUMBER))
    books.take(purse.record(purse.voucher(Fen(77), NUMBER, payee_id=b"somebody")))
    assert collect_settled(telecom, bank) == 250
    assert balance(telecom) == 25_000
    assert collect_settled(telecom, bank) == 0


def test_a_voucher_for_somebody_else_is_not_taken(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    record = purse.record(purse.voucher(AMOUNT, NUMBER, payee_id=b"somebody"))
    with pytest.raises(VoucherForOthers):
        take_record(telecom, bank, record)


@pytest.mark.parametrize("length", [0, 116, 252, 254])
def test_what_is_no_voucher_is_not_taken(telecom: Telecom, bank: Bank, length: int) -> None:
    with pytest.raises(VoucherMalformed):
        take_record(telecom, bank, bytes(length))


def test_a_voucher_with_another_purses_certificate_is_not_taken(
    telecom: Telecom, bank: Bank, purse: Purse
) -> None:
    other = new_purse(2).certificate
    with pytest.raises(VoucherMalformed, match="another purse"):
        take_record(telecom, bank, bytes(purse.voucher(AMOUNT, NUMBER)) + bytes(other))


def test_a_forged_voucher_ends_refused_and_does_not_stand_in_the_way(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    voucher = purse.voucher(AMOUNT, NUMBER)
    forger = new_purse(3)
    same_body = voucher.signed(lambda body: P256.sign(forger.private_key, body))
    for forged in (purse.forged(voucher), same_body):
        told = bring_now(telecom, bank, take_record(telecom, bank, purse.record(forged)))
        assert told.state is VoucherState.REFUSED
    bring_now(telecom, bank, take_record(telecom, bank, purse.record(voucher)))
    assert balance(telecom) == AMOUNT


def test_two_vouchers_under_one_number_are_one_payment(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    """A cloned card pays twice under one number: what the bank has settled counts, once."""
    open_line(telecom, OTHER, line.plan)
    first = purse.voucher(AMOUNT, NUMBER)
    second = purse.signed(replace(first, reference=reference_of(OTHER)))
    states = [
        bring_now(telecom, bank, take_record(telecom, bank, purse.record(each))).state
        for each in (first, second)
    ]
    assert states == [VoucherState.SETTLED, VoucherState.REFUSED]
    assert (balance(telecom), balance(telecom, OTHER)) == (AMOUNT, 0)


def test_the_second_of_two_is_credited_as_the_bank_kept_it(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse
) -> None:
    open_line(telecom, OTHER, line.plan)
    first = purse.voucher(AMOUNT, NUMBER)
    books.take(purse.record(first))
    second = purse.signed(replace(first, reference=reference_of(OTHER)))
    told = bring_now(telecom, bank, take_record(telecom, bank, purse.record(second)))
    assert told.state is VoucherState.REFUSED
    assert (balance(telecom), balance(telecom, OTHER)) == (AMOUNT, 0)


def test_a_voucher_whose_number_paid_somebody_else_is_refused_in_the_end(
    telecom: Telecom, bank: Bank, books: TestBank, line: Line, purse: Purse, clock: Clock
) -> None:
    elsewhere = purse.voucher(AMOUNT, NUMBER, payee_id=b"somebody")
    books.take(purse.record(elsewhere))
    mine = purse.signed(replace(elsewhere, payee_id=bank.biller_id))
    kept = take_record(telecom, bank, purse.record(mine))
    assert bring_now(telecom, bank, kept).state is VoucherState.WAITING
    clock.advance(days=1)
    bring_vouchers(telecom, bank)
    assert bring_now(telecom, bank, kept).state is VoucherState.REFUSED
    assert balance(telecom) == 0


def test_money_for_no_line_is_kept_apart_and_stays_so(
    telecom: Telecom, bank: Bank, line: Line, purse: Purse
) -> None:
    record = purse.push(AMOUNT, OTHER)
    told = bring_now(telecom, bank, take_record(telecom, bank, record))
    assert told.state is VoucherState.SETTLED and "no line" in told.sentence
    open_line(telecom, OTHER, line.plan)
    assert collect_settled(telecom, bank) == 0
    bring_now(telecom, bank, take_record(telecom, bank, record))
    assert balance(telecom, OTHER) == 0
    assert [(u.reason, u.amount) for u in unplaced(telecom, 9)] == [("line-unknown", AMOUNT)]


def test_no_more_vouchers_are_kept_than_there_is_room_for(
    telecom: Telecom, bank: Bank, purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_WAITING", 2)
    records = [purse.push(AMOUNT, NUMBER) for _ in range(3)]
    for record in (*records[:2], *records[:2]):
        take_record(telecom, bank, record)
    with pytest.raises(TooManyVouchers):
        take_record(telecom, bank, records[2])


ROADS = st.sampled_from(["record", "sms", "till to bank", "collect", "work"])
TROUBLE = st.sampled_from(["none", "none", "lose request", "lose answer", "hold"])


@pytest.mark.slow
@pytest.mark.usefixtures("line")
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ROADS, TROUBLE), max_size=10))
def test_by_whichever_roads_a_voucher_comes_it_counts_once(
    telecom: Telecom,
    bank: Bank,
    books: TestBank,
    clock: Clock,
    purse: Purse,
    way: list[tuple[str, str]],
) -> None:
    """Nothing is kept in this process between two steps: each of them may be after a restart."""
    voucher, before = purse.voucher(AMOUNT, NUMBER), balance(telecom)
    for road, trouble in way:
        make_trouble(books, trouble)
        go(road, telecom, bank, books, purse, voucher)
        assert balance(telecom) in (before, before + AMOUNT)
        clock.advance(minutes=11)
    make_trouble(books, "none")
    for road in ("till to bank", "record", "work", "collect"):
        clock.advance(minutes=11)
        go(road, telecom, bank, books, purse, voucher)
    assert balance(telecom) == before + AMOUNT
    assert bring_vouchers(telecom, bank) == 0


def make_trouble(books: TestBank, trouble: str) -> None:
    books.lose_requests(8 if trouble == "lose request" else 0)
    books.lose_answers(8 if trouble == "lose answer" else 0)
    books.hold_vouchers = trouble == "hold"


def go(
    road: str, telecom: Telecom, bank: Bank, books: TestBank, purse: Purse, voucher: Voucher
) -> None:
    match road:
        case "record":
            kept = take_record(telecom, bank, purse.record(voucher))
            bring_now(telecom, bank, kept)
        case "sms":
            by_sms(telecom, bank, purse, voucher)
        case "till to bank":
            books.take(purse.record(voucher))
        case "work":
            bring_vouchers(telecom, bank)
        case "collect" if not books._lost_requests and not books._lost_answers:
            collect_settled(telecom, bank)
