"""A day on which everything has a network: wallets, a shop, a phone bill, and SIMs set up."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.screens.story.theatre import RECEIVED, Play
from tests.screens.wallet.acting import Screen
from zerobar.demo.town.people import ALICES_CARD, MONTHLY_FEN, PEOPLE

BOS_NUMBER = PEOPLE[1].number.removeprefix("+86")
CARDS_PHONE = "Number that the card's bank knows (optional)"
FINAL = ("已最终到账", "Final now")


def play_online(play: Play) -> None:
    for screen in (play.alice, play.bo):
        _open_in_one_tap(screen)
    _verify_bind_and_raise(play.alice)
    _exchange(play.alice)
    _transfer(play)
    _pay_the_shops_code(play)
    _show_own_code_and_get_a_part_back(play)
    _top_the_line_up(play)
    _save(play)
    _see_the_suspended_line(play.bo)
    for who, screen in (("bo", play.bo), ("alice", play.alice)):
        play.grant(who)
        _set_sim_up(screen)
    _load(play)


def _open_in_one_tap(screen: Screen) -> None:
    """The telecom vouches for the number: there is no code to be sent or typed."""
    path = screen.page.get_by_role("navigation")
    expect(path).to_contain_text(screen.word("基础服务", "Basic services"))
    screen.sees("由运营商担保", "your telecom vouches for it")
    screen.tap("一键开通数字钱包", "Open a wallet in one tap")
    screen.sees("设置支付密码", "Choose a payment PIN")
    screen.choose_pin()
    expect(screen.shown("balance")).to_have_text("¥0.00")


def _verify_bind_and_raise(screen: Screen) -> None:
    screen.tap("限额与升级", "Limits")
    screen.sees("四类钱包", "Category IV")
    screen.fill("姓名", "Name", ALICES_CARD.holder)
    screen.fill("身份证号", "Resident ID number", ALICES_CARD.resident_id)
    screen.page.locator("form button[type=submit]").first.click()
    screen.sees("实名认证已通过", "Your name is verified")
    screen.sees("三类钱包", "Category III")
    screen.tap("返回", "Back")
    screen.tap("银行卡", "Bank cards")
    # A list that comes later would move the button away from under the finger.
    screen.sees("还没有绑定银行卡", "No bank card is bound")
    screen.fill("银行卡号", "Card number", ALICES_CARD.number)
    # She gave her bank another number than the one of this line.
    known = ALICES_CARD.phone.removeprefix("+86")
    screen.fill("银行预留手机号（可不填）", CARDS_PHONE, known)
    screen.page.locator("form button[type=submit]").click()
    screen.sees(f"**** {ALICES_CARD.number[-4:]}", f"**** {ALICES_CARD.number[-4:]}")
    screen.tap("返回", "Back")
    screen.tap("限额与升级", "Limits")
    screen.tap("升级钱包", "Raise")
    screen.sees("二类钱包", "Category II")
    screen.tap("返回", "Back")


def _exchange(screen: Screen) -> None:
    screen.tap("换数币", "Exchange")
    screen.sees(f"**** {ALICES_CARD.number[-4:]}", f"**** {ALICES_CARD.number[-4:]}")
    screen.amount("500")
    screen.sees_done("¥500.00")
    screen.finish()
    expect(screen.shown("balance")).to_have_text("¥500.00")


def _transfer(play: Play) -> None:
    screen = play.alice
    screen.tap("转账", "Transfer")
    screen.fill("对方手机号或钱包编号", "Phone or wallet number", BOS_NUMBER)
    screen.tap("下一步", "Next")
    screen.amount("20")
    screen.sees_done("¥20.00")
    screen.finish()
    play.bo.go("/records")
    expect(play.bo.page.locator("li.row .end")).to_contain_text("¥20.00")


def _pay_the_shops_code(play: Play) -> None:
    play.till.charge("32")
    play.till.press("出示收款码", "Show the shop's code")
    play.till.page.locator("svg.qr").wait_for()
    play.eye.see(play.till.page)
    play.alice.tap("扫一扫", "Scan")
    play.alice.sees("小面馆", "小面馆")
    expect(play.alice.page.locator(".amount")).to_have_text("¥32.00")
    play.alice.check_accessible()
    play.alice.tap("确认付款", "Pay")
    play.alice.sees_done("¥32.00")
    play.alice.finish()
    play.eye.see_nothing()
    play.till.expect(*RECEIVED)
    play.till.expect("顾客扫码", "Shop's code")
    assert play.till.heard()[-1] == play.word("收款32元", "Received 32 yuan")
    play.next_customer()


def _show_own_code_and_get_a_part_back(play: Play) -> None:
    play.grant("alice")
    play.alice.tap("付款", "Pay")
    play.alice.tap("开启付款码", "Switch on")
    expect(play.alice.page.locator("[data-test=digits]")).to_be_visible()
    play.tills_eye.see(play.alice.page)
    play.till.charge("18")
    play.till.expect(*RECEIVED)
    play.till.expect(*FINAL)
    play.alice.sees_done("¥18.00")
    play.alice.finish()
    play.next_customer()
    _give_back(play, "5")
    play.alice.go("/records")
    expect(play.alice.page.locator("li.row", has_text="¥5.00")).to_have_count(1)
    play.alice.go("/")
    expect(play.alice.shown("balance")).to_have_text("¥435.00")


def _give_back(play: Play, yuan: str) -> None:
    desk = play.till
    desk.follow("交易", "Sales")
    desk.page.locator("a.sale").first.click()
    desk.follow("退款", "Refund")
    keys = desk.page.get_by_role("group", name=desk.words("金额", "Amount"))
    for _ in "18.00":
        keys.get_by_role("button", name=desk.words("删除", "Delete")).click()
    for key in yuan:
        keys.get_by_role("button", name=key, exact=True).click()
    desk.press("确认退款", "Give back")
    desk.expect("已退款¥5.00", "¥5.00 went back")
    desk.follow("收款", "Sale")


def _top_the_line_up(play: Play) -> None:
    play.grant("alice")
    screen = play.alice
    screen.tap("话费充值", "Phone bill")
    expect(screen.page.locator(".tag.good")).to_have_text(screen.word("正常", "active"))
    screen.amount("50")
    screen.sees_done("¥50.00")
    screen.sees("已到账，线路可用", "is credited and usable")
    screen.finish()
    screen.tap("话费充值", "Phone bill")
    expect(screen.page.locator("b.big", has_text="¥50.00")).to_be_visible()
    screen.tap("返回", "Back")


def _save(play: Play) -> None:
    screen = play.alice
    play.grant("alice")
    screen.tap("存银行", "To the bank")
    screen.sees(f"**** {ALICES_CARD.number[-4:]}", f"**** {ALICES_CARD.number[-4:]}")
    screen.amount("100")
    screen.sees_done("¥100.00")
    screen.finish()
    expect(screen.shown("balance")).to_have_text("¥285.00")


def _see_the_suspended_line(screen: Screen) -> None:
    screen.go("/line")
    expect(screen.page.locator(".tag.bad")).to_have_text(screen.word("单停", "cut one way"))
    expect(screen.page.locator("b.big", has_text=f"¥{MONTHLY_FEN // 100}.00")).to_be_visible()
    screen.tap("返回", "Back")


def _set_sim_up(screen: Screen) -> None:
    screen.tap("SIM 硬钱包", "SIM hard wallet")
    screen.sees("已找到硬钱包", "Hard wallet found")
    screen.tap("下一步", "Next")
    link = re.compile(screen.word("^绑定$", "^Link$"))
    screen.page.get_by_role("button", name=link).click()
    screen.sees("选择限额", "Choose its limits")
    screen.tap("下一步", "Next")
    screen.sees("设置硬钱包密码", "The SIM's own PIN")
    screen.tap("以后再改", "Later")
    screen.sees("从钱包转入 SIM", "From the wallet into the SIM")


def _load(play: Play) -> None:
    play.grant("alice")
    play.alice.amount("200")
    play.alice.sees_done("¥200.00")
    play.alice.finish()
    expect(play.alice.shown("purse")).to_have_text("¥200.00")
