"""A receipt as PDF, for a roll of 80 mm: items, how it was paid, whether it is final, refunds.

A bill that was collected for others has one as well, which says whether it is pending. The same
sale or bill as it stands gives the same bytes, apart from the mark of a reprint.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Table

from zerobar.pos.bills import BillStep, step_of
from zerobar.pos.errors import BillUnpaid, SaleEnded
from zerobar.pos.finality import finality_of, outcome_of
from zerobar.pos.model import Finality, Means, Refund, RefundState, Sale, SaleState
from zerobar.pos.telling import state_word
from zerobar.pos.till import CHINA, Till

_FONT: Final = "STSong-Light"
_WIDTH: Final = 80 * mm
_MARGIN: Final = 4 * mm
_LINE: Final = 5.2 * mm
_LEAST_HEIGHT: Final = 70 * mm
_INNER: Final = _WIDTH - 2 * _MARGIN - 12
_PLAIN: Final = ParagraphStyle("plain", fontName=_FONT, fontSize=8.5, leading=12, wordWrap="CJK")
_RIGHT: Final = ParagraphStyle("right", parent=_PLAIN, alignment=2)
_TITLE: Final = ParagraphStyle("title", parent=_PLAIN, fontSize=12, leading=17, alignment=1)
_SUM: Final = ParagraphStyle("sum", parent=_PLAIN, fontSize=11, leading=15)
_MEANS: Final = {
    Means.CUSTOMER_CODE: "付款码 Customer's code",
    Means.MERCHANT_CODE: "收款码 Merchant's code",
    Means.TAP: "硬钱包碰一碰 Tap",
    Means.VOUCHER: "离线付款凭证 Offline voucher",
    Means.HOSTED_TAP: "碰一碰，关联钱包付款 Tap, linked wallet",
    Means.HOSTED_PURSE: "碰一碰，卡内余额直付 Tap, card at the bank",
}
_FINALITY: Final = {
    Finality.NOW: "已最终到账 Final now",
    Finality.AT_SYNC: "已最终，联网后结算 Final, settles at sync",
}
_BILLS_FINALITY: Final = {
    Finality.NOW: "{biller}的银行已收到 Paid, {biller}'s bank has it",
    Finality.AT_SYNC: "已付款，待入账：联网后由{biller}入账"
    " Paid, pending: {biller} books it when there is a network",
}
_BILLS_LINES: Final = 20


def receipt_of(till: Till, sale_id: UUID) -> bytes:
    """Return the receipt of a paid sale, as PDF; from the second on it says that it is a reprint.

    Raises SaleUnknown, or SaleEnded when it is not paid.
    """
    sale = till.store.sales.sale(sale_id)
    if sale.state is not SaleState.PAID:
        raise SaleEnded(state=state_word(sale.state))
    prints = till.store.sales.count_print(sale_id)
    refunds = [r for r in till.store.refunds.of_sale(sale_id) if r.state is RefundState.DONE]
    lines = 16 + 2 * len(sale.items) + 2 * len(refunds)
    return _printed(f"Receipt {sale.number}", lines, _content(till, sale, refunds, prints))


def bill_receipt_of(till: Till, bill_id: UUID) -> bytes:
    """Return the receipt of a bill that was paid here, as PDF; from the second on it is a reprint.

    Raises BillUnknown, or BillUnpaid while it is not known to be paid.
    """
    step = step_of(till, bill_id)
    if step.finality not in _BILLS_FINALITY:
        raise BillUnpaid
    prints = till.store.bills.count_print(bill_id)
    content = [
        *_head(till, prints),
        Paragraph(escape(f"代收账单 Bill for {step.bill.biller.name}"), _PLAIN),
        Paragraph(escape(f"合计 Total {step.bill.amount}"), _SUM),
        *[Paragraph(escape(line), _PLAIN) for line in _bill_facts(step)],
        _test_money(),
    ]
    return _printed(f"Receipt {bill_id}", _BILLS_LINES, content)


def _printed(title: str, lines: int, content: list[Flowable]) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=(_WIDTH, max(_LEAST_HEIGHT, lines * _LINE + 2 * _MARGIN)),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        title=title,
        invariant=1,
    ).build(content)
    return out.getvalue()


def _content(till: Till, sale: Sale, refunds: list[Refund], prints: int) -> list[Flowable]:
    return [
        *_head(till, prints),
        _items(sale),
        HRFlowable(width="100%"),
        Paragraph(escape(f"合计 Total {sale.amount}"), _SUM),
        *[Paragraph(escape(line), _PLAIN) for line in _facts(till, sale)],
        *[Paragraph(escape(_refund_line(refund)), _PLAIN) for refund in refunds],
        _test_money(),
    ]


def _head(till: Till, prints: int) -> list[Flowable]:
    place = till.place
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    return [
        Paragraph(escape(place.merchant), _TITLE),
        Paragraph(escape(f"{place.shop} · {place.till}"), _PLAIN),
        *([Paragraph("重印 REPRINT", _TITLE)] if prints > 1 else []),
        HRFlowable(width="100%"),
    ]


def _test_money() -> Flowable:
    return Paragraph("测试币，非法定货币 TEST MONEY", _PLAIN)


def _items(sale: Sale) -> Flowable:
    rows = [
        [
            Paragraph(escape(item.name), _PLAIN),
            Paragraph(f"×{item.quantity}", _PLAIN),
            Paragraph(escape(str(item.amount)), _RIGHT),
        ]
        for item in sale.items
    ] or [[Paragraph("商品 Goods", _PLAIN), "", Paragraph(escape(str(sale.amount)), _RIGHT)]]
    return Table(rows, colWidths=(_INNER * 0.5, _INNER * 0.16, _INNER * 0.34))


def _facts(till: Till, sale: Sale) -> list[str]:
    assert sale.means is not None and sale.paid_at_unix_s is not None
    outcome = outcome_of(till, sale)
    purse = outcome.voucher.payer_id.hex() if outcome and outcome.voucher else ""
    return [
        f"订单号 Order {sale.number}",
        f"时间 Time {_moment(sale.paid_at_unix_s)}",
        f"方式 Paid by {_MEANS[sale.means]}",
        *([f"付款硬钱包 Purse …{purse[-6:]}"] if purse else []),
        f"状态 {_FINALITY[finality_of(till, sale)]}",
        f"收银员 Cashier {sale.cashier}",
        f"凭证 Payment {sale.paid_by}",
    ]


def _bill_facts(step: BillStep) -> list[str]:
    bill = step.bill
    assert bill.payment is not None
    voucher = bill.payment.voucher
    return [
        f"号码 Line {bill.line}",
        f"时间 Time {_moment(bill.began_at_unix_s)}",
        f"方式 Paid by {_MEANS[Means.TAP]}",
        f"付款硬钱包 Purse …{voucher.payer_id.hex()[-6:]}",
        f"状态 {_BILLS_FINALITY[step.finality].format(biller=bill.biller.name)}",
        f"收银员 Cashier {bill.cashier}",
        f"凭证 Voucher {voucher.payer_id.hex()}/{voucher.entry}",
    ]


def _refund_line(refund: Refund) -> str:
    assert refund.done_at_unix_s is not None
    return f"退款 Refund -{refund.amount} {refund.number} {_moment(refund.done_at_unix_s)}"


def _moment(at_unix_s: int) -> str:
    return datetime.fromtimestamp(at_unix_s, UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
