"""From nothing to a loaded SIM, through the screens alone: once in Chinese, once in English."""

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


@pytest.mark.parametrize("locale, who", [("zh-CN", 0), ("en", 3)], ids=["zh", "en"])
def test_a_wallet_is_opened_funded_and_used_and_its_sim_loaded(
    new_phone: NewPhone,
    sandbox: Sandbox,
    bea: ReadingPhone,
    open_screen: OpenScreen,
    locale: str,
    who: int,
) -> None:
    phone = new_phone(f"new-{locale}")
    screen = open_screen(phone, locale)
    number = PEOPLE[who].cards[0].phone

    _open(screen, sandbox, number)
    _verify(screen, who)
    _bind_and_exchange(screen, who)
    _transfer(screen, bea)
    _show_code(screen)
    _be_paid_what_was_asked_for(screen, bea, phone)
    _set_sim_up(screen)
    _load(screen)
    assert phone.get("/purse")["balance_fen"] == 200_00
    # 500 - 20 + 3 - 200
    assert phone.get("/balance")["balance_fen"] == 283_00
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


def _verify(screen: Screen, who: int) -> None:
    screen.tap("限额与升级", "Limits")
    screen.sees("四类钱包", "Category IV")
    screen.fill("姓名", "Name", PEOPLE[who].name)
    screen.fill("身份证号", "Resident ID number", PEOPLE[who].resident_id)
    screen.page.locator("form button[type=submit]").first.click()
    screen.sees("三类钱包", "Category III")
    screen.sees("实名认证已通过", "Your name is verified")
    screen.tap("返回", "Back")


def _bind_and_exchange(screen: Screen, who: int) -> None:
    card = PEOPLE[who].cards[0].number
    screen.tap("银行卡", "Bank cards")
    screen.fill("银行卡号", "Card number", card)
    screen.page.locator("form button[type=submit]").click()
    screen.sees(f"**** {card[-4:]}", f"**** {card[-4:]}")
    screen.tap("返回", "Back")
    screen.tap("换数币", "Exchange")
    screen.sees(f"**** {card[-4:]}", f"**** {card[-4:]}")
    screen.amount("500")
    screen.check_accessible()
    screen.sees_done("¥500.00")
    screen.check_accessible()
    screen.finish()
    expect(screen.shown("balance")).to_have_text("¥500.00")


def _transfer(screen: Screen, bea: ReadingPhone) -> None:
    screen.tap("转账", "Transfer")
    screen.fill(
        "对方手机号或钱包编号", "Phone or wallet number", bea.get("/phone")["wallet_number"]
    )
    screen.tap("下一步", "Next")
    screen.page.get_by_label(screen.word("留言（可不填）", "Note (optional)")).fill("午餐 lunch")
    screen.amount("20")
    screen.sees_done("¥20.00")
    screen.finish()
    screen.tap("全部", "All")
    screen.page.get_by_role("searchbox").fill("lunch")
    expect(screen.page.locator("li.row")).to_have_count(1)
    expect(screen.page.locator("li.row .end")).to_contain_text("¥20.00")
    screen.check_accessible()
    screen.tap("返回", "Back")


def _show_code(screen: Screen) -> None:
    screen.tap("付款", "Pay")
    screen.tap("开启付款码", "Switch on")
    digits = screen.page.locator("[data-test=digits]")
    expect(digits).to_be_visible()
    shown = digits.inner_text().replace(" ", "")
    assert len(shown) == 19 and shown.startswith("01")
    screen.check_accessible()
    screen.tap("返回", "Back")


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
    bell.click()
    screen.sees("¥3.00", "3.00")
    screen.check_accessible()
    screen.tap("返回", "Back")
    assert phone.get("/notices")["items"][0]["read"] is True


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


def _load(screen: Screen) -> None:
    screen.sees("从钱包转入 SIM", "From the wallet into the SIM")
    screen.amount("200")
    screen.sees_done("¥200.00")
    screen.finish()
    expect(screen.shown("purse")).to_have_text("¥200.00")
    screen.check_accessible()
