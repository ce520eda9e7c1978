"""The telecom: lines, bills, suspension, and top-ups that count once whichever roads they took.

open_line, account                    a line and what happened on its account
bill_month, suspend_overdue           what time does to it
top_up, take_money, refund            money that has come, by order or by voucher
unplaced                              what of it belongs to no line
assert_number                         the telecom's word for a number, which opens a wallet
write_message, read_message           a voucher in one binary SMS
"""

from zerobar.telecom.apart import Unplaced, unplaced
from zerobar.telecom.assertions import Guarantor, assert_number
from zerobar.telecom.billing import bill_month, month_of, suspend_overdue
from zerobar.telecom.binary_sms import VoucherMessage, read_message, write_message
from zerobar.telecom.context import Telecom
from zerobar.telecom.lines import account, line, open_line, plans, set_plan
from zerobar.telecom.model import Entry, EntryKind, Line, LineStatus, Plan, Source, Terms, TopUp
from zerobar.telecom.numbers import number_in, read_number, reference_of
from zerobar.telecom.topping import (
    check_amount,
    find_top_up,
    refund,
    take_money,
    top_up,
    top_ups,
    voucher_top_up_id,
)

__all__ = [
    "Entry",
    "EntryKind",
    "Guarantor",
    "Line",
    "LineStatus",
    "Plan",
    "Source",
    "Telecom",
    "Terms",
    "TopUp",
    "Unplaced",
    "VoucherMessage",
    "account",
    "assert_number",
    "bill_month",
    "check_amount",
    "find_top_up",
    "line",
    "month_of",
    "number_in",
    "open_line",
    "plans",
    "read_message",
    "read_number",
    "reference_of",
    "refund",
    "set_plan",
    "suspend_overdue",
    "take_money",
    "top_up",
    "top_ups",
    "unplaced",
    "voucher_top_up_id",
    "write_message",
]
