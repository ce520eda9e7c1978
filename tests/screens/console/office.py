"""A town whose bank has more staff than the demo's, each with a passkey in a browser of their own.

with Office() as office, office.desk(browser, RITA) as page:
    page.goto(f"{office.url}/#/cases")
"""

from __future__ import annotations

import io
import re
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

import pytest
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect
from rich.console import Console

from tests.screens.authenticator import Authenticator
from tests.screens.browsing import Chosen, open_page
from zerobar.bank import founding as bank_founding
from zerobar.bank.staff.model import Role
from zerobar.client.staff import RoleName
from zerobar.database import connect
from zerobar.demo.narrator import Narrator
from zerobar.demo.stage.stage import Stage
from zerobar.demo.story.moving_in import move_in
from zerobar.demo.story.scene import Scene
from zerobar.demo.town import founding
from zerobar.demo.town.building import Around, build
from zerobar.demo.town.devices import CardProgram
from zerobar.demo.town.folder import new_folder
from zerobar.demo.town.screens import new_id
from zerobar.demo.town.town import Town
from zerobar.purse.messages import PurseClass
from zerobar.purse.money import Fen

DESK: Final = ViewportSize(width=1440, height=900)
OLGA, RITA, RALF, ISSUER, APPROVER = "Olga", "Rita", "Ralf", "issuer", "approver"
STAFF: Final = (
    (OLGA, frozenset({Role.ADMINISTRATOR, Role.OPERATIONS})),
    (RITA, frozenset({Role.ADMINISTRATOR, Role.RISK})),
    (RALF, frozenset({Role.RISK})),
)
SPARE: Final = "spare"
"""A merchant's hard wallet that is linked to nobody yet."""
_NOWHERE: Final = "http://127.0.0.1:9"
_COUNTED_SINCE_UNIX_S: Final = 1_700_000_000
_BATCH: Final = struct.Struct(">4sB3sI")
_RECORD: Final = """
    SELECT v.body || v.signature || p.certificate
    FROM bank.voucher v JOIN bank.purse p ON p.purse_id = v.payer_id LIMIT 1
"""
_CLAIM_TO_KNOW: Final = """
    UPDATE bank.purse_head SET epoch = 1 + coalesce((SELECT max(epoch) FROM bank.blocklist), 0)
    WHERE purse_id = %s
"""


@dataclass
class Window:
    """A window in which somebody is signed in, kept for the next test of the same person."""

    page: Page
    wrong: list[str]
    closing: ExitStack = field(repr=False)


