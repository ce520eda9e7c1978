"""The stage's page in somebody's hands: switches, and SIMs that are dragged onto readers."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import Page, ViewportSize, expect

from zerobar.demo.stage.stage import Stage
from zerobar.reader import Sentence

WIDE: Final = ViewportSize(width=1440, height=900)
SHOWN: Final = ("alice", "bo", "till")


class StagePage:
    """The page, in one of the two languages.

    Args:
        stage: behind it; it says what devices are called.
    """

    def __init__(self, page: Page, locale: str, stage: Stage) -> None:
        self.page, self._locale, self._stage = page, locale, stage
        self._press("自己试试", "Try it myself")
        places = page.get_by_label(self._word("这里放哪台设备", "Which device stands here"))
        for place, who in enumerate(SHOWN):
            places.nth(place).select_option(who)

    @property
    def origin(self) -> str:
        """The page that frames the devices' screens."""
        return self._stage.origin

    def cut_everyones_network(self) -> None:
        self._switch(self._word("所有人的网络", "Everyone's network"), on=False)

    def set_network(self, id_: str, *, on: bool) -> None:
        """Cut one device's network, or bring it back."""
        self._switch(self._of(id_, "的网络", "Network of"), on=on)

    def set_power(self, id_: str, *, on: bool) -> None:
        """Switch a device off or on; its SIM stays as it is."""
        self._switch(self._of(id_, "的电源", "Power of"), on=on)

    def tear_the_next_tap(self) -> None:
        self._press("撕断下一次碰一碰", "Tear the next tap")
        armed = self._word("下一次碰一碰会断开", "The next tap will be torn")
        expect(self.page.get_by_role("button", name=armed)).to_be_visible()

    def drag(self, card: str, reader: str) -> None:
        """Drag a phone's SIM onto another device."""
        self.page.locator(f"[data-card={card}]").hover()
        self.page.mouse.down()
        self.page.locator(f"[data-reader={reader}]").hover()
        self.page.mouse.up()

    def ask_for_the_story(self) -> None:
        """Have it played; it begins in a new town, which is built first."""
        self._press("播放故事", "Play the story")
        told = self._word("正在为故事准备", "are being set up")
        expect(self.page.locator(".chapter")).to_contain_text(told)

    def take_cards_away(self) -> None:
        """Have nobody hold a card any longer: the next sale is not for it."""
        for device in self._stage.devices():
            if (held := device.field.held) is not None:
                self._stage.let_go(device, held)

    def _switch(self, name: str, *, on: bool) -> None:
        switch = self.page.get_by_role("switch", name=name, exact=True)
        expect(switch).to_have_attribute("aria-checked", str(not on).lower())
        switch.click()
        expect(switch).to_have_attribute("aria-checked", str(on).lower())

    def _press(self, zh: str, en: str) -> None:
        name = re.compile(f"^{re.escape(self._word(zh, en))}")
        self.page.get_by_role("button", name=name).click()

    def _of(self, id_: str, zh: str, en: str) -> str:
        name: Sentence = self._stage.device(id_).name
        return self._word(f"{name.zh}{zh}", f"{en} {name}")

    def _word(self, zh: str, en: str) -> str:
        return zh if self._locale == "zh-CN" else en
