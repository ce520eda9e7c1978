"""A table as a document (PDF)."""

from __future__ import annotations

import io
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from zerobar.bank.control.sheets import Sheet, moment

MOST_PDF_ROWS: Final = 1_000
"""Setting a page costs far more than writing lines: of more rows, a document has the first."""
_FONT: Final = "STSong-Light"
_SMALL: Final = 7


def laid_out(sheet: Sheet) -> bytes:
    """Return a table as PDF, in a font that every reader has; the same bytes each time."""
    pdfmetrics.registerFont(UnicodeCIDFont(_FONT))
    out = io.BytesIO()
    margin = 12 * mm
    document = SimpleDocTemplate(
        out,
        pagesize=landscape(A4),
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=sheet.title,
        invariant=1,
    )
    title = ParagraphStyle("title", fontName=_FONT, fontSize=14, leading=20)
    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=8, leading=12)
    notes = [*sheet.notes, f"制表时间 Made {moment(sheet.made_at)}", *_cut_note(len(sheet.rows))]
    head = [Paragraph(escape(sheet.title), title), *(Paragraph(escape(n), plain) for n in notes)]
    document.build([*head, Spacer(1, 4 * mm), _table(sheet, document.width)])
    return out.getvalue()


def _cut_note(rows: int) -> tuple[str, ...]:
    if rows <= MOST_PDF_ROWS:
        return ()
    return (
        f"共 {rows} 行，此处仅列前 {MOST_PDF_ROWS} 行，全部见 CSV 文件。"
        f" The first {MOST_PDF_ROWS} of {rows} rows; the CSV file has all.",
    )


def _table(sheet: Sheet, width: float) -> Table:
    wrapped = ParagraphStyle("cell", fontName=_FONT, fontSize=_SMALL, leading=9, wordWrap="CJK")
    rows = [sheet.headings, *sheet.rows[:MOST_PDF_ROWS]]
    cells = [[Paragraph(escape(cell), wrapped) for cell in row] for row in rows]
    style = [
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]
    columns = [width * part / sum(sheet.widths) for part in sheet.widths]
    # A cell may be taller than a page, and then goes on on the next.
    return Table(cells, colWidths=columns, repeatRows=1, splitInRow=1, style=TableStyle(style))
