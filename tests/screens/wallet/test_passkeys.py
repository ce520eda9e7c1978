"""A passkey that was made on one phone's screen signs its holder in on another's."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.bank.programs import BankProgram, Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import LonePhone
from tests.phone.wires import Wire
from tests.screens.authenticator import Authenticator
from tests.screens.browsing import Chosen, open_page
from tests.screens.wallet.acting import Screen
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow


def origin_of(phone: LonePhone) -> str:
    """Return the page's name that passkeys may be for; a number is none."""
    return f"http://localhost:{phone.port}"


@pytest.fixture
def phones(sandbox: Sandbox) -> Iterator[list[LonePhone]]:
    """Two phones of one person; the bank knows the pages of both."""
    folder = Path(tempfile.mkdtemp(prefix="zerobar-passkeys-"))
    # The user that PostgreSQL runs as has to pass through, when root tests.
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        road = stack.enter_context(Wire(None))
        two = [LonePhone(folder, f"http://{road.address}", name) for name in ("old", "new")]
        bank = BankProgram(folder, sandbox.url, origins=[origin_of(phone) for phone in two])
        road.lead_to(("127.0.0.1", bank.port))
        stack.enter_context(bank)
        yield [stack.enter_context(phone) for phone in two]


@contextmanager
def screen_of(browser: Browser, phone: LonePhone) -> Iterator[Screen]:
    chosen = Chosen(locale="en")
    with open_page(browser, f"{origin_of(phone)}/#token={phone.token}", chosen=chosen) as page:
        yield Screen(page, chosen.locale)


def test_a_passkey_of_the_lost_phone_signs_in_on_a_new_one(
    browser: Browser, sandbox: Sandbox, phones: list[LonePhone]
) -> None:
    number = PEOPLE[0].cards[0].phone
    old, new = phones
    before = len(sandbox.messages(number))
    old.post("/sms-codes", phone=number)
    old.post("/wallet", phone=number, code=sandbox.code_for(number))
    old.put("/pin", pin=PIN)
    with screen_of(browser, old) as screen:
        authenticator = Authenticator(screen.page)
        screen.go("/settings")
        screen.tap("创建通行密钥", "Make a passkey")
        screen.enter_pin()
        screen.sees("移除", "Remove")
        screen.check_accessible()
        passkey = authenticator.passkey()
    wallet = old.get("/phone")["wallet_number"]
    old.kill()
    with screen_of(browser, new) as screen:
        Authenticator(screen.page).give(passkey)
        screen.check_accessible()
        screen.tap("使用通行密钥登录", "Sign in with a passkey")
        screen.sees("钱包余额", "In the wallet")
    assert new.get("/phone")["wallet_number"] == wallet
    assert len(sandbox.messages(number)) == before + 1


def test_without_a_passkey_the_page_says_what_to_do(
    browser: Browser, phones: list[LonePhone]
) -> None:
    with screen_of(browser, phones[1]) as screen:
        Authenticator(screen.page)
        screen.tap("使用通行密钥登录", "Sign in with a passkey")
        screen.sees("没有使用通行密钥", "No passkey was used")
