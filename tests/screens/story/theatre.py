"""Everything that the story is played on: a town of real programs, and the screens of it.

with ExitStack() as stack:
    play = raise_curtain(stack, browser, "en")
    play.alice.tap("换数币", "Exchange")
    play.stage.drag("alice", "till")
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, ViewportSize

from tests.screens.browsing import PHONE, Chosen, open_page
from tests.screens.cameras import Camera, seeing
from tests.screens.story.stage_page import WIDE, StagePage
from tests.screens.till.desk import TABLET, Desk, listen_to
from tests.screens.wallet.acting import Screen
from zerobar.demo.stage.plot import Plot
from zerobar.demo.stage.serving import served
from zerobar.demo.stage.stage import Stage
from zerobar.demo.town.building import Around, build, new_phone
from zerobar.demo.town.device import PhoneDevice
from zerobar.demo.town.folder import new_folder
from zerobar.demo.town.people import CARD_PIN, CASHIER, CASHIERS_PIN, PIN
from zerobar.demo.town.town import Town

RECEIVED: Final = ("收款成功", "Received")


@dataclass
class Play:
    """The screens, and what no screen does.

    Attributes:
        eye, tills_eye: the cameras of Alice's phone and of the till.
    """

    locale: str
    town: Town
    stage: StagePage
    alice: Screen
    bo: Screen
    till: Desk
    eye: Camera
    tills_eye: Camera
    stack: ExitStack
    browser: Browser

    def word(self, zh: str, en: str) -> str:
        """Return the one of this play's language."""
        return en if self.locale == "en" else zh

    def grant(self, who: str) -> None:
        """Enter somebody's payment PIN anew: on a slow machine its five minutes may be over."""
        self.town.phone(who).screen.enter_pin(PIN)

    def newest_code(self, number: str) -> str:
        """Return the code in the newest message to a number, as its owner reads it."""
        return self.town.there.sandbox.newest_code(number)

    def pays_by_tap(self, card: str, yuan: str, zh: str, en: str) -> None:
        """Sell something to whoever taps, and see how final it is."""
        self.till.charge(yuan)
        self.stage.drag(card, "till")
        self.till.expect(*RECEIVED)
        self.till.expect(zh, en)
        self.next_customer()

    def next_customer(self) -> None:
        """Let nobody hold a card or a code any longer, and end what the till shows."""
        self.stage.take_cards_away()
        self.tills_eye.see_nothing()
        self.till.press("下一笔", "Next customer")

    def type_card_pin(self) -> None:
        """Have a customer type the card's PIN at the till."""
        self.till.expect("请顾客输入硬钱包密码", "Customer: enter")
        self.till.type_pin(CARD_PIN)

    def another_phone_of(self, who: str) -> Screen:
        """Give somebody a second phone, without a SIM, and open its screen."""
        person = self.town.phone(who).person
        phone = new_phone(self.town, person, f"{who}-second", self.stage.origin)
        return _phone_screen(self.stack, self.browser, phone, self.locale)


def raise_curtain(stack: ExitStack, browser: Browser, locale: str, folder: Path) -> Play:
    """Build a town, serve its stage, and open the screens.

    Args:
        folder: for what cameras see.
    """
    stage, plot = Stage(), Plot()
    stage.origin = stack.enter_context(served(stage, plot, 0))
    town = Town(new_folder(stack))
    stack.callback(town.close)
    stack.callback(stage.leave)
    stage.open(town)
    build(town, Around(stage.origin, stage.tear.springs, stage.welcome))
    eye, tills_eye = Camera(folder / "phone.y4m"), Camera(folder / "till.y4m")
    holding, at_till = (
        stack.enter_context(seeing(browser.browser_type, camera)) for camera in (eye, tills_eye)
    )
    return Play(
        locale,
        town,
        StagePage(_window(stack, browser, stage.origin, WIDE, locale), locale, stage),
        _phone_screen(stack, holding, town.phone("alice"), locale),
        _phone_screen(stack, browser, town.phone("bo"), locale),
        _desk(stack, at_till, town.till("till").screen_url, locale),
        eye,
        tills_eye,
        stack,
        browser,
    )


def _phone_screen(stack: ExitStack, browser: Browser, phone: PhoneDevice, locale: str) -> Screen:
    return Screen(_window(stack, browser, phone.screen_url, PHONE, locale), locale)


def _desk(stack: ExitStack, browser: Browser, url: str, locale: str) -> Desk:
    desk = Desk(_window(stack, browser, url, TABLET, locale), locale)
    listen_to(desk.page)
    desk.sign_in(CASHIER, CASHIERS_PIN)
    return desk


def _window(stack: ExitStack, browser: Browser, url: str, size: ViewportSize, locale: str) -> Page:
    return stack.enter_context(open_page(browser, url, size, Chosen(locale)))
