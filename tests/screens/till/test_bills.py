"""A customer pays a phone bill at the till, also while nobody there has a network."""

from __future__ import annotations

from tests.phone.programs import CARD_PIN
from tests.screens.till.desk import Desk
from tests.screens.till.shop import Shop


def test_a_phone_bill_is_paid_by_a_tap_without_a_network(desk: Desk, shop: Shop) -> None:
    before = shop.phone.get("/purse")["balance_fen"]
    desk.follow("更多", "More")
    desk.follow("代收账单", "Bills for others")
    desk.page.get_by_label("手机号码").fill("139 0000 0002")
    desk.page.get_by_role("button", name="2", exact=True).click()
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
    shop.till.road.join()
    desk.expect("+8613900000002", "+8613900000002")


def _pay(desk: Desk, pin: str) -> None:
    desk.expect("请顾客输入硬钱包密码", "Customer: enter")
    desk.type_pin(pin)
    desk.press("确定，碰一碰", "OK, tap")
