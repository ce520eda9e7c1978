"""The customer's screen while a till charges, asks, or takes a voucher."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from tests.phone.conftest import PIN
from tests.screens.till.shop import Shop
from tests.screens.wallet.conftest import OpenScreen

pytestmark = pytest.mark.slow


def test_a_charged_code_is_seen_at_once(shop: Shop, open_screen: OpenScreen) -> None:
    screen = open_screen(shop.phone)
    screen.tap("付款", "")
    digits = screen.page.locator("[data-test=digits]")
    expect(digits).to_be_visible()
    id_ = shop.till.sale(10_00)
    shop.till.post(f"/sales/{id_}/scan", text=digits.inner_text().replace(" ", ""))
    screen.sees_done("¥10.00")
    screen.check_accessible()


def test_a_charge_above_the_limit_pops_up_and_is_paid_on_the_holders_word(
    shop: Shop, open_screen: OpenScreen
) -> None:
    shop.phone.post("/grant", pin=PIN)
    screen = open_screen(shop.phone, "en")
    screen.go("/settings")
    screen.page.get_by_role("radio", name="Always ask").click()
    expect(screen.page.get_by_role("radio", name="Always ask")).to_be_checked()
    id_ = shop.till.sale(7_00)
    scan = {"text": shop.code()}
    charge = threading.Thread(target=shop.till.post, args=(f"/sales/{id_}/scan",), kwargs=scan)
    charge.start()
    screen.sees("", "A till asks for money")
    screen.check_accessible()
    screen.page.get_by_role("dialog").get_by_role("button", name="Pay", exact=True).click()
    screen.sees_done("¥7.00")
    charge.join()
    shop.till.wait_for(f"/sales/{id_}", state="paid")
    shop.phone.put("/code/limit", limit_fen=1_000_00)


def test_a_shops_code_is_scanned_and_paid(shop: Shop, open_screen: OpenScreen) -> None:
    id_ = shop.till.sale(12_00)
    text = shop.till.post(f"/sales/{id_}/code")["text"]
    shop.phone.post("/grant", pin=PIN)
    screen = open_screen(shop.phone)
    screen.tap("扫一扫", "")
    screen.fill("手动输入", "", text)
    screen.tap("确定", "")
    screen.sees("小面馆", "")
    screen.check_accessible()
    screen.tap("确认付款", "")
    screen.sees_done("¥12.00")
    assert shop.till.post(f"/sales/{id_}/ask")["state"] == "paid"
