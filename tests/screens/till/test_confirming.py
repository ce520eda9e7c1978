"""A till charges more than the customer's code pays without asking: the customer is asked."""

from __future__ import annotations

import threading

from playwright.sync_api import Browser, expect

from tests.phone.conftest import PIN
from tests.screens.browsing import Chosen
from tests.screens.till.shop import Shop
from tests.screens.wallet.acting import screen_of


def test_a_charge_above_the_limit_pops_up_and_is_paid_on_the_holders_word(
    shop: Shop, browser: Browser
) -> None:
    shop.phone.post("/grant", pin=PIN)
    with screen_of(browser, shop.phone, Chosen("en")) as screen:
        screen.go("/settings")
        screen.page.get_by_role("radio", name="Always ask").click()
        expect(screen.page.get_by_role("radio", name="Always ask")).to_be_checked()
        id_ = shop.till.sale(7_00)
        scan = {"text": shop.code()}
        charge = threading.Thread(target=shop.till.post, args=(f"/sales/{id_}/scan",), kwargs=scan)
        charge.start()
        screen.sees("", "A till asks for money")
        screen.check_accessible()
        asked = screen.page.get_by_role("dialog")
        asked.get_by_role("button", name="Pay", exact=True).click()
        screen.sees_done("¥7.00")
        charge.join()
    shop.till.wait_for(f"/sales/{id_}", state="paid")
    shop.phone.put("/code/limit", limit_fen=1_000_00)
