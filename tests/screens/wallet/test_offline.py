"""Two phones, their SIMs and no network: taps, a torn tap, codes, vouchers, and what is said."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.phone.conftest import PIN
from tests.phone.programs import CARD_PIN
from tests.phone.test_killed import PAY
from tests.phone.wires import Address
from tests.screens.wallet.acting import Screen
from tests.screens.wallet.conftest import OpenScreen, ReadingPhone

pytestmark = pytest.mark.slow
LOADED_FEN = 150_00
LOAD_BEA, LOAD_CARL = (f"01900000-0000-7000-8000-00000000000{digit}" for digit in "12")


@pytest.fixture(autouse=True)
def network(bea: ReadingPhone, carl: ReadingPhone) -> Iterator[None]:
    """Let each SIM begin with money, and each test end with a network and an empty field."""
    for phone, load in ((bea, LOAD_BEA), (carl, LOAD_CARL)):
        phone.post("/grant", pin=PIN)
        phone.post("/purse/loads", id=load, amount_fen=LOADED_FEN)
    yield
    for phone in (bea, carl):
        phone.reader.lead_to(None)
        phone.mend_network()
        phone.post("/sync")


def test_a_silent_network_is_said_unmistakably_and_a_tap_pays_all_the_same(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen, payer = open_screen(carl), open_screen(bea, "en")
    had, payer_had = _in_sim(carl), _in_sim(bea)
    for phone in (bea, carl):
        phone.cut_network()
    screen.sees("没有网络。", "")
    screen.tap("没有网络。", "")
    screen.sees("现在可用：", "")
    screen.check_accessible()
    payer.sees("", "No network.")
    payer.tap("", "Tap to pay")
    expect(payer.shown("purse")).to_be_visible()

    screen.tap("碰一碰收款", "")
    screen.amount("12.5")
    screen.sees("请让对方的手机或卡靠近本机", "")
    screen.check_accessible()
    carl.reader.lead_to(_antenna(bea))
    screen.sees("已完成，资金已到账", "")
    expect(screen.page.locator(".result .amount")).to_have_text("¥12.50")
    screen.check_accessible()
    payer.sees("", "Done for good: settles at the next sync")
    expect(payer.page.locator(".result .amount")).to_have_text("¥12.50")
    payer.check_accessible()
    assert (_in_sim(carl), _in_sim(bea)) == (had + 12_50, payer_had - 12_50)

    for phone in (bea, carl):
        phone.mend_network()
        phone.post("/sync")
    expect(screen.page.get_by_text("没有网络。")).to_be_hidden()


def test_a_torn_tap_goes_on_with_the_same_card_and_charges_once(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    screen = open_screen(carl, "en")
    had, payer_had = _in_sim(carl), _in_sim(bea)
    carl.reader.lead_to(_antenna(bea))
    carl.reader.lose_answer_to(PAY)
    screen.tap("", "Tap to receive")
    screen.amount("8")
    assert carl.reader.lost.wait(60)
    carl.reader.lead_to(None)
    screen.sees("", "Tap the same card again")
    screen.sees("", "nobody is charged twice")
    screen.check_accessible()
    carl.reader.lead_to(_antenna(bea))
    screen.sees_done("¥8.00")
    assert (_in_sim(carl), _in_sim(bea)) == (had + 8_00, payer_had - 8_00)


def test_a_tap_above_the_limit_asks_for_the_payers_pin(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    limits = bea.get("/purse/limits")
    bea.put("/purse/limits", **(limits | {"without_pin_fen": 0}))
    assert bea.post("/sync")["failed"] is None
    screen = open_screen(carl)
    carl.reader.lead_to(_antenna(bea))
    screen.tap("碰一碰收款", "")
    screen.amount("5")
    screen.sees("需要对方输入密码", "")
    screen.check_accessible()
    screen.fill("付款人的硬钱包密码", "", CARD_PIN)
    screen.tap("确定", "")
    screen.sees_done("¥5.00")
    bea.put("/purse/limits", **limits)
    assert bea.post("/sync")["failed"] is None


def test_a_tap_that_was_allowed_beforehand_needs_no_pin(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    limits = bea.get("/purse/limits")
    bea.put("/purse/limits", **(limits | {"without_pin_fen": 0}))
    assert bea.post("/sync")["failed"] is None
    bea.cut_network()
    screen = open_screen(bea, "en")
    screen.go("/purse/arm")
    screen.fill("", "The SIM's PIN", CARD_PIN)
    screen.amount("4")
    screen.sees("", "Allowed: the next tap, up to ¥4.00")
    screen.check_accessible()
    carl.reader.lead_to(_antenna(bea))
    tap = {"id": str(uuid4()), "amount_fen": 4_00}
    assert carl.post("/taps", **tap)["finality"] == "final now"
    carl.reader.lead_to(None)
    bea.mend_network()
    bea.put("/purse/limits", **limits)
    assert bea.post("/sync")["failed"] is None


def test_a_wallet_pays_a_phone_without_network_by_codes(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    payee, payer = open_screen(carl), open_screen(bea)
    had, wallet_had = _in_sim(carl), bea.get("/balance")["balance_fen"]
    carl.cut_network()
    payee.tap("收款", "")
    payee.amount("6")
    payee.sees("请付款人用钱包扫描此码并付款", "")
    payee.check_accessible()
    asked = carl.post("/requests", amount_fen=6_00)["text"]

    payer.tap("扫一扫", "")
    _scan(payer, asked)
    payer.sees("收银机没有网络，请求收款", "")
    payer.check_accessible()
    payer.tap("用钱包付款", "")
    payer.sees("已完成，不可撤销；联网后结算", "")
    payer.check_accessible()
    voucher = _voucher_of(bea)
    assert bea.get("/balance")["balance_fen"] == wallet_had - 6_00

    payee.tap("扫描对方凭证", "")
    _scan(payee, voucher)
    payee.sees("这张凭证是付给本机硬钱包的", "")
    payee.check_accessible()
    payee.tap("收取到硬钱包", "")
    payee.sees_done("¥6.00")
    assert _in_sim(carl) == had + 6_00


def test_a_sim_pays_a_phone_by_codes_while_neither_has_a_network(
    bea: ReadingPhone, carl: ReadingPhone, open_screen: OpenScreen
) -> None:
    had, payer_had = _in_sim(carl), _in_sim(bea)
    limits = bea.get("/purse/limits")
    bea.put("/purse/limits", **(limits | {"without_pin_fen": 1_00}))
    assert bea.post("/sync")["failed"] is None
    for phone in (bea, carl):
        phone.cut_network()
    payer = open_screen(bea, "en")
    asked = carl.post("/requests", amount_fen=2_00)["text"]
    payer.tap("", "Scan")
    _scan(payer, asked)
    payer.tap("", "Pay from the SIM")
    payer.fill("", "The SIM's PIN", CARD_PIN)
    payer.check_accessible()
    payer.tap("", "Pay from the SIM")
    payer.sees("", "Your SIM has paid.")
    payer.check_accessible()
    assert _in_sim(bea) == payer_had - 2_00
    flying = bea.get("/purse/in-flight")[0]["text"]
    assert carl.post("/vouchers", id=str(uuid4()), text=flying)["finality"] == "final now"
    assert _in_sim(carl) == had + 2_00
    for phone in (bea, carl):
        phone.mend_network()
    bea.put("/purse/limits", **limits)
    assert bea.post("/sync")["failed"] is None


def _scan(screen: Screen, text: str) -> None:
    screen.fill("手动输入", "Type it instead", text)
    screen.tap("确定", "OK")


def _voucher_of(phone: ReadingPhone) -> str:
    newest = phone.get("/vouchers")[0]
    return str(newest["text"])


def _antenna(phone: ReadingPhone) -> Address:
    return "127.0.0.1", phone.sim.field.port


def _in_sim(phone: ReadingPhone) -> int:
    return int(phone.get("/purse")["balance_fen"])
