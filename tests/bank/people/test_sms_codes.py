from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.bank.conftest import Clock
from tests.bank.doubles import Doubles
from tests.bank.people.asking import PHONE, new_code
from tests.sandbox.running import running_sandbox
from zerobar.bank.context import Bank
from zerobar.bank.errors import TooMany
from zerobar.bank.partners import PartnerUnavailable
from zerobar.bank.people.attempts import PACES, AttemptKind
from zerobar.bank.people.errors import BadPhoneNumber, CodeOver, WrongCode
from zerobar.bank.people.sms_codes import MOST_TRIES, Purpose, send_code, use_code


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_is_good_for_one_thing_however_often_that_is_asked(
    bank: Bank, partners: Doubles
) -> None:
    code, wanted = new_code(bank, partners), bank.new_id()
    use_code(bank, PHONE, Purpose.SIGN_IN, code, wanted)
    use_code(bank, PHONE, Purpose.SIGN_IN, code, wanted)
    with pytest.raises(CodeOver):
        use_code(bank, PHONE, Purpose.SIGN_IN, code, bank.new_id())


def test_a_code_opens_nothing_but_its_purpose(bank: Bank, partners: Doubles) -> None:
    code = new_code(bank, partners)
    with pytest.raises(CodeOver):
        use_code(bank, PHONE, Purpose.NEW_PIN, code, bank.new_id())


def test_a_code_is_valid_for_five_minutes(bank: Bank, partners: Doubles, clock: Clock) -> None:
    code, wanted = new_code(bank, partners), bank.new_id()
    clock.advance(minutes=4, seconds=59)
    use_code(bank, PHONE, Purpose.SIGN_IN, code, wanted)
    clock.advance(seconds=1)
    with pytest.raises(CodeOver):
        use_code(bank, PHONE, Purpose.SIGN_IN, code, wanted)


