"""The day's end: closings, reconciliation with the bank's file, receipts."""

from __future__ import annotations

import base64
import re
import zlib
from datetime import date

import pytest

from tests.pos.test_refunding import new
from tests.pos.test_selling import TornAway
from tests.pos.town import PLACE, SHIFT, TEN_YUAN, Town
from zerobar.device import send_all, synchronise
from zerobar.pos import purse_road, settling
from zerobar.pos.errors import FileUnfit, SaleEnded
from zerobar.pos.model import Item, SaleState
from zerobar.pos.receipts import receipt_of
from zerobar.pos.reconciling import Difference, Lacks, reconcile, surpluses
from zerobar.pos.refunding import refund, tap_refund
from zerobar.pos.scanning import take_scanned
from zerobar.pos.selling import NewSale, begin, give_up
from zerobar.pos.till import Till
from zerobar.purse.money import Fen

HEAD = "record,time,kind,order_number,refund_number,transfer_id,amount_fen,balance_fen\r\n"


def test_a_closing_has_each_sale_and_refund_once(town: Town, till: Till) -> None:
    payer = town.person()
    online = take_scanned(till, town.sale().id, town.code()).sale
    tapped = purse_road.tap(till, town.sale(Fen(7_00)).id, payer.in_field).sale
    refund(till, online.id, new(town, 1_00))
    back, _ = refund(till, tapped.id, new(town, 2_00))
    tap_refund(till, back.id, payer.in_field)
    id_ = town.new_id()
    closing = till.store.closings.close(id_, "Mei")
    assert closing.totals.taken_by("customer-code") == 10_00
    assert closing.totals.taken_by("tap") == 7_00
    assert {t.kind: t.amount_fen for t in closing.totals.refunds} == {
        "refund-online": 1_00,
        "refund-purse": 2_00,
    }
    purse_net = closing.totals.taken_by("tap", "voucher") - 2_00
    assert town.shop.balance() == purse_net
    assert till.store.closings.close(id_, "Mei") == closing
    assert till.store.closings.so_far().taken == 0
    second = town.restart().store.closings.close(town.new_id(), "Mei")
    assert (second.number, second.totals.taken) == (2, 0)


def test_what_turns_out_paid_later_is_in_the_next_closing(town: Town, till: Till) -> None:
    sale, payer = town.sale(), town.person()
    purse_road.tap(till, sale.id, lambda: TornAway(payer.in_field()))
    give_up(till, sale.id)
    first = till.store.closings.close(town.new_id(), "Mei")
    assert (first.totals.taken, first.totals.pending_count) == (0, 1)
    synchronise(payer.device)
    settling.sync(till)
    second = till.store.closings.close(town.new_id(), "Mei")
    (late,) = second.totals.sales
    assert (late.is_late, late.amount_fen) == (True, TEN_YUAN)


# --- reconciliation -------------------------------------------------------------------------------


def day_of(till: Till) -> date:
    return till.today()


def line(kind: str, order: str, refund: str, fen: int) -> str:
    return f"line,2026-09-21T10:00:00,{kind},{order},{refund},id,{fen},0\r\n"


def test_a_day_that_agrees_has_no_differences(town: Town, till: Till) -> None:
    sale = take_scanned(till, town.sale().id, town.code()).sale
    back, _ = refund(till, sale.id, new(town, 3_00))
    others = line("payment", "another-till-1", "", 99_00) + line("settlement", "", "", -5)
    file = HEAD + line("payment", sale.number, "", 10_00) + others
    # A refund to a wallet and to a card has two lines.
    file += line("refund", sale.number, back.number, -1_00)
    file += line("refund", sale.number, back.number, -2_00)
    file += "total,,payment,2,,,1000,\r\nopening,,,,,,,0\r\n"
    found = reconcile(till, day_of(till), file.encode())
    assert (found.matched, found.differences) == (2, ())


