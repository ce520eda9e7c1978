from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.screens.browsing import PHONE, Chosen, check_accessible, open_page
from tests.screens.stage.conftest import WIDE
from tests.screens.stage.free_play import FreePlay, TillInFrame
from zerobar.purse.money import Fen

NOODLES = Fen(12_00)


def test_a_visitor_is_told_once_what_this_is_and_sees_the_real_screens(
    browser: Browser, play: FreePlay
) -> None:
    play.tidy_up()
    with open_page(browser, play.url, WIDE, Chosen()) as page:
        expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(3)
        check_accessible(page)
        page.get_by_role("button", name="自己试试").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.locator("iframe")).to_have_count(3)
        shown = {frame.url.split("/#")[0].rstrip("/") for frame in page.frames[1:]}
        urls = {one["screen_url"].split("/#")[0] for one in play.shown()["devices"]}
        assert len(shown & urls) == 3
        page.reload()
        expect(page.locator("iframe")).to_have_count(3)
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_card_dragged_onto_the_till_pays_offline_and_its_real_bytes_are_drawn(
    stage: Page, play: FreePlay
) -> None:
    before = play.purse_fen("alice")
    stage.get_by_role("switch", name="Everyone's network").click()
    till = TillInFrame(stage, play.shown()["pins"])
    till.charge("12")
    drag(stage, "alice", "till")
    till.expect("Received")
    tap = newest_tap(stage)
    expect(tap).to_contain_text("Alice's card pays ¥12.00 to the till")
    expect(tap).to_contain_text("2 commands, 342 bytes · no network used")
    expect(tap.locator("[data-state=paid]")).to_be_visible()
    expect(tap.get_by_role("button", name="Alice's SIM → the till:")).to_have_count(2)
    paid = tap.get_by_role("button", name="voucher and certificate 255 B")
    paid.click()
    knows(stage, payer="paid", reader="voucher", payee="asked", bank="nothing")
    check_accessible(stage)
    tap.get_by_role("button", name="the receipt 34 B").click()
    knows(stage, payer="paid", reader="receipt", payee="credited", bank="nothing")
    stage.keyboard.press("Escape")
    expect(stage.locator("[data-party]")).to_have_count(0)
    expect(tap.get_by_role("button", name="the receipt 34 B")).to_be_focused()
    assert play.purse_fen("alice") == before - NOODLES


def test_a_torn_tap_is_drawn_as_torn_and_resumes_without_charging_twice(
    stage: Page, play: FreePlay
) -> None:
    before = play.purse_fen("bo")
    stage.get_by_role("button", name="Tear the next tap").click()
    expect(stage.get_by_role("button", name="The next tap will be torn")).to_be_visible()
    till = TillInFrame(stage, play.shown()["pins"])
    till.charge("12")
    drag(stage, "bo", "till")
    expect(newest_tap(stage).locator("[data-state=torn]")).to_be_visible()
    torn = newest_tap(stage).get_by_role("button", name="no answer:")
    expect(torn.locator(".rip")).to_be_visible()
    torn.click()
    knows(stage, payer="may-have-paid", reader="unknown", payee="asked", bank="nothing")
    expect(stage.get_by_role("button", name="Tear the next tap")).to_be_visible()
    drag(stage, "bo", "till")
    till.expect("Received")
    expect(newest_tap(stage).locator("[data-state=paid]")).to_be_visible()
    assert play.purse_fen("bo") == before - NOODLES


def test_the_sim_of_a_phone_that_is_switched_off_pays_by_keyboard_too(
    stage: Page, play: FreePlay
) -> None:
    power = stage.get_by_role("switch", name="Power of Bo")
    power.click()
    expect(stage.get_by_text("Its SIM still pays when tapped.")).to_be_visible()
    expect(stage.locator("iframe")).to_have_count(2)
    check_accessible(stage)
    till = TillInFrame(stage, play.shown()["pins"])
    till.charge("12")
    stage.get_by_role("button", name="Which device does Bo's SIM tap").press("Enter")
    menu = stage.get_by_role("group", name="Which device does Bo's SIM tap")
    menu.get_by_role("button", name="the till till", exact=True).press("Enter")
    till.expect("Received")
    power.click()
    expect(stage.locator("iframe")).to_have_count(3)


def test_a_tap_that_nobody_waits_for_says_what_to_do(stage: Page) -> None:
    drag(stage, "alice", "bo")
    expect(stage.get_by_text("Bo was not waiting for a tap")).to_be_visible()


def test_another_device_takes_a_place(stage: Page, play: FreePlay) -> None:
    stage.get_by_label("Which device stands here").nth(1).select_option("other-till")
    expect(stage.get_by_title("Screen of the other till")).to_be_visible()
    expect(stage.get_by_title("Screen of Bo")).to_have_count(0)
    assert stage.locator("iframe").count() == 3


def test_everybody_can_use_it_on_a_phone_in_the_dark_with_large_type(
    browser: Browser, play: FreePlay
) -> None:
    play.tidy_up()
    chosen = Chosen(locale="en", look="dark", isLarge=True)
    with open_page(browser, play.url, PHONE, chosen) as page:
        check_accessible(page)
        page.get_by_role("button", name="Try it myself").click()
        expect(page.locator("iframe")).to_have_count(3)
        check_accessible(page)
        page.get_by_role("button", name="Settings").click()
        page.get_by_label("中文").check()
        expect(page.get_by_role("heading", name="设置")).to_be_visible()
        till = page.frame_locator("iframe").nth(2)
        expect(till.get_by_text("请选择收银员")).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.deep
def test_whoever_asks_for_the_story_sees_it_begin(stage: Page, play: FreePlay) -> None:
    stage.get_by_role("button", name="Play the story").click()
    caption = stage.get_by_role("status").filter(has=stage.locator(".chapter"))
    expect(caption).to_contain_text("are being set up")
    expect(caption).not_to_contain_text("are being set up", timeout=120_000)
    assert play.shown()["story"]["state"] == "playing"


def drag(page: Page, card: str, reader: str) -> None:
    """Drag a phone's SIM onto another device, with a mouse."""
    page.locator(f"[data-card={card}]").hover()
    page.mouse.down()
    page.locator(f"[data-reader={reader}]").hover()
    page.mouse.up()


def newest_tap(page: Page) -> Locator:
    return page.get_by_role("listitem").filter(has=page.locator("[data-kind=tap]")).last


def knows(page: Page, **facts: str) -> None:
    """Check what each party is said to know."""
    for party, fact in facts.items():
        expect(page.locator(f"[data-party={party}]")).to_have_attribute("data-fact", fact)
