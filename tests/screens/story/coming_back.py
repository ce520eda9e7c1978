"""The network is back, and everything settles; a blocked PIN, a lost phone, a forgotten PIN."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from tests.screens.story.offline import AT_SYNC
from tests.screens.story.online import BOS_NUMBER
from tests.screens.story.theatre import RECEIVED, Play
from tests.screens.wallet.acting import Screen
from zerobar.demo.town.people import ALICES_CARD, PEOPLE, PIN

MONTH = timedelta(days=31)
"""The bank waits thirty days for whoever a lost purse may have paid."""
MOST_SYNCS = 20
NEW_PIN = "860253"
WRONG, NEW_CARD_PIN = "0000", "97531"


def play_settling(play: Play) -> None:
    for device in ("alice", "bo"):
        play.stage.set_network(device, on=True)
    _nothing_waits_at_the_till(play)
    _sync(play.bo)
    _all_is_settled(play.alice, ("¥12.50", "¥30.00", "¥60.00"))
    _all_is_settled(play.bo, ("¥15.00", "¥39.00"))
    play.bo.go("/line")
    expect(play.bo.page.locator(".tag.good")).to_have_text(play.word("正常", "active"))
    _unload(play)


def play_blocked_pin(play: Play) -> None:
    """Three wrong PINs; the SIM still pays small sums; staff allow a new PIN, and it is chosen."""
    screen = play.alice
    screen.go("/purse/pin")
    for _ in range(3):
        _change_card_pin(screen, WRONG)
    screen.sees("硬钱包密码已锁定", "The SIM's PIN is blocked")
    screen.sees("免密限额内碰一碰付款", "Paying by tap within the limit without PIN")
    screen.check_accessible()
    play.pays_by_tap("alice", "2", *RECEIVED)
    _renew_card_pin(play)
    screen.sees("新密码尚未获准", "has been approved")
    _let_staff_agree(play)
    _renew_card_pin(play)
    screen.sees("硬钱包新密码已生效", "The SIM's new PIN is in force")


def play_losing(play: Play) -> None:
    _pay_and_lose(play)
    second = play.another_phone_of("bo")
    _sign_in(play, second)
    _report(play, second)
    _refuse_and_give_back(play)
    play.town.bank.let_pass(MONTH)
    second.go("/")
    expect(second.shown("balance")).to_have_text("¥22.00")
    second.go("/purse/lost")
    expect(second.page.locator(".tag")).to_have_text(play.word("已注销", "closed"))


def play_forgotten_pin(play: Play) -> None:
    """The payment PIN is set anew by a code: a day after the phone came to be known."""
    screen, number = play.alice, PEOPLE[0].number
    screen.go("/settings")
    screen.tap("忘记支付密码", "Forgot the payment PIN")
    screen.tap("获取验证码", "Send me a code")
    screen.page.get_by_label(screen.word("短信验证码", "Code from the SMS")).wait_for()
    screen.fill("短信验证码", "Code from the SMS", play.newest_code(number))
    screen.fill("身份证号", "Resident ID number", ALICES_CARD.resident_id)
    screen.fill("新支付密码", "New payment PIN", NEW_PIN)
    screen.fill("再输入一次新密码", "New PIN once more", NEW_PIN)
    screen.tap("重设支付密码", "Set the new PIN")
    screen.sees("支付密码已修改", "The payment PIN is changed")
    screen.go("/transfer")
    screen.fill("对方手机号或钱包编号", "Phone or wallet number", BOS_NUMBER)
    screen.tap("下一步", "Next")
    screen.amount("1")
    screen.fill("支付密码", "Payment PIN", PIN)
    expect(screen.page.get_by_role("alert")).to_be_visible()
    screen.fill("支付密码", "Payment PIN", NEW_PIN)
    screen.sees_done("¥1.00")


def _nothing_waits_at_the_till(play: Play) -> None:
    """Sync at the till's screen until the bank has all that it took."""
    desk = play.till
    desk.go_to("/queue", "离线收款", "Offline queue")
    nothing = desk.page.get_by_text(desk.words("没有待上传的收款", "Nothing waits for the network"))
    for _ in range(MOST_SYNCS):
        with desk.page.expect_response("**/sync"):
            desk.press("立即同步", "Sync now")
        if nothing.is_visible():
            break
    expect(nothing).to_be_visible()
    desk.follow("收款", "Sale")


