"""A wallet is opened by an SMS code, asks for money, and sets its SIM up with a PIN of its own.

What every wallet does besides is played in the story, where the telecom vouches for the number.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.bank.programs import Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import CARD_PIN
from tests.screens.wallet.acting import Screen
from tests.screens.wallet.conftest import NewPhone, OpenScreen, ReadingPhone
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow
NEW_CARD_PIN = "97531"


@pytest.mark.parametrize(
    "locale, who",
    [("en", 3), pytest.param("zh-CN", 0, marks=pytest.mark.deep)],
    ids=["en", "zh"],
)
def test_a_wallet_is_opened_by_a_code_and_paid_and_its_sim_set_up(
    new_phone: NewPhone,
    sandbox: Sandbox,
    bea: ReadingPhone,
    open_screen: OpenScreen,
    locale: str,
    who: int,
) -> None:
    phone = new_phone(f"new-{locale}")
    screen = open_screen(phone, locale)
    _open(screen, sandbox, PEOPLE[who].cards[0].phone)
    _be_paid_what_was_asked_for(screen, bea, phone)
    _find_it_in_the_records(screen)
    _set_sim_up(screen)
    screen.sees("从钱包转入 SIM", "From the wallet into the SIM")
    assert phone.get("/balance")["balance_fen"] == 3_00
    assert phone.put("/purse/pin", old_pin=NEW_CARD_PIN, new_pin=CARD_PIN) is None


def _open(screen: Screen, sandbox: Sandbox, number: str) -> None:
    screen.sees("没有信号，也能付款", "Pays with zero bars of signal")
    screen.check_accessible()
    screen.tap("一键开通数字钱包", "Open a wallet in one tap")
    screen.fill("手机号", "Phone number", number.removeprefix("+86"))
    screen.tap("获取验证码", "Send me a code")
    screen.page.get_by_label(screen.word("短信验证码", "Code from the SMS")).wait_for()
    screen.fill("短信验证码", "Code from the SMS", sandbox.code_for(number))
    screen.tap("一键开通数字钱包", "Open a wallet in one tap")
    screen.sees("设置支付密码", "Choose a payment PIN")
    screen.check_accessible()
    screen.choose_pin()
    expect(screen.shown("balance")).to_have_text("¥0.00")
    screen.check_accessible()


def _be_paid_what_was_asked_for(screen: Screen, bea: ReadingPhone, phone: ReadingPhone) -> None:
    screen.tap("收款请求", "Ask for money")
    screen.fill("付款人", "Who pays", bea.get("/phone")["wallet_number"])
    screen.amount("3")
    screen.sees("请求已发送", "The request is sent")
    (asked,) = [one for one in bea.get("/money-requests")["items"] if one["state"] == "open"]
    bea.post("/grant", pin=PIN)
    payee = {"kind": "request", "value": asked["request_id"]}
    bea.post("/payments", id=asked["request_id"], payee=payee, amount_fen=3_00)
    expect(screen.page.locator(".tag", has_text=screen.word("已付款", "paid"))).to_be_visible()
    screen.tap("返回", "Back")
    bell = screen.page.get_by_role("link", name=screen.word("条未读消息", "unread notice"))
    with screen.page.expect_response("**/notices/read"):
        bell.click()
    screen.sees("您请求的 ¥3.00 已付款", "Your request for ¥3.00 is paid")
    screen.check_accessible()
    screen.tap("返回", "Back")
    assert phone.get("/notices")["items"][0]["read"] is True


def _find_it_in_the_records(screen: Screen) -> None:
    screen.tap("全部", "All")
    screen.page.get_by_role("searchbox").fill("3.00")
    expect(screen.page.locator("li.row")).to_have_count(1)
    expect(screen.page.locator("li.row .end")).to_contain_text("¥3.00")
    screen.check_accessible()
    screen.page.get_by_role("searchbox").fill("no such record")
    expect(screen.page.locator("li.row")).to_have_count(0)
    screen.tap("返回", "Back")


def _set_sim_up(screen: Screen) -> None:
    screen.tap("SIM 硬钱包", "SIM hard wallet")
    screen.sees("已找到硬钱包", "Hard wallet found")
    screen.check_accessible()
    screen.tap("下一步", "Next")
    screen.page.locator("main .van-button").click()
    screen.sees("选择限额", "Choose its limits")
    screen.page.get_by_role("radio", name="¥100.00").first.click()
    screen.check_accessible()
    screen.tap("下一步", "Next")
    screen.fill("原密码", "Old PIN", CARD_PIN)
    screen.fill("新密码（4 至 8 位）", "New PIN (4 to 8 digits)", NEW_CARD_PIN)
    screen.fill("再输入一次新密码", "New PIN once more", NEW_CARD_PIN)
    screen.tap("修改密码", "Change the PIN")
