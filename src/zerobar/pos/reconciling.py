"""Reconciliation (对账): this till's day against the bank's daily file; who lacks what.

The file is the merchant's whole day (CSV, see `download_day` of the merchant's server); of it only
lines count whose order number is this till's. What the till's purse took is not in the file: it is
in the purse, and `surpluses` tells what came in for sales that were paid already.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from zerobar.device import TapUnknown
from zerobar.pos.errors import FileUnfit, SaleUnknown
from zerobar.pos.model import ONLINE_MEANS, Road, Sale
from zerobar.pos.till import Till, span_of
from zerobar.purse.messages import Voucher
from zerobar.purse.money import Fen

_NEEDED: Final = frozenset(("record", "kind", "order_number", "refund_number", "amount_fen"))
LARGEST_FILE: Final = 8 * 1024 * 1024
"""Bytes: some 60,000 lines."""


class Lacks(StrEnum):
    """What differs."""

    TILL_LACKS = "till-lacks"
    """The bank has it, this till does not: it was paid, and this till does not know it yet."""
    BANK_LACKS = "bank-lacks"
    """This till says that it is paid, and the bank's day does not have it."""
    AMOUNTS_DIFFER = "amounts-differ"


@dataclass(frozen=True, slots=True)
class Difference:
    """One payment or refund that is not the same on both sides; an amount of None: not there."""

    number: str
    lacks: Lacks
    till_amount: Fen | None
    bank_amount: Fen | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A day compared; it is in order when nothing differs."""

    day: date
    matched: int
    differences: tuple[Difference, ...]


def reconcile(till: Till, day: date, file: bytes) -> Reconciled:
    """Compare this till's day with the bank's file of it; raises FileUnfit."""
    bank = _bank_side(till, file)
    ours = _own_side(till, day)
    numbers = sorted(bank.keys() | ours.keys())
    differences = [_difference(n, ours.get(n), bank.get(n)) for n in numbers]
    found = tuple(difference for difference in differences if difference is not None)
    return Reconciled(day, len(numbers) - len(found), found)


def _difference(number: str, ours: Fen | None, bank: Fen | None) -> Difference | None:
    if ours == bank:
        return None
    if ours is None:
        return Difference(number, Lacks.TILL_LACKS, None, bank)
    lacks = Lacks.BANK_LACKS if bank is None else Lacks.AMOUNTS_DIFFER
    return Difference(number, lacks, ours, bank)


def _bank_side(till: Till, file: bytes) -> dict[str, Fen]:
    """Return signed amounts by order number, or by refund number where there is one."""
    try:
        lines = csv.DictReader(io.StringIO(file.decode("utf-8-sig"), newline=""))
        if not _NEEDED.issubset(lines.fieldnames or ()):
            # Also a day without business has its heading.
            raise FileUnfit
        return _added(row for row in lines if _is_ours(till, row))
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError):
        raise FileUnfit from None


def _added(rows: Iterable[dict[str, str]]) -> dict[str, Fen]:
    found: dict[str, Fen] = {}
    for row in rows:
        number = row["refund_number"] or row["order_number"]
        # A refund may go to a wallet and to a card: then it has two lines.
        found[number] = found.get(number, Fen(0)) + int(row["amount_fen"])
    return found


def _is_ours(till: Till, row: dict[str, str]) -> bool:
    # A line that is too short has None where its last cells should be.
    if not all(isinstance(row.get(name), str) for name in _NEEDED):
        raise FileUnfit
    if row["record"] != "line" or row["kind"] not in ("payment", "refund"):
        return False
    number = row["order_number"]
    return number.startswith(f"{till.place.number_head}-") or _knows(till, number)


def _knows(till: Till, number: str) -> bool:
    try:
        till.store.sales.by_number(number)
    except SaleUnknown:
        return False
    return True


def _own_side(till: Till, day: date) -> dict[str, Fen]:
    """Return what this till has on that day by the bank's clock."""
    span = span_of(day)
    sales = [s for s in till.store.sales.paid_between(*span) if s.means in ONLINE_MEANS]
    refunds = [r for r in till.store.refunds.done_between(*span) if r.road is Road.ONLINE]
    return {sale.number: sale.amount for sale in sales} | {r.number: -r.amount for r in refunds}


def surpluses(till: Till, most: int = 1000) -> list[tuple[Sale, Voucher]]:
    """Return vouchers credited for sales that something else had paid: to be given back."""
    return [
        (sale, voucher)
        for sale in till.store.sales.newest(most)
        for voucher in _other_credits(till, sale)
    ]


def _other_credits(till: Till, sale: Sale) -> list[Voucher]:
    found: dict[bytes, Voucher] = {}
    own = b""
    for attempt_id, _ in till.store.sales.attempts(sale.id):
        try:
            outcome = till.device.store.taps.outcome(attempt_id)
        except TapUnknown:
            continue
        if outcome.is_final and outcome.voucher is not None:
            found[outcome.voucher.body] = outcome.voucher
            own = outcome.voucher.body if attempt_id == sale.paid_by else own
    return [voucher for body, voucher in found.items() if body != own and sale.paid_by]
