from __future__ import annotations

import csv
import re
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.screens.console.acting import approve, confirm, ready
from tests.screens.console.office import APPROVER, ISSUER, OLGA, RALF, RITA, Office
from zerobar.demo.story.scene import soon
from zerobar.purse.money import Fen

A_MONTH = timedelta(days=31)


def propose_money(page: Page, kind: str, amount: str) -> str:
    """Propose to pay in, issue or redeem, and return where that is decided."""
    page.get_by_role("link", name="Issue and redeem").click()
    page.get_by_role("button", name=kind, exact=True).click()
    page.get_by_role("group", name="Amount").focus()
    page.keyboard.type(amount)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Propose").click()
    expect(page.get_by_text("A second person has to approve it")).to_be_visible()
    return page.url


def test_two_people_issue_money_and_the_equation_balances_before_and_after(
    browser: Browser, office: Office
) -> None:
    before = office.town.people.officer.supply()
    with office.desk(browser, ISSUER) as issuer, office.desk(browser, APPROVER) as approver:
        approve(approver, propose_money(issuer, "Pay in reserves", "2500.50"))
        url = propose_money(issuer, "Issue", "2500.50")
        issuer.reload()
        expect(issuer.get_by_text("A second person has to approve it")).to_be_visible()
        approve(approver, url)
        approver.get_by_role("link", name="Overview").click()
        expect(approver.get_by_text("It balances, to the fen")).to_be_visible()
    after = office.town.people.officer.supply()
    assert after.issued_fen - before.issued_fen == 2500_50
    assert after.difference_fen == 0


def test_the_clone_is_found_and_both_signed_vouchers_stand_side_by_side(
    browser: Browser, office: Office
) -> None:
    assert office.cheat == office.purse("mo")
    with office.desk(browser, RITA) as page:
        page.get_by_role("link", name="Fraud cases").click()
        row = page.get_by_role("row").filter(has_text=office.purse("mo")).first
        row.get_by_role("link", name="See the evidence").click()
        expect(page.get_by_role("heading", name="Two vouchers under one number")).to_be_visible()
        expect(page.get_by_text("The signature holds: this hard wallet signed it")).to_have_count(2)
        amounts = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="Amount"))
        expect(amounts).to_contain_text("¥60.00")
        expect(amounts).to_contain_text("¥75.00")
        expect(amounts.get_by_text("differs", exact=True)).to_have_count(2)
        expect(page.get_by_text("Blocked", exact=True)).to_be_visible()
        page.get_by_role("link", name=office.purse("mo")).click()
        expect(page.get_by_text("This hard wallet was proved to cheat.")).to_be_visible()
        expect(page.get_by_role("button", name="Release")).to_have_count(0)
        page.get_by_role("link", name="Blocklist").click()
        expect(page.get_by_role("link", name=office.purse("mo"))).to_be_visible()


def test_one_officer_blocks_a_hard_wallet_and_only_two_let_it_go(
    browser: Browser, office: Office
) -> None:
    where = f"{office.url}/#/purses/{office.purse('other-till')}"
    with office.desk(browser, RITA) as rita, office.desk(browser, RALF) as ralf:
        rita.goto(where)
        rita.get_by_role("button", name="Block", exact=True).click()
        confirm(rita, "Block it now", "found in the street")
        expect(rita.get_by_role("cell", name="Blocked", exact=True)).to_be_visible()
        rita.get_by_role("button", name="Release").click()
        confirm(rita, "Propose", "it is the shop's after all")
        expect(rita.get_by_text("A second person has to approve it")).to_be_visible()
        approve(ralf, rita.url)
        ralf.goto(where)
        expect(ralf.get_by_role("cell", name="Released")).to_be_visible()
        expect(ralf.get_by_role("button", name="Block", exact=True)).to_be_visible()


def test_two_allow_a_new_pin_for_a_hard_wallet_whose_holder_forgot_it(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, OLGA) as olga, office.desk(browser, RITA) as rita:
        olga.goto(f"{office.url}/#/purses/{office.purse('alice')}")
        olga.get_by_role("button", name="New PIN").click()
        confirm(olga, "Propose", "seen with her identity card")
        expect(olga.get_by_text("A second person has to approve it")).to_be_visible()
        approve(rita, olga.url)
        olga.goto(f"{office.url}/#/approvals")
        olga.get_by_role("button", name="All").click()
        expect(olga.get_by_role("link", name="New PIN for a hard wallet").first).to_be_visible()


def test_a_file_that_is_no_batch_is_refused_in_words(browser: Browser, office: Office) -> None:
    with office.desk(browser, OLGA) as page:
        page.get_by_role("link", name="Settlement runs").click()
        file = FilePayload(name="holiday.jpg", mimeType="image/jpeg", buffer=b"not a batch")
        page.get_by_label("Settle a file").set_input_files(file)
        expect(page.get_by_role("alert")).to_be_visible()


