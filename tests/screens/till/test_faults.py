"""What goes wrong while a customer pays: the screen says what happened, and nobody pays twice."""

from __future__ import annotations

from tests.phone.conftest import PIN as WALLET_PIN
from tests.screens.till.desk import Desk
from tests.screens.till.shop import PAY, Shop


def purse_of(shop: Shop) -> int:
    return int(shop.phone.get("/purse")["balance_fen"])


def tear(shop: Shop, command: bytes = PAY) -> None:
    """Take the card away when it has done a command and its answer is on its way."""
    shop.sim.field.lose_answer_to(command)
    with shop.card_tapped():
        assert shop.sim.field.lost.wait(60)
    shop.sim.field.mend()


def test_a_torn_tap_goes_on_after_a_reload_and_charges_once(desk: Desk, shop: Shop) -> None:
    before = purse_of(shop)
    desk.charge("8")
    tear(shop)
    desk.expect("请勿交付商品", "Do not hand over")
    desk.expect("不会重复扣款", "you will not be charged twice")
    desk.check()
    desk.page.reload()
    desk.expect("请勿交付商品", "Do not hand over")
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    assert purse_of(shop) == before - 8_00


def test_a_torn_tap_at_the_bank_asks_the_card_for_the_same_again(desk: Desk, shop: Shop) -> None:
    before, behind = purse_of(shop), shop.phone.get("/balance")["balance_fen"]
    desk.charge("9")
    desk.press("卡内余额直付", "Card, via bank")
    tear(shop)
    desk.expect("请勿交付商品", "Do not hand over")
    # The page has forgotten what was chosen; the till has not.
    desk.page.reload()
    desk.expect("不会重复扣款", "you will not be charged twice")
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    desk.expect("碰一碰（卡内余额直付）", "Tap, card via bank")
    assert purse_of(shop) == before - 9_00
    assert shop.phone.get("/balance")["balance_fen"] == behind


def test_a_torn_sale_is_given_up_and_turns_out_to_be_paid_late(desk: Desk, shop: Shop) -> None:
    desk.charge("7")
    tear(shop)
    desk.expect("请勿交付商品", "Do not hand over")
    desk.press("放弃等待", "Give up waiting")
    desk.expect("放弃后请勿交付商品", "Hand nothing over")
    desk.page.get_by_role("dialog").get_by_role("button", name="放弃等待").click()
    desk.expect("已放弃等待", "Given up")
    desk.check()
    shop.phone.post("/sync")
    shop.till.post("/sync")
    desk.press("下一笔", "Next customer")
    desk.follow("交易", "Sales")
    desk.expect("迟到付款", "Paid late")


def test_a_card_that_holds_too_little_says_so_and_the_sale_is_cancelled(
    desk: Desk, shop: Shop
) -> None:
    desk.charge("400")
    with shop.card_tapped():
        desk.type_card_pin()
        desk.expect("硬钱包余额不足", "There is not enough money in the purse")
        desk.expect("这张卡没有付款", "This card did not pay")
    desk.check()
    desk.press("取消收款", "Cancel the sale")
    desk.button("收款", "Charge").wait_for()


def test_above_its_limit_without_pin_the_card_pays_with_the_customers_pin(
    desk: Desk, shop: Shop
) -> None:
    shop.phone.post("/grant", pin=WALLET_PIN)
    limits = shop.phone.get("/purse/limits")
    shop.phone.put("/purse/limits", **(limits | {"without_pin_fen": 5_00}))
    shop.phone.post("/sync")
    desk.charge("11")
    with shop.card_tapped():
        desk.expect("请顾客输入硬钱包密码", "Customer: enter")
        desk.check()
        desk.type_card_pin("0000")
        desk.expect("密码错误", "Wrong PIN")
        desk.type_card_pin()
        desk.expect("收款成功", "Received")
    shop.phone.post("/grant", pin=WALLET_PIN)
    shop.phone.put("/purse/limits", **limits)
    shop.phone.post("/sync")


def test_what_was_charged_and_not_answered_is_asked_for_until_it_is_known(
    desk: Desk, shop: Shop
) -> None:
    desk.charge("5")
    code = shop.code()
    shop.till.road.lose_answer_to(b"/charges")
    desk.type_code(code)
    desk.expect("请勿交付商品", "Do not hand over")
    desk.check()
    shop.till.road.mend()
    desk.expect("收款成功", "Received")


def test_who_asks_for_another_way_while_a_card_may_have_paid_is_told_why_not(
    desk: Desk, shop: Shop
) -> None:
    desk.charge("4")
    desk.show("出示离线收款码", "Show the offline code", "request")
    desk.type_code(shop.code())
    desk.expect("顾客可能已通过其他方式付款", "may already have paid")
    desk.check()
    desk.press("放弃等待", "Give up waiting")
    desk.page.get_by_role("dialog").get_by_role("button", name="放弃等待").click()
    desk.expect("已放弃等待", "Given up")


def test_when_the_program_stops_the_screen_says_so_and_signs_in_again_after(
    desk: Desk, shop: Shop
) -> None:
    shop.till.stop()
    desk.page.get_by_role("button", name="1", exact=True).click()
    desk.press("收款", "Charge")
    desk.expect("本机程序没有应答", "does not answer")
    desk.check()
    shop.till.start()
    desk.sign_in()
    desk.expect("有一笔¥1.00的收款尚未完成", "is not finished")
    desk.follow("继续收款", "Go on")
    desk.expect("应付金额", "To pay")
    desk.press("取消收款", "Cancel the sale")
    desk.button("收款", "Charge").wait_for()
