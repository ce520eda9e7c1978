"""A statement as a file: CSV for a spreadsheet, PDF for an office.

The document is laid out in `statement_pdf`, which is imported when somebody wants one: what it sets
pages with takes long to import.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import Final
from uuid import UUID

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
HEADINGS: Final = (
    "时间 Time",
    "类型 Type",
    "对方 Other side",
    "附言 Memo",
    "金额 Amount",
    "余额 Balance",
)
"""What `cells_of` returns."""
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
    sheet.writerow([*HEADINGS, "编号 Id"])
    sheet.writerow(
        [str(statement.first_day), "期初余额 Opening", "", "", "", _yuan(statement.opening)]
    )
    for line in statement.lines:
        sheet.writerow([*map(_harmless, cells_of(line)), str(line.transfer_id)])
    sheet.writerow(
        [str(statement.last_day), "期末余额 Closing", "", "", "", _yuan(statement.closing)]
    )
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def document_of(
    bank: Bank, person_id: UUID, wallet_id: UUID, first_day: date, last_day: date
) -> bytes:
    """Return the statement of some days as PDF; so many a day that nobody is kept waiting by it.

    Raises TooMany, and what `statement_of` raises.
    """
    from zerobar.bank.paying.statement_pdf import as_pdf  # noqa: PLC0415 - see above

    with bank.transaction() as connection:
        count_attempt(connection, AttemptKind.DOCUMENT, str(person_id), bank.clock())
    return as_pdf(statement_of(bank, person_id, wallet_id, first_day, last_day))


def cells_of(line: Line) -> tuple[str, ...]:
    """Return a movement as text, for people."""
    when = moment_in_china(line.posted_at)
    money = _yuan(line.amount), _yuan(line.balance)
    return when, word_of(line.code), line.other, line.memo, *money


def _harmless(cell: str) -> str:
    is_number = cell.removeprefix("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULAS) and not is_number else cell


def _yuan(amount: Fen) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def moment_in_china(moment: datetime) -> str:
    """Return a time in China, to the second."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