class Office:
    """A bank in a town in which everybody has moved in; a context manager that stops all of it.

    Signing in takes a while, so windows stay open, one for each person and look.

    Attributes:
        url: the console's, at the name that passkeys belong to.
        codes: that staff enrol with, by their names; each works once.
    """

    def __init__(self) -> None:
        self.codes: dict[str, str] = {}
        self._passkeys: dict[str, Any] = {}
        self._windows: dict[tuple[str, Chosen], Window] = {}
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
        self.close_windows()
        self._closing.close()

    @property
    def url(self) -> str:
        return self.town.bank.origin

    def purse(self, device: str) -> str:
        """Return the id of somebody's purse, as staff write it."""
        return self.town.purse_ids[device].hex()

    @contextmanager
    def desk(
        self, browser: Browser, who: str, chosen: Chosen | None = None, *, own: bool = False
    ) -> Iterator[Page]:
        """Lend a window of the console in which somebody is signed in.

        Args:
            own: a new one, which nobody else gets; for who signs out in it.
        """
        key = who, chosen or Chosen(locale="en")
        window = None if own else self._windows.pop(key, None)
        window = window or self._open(browser, *key)
        try:
            yield window.page
            assert not window.wrong, window.wrong
            if not own:
                # A page that asks the bank for nothing waits for the next test.
                window.page.goto(f"{self.url}/#/exports")
        except BaseException:
            window.closing.close()
            raise
        if own:
            window.closing.close()
        else:
            self._windows[key] = window

    def hire(self, name: str) -> None:
        """Take somebody of operations on; a code that the founding gave may be too old by now."""
        people = self.town.people
        for officer in (people.officer, people.risk):
            officer.sign_in()
        hired = people.officer.propose_colleague(name, [RoleName.OPERATIONS])
        people.risk.approve(hired)
        self.codes[name] = people.officer.code_for(hired)

    def let_pass(self, time: timedelta) -> None:
        """Let time pass at the bank, after which everybody has to sign in again."""
        self.close_windows()
        self.town.bank.let_pass(time)

    def close_windows(self) -> None:
        """Let nobody be signed in."""
        while self._windows:
            self._windows.popitem()[1].closing.close()

    @cached_property
    def cheat(self) -> str:
        """The purse that pays twice under one number: Mo's, with ¥100.00, of which there is a copy.

        Both payees sync. Alice's terminal claims that it knew of the cheat before, so that her
        purse is acknowledged no more.
        """
        clone = self._clone("mo")
        self.stage.set_all_networks(silent=True)
        self.scene.sell_by_tap("mo", self.scene.till, 60_00)
        held = self.stage.hold_card("mo's clone", clone.antenna, self.scene.alice)
        self.scene.alice.screen.take(self.scene.alice.field.target, Fen(75_00), new_id())
        self.stage.let_go(self.scene.alice, held)
        self._ask(_CLAIM_TO_KNOW + " RETURNING 1", (self.town.purse_ids["alice"],))
        self.stage.set_all_networks(silent=False)
        for payee in (self.scene.till, self.scene.alice):
            payee.screen.post("/sync")
        return self.purse("mo")

    def settle_batch(self, page: Page) -> None:
        """Settle a file with a voucher that is known, and a record that is none."""
        if (found := self._ask(_RECORD, ())) is None:
            # Nobody has paid by card yet: the thief does.
            assert self.cheat
            found = self._ask(_RECORD, ())
        (known,) = found
        content = _BATCH.pack(b"ZBVB", 1, bytes(3), 2) + bytes(known) + bytes(len(known))
        page.goto(f"{self.url}/#/settlement")
        file = FilePayload(name="till.zbv", mimeType="application/octet-stream", buffer=content)
        page.get_by_label(_WORDS_SETTLE).set_input_files(file)
        expect(page.locator("main p.done")).to_be_visible()

    def _open(self, browser: Browser, who: str, chosen: Chosen) -> Window:
        with ExitStack() as stack:
            page = stack.enter_context(open_page(browser, self.url, DESK, chosen))
            wrong: list[str] = []
            page.on("pageerror", lambda error: wrong.append(str(error)))
            authenticator = Authenticator(page)
            if who in self._passkeys:
                # Each window counts for itself, and the bank takes no count that it has seen.
                count = int(time.time() - _COUNTED_SINCE_UNIX_S)
                authenticator.give(self._passkeys[who] | {"signCount": count})
                page.get_by_role("button", name=WORDS_SIGN_IN[chosen.locale]).click()
            else:
                enrol(page, self.codes[who], chosen.locale)
            refused = page.get_by_role("alert")
            page.get_by_role("navigation").or_(refused).first.wait_for()
            assert not refused.is_visible(), refused.inner_text()
            self._passkeys[who] = authenticator.passkey()
            return Window(page, wrong, stack.pop_all())

    def _clone(self, device: str) -> CardProgram:
        card = self.town.phone(device).card
        assert card is not None
        path = self.town.folder / "clone.purse"
        shutil.copyfile(card.path, path)
        path.chmod(0o600)
        clone = CardProgram(path, None)
        self.town.started.append(clone)
        clone.start()
        return clone

    def _ask(self, query: str, values: tuple[Any, ...]) -> Any:
        database = self.town.bank._database
        with connect(database, "console tests", autocommit=True) as connection:
            return connection.execute(query, values).fetchone()

    def _build(self) -> None:
        around = Around(self.stage.origin, self.stage.tear.springs, self.stage.welcome)
        real = founding.found_bank

        def found_bank(
            folder: Path, settings: Any, database: Any, telecom: Any, cards: Any
        ) -> founding.Founded:
            spare = {self.town.folder / f"{SPARE}.purse": PurseClass.MERCHANT}
            founded = real(folder, settings, database, telecom, cards | spare)
            self.codes |= founded.codes
            return founded

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(bank_founding, "FOUNDERS", (*bank_founding.FOUNDERS, *STAFF))
            patched.setattr(founding, "found_bank", found_bank)
            build(self.town, around)


_WORDS_SETTLE: Final = re.compile("Settle a file|提交凭证文件")
WORDS_SIGN_IN: Final = {"en": "Sign in with a passkey", "zh-CN": "使用通行密钥登录"}
WORDS_ENROL: Final = {
    "en": ("First time? Enter a one-time code", "One-time code", "Make a passkey"),
    "zh-CN": ("首次登录？输入一次性代码", "一次性代码", "创建通行密钥"),
}


def enrol(page: Page, code: str, locale: str = "en") -> None:
    """Make a passkey by a one-time code."""
    first_time, field, make = WORDS_ENROL[locale]
    page.get_by_role("button", name=first_time).click()
    page.get_by_label(field).fill(code)
    page.get_by_role("button", name=make).click()
