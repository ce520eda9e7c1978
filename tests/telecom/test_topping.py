from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.telecom.conftest import NUMBER, Clock
from zerobar.issuer import AuthorityFile
from zerobar.purse.messages import Kind, Request
from zerobar.purse.money import CNY, Fen
from zerobar.purse.wire import FormError
from zerobar.telecom import (
    Guarantor,
    Line,
    LineStatus,
    Source,
    Telecom,
    TopUp,
    Unplaced,
    account,
    assert_number,
    bill_month,
    check_amount,
    find_top_up,
    number_in,
    open_line,
    read_message,
    read_number,
    reference_of,
    refund,
    suspend_overdue,
    take_money,
    top_up,
    top_ups,
    unplaced,
    voucher_top_up_id,
    write_message,
)
from zerobar.telecom import line as line_now
from zerobar.telecom.binary_sms import MOST_OCTETS
from zerobar.telecom.errors import (
    AmountOutOfRange,
    BadNumber,
    BadReference,
    IdUsed,
    LineClosed,
    OverRefund,
    TopUpUnknown,
)
from zerobar.telecom.topping import put_back

FIRST, SECOND = UUID(int=1), UUID(int=2)


def test_the_same_money_counts_once(telecom: Telecom, line: Line) -> None:
    first = top_up(telecom, FIRST, NUMBER, Fen(5_000), Source.ORDER)
    assert not first.resumed
    assert top_up(telecom, FIRST, NUMBER, Fen(5_000), Source.VOUCHER) == first
    with pytest.raises(IdUsed):
        top_up(telecom, FIRST, NUMBER, Fen(5_001), Source.ORDER)
    assert line_now(telecom, NUMBER).balance_fen == 5_000
    assert len(account(telecom, NUMBER, None, 9)) == 1
    assert [t.id for t in top_ups(telecom, NUMBER, 9)] == [FIRST]


def test_the_same_money_by_many_roads_at_once_counts_once(telecom: Telecom, line: Line) -> None:
    id_ = voucher_top_up_id(b"payer id", 7)
    roads = [
        threading.Thread(
            target=take_money,
            args=(telecom, id_, reference_of(NUMBER), Fen(3_000), Source.VOUCHER),
        )
        for _ in range(6)
    ]
    for road in roads:
        road.start()
    for road in roads:
        road.join()
    assert line_now(telecom, NUMBER).balance_fen == 3_000


