"""What a cashier does besides selling: refunds, the day's end, cashiers, looking after things."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.pos.programs import CASHIER, PIN
from tests.screens.till.conftest import OpenDesk
from tests.screens.till.desk import Desk
from tests.screens.till.shop import Shop

LINS_PIN = "246802"
CHINA = timezone(timedelta(hours=8))
PAGES = (
    ("/sales", "交易记录", "Sales"),
    ("/day", "日结", "Day closing"),
    ("/more", "更多", "More"),
    ("/queue", "离线收款", "Offline queue"),
    ("/doctor", "检查", "Diagnosis"),
    ("/reconcile", "对账", "Reconciliation"),
    ("/cashiers", "收银员", "Cashiers"),
    ("/shop-code", "店铺收款码", "Shop's code"),
    ("/settings", "设置", "Settings"),
)


def paid(desk: Desk, shop: Shop, yuan: str, *, by_tap: bool) -> None:
    """Have a customer pay, and look at the sale."""
    desk.charge(yuan)
    if by_tap:
        with shop.card_tapped():
            desk.expect("收款成功", "Received")
    else:
        desk.type_code(shop.code())
        desk.expect("收款成功", "Received")
    desk.press("下一笔", "Next customer")
    desk.follow("交易", "Sales")
    desk.page.locator("a.sale").first.click()
    desk.expect("订单号", "Order number")


def give_back(desk: Desk, yuan: str) -> None:
    desk.follow("退款", "Refund")
    keyed = desk.page.get_by_role("group", name=desk.words("金额", "Amount"))
    for _ in range(6):
        keyed.get_by_role("button", name=desk.words("删除", "Delete")).click()
    for key in yuan:
        keyed.get_by_role("button", name=key, exact=True).click()
    desk.check()
    desk.press("确认退款", "Give back")


@pytest.mark.parametrize("locale", ["en", pytest.param("zh-CN", marks=pytest.mark.deep)])
def test_a_part_goes_back_through_the_bank(open_desk: OpenDesk, shop: Shop, locale: str) -> None:
    desk = open_desk(locale)
    desk.sign_in()
    before = shop.phone.get("/balance")["balance_fen"]
    paid(desk, shop, "6", by_tap=False)
    give_back(desk, "2.5")
    desk.expect("已退款¥2.50", "¥2.50 went back")
    assert desk.heard()[-1] == desk.words("退款2.5元", "Refunded 2.5 yuan")
    assert shop.phone.get("/balance")["balance_fen"] == before - 3_50
    desk.follow("返回交易", "Back to the sale")
    desk.expect("部分退款", "Partly refunded")


def test_a_refund_of_a_tap_comes_to_the_card_that_paid(desk: Desk, shop: Shop) -> None:
    before = shop.phone.get("/purse")["balance_fen"]
    paid(desk, shop, "6", by_tap=True)
    give_back(desk, "6")
    desk.expect("请用付款的那张卡碰一碰", "Tap the card that paid")
    desk.check()
    with shop.card_tapped():
        desk.expect("已退款¥6.00", "¥6.00 went back")
    assert shop.phone.get("/purse")["balance_fen"] == before


def test_the_chief_moves_what_the_purse_holds_to_the_shops_wallet(desk: Desk, shop: Shop) -> None:
    paid(desk, shop, "7", by_tap=True)
    desk.follow("更多", "More")
    desk.follow("离线收款", "Offline queue")
    desk.press("转入店铺钱包", "Move to the shop's wallet")
    desk.check()
    desk.press("确定", "OK")
    desk.expect("已从本机硬钱包转出", "has left the till's purse")
    assert shop.till.get("/purse")["balance_fen"] == 0


def test_a_sale_is_found_by_a_part_of_its_number(desk: Desk, shop: Shop) -> None:
    id_ = shop.till.sale(1_23)
    number = shop.till.get(f"/sales/{id_}")["number"]
    desk.follow("交易", "Sales")
    desk.page.get_by_placeholder("输入订单号查找").fill(number[-6:])
    desk.page.locator("a.sale", has_text=number).wait_for()
    desk.page.get_by_placeholder("输入订单号查找").fill("no such number")
    desk.expect("没有找到这笔交易", "No such sale was found")
    desk.check()
    shop.till.post(f"/sales/{id_}/cancel")


def test_a_cashier_is_added_and_takes_over_and_a_wrong_pin_is_told(desk: Desk, shop: Shop) -> None:
    desk.follow("更多", "More")
    desk.follow("收银员", "Cashiers")
    desk.page.get_by_label("姓名").fill("Lin")
    desk.press("下一步：设置密码", "Next: the PIN")
    desk.type_pin(LINS_PIN)
    desk.check()
    desk.press("保存密码", "Keep the PIN")
    desk.expect("已添加Lin", "Lin was added")

    desk.follow("更多", "More")
    desk.press("换人", "Change cashier")
    desk.page.get_by_role("button", name="Lin").click()
    desk.type_pin("111111")
    desk.press("登录", "Sign in")
    desk.expect("密码错误，还可尝试4次", "Wrong PIN; tries left: 4")
    desk.check()
    desk.type_pin(LINS_PIN)
    desk.press("登录", "Sign in")
    desk.button("收款", "Charge").wait_for()
    desk.charge("3")
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    desk.press("下一笔", "Next customer")
    desk.follow("日结", "Day")
    desk.expect("日结由店长操作", "The chief closes the day")


def test_the_chief_closes_the_day_once_all_shifts_ended(desk: Desk, shop: Shop) -> None:
    shop.till.post("/cashiers", name="Hua", pin=LINS_PIN)
    _change_to(desk, "Hua")
    desk.charge("3")
    with shop.card_tapped():
        desk.expect("收款成功", "Received")
    desk.press("下一笔", "Next customer")
    _change_to(desk, CASHIER, PIN)
    desk.follow("日结", "Day")
    desk.expect("¥3.00", "¥3.00")
    desk.check()
    _close(desk)
    desk.expect("仍有未交班的收银员", "Shifts are still open")

    # Lin has worked too, if the test in which she begins came before this one.
    here = [each["name"] for each in shop.till.get("/cashiers")]
    for shift in [name for name in ("Hua", "Lin") if name in here]:
        _end_shift_of(desk, shift)
    desk.follow("日结", "Day")
    _close(desk)
    desk.expect("上次日结后还没有收款", "Nothing was taken")
    made = shop.till.get("/closings")[0]
    assert {total["cashier"] for total in made["totals"]["sales"]} >= {"Hua"}
    desk.page.get_by_text(f"第{made['number']}次").wait_for()
    desk.check()


def _change_to(desk: Desk, name: str, pin: str = LINS_PIN) -> None:
    desk.follow("更多", "More")
    desk.press("换人", "Change cashier")
    desk.sign_in(name, pin)


def _end_shift_of(desk: Desk, name: str) -> None:
    _change_to(desk, name)
    desk.follow("更多", "More")
    desk.press("交班", "End shift")
    desk.page.get_by_role("dialog").get_by_role("button", name="交班").click()
    desk.sign_in()


def _close(desk: Desk) -> None:
    desk.press("日结", "Close the day")
    desk.page.get_by_role("dialog").get_by_role("button", name="日结").click()


def test_the_banks_daily_file_is_compared_with_the_till(
    desk: Desk, shop: Shop, tmp_path: Path
) -> None:
    id_ = shop.till.sale(2_00)
    shop.till.post(f"/sales/{id_}/scan", text=shop.code())
    day = datetime.now(UTC).astimezone(CHINA).date().isoformat()
    empty = "record,time,kind,order_number,refund_number,transfer_id,amount_fen,balance_fen\r\n"
    file = tmp_path / "day.csv"
    file.write_text(empty)
    desk.go_to("/reconcile", "对账", "Reconciliation")
    desk.page.get_by_label("日期").fill(day)
    desk.page.get_by_label("银行对账文件").set_input_files(file)
    desk.press("开始核对", "Compare")
    desk.expect("笔不一致", "do not")
    desk.expect("银行缺少", "The bank lacks it")
    desk.check()
    other = tmp_path / "other.csv"
    other.write_text("not the bank's file")
    desk.page.get_by_label("银行对账文件").set_input_files(other)
    desk.press("开始核对", "Compare")
    desk.expect("这不是银行的对账文件", "This is not the bank's daily file")


def test_the_bar_and_the_doctor_say_when_the_bank_is_silent_and_when_it_is_back(
    desk: Desk, shop: Shop
) -> None:
    desk.expect("银行已连通", "Bank answers")
    shop.till.road.cut()
    desk.go_to("/doctor", "检查", "Diagnosis")
    desk.expect("项需要处理", "To be seen to")
    desk.expect("无法连接银行", "cannot")
    desk.expect("银行无应答", "Bank silent")
    desk.check()
    shop.till.road.join()
    desk.press("重新检查", "Look again")
    desk.expect("银行连接正常", "The bank answers")
    desk.expect("银行已连通", "Bank answers")


@pytest.mark.parametrize("locale", ["zh-CN", pytest.param("en", marks=pytest.mark.deep)])
def test_everybody_can_use_every_page(open_desk: OpenDesk, locale: str) -> None:
    desk = open_desk(locale)
    desk.sign_in()
    for path, zh, en in PAGES:
        desk.go_to(path, zh, en)
        desk.page.locator(".van-skeleton").first.wait_for(state="hidden")
        desk.check()
