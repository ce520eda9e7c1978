"""A statement as a document (PDF).

Setting a page costs the processor far more than writing lines, so a document lists no more than
`MOST_PDF_LINES` movements; the spreadsheet has them all.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from zerobar.bank.paying.papers import HEADINGS, cells_of, moment_in_china
from zerobar.bank.paying.statements import Line, Statement

_FONT: Final = "STSong-Light"
_SMALL: Final = 7.5
_PADDING: Final = 6
"""Points on either side of a cell's text, as ReportLab has them."""
MOST_PDF_LINES: Final = 500
_WIDTHS: Final = (31 * mm, 37 * mm, 30 * mm, 34 * mm, 25 * mm, 25 * mm)
_WRAPPED: Final = ParagraphStyle(
    "wrapped", fontName=_FONT, fontSize=_SMALL, leading=10, wordWrap="CJK"
)


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
        f"制表时间 Made {moment_in_china(statement.made_at)}",
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
    rows: list[list[str | Paragraph]] = [[_fitting(text, 0) for text in HEADINGS]]
    rows += [list(map(_fitting, cells_of(line), _WIDTHS)) for line in lines]
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
