"""A passkey that was made on one phone's screen signs its holder in on another's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser

from tests.bank.programs import Sandbox
from tests.phone.conftest import PIN
from tests.phone.programs import LonePhone
from tests.screens.authenticator import Authenticator
from tests.screens.browsing import Chosen, open_page
from tests.screens.wallet.acting import Screen
from tests.screens.wallet.conftest import Pair, origin_of
from zerobar.sandbox.people import PEOPLE

pytestmark = pytest.mark.slow


@contextmanager
def screen_of(browser: Browser, phone: LonePhone) -> Iterator[Screen]:
    chosen = Chosen(locale="en")
    with open_page(browser, f"{origin_of(phone)}/#token={phone.token}", chosen=chosen) as page:
        yield Screen(page, chosen.locale)


def test_without_a_passkey_the_page_says_what_to_do(browser: Browser, old_and_new: Pair) -> None:
    with screen_of(browser, old_and_new[1]) as screen:
        Authenticator(screen.page)
        screen.go("/start")
        screen.tap("使用通行密钥登录", "Sign in with a passkey")
        screen.sees("没有使用通行密钥", "No passkey was used")


def test_a_passkey_of_the_lost_phone_signs_in_on_a_new_one(
    browser: Browser, sandbox: Sandbox, old_and_new: Pair
) -> None:
    number = PEOPLE[4].cards[0].phone
    old, new = old_and_new
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