def test_a_code_is_void_after_five_wrong_tries(bank: Bank, partners: Doubles) -> None:
    code = new_code(bank, partners)
    left = []
    for _ in range(MOST_TRIES):
        with pytest.raises(WrongCode) as wrong:
            use_code(bank, PHONE, Purpose.SIGN_IN, other_than(code), bank.new_id())
        left.append(wrong.value.facts["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(CodeOver):
        use_code(bank, PHONE, Purpose.SIGN_IN, code, bank.new_id())


def test_no_more_than_five_wrong_tries_are_made_at_once(bank: Bank, partners: Doubles) -> None:
    wrong = other_than(new_code(bank, partners))

    def attempt(_: int) -> type[Exception] | None:
        try:
            use_code(bank, PHONE, Purpose.SIGN_IN, wrong, bank.new_id())
        except (WrongCode, CodeOver) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(attempt, range(20)))
    assert outcomes.count(WrongCode) == MOST_TRIES
    assert outcomes.count(CodeOver) == 15


def test_a_new_code_makes_the_one_before_void(bank: Bank, partners: Doubles, clock: Clock) -> None:
    first = new_code(bank, partners)
    clock.advance(minutes=1)
    second = new_code(bank, partners)
    assert first != second
    with pytest.raises(WrongCode):
        use_code(bank, PHONE, Purpose.SIGN_IN, first, bank.new_id())
    use_code(bank, PHONE, Purpose.SIGN_IN, second, bank.new_id())


def test_one_code_a_minute_is_sent_to_a_phone(bank: Bank, partners: Doubles, clock: Clock) -> None:
    new_code(bank, partners)
    clock.advance(seconds=40)
    with pytest.raises(TooMany) as soon:
        send_code(bank, PHONE, Purpose.SIGN_IN)
    assert soon.value.retry_after_s == 20
    clock.advance(seconds=20)
    new_code(bank, partners)


def test_ten_codes_a_day_are_sent_to_a_phone_and_the_day_ends_at_midnight_in_china(
    bank: Bank, partners: Doubles, clock: Clock
) -> None:
    for _ in range(10):
        new_code(bank, partners)
        clock.advance(minutes=1)
    with pytest.raises(TooMany) as over:
        send_code(bank, PHONE, Purpose.SIGN_IN)
    # The clock began at noon in China.
    assert over.value.retry_after_s == 12 * 3600 - 10 * 60
    clock.advance(seconds=over.value.retry_after_s)
    new_code(bank, partners)


def test_codes_that_others_ask_for_do_not_use_up_those_for_a_new_pin(
    bank: Bank, partners: Doubles, clock: Clock
) -> None:
    for _ in range(PACES[AttemptKind.SMS_CODE].per_day):
        new_code(bank, partners)
        clock.advance(minutes=1)
    with pytest.raises(TooMany):
        send_code(bank, PHONE, Purpose.SIGN_IN)
    send_code(bank, PHONE, Purpose.NEW_PIN)


def test_one_network_has_so_many_messages_a_day_whatever_the_numbers(
    bank: Bank, partners: Doubles, clock: Clock
) -> None:
    most = PACES[AttemptKind.SMS_CODE_FROM].per_day
    for number in range(most):
        send_code(bank, f"+8613900{number:06d}", Purpose.SIGN_IN, "192.0.2.1/32")
    with pytest.raises(TooMany):
        send_code(bank, "+8613911111111", Purpose.SIGN_IN, "192.0.2.1/32")
    assert len(partners.sms.sent) == most
    send_code(bank, "+8613911111111", Purpose.SIGN_IN, "192.0.2.2/32")
    clock.advance(days=1)
    send_code(bank, "+8613922222222", Purpose.SIGN_IN, "192.0.2.1/32")


def test_a_try_counts_although_no_message_could_be_sent(bank: Bank, partners: Doubles) -> None:
    partners.sms.away = True
    with pytest.raises(PartnerUnavailable):
        send_code(bank, PHONE, Purpose.SIGN_IN)
    with pytest.raises(TooMany):
        send_code(bank, PHONE, Purpose.SIGN_IN)


def test_the_database_does_not_know_the_code(bank: Bank, partners: Doubles) -> None:
    code = new_code(bank, partners)
    with bank.connection() as connection:
        (stored,) = connection.execute("SELECT sms_code::text FROM bank.sms_code").fetchall()
    assert code not in stored[0] and code.encode().hex() not in stored[0]


@pytest.mark.parametrize("phone", ["", "12345", "+8601062345678", "+4915112345678", "x" * 300])
def test_a_code_goes_only_to_mobile_numbers_of_mainland_china(bank: Bank, phone: str) -> None:
    with pytest.raises(BadPhoneNumber):
        send_code(bank, phone, Purpose.SIGN_IN)


def test_a_phone_number_is_the_same_however_it_is_written(bank: Bank, partners: Doubles) -> None:
    send_code(bank, "139 0000-0007", Purpose.SIGN_IN)
    assert partners.sms.sent[-1][0] == PHONE


@pytest.mark.parametrize(
    "purpose, chinese, english",
    [
        (Purpose.SIGN_IN, "用于登录您的钱包", "sign in to your wallet"),
        (Purpose.NEW_PIN, "用于重设支付密码", "set a new payment PIN"),
    ],
)
def test_a_message_says_what_it_is_for_in_chinese_then_in_english(
    bank: Bank, partners: Doubles, purpose: Purpose, chinese: str, english: str
) -> None:
    send_code(bank, PHONE, purpose)
    ((_, text),) = partners.sms.sent
    assert 0 < text.index(chinese) < text.index(english)
    use_code(bank, PHONE, purpose, partners.sms.code_for(PHONE), bank.new_id())


def test_the_sandbox_s_inbox_finds_the_code(
    bank: Bank, partners: Doubles, tmp_path: Path, clock: Clock
) -> None:
    send_code(bank, PHONE, Purpose.SIGN_IN)
    ((_, text),) = partners.sms.sent
    with running_sandbox(tmp_path / "sandbox.db", clock) as sandbox:
        sandbox.post("/sms/messages", json={"phone": PHONE, "text": text}).raise_for_status()
        (message,) = sandbox.get("/sms/messages", params={"phone": PHONE}).json()
    assert (message["text"], message["code"]) == (text, partners.sms.code_for(PHONE))
