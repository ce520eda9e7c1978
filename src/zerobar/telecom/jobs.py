"""What the telecom does whether or not anybody asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timezone
from typing import Final

from zerobar.database.worker import Job
from zerobar.telecom.bank import Bank
from zerobar.telecom.billing import bill_month, month_of, suspend_overdue
from zerobar.telecom.context import CHINA, Telecom
from zerobar.telecom.giving_back import finish_returns
from zerobar.telecom.hearing import QUICK_S
from zerobar.telecom.orders import finish_orders
from zerobar.telecom.refunding import finish_refunds
from zerobar.telecom.vouchers import ask_what_is_settled, bring_vouchers

_DAILY_PAUSE_S: Final = 60.0
"""Between two looks at the calendar."""


def jobs(telecom: Telecom, bank: Bank | None) -> Sequence[Job]:
    """Return a telecom's jobs; those with the bank only once it has joined one."""
    own = (
        Job("bills", lambda: bill_today(telecom), _DAILY_PAUSE_S),
        Job("suspensions", lambda: suspend_today(telecom), _DAILY_PAUSE_S),
    )
    if bank is None:
        return own
    return (
        *own,
        Job("orders", lambda: finish_orders(telecom, bank), 1.0),
        Job("refunds", lambda: finish_refunds(telecom, bank), 2.0),
        Job("returns", lambda: finish_returns(telecom, bank), 2.0),
        Job("vouchers", lambda: bring_vouchers(telecom, bank), 1.0),
        Job("settled-vouchers", lambda: ask_what_is_settled(telecom, bank), QUICK_S),
    )


def bill_today(telecom: Telecom) -> int:
    """Bill the month that has begun; done on its first day, or later if nothing ran then.

    Who joins in the middle of a month pays from the next one on.
    """
    today = telecom.today()
    first = datetime.combine(today.replace(day=1), time(), tzinfo=timezone(CHINA))
    return bill_month(telecom, month_of(today), opened_before=first)


def suspend_today(telecom: Telecom) -> int:
    """Suspend whom the day has made overdue; return how many."""
    return sum(len(numbers) for numbers in suspend_overdue(telecom).values())
