"""A till: all that its rules need from outside, handed in once.

begin, cancel, give_up                        a sale                          selling
show_order_code, charge, ask                  its order at the bank           online
tap, show_request, take_voucher, give_back    its own purse                   purse_road
take_scanned                                  whatever was scanned            scanning
require                                       one road at a time              roads
refund, tap_refund                            money back                      refunding
settle                                        what turned out since           settling
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from uuid import UUID

from zerobar.client.merchant import TillClient
from zerobar.client.outbox import Outbox
from zerobar.device import Device
from zerobar.pos.store import PosStore

CHINA: Final = timezone(timedelta(hours=8), "CST")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a till stands.

    Attributes:
        shop_id: at the bank.
        merchant: name, as receipts print it.
        shop: name.
        till: label; its order numbers begin with `number_head`.
        number_head: at most 9 characters, of no other till of the merchant.
    """

    shop_id: UUID
    merchant: str
    shop: str
    till: str
    number_head: str


@dataclass(frozen=True, slots=True)
class Till:
    """A till's program.

    Attributes:
        store: sales and refunds.
        device: its purse, and what waits for the operator.
        bank: orders, charges and refunds.
        outbox: what `bank` keeps before it is sent.
        resume: asks the bank again for what is not known.
        clock_unix_s: the time.
        new_id: makes ids, such as uuid4.
        lock: held while a cashier's step is taken, so that a second press waits for the first.
    """

    store: PosStore
    device: Device
    bank: TillClient
    outbox: Outbox
    resume: Callable[[], object]
    place: Place
    clock_unix_s: Callable[[], float]
    new_id: Callable[[], UUID]
    lock: AbstractContextManager[bool] = field(default_factory=threading.RLock, repr=False)

    def today(self) -> date:
        """Return the day in China."""
        return datetime.fromtimestamp(self.clock_unix_s(), UTC).astimezone(CHINA).date()


def span_of(day: date) -> tuple[int, int]:
    """Return when a day in China begins and ends, in seconds since 1970."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=CHINA).timestamp())
    return start, start + 86_400
