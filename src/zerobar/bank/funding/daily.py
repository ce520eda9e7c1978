"""Every day that is over is compared with the bank's statement, in the days' order, once.

What moved between cards and wallets, and what was paid to merchants' banks by file.

A day that nobody compared, because the bank or this program was away, is made up for: the next run
begins where the last one ended.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final

from zerobar.bank.calendar import CHINA, day_of
from zerobar.bank.context import Bank
from zerobar.bank.funding import reconciliation_store as store
from zerobar.bank.funding.reconciliation_store import Reconciliation
from zerobar.bank.funding.reconciling import reconcile_day
from zerobar.bank.merchants.settlement_checking import check_transfers

READY_AFTER: Final = timedelta(hours=2)
"""How long after midnight a statement is fetched: by then what crossed midnight has ended."""
AT_A_TIME: Final = 7
"""Days that one run compares."""
MOST_KEPT: Final = 1_000
"""Differences of a day that are kept; where there are more, one look shows what is wrong."""
_ONE_DAY: Final = timedelta(days=1)
_log = logging.getLogger(__name__)


def reconcile_days(bank: Bank, limit: int = AT_A_TIME) -> int:
    """Compare the days that are over and were not compared yet; return how many.

    Raises PartnerUnavailable; what was compared before stays.
    """
    days = list(islice(_due(bank), limit))
    for day in days:
        _keep(bank, day)
    return len(days)


def _due(bank: Bank) -> Iterator[date]:
    """Yield days from the one after the last compared; at first, from the operator's first day."""
    with bank.connection() as connection:
        last = store.last_day(connection, bank.operator_id)
        began = store.began_at(connection, bank.operator_id)
    if began is None:
        return
    day = _date_in_china(began) if last is None else _date_of(last) + _ONE_DAY
    today = _date_in_china(bank.clock() - READY_AFTER)
    while day < today:
        yield day
        day += _ONE_DAY


def _keep(bank: Bank, day: date) -> None:
    lines = bank.partners.bank.statement(day)
    number = day_of(datetime.combine(day, datetime.min.time(), CHINA))
    cards, transfers = reconcile_day(bank, day, lines), check_transfers(bank, number, lines)
    differences = transfers.differences + cards.differences
    result = Reconciliation(
        bank.operator_id,
        number,
        bank.clock(),
        len(lines),
        cards.matched,
        cards.paid_in,
        cards.paid_out,
        transfers.matched,
        transfers.paid,
        len(differences),
        differences[:MOST_KEPT],
    )
    with bank.connection() as connection:
        store.insert_reconciliation(connection, result)
    if differences:
        _log.warning("the bank's statement of %s: %d differences", day, len(differences))


def _date_in_china(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _date_of(day: int) -> date:
    return date(day // 10_000, day // 100 % 100, day % 100)
