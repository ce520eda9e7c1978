from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.screens.browsing import Chosen, check_accessible
from tests.screens.console.office import APPROVER, ISSUER, OLGA, RITA, SPARE, Office

OPERATIONS = (
    "/", "/search", "/settlement", "/vouchers", "/merchants", "/merchants/new",
    "/merchants/payouts", "/refunds", "/reconciliation", "/blocklist", "/limits", "/approvals",
    "/holders", "/holders/stock", "/staff", "/authority", "/exports", "/health-of-the-bank",
    "/account", "/not-for-you/cases",
)  # fmt: skip
RISK = ("/cases", "/losses", "/patterns", "/patterns/velocity", "/classes", "/limits", "/trail")
AUTHORITY = ("/money", "/authority")
LOOKS = (Chosen(look="light"), Chosen(locale="en", look="dark"))
NAMES = ["Chinese, light", "English, dark"]
ROUTER = Path(__file__).parents[3] / "web/src/console/router.ts"
OPENED = {
    "/sign-in": "test_signing_in",
    "/wallets/:id": "", "/purses/:id": "", "/vouchers/:payer/:entry": "", "/settlement/:batch": "",
    "/merchants/:id": "", "/cases/:id": "", "/approvals/:id": "",
    "/patterns/:name": "/patterns/velocity", "/not-for-you/:place": "/not-for-you/cases",
}  # fmt: skip
"""Pages that are opened from others, and what else is looked at for them."""


def open_place(page: Page, office: Office, path: str) -> None:
    page.goto(f"{office.url}/#{path}")
    is_settled(page)


def is_settled(page: Page) -> None:
    """Wait until a page has its heading, and all that it asked for."""
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("main .van-skeleton")).to_have_count(0)


def check_place(page: Page, office: Office, path: str) -> None:
    open_place(page, office, path)
    check_page(page)


def check_page(page: Page) -> None:
    """Check that a page has no error, can be used by everybody, and fits in large type as well."""
    expect(page.get_by_role("alert")).to_have_count(0)
    check_accessible(page, "main")
    for is_large in (True, False):
        fits = page.evaluate(
            """(isLarge) => {
                document.documentElement.classList.toggle('large', isLarge)
                return document.documentElement.scrollWidth <= innerWidth
            }""",
            is_large,
        )
        assert fits, (page.url, is_large)


def check_dialogs(page: Page, names: Sequence[re.Pattern[str]]) -> None:
    """Open the dialog of each act on this page, and check that it can be used by everybody."""
    for name in names:
        page.get_by_role("main").get_by_role("button", name=name).first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        check_accessible(page, "dialog[open]")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("chosen", LOOKS, ids=NAMES)
@pytest.mark.parametrize(
    "who, paths",
    [(OLGA, OPERATIONS), (RITA, RISK), (ISSUER, AUTHORITY)],
    ids=[OLGA, RITA, ISSUER],
)
def test_every_page_can_be_used_by_everybody(
    browser: Browser, office: Office, who: str, paths: tuple[str, ...], chosen: Chosen
) -> None:
    with office.desk(browser, who, chosen) as page:
        check_accessible(page)
        for path in paths:
            check_place(page, office, path)


@pytest.mark.parametrize("chosen", LOOKS, ids=NAMES)
def test_what_is_opened_from_a_page_can_be_used_by_everybody(
    browser: Browser, office: Office, chosen: Chosen
) -> None:
    assert office.cheat
    alice = office.purse("alice")
    merchant = office.town.people.noodles.merchant
    with office.desk(browser, RITA, chosen) as page:
        check_place(page, office, f"/purses/{alice}")
        check_place(page, office, f"/wallets/{merchant.wallet_id}")
        check_place(page, office, f"/merchants/{merchant.merchant_id}")
        for place, link in (
            (f"/purses/{alice}", "main td a[href*='/vouchers/']"),
            ("/cases", "main td a.button"),
            ("/trail", "main td a[href*='/approvals/']"),
        ):
            open_place(page, office, place)
            page.locator(link).first.click()
            page.wait_for_url(re.compile("#/(vouchers|cases|approvals)/."))
            is_settled(page)
            check_page(page)


@pytest.mark.parametrize("chosen", LOOKS, ids=NAMES)
def test_a_settlement_run_can_be_read_by_everybody(
    browser: Browser, office: Office, chosen: Chosen
) -> None:
    with office.desk(browser, OLGA, chosen) as page:
        office.settle_batch(page)
        page.locator("main td a[href*='/settlement/']").first.click()
        is_settled(page)
        expect(page.locator("main tbody tr")).to_have_count(1)
        check_page(page)


@pytest.mark.parametrize("chosen", LOOKS, ids=NAMES)
def test_every_act_says_what_it_does_to_everybody(
    browser: Browser, office: Office, chosen: Chosen
) -> None:
    assert office.cheat
    merchant = f"/merchants/{office.town.people.noodles.merchant.merchant_id}"
    acts = {
        (OLGA, merchant): [
            "Link a hard wallet|绑定硬钱包", "Another key|更换公钥",
            "Host a payee|托管收款方", "Suspend|停业", "Open a shop|开设门店",
            "Add a till|添加收银机", "End|停用",
        ],
        (OLGA, "/merchants/payouts"): ["Settle this day|结算这一天"],
        (OLGA, "/holders/stock"): ["Order one|订制一个"],
        (OLGA, "/account"): ["Close|关闭"],
        (OLGA, "/authority"): ["Register an operator|登记运营机构"],
        (OLGA, f"/purses/{office.purse(SPARE)}"): ["Link to a merchant|绑定到商户"],
        (RITA, "/losses"): ["Cover more|承担更多", "Acknowledge again|恢复确认"],
        (RITA, f"/purses/{office.purse('alice')}"): ["Block|冻结硬钱包"],
        (ISSUER, "/authority"): ["Announce a key|公告密钥"],
    }  # fmt: skip
    for (who, path), names in acts.items():
        with office.desk(browser, who, chosen) as page:
            open_place(page, office, path)
            check_dialogs(page, [re.compile(f"^({name})$") for name in names])


def test_who_only_approves_is_told_where_and_no_route_of_the_console_is_left_out(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, APPROVER) as page:
        check_place(page, office, "/money")
    routes = re.findall(r"path: '(/[^']*)'", ROUTER.read_text(encoding="utf-8"))
    looked_at = {*OPERATIONS, *RISK, *AUTHORITY, *OPENED, "/:elsewhere(.*)"}
    assert set(routes) <= looked_at, set(routes) - looked_at


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
