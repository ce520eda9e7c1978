"""A customer pays a phone bill at the till, also while nobody there has a network."""

from __future__ import annotations

from tests.phone.programs import CARD_PIN
from tests.pos.test_closing import text_of
from tests.screens.till.desk import Desk
from tests.screens.till.shop import VERIFY, Shop
from tests.screens.till.test_faults import tear


def test_a_phone_bill_is_paid_by_a_tap_without_a_network(desk: Desk, shop: Shop) -> None:
    before = shop.phone.get("/purse")["balance_fen"]
    _key_in(desk, "2")
    desk.check()
    shop.till.road.cut()
    desk.press("下一步", "Next")
    desk.expect("请顾客输入硬钱包密码", "Customer: enter")
    desk.check()
    desk.page.reload()
    with shop.card_tapped():
        _pay(desk, "0000")
        desk.expect("密码错误", "Wrong PIN")
        _pay(desk, CARD_PIN)
        desk.expect("已缴费，联网后入账", "Paid, booked when")
    desk.check()
    assert shop.phone.get("/purse")["balance_fen"] == before - 2_00
    assert "待入账" in _receipt(desk)
    shop.till.road.join()
    desk.press("再缴一笔", "Another bill")
    desk.expect("最近的账单", "Newest bills")
    desk.check()
    desk.page.get_by_role("button", name="+8613900000002").first.click()
    desk.button("再缴一笔", "Another bill").wait_for()
    assert "重印 REPRINT" in _receipt(desk)


def test_a_torn_bill_is_left_for_later_and_goes_on_with_the_same_card(
    desk: Desk, shop: Shop
) -> None:
    before = shop.phone.get("/purse")["balance_fen"]
    _key_in(desk, "3")
    desk.press("下一步", "Next")
    _pay(desk, CARD_PIN)
    tear(shop)
    desk.expect("最多只会扣款一次", "It is charged at most once")
    desk.press("稍后继续，先缴另一笔", "Later; another bill first")
    desk.expect("最近的账单", "Newest bills")
    desk.page.get_by_role("button", name="可能已付款").first.click()
    with shop.card_tapped():
        desk.button("再缴一笔", "Another bill").wait_for()
    assert shop.phone.get("/purse")["balance_fen"] == before - 3_00


def test_a_bill_that_was_torn_before_the_card_paid_asks_for_the_pin_again(
    desk: Desk, shop: Shop
) -> None:
    before = shop.phone.get("/purse")["balance_fen"]
    _key_in(desk, "4")
    desk.press("下一步", "Next")
    _pay(desk, CARD_PIN)
    tear(shop, VERIFY)
    desk.expect("最多只会扣款一次", "It is charged at most once")
    desk.page.reload()
    with shop.card_tapped():
        _pay(desk, CARD_PIN)
        desk.button("再缴一笔", "Another bill").wait_for()
    assert shop.phone.get("/purse")["balance_fen"] == before - 4_00


def _key_in(desk: Desk, yuan: str) -> None:
    desk.follow("更多", "More")
    desk.follow("代收账单", "Bills for others")
    desk.page.get_by_label("手机号码").fill("139 0000 0002")
    desk.page.get_by_role("button", name=yuan, exact=True).click()


def _receipt(desk: Desk) -> str:
    with desk.page.expect_download() as saved:
        desk.press("保存小票", "Save receipt")
    printed = text_of(saved.value.path().read_bytes())
    assert "+8613900000002" in printed and "2.00" in printed
    return printed


def _pay(desk: Desk, pin: str) -> None:
    desk.expect("请顾客输入硬钱包密码", "Customer: enter")
    desk.type_pin(pin)
    desk.press("确定，碰一碰", "OK, tap")
