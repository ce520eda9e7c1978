"""A customer pays at the till's screen, in each of the ways there are."""

from __future__ import annotations

import pytest
from playwright.sync_api import ViewportSize

from tests.pos.test_closing import text_of
from tests.screens.browsing import PHONE
from tests.screens.till.conftest import OpenDesk
from tests.screens.till.desk import TABLET, Desk
from tests.screens.till.shop import Shop


@pytest.mark.parametrize(
    "locale, size",
    [("en", PHONE), pytest.param("zh-CN", TABLET, marks=pytest.mark.deep)],
)
def test_a_sale_is_keyed_in_tapped_and_said_aloud(
    open_desk: OpenDesk, shop: Shop, locale: str, size: ViewportSize
) -> None:
    desk = open_desk(locale, size)
    desk.check()
    desk.page.get_by_role("button", name="Mei").click()
    desk.check()
    desk.press("换人", "Somebody else")
    desk.sign_in()
    desk.check()
    desk.charge("12.5")
    assert "¥12.50" in desk.page.inner_text("main")
    desk.check()
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    desk.expect("请交付商品", "Hand over the goods")
    desk.check()
    assert desk.heard() == [desk.words("收款12.5元", "Received 12.5 yuan")]
    # The bank answers, so it is told at once, and the screen says so by itself.
    desk.expect("已最终到账", "Final now")
    desk.press("下一笔", "Next customer")
    desk.button("收款", "Charge").wait_for()


def test_the_customer_pays_the_shops_code_and_the_result_comes_by_itself(
    desk: Desk, shop: Shop
) -> None:
    desk.charge("6")
    text = desk.show("出示收款码", "Show the shop's code", "code")
    desk.check()
    desk.page.reload()
    desk.page.locator("svg.qr").wait_for()
    shop.pay_code(text, 6_00)
    desk.expect("收款成功", "Received")
    desk.expect("顾客扫码", "Shop's code")


def test_what_a_hand_scanner_types_pays(desk: Desk, shop: Shop) -> None:
    desk.charge("2")
    desk.page.keyboard.type(shop.code())
    desk.page.keyboard.press("Enter")
    desk.expect("收款成功", "Received")


@pytest.mark.parametrize("locale", ["en", pytest.param("zh-CN", marks=pytest.mark.deep)])
def test_without_a_network_the_customer_pays_the_tills_request_and_brings_a_voucher(
    open_desk: OpenDesk, shop: Shop, locale: str
) -> None:
    desk = open_desk(locale)
    desk.sign_in()
    shop.till.road.cut()
    desk.charge("9")
    desk.type_code(shop.code())
    desk.expect("无法连接银行", "The bank cannot be reached")
    desk.expect("银行无应答", "Bank silent")
    text = desk.show("出示离线收款码", "Show the offline code", "request")
    desk.check()
    desk.type_code(shop.voucher_for(text))
    desk.expect("已最终到账，联网后结算", "Final, settles at sync")
    desk.expect("待上传 ¥9.00", "Waiting ¥9.00")
    desk.check()
    shop.till.road.join()
    desk.page.get_by_role("link", name=desk.words("待上传", "Waiting")).click()
    desk.press("立即同步", "Sync now")
    desk.expect("没有待上传的收款", "Nothing waits for the network")


def test_goods_are_chosen_and_stand_on_the_receipt(desk: Desk, shop: Shop) -> None:
    desk.press("选择商品", "Goods")
    for name, price in (("牛肉面", "18"), ("豆浆", "4.5")):
        desk.page.get_by_label("商品名称").last.fill(name)
        desk.page.get_by_label("单价", exact=True).fill(price)
        desk.press("添加商品", "Add")
    desk.check()
    desk.press("完成", "Done")
    desk.page.get_by_role("button", name="牛肉面").first.click()
    desk.page.get_by_role("button", name="豆浆").first.click()
    desk.press("增加豆浆", "More: 豆浆")
    desk.expect("¥27.00", "¥27.00")
    desk.check()
    desk.page.get_by_role("button", name="收款", exact=True).click()
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    with desk.page.expect_download() as saved:
        desk.press("保存小票", "Save receipt")
    printed = text_of(saved.value.path().read_bytes())
    assert "牛肉面" in printed and "豆浆" in printed and "27.00" in printed


def test_the_wallet_behind_a_card_pays_when_the_card_holds_too_little(
    desk: Desk, shop: Shop
) -> None:
    held = shop.phone.get("/purse")["balance_fen"]
    before = shop.phone.get("/balance")["balance_fen"]
    desk.charge(str(held // 100 + 1))
    with shop.card_tapped():
        desk.type_card_pin()
        desk.expect("硬钱包余额不足", "There is not enough money in the purse")
    desk.check()
    desk.press("改用关联钱包付款", "Pay from the linked wallet")
    with shop.card_tapped():
        desk.type_card_pin()
        desk.expect("收款成功", "Received")
    desk.expect("碰一碰（关联钱包）", "Tap, linked wallet")
    paid = (held // 100 + 1) * 100
    assert shop.phone.get("/balance")["balance_fen"] == before - paid
    assert shop.phone.get("/purse")["balance_fen"] == held
