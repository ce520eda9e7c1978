"""What two people decide about losses, purses and keys; and a passkey that its owner closes."""

from __future__ import annotations

import os

from playwright.sync_api import Browser, expect

from tests.screens.console.acting import approve, confirm, ready
from tests.screens.console.office import APPROVER, ISSUER, RALF, RITA, WORDS_SIGN_IN, Office
from zerobar.demo.story.scene import soon
from zerobar.purse.suites import KEY_SEED_LENGTH, P256


def test_two_risk_officers_have_a_hard_wallet_acknowledged_again(
    browser: Browser, office: Office
) -> None:
    assert office.cheat
    alice = office.purse("alice")
    with office.desk(browser, RITA) as rita, office.desk(browser, RALF) as ralf:
        rita.get_by_role("link", name="Losses").click()
        stalled = rita.get_by_role("region", name="Hard wallets that are not acknowledged")
        row = stalled.get_by_role("row").filter(has_text=alice)
        expect(row).to_contain_text("¥75.00")
        row.get_by_role("link", name=alice).click()
        expect(rita.get_by_text("It is not acknowledged any more")).to_be_visible()
        rita.get_by_role("button", name="Acknowledge again").click()
        dialog = rita.get_by_role("dialog")
        expect(
            dialog.get_by_text("What it took so far, ¥75.00 (credits: 1), counts")
        ).to_be_visible()
        confirm(rita, "Propose", "the card was looked at")
        approve(ralf, ready(rita).url)
        rita.goto(f"{office.url}/#/purses/{alice}")
        expect(rita.get_by_role("heading", level=1)).to_be_visible()
        expect(rita.get_by_text("It is not acknowledged any more")).to_have_count(0)
    answer = soon(
        lambda: office.town.phone("alice").screen.post("/sync"), lambda a: not a["failed"]
    )
    assert not answer["failed"]


def test_two_let_the_vault_cover_more_of_a_loss_and_see_before_what_moves(
    browser: Browser, office: Office
) -> None:
    assert office.cheat
    with office.desk(browser, RITA) as rita, office.desk(browser, RALF) as ralf:
        rita.get_by_role("link", name="Losses").click()
        losses = rita.get_by_role("region", name="Losses")
        row = losses.get_by_role("row").filter(has_text=office.cheat)
        expect(row.get_by_role("cell").nth(1)).to_have_text("¥35.00")
        row.get_by_role("button", name="Cover more").click()
        dialog = rita.get_by_role("dialog")
        dialog.get_by_label("Altogether up to").fill("1")
        dialog.get_by_label("Reason").fill("a clone")
        expect(dialog.get_by_role("button", name="Propose")).to_be_disabled()
        dialog.get_by_label("Altogether up to").fill("30000")
        expect(dialog.get_by_text("up to ¥30,000.00 altogether")).to_be_visible()
        expect(dialog.get_by_role("row").filter(has_text="In the vault")).to_contain_text("¥")
        dialog.get_by_role("button", name="Propose").click()
        approve(ralf, ready(rita).url)
        rita.get_by_role("link", name="Losses").click()
        expect(row).to_contain_text("¥30,000.00")


def test_two_of_the_authority_announce_a_key_but_never_one_that_the_bank_signs_with(
    browser: Browser, office: Office
) -> None:
    key = P256.public_key(P256.private_key(os.urandom(KEY_SEED_LENGTH))).hex()
    with office.desk(browser, ISSUER) as issuer, office.desk(browser, APPROVER) as approver:
        issuer.get_by_role("link", name="Operators and keys").click()
        own = issuer.get_by_role("row").filter(has_text="Signs here").first
        number = own.get_by_role("cell").first.inner_text()
        issuer.get_by_role("button", name="Announce a key").click()
        dialog = issuer.get_by_role("dialog")
        dialog.get_by_label("Number").fill(number)
        expect(dialog.get_by_role("alert")).to_contain_text("This bank signs with number")
        dialog.get_by_label("Number").fill("200")
        dialog.get_by_label("Public key").fill(key)
        expect(dialog.get_by_text("trusts a new key under number 200")).to_be_visible()
        confirm(issuer, "Propose", "another operator joins")
        approve(approver, ready(issuer).url)
        issuer.get_by_role("link", name="Operators and keys").click()
        announced = issuer.get_by_role("row").filter(has_text="Serves")
        expect(announced.get_by_role("cell").first).to_have_text("200")


def test_who_closes_the_only_passkey_is_signed_out_and_does_not_come_in_again(
    browser: Browser, office: Office
) -> None:
    office.hire("Pia")
    with office.desk(browser, "Pia", own=True) as page:
        page.get_by_role("button", name="Pia").click()
        page.get_by_role("link", name="Your account").click()
        page.get_by_role("button", name="Close", exact=True).click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_text("It is your only one")).to_be_visible()
        close = dialog.locator("form").get_by_role("button", name="Close", exact=True)
        expect(close).to_be_disabled()
        dialog.get_by_label("Type “Work computer” to confirm").fill("Work computer")
        close.click()
        page.get_by_role("button", name=WORDS_SIGN_IN["en"]).click()
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("navigation")).to_have_count(0)
