"""Operations take on a merchant, with a shop, a till that enrols, and its hard wallet."""

from __future__ import annotations

import os
import re
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect
from stdnum.cn import uscc

from tests.screens.console.acting import approve, confirm, ready
from tests.screens.console.office import OLGA, RITA, SPARE, Office
from zerobar.client.http import BankHttp
from zerobar.client.merchant import TillClient, enrol_till
from zerobar.purse.suites import KEY_SEED_LENGTH, P256

_BODY = "91110000600099001"
APPLICATION = {
    "Name": "老茶馆",
    "In Latin letters (25 at most)": "Old Tea House",
    "City in Latin letters (15 at most)": "Beijing",
    "Category code (ISO 18245, 4 digits)": "5812",
    "Unified social credit code (18)": _BODY + uscc.calc_check_digit(_BODY),
    "Account holder": "老茶馆有限公司",
    "Account number": "6222 0202 0011 2233 445",
    "Bank code (CNAPS, 12 digits)": "102100099996",
}


@pytest.fixture
def key() -> str:
    """A public key of a payee's, in hexadecimal."""
    return P256.public_key(P256.private_key(os.urandom(KEY_SEED_LENGTH))).hex()


def take_on(page: Page) -> None:
    page.get_by_role("link", name="Merchants").click()
    page.get_by_role("link", name="Take on a merchant").click()
    button = page.get_by_role("button", name="See what it does")
    expect(button).to_be_disabled()
    for name, text in APPLICATION.items():
        page.get_by_label(name, exact=True).fill(text)
    button.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("“老茶馆” is a merchant at once")).to_be_visible()
    expect(dialog.get_by_text("…3445 of 老茶馆有限公司")).to_be_visible()
    expect(dialog.get_by_text("No program and no till can act in its name yet.")).to_be_visible()
    dialog.get_by_role("button", name="Take on the merchant").click()


def propose_till(page: Page) -> str:
    """Open a shop, propose a till for it, and return where the proposal is."""
    expect(page.get_by_text("No shops yet")).to_be_visible()
    page.get_by_role("button", name="Open a shop").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name of the shop").fill("前门店")
    dialog.get_by_label("In Latin letters").fill("Qianmen")
    dialog.get_by_role("button", name="Open a shop").click()
    page.get_by_role("button", name="Add a till").click()
    dialog = page.get_by_role("dialog", name=re.compile("Add a till"))
    dialog.get_by_label("Name of the till").fill("till 1")
    confirm(page, "Propose", "asked at the counter")
    return ready(page).url


def half_of(page: Page, which: str) -> tuple[str, UUID]:
    """Return somebody's half of a till's code, and the till's id."""
    panel = page.locator("section").filter(has_text="The till's one-time code")
    panel.get_by_role("button", name="Show my half").click()
    expect(panel.get_by_text(which)).to_be_visible()
    till_id = UUID(panel.locator("dd .mono").first.inner_text())
    return panel.locator(".code .mono").inner_text(), till_id


def add_till(olga: Page, rita: Page) -> tuple[UUID, str]:
    """Let two add a till in a new shop; return the till's id and its one-time code."""
    where = propose_till(olga)
    rita.goto(where)
    expect(rita.get_by_text(APPLICATION["Name"])).to_be_visible()
    approve(rita, where)
    second, till_id = half_of(rita, "The last five characters")
    expect(olga.get_by_text("Approved and carried out.")).to_be_visible()
    first, same_id = half_of(olga, "The first five characters")
    assert till_id == same_id
    return till_id, first + second


def test_a_merchant_is_taken_on_with_a_till_of_whose_code_each_of_two_sees_half(
    browser: Browser, office: Office, key: str
) -> None:
    with office.desk(browser, OLGA) as page, office.desk(browser, RITA) as rita:
        take_on(page)
        expect(page.get_by_role("heading", name="老茶馆", level=1)).to_be_visible()
        merchant = page.url
        till_id, code = add_till(page, rita)
        page.goto(merchant)
        till = page.get_by_role("row").filter(has_text="till 1")
        expect(till.get_by_text("Waits to be enrolled")).to_be_visible()
        own = P256.private_key(os.urandom(KEY_SEED_LENGTH))
        with BankHttp(office.town.bank.url) as there:
            signing = enrol_till(there, till_id, code, own)
        with BankHttp(office.town.bank.url, signing) as there:
            assert TillClient(there).merchant().name == "老茶馆"
        page.reload()
        expect(till.get_by_text("Enrolled", exact=True)).to_be_visible()
        page.get_by_role("button", name="Host a payee").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("The payee's public key").fill(key[:-1])
        expect(dialog.get_by_text("This is no public key of P-256.")).to_be_visible()
        expect(dialog.get_by_role("button", name="Host a payee")).to_be_disabled()
        dialog.get_by_label("The payee's public key").fill(key)
        expect(dialog.get_by_text("Fingerprint, to compare with its owner")).to_be_visible()
        dialog.get_by_role("button", name="Host a payee").click()
        hosted = page.get_by_role("dialog", name="The payee is hosted")
        expect(hosted.locator("dd .mono").first).to_have_text(re.compile("^[0-9a-f]{16}$"))
        hosted.get_by_role("button", name="Close").click()
        till.get_by_role("button", name="End").click()
        page.get_by_role("dialog").get_by_role("button", name="End").click()
        expect(till.get_by_text("Ended")).to_be_visible()


