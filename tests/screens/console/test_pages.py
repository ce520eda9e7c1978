from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.browsing import Chosen, check_accessible
from tests.screens.console.office import ISSUER, OLGA, RITA, Office

OPERATIONS = (
    "/", "/search", "/settlement", "/vouchers", "/merchants", "/refunds", "/reconciliation",
    "/blocklist", "/limits", "/approvals", "/holders", "/staff", "/trail", "/exports",
    "/health-of-the-bank",
)  # fmt: skip
RISK = ("/cases", "/patterns", "/patterns/velocity", "/classes", "/limits")
LOOKS = (Chosen(look="light"), Chosen(locale="en", look="dark"))


def open_place(page: Page, office: Office, path: str) -> None:
    page.goto(f"{office.url}/#{path}")
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main .van-skeleton")).to_have_count(0)


def check_place(page: Page, office: Office, path: str) -> None:
    open_place(page, office, path)
    expect(page.get_by_role("alert")).to_have_count(0)
    check_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("chosen", LOOKS, ids=["Chinese, light", "English, dark"])
@pytest.mark.parametrize(
    "who, paths",
    [(OLGA, OPERATIONS), (RITA, RISK), (ISSUER, ("/money",))],
    ids=[OLGA, RITA, ISSUER],
)
def test_every_page_can_be_used_by_everybody(
    browser: Browser, office: Office, who: str, paths: tuple[str, ...], chosen: Chosen
) -> None:
    with office.desk(browser, who, chosen) as page:
        for path in paths:
            check_place(page, office, path)


@pytest.mark.parametrize("chosen", LOOKS, ids=["Chinese, light", "English, dark"])
def test_what_is_opened_from_a_page_can_be_used_by_everybody(
    browser: Browser, office: Office, chosen: Chosen
) -> None:
    alice = office.purse("alice")
    wallet = office.town.people.noodles.merchant.wallet_id
    with office.desk(browser, RITA, chosen) as page:
        check_place(page, office, f"/purses/{alice}")
        check_place(page, office, f"/wallets/{wallet}")
        open_place(page, office, f"/purses/{alice}")
        page.locator("main td a[href*='/vouchers/']").first.click()
        expect(page.locator("main ol li")).not_to_have_count(0)
        check_accessible(page)
        open_place(page, office, f"/purses/{alice}")
        page.locator("main .danger").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check_accessible(page)


def test_in_large_type_nothing_is_cut(browser: Browser, office: Office) -> None:
    with office.desk(browser, OLGA, Chosen(locale="en", isLarge=True)) as page:
        for path in OPERATIONS:
            open_place(page, office, path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_a_bank_that_does_not_answer_is_said_so_and_found_again(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, OLGA, Chosen()) as page:
        open_place(page, office, "/merchants")
        page.route("**/v1/console/refunds*", lambda route: route.abort())
        page.get_by_role("link", name="退款").click()
        expect(page.get_by_role("alert")).to_contain_text("银行程序没有应答。")
        page.unroute("**/v1/console/refunds*")
        page.get_by_role("alert").get_by_role("button", name="重试").click()
        expect(page.get_by_role("alert")).to_have_count(0)
        expect(page.get_by_text("没有这样的退款")).to_be_visible()