def test_a_class_is_stopped_by_two_and_only_after_its_name_was_typed(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, RITA) as rita, office.desk(browser, RALF) as ralf:
        rita.get_by_role("link", name="Class kill switch").click()
        rita.get_by_role("button", name="Stop: Anonymous").click()
        dialog = rita.get_by_role("dialog")
        expect(dialog.get_by_text(re.compile(r"\d+ hard wallets hear of it"))).to_be_visible()
        dialog.get_by_label("Reason").fill("a drill")
        expect(dialog.get_by_role("button", name="Propose")).to_be_disabled()
        dialog.get_by_label("Type “Anonymous” to confirm").fill("anonymous")
        dialog.get_by_role("button", name="Propose").click()
        expect(rita.get_by_text("A second person has to approve it")).to_be_visible()
        ralf.goto(rita.url)
        ralf.get_by_role("button", name="Reject").click()
        confirm(ralf, "Reject", "only a drill")
        expect(ralf.get_by_text("Rejected; nothing has changed.")).to_be_visible()


def test_other_limits_show_whom_they_touch_before_they_are_proposed(
    browser: Browser, office: Office
) -> None:
    with office.desk(browser, RITA) as rita, office.desk(browser, RALF) as ralf:
        rita.get_by_role("link", name="Limits").click()
        rita.get_by_role("button", name="Propose new limits").click()
        rita.get_by_label("IV (anonymous) Balance").fill("50")
        expect(rita.get_by_role("button", name="Propose", exact=True)).to_have_count(0)
        rita.get_by_role("button", name="See whom it touches").click()
        touched = rita.get_by_role("region", name="Wallets it would touch if it held now")
        row = touched.get_by_role("row").filter(has_text="IV (anonymous)")
        assert int(row.get_by_role("cell").nth(2).inner_text()) >= 2
        rita.get_by_role("button", name="Propose", exact=True).click()
        approve(ralf, ready(rita).url)
        ralf.get_by_role("link", name="Limits").click()
        expect(ralf.get_by_text("To come")).to_be_visible()


def test_a_pattern_is_tuned_and_says_why_it_hits(browser: Browser, office: Office) -> None:
    with office.desk(browser, RITA) as page:
        page.goto(f"{office.url}/#/patterns/velocity")
        page.get_by_label("Payments, at least").fill("2")
        page.get_by_label("Reason").fill("looking closer for a day")
        page.get_by_role("button", name="Save as a new version").click()
        versions = page.get_by_role("region", name="Versions")
        expect(versions.get_by_text("looking closer for a day")).to_be_visible()
        expect(page.get_by_label("Payments, at least")).to_have_value("2")


def test_a_lost_phones_money_comes_back_to_its_wallet_after_a_month(
    browser: Browser, office: Office
) -> None:
    number, purse = office.town.phone("bo").person.number, office.purse("bo")
    before = office.town.phone("bo").screen.balance()
    with office.desk(browser, OLGA) as page:
        page.get_by_role("link", name="Help a holder").click()
        page.get_by_label("Id of the hard wallet").first.fill(purse)
        page.get_by_role("button", name="Go on").first.click()
        confirm(page, "Report it lost", "the holder called")
        expect(page.get_by_text("Paid out on")).to_be_visible()
    office.let_pass(A_MONTH)
    balance = soon(office.town.phone("bo").screen.balance, lambda seen: seen > before)
    assert balance == before + Fen(100_00)
    with office.desk(browser, OLGA) as page:
        page.keyboard.press("/")
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        page.get_by_role("link", name=re.compile(r"\*\*\*\*")).first.click()
        purses = page.get_by_role("region", name="Hard wallets")
        expect(purses.get_by_text("Closed")).to_be_visible()
        page.get_by_role("link", name=purse).click()
        expect(page.get_by_role("cell", name="Paid out to the wallet")).to_be_visible()


def test_the_trail_holds_and_is_exported_as_csv_and_pdf(
    browser: Browser, office: Office, tmp_path: Path
) -> None:
    with office.desk(browser, RITA) as page:
        page.get_by_role("link", name="Search", exact=True).click()
        field = page.get_by_role("main").get_by_role("searchbox")
        field.fill(office.town.phone("alice").person.number)
        field.press("Enter")
        expect(page.get_by_text("1 found")).to_be_visible()
        page.get_by_role("link", name="Audit trail").click()
        expect(page.get_by_text(re.compile(r"The chain holds: \d+ entries"))).to_be_visible()
        expect(page.get_by_role("cell", name="Searched", exact=True).first).to_be_visible()
        page.get_by_role("link", name="Exports").first.click()
        for form in ("csv", "pdf"):
            part = page.get_by_role("heading", name="Audit trail").locator("..")
            with page.expect_download() as download:
                part.get_by_role("button", name=form.upper()).click()
            download.value.save_as(tmp_path / form)
    rows = list(csv.reader((tmp_path / "csv").read_text(encoding="utf-8-sig").splitlines()))
    assert any("search" in row for row in rows)
    assert (tmp_path / "pdf").read_bytes().startswith(b"%PDF-")
