from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from tests.screens.authenticator import Authenticator
from tests.screens.browsing import Chosen, check_accessible, open_page
from tests.screens.console.office import DESK, OLGA, RALF, RITA, Office, enrol


def test_nobody_comes_in_without_a_passkey(browser: Browser, office: Office) -> None:
    with open_page(browser, f"{office.url}/#/cases", DESK, Chosen()) as page:
        expect(page.get_by_role("heading", name="Zerobar 管理台")).to_be_visible()
        check_accessible(page)
        Authenticator(page)
        enrol(page, "00000-00000-00000-00000", "zh-CN")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("此一次性代码未知、已使用或已过期。")
        expect(alert).to_contain_text("请向管理员索取新代码。")
        expect(page.get_by_role("navigation")).to_have_count(0)


def test_a_passkey_made_with_a_code_opens_the_page_that_was_asked_for_and_ends_when_signed_out(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, RALF) as page:
        page.get_by_role("button", name="Ralf").click()
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("#/sign-in"))
        page.goto(f"{office.url}/#/blocklist")
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("heading", name="Blocklist", level=1)).to_be_visible()


def test_a_page_for_other_roles_says_whom_to_ask(browser: Browser, office: Office) -> None:
    with office.desk(browser, OLGA) as page:
        expect(page.get_by_role("link", name="Fraud cases")).to_have_count(0)
        page.goto(f"{office.url}/#/cases")
        expect(page.get_by_text("Your roles do not open this page.")).to_be_visible()
        expect(page.get_by_text("one of these roles: Risk.")).to_be_visible()


def test_two_administrators_take_somebody_on_who_then_sees_only_what_the_role_is_for(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, OLGA) as olga, office.desk(browser, RITA) as rita:
        olga.goto(f"{office.url}/#/staff")
        olga.get_by_role("button", name="Take somebody on").click()
        hiring = olga.get_by_role("dialog")
        hiring.get_by_label("Name").fill("Nina")
        hiring.get_by_label("Operations").check()
        hiring.get_by_role("button", name="Propose").click()
        expect(olga.get_by_text("A second person has to approve it")).to_be_visible()
        expect(olga.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
        rita.goto(olga.url)
        rita.get_by_role("button", name="Approve", exact=True).click()
        rita.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
        expect(rita.get_by_text("Approved and carried out.")).to_be_visible()
        olga.get_by_role("button", name="Show the code").click()
        office.codes["Nina"] = olga.locator(".code .mono").inner_text()
    with office.desk(browser, "Nina") as nina:
        names = nina.get_by_role("navigation").get_by_role("link").all_inner_texts()
        assert "Vouchers" in names
        assert not {"Fraud cases", "Staff and roles", "Issue and redeem"} & set(names)
