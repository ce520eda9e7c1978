"""A statement as a file: CSV for a spreadsheet, PDF for an office."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Final
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
from zerobar.bank.paying.statements import Line, Statement
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
_WIDTHS: Final = (31 * mm, 37 * mm, 30 * mm, 34 * mm, 25 * mm, 25 * mm)
# What a spreadsheet would take for a formula (CWE-1236).
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


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


def as_pdf(statement: Statement) -> bytes:
    """Return a statement as PDF, in a font that every reader has; the same bytes each time."""
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
    ).build([*_head(statement), _table(statement)])
    return out.getvalue()


def _head(statement: Statement) -> list[Flowable]:
    title = ParagraphStyle("title", fontName=_FONT, fontSize=15, leading=22)
    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=9, leading=14)
    lines = (
        f"钱包 Wallet {statement.wallet_number}",
        f"期间 Period {statement.first_day} – {statement.last_day}",
        f"期初余额 Opening {statement.opening}    期末余额 Closing {statement.closing}",
        f"收入合计 In {statement.came_in}    支出合计 Out {statement.went_out}",
        f"制表时间 Made {_moment(statement.made_at)}",
    )
    texts = [Paragraph(escape(line), plain) for line in lines]
    return [Paragraph("数字货币钱包对账单 Statement", title), *texts, Spacer(1, 5 * mm)]


def _table(statement: Statement) -> Table:
    small = ParagraphStyle("small", fontName=_FONT, fontSize=7.5, leading=10, wordWrap="CJK")
    right = ParagraphStyle("right", parent=small, alignment=2)
    rows = [[Paragraph(escape(text), small) for text in _HEADINGS]]
    for line in statement.lines:
        *texts, amount, balance = _cells(line)
        cells = [Paragraph(escape(text), small) for text in texts]
        rows.append([*cells, Paragraph(amount, right), Paragraph(balance, right)])
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    return Table(rows, colWidths=_WIDTHS, repeatRows=1, style=TableStyle(style))
