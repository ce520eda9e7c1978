"""A person at a wallet's screen: taps what has a name, types amounts and PINs, reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page, expect

from tests.phone.conftest import PIN
from tests.phone.programs import LonePhone
from tests.screens.browsing import WAIT_MS, Chosen, check_accessible, open_page

expect.set_options(timeout=WAIT_MS)


class Screen:
    """A wallet's screen, in the language that was chosen.

    Args:
        locale: zh-CN or en.
    """

    def __init__(self, page: Page, locale: str) -> None:
        self.page = page
        self._is_english = locale == "en"

    def word(self, zh: str, en: str) -> str:
        """Return the one that this screen shows."""
        return en if self._is_english else zh

    def tap(self, zh: str, en: str) -> None:
        """Tap the button or the link that has this name, the first on the page."""
        name = re.compile(f"^{re.escape(self.word(zh, en))}")
        button = self.page.get_by_role("button", name=name)
        link = self.page.get_by_role("link", name=name)
        button.or_(link).first.click()

    def fill(self, zh: str, en: str, text: str) -> None:
        """Type into the field that has this label."""
        self.page.get_by_label(self.word(zh, en), exact=True).fill(text)

    def amount(self, yuan: str) -> None:
        """Key an amount in, as one presses its keys."""
        for key in yuan:
            self.page.locator(
                ".pad .key", has_text=re.compile(f"^\\s*{re.escape(key)}\\s*$")
            ).click()
        self.page.locator(".pad .done").click()

    def enter_pin(self) -> None:
        """Enter the payment PIN that is asked for; its last digit is enough."""
        self.fill("支付密码", "Payment PIN", PIN)

    def choose_pin(self) -> None:
        """Choose the payment PIN."""
        self.fill("支付密码", "Payment PIN", PIN)
        self.fill("再输入一次", "Once more", PIN)
        self.tap("确定", "OK")

    def sees(self, zh: str, en: str) -> Locator:
        """Wait until a text is there, and return it."""
        found = self.page.get_by_text(self.word(zh, en)).first
        expect(found).to_be_visible()
        return found

    def sees_done(self, amount: str) -> None:
        """Wait for money that has moved, final now."""
        self.sees("已完成，资金已到账", "Done: final now")
        expect(self.page.locator(".result .amount")).to_have_text(amount)

    def finish(self) -> None:
        """Leave a result."""
        self.tap("完成", "Done")

    def go(self, path: str) -> None:
        """Open a page by its address."""
        # Until the first page is there, the router does not listen to the address; what is shown
        # before it has a heading as well, but none that takes the focus.
        self.page.locator("h1[tabindex]").first.wait_for()
        self.page.evaluate("path => { location.hash = path }", path)

    def shown(self, name: str) -> Locator:
        """Return the amount that is marked by a name: balance or purse."""
        return self.page.locator(f"[data-test={name}]")

    def check_accessible(self) -> None:
        """Check what is shown by axe's rules."""
        check_accessible(self.page)


@contextmanager
def screen_of(
    browser: Browser, phone: LonePhone, chosen: Chosen, *, keeps_copy: bool = False
) -> Iterator[Screen]:
    """Open a phone's screen, let in by its token."""
    token = (phone.folder / "token").read_text()
    url = f"{phone.url}/#token={token}"
    with open_page(browser, url, chosen=chosen, keeps_copy=keeps_copy) as page:
        yield Screen(page, chosen.locale)