def _all_is_settled(screen: Screen, amounts: tuple[str, ...]) -> None:
    """Sync at the screen until the bank has said of each payment that it reached its payee."""
    paid = screen.page.locator(
        "li.voucher", has_text=screen.word("已到达收款方", "Reached its payee")
    )
    for _ in range(MOST_SYNCS):
        _sync(screen)
        screen.go("/purse/paid")
        screen.page.locator("li.voucher").first.wait_for()
        if all(paid.filter(has_text=yuan).count() for yuan in amounts):
            break
    for yuan in amounts:
        expect(paid.filter(has_text=yuan)).to_have_count(1)
    screen.sees("没有在途付款", "Nothing is in flight")


def _sync(screen: Screen) -> None:
    screen.go("/purse")
    button = screen.page.get_by_role("button", name=screen.word("立即同步", "Sync now"))
    with screen.page.expect_response(lambda answer: answer.request.method == "POST"):
        button.click()


def _unload(play: Play) -> None:
    screen = play.alice
    screen.go("/")
    expect(screen.shown("balance")).to_have_text("¥57.00")
    play.grant("alice")
    screen.go("/purse/unload")
    screen.amount("50")
    screen.sees_done("¥50.00")
    screen.finish()
    expect(screen.shown("purse")).to_have_text("¥44.50")
    screen.go("/")
    expect(screen.shown("balance")).to_have_text("¥107.00")


def _change_card_pin(screen: Screen, old: str) -> None:
    screen.fill("原密码", "Old PIN", old)
    screen.fill("新密码（4 至 8 位）", "New PIN (4 to 8 digits)", NEW_CARD_PIN)
    screen.fill("再输入一次新密码", "New PIN once more", NEW_CARD_PIN)
    screen.tap("修改密码", "Change the PIN")
    told = screen.page.get_by_role("alert")
    expect(told.or_(screen.page.locator(".blocked")).first).to_be_visible()


def _renew_card_pin(play: Play) -> None:
    play.grant("alice")
    play.alice.fill("新密码（4 至 8 位）", "New PIN (4 to 8 digits)", NEW_CARD_PIN)
    play.alice.fill("再输入一次新密码", "New PIN once more", NEW_CARD_PIN)
    play.alice.tap("设置新密码", "Set the new PIN")


def _let_staff_agree(play: Play) -> None:
    staff = play.town.people
    asked = staff.officer.propose_new_card_pin(play.town.purse_ids["alice"])
    staff.risk.approve(asked)


def _pay_and_lose(play: Play) -> None:
    for device in ("till", "bo"):
        play.stage.set_network(device, on=False)
    play.pays_by_tap("bo", "4", *AT_SYNC)
    play.stage.set_power("bo", on=False)
    play.stage.set_network("till", on=True)


def _sign_in(play: Play, second: Screen) -> None:
    """The line works again, so the code reaches its holder."""
    number = PEOPLE[1].number
    second.tap("已有钱包，登录", "I have a wallet")
    second.fill("手机号", "Phone number", BOS_NUMBER)
    second.tap("获取验证码", "Send me a code")
    second.page.get_by_label(second.word("短信验证码", "Code from the SMS")).wait_for()
    second.fill("短信验证码", "Code from the SMS", play.newest_code(number))
    second.tap("已有钱包，登录", "I have a wallet")
    expect(second.shown("balance")).to_have_text("¥20.00")


def _report(play: Play, second: Screen) -> None:
    second.go("/purse/lost")
    second.sees("另一部手机的 SIM", "The SIM of another phone")
    second.tap("挂失", "Report it lost")
    second.tap("确定挂失", "Yes, it is lost")
    second.enter_pin()
    expect(second.page.locator(".tag")).to_have_text(play.word("已挂失", "lost"))
    second.sees("后，剩余金额退回钱包", "what is left comes back to the wallet")
    _nothing_waits_at_the_till(play)


def _refuse_and_give_back(play: Play) -> None:
    """The tills know that it is lost: what it pays goes back to it."""
    desk = play.till
    desk.charge("1")
    play.stage.drag("bo", "till")
    desk.expect("请勿交付商品", "Do not hand over")
    play.stage.take_cards_away()
    desk.press("退回给顾客的卡", "Give back to the customer's card")
    desk.expect("款项将退回该卡", "it gets its money back")
    play.stage.drag("bo", "till")
    desk.expect("已取消", "Cancelled")
    play.next_customer()
    # The bank hears of it before the month is over: else it does not know that it went back.
    _nothing_waits_at_the_till(play)
