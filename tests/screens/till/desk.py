"""The till's screen in a cashier's hands.

desk.sign_in()
desk.charge("12.50")
with shop.card_tapped():
    desk.expect("收款成功", "Received")
"""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Locator, Page, ViewportSize

from tests.phone.programs import CARD_PIN
from tests.pos.programs import CASHIER, PIN
from tests.screens.browsing import check_accessible

TABLET: Final = ViewportSize(width=800, height=1280)
_SPEAK: Final = """() => {
    window.heard = []
    speechSynthesis.speak = (spoken) => window.heard.push(spoken.text)
}"""


def listen_to(page: Page) -> None:
    """Note what the page says aloud, for there is no loudspeaker."""
    page.evaluate(_SPEAK)


class Desk:
    """A page, in one of the two languages."""

    def __init__(self, page: Page, locale: str) -> None:
        self.page, self.locale = page, locale

    def words(self, zh: str, en: str) -> str:
        """Return what stands on the screen, in its language."""
        return zh if self.locale == "zh-CN" else en

    def sign_in(self, name: str = CASHIER, pin: str = PIN) -> None:
        self.page.get_by_role("button", name=name).click()
        self.type_pin(pin)
        self.press("登录", "Sign in")
        self.button("收款", "Charge").wait_for()

    def type_pin(self, pin: str) -> None:
        for digit in pin:
            self.page.get_by_role("button", name=digit, exact=True).last.click()

    def charge(self, yuan: str) -> None:
        """Key an amount in, and come to the page where the customer pays."""
        for key in yuan:
            self.page.get_by_role("button", name=key, exact=True).click()
        self.press("收款", "Charge")
        self.expect("应付金额", "To pay")

    def type_card_pin(self, pin: str = CARD_PIN) -> None:
        """Have the customer type the card's PIN, which the screen asks for."""
        self.expect("请顾客输入硬钱包密码", "Customer: enter")
        self.type_pin(pin)
        self.press("确定，再碰一碰", "OK, tap again")

    def type_code(self, text: str) -> None:
        """Type what a customer's phone shows, as somebody without a camera does."""
        self.page.get_by_placeholder(self.words("手动输入", "Type it instead")).fill(text)
        self.press("确定", "OK")

    def show(self, zh: str, en: str, step: str) -> str:
        """Press what shows a code, and return the text that the code was drawn from."""
        with self.page.expect_response(lambda answer: answer.url.endswith(f"/{step}")) as asked:
            self.press(zh, en)
        self.page.locator("svg.qr").wait_for()
        return str(asked.value.json()["text"])

    def button(self, zh: str, en: str) -> Locator:
        return self.page.get_by_role("button", name=self.words(zh, en), exact=True)

    def press(self, zh: str, en: str) -> None:
        self.button(zh, en).click()

    def follow(self, zh: str, en: str) -> None:
        self.page.get_by_role("link", name=self.words(zh, en), exact=True).click()

    def expect(self, zh: str, en: str) -> None:
        """Wait until the words stand on the screen."""
        self.page.get_by_text(self.words(zh, en)).first.wait_for()

    def expect_gone(self, zh: str, en: str) -> None:
        self.page.get_by_text(self.words(zh, en)).first.wait_for(state="hidden")

    def heard(self) -> list[str]:
        said: list[str] = self.page.evaluate("() => window.heard")
        return said

    def go_to(self, path: str, zh: str, en: str) -> None:
        """Open a page of the screen; its heading is the sign that it is there."""
        self.page.evaluate("(path) => { location.hash = path }", path)
        self.page.get_by_role("heading", name=self.words(zh, en), exact=True).wait_for()

    def check(self) -> None:
        check_accessible(self.page)