def test_the_same_id_for_two_lines_at_once_counts_for_one(telecom: Telecom, line: Line) -> None:
    other = open_line(telecom, "+8613800000002", line.plan).number

    def try_one(turn: int) -> int:
        try:
            top_up(telecom, UUID(int=turn // 2), (NUMBER, other)[turn % 2], Fen(100), Source.ORDER)
        except IdUsed:
            return 1
        return 0

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(try_one, range(2, 10))) == 4
    both = line_now(telecom, NUMBER).balance_fen + line_now(telecom, other).balance_fen
    assert both == 400


def test_vouchers_of_other_entries_and_purses_are_other_top_ups() -> None:
    ids = {
        voucher_top_up_id(payer, entry) for payer in (b"payer 01", b"payer 02") for entry in (1, 2)
    }
    assert len(ids) == 4


@pytest.mark.parametrize(
    "reference, reason",
    [(bytes(8), "bad-reference"), (reference_of("+8613999999999"), "line-unknown")],
)
def test_money_for_nobody_is_kept_apart_once(
    telecom: Telecom, line: Line, reference: bytes, reason: str
) -> None:
    for _ in range(2):
        kept = take_money(telecom, FIRST, reference, Fen(800), Source.VOUCHER)
        assert isinstance(kept, Unplaced) and kept.reason == reason
    assert [u.amount for u in unplaced(telecom, 9)] == [800]


def test_money_that_was_kept_apart_is_not_credited_as_well(telecom: Telecom, line: Line) -> None:
    """It is on its way back: a line that opens later is not to get it too."""
    other = "+8613800000002"
    kept = take_money(telecom, FIRST, reference_of(other), Fen(800), Source.VOUCHER)
    open_line(telecom, other, line.plan)
    assert take_money(telecom, FIRST, reference_of(other), Fen(800), Source.VOUCHER) == kept
    assert line_now(telecom, other).balance_fen == 0
    top_up(telecom, SECOND, NUMBER, Fen(800), Source.VOUCHER)
    with pytest.raises(IdUsed):
        take_money(telecom, SECOND, bytes(8), Fen(800), Source.VOUCHER)


def test_a_closed_line_stays_closed_whatever_comes_back(
    telecom: Telecom, line: Line, clock: Clock
) -> None:
    top_up(telecom, FIRST, NUMBER, Fen(3_900), Source.ORDER)
    refund(telecom, UUID(int=11), FIRST, Fen(3_900))
    bill_month(telecom, "202611")
    clock.advance(days=90)
    suspend_overdue(telecom)
    with telecom.transaction() as connection:
        for _ in range(2):
            put_back(telecom, connection, UUID(int=11))
    now = line_now(telecom, NUMBER)
    assert (now.status, now.balance_fen) == (LineStatus.CLOSED, 0)


def test_a_closed_line_takes_no_money(telecom: Telecom, line: Line, clock: Clock) -> None:
    bill_month(telecom, "202611")
    clock.advance(days=90)
    suspend_overdue(telecom)
    with pytest.raises(LineClosed):
        top_up(telecom, FIRST, NUMBER, Fen(5_000), Source.ORDER)
    kept = take_money(telecom, FIRST, reference_of(NUMBER), Fen(5_000), Source.ORDER)
    assert isinstance(kept, Unplaced) and kept.reason == "line-closed"


def test_a_refund_takes_no_more_off_than_came(telecom: Telecom, line: Line) -> None:
    top_up(telecom, FIRST, NUMBER, Fen(5_000), Source.ORDER)
    assert refund(telecom, UUID(int=11), FIRST, Fen(3_000)).refunded == 3_000
    assert refund(telecom, UUID(int=11), FIRST, Fen(3_000)).refunded == 3_000
    with pytest.raises(IdUsed):
        refund(telecom, UUID(int=11), FIRST, Fen(1))
    with pytest.raises(OverRefund, match="20"):
        refund(telecom, UUID(int=12), FIRST, Fen(2_001))
    with pytest.raises(TopUpUnknown):
        refund(telecom, UUID(int=12), SECOND, Fen(1))
    assert line_now(telecom, NUMBER).balance_fen == 2_000
    assert find_top_up(telecom, FIRST).refunded == 3_000


def test_a_refund_may_leave_the_line_in_arrears(telecom: Telecom, line: Line) -> None:
    bill_month(telecom, "202611")
    top_up(telecom, FIRST, NUMBER, Fen(3_900), Source.ORDER)
    refund(telecom, UUID(int=11), FIRST, Fen(100))
    assert line_now(telecom, NUMBER).overdue_since == telecom.today()


def test_what_is_asked_for_is_a_sensible_amount() -> None:
    check_amount(Fen(5_000))
    for amount in (Fen(99), Fen(500_001)):
        with pytest.raises(AmountOutOfRange):
            check_amount(amount)


@given(st.from_regex(r"\A\+[1-9][0-9]{7,14}\Z"))
def test_a_reference_gives_its_number_back(number: str) -> None:
    assert number_in(reference_of(number)) == number


@given(st.binary(min_size=0, max_size=12))
def test_other_bytes_name_no_line_or_the_one_they_name(raw: bytes) -> None:
    try:
        number = number_in(raw)
    except BadReference:
        return
    assert reference_of(number) == raw


def test_numbers_are_written_as_people_write_them() -> None:
    assert read_number("138 0000 0001") == NUMBER
    assert read_number("+86 138-0000-0001") == NUMBER
    for wrong in ("", "110", "+86", "12800000001x", "+0123456789"):
        with pytest.raises(BadNumber):
            read_number(wrong)


def test_an_assertion_says_what_the_bank_expects(telecom: Telecom, line: Line) -> None:
    key = ECKey.generate_key("P-256")
    text = assert_number(telecom, Guarantor("telecom", "key-1", key), NUMBER, "operator")
    token = jwt.decode(text, key, algorithms=["ES256"])
    assert token.header["kid"] == "key-1"
    claims = token.claims
    assert (claims["iss"], claims["aud"], claims["phone_number"]) == ("telecom", "operator", NUMBER)
    assert claims["exp"] - claims["iat"] <= timedelta(minutes=5).total_seconds()
    again = assert_number(telecom, Guarantor("telecom", "key-1", key), NUMBER, "operator")
    assert jwt.decode(again, key, algorithms=["ES256"]).claims["jti"] != claims["jti"]


def test_a_voucher_travels_in_one_binary_message() -> None:
    operator = AuthorityFile.generate(lambda n: bytes(range(n)), 1_790_000_000).open().operator
    request = Request(
        kind=Kind.PAYMENT,
        payee_id=b"payee id",
        number=1,
        amount=Fen(3_900),
        currency=CNY,
        tag=bytes(4),
        reference=reference_of(NUMBER),
    )
    voucher = operator.voucher(request, 1, bytes(16))
    raw = write_message(voucher, operator.certificate)
    assert len(raw) == 132 <= MOST_OCTETS
    read = read_message(raw)
    assert (read.voucher, read.certificate_hash) == (voucher, operator.certificate.hash)
    for wrong in (
        raw[:-1],
        raw + b"x",
        b"\x06\x05\x04\x00\x00" + raw[5:],
        raw[:7] + b"\x02" + raw[8:],
    ):
        with pytest.raises(FormError):
            read_message(wrong)


def test_what_came_says_by_which_road(telecom: Telecom, line: Line) -> None:
    placed = take_money(telecom, FIRST, reference_of(NUMBER), Fen(800), Source.VOUCHER)
    assert isinstance(placed, TopUp) and placed.source is Source.VOUCHER
