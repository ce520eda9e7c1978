"""No network for anybody, then for one side: taps, a torn one, a bill, codes, a carried voucher."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.screens.story.online import BOS_NUMBER, FINAL
from tests.screens.story.theatre import RECEIVED, Play
from tests.screens.wallet.acting import Screen

AT_SYNC = ("已最终到账，联网后结算", "Final, settles at sync")
SETTLES = ("已完成，不可撤销；联网后结算", "Done for good: settles at the next sync")


def play_offline(play: Play) -> None:
    _cut(play)
    play.pays_by_tap("alice", "12.5", *AT_SYNC)
    _in_sim(play.alice, "¥187.50")
    _tear_and_go_on(play)
    _pay_a_friend(play)
    _pay_with_the_phone_off(play)
    _want_too_much(play)


def play_billing(play: Play) -> None:
    _pay_the_bill(play)
    _carry(play)


def play_helped(play: Play) -> None:
    _pay_a_till_without_network(play)
    _pay_without_network_a_till_that_has_one(play)


def _cut(play: Play) -> None:
    play.stage.cut_everyones_network()
    for screen in (play.alice, play.bo):
        screen.go("/purse")
        screen.sees("没有网络。", "No network.")


def _tear_and_go_on(play: Play) -> None:
    play.stage.tear_the_next_tap()
    play.till.charge("30")
    play.stage.drag("alice", "till")
    play.till.expect("请勿交付商品", "Do not hand over")
    play.till.expect("不会重复扣款", "you will not be charged twice")
    play.stage.drag("alice", "till")
    play.till.expect(*RECEIVED)
    play.till.expect(*AT_SYNC)
    play.next_customer()
    _in_sim(play.alice, "¥157.50")


def _pay_a_friend(play: Play) -> None:
    play.bo.go("/tap/receive")
    play.bo.amount("60")
    play.bo.sees("请让对方的手机或卡靠近本机", "Hold the other phone or card to this one")
    play.stage.drag("alice", "bo")
    play.bo.sees_done("¥60.00")
    play.bo.finish()
    play.stage.take_cards_away()
    _in_sim(play.alice, "¥97.50")


def _pay_with_the_phone_off(play: Play) -> None:
    play.stage.set_power("bo", on=False)
    play.bo.sees("手机程序没有应答", "program does not answer")
    play.pays_by_tap("bo", "15", *AT_SYNC)
    play.stage.set_power("bo", on=True)
    _in_sim(play.bo, "¥45.00")


def _want_too_much(play: Play) -> None:
    play.till.charge("99")
    play.stage.drag("bo", "till")
    play.till.expect("硬钱包余额不足", "There is not enough money in the purse")
    play.stage.take_cards_away()
    play.till.press("取消收款", "Cancel the sale")
    play.till.button("收款", "Charge").wait_for()


def _pay_the_bill(play: Play) -> None:
    desk = play.till
    desk.follow("更多", "More")
    desk.follow("代收账单", "Bills for others")
    desk.page.get_by_label(desk.words("手机号码", "Phone number")).fill(BOS_NUMBER)
    for key in "39":
        desk.page.get_by_role("button", name=key, exact=True).click()
    desk.press("下一步", "Next")
    play.type_card_pin()
    desk.press("确定，碰一碰", "OK, tap")
    play.stage.drag("bo", "till")
    desk.expect("已缴费，联网后入账", "Paid, booked when there is a network")
    play.stage.take_cards_away()
    desk.follow("收款", "Sale")
    _in_sim(play.bo, "¥6.00")


def _carry(play: Play) -> None:
    """Alice's phone takes the voucher along, and is the first to find a network."""
    play.bo.go("/purse/paid")
    bill = play.bo.page.locator("li.voucher", has_text="¥39.00")
    bill.get_by_role("button", name=play.word("出示", "Show")).click()
    play.bo.page.locator("svg.qr").wait_for()
    play.eye.see(play.bo.page)
    play.alice.go("/scan")
    play.alice.sees("这张凭证是付给他人的", "This voucher pays somebody else")
    play.eye.see_nothing()
    play.alice.tap("代为转交", "Carry it")
    play.alice.sees(*SETTLES)
    play.alice.finish()
    play.stage.set_network("alice", on=True)
    # Bo's phone and the till still have none, and the telecom has the money for his line.
    expect(play.alice.page.locator(".queue")).to_have_count(0)


def _pay_a_till_without_network(play: Play) -> None:
    play.grant("alice")
    play.till.charge("18")
    play.till.press("出示离线收款码", "Show the offline code")
    play.till.page.locator("svg.qr").wait_for()
    play.eye.see(play.till.page)
    play.alice.go("/scan")
    play.alice.sees("收银机没有网络，请求收款", "This till has no network")
    play.eye.see_nothing()
    play.alice.tap("用钱包付款", "Pay")
    play.alice.sees(*SETTLES)
    play.alice.page.locator("svg.qr").wait_for()
    play.tills_eye.see(play.alice.page)
    play.till.expect(*RECEIVED)
    play.till.expect(*AT_SYNC)
    play.next_customer()
    play.alice.finish()
    expect(play.alice.shown("balance")).to_have_text("¥67.00")


def _pay_without_network_a_till_that_has_one(play: Play) -> None:
    play.stage.set_network("alice", on=False)
    play.stage.set_network("till", on=True)
    play.alice.go("/pay")
    play.alice.page.locator("svg.qr").wait_for()
    play.tills_eye.see(play.alice.page)
    play.till.charge("6")
    play.till.expect(*RECEIVED)
    play.till.expect(*FINAL)
    play.next_customer()
    for source, yuan, means in (
        (("关联钱包", "Linked wallet"), "4", ("碰一碰（关联钱包）", "Tap, linked wallet")),
        (("卡内余额直付", "Card, via bank"), "3", ("碰一碰（卡内余额直付）", "Tap, card via bank")),
    ):
        play.till.charge(yuan)
        play.till.press(*source)
        play.stage.drag("alice", "till")
        play.till.expect(*RECEIVED)
        play.till.expect(*FINAL)
        play.till.expect(*means)
        play.next_customer()
    _in_sim(play.alice, "¥94.50")


def _in_sim(screen: Screen, yuan: str) -> None:
    """See what is in the SIM, as the phone reads it."""
    screen.go("/purse")
    expect(screen.shown("purse")).to_have_text(yuan)
