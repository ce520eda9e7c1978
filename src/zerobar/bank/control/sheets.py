"""A table as a file: CSV for a spreadsheet, PDF for an office; both in Chinese and English."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zerobar.bank.calendar import CHINA

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
# What a spreadsheet would take for a formula (CWE-1236).
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table, to be written as a file.

    Attributes:
        name: of the file, without its ending.
        notes: lines above the table.
        widths: of the columns, as parts of the page.
    """

    name: str
    title: str
    made_at: datetime
    notes: tuple[str, ...]
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


def as_csv(sheet: Sheet) -> bytes:
    """Return a table as UTF-8 with a byte order mark, which spreadsheets look for."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(sheet.headings)
    writer.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    return _BYTE_ORDER_MARK + out.getvalue().encode()


def as_pdf(sheet: Sheet) -> bytes:
    """Return a table as PDF, in a font that every reader has; the same bytes each time."""
    # What sets pages takes long to import, and most programs never do.
    from zerobar.bank.control.sheet_pdf import laid_out  # noqa: PLC0415

    return laid_out(sheet)


def moment(at: datetime | None) -> str:
    """Return a time in China, to the second; nothing for none."""
    return "" if at is None else at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def _harmless(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULAS) and not is_number else cell
