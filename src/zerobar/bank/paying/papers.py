"""A statement as a file: CSV for a spreadsheet, PDF for an office.

Setting a page costs the processor far more than writing lines, so a document lists no more than
`MOST_PDF_LINES` movements; the spreadsheet has them all.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from zerobar.bank.calendar import CHINA
from zerobar.bank.chart import TransferCode
from zerobar.bank.context import Bank
from zerobar.bank.paying.statements import Line, Statement, statement_of
from zerobar.bank.people.attempts import AttemptKind, count_attempt
from zerobar.purse.money import Fen

_WORDS: Final = {
    TransferCode.EXCHANGE: "兑换 Exchange",
    TransferCode.SAVE_TO_BANK: "存银行 Save to bank",
    TransferCode.TOP_UP_SHORTFALL: "随用随充 Auto top-up",
    TransferCode.RETURN_TO_CARD: "退回银行卡 Return to card",
    TransferCode.TRANSFER: "转账 Transfer",
    TransferCode.PAYMENT: "消费 Payment",
    TransferCode.REFUND: "退款 Refund",
    TransferCode.MERCHANT_SETTLEMENT: "商户结算 Settlement",
    TransferCode.LOAD: "圈存 Load",
    TransferCode.UNLOAD: "圈提 Unload",
    TransferCode.WALLET_TO_PURSE: "离线收款 Paid offline",
    TransferCode.VOUCHER_REFUNDED: "硬钱包退回 Refunded",
    TransferCode.VOUCHER_REDIRECTED: "硬钱包转入 Redirected",
    TransferCode.VOUCHER_RETURNED: "收款方退回 Given back",
    TransferCode.PURSE_PAID_OUT: "挂失返还 Lost purse",
    TransferCode.CHARGED_AFTER_LOSS: "挂失后扣款 After loss",
    TransferCode.LOAD_RECOVERED: "圈存补记 Load, late",
}
_HEADINGS: Final = (
    "时间 Time",
    "类型 Type",
    "对方 Other side",
    "附言 Memo",
    "金额 Amount",
    "余额 Balance",
)
_FONT: Final = "STSong-Light"
_SMALL: Final = 7.5
_PADDING: Final = 6
"""Points on either side of a cell's text, as ReportLab has them."""
MOST_PDF_LINES: Final = 500
_WIDTHS: Final = (31 * mm, 37 * mm, 30 * mm, 34 * mm, 25 * mm, 25 * mm)
# What a spreadsheet would take for a formula (CWE-1236).
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
_WRAPPED: Final = ParagraphStyle(
    "wrapped", fontName=_FONT, fontSize=_SMALL, leading=10, wordWrap="CJK"
)


def word_of(code: TransferCode) -> str:
    """Return why money moved, in Chinese and English."""
    return _WORDS.get(code, code.name.replace("_", " ").capitalize())


def as_csv(statement: Statement) -> bytes:
    """Return a statement as UTF-8 with a byte order mark, which spreadsheets look for.

    Amounts are yuan with two decimals; the first and last line are the balances.
    """
    out = io.StringIO(newline="")
    sheet = csv.writer(out)
    sheet.writerow([*_HEADINGS, "编号 Id"])
    sheet.writerow(
        [str(statement.first_day), "期初余额 Opening", "", "", "", _yuan(statement.opening)]
    )
    for line in statement.lines:
        sheet.writerow([*map(_harmless, _cells(line)), str(line.transfer_id)])
    sheet.writerow(
        [str(statement.last_day), "期末余额 Closing", "", "", "", _yuan(statement.closing)]
    )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cells(line: Line) -> tuple[str, ...]:
    when = _moment(line.posted_at)
    money = _yuan(line.amount), _yuan(line.balance)
    return when, word_of(line.code), line.other, line.memo, *money


def _harmless(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULAS) and not is_number else cell


def _yuan(amount: Fen) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def _moment(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


# --- PDF ----------------------------------------------------------------------------------


def document_of(
    bank: Bank, person_id: UUID, wallet_id: UUID, first_day: date, last_day: date
) -> bytes:
    """Return the statement of some days as PDF; so many a day that nobody is kept waiting by it.

    Raises TooMany, and what `statement_of` raises.
    """
    with bank.transaction() as connection:
        count_attempt(connection, AttemptKind.DOCUMENT, str(person_id), bank.clock())
    return as_pdf(statement_of(bank, person_id, wallet_id, first_day, last_day))


def as_pdf(statement: Statement) -> bytes:
    """Return a statement as PDF, in a font that every reader has; the same bytes each time.

    Of more than `MOST_PDF_LINES` movements it lists the first, and says so.
    """
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = io.BytesIO()
    SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=14 * mm,
        rightMargin=14 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title="Zerobar statement",
        invariant=1,
    ).build([*_head(statement), _table(statement.lines[:MOST_PDF_LINES])])
    return out.getvalue()


def _head(statement: Statement) -> list[Flowable]:
    title = ParagraphStyle("title", fontName=_FONT, fontSize=15, leading=22)
    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=9, leading=14)
    lines = [
        f"钱包 Wallet {statement.wallet_number}",
        f"期间 Period {statement.first_day} – {statement.last_day}",
        f"期初余额 Opening {statement.opening}    期末余额 Closing {statement.closing}",
        f"收入合计 In {statement.came_in}    支出合计 Out {statement.went_out}",
        f"制表时间 Made {_moment(statement.made_at)}",
        *_cut_note(len(statement.lines)),
    ]
    texts = [Paragraph(escape(line), plain) for line in lines]
    return [Paragraph("数字货币钱包对账单 Statement", title), *texts, Spacer(1, 5 * mm)]


def _cut_note(movements: int) -> list[str]:
    if movements <= MOST_PDF_LINES:
        return []
    return [
        f"共 {movements} 笔，此处仅列前 {MOST_PDF_LINES} 笔，全部见 CSV 文件",
        f"The first {MOST_PDF_LINES} of {movements} movements; the CSV file has all of them",
    ]


def _table(lines: Sequence[Line]) -> Table:
    rows: list[list[str | Paragraph]] = [[_fitting(text, 0) for text in _HEADINGS]]
    rows += [list(map(_fitting, _cells(line), _WIDTHS)) for line in lines]
    style = [
        ("FONT", (0, 0), (-1, -1), _FONT, _SMALL, 10),
        ("ALIGN", (4, 1), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=_WIDTHS, repeatRows=1, style=TableStyle(style))


def _fitting(text: str, width: float) -> str | Paragraph:
    """Return what a cell holds: only text that is too wide is worth the cost of a paragraph."""
    if pdfmetrics.stringWidth(text, _FONT, _SMALL) <= width - 2 * _PADDING:
        return text
    return Paragraph(escape(text), _WRAPPED)
