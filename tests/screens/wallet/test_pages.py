"""Every page of the wallet, in both languages and looks and in large type: for everybody to use."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.phone.conftest import PIN
from tests.screens.browsing import Chosen
from tests.screens.wallet.acting import Screen, screen_of
from tests.screens.wallet.conftest import OpenScreen, ReadingPhone

pytestmark = pytest.mark.slow
OTHER_PIN = "864209"
PAGES = [
    "/pay",
    "/receive",
    "/scan",
    "/transfer",
    "/cards",
    "/cards/exchange",
    "/cards/save",
    "/requests",
    "/limits",
    "/records",
    "/statement",
    "/notices",
    "/settings",
    "/line",
    "/open",
    "/purse",
    "/purse/set-up",
    "/purse/load",
    "/purse/unload",
    "/purse/limits",
    "/purse/arm",
    "/purse/pin",
    "/purse/paid",
    "/purse/carried",
    "/purse/lost",
    "/tap/pay",
    "/tap/receive",
    "/who-sees",
]


@pytest.mark.parametrize(
    "chosen",
    [
        Chosen("en", "dark", isLarge=True),
        pytest.param(Chosen("zh-CN", "light"), marks=pytest.mark.deep),
    ],
    ids=["en-dark-large", "zh-light"],
)
def test_every_page_is_accessible_and_nothing_is_cut(
    browser: Browser, bea: ReadingPhone, chosen: Chosen
) -> None:
    with screen_of(browser, bea, chosen) as screen:
        expect(screen.shown("balance")).to_be_visible()
        for path in PAGES:
            screen.go(path)
            heading = screen.page.get_by_role("heading", level=1)
            expect(heading).to_be_focused()
            expect(screen.page.locator(".loading")).to_have_count(0)
            screen.check_accessible()
            assert screen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_the_balance_is_hidden_by_a_tap_and_stays_so(
    bea: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen = open_screen(bea)
    expect(screen.shown("balance")).to_contain_text("¥")
    screen.tap("隐藏金额", "")
    expect(screen.shown("balance")).to_have_text("••••••")
    screen.page.reload()
    expect(screen.shown("balance")).to_have_text("••••••")


def test_a_swipe_up_shows_the_payment_code_and_a_swipe_down_receives(
    bea: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen = open_screen(bea)
    for far, title in ((-120, "付款码"), (120, "收款")):
        box = screen.shown("balance").bounding_box()
        assert box is not None
        screen.page.mouse.move(box["x"] + 20, box["y"] + 10)
        screen.page.mouse.down()
        screen.page.mouse.move(box["x"] + 20, box["y"] + 10 + far, steps=4)
        screen.page.mouse.up()
        expect(screen.page.get_by_role("heading", level=1)).to_have_text(title)
        screen.tap("返回", "")


def test_a_statement_comes_as_pdf_and_as_table(bea: ReadingPhone, open_screen: OpenScreen) -> None:
    screen = open_screen(bea)
    screen.go("/statement")
    for name, begins in (("下载 PDF", b"%PDF"), ("下载表格（CSV）", b"\xef\xbb\xbf")):
        with screen.page.expect_download() as download:
            screen.tap(name, "")
        assert download.value.path().read_bytes().startswith(begins)


def test_a_new_pin_counts_only_when_it_was_typed_twice(
    bea: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen = open_screen(bea, "en")
    screen.go("/settings")
    screen.tap("", "Change the payment PIN")
    send = screen.page.locator("form button[type=submit]")
    _fill_pins(screen, OTHER_PIN, OTHER_PIN, OTHER_PIN[::-1])
    screen.sees("", "The two are not the same")
    expect(send).to_be_disabled()
    _fill_pins(screen, OTHER_PIN, OTHER_PIN, OTHER_PIN)
    send.click()
    # The old one was wrong, so all three are asked anew.
    expect(screen.page.get_by_role("alert")).to_be_visible()
    for label in ("Old payment PIN", "New payment PIN", "New PIN once more"):
        expect(screen.page.get_by_label(label, exact=True)).to_have_value("")
    screen.check_accessible()
    for old, new in ((PIN, OTHER_PIN), (OTHER_PIN, PIN)):
        _fill_pins(screen, old, new, new)
        send.click()
        screen.sees("", "The payment PIN is changed")
        bea.post("/grant", pin=new)
        screen.tap("", "Change the payment PIN")


def _fill_pins(screen: Screen, old: str, new: str, again: str) -> None:
    screen.fill("", "Old payment PIN", old)
    screen.fill("", "New payment PIN", new)
    screen.fill("", "New PIN once more", again)


def test_a_lost_sim_is_reported_and_found_again(
    carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    carl.post("/grant", pin=PIN)
    screen = open_screen(carl)
    screen.go("/purse/lost")
    screen.sees("本机 SIM", "")
    screen.tap("挂失", "")
    screen.tap("确定挂失", "")
    screen.sees("已挂失", "")
    screen.check_accessible()
    screen.tap("已找回，解除挂失", "")
    expect(screen.page.locator(".tag", has_text="正常")).to_be_visible()
    carl.post("/sync")
