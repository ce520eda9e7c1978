"""A town whose bank has more staff than the demo's, each with a passkey in a browser of their own.

with Office() as office, office.desk(browser, RITA) as page:
    page.goto(f"{office.url}/#/cases")
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, Self

import pytest
from playwright.sync_api import Browser, Page, ViewportSize
from rich.console import Console

from tests.screens.authenticator import Authenticator
from tests.screens.browsing import Chosen, open_page
from zerobar.bank import founding as bank_founding
from zerobar.bank.staff.model import Role
from zerobar.demo.narrator import Narrator
from zerobar.demo.stage.stage import Stage
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.story.scene import Scene
from zerobar.demo.town import founding
from zerobar.demo.town.building import Around, build, new_folder
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.screens import new_id
from zerobar.demo.town.town import Town
from zerobar.purse.money import Fen

DESK: Final = ViewportSize(width=1440, height=900)
OLGA, RITA, RALF, ISSUER, APPROVER = "Olga", "Rita", "Ralf", "issuer", "approver"
STAFF: Final = (
    (OLGA, frozenset({Role.ADMINISTRATOR, Role.OPERATIONS})),
    (RITA, frozenset({Role.ADMINISTRATOR, Role.RISK})),
    (RALF, frozenset({Role.RISK})),
)
_NOWHERE: Final = "http://127.0.0.1:9"


class Office:
    """A bank in a town in which everybody has moved in; a context manager that stops all of it.

    Attributes:
        url: the console's, at the name that passkeys belong to.
        codes: that staff enrol with, by their names; each works once.
    """

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self._passkeys: dict[str, Any] = {}
        self._closing = ExitStack()
        self.stage = Stage()
        self.stage.origin = _NOWHERE

    def __enter__(self) -> Self:
        with self._closing as stack:
            self.town = Town(new_folder(stack))
            stack.callback(self.town.close)
            stack.callback(self.stage.leave)
            self.stage.open(self.town)
            self._build()
            move_in(self.town)
            narrator = Narrator(Console(file=io.StringIO()), chinese=False)
            self.scene = Scene(narrator, self.stage, self.town)
            self._closing = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def url(self) -> str:
        return self.town.bank.origin

    def purse(self, device: str) -> str:
        """Return the id of somebody's purse, as staff write it."""
        return self.town.purse_ids[device].hex()

    @contextmanager
    def desk(self, browser: Browser, who: str, chosen: Chosen | None = None) -> Iterator[Page]:
        """Open the console in a window, signed in; the first time with the one-time code."""
        with open_page(browser, self.url, DESK, chosen or Chosen(locale="en")) as page:
            authenticator = Authenticator(page)
            if who in self._passkeys:
                authenticator.give(self._passkeys[who])
                page.get_by_role("button", name=WORDS_SIGN_IN[page_locale(chosen)]).click()
            else:
                enrol(page, self.codes[who], page_locale(chosen))
            page.get_by_role("navigation").wait_for()
            self._passkeys[who] = authenticator.passkey()
            yield page

    def pay_with_a_clone(self) -> None:
        """Copy Mo's card, pay twice under one number, and let both payees sync."""
        card = self.scene.mo.card
        assert card is not None
        path = self.town.folder / "clone.purse"
        shutil.copyfile(card.path, path)
        path.chmod(0o600)
        clone = CardProgram(path, None)
        self.town.started.append(clone)
        clone.start()
        self.stage.set_all_networks(silent=True)
        self.scene.sell_by_tap("mo", self.scene.till, 30_00)
        held = self.stage.hold_card("mo's clone", clone.antenna, self.scene.alice)
        self.scene.alice.screen.take(self.scene.alice.field.target, Fen(35_00), new_id())
        self.stage.let_go(self.scene.alice, held)
        self.stage.set_all_networks(silent=False)
        self.scene.is_in_sync(self.scene.till)
        self.scene.is_in_sync(self.scene.alice)

    def _build(self) -> None:
        around = Around(self.stage.origin, self.stage.tear.springs, self.stage.welcome)
        real = founding.found_bank

        def found_bank(*arguments: Any) -> founding.Founded:
            founded = real(*arguments)
            self.codes |= founded.codes
            return founded

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(bank_founding, "FOUNDERS", (*bank_founding.FOUNDERS, *STAFF))
            patched.setattr(founding, "found_bank", found_bank)
            build(self.town, around)


WORDS_SIGN_IN: Final = {"en": "Sign in with a passkey", "zh-CN": "使用通行密钥登录"}
WORDS_ENROL: Final = {
    "en": ("First time? Enter a one-time code", "One-time code", "Make a passkey"),
    "zh-CN": ("首次登录？输入一次性代码", "一次性代码", "创建通行密钥"),
}


def page_locale(chosen: Chosen | None) -> str:
    """Return the language that a window is opened in."""
    return "en" if chosen is None else chosen.locale


def enrol(page: Page, code: str, locale: str = "en") -> None:
    """Make a passkey by a one-time code."""
    first_time, field, make = WORDS_ENROL[locale]
    page.get_by_role("button", name=first_time).click()
    page.get_by_label(field).fill(code)
    page.get_by_role("button", name=make).click()