def test_two_give_a_merchants_program_a_key_after_comparing_its_fingerprint(
    browser: Browser, office: Office, key: str
) -> None:
    telecom = office.town.people.telecom.merchant
    where = f"{office.url}/#/merchants/{telecom.merchant_id}"
    with office.desk(browser, OLGA) as olga, office.desk(browser, RITA) as rita:
        olga.goto(where)
        panel = olga.get_by_role("region", name="The merchant's own program")
        expect(panel.get_by_role("row").nth(1)).to_contain_text("In force")
        olga.get_by_role("button", name="Another key").click()
        dialog = olga.get_by_role("dialog")
        expect(dialog.get_by_text("nothing that the old one signs is taken")).to_be_visible()
        dialog.get_by_label("The public key of the merchant's program").fill(key)
        fingerprint = dialog.locator("p[role=status] .mono").inner_text()
        confirm(olga, "Propose", "the merchant's letter")
        proposal = ready(olga).url
        expect(olga.get_by_text(fingerprint)).to_be_visible()
        rita.goto(proposal)
        expect(rita.get_by_text(fingerprint)).to_be_visible()
        rita.get_by_role("button", name="Reject", exact=True).click()
        confirm(rita, "Reject", "nobody there asked for it")
        expect(rita.get_by_text("Rejected; nothing has changed.")).to_be_visible()
        olga.goto(where)
        expect(panel.get_by_text(fingerprint)).to_have_count(0)
        expect(panel.get_by_role("row")).to_have_count(2)


def test_two_link_a_tills_hard_wallet_to_its_merchant_for_good(
    browser: Browser, office: Office
) -> None:
    where = f"{office.url}/#/purses/{office.purse(SPARE)}"
    merchant = office.town.people.noodles.merchant
    with office.desk(browser, OLGA) as olga, office.desk(browser, RITA) as rita:
        olga.goto(where)
        olga.get_by_role("button", name="Link to a merchant").click()
        dialog = olga.get_by_role("dialog")
        expect(dialog.get_by_role("button", name="Propose")).to_be_disabled()
        dialog.get_by_label("Merchant").select_option(label=merchant.name)
        expect(dialog.get_by_text(f"belongs to the wallet of “{merchant.name}”")).to_be_visible()
        dialog.get_by_role("button", name="Propose").click()
        approve(rita, ready(olga).url)
        olga.goto(where)
        expect(olga.get_by_role("cell", name="Linked to a wallet")).to_be_visible()
        expect(olga.get_by_role("button", name="Link to a merchant")).to_have_count(0)
        olga.goto(f"{office.url}/#/merchants/{merchant.merchant_id}")
        olga.get_by_role("button", name="Link a hard wallet").click()
        dialog = olga.get_by_role("dialog")
        dialog.get_by_label("Id of the till's hard wallet").fill(office.purse("alice"))
        dialog.get_by_role("button", name="Propose").click()
        expect(dialog.get_by_role("alert")).to_be_visible()


def test_hard_wallets_for_stock_are_ordered_and_a_days_payouts_are_settled(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, OLGA) as page:
        page.get_by_role("link", name="Help a holder").click()
        page.get_by_role("link", name="Hard wallets for stock").click()
        page.get_by_role("button", name="Order one").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("button", name="for a till").click()
        expect(dialog.get_by_text("one hard wallet: for a till")).to_be_visible()
        dialog.get_by_role("button", name="Order one").click()
        row = page.get_by_role("row").filter(has=page.get_by_role("cell", name="Merchant"))
        expect(row.get_by_text("not made yet")).to_be_visible()
        page.get_by_role("link", name="Merchants").click()
        page.get_by_role("link", name="Payouts").click()
        expect(page.get_by_text("Nothing was paid out for this day.")).to_be_visible()
        page.get_by_role("button", name="Settle this day").click()
        page.get_by_role("dialog").get_by_role("button", name="Settle this day").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("alert")).to_have_count(0)