def test_each_difference_says_who_lacks_what(town: Town, till: Till) -> None:
    ours = take_scanned(till, town.sale().id, town.code()).sale
    other = take_scanned(till, town.sale().id, town.code()).sale
    missed = f"{PLACE.number_head}-260921-009999"
    file = HEAD + line("payment", other.number, "", 9_00) + line("payment", missed, "", 5_00)
    found = reconcile(till, day_of(till), file.encode())
    assert set(found.differences) == {
        Difference(ours.number, Lacks.BANK_LACKS, TEN_YUAN, None),
        Difference(other.number, Lacks.AMOUNTS_DIFFER, TEN_YUAN, Fen(9_00)),
        Difference(missed, Lacks.TILL_LACKS, None, Fen(5_00)),
    }


@pytest.mark.parametrize(
    "file", [b"", b"no heading", b"\xff\xfe", b"a,b\r\n1,2\r\n", HEAD.encode() + b"line\r\n"]
)
def test_another_file_is_refused(till: Till, file: bytes) -> None:
    with pytest.raises(FileUnfit):
        reconcile(till, day_of(till), file)


@pytest.mark.parametrize("paid_online", [False, True])
def test_a_request_that_was_refused_and_is_paid_later_pays_once_or_is_a_surplus(
    town: Town, till: Till, paid_online: bool
) -> None:
    sale, broke, payer = town.sale(Fen(190_00)), town.person(Fen(1_00)), town.person()
    purse_road.tap(till, sale.id, broke.in_field)
    (request,) = purse_road.requests_of(till, town.read(sale))
    if paid_online:
        take_scanned(till, sale.id, town.code())
    with payer.device.purse() as card:
        card.pay(request)
    synchronise(payer.device)
    settling.sync(till)
    assert town.read(sale).state is SaleState.PAID
    assert [found.id for found, _ in surpluses(till)] == ([sale.id] if paid_online else [])
    assert town.shop.balance() == 190_00


# --- receipts -------------------------------------------------------------------------------------


def text_of(document: bytes) -> str:
    """Return what a receipt says: its strings are UCS-2, in compressed streams."""
    said = b""
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", document, re.DOTALL):
        content = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        said += b"".join(
            _unescaped(text) + b"\0 " for text in re.findall(rb"\((.*?)(?<!\\)\) Tj", content, re.S)
        )
    return re.sub(r"\s+", " ", said.decode("utf-16-be"))


def _unescaped(text: bytes) -> bytes:
    octal = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text)
    return re.sub(rb"\\(.)", rb"\1", octal, flags=re.DOTALL)


def test_a_receipt_has_items_finality_and_refunds(town: Town, till: Till) -> None:
    items = (Item("牛肉面 <大>", 2, Fen(8_00)), Item("Tea & milk", 1, Fen(2_00)))
    sale = begin(till, NewSale(town.new_id(), TEN_YUAN, "Mei", SHIFT, items=items))
    payer = town.person()
    purse_road.tap(till, sale.id, payer.in_field)
    first = text_of(receipt_of(till, sale.id))
    for words in ("小面馆", "牛肉面 <大>", "×2", "¥8.00", "Tea & milk", "合计 Total ¥10.00"):
        assert words in first
    assert sale.number in first and "Cashier Mei" in first
    assert "联网后结算" in first and "REPRINT" not in first
    assert payer.certificate.id.hex()[-6:] in first
    send_all(till.device)
    back, _ = refund(till, sale.id, new(town, 3_00))
    tap_refund(till, back.id, payer.in_field)
    again = text_of(receipt_of(till, sale.id))
    assert "重印 REPRINT" in again and "已最终到账" in again
    assert "-¥3.00" in again and back.number in again


def test_a_long_receipt_is_one_page(town: Town, till: Till) -> None:
    items = tuple(Item(f"面条 noodles number {n}", 1, Fen(1)) for n in range(100))
    sale = begin(till, NewSale(town.new_id(), Fen(1_00), "Mei", SHIFT, items=items))
    take_scanned(till, sale.id, town.code())
    document = receipt_of(till, sale.id)
    assert len(re.findall(rb"/Type /Page\b", document)) == 1
    assert "number 99" in text_of(document)


def test_an_unpaid_sale_has_no_receipt(town: Town, till: Till) -> None:
    with pytest.raises(SaleEnded):
        receipt_of(till, town.sale().id)
