"""A page that is opened anew: while its program is stopped, and while a payment is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.bank.programs import Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import LonePhone
from tests.phone.wires import Wire
from tests.screens.wallet.conftest import OpenScreen, ReadingPhone
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow


@pytest.fixture
def second(folder: Path, road: Wire, bea: ReadingPhone) -> Iterator[LonePhone]:
    """Another phone of the same person, without a SIM."""
    del bea
    with LonePhone(folder, f"http://{road.address}", "second") as phone:
        yield phone


def test_the_page_opens_while_its_program_is_stopped_and_says_what_works(
    bea: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen = open_screen(bea, "en", keeps_copy=True)
    expect(screen.shown("balance")).to_contain_text("¥")
    screen.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    bea.stop()
    screen.sees("", "This phone's program does not answer.")
    screen.page.reload()
    screen.sees("", "This device's program does not answer.")
    screen.sees("", "with the phone off it still pays by tap")
    screen.check_accessible()
    bea.start()
    screen.tap("", "Try again")
    expect(screen.shown("balance")).to_contain_text("¥")


def test_a_payment_without_an_answer_survives_a_reload_and_is_paid_once(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    bea.post("/grant", pin=PIN)
    had, carl_had = (phone.get("/balance")["balance_fen"] for phone in (bea, carl))
    screen = open_screen(bea)
    screen.tap("转账", "")
    screen.fill("对方手机号或钱包编号", "", carl.get("/phone")["wallet_number"])
    screen.tap("下一步", "")
    screen.page.locator(".pad").wait_for()
    bea.road.lose_answer_to(b"POST /v1/payments")
    screen.amount("9")
    screen.sees("结果未知", "")
    expect(screen.page.get_by_role("button", name="再查一次")).to_be_visible()
    screen.check_accessible()
    screen.page.reload()
    screen.tap("1 笔操作结果未知", "")
    bea.road.mend()
    screen.tap("再查一次", "")
    screen.sees_done("¥9.00")
    screen.finish()
    expect(screen.shown("balance")).to_contain_text("¥")
    assert bea.get("/balance")["balance_fen"] == had - 9_00
    assert carl.get("/balance")["balance_fen"] == carl_had + 9_00


def test_a_second_phone_signs_in_and_is_asked_for_the_pin_before_it_pays(
    second: LonePhone,
    sandbox: Sandbox,
    bea: ReadingPhone,
    carl: ReadingPhone,
    open_screen: OpenScreen,
) -> None:
    number = PEOPLE[1].cards[0].phone
    screen = open_screen(second, "en")
    screen.tap("", "I have a wallet")
    screen.fill("", "Phone number", number.removeprefix("+86"))
    screen.tap("", "Send me a code")
    code, refusal = screen.page.get_by_label("Code from the SMS"), screen.page.get_by_role("alert")
    code.or_(refusal).wait_for()
    if refusal.is_visible():
        # Bea's own phone was sent one a moment ago, and a minute has to lie between two.
        (seconds,) = re.findall(r"Try again in ([0-9]+) seconds", refusal.inner_text())
        screen.page.wait_for_timeout(int(seconds) * 1000)
        screen.tap("", "Send me a code")
    screen.page.get_by_label("Code from the SMS").wait_for()
    screen.fill("", "Code from the SMS", sandbox.code_for(number))
    screen.tap("", "I have a wallet")
    expect(screen.shown("balance")).to_contain_text("¥")
    screen.tap("", "Transfer")
    screen.fill("", "Phone or wallet number", carl.get("/phone")["wallet_number"])
    screen.tap("", "Next")
    screen.amount("1")
    screen.sees("", "Enter your payment PIN")
    screen.check_accessible()
    screen.fill("", "Payment PIN", "000000")
    expect(screen.page.get_by_role("alert")).to_be_visible()
    screen.enter_pin()
    screen.sees_done("¥1.00")
